import { instantOf, type Day } from '../src/domain/calendar.js';
import type { LedgerEvent } from '../src/domain/grammar/event.js';
import { standsAt, type FundState } from '../src/domain/fund/state.js';
import { exactly, moneyText, plus } from '../src/domain/money.js';
import type { Role } from '../src/domain/roles.js';
import type { StreamState } from '../src/domain/grammar/kind.js';
import type { Random } from './random.js';

/**
 * What is in a measured ledger: twelve partners in four funds of one year, each fund with its plan, its grants and a
 * contribution of every partner, and then the facts of the year in a fixed mix, chosen so that they keep the rules.
 */

export const YEAR = '2017-18';
export const FIRST = '2017-04-01' as Day;
export const LAST = '2018-03-31' as Day;
export const RECORDED_FROM = instantOf('2017-04-01T08:00:00Z')!;
export const RECORDED_UNTIL = instantOf('2018-03-31T18:00:00Z')!;

export const HOST = 'county';
const CCGS = ['north-ccg', 'south-ccg', 'east-ccg', 'west-ccg', 'city-ccg'] as const;
const DISTRICTS = [
  'ash-district',
  'beech-district',
  'cedar-district',
  'elm-district',
  'oak-district',
  'yew-district',
] as const;
export const PARTNERS: readonly string[] = [HOST, ...CCGS, ...DISTRICTS];
export const FUNDS: readonly string[] = ['north', 'south', 'east', 'west'].map((side) => `${side}shire-${YEAR}`);
/** An officer of the host who may record receipts in every fund. */
export const OFFICER = `${HOST}-finance`;

/** How a measured ledger is made up. */
export interface Shape {
  /** The host first. */
  readonly partners: readonly string[];
  readonly funds: readonly string[];
  /** How many lines the plan of each fund has. */
  readonly lines: number;
}

export const SHAPE: Shape = { partners: PARTNERS, funds: FUNDS, lines: 30 };

/** So many funds as hold so many facts, with at most ten thousand in each: as many as a busy fund of an area has. */
export const FACTS_OF_A_FUND = 10_000;
export const manyFunds = (events: number): Shape => ({
  ...SHAPE,
  funds: Array.from({ length: Math.ceil(events / FACTS_OF_A_FUND) }, (_, index) => `area-${index + 1}-${YEAR}`),
});

/** One fund of forty partners, a tenth of its facts lines of its plan: at ten thousand facts, more than any area has. */
export const largeFund = (facts: number): Shape => ({
  partners: [
    HOST,
    ...Array.from({ length: 19 }, (_, index) => `place-${index + 1}-ccg`),
    ...Array.from({ length: 20 }, (_, index) => `place-${index + 1}-district`),
  ],
  funds: [`largeshire-${YEAR}`],
  lines: facts / 10,
});

const GRANTS = ['IBCF', 'IBCF_2017', 'DFG'] as const;
const GRANT_POUNDS = 90_000_000;
/** So many receipts pay a contribution in full; another needs a reason. Divides by every number of quarters left. */
const RECEIPTS_PER_CONTRIBUTION = 12;
const RECEIPTS_PER_OPENING_CONTRIBUTION = 120_000;
const QUARTERS = ['2017-04-30', '2017-07-31', '2017-10-31', '2018-01-31'] as const;
/** A reversal chooses among so many of a fund's latest facts, because mistakes are usually found soon. */
const REVERSIBLE_MAX = 200;

/** The facts that follow a fund's opening, each with how many there are of it in a hundred. */
const MIX = [
  ['ContributionReceived', 56],
  ['ContributionAgreed', 10],
  ['GrantTrancheReceived', 10],
  ['PlanLineRevised', 9],
  ['GrantRisk', 6],
  ['AssumptionStated', 3],
  ['GapStated', 1],
  ['FactReversed', 5],
] as const;
type Mixed = (typeof MIX)[number][0];
const HUNDRED: readonly Mixed[] = MIX.flatMap(([name, share]) => Array<Mixed>(share).fill(name));

export type Data = Readonly<Record<string, unknown>>;

interface Contribution {
  readonly name: string;
  readonly part: string;
  receiptsLeft: number;
}

interface Risk {
  readonly grant: string;
  readonly amount: string;
  readonly effective: Day;
}

