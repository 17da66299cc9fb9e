import { dayNumber, dayOfNumber, type Day } from '../src/domain/calendar.js';
import { cellsOf } from '../src/domain/dispute/claim.js';
import { owedOn, settlementOn } from '../src/domain/dispute/owed.js';
import { bodiesOf, entriesKnown, termsAt, type DisputeState } from '../src/domain/dispute/state.js';
import { exactly, minus, moneyText, NO_MONEY, pence, plus, signedPence, type Pence } from '../src/domain/money.js';
import { holdsNhsNumber } from '../src/domain/values.js';
import type { Data } from './facts.js';
import type { Random } from './random.js';

/**
 * What is in measured disputes: one area from 2016 to 2024, two councils and NHS bodies that merge twice, and cases that
 * each live a life of their own: raised, revised, paid for meanwhile, taken through stages, decided, withdrawn, settled.
 */

export const AREA = 'longshire';
export const FIRST = '2016-04-01' as Day;
export const LAST = '2024-12-31' as Day;

export const COUNTY = 'county';
const COUNCILS = [COUNTY, 'borough'] as const;
const CCGS = ['north-ccg', 'south-ccg', 'east-ccg', 'west-ccg'] as const;
const MERGED = { 'north-ccg': 'upper-ccg', 'south-ccg': 'lower-ccg', 'east-ccg': 'upper-ccg', 'west-ccg': 'lower-ccg' };
const MERGED_ON = '2020-04-01';
const ICB = 'longshire-icb';
const ICB_FROM = '2022-07-01';
export const PARTNERS: readonly (readonly [partner: string, kind: string])[] = [
  [COUNTY, 'county'],
  ['borough', 'unitary'],
  ...[...CCGS, ...new Set(Object.values(MERGED))].map((ccg) => [ccg, 'ccg'] as const),
  [ICB, 'icb'],
];

const KINDS = ['chc', 'chc', 'chc', 'joint-package', 's117', 'fnc', 'residence', 'invoice'] as const;
const GROUNDS = ['primary-health-need', 'decision-delayed', 'split-not-agreed', 'responsible-body', 'other'] as const;
const STAGES = ['prevention', 'informal', 'panel', 'chief-executives', 'arbitration'] as const;
export const PROTOCOL = 'sheffield-five-stage';

/** How often a case sees an act of each kind, and by how many days at the most after it was raised. */
const LIFE = [
  ['DisputeStageEntered', 0.9, 120],
  ['DisputeStageEntered', 0.6, 300],
  ['DisputeStageEntered', 0.4, 500],
  ['DisputeStageExtended', 0.15, 400],
  ['ClaimRevised', 0.5, 600],
  ['ClaimRevised', 0.3, 1_200],
  ['InterimFundingAgreed', 0.3, 400],
  ['SplitDecided', 0.35, 900],
  ['SplitDecided', 0.1, 1_500],
  ['ClaimWithdrawn', 0.1, 900],
  ['ClaimConceded', 0.06, 900],
  ['RefundPaid', 0.15, 1_500],
  ['FactReversed', 0.08, 900],
] as const;
export type CaseAct = 'DisputeRaised' | (typeof LIFE)[number][0];

/** The days on which two bodies settle many cases at once; one of the settlements is taken back. */
export const SETTLEMENT_DAYS = [
  '2017-11-30',
  '2019-03-29',
  '2020-06-30',
  '2021-09-30',
  '2022-03-31',
  '2023-02-28',
  '2023-12-29',
  '2024-11-29',
] as unknown as readonly Day[];
export const TAKEN_BACK = SETTLEMENT_DAYS[4]!;
const SETTLED_MAX = 500;

/** A case as its facts are being made. */
export interface CaseMaking {
  readonly id: string;
  readonly first: number;
  readonly raisedOn: number;
  stages: number;
  /** The day of the last fact of each subject: the next is of that day or later, as the rules ask. */
  readonly last: Map<string, number>;
}

