import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import type { Entry } from '../../projections/entry.js';
import { naiveBalance } from '../../projections/balances.js';
import type { KeptAs } from '../../src/domain/grammar/remembered.js';
import { keptInForce, known } from '../../projections/fund-facts.js';
import { gapOf } from '../../projections/gap.js';
import { monitoringOf } from '../../projections/monitoring.js';
import { linesStanding, planOf } from '../../projections/plan.js';
import { fundPosition } from '../../projections/position.js';
import type { View } from '../../projections/view.js';
import {
  dayNumber,
  dayOfNumber,
  daysAfter,
  financialYear,
  lastDayOfPeriod,
  type Day,
} from '../../src/domain/calendar.js';
import { useOf, type Use } from '../../src/domain/fund/money/use-of-money.js';
import { exactly, minus, negated, NO_MONEY, pence, plus, signedPence, type Pence } from '../../src/domain/money.js';
import { imbalance, PLAN, POOL, type Account, type Measure, type Posting } from '../../src/domain/postings.js';
import { fundStream } from '../../src/ledger/catalogue.js';
import { viewOf } from '../../src/ledger/memory/read-model.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { asked } from '../support/asking.js';
import { COUNTY, FUND, PARTNERS, type TestLedger } from '../support/ledger.js';
import { asyncProperty, property } from '../support/property.js';
import { spend, spendings } from '../support/spending-histories.js';
import { openedLedger } from '../support/rules-alone.js';

/** Properties of all figures of spending, over random histories of a fund’s money, at random pairs of dates. */
const HISTORIES = Number(process.env['BCF_PROPERTY_RUNS'] ?? 30);

const days = fc
  .integer({ min: dayNumber('2016-03-30' as Day), max: dayNumber('2017-04-03' as Day) })
  .map((number) => dayOfNumber(number));
const points = fc.array(fc.record({ on: days, part: fc.double({ min: 0, max: 1, noNaN: true }) }), {
  minLength: 6,
  maxLength: 10,
});

interface FigureText {
  readonly section: string;
  readonly source: string;
  readonly line: string;
  readonly figure: string;
  readonly amount: string;
}

const YEAR = financialYear('2016-17')!;
const PERIODS = Array.from({ length: 12 }, (_, index) => index + 1);

const sumOf = (amounts: readonly Pence[]): Pence => amounts.reduce(plus, NO_MONEY);
const named = ({ section, source, line, figure }: Omit<FigureText, 'amount'>): string =>
  [section, source, line, figure].join();

/** The sum over the whole log of the postings that are early enough on both axes and satisfy a condition. */
const fold = (entries: readonly Entry[], { on, size }: { on: Day; size: number }, counts: (each: Posting) => boolean) =>
  sumOf(
    entries
      .filter((entry) => entry.place < size)
      .flatMap((entry) => entry.postings.filter((each) => each.on <= on && counts(each)).map((each) => each.pence)),
  );

function checkMonitoring(ledger: TestLedger, entries: readonly Entry[], on: Day, size: number, view: View): void {
  const { facts } = ledger.ledger.model.fund(FUND)!;
  const upTo = ledger.ledger.model.knownRevision(`fund-${FUND}`, size);
  const of = (keptAs: KeptAs) => keptInForce(facts, keptAs, { on, upTo });
  const { lines, total } = monitoringOf(view, of('line'), known(facts, 'line', upTo), of('forecast'), of('nothing'));
  for (const line of lines) {
    if (line.forecast && plus(line.forecast.outturn, line.variance!) !== line.budget)
      throw new Error('A budget is not its forecast and its variance.');
    for (const measure of ['committed', 'spent', 'accrued'] as const) {
      const slow = fold(
        entries,
        { on, size },
        (each) => each.measure === measure && each.detail === line.line && each.holder === PLAN,
      );
      if (line[measure] !== slow) throw new Error(`What is ${measure} on a line is not the sum of the log.`);
      if (line[measure] < 0) throw new Error(`${measure} is below zero.`);
    }
  }
  if (sumOf([total.forecast, total.variance, total.notForecast]) !== total.budget)
    throw new Error('The budgets are not forecast, variance and what is not forecast.');
  const set = of('line');
  const plan = planOf(view, linesStanding(view, set, known(facts, 'line', upTo)), []);
  const planned = sumOf(plan.lines.map(({ effect, amount }) => (effect === 'adds' ? amount : negated(amount))));
  const required = fold(entries, { on, size }, (each) => each.measure === 'requirement' && each.holder === PLAN);
  if ([planned, plan.requirement, total.budget, gapOf(view, NO_MONEY).requirement].some((each) => each !== required))
    throw new Error('The plan, its lines, the budgets and the gap do not require the same.');
  const spent = fold(entries, { on, size }, (each) => each.measure === 'spent' && each.holder === PLAN);
  if (total.spent !== spent) throw new Error('Something was spent on no line of the plan.');
}