/** A fund as its facts are being made. */
export interface Making {
  readonly shape: Shape;
  readonly stream: StreamState<FundState>;
  readonly contributions: Contribution[];
  readonly reversible: LedgerEvent[];
  risk: Risk | undefined;
  /** The day of each plan line's last revision: the next is of that day or later, as the rules ask. */
  readonly revisedOn: Map<string, Day>;
}

/** Names the contributions that every fund opens with: one of each partner. */
export const openingContribution = (partner: string): string => `${partner}-opening`;

// The opening of the ledger and of each fund

export type Sent = readonly [type: string, data: Data];

const officersOf = (partner: string): { readonly officer: string; readonly role: Role }[] => [
  { officer: `${partner}-finance`, role: 'finance-officer' },
  { officer: `${partner}-chief`, role: 'chief-finance-officer' },
];

const kindOf = (partner: string): string => {
  if (partner === HOST) return 'county';
  return isCcg(partner) ? 'ccg' : 'district';
};

const isCcg = (partner: string): boolean => partner.endsWith('-ccg');

export function registerFacts({ partners }: Shape): Sent[] {
  const partnerData = (partner: string) => ({
    effective: FIRST,
    partner,
    name: partner,
    kind: kindOf(partner),
    officers: officersOf(partner),
  });
  const [keeper, ...others] = partners;
  return [
    ['LedgerOpened', { ...partnerData(keeper!), ledger: 'Benchmark', demonstration: false }],
    ...others.map((partner): Sent => ['PartnerRegistered', partnerData(partner)]),
  ];
}

const lineName = (index: number): string => `line-${index}`;
const grantName = (source: string): string => `grant-${source.toLowerCase().replace('_', '-')}`;

export function openingFacts(name: string, fund: Making): Sent[] {
  const grants = GRANTS.map((source): Sent => {
    const amount = moneyText(exactly(GRANT_POUNDS * 100));
    return [
      'GrantDetermined',
      {
        effective: FIRST,
        grant: grantName(source),
        holder: HOST,
        source,
        amount,
        recurrent: source !== 'IBCF_2017',
        determination: 'Benchmark determination',
        tranches: [{ due: FIRST, amount }],
      },
    ];
  });
  const { partners, lines: many } = fund.shape;
  const lines = Array.from({ length: many }, (_, index): Sent => {
    const source = index % 2 === 0 ? 'NHS_MIN' : 'LA_ADD';
    return [
      'PlanLineSet',
      {
        effective: FIRST,
        line: lineName(index),
        description: 'A service of the plan',
        category: index % 10 === 9 ? 'saving' : 'base',
        source,
        recurrent: index % 3 !== 0,
        amount: '9000000.00',
      },
    ];
  });
  return [
    ['FundOpened', { effective: FIRST, area: name.slice(0, -`-${YEAR}`.length), year: YEAR, host: HOST, partners }],
    ...lines,
    ...grants,
    ...partners.map((partner): Sent => [
      'ContributionAgreed',
      contribution(fund, {
        contribution: openingContribution(partner),
        payer: partner,
        source: isCcg(partner) ? 'NHS_MIN' : 'LA_ADD',
        effective: FIRST,
        pounds: 100,
        receipts: RECEIPTS_PER_OPENING_CONTRIBUTION,
      }),
    ]),
  ];
}

interface NewContribution {
  readonly contribution: string;
  readonly payer: string;
  readonly source: string;
  readonly effective: Day;
  /** What one receipt brings, and how many receipts pay it in full. */
  readonly pounds: number;
  readonly receipts: number;
}

/** A contribution by equal instalments on the quarters that are left, whose receipts are equal parts of it. */
function contribution(fund: Making, { pounds, receipts, ...of }: NewContribution): Data {
  const left = QUARTERS.filter((day) => day >= of.effective);
  const due = left.length > 0 ? left : [of.effective];
  const amount = pounds * receipts * 100;
  const instalment = moneyText(exactly(amount / due.length));
  fund.contributions.push({ name: of.contribution, part: moneyText(exactly(pounds * 100)), receiptsLeft: receipts });
  return {
    ...of,
    amount: moneyText(exactly(amount)),
    recurrent: pounds % 2 === 0,
    instalments: due.map((day) => ({ due: day, amount: instalment })),
  };
}

// What is recorded through the year

export interface Next {
  readonly type: string;
  readonly data: Data;
  readonly original?: LedgerEvent;
}

