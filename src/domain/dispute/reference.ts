import { cited } from '../reference/works.js';

/**
 * What disputes are about, as reference data: kinds, grounds, accounting classes and the dispute protocols that areas
 * can adopt. What rests on general professional knowledge only is marked as not proven.
 */

export interface Listed {
  readonly code: string;
  readonly name: string;
}

/** Source: docs/sources.md, Terms; Acts and corrections; Disputes. */
export const DISPUTE_KINDS = [
  { code: 'chc', name: 'NHS continuing healthcare' },
  { code: 'joint-package', name: 'Joint package of care' },
  { code: 's117', name: 'Aftercare under section 117 of the Mental Health Act 1983' },
  { code: 'fnc', name: 'NHS-funded nursing care' },
  { code: 'residence', name: 'Ordinary residence or responsible commissioner' },
  { code: 'invoice', name: 'Invoice' },
] as const satisfies readonly Listed[];

/**
 * The grounds of a claim: codes, not words, so that no dispute can hold a person's story.
 * Source: docs/sources.md, Disputes.
 */
export const GROUNDS = [
  { code: 'primary-health-need', name: 'The person has a primary health need' },
  { code: 'decision-delayed', name: 'The decision took longer than 28 days without good reason' },
  { code: 'decision-revised', name: 'The decision was revised after a challenge' },
  { code: 'split-not-agreed', name: 'No split of a joint package has been agreed' },
  { code: 'section-117-duty', name: 'The duty under section 117 is joint' },
  { code: 'nursing-need', name: 'Registered nursing care is needed' },
  { code: 'responsible-body', name: 'Another body is responsible' },
  { code: 'invoice-wrong', name: 'An invoice is wrong or was not due' },
  { code: 'other', name: 'Another ground, set out in the evidence' },
] as const satisfies readonly Listed[];

/** Who found how a case is split. Source: docs/sources.md, Disputes. */
export const DECIDED_BY = [
  { code: 'parties', name: 'the parties' },
  { code: 'panel', name: 'a disputes panel' },
  { code: 'chief-executives', name: 'the chief executives' },
  { code: 'arbitration', name: 'arbitration' },
  { code: 'nhs-england-review', name: 'a review by NHS England' },
] as const satisfies readonly Listed[];

/** Why a claim is given up: codes, as its grounds are. */
export const WITHDRAWN_FOR = [
  { code: 'no-case', name: 'there is no case' },
  { code: 'settled-elsewhere', name: 'it is settled elsewhere' },
  { code: 'not-worth-pursuing', name: 'it is not worth pursuing' },
] as const satisfies readonly Listed[];

/**
 * The accounting classes, by the logic of IAS 37.
 * Source: docs/sources.md, Disputes; not proven, so an officer confirms each.
 */
export const ACCOUNTING_CLASSES = [
  { code: 'contingent-asset', name: 'Contingent asset: a note only, and only if probable' },
  { code: 'contingent-liability', name: 'Contingent liability: possible' },
  { code: 'debtor', name: 'Debtor' },
  { code: 'provision', name: 'Provision or accrual' },
  { code: 'creditor', name: 'Creditor' },
  { code: 'write-off', name: 'Write-off, with authority' },
  { code: 'release', name: 'Release' },
] as const satisfies readonly Listed[];

export type AccountingClass = (typeof ACCOUNTING_CLASSES)[number]['code'];

/** Bands of age by which a dispute register is read, in days since the dispute was raised, inclusive at both ends. */
export const AGE_BANDS = [
  { band: 'to-28-days', from: 0, to: 28 },
  { band: '29-to-91-days', from: 29, to: 91 },
  { band: '92-to-182-days', from: 92, to: 182 },
  { band: '183-to-365-days', from: 183, to: 365 },
  { band: 'over-365-days', from: 366, to: Infinity },
] as const;

export interface Stage {
  readonly stage: string;
  readonly title: string;
  /** Working days from the day on which the stage is entered; none where the stage has no limit of its own. */
  readonly workingDays?: number | undefined;
  /** The same in calendar days: weekends and holidays count, and the last day may be one. */
  readonly days?: number | undefined;
}

interface Protocol {
  readonly protocol: string;
  readonly title: string;
  readonly stages: readonly Stage[];
  readonly evidence: string;
  /** Whether the stages are found in a source; the days of neither are, and an area states its own when it adopts one. */
  readonly proven: boolean;
}

/**
 * Protocols that can be adopted by name.
 * Source: docs/sources.md, Disputes; the days are typical limits, not proven.
 */
export const PROTOCOLS: readonly Protocol[] = [
  {
    protocol: 'sheffield-five-stage',
    title: 'Five stages, after Sheffield’s continuing-healthcare dispute policy',
    stages: [
      { stage: 'prevention', title: 'Prevention', workingDays: 10 },
      { stage: 'informal', title: 'Informal resolution: operational, then deputy director', workingDays: 10 },
      { stage: 'panel', title: 'Disputes panel', workingDays: 20 },
      { stage: 'chief-executives', title: 'Chief executives', workingDays: 20 },
      { stage: 'arbitration', title: 'Arbitration' },
    ],
    evidence: cited('the stages: [W79]; their days: [R]'),
    proven: false,
  },
  {
    protocol: 'three-stage',
    title: 'Three plain stages',
    stages: [
      { stage: 'informal', title: 'Informal resolution', workingDays: 10 },
      { stage: 'panel', title: 'Disputes panel', workingDays: 20 },
      { stage: 'chief-executives', title: 'Chief executives', workingDays: 20 },
    ],
    evidence: cited('[R]'),
    proven: false,
  },
];

export const nameOfCode = (list: readonly Listed[], code: string): string =>
  list.find((each) => each.code === code)!.name;

/** The name of a code within a sentence, without its explanation. */
export const inSentence = (list: readonly Listed[], code: string): string =>
  nameOfCode(list, code).split(/[:,]/)[0]!.toLowerCase();
