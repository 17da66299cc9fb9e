import { inForce } from '../grammar/rule-versions.js';
import { SERVICE, type Register } from '../grammar/mandate.js';
import { refuse, type Refusal } from '../rules.js';
import { emptyReference, type ReferenceState } from './reference-state.js';

/** What the register holds: bodies, mandates, who followed whom, and what was published; and who may act by it. */

export const PARTNER_KINDS = {
  ccg: 'clinical commissioning group',
  icb: 'integrated care board',
  'nhs-england': 'NHS England',
  'nhs-trust': 'NHS trust',
  county: 'county council',
  unitary: 'unitary council',
  borough: 'London or metropolitan borough council',
  district: 'district council',
  'combined-authority': 'combined authority',
  voluntary: 'voluntary body',
  unnamed: 'body not named in the evidence',
} as const;

export type PartnerKind = keyof typeof PARTNER_KINDS;
export type Sector = 'nhs' | 'local-government' | 'voluntary' | 'unknown';

const SECTORS: Readonly<Record<PartnerKind, Sector>> = {
  ccg: 'nhs',
  icb: 'nhs',
  'nhs-england': 'nhs',
  'nhs-trust': 'nhs',
  county: 'local-government',
  unitary: 'local-government',
  borough: 'local-government',
  district: 'local-government',
  'combined-authority': 'local-government',
  voluntary: 'voluntary',
  unnamed: 'unknown',
};

export const sectorOf = (kind: PartnerKind): Sector => SECTORS[kind];

/** Whether a body can stand on one of the two sides of a fund: of it, it is known whether it is of the NHS or of local government. */
export const hasSide = (sector: Sector): boolean => sector === 'nhs' || sector === 'local-government';

export interface Partner {
  readonly name: string;
  readonly kind: PartnerKind;
}

/** What the register keeps beside what every decision needs of it. */
declare module '../grammar/mandate.js' {
  interface Register {
    readonly partners: ReadonlyMap<string, Partner>;
    /** The facts that were reversed, by revision, with the revision of the reversal. */
    readonly reversed: ReadonlyMap<number, number>;
    /** Allocations and rules as published. */
    readonly reference: ReferenceState;
  }
}

export type RegisterState = Register;

export const emptyRegister = (): RegisterState => ({
  ledger: undefined,
  partners: new Map(),
  mandates: new Map(),
  successions: [],
  reversed: new Map(),
  reference: emptyReference(),
});

/** Refuses a fact that would give somebody a mandate under the service’s own name. */
export const reserved = (
  officers: readonly { readonly officer: string }[],
  context: { readonly rules: number },
): Refusal | undefined =>
  officers.some(({ officer }) => officer === SERVICE) && inForce('officer_reserved', context)
    ? refuse('officer_reserved', `${SERVICE} is the name under which the service itself records.`)
    : undefined;
