import fc from 'fast-check';
import { dayNumber, dayOfNumber, type Day } from '../../src/domain/calendar.js';
import type { Invoice, Raised, Revised, SettledLine, Split } from '../../src/domain/dispute/claim.js';
import type { Entry } from '../../src/domain/dispute/steps.js';
import { cellsOf, asAt, sumsOf } from '../../src/domain/dispute/claim.js';
import { termsAt } from '../../src/domain/dispute/state.js';
import { exactly, minus, moneyText } from '../../src/domain/money.js';
import { Refusal } from '../../src/domain/rules.js';
import type { Command } from '../../src/domain/grammar/command.js';
import { caseNamed, DISPUTES, share } from './disputes.js';
import { COUNTY, NORTH, SOUTH, type TestLedger } from './ledger.js';

/** Random histories of an area's disputes, with every fact that changes a claim. */
interface DisputeMove {
  readonly what:
    | 'raise'
    | 'revise-cost'
    | 'revise-claim'
    | 'revise-invoices'
    | 'revise-body'
    | 'interim'
    | 'decide'
    | 'withdraw'
    | 'concede'
    | 'settle'
    | 'refund'
    | 'write-off'
    | 'reverse';
  readonly pence: number;
  /** Days after 1 October 2018. */
  readonly day: number;
  readonly days: number;
  readonly share: number;
  readonly pick: number;
  readonly flag: boolean;
}

const WHATS: readonly DisputeMove['what'][] = [
  'raise',
  'raise',
  'raise',
  'revise-cost',
  'revise-claim',
  'revise-invoices',
  'revise-body',
  'interim',
  'interim',
  'decide',
  'decide',
  'withdraw',
  'concede',
  'settle',
  'settle',
  'refund',
  'write-off',
  'reverse',
];

const FIRST = dayNumber('2018-10-01' as Day);
const LAST_ACT = '2020-12-31T12:00:00Z';

export const disputeHistories = (): fc.Arbitrary<DisputeMove[]> =>
  fc.array(
    fc.record({
      what: fc.constantFrom(...WHATS),
      pence: fc.integer({ min: 1, max: 9_999_999 }),
      day: fc.integer({ min: 0, max: 700 }),
      days: fc.integer({ min: 0, max: 500 }),
      share: fc.integer({ min: 0, max: 10_000 }),
      pick: fc.nat(1_000),
      flag: fc.boolean(),
    }),
    { minLength: 16, maxLength: 40, size: 'max' },
  );

type Act = readonly [proposer: string, signer: string | undefined, type: string, data: Record<string, unknown>];

/**
 * Plays a history at the end of 2020, an hour apart, and calls back after each move. A refused move leaves nothing
 * behind.
 */
export async function playDisputes(
  ledger: TestLedger,
  moves: readonly DisputeMove[],
  after?: (move: number) => void,
): Promise<{ readonly accepted: number; readonly refused: number }> {
  let time = ledger.now(LAST_ACT).clock.now();
  let accepted = 0;
  let refused = 0;
  const raised: { readonly name: string; readonly claimant: string; readonly respondent: string }[] = [];
  for (const [index, move] of moves.entries()) {
    time = (time + 3_600_000) as typeof time;
    ledger.clock.set(time);
    for (const [proposer, signer, type, data] of sendings(ledger, move, index, raised)) {
      const fact = { type, data: data as never };
      const submit = (officer: string, command: Command) => ledger.submit(officer, command, { in: DISPUTES });
      let done = await submit(proposer, { act: signer ? 'propose' : 'post', fact });
      if (signer && !(done instanceof Refusal)) {
        done = await submit(signer, { act: 'agree', proposal: done.outcome.proposal! });
        // Another body may be the other side by then. Any other proposal can be signed.
        if (done instanceof Refusal && done.rule !== 'wrong_partner')
          throw new Error(`${type} was proposed, and refused to its signer: ${done.detail}`);
      }
      if (done instanceof Refusal) refused++;
      else accepted++;
    }
    after?.(index);
  }
  return { accepted, refused };
}