/** On the last day of a period its accruals count, and on any other day none does. */
function checkAccruals(entries: readonly Entry[], on: Day, size: number): void {
  const known = entries.filter((entry) => entry.place < size);
  const takenBack = new Set(
    known.flatMap(({ type, data, effective }) =>
      type === 'FactReversed' && effective <= on ? [Number(data['reverses'])] : [],
    ),
  );
  const standing = known.filter(
    ({ type, effective, revision }) => type === 'AccrualPosted' && effective === on && !takenBack.has(revision),
  );
  const accrued = fold(entries, { on, size }, (each) => each.measure === 'accrued' && each.holder === PLAN);
  if (accrued !== sumOf(standing.map(({ data }) => pence(data['amount'] as string))))
    throw new Error(`On ${on}, other accruals stand than those of the day.`);
}

function checkUse(entries: readonly Entry[], on: Day, size: number, view: View): void {
  const uses = useOf(view, COUNTY);
  for (const source of ['NHS_ADD', 'LA_ADD', 'DFG']) {
    const of = (measure: Measure): Pence =>
      fold(entries, { on, size }, (each) => each.measure === measure && each.source === source && each.holder !== POOL);
    const [received, spent, accrued, passedDown, returned, setAside, drawn] = (
      ['received', 'spent', 'accrued', 'passedDown', 'returned', 'carriedForward', 'drawn'] as const
    ).map(of) as [Pence, Pence, Pence, Pence, Pence, Pence, Pence];
    const gone = sumOf([spent, accrued, passedDown, returned, drawn]);
    const left = minus(received, plus(gone, setAside));
    if (setAside < 0) throw new Error('A reserve is below zero.');
    if (sumOf([returned, setAside, drawn]) > 0 && left < 0) throw new Error('More is set aside than is held.');
    if (passedDown > 0 && plus(spent, accrued) > 0 && left < 0)
      throw new Error('More was passed down and spent than came.');
    const shares = [...uses.values()].flatMap((own) => own.get(source) ?? []);
    const total = (name: keyof Use) => sumOf(shares.map((each) => each[name]));
    const whole = { spent, accrued, passedDown, returned, drawn, setAside };
    for (const [name, sum] of Object.entries(whole))
      if (total(name as keyof Use) !== sum) throw new Error(`The partners’ shares of ${name} are not the whole.`);
    if (total('held') !== minus(received, gone)) throw new Error('What is held of the partners’ is not what is held.');
  }
}

/** The figures for which a list of accounts is kept: whose they are, and what for. */
const figuresOf = (view: View) => ({
  position: fundPosition(view, PARTNERS),
  gap: gapOf(view, NO_MONEY),
  use: useOf(view, COUNTY),
});

/** Which balances a figure of a return is of. */
const MEASURES: Readonly<Record<string, Measure>> = {
  agreed: 'agreed',
  due: 'due',
  received: 'received',
  returned: 'returned',
  setAside: 'carriedForward',
  passedDown: 'passedDown',
  drawn: 'drawn',
  budget: 'requirement',
  committed: 'committed',
  spent: 'spent',
  accrued: 'accrued',
  requirement: 'requirement',
  funded: 'agreed',
};

