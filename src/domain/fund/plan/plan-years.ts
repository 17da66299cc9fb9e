import type { PartnerKind } from '../../register/state.js';
import { cited } from '../../reference/works.js';
import type { Role } from '../../roles.js';

/**
 * The life cycle of a plan as dated reference data: its states, the legal steps between them, and which sign-offs a year
 * asks for. Source: docs/sources.md, National conditions; Plan year; `proven: false` marks what no source confirms.
 */

export const PLAN_STATES = {
  drafting: 'Drafting',
  'locally-agreed': 'Locally agreed',
  submitted: 'Submitted',
  'in-assurance': 'In assurance',
  approved: 'Approved',
  'approved-with-conditions': 'Approved with conditions',
  'not-approved': 'Not approved',
  escalated: 'Escalated',
  resubmitted: 'Resubmitted',
  directed: 'Directed',
  'section-75-signed': 'Section 75 agreement signed',
  'in-year': 'In the year',
  'year-end-reported': 'Year end reported',
  audited: 'Audited',
  closed: 'Closed',
} as const;

export type PlanState = keyof typeof PLAN_STATES;

/** A legal step of the plan. */
export interface Transition {
  readonly from: PlanState;
  readonly to: PlanState;
  /**
   * Who takes it: the host, or the bodies that assure plans. If these are not partners, the host may record their
   * letter.
   */
  readonly by: 'host' | 'assurance';
  /** Whether it rests on a letter, which it then names. */
  readonly letter?: true;
  /** Whether the sign-offs of the year must have been given, to the plan as it stands. */
  readonly signedOff?: true;
  /** Whether a section 75 agreement must be in force. */
  readonly agreement?: true;
}

/** Every legal step in a year with a plan. Source: docs/sources.md, Plan year; as a table, not proven. */
const TRANSITIONS: readonly Transition[] = [
  { from: 'drafting', to: 'locally-agreed', by: 'host' },
  { from: 'locally-agreed', to: 'submitted', by: 'host', signedOff: true },
  { from: 'submitted', to: 'in-assurance', by: 'assurance' },
  { from: 'in-assurance', to: 'approved', by: 'assurance', letter: true },
  { from: 'in-assurance', to: 'approved-with-conditions', by: 'assurance', letter: true },
  { from: 'in-assurance', to: 'not-approved', by: 'assurance', letter: true },
  { from: 'not-approved', to: 'escalated', by: 'assurance', letter: true },
  { from: 'escalated', to: 'resubmitted', by: 'host', signedOff: true },
  { from: 'escalated', to: 'directed', by: 'assurance', letter: true },
  { from: 'resubmitted', to: 'in-assurance', by: 'assurance' },
  { from: 'approved', to: 'section-75-signed', by: 'host', agreement: true },
  { from: 'approved-with-conditions', to: 'section-75-signed', by: 'host', agreement: true },
  { from: 'directed', to: 'section-75-signed', by: 'host', agreement: true },
  { from: 'section-75-signed', to: 'in-year', by: 'host' },
  { from: 'in-year', to: 'year-end-reported', by: 'host' },
  { from: 'year-end-reported', to: 'audited', by: 'host' },
  { from: 'audited', to: 'closed', by: 'host' },
];

/** A year without a plan begins at once; how the money was used is agreed in writing, and reported at its end. */
const WITHOUT_PLAN: readonly Transition[] = [
  { from: 'drafting', to: 'in-year', by: 'host' },
  ...TRANSITIONS.filter(({ from }) => ['in-year', 'year-end-reported', 'audited'].includes(from)),
];

/** The legal steps of a year, with a plan or without: the rules of the year say which. */
export const transitionsOf = (planNeeded: boolean): readonly Transition[] => (planNeeded ? TRANSITIONS : WITHOUT_PLAN);

/** A capacity in which a plan is signed off. */
export interface Capacity {
  readonly capacity: string;
  readonly title: string;
  /** Who signs in it, in words; and the role that a body mandates them in. Nobody else may. */
  readonly who: string;
  readonly role: Role;
  /** Whose officers give it; the board’s is recorded by the host, from its minute. */
  readonly bodies: 'host' | 'nhs' | 'councils-and-nhs';
  /** Whether a plan is not submitted without it, or it may follow. */
  readonly needed: 'to-submit' | 'later';
  /** The first and last financial years, both inclusive. */
  readonly from: string;
  readonly until?: string;
  readonly evidence: string;
  readonly proven: boolean;
}