export interface Act {
  readonly type: string;
  readonly data: Data;
  readonly by: string;
  /** The side that signs, where the fact needs the other's signature. */
  readonly signs?: string | undefined;
}

/** Cases as they will be raised, evenly over the years, and the days on which something is done about each. */
export function plannedCase(random: Random): { making: CaseMaking; acts: [day: number, act: CaseAct][] } {
  const days = dayNumber(LAST) - dayNumber(FIRST);
  const first = dayNumber(FIRST) + random.below(days - 60);
  const raisedOn = Math.min(first + 14 + random.below(250), dayNumber(LAST));
  const acts: [number, CaseAct][] = [[raisedOn, 'DisputeRaised']];
  for (const [act, chance, within] of LIFE) {
    const day = raisedOn + 1 + random.below(within);
    if (random.chance(chance) && day <= dayNumber(LAST)) acts.push([day, act]);
  }
  let id = randomReference(random);
  // A reference that happens to be shaped like an NHS number is refused, and another is drawn.
  while (holdsNhsNumber(id)) id = randomReference(random);
  return { making: { id, first, raisedOn, stages: 0, last: new Map() }, acts };
}

function randomReference(random: Random): string {
  const hex = random.hex(32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

const share = (respondent: number) => ({ claimant: 10_000 - respondent, respondent });
const anySum = (random: Random, pounds: number): string => moneyText(exactly(100 + random.below(pounds * 100)));

/** An NHS body from the first day of a case on, with the mergers that followed. */
function nhsBodies(first: number, random: Random) {
  const day = dayOfNumber(first);
  const ccg = random.pick(CCGS);
  const all = [
    { from: FIRST, partner: ccg },
    { from: MERGED_ON, partner: MERGED[ccg] },
    { from: ICB_FROM, partner: ICB },
  ];
  const at = all.findLastIndex((each) => each.from <= day);
  return [{ ...all[at]!, from: day }, ...all.slice(at + 1)];
}

function costs(from: number, random: Random) {
  let day = from;
  return Array.from({ length: 1 + random.below(4) }, () => {
    const each = { from: dayOfNumber(day), weekly: random.chance(0.03) ? '0.00' : anySum(random, 4_000) };
    day += 30 + random.below(330);
    return each;
  });
}

const invoices = (from: number, random: Random) =>
  Array.from({ length: 1 + random.below(6) }, () => ({
    on: dayOfNumber(from + random.below(200)),
    amount: anySum(random, 30_000),
  }));

function raised({ id, first, raisedOn }: CaseMaking, random: Random): Act {
  const kind = random.pick(KINDS);
  const council = [{ from: dayOfNumber(first), partner: random.chance(0.8) ? COUNTY : 'borough' }];
  const nhs = nhsBodies(first, random);
  const [claimant, respondent] = random.chance(0.85) ? [council, nhs] : [nhs, council];
  const interim = random.pick([0, 0, 2_000, 3_333, 5_000]);
  return {
    type: 'DisputeRaised',
    by: (claimant.findLast((each) => each.from <= dayOfNumber(raisedOn)) ?? claimant[0]!).partner,
    data: {
      effective: dayOfNumber(first),
      case: id,
      kind,
      ground: random.pick(GROUNDS),
      raisedOn: dayOfNumber(raisedOn),
      claimant,
      respondent,
      costs: kind === 'invoice' ? [] : costs(first, random),
      interim: share(interim),
      claimed: share(interim + 1 + random.below(10_000 - interim)),
      ...(random.chance(0.4) && { until: dayOfNumber(first + 20 + random.below(1_200)) }),
      ...((kind === 'invoice' || random.chance(0.05)) && { invoices: invoices(first, random) }),
    },
  };
}

/** Which facts of a case follow each other in the order of their days. */
const SUBJECT: Readonly<Record<string, string>> = {
  SplitDecided: 'decision',
  ClaimWithdrawn: 'decision',
  ClaimConceded: 'decision',
  DisputeStageExtended: 'DisputeStageEntered',
};
const subjectOf = (type: string): string => SUBJECT[type] ?? type;

/** The next act on a case; undefined if there is nothing to do. The rules decide whether it is recorded. */
export function caseAct(type: CaseAct, making: CaseMaking, state: DisputeState, day: number, random: Random) {
  if (type === 'DisputeRaised') return raised(making, random);
  const today = dayOfNumber(day);
  const { claimant, respondent } = bodiesOf(state, making.id, today);
  // A case that was never raised, or whose raising was reversed, has no bodies and no further life.
  if (claimant.length === 0) return undefined;
  const act = actOn(type, making, state, day, random);
  return act && { by: claimant[0]!, signs: respondent[0]!, ...act, type };
}

function actOn(
  type: Exclude<CaseAct, 'DisputeRaised'>,
  making: CaseMaking,
  state: DisputeState,
  day: number,
  random: Random,
): (Partial<Act> & Pick<Act, 'data'>) | undefined {
  const subject = subjectOf(type);
  const earliest = Math.max(making.first, making.last.get(subject) ?? 0, (making.last.get('settled') ?? -1) + 1);
  // Nothing more is stated of days after a case was closed.
  if (earliest === Infinity) return undefined;
  // Half of what is stated reaches back, and half of that as far as it can.
  const back = random.chance(0.5) ? earliest : day - random.below(Math.max(1, day - earliest));
  const from = Math.max(earliest, random.chance(0.5) ? back : day);
  const data = { effective: dayOfNumber(from), case: making.id };
  const decision = { ...data, decidedOn: dayOfNumber(day) };
  switch (type) {
    case 'DisputeStageEntered': {
      const stage = STAGES[making.stages++];
      return stage && { data: { ...data, effective: dayOfNumber(day), stage } };
    }
    case 'DisputeStageExtended':
      return { data: { ...data, effective: dayOfNumber(day), dueBy: dayOfNumber(day + 60) } };
    case 'ClaimRevised':
      return { data: { ...data, ...revision(from, state, making.id, random) } };
    case 'InterimFundingAgreed':
      return { data: { ...data, interim: share(random.pick([0, 1_000, 2_500, 4_000])) } };
    case 'SplitDecided':
      return { data: { ...decision, split: share(random.pick([0, 1_500, 2_500, 3_333, 5_000])), by: 'panel' } };
    case 'ClaimWithdrawn':
      return { data: { ...decision, ground: 'not-worth-pursuing' } };
    case 'ClaimConceded': {
      // It is the respondent's officers who concede.
      const [by] = bodiesOf(state, making.id, dayOfNumber(day)).respondent;
      return { data: decision, by: by! };
    }
    case 'RefundPaid': {
      const owed = owedOn(state, making.id, dayOfNumber(day))!;
      const amount = exactly(Math.abs(owed.decidedToPay));
      if (amount === NO_MONEY) return undefined;
      const by = owed.decidedToPay > 0 ? owed.respondent : owed.claimant;
      return { data: refund({ case: making.id }, by, day, random.chance(0.5) ? amount : half(amount)), by };
    }
    case 'FactReversed': {
      const last = entriesKnown(state.cases.get(making.id)!).at(-1)!;
      if (last.type === 'DisputeSettled') return undefined;
      return {
        data: { effective: last.data.effective, reverses: String(last.revision), reason: 'Recorded by mistake' },
      };
    }
  }
}

const half = (amount: Pence): Pence => exactly(Math.ceil(amount / 2));

const refund = (of: Data, payer: string, day: number, amount: Pence): Data => ({
  effective: dayOfNumber(day),
  of,
  payer,
  amount: moneyText(amount),
  bankReference: `BACS ${day}`,
});

function revision(from: number, state: DisputeState, id: string, random: Random): Data {
  switch (random.below(6)) {
    case 0:
      return { until: dayOfNumber(from + random.below(900)) };
    case 1:
      return { claimed: share(random.pick([7_500, 9_000, 10_000])), ground: random.pick(GROUNDS) };
    case 2: {
      const councilClaims = COUNCILS.some((council) => bodiesOf(state, id, LAST).claimant.includes(council));
      return { respondent: councilClaims ? random.pick([...CCGS, ICB]) : random.pick(COUNCILS) };
    }
    case 3:
      return { invoices: invoices(from, random) };
    default:
      return { costs: costs(from, random) };
  }
}

/** Remembers what a recorded act leaves to the next ones. */
export function remember(making: CaseMaking, { type, data }: Act): void {
  const subject = subjectOf(type);
  const day = dayNumber(data['effective'] as Day);
  if (type !== 'FactReversed') making.last.set(subject, Math.max(making.last.get(subject) ?? 0, day));
}

// Settlements

/** What is left of a case through a day, agreed and abandoned sums of earlier settlements taken off. */
function leftOf(state: DisputeState, id: string, effective: Day, through: number): Pence {
  const terms = termsAt(state.cases.get(id)!)!;
  const claimed = cellsOf(terms, { on: dayNumber(effective), to: through }).map((cell) => cell.claimed);
  const settled = terms.settled.flatMap(({ parts }) =>
    parts.map((part) => plus(signedPence(part.agreed), pence(part.abandoned))),
  );
  return minus(claimed.reduce(plus, NO_MONEY), settled.reduce(plus, NO_MONEY));
}

/** A settlement of many cases between the two bodies that have the most of them open that day. */
export function settlement(
  all: readonly CaseMaking[],
  state: DisputeState,
  effective: Day,
  random: Random,
): Act & { readonly settled: ReadonlyMap<CaseMaking, number> } {
  const today = dayNumber(effective);
  const byPair = new Map<string, CaseMaking[]>();
  for (const making of all) {
    const terms =
      making.raisedOn < today && state.cases.has(making.id) ? termsAt(state.cases.get(making.id)!) : undefined;
    const last = terms?.settled.at(-1);
    if (!terms || last?.closes || random.chance(0.3)) continue;
    const { claimant, respondent } = bodiesOf(state, making.id, effective);
    const pair = `${claimant[0]!} ${respondent[0]!}`;
    byPair.set(pair, [...(byPair.get(pair) ?? []), making]);
  }
  const [pair, cases] = [...byPair].sort(([, a], [, b]) => b.length - a.length)[0]!;
  const [by, signs] = pair.split(' ');
  const lines: Data[] = [];
  const settled = new Map<CaseMaking, number>();
  for (const making of cases) {
    if (lines.length === SETTLED_MAX) break;
    const before = making.last.get('settled') ?? making.first;
    const through = random.chance(0.5) ? today : Math.max(before, today - random.below(400));
    const left = leftOf(state, making.id, effective, through);
    if (left <= 0) continue;
    // A case is closed only where no day after those settled has cost anything.
    const closes = through === today && random.chance(0.8);
    const agreed = random.below(left + 1);
    const abandoned = closes || random.chance(0.5) ? left - agreed : Math.floor((left - agreed) / 2);
    lines.push({
      case: making.id,
      agreed: moneyText(exactly(agreed)),
      abandoned: moneyText(exactly(abandoned)),
      through: dayOfNumber(through),
      closes,
    });
    settled.set(making, closes ? Infinity : through);
  }
  const data = { effective, settlement: `settlement-${effective}`, lines };
  return { type: 'DisputeSettled', by: by!, signs: signs!, data, settled };
}

/** What is paid of a settlement some weeks later. */
export function settlementPaid(state: DisputeState, name: string, day: number): Act[] {
  const { payments } = settlementOn(state, name, dayOfNumber(day))!;
  return payments.map(({ payer, agreed }) => ({
    type: 'RefundPaid',
    by: payer,
    data: refund({ settlement: name }, payer, day, half(agreed)),
  }));
}