/** Each figure of a return is the sum of the log, and no figure with a balance is missing. */
function checkFigures(entries: readonly Entry[], on: Day, figures: readonly FigureText[]): void {
  const balance = (counts: (each: Posting) => boolean): Pence =>
    fold(entries, { on, size: Infinity }, (each) => each.holder !== POOL && counts(each));
  for (const { section, source, line, figure, amount } of figures) {
    if (figure === 'gap' || figure === 'openClaims') continue;
    const slow = balance(
      (each) =>
        each.measure === MEASURES[figure] &&
        (section === 'total' || each.source === source) &&
        (section !== 'spending' || each.detail === line),
    );
    if (signedPence(amount) !== slow) throw new Error(`${figure} of ${source} ${line} is not the sum of the log.`);
  }
  for (const measure of [
    'received',
    'spent',
    'accrued',
    'passedDown',
    'committed',
    'carriedForward',
    'drawn',
    'returned',
  ] as const) {
    const listed = figures.filter((each) => each.section !== 'total' && MEASURES[each.figure] === measure);
    if (sumOf(listed.map((each) => signedPence(each.amount))) !== balance((each) => each.measure === measure))
      throw new Error(`The figures of what is ${measure} are not all there.`);
  }
}

/** A filed return keeps what it said. The changes since are what its movers changed. */
async function checkReturn(ledger: TestLedger, name: string, filed: readonly FigureText[]): Promise<void> {
  const answer = await asked(ledger, 'return', { return: name });
  const figures = answer['figures'] as (Omit<FigureText, 'amount'> & Record<'filed' | 'now' | 'change', string>)[];
  const before = new Map(filed.map((each) => [named(each), each.amount]));
  const moved = new Map<string, Pence>();
  for (const { changes } of answer['movers'] as { changes: FigureText[] }[]) {
    for (const each of changes)
      moved.set(named(each), plus(moved.get(named(each)) ?? NO_MONEY, signedPence(each.amount)));
  }
  if (answer['intact'] !== true) throw new Error('A return does not bear its digest.');
  for (const each of figures) {
    if (each.filed !== (before.get(named(each)) ?? '0.00')) throw new Error('A filed return has changed.');
    if (plus(signedPence(each.filed), signedPence(each.change)) !== signedPence(each.now))
      throw new Error('filed + change is not now.');
    if ((moved.get(named(each)) ?? NO_MONEY) !== signedPence(each.change))
      throw new Error(`The movers of ${named(each)} do not add up to its change.`);
  }
  if (filed.some((each) => !figures.some((other) => named(other) === named(each))))
    throw new Error('A figure is lost.');
}