function sendings(
  { ledger }: TestLedger,
  move: DisputeMove,
  index: number,
  raised: { name: string; claimant: string; respondent: string }[],
): Act[] {
  const effective = dayOfNumber(FIRST + move.day);
  const { own } = ledger.model.stream('dispute', DISPUTES);
  const finance = (partner: string) => `${partner}-finance`;
  if (move.what === 'raise') {
    const [claimant, respondent] = move.pick % 3 === 0 ? [NORTH, COUNTY] : [COUNTY, NORTH];
    const name = `case-${index}`;
    raised.push({ name, claimant, respondent });
    const interim = Math.floor(move.share / 3);
    const data = {
      effective,
      case: caseNamed(name),
      kind: 'chc',
      ground: 'other',
      raisedOn: dayOfNumber(FIRST + move.day + (move.pick % 40)),
      ...(move.flag && { until: dayOfNumber(FIRST + move.day + move.days) }),
      claimant: [{ from: effective, partner: claimant }],
      respondent: [
        { from: effective, partner: respondent },
        ...(move.pick % 5 === 0 ? [{ from: dayOfNumber(FIRST + move.day + 100), partner: SOUTH }] : []),
      ],
      costs: [{ from: effective, weekly: moneyText(exactly(move.pence)) }],
      ...(move.pick % 4 === 0 && {
        invoices: [{ on: dayOfNumber(FIRST + move.day + 10), amount: moneyText(exactly(move.pence)) }],
      }),
      interim: share(interim),
      claimed: share(Math.max(interim + 1, move.share)),
    };
    return [[finance(claimant), undefined, 'DisputeRaised', data]];
  }
  const of = raised[move.pick % Math.max(raised.length, 1)];
  const history = of && own.cases.get(caseNamed(of.name));
  const terms = history && termsAt(history);
  if (!of || !terms) return [];
  const to = terms.respondents.at(-1)!.value;
  const common = { effective, case: caseNamed(of.name) };
  const decidedOn = dayOfNumber(Math.max(FIRST + move.day + (move.pick % 30), terms.raisedOn));
  const sides = [finance(of.claimant), finance(to)] as const;
  const later = dayOfNumber(FIRST + move.day + move.days);
  // A revision either raises the claim, or lowers it and needs a second officer’s signature. The wrong way is refused.
  const revising = (data: Record<string, unknown>): Act[] => [
    [sides[0], undefined, 'ClaimRevised', data],
    [sides[0], `${of.claimant}-chief`, 'ClaimReduced', data],
  ];
  switch (move.what) {
    case 'revise-cost':
      return revising({
        ...common,
        costs: [
          { from: effective, weekly: moneyText(exactly(move.pence)) },
          ...(move.days > 0 ? [{ from: later, weekly: '0.00' }] : []),
        ],
        ...(move.flag && { until: later }),
      });
    case 'revise-claim':
      return revising({ ...common, claimed: share(move.share) });
    case 'revise-invoices':
      return revising({ ...common, invoices: [{ on: effective, amount: moneyText(exactly(move.pence)) }] });
    case 'revise-body':
      return [[sides[0], undefined, 'ClaimRevised', { ...common, respondent: move.flag ? SOUTH : NORTH }]];
    case 'interim':
      return [[...sides, 'InterimFundingAgreed', { ...common, interim: share(Math.floor(move.share / 2)) }]];
    case 'decide':
      return [[...sides, 'SplitDecided', { ...common, decidedOn, split: share(move.share), by: 'panel' }]];
    case 'withdraw':
      return [[sides[0], `${of.claimant}-chief`, 'ClaimWithdrawn', { ...common, decidedOn, ground: 'no-case' }]];
    case 'concede':
      return [[sides[1], `${to}-chief`, 'ClaimConceded', { ...common, decidedOn }]];
    case 'settle': {
      const day = dayOfNumber(FIRST + 750);
      const lines = raised.flatMap(({ name }) => {
        const each = own.cases.get(caseNamed(name));
        const left = each && termsAt(each);
        if (!left) return [];
        const { claimed } = sumsOf(cellsOf(left, asAt(day)));
        const settled = left.settled
          .flatMap(({ parts }) => parts)
          .reduce((sum, part) => sum + inPence(part.agreed) + inPence(part.abandoned), 0n);
        const open = exactly(claimed - Number(settled));
        const agreed = exactly(Math.floor((open * move.share) / 10_000));
        if (open <= 0) return [];
        return [
          {
            case: caseNamed(name),
            agreed: moneyText(agreed),
            abandoned: moneyText(move.flag ? minus(open, agreed) : exactly(Math.floor((open - agreed) / 2))),
            closes: move.flag || open === agreed,
          },
        ];
      });
      const some = lines.filter((_, at) => (at + move.pick) % 3 !== 0).slice(0, 4);
      return some.length === 0
        ? []
        : [[...sides, 'DisputeSettled', { effective: day, settlement: `settlement-${index}`, lines: some }]];
    }
    case 'refund':
    case 'write-off': {
      const settlement = [...own.settlements.keys()][move.pick % Math.max(own.settlements.size, 1)];
      const against = move.flag && settlement ? { settlement } : { case: caseNamed(of.name) };
      const amount = moneyText(exactly(Math.ceil(move.pence / 50)));
      const when = dayOfNumber(FIRST + 800);
      return move.what === 'refund'
        ? [[sides[1], undefined, 'RefundPaid', { effective: when, of: against, payer: to, amount, bankReference: 'B' }]]
        : [
            [
              sides[0],
              `${of.claimant}-chief`,
              'WriteOffApproved',
              { effective: when, of: against, creditor: of.claimant, amount, minute: 'C/1' },
            ],
          ];
    }
    case 'reverse': {
      const revision = move.pick % (ledger.model.stream('dispute', DISPUTES).revision + 1);
      const entry = own.entries.get(revision)?.entry;
      if (!entry) return [];
      const data = { effective: entry.data.effective, reverses: String(revision), reason: 'in error' };
      return [
        [sides[0], undefined, 'FactReversed', data],
        [...sides, 'FactReversed', data],
      ];
    }
  }
}