export const CAPACITIES: readonly Capacity[] = [
  {
    capacity: 'health-and-wellbeing-board',
    title: 'Health and Wellbeing Board, by its minute',
    who: 'the health and wellbeing board',
    role: 'board',
    bodies: 'host',
    needed: 'to-submit',
    from: '2015-16',
    until: '2023-24',
    evidence: cited('[S3]; [W15]'),
    proven: true,
  },
  {
    capacity: 'health-and-wellbeing-board',
    title: 'Health and Wellbeing Board, by its minute; it may follow',
    who: 'the health and wellbeing board',
    role: 'board',
    bodies: 'host',
    needed: 'later',
    from: '2024-25',
    until: '2025-26',
    evidence: cited('2024-25: [W60]; 2025-26: [W10]'),
    proven: true,
  },
  {
    capacity: 'health-and-wellbeing-board',
    title: 'Health and Wellbeing Board, by its minute; it may follow',
    who: 'the health and wellbeing board',
    role: 'board',
    bodies: 'host',
    needed: 'later',
    from: '2026-27',
    evidence: cited('[R]'),
    proven: false,
  },
  {
    capacity: 'section-151-officer',
    title: 'Chief finance officer of the host council (section 151)',
    who: 'the chief finance officer (section 151)',
    role: 'chief-finance-officer',
    bodies: 'host',
    needed: 'to-submit',
    from: '2015-16',
    until: '2024-25',
    evidence: cited('2025-26: [W10]; earlier years: [R]'),
    proven: false,
  },
  {
    capacity: 'section-151-officer',
    title: 'Chief finance officer of the host council (section 151)',
    who: 'the chief finance officer (section 151)',
    role: 'chief-finance-officer',
    bodies: 'host',
    needed: 'to-submit',
    from: '2025-26',
    until: '2025-26',
    evidence: cited('[W10]'),
    proven: true,
  },
  {
    capacity: 'section-151-officer',
    title: 'Chief finance officer of the host council (section 151)',
    who: 'the chief finance officer (section 151)',
    role: 'chief-finance-officer',
    bodies: 'host',
    needed: 'to-submit',
    from: '2026-27',
    evidence: cited('2025-26: [W10]; later years: [R]'),
    proven: false,
  },
  {
    capacity: 'nhs-chief-finance-officer',
    title: 'Chief finance officer of each NHS body',
    who: 'the chief finance officer',
    role: 'chief-finance-officer',
    bodies: 'nhs',
    needed: 'to-submit',
    from: '2015-16',
    until: '2024-25',
    evidence: cited('[R]'),
    proven: false,
  },
  {
    capacity: 'chief-executive',
    title: 'Chief executive of every body; not to be delegated',
    who: 'the chief executive (nobody in their place)',
    role: 'chief-executive',
    bodies: 'councils-and-nhs',
    needed: 'to-submit',
    from: '2025-26',
    evidence: cited('[W10]'),
    proven: true,
  },
];

const BODIES: Readonly<Record<Exclude<Capacity['bodies'], 'host'>, readonly PartnerKind[]>> = {
  nhs: ['ccg', 'icb'],
  'councils-and-nhs': ['ccg', 'icb', 'county', 'unitary', 'borough'],
};

/** The capacities in which a year’s plan is signed off. */
export const capacitiesOf = (year: string): Capacity[] =>
  CAPACITIES.filter(({ from, until }) => from <= year && (until === undefined || year <= until));

/** The capacity of this name in which a year asks for a sign-off; undefined where it asks for none. */
export const capacityOf = (year: string, name: string): Capacity | undefined =>
  capacitiesOf(year).find(({ capacity }) => capacity === name);

/** Who must sign a year’s plan off for a body in a capacity that the year asks for, in a sentence. */
export const mustSignInWords = (year: string, capacity: string, body: string): string =>
  `For ${body}, ${capacityOf(year, capacity)!.who} must sign.`;

/** Who approves a return that the host has filed: by which role of the host, in which years, both inclusive. */
interface Approval {
  readonly who: string;
  readonly role: Role;
  readonly from: string;
  readonly evidence: string;
  readonly proven: boolean;
}

const RETURN_APPROVALS: readonly Approval[] = [
  {
    who: 'the health and wellbeing board',
    role: 'board',
    from: '2024-25',
    evidence: cited('[W10]: quarters 1 to 3 of 2024-25; public papers, 2026'),
    proven: true,
  },
];

/** Who approves the filed returns of a year; undefined where nobody is asked to. */
export const approvalOf = (year: string): Approval | undefined => RETURN_APPROVALS.find(({ from }) => from <= year);

/** The partners of a fund who sign off in a capacity. */
export const signatoriesOf = (
  { bodies }: Capacity,
  host: string,
  partners: readonly { readonly partner: string; readonly kind: PartnerKind }[],
): string[] =>
  bodies === 'host'
    ? [host]
    : partners.filter(({ kind }) => BODIES[bodies].includes(kind)).map(({ partner }) => partner);
