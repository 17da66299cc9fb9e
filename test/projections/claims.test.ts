import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { claimsWalk, openClaims } from '../../projections/claims.js';
import { changedBy, compare } from '../../projections/compare.js';
import { disputeRegister, GROUPINGS, registerNumbers } from '../../projections/dispute-register.js';
import { GAP_FIGURES, gapOf } from '../../projections/gap.js';
import { gapByDay, gapByKnowledge } from '../../projections/gap-history.js';
import { classTotals, treatments } from '../../projections/accounting-classes.js';
import { dayNumber, dayOfNumber, financialYear, type Day } from '../../src/domain/calendar.js';
import { asAt, CLAIM_SUMS, cellsOf, sumsOf, totalsOf } from '../../src/domain/dispute/claim.js';
import { owedOn } from '../../src/domain/dispute/owed.js';
import { entriesKnown, termsAt } from '../../src/domain/dispute/state.js';
import { exactly, minus, moneyText, plus, type Pence } from '../../src/domain/money.js';
import { imbalance } from '../../src/domain/postings.js';
import { disputeStream, fundStream } from '../../src/ledger/catalogue.js';
import { viewOf } from '../../src/ledger/memory/read-model.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { acts, AREA, caseNamed, caseSums, DISPUTES, repayable, share } from '../support/disputes.js';
import { disputeHistories, naiveCells, playDisputes } from '../support/dispute-histories.js';
import { openFund, PARTNERS } from '../support/ledger.js';
import { asyncProperty } from '../support/property.js';
import { disputing } from '../support/rules-alone.js';

/**
 * Properties of every claim, over random histories with back-dated decisions, settlements and reversals, at any two
 * dates.
 */
const HISTORIES = Number(process.env['BCF_PROPERTY_RUNS'] ?? 25);
const FIRST = dayNumber('2018-09-25' as Day);
const LAST = dayNumber('2021-04-10' as Day);