const inPence = (text: string): bigint => BigInt(text.replace('.', ''));

// What a claim is, day by day

interface Day1 {
  weekly: bigint;
  invoiced: bigint;
  claimed: bigint;
  interim: bigint;
  decided: bigint | 'withdrawn' | 'conceded' | undefined;
  /** What the day cost when its decision was signed. Any cost above that has not been signed. */
  signed: { readonly weekly: bigint; readonly invoiced: bigint } | undefined;
  runs: boolean;
  respondent: string;
}

interface NaiveCell {
  readonly year: string;
  readonly claimant: string;
  readonly respondent: string;
  readonly claimed: string;
  readonly agreed: string;
  readonly abandoned: string;
  readonly open: string;
  readonly repayable: string;
}

const YEAR_OF = (day: Day): string => {
  const starts = Number(day.slice(0, 4)) - (day.slice(5) < '04-01' ? 1 : 0);
  return `${starts}-${String((starts + 1) % 100).padStart(2, '0')}`;
};

function halfEven(parts: bigint): bigint {
  const PENNY = 70_000n;
  const rest = ((parts % PENNY) + PENNY) % PENNY;
  const whole = (parts - rest) / PENNY;
  return rest * 2n > PENNY || (rest * 2n === PENNY && whole % 2n !== 0n) ? whole + 1n : whole;
}

const text = (amount: bigint): string => moneyText(exactly(Number(amount)));

/**
 * The definition of a claim: every day of a case is written down as each fact leaves it, and added up in whole parts of
 * a penny. It is slow, and uses nothing of the product except the shapes of the facts.
 */