/** The facts that are reversed here: those on which no other fact rests. */
const REVERSED: ReadonlySet<string> = new Set(['ContributionReceived', 'AssumptionStated']);

/** Keeps a fact as one that a later reversal may name. */
export function remember(fund: Making, event: LedgerEvent, random: Random): void {
  if (!REVERSED.has(event.type)) return;
  if (fund.reversible.length < REVERSIBLE_MAX) fund.reversible.push(event);
  else fund.reversible[random.below(REVERSIBLE_MAX)] = event;
}

export function nextFact(fund: Making, random: Random, effective: Day): Next {
  const type = random.pick(HUNDRED);
  switch (type) {
    case 'ContributionReceived':
      return receipt(fund, random, effective);
    case 'ContributionAgreed':
      return { type, data: agreed(fund, random, effective) };
    case 'GrantTrancheReceived': {
      const grant = grantName(random.pick(GRANTS));
      return {
        type,
        data: { effective, grant, amount: smallSum(random), bankReference: `BACS ${random.hex(8)}` },
      };
    }
    case 'PlanLineRevised':
      return { type, data: revised(fund, random, effective) };
    case 'GrantRisk':
      return risk(fund, random, effective);
    case 'AssumptionStated':
      return {
        type,
        data: {
          effective,
          assumption: `assumption-${fund.stream.revision}`,
          partner: random.pick(fund.shape.partners),
          source: 'NHS_ADD',
          recurrent: random.chance(0.5),
          amount: smallSum(random),
          basis: 'Budget report',
        },
      };
    case 'GapStated':
      return {
        type,
        data: {
          effective,
          claimant: 'The council',
          statedOn: effective,
          amount: smallSum(random),
          basis: 'Report to the board',
        },
      };
    case 'FactReversed':
      return reversal(fund, random, effective) ?? receipt(fund, random, effective);
  }
}

const smallSum = (random: Random): string => moneyText(exactly(1 + random.below(100_000)));

function receipt(fund: Making, random: Random, effective: Day): Next {
  const of = random.pick(fund.contributions);
  return {
    type: 'ContributionReceived',
    data: {
      effective,
      contribution: of.name,
      amount: of.part,
      bankReference: `BACS ${random.hex(8)}`,
      ...(of.receiptsLeft-- <= 0 && { reason: 'Paid ahead of a variation' }),
    },
  };
}

function agreed(fund: Making, random: Random, effective: Day): Data {
  const payer = random.pick(fund.shape.partners);
  const source = isCcg(payer) ? random.pick(['NHS_MIN', 'NHS_ADD']) : 'LA_ADD';
  return contribution(fund, {
    contribution: `contribution-${fund.stream.revision}`,
    payer,
    source,
    effective,
    pounds: 1 + random.below(10_000),
    receipts: RECEIPTS_PER_CONTRIBUTION,
  });
}

function revised({ shape, stream, revisedOn }: Making, random: Random, drawn: Day): Data {
  const line = lineName(random.below(shape.lines));
  const last = revisedOn.get(line) ?? drawn;
  const effective = drawn < last ? last : drawn;
  revisedOn.set(line, effective);
  const was = exactly(Math.abs(standsAt(stream.own, 'requirement', line, effective)));
  const change = exactly((1 + random.below(50_000)) * (random.chance(0.5) ? 1 : -1));
  return { effective, line, now: moneyText(plus(was, change)), reason: 'Reviewed' };
}

/** Puts money at risk and lifts that risk, in turns, so that the money at risk is never negative. */
function risk(fund: Making, random: Random, effective: Day): Next {
  const standing = fund.risk;
  if (standing) {
    fund.risk = undefined;
    const later = effective < standing.effective ? standing.effective : effective;
    return { type: 'GrantRiskLifted', data: { ...standing, effective: later, cause: 'The return was accepted' } };
  }
  fund.risk = { grant: grantName(random.pick(GRANTS)), amount: smallSum(random), effective };
  return { type: 'GrantPutAtRisk', data: { ...fund.risk, cause: 'The return is late' } };
}

function reversal(fund: Making, random: Random, effective: Day): Next | undefined {
  const [original] = fund.reversible.splice(random.below(fund.reversible.length), 1);
  if (!original) return undefined;
  const from = effective < original.data.effective ? original.data.effective : effective;
  return {
    type: 'FactReversed',
    data: { effective: from, reverses: String(original.revision), reason: 'Recorded twice' },
    original,
  };
}