t.test('spending, reserves and returns at any two dates, over random histories', async (t) => {
  const seen = { accepted: 0, refused: 0, returns: 0 };
  await asyncProperty(
    t,
    fc.asyncProperty(spendings(), points, async (moves, asking) => {
      const ledger = await openedLedger(t);
      const returns: { readonly name: string; readonly figures: readonly FigureText[] }[] = [];
      const played = await spend(ledger, moves, async (type, data) => {
        // Asked after each act, so that the kept lists of accounts are used while accounts are added.
        figuresOf(viewOf(ledger.ledger.model.fund(FUND)!, data['effective'], ledger.ledger.model.size()));
        if (type !== 'ReturnSubmitted') return;
        const { figures } = await asked(ledger, 'return-figures', { on: data['on'] as string });
        const known = await ledger.ledger.entries(fundStream(FUND), ledger.ledger.model.size());
        checkFigures(known, data['on'] as Day, figures as FigureText[]);
        returns.push({ name: data['return'] as string, figures: figures as FigureText[] });
      });
      seen.accepted += played.accepted;
      seen.refused += played.refused;
      seen.returns += returns.length;
      const { model } = ledger.ledger;
      const entries = await ledger.ledger.entries(fundStream(FUND), model.size());
      for (const entry of entries) {
        if (imbalance(entry.postings) !== 0) throw new Error(`The postings of ${entry.type} do not sum to nothing.`);
      }
      const ends = PERIODS.map((period) => lastDayOfPeriod(YEAR, period));
      const edges = [...ends, ...ends.map((end) => daysAfter(end, 1))].map((on) => ({ on, part: 1 }));
      for (const { on, part } of [...asking, ...edges]) {
        const size = Math.round(part * model.size());
        const view = viewOf(model.fund(FUND)!, on, size);
        for (const account of view.accounts) {
          if (view.balance(account) !== naiveBalance(entries, account, on, size))
            throw new Error('A balance is not the sum of the log.');
        }
        const naive: View = {
          on,
          accounts: [...view.accounts],
          balance: (account) => naiveBalance(entries, account, on, size),
        };
        if (!isDeepStrictEqual(figuresOf(view), figuresOf(naive)))
          throw new Error('Positions, gap and use are not what the log adds up to.');
        checkMonitoring(ledger, entries, on, size, view);
        checkAccruals(entries, on, size);
        checkUse(entries, on, size, view);
      }
      for (const { on } of asking) {
        if ((await asked(ledger, 'memorandum', { on }))['holds'] !== true)
          throw new Error(`The memorandum does not hold on ${on}.`);
      }
      for (const { name, figures } of returns) await checkReturn(ledger, name, figures);
      const { problems } = await verify(ledger.store);
      if (problems.length > 0) throw new Error(`verify: ${problems.map((each) => each.words).join('; ')}`);
      await ledger.close();
    }),
    HISTORIES,
  );
  t.comment(`${seen.accepted} acts recorded, ${seen.refused} refused, ${seen.returns} returns`);
  t.ok(seen.accepted > 15 * HISTORIES, 'the histories are not made of refusals');
  t.ok(seen.returns >= HISTORIES / 2, 'and returns are filed in them');
});

t.test('the use of one partner’s money is the same, asked for alone or with all others', async (t) => {
  const holders = ['a', 'b', 'c'];
  const measures = ['agreed', 'received', 'returned', 'spent', 'passedDown', 'drawn', 'carriedForward'] as const;
  const balance = fc.record({
    measure: fc.constantFrom(...measures),
    holder: fc.constantFrom(...holders),
    source: fc.constantFrom('NHS_ADD', 'LA_ADD'),
    pence: fc.integer({ min: -1_000, max: 1_000 }).map(exactly),
  });
  property(
    t,
    fc.property(fc.array(balance, { maxLength: 12 }), (all) => {
      const accounts = all.map(
        ({ measure, holder, source }) => ({ measure, holder, source, term: 'recurrent', detail: '' }) as const,
      );
      const books = {
        accounts,
        balance: (of: Account) => all[accounts.indexOf(of as (typeof accounts)[number])]!.pence,
      };
      const together = useOf(books, 'a');
      return holders.every((only) => isDeepStrictEqual(useOf(books, 'a', only).get(only), together.get(only)));
    }),
  );
});

t.test('whatever is spent, partners’ shares of it differ from the exact ones by less than a penny', async (t) => {
  const agreed = [600_000_000, 300_000_000].map(exactly);
  const account = (measure: Measure, holder: string) =>
    ({ measure, holder, source: 'NHS_ADD', term: 'recurrent', detail: '' }) as const;
  property(
    t,
    fc.property(fc.nat(1_000_000_000), (spent) => {
      const balances = new Map([
        [account('agreed', 'a'), agreed[0]!],
        [account('agreed', 'b'), agreed[1]!],
        [account('spent', PLAN), exactly(spent)],
      ]);
      const uses = useOf({ accounts: [...balances.keys()], balance: (each) => balances.get(each as never)! }, 'host');
      const [a, b] = ['a', 'b'].map((partner) => uses.get(partner)?.get('NHS_ADD')?.spent ?? NO_MONEY) as [
        Pence,
        Pence,
      ];
      return plus(a, b) === spent && Math.abs(a - (spent * 2) / 3) < 1;
    }),
  );
});