export function naiveCells(facts: readonly Entry[], on: Day): NaiveCell[] {
  const raised = facts[0]!.data as Raised;
  const days = new Map<Day, Day1>();
  const last = dayNumber(on);
  const from = (first: Day, change: (day: Day1, at: Day) => void): void => {
    for (const [at, day] of days) if (at >= first) change(day, at);
  };
  const costsFrom = (first: Day, costs: Raised['costs']): void =>
    from(first, (day, at) => {
      day.weekly = inPence(costs.findLast((each) => each.from <= at)?.weekly ?? '0.00');
    });
  const invoicesFrom = (first: Day, invoices: readonly Invoice[]): void =>
    from(first, (day, at) => {
      day.invoiced = invoices.filter((each) => each.on === at).reduce((sum, each) => sum + inPence(each.amount), 0n);
    });
  for (let number = dayNumber(raised.effective); number <= last; number++) {
    const at = dayOfNumber(number);
    days.set(at, {
      weekly: 0n,
      invoiced: 0n,
      claimed: BigInt(raised.claimed.respondent),
      interim: BigInt(raised.interim.respondent),
      decided: undefined,
      signed: undefined,
      runs: raised.until === undefined || at <= raised.until,
      respondent: raised.respondent.findLast((each) => each.from <= at)!.partner,
    });
  }
  const decide = (first: Day, decided: Day1['decided']): void =>
    from(first, (day) => {
      day.decided = decided;
      day.signed = { weekly: day.runs ? day.weekly : 0n, invoiced: day.invoiced };
    });
  costsFrom(raised.effective, raised.costs);
  invoicesFrom(raised.effective, raised.invoices ?? []);
  const settled: { effective: Day; line: SettledLine }[] = [];
  for (const { type, data } of facts) {
    const first = data.effective;
    if (type === 'ClaimRevised' || type === 'ClaimReduced') {
      const { costs, until, claimed, respondent, invoices } = data as Revised;
      if (costs) costsFrom(first, costs);
      if (until) from(first, (day, at) => void (day.runs = at <= until));
      if (claimed) from(first, (day) => void (day.claimed = BigInt(claimed.respondent)));
      if (respondent) from(first, (day) => void (day.respondent = respondent));
      if (invoices) invoicesFrom(first, invoices);
    }
    if (type === 'InterimFundingAgreed') {
      from(first, (day) => void (day.interim = BigInt((data['interim'] as Split).respondent)));
    }
    if (type === 'SplitDecided') {
      decide(first, BigInt((data['split'] as Split).respondent));
    }
    if (type === 'ClaimWithdrawn') decide(first, 'withdrawn');
    if (type === 'ClaimConceded') decide(first, 'conceded');
    if (type === 'DisputeSettled' && first <= on) {
      const line = (data['lines'] as SettledLine[]).find((each) => each.case === raised.case)!;
      settled.push({ effective: first, line });
    }
  }
  const closedAfter = settled.find(({ line }) => line.closes)?.line.through;
  const through =
    settled
      .map(({ line }) => line.through)
      .sort()
      .at(-1) ?? ('' as Day);
  // Settled days come first, then the others, in runs of consecutive days with one respondent. A year is rounded in
  // this order.
  const runs: {
    readonly year: string;
    readonly respondent: string;
    fixed: bigint;
    agreed: bigint;
    abandoned: bigint;
    open: bigint;
    repayable: bigint;
  }[] = [];
  for (const isSettled of [true, false]) {
    let run: (typeof runs)[number] | undefined;
    for (const [at, day] of days) {
      const beyond = closedAfter !== undefined && at > closedAfter;
      if (beyond || at <= through !== isSettled || (!day.runs && day.invoiced === 0n)) continue;
      const cost = (day.runs ? day.weekly : 0n) + day.invoiced * 7n;
      if (run?.year !== YEAR_OF(at) || run.respondent !== day.respondent) {
        run = {
          year: YEAR_OF(at),
          respondent: day.respondent,
          fixed: 0n,
          agreed: 0n,
          abandoned: 0n,
          open: 0n,
          repayable: 0n,
        };
        runs.push(run);
      }
      const claim = cost * (day.claimed - day.interim);
      if (isSettled) run.fixed += claim;
      else if (day.decided === undefined) run.open += claim;
      else {
        const decided =
          day.decided === 'withdrawn' ? day.interim : day.decided === 'conceded' ? day.claimed : day.decided;
        const { weekly, invoiced } = day.signed!;
        const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
        const signed =
          day.decided === 'withdrawn'
            ? cost
            : least(day.runs ? day.weekly : 0n, weekly) + least(day.invoiced, invoiced) * 7n;
        run.open += (cost - signed) * (day.claimed - day.interim);
        if (decided >= day.interim) run.agreed += signed * (decided - day.interim);
        else run.repayable += signed * (day.interim - decided);
        run.abandoned += signed * (day.claimed - (decided >= day.interim ? decided : day.interim));
      }
    }
  }
  const claimant = raised.claimant[0]!.partner;
  const sums = new Map<string, bigint>();
  const cells = new Map<string, { claimed: bigint; agreed: bigint; abandoned: bigint; repayable: bigint }>();
  for (const { year, respondent, fixed, agreed, abandoned, open, repayable } of runs) {
    const step = (parts: bigint, of = year): bigint => {
      const before = sums.get(of) ?? 0n;
      sums.set(of, before + parts);
      return halfEven(before + parts) - halfEven(before);
    };
    const stands = step(fixed);
    const due = step(agreed);
    const gone = step(abandoned);
    const key = `${year} ${respondent}`;
    const cell = cells.get(key) ?? { claimed: 0n, agreed: 0n, abandoned: 0n, repayable: 0n };
    cells.set(key, {
      claimed: cell.claimed + stands + due + gone + step(open),
      agreed: cell.agreed + due,
      abandoned: cell.abandoned + gone,
      repayable: cell.repayable + step(repayable, `${year} back`),
    });
  }
  return [...cells]
    .map(([key, cell]) => {
      const [year = '', respondent = ''] = key.split(' ');
      let { agreed, abandoned, repayable } = cell;
      for (const part of settled.flatMap(({ line }) => line.parts)) {
        if (part.year !== year || part.respondent !== respondent) continue;
        if (part.agreed.startsWith('-')) repayable -= inPence(part.agreed);
        else agreed += inPence(part.agreed);
        abandoned += inPence(part.abandoned);
      }
      return {
        year,
        claimant,
        respondent,
        claimed: text(cell.claimed),
        agreed: text(agreed),
        abandoned: text(abandoned),
        open: text(cell.claimed - agreed - abandoned),
        repayable: text(repayable),
      };
    })
    .sort((a, b) => a.year.localeCompare(b.year));
}