const points = fc.array(
  fc.record({
    on: fc.integer({ min: FIRST, max: LAST }).map((number) => dayOfNumber(number)),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { minLength: 4, maxLength: 8 },
);

t.test('claims at any two dates, over random histories', async (t) => {
  const seen = { accepted: 0, refused: 0, settled: 0 };
  await asyncProperty(
    t,
    fc.asyncProperty(disputeHistories(), points, async (moves, asked) => {
      const ledger = await disputing(t);
      await openFund(ledger, '2019-20');
      const { model } = ledger.ledger;
      const stateOf = () => model.stream('dispute', DISPUTES);
      const known: { readonly on: Day; readonly revision: number; readonly open: Pence }[] = [];
      const played = await playDisputes(ledger, moves, (index) => {
        const on = dayOfNumber(FIRST + ((index * 97) % (LAST - FIRST)));
        const { own: state, revision: upTo } = stateOf();
        known.push({ on, revision: upTo, open: openClaims({ state, on, upTo }).total });
      });
      seen.accepted += played.accepted;
      seen.refused += played.refused;
      const { own: state, revision } = stateOf();
      seen.settled += state.settlements.size;

      for (const { on, revision: upTo, open } of known) {
        if (openClaims({ state, on, upTo }).total !== open)
          throw new Error('An earlier state of knowledge has changed.');
      }
      for (const { on, part } of asked) {
        const upTo = Math.round(part * revision);
        const view = { state, on, upTo };
        let open = exactly(0);
        for (const [id, history] of state.cases) {
          const terms = termsAt(history, upTo);
          if (!terms) continue;
          const cells = cellsOf(terms, asAt(on));
          const { between, ...totals } = totalsOf(terms, dayNumber(on));
          if (!isDeepStrictEqual(totals, sumsOf(cells))) throw new Error('The totals are not the sum of the cells.');
          if (between.map((each) => each.open).reduce(plus, exactly(0)) !== totals.open)
            throw new Error('What is open between bodies is not what is open.');
          const naive = naiveCells(entriesKnown(history, upTo), on);
          const texts = cells.map(({ year, claimant, respondent, ...sums }) => ({
            year,
            claimant,
            respondent,
            ...Object.fromEntries(CLAIM_SUMS.map((name) => [name, moneyText(sums[name])])),
          }));
          const some = (each: { readonly claimed: string }) => each.claimed !== '0.00';
          if (JSON.stringify(texts.filter(some as never)) !== JSON.stringify(naive.filter(some)))
            throw new Error(
              `Case ${id} on ${on} at ${upTo}: ${JSON.stringify(texts)}, day by day ${JSON.stringify(naive)}`,
            );
          for (const { claimed, agreed, abandoned, open: left, repayable } of [...cells, sumsOf(cells)]) {
            if (plus(plus(agreed, abandoned), left) !== claimed)
              throw new Error('What is claimed is not what is agreed + abandoned + open.');
            if ([left, agreed, abandoned, claimed, repayable].some((each) => each < 0))
              throw new Error('Something is below zero.');
          }
          open = plus(open, sumsOf(cells).open);
          const owed = owedOn(state, id, on, upTo)!;
          if (owed.toWriteOff < 0) throw new Error('More was written off than abandoned.');
          if (owed.between.map((each) => each.open).reduce(plus) !== sumsOf(cells).open)
            throw new Error('What is open between the bodies of a case is not what is open of it.');
        }
        const claims = openClaims(view);
        const sum = (of: (each: { claimedBy: Pence; claimedAgainst: Pence }) => Pence): Pence =>
          [...claims.byPartner.values()].map(of).reduce(plus, exactly(0));
        if (claims.total !== open) throw new Error('Open claims are not those of the cases.');
        if (sum((each) => each.claimedBy) !== open || sum((each) => each.claimedAgainst) !== open)
          throw new Error('What is claimed by all is not what is claimed against all.');
        const years = ['2018-19', '2019-20', '2020-21', '2021-22'].map(
          (label) => openClaims(view, financialYear(label)).total,
        );
        if (years.reduce(plus) !== open) throw new Error('Open claims by year do not add up.');

        const rows = disputeRegister(view);
        const numbers = registerNumbers(view);
        for (const name of CLAIM_SUMS)
          if (numbers[name] !== sumsOf(rows)[name]) throw new Error(`What is ${name} is not that of the rows.`);
        const openRows = rows.filter((row) => row.status === 'open');
        const counts = [rows.length, openRows.length, openRows.filter((row) => row.overdue).length];
        if (counts.join() !== [numbers.cases, numbers.openCases, numbers.overdue].join())
          throw new Error('The cases counted are not those of the rows.');
        if (!isDeepStrictEqual(numbers.claims, claims)) throw new Error('The claims of a register are others.');
        for (const by of GROUPINGS.filter((each) => each !== 'status')) {
          const groups = numbers.groups.filter((group) => group.by === by);
          const inAll = rows.filter((row) => row.status === 'open').map((row) => row.open);
          if (groups.map((group) => group.open).reduce(plus, exactly(0)) !== inAll.reduce(plus, exactly(0)))
            throw new Error(`Open claims by ${by} do not add up.`);
        }
        const classes = classTotals(treatments(view));
        const carried = (names: readonly string[]): Pence =>
          classes
            .filter((each) => names.includes(each.class))
            .map((each) => each.amount)
            .reduce(plus, exactly(0));
        if (carried(['contingent-asset']) !== carried(['contingent-liability']))
          throw new Error('Notes do not mirror.');
        if (carried(['debtor']) !== carried(['provision', 'creditor'])) throw new Error('Debts do not mirror.');

        const size = model.prefix(ledger.clock.now()).size;
        const balances = viewOf({ balances: model.area(AREA)! }, on, Math.round(part * size));
        for (const measure of ['settled', 'refunded', 'writtenOff'] as const) {
          const total = PARTNERS.map((holder) =>
            balances.balance({ measure, holder, source: 'CLAIM', term: 'one-off', detail: '' }),
          ).reduce(plus);
          if (total !== 0) throw new Error(`What was ${measure} does not sum to nothing.`);
        }
      }

      const year = financialYear('2019-20')!;
      const fund = 'testshire-2019-20';
      const size = model.size();
      const walk = claimsWalk(state, year, (at) => model.knownRevision(DISPUTES, at));
      const entries = [
        ...(await ledger.ledger.entries(fundStream(fund), size)),
        ...(await ledger.ledger.entries(disputeStream(AREA), size)),
      ].sort((a, b) => a.place - b.place);
      for (const entry of entries) {
        if (imbalance(entry.postings) !== 0) throw new Error(`The postings of ${entry.type} do not sum to nothing.`);
      }
      const [a, b] = asked.map(({ on, part }) => ({ on, size: Math.round(part * size) }));
      const gapAt = ({ on, size: known }: { on: Day; size: number }) =>
        gapOf(viewOf(model.fund(fund)!, on, known), walk.open(on, known));
      const compared = compare(entries, a!, b!, walk);
      for (const name of GAP_FIGURES) {
        const movers = compared.movers.reduce(
          (sum, mover) => plus(sum, changedBy(mover)[name] ?? exactly(0)),
          exactly(0),
        );
        if (compared.to[name] !== gapAt(b!)[name]) throw new Error(`A comparison ends elsewhere: ${name}.`);
        if (minus(compared.to[name], compared.from[name]) !== movers)
          throw new Error(`The movers of ${name} do not add up.`);
      }
      for (const history of [gapByDay, gapByKnowledge]) {
        const last =
          history(entries, b!.on, b!.size, walk).at(-1)?.gap ?? gapOf(viewOf(model.fund(fund)!, b!.on, 0), exactly(0));
        if (last.exposure !== gapAt(b!).exposure) throw new Error('A history ends elsewhere.');
      }
      const { problems } = await verify(ledger.store);
      if (problems.length > 0) throw new Error(problems[0]!.words);
    }),
    HISTORIES,
  );
  t.comment(`${seen.accepted} acts recorded, ${seen.refused} refused, ${seen.settled} settlements`);
  t.ok(seen.accepted > HISTORIES * 3);
});

t.test('interim funding never changes a final split', async (t) => {
  await asyncProperty(
    t,
    fc.asyncProperty(
      fc.integer({ min: 1, max: 100 }),
      fc.array(fc.record({ day: fc.integer({ min: 0, max: 180 }), share: fc.integer({ min: 0, max: 90 }) }), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.integer({ min: 0, max: 100 }),
      async (weekly, interims, decided) => {
        const ledger = await disputing(t);
        const { raise, signed } = acts(ledger);
        // Costs and shares for which every day is whole pence, so that nothing is rounded.
        await raise('one', { costs: [{ from: '2018-10-01', weekly: moneyText(exactly(weekly * 700)) }] });
        ledger.now('2019-04-30T12:00:00Z');
        const paid = new Array<number>(182).fill(0);
        for (const { day, share: part } of [...interims].sort((a, b) => a.day - b.day)) {
          await signed('InterimFundingAgreed', {
            effective: dayOfNumber(dayNumber('2018-10-01' as Day) + day),
            interim: share(part * 100),
          });
          paid.fill(part, day);
        }
        await signed('SplitDecided', { decidedOn: '2019-04-30', split: share(decided * 100), by: 'panel' });
        const meanwhile = paid.reduce((sum, part) => sum + part * weekly, 0);
        const { agreed } = caseSums(ledger, 'one', '2019-03-31');
        const back = repayable(ledger, 'one', '2019-03-31');
        t.equal(
          Number(agreed.replace('.', '')) - Number(back.replace('.', '')) + meanwhile,
          182 * weekly * decided,
          'what was paid meanwhile and what is due back are the share decided',
        );
      },
    ),
    10,
  );
});

t.test('the order of facts of one day from different partners does not matter', async (t) => {
  const day = '2018-12-01';
  const one = { effective: day, case: caseNamed('one') };
  const facts: readonly (readonly [proposer: string, signer: string | undefined, type: string, data: object])[] = [
    ['county-finance', 'county-chief', 'ClaimReduced', { ...one, costs: [{ from: day, weekly: '700.00' }] }],
    ['north-ccg-finance', undefined, 'DisputeStageEntered', { ...one, stage: 'informal' }],
    ['north-ccg-finance', 'north-ccg-chief', 'ClaimConceded', { ...one, decidedOn: day }],
    ['north-ccg-finance', 'county-finance', 'InterimFundingAgreed', { ...one, interim: share(2_500) }],
  ];
  const orders = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 });
  const seen = new Set<string>();
  await asyncProperty(
    t,
    fc.asyncProperty(orders, async (order) => {
      const ledger = await disputing(t);
      await acts(ledger).raise();
      ledger.now('2018-12-01T12:00:00Z');
      for (const at of order) {
        const [proposer, signer, type, data] = facts[at]!;
        if (signer) await ledger.signed(proposer, signer, type, data as never, DISPUTES);
        else await ledger.post(proposer, type, data as never, DISPUTES);
      }
      seen.add(JSON.stringify(caseSums(ledger, 'one', '2019-02-28')));
    }),
    24,
  );
  t.same(
    [...seen].map((each) => JSON.parse(each) as object),
    [{ claimed: '18950.00', agreed: '6750.00', abandoned: '0.00', open: '12200.00' }],
  );
});

t.test('a day with a receipt alone is a point of the history of the gap where claims have accrued by then', (t) => {
  const [receipt, later] = ['2019-05-01', '2019-06-01'] as Day[];
  const received = { area: AREA, year: '2019-20', source: 'NHS_MIN', holder: PARTNERS[0], measure: 'received' };
  const entries = [
    { place: 0, revision: 0, postings: [{ ...received, on: receipt, pence: exactly(500) }] },
  ] as unknown as Parameters<typeof gapByDay>[0];
  const accruing = { open: (on: Day) => exactly(100 * (dayNumber(on) - dayNumber(receipt!) + 1)), changedBy: exactly };
  t.same(
    gapByDay(entries, later!, 1, accruing as never).map(({ at, gap }) => [at, moneyText(gap.openClaims)]),
    [
      [receipt, '1.00'],
      [later, '32.00'],
    ],
  );
  t.end();
});
