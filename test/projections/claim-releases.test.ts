import fc from 'fast-check';
import t from 'tap';
import { CASES_TOLD_MIN, claimReleases, type ToldCell } from '../../projections/claim-releases.js';
import { dayNumber, dayOfNumber, endOfLondonDay, monthsAfter, type Day } from '../../src/domain/calendar.js';
import { cellsOf, CLAIM_SUMS } from '../../src/domain/dispute/claim.js';
import { TERMS_STEPS } from '../../src/domain/dispute/steps.js';
import { termsAt, type DisputeState } from '../../src/domain/dispute/state.js';
import { DOWNTON, registerAll, split, succeeded, UPTON } from '../support/bodies.js';
import { caseNamed, DISPUTES, raised, share } from '../support/disputes.js';
import { COUNTY, NORTH, SOUTH, type TestLedger } from '../support/ledger.js';
import { asyncProperty } from '../support/property.js';
import { disputing } from '../support/rules-alone.js';

/** The claims shown to askers who may not see cases. They change when five cases have changed, and are rounded. */

interface Move {
  readonly month: number;
  readonly what: 'raise' | 'decide' | 'revise' | 'reverse';
  readonly pick: number;
  readonly pence: number;
  readonly ended: boolean;
}

const moves = fc.array(
  fc.record({
    month: fc.integer({ min: 0, max: 7 }),
    what: fc.constantFrom<Move['what']>('raise', 'raise', 'raise', 'decide', 'revise', 'reverse'),
    pick: fc.nat(1_000),
    pence: fc.integer({ min: 10_000, max: 9_999_999 }),
    ended: fc.boolean(),
  }),
  { minLength: 20, maxLength: 60, size: 'max' },
);

/** The last days of months from November 2018 on. */
const monthEnd = (month: number): Day => dayOfNumber(dayNumber(monthsAfter('2018-12-01' as Day, month)) - 1);

/** Plays moves month by month. A refused move leaves nothing behind. */
async function play(ledger: TestLedger, all: readonly Move[]): Promise<void> {
  const cases: { readonly name: string; readonly revision: string }[] = [];
  for (let month = 0; month < 8; month++) {
    ledger.now(`${monthsAfter('2018-11-01' as Day, month)}T09:00:00Z`);
    for (const [index, move] of all.filter((each) => each.month === month).entries()) {
      await playOne(ledger, move, `c-${month}-${index}`, cases).catch((error: unknown) => {
        if (!/refused|: /.test(String(error))) throw error;
      });
    }
  }
}

async function playOne(
  ledger: TestLedger,
  { what, pick, pence, ended }: Move,
  name: string,
  cases: { readonly name: string; readonly revision: string }[],
): Promise<void> {
  const weekly = (pence / 100).toFixed(2);
  if (what === 'raise') {
    const data = raised(name, {
      until: ended ? '2018-10-31' : undefined,
      respondent: [{ from: '2018-10-01', partner: pick % 4 === 0 ? SOUTH : NORTH }],
      costs: [{ from: '2018-10-01', weekly }],
    });
    await ledger.post('county-finance', 'DisputeRaised', data, DISPUTES);
    cases.push({ name, revision: String(ledger.ledger.model.stream('dispute', DISPUTES).revision) });
    return;
  }
  const of = cases[pick % Math.max(cases.length, 1)];
  if (!of) return;
  const common = { effective: '2018-10-01', case: caseNamed(of.name) };
  if (what === 'revise') {
    const data = { ...common, costs: [{ from: '2018-10-01', weekly }] };
    await ledger.post('county-finance', 'ClaimRevised', data, DISPUTES);
  } else if (what === 'decide') {
    const data = { ...common, decidedOn: '2018-11-01', split: share(pick % 10_000), by: 'panel' };
    const signer = pick % 2 === 0 ? 'north-ccg-finance' : 'south-ccg-finance';
    await ledger.signed('county-finance', signer, 'SplitDecided', data, DISPUTES);
  } else {
    const data = { effective: '2018-10-01', reverses: of.revision, reason: 'raised in error' };
    await ledger.post('county-finance', 'FactReversed', data, DISPUTES);
  }
}

/** What each case adds to a cell, computed directly from the register. */
function standing(
  state: DisputeState,
  on: Day,
  upTo: number,
  cell: Pick<ToldCell, 'year' | 'claimant' | 'respondent'>,
) {
  const adds = new Map<string, readonly number[]>();
  for (const [id, history] of state.cases) {
    const terms = termsAt(history, upTo);
    for (const each of terms ? cellsOf(terms, { on: dayNumber(on) }) : []) {
      if (each.year !== cell.year || each.claimant !== cell.claimant || each.respondent !== cell.respondent) continue;
      if (each.claimed + each.repayable > 0) adds.set(id, [each.agreed, each.abandoned, each.open, each.repayable]);
    }
  }
  return adds;
}

const differing = (a: ReadonlyMap<string, readonly number[]>, b: ReadonlyMap<string, readonly number[]>): number =>
  [...new Set([...a.keys(), ...b.keys()])].filter((id) => String(a.get(id)) !== String(b.get(id))).length;

/** The events on which the terms of each case depend, as known at a revision. */
function factsOf(state: DisputeState, upTo: number, cases: Iterable<string>) {
  const known = (revision: number | undefined) => revision !== undefined && revision <= upTo;
  return new Map(
    [...cases].map((id) => [
      id,
      state.cases
        .get(id)!
        .entries.filter(({ step, revision }) => TERMS_STEPS.has(step) && known(revision))
        .map(({ revision, reversed }) => (known(reversed?.revision) ? -revision : revision)),
    ]),
  );
}

const toThousands = (pence: number): number => Math.round(pence / 100_000) * 100_000;

/** Makes the releases of eight months of a ledger. */
function released({ ledger }: TestLedger) {
  const { model } = ledger;
  const { own } = model.stream('dispute', DISPUTES);
  const releases = claimReleases(own);
  const months = Array.from({ length: 8 }, (_, month) => {
    const on = monthEnd(month);
    return { on, upTo: model.knownRevision(DISPUTES, model.prefix(endOfLondonDay(on)).size) };
  });
  for (const { on, upTo } of months) for (const step = releases.next(on, upTo); !step.next().done;);
  return { own, months, releases };
}

t.test('every renewal of a cell is of five cases or more, against each telling before it', async (t) => {
  let renewals = 0;
  await asyncProperty(
    t,
    fc.asyncProperty(moves, async (all) => {
      const ledger = await disputing(t);
      await play(ledger, all);
      const { own, months, releases } = released(ledger);
      for (const respondent of [NORTH, SOUTH]) {
        for (const year of ['2018-19', '2019-20']) {
          const cell = { year, claimant: COUNTY, respondent };
          type Each = ReadonlyMap<string, readonly number[]>;
          const tellings: { readonly adds: Each; readonly facts: Each }[] = [{ adds: new Map(), facts: new Map() }];
          let before = '';
          for (const [index, { on, upTo }] of months.entries()) {
            const told = releases
              .told(index + 1)
              .cells.find((each) => each.year === year && each.respondent === respondent && each.claimant === COUNTY);
            const now = told ? CLAIM_SUMS.map((name) => told[name]).join() : '';
            if (now === before) continue;
            before = now;
            renewals++;
            const adds = standing(own, on, upTo, cell);
            // The sums are those of the month in which they changed, to the nearest thousand.
            const sums = [0, 1, 2, 3].map((at) => [...adds.values()].reduce((sum, each) => sum + each[at]!, 0));
            const [agreed, abandoned, open, repayable] = sums.map(toThousands) as [number, number, number, number];
            if (told) {
              t.same(told, { ...cell, claimed: agreed + abandoned + open, agreed, abandoned, open, repayable });
            } else t.equal(adds.size, 0);
            const facts = factsOf(own, upTo, adds.keys());
            for (const earlier of tellings) {
              // Counted in sums and in facts. Changes that only accrue can be predicted, so a single further case would
              // be revealed as the rest.
              for (const count of [differing(earlier.adds, adds), differing(earlier.facts, facts)]) {
                if (count > 0 && count < CASES_TOLD_MIN) return false;
              }
            }
            tellings.push({ adds, facts });
          }
        }
      }
      return true;
    }),
    12,
  );
  t.ok(renewals > 12, `${renewals} renewals`);
});

t.test(
  'what is told of a month is the same whatever was recorded afterwards, and however far releases go',
  async (t) => {
    const ledger = await disputing(t);
    for (let index = 0; index < 6; index++) {
      await ledger.post('county-finance', 'DisputeRaised', raised(`a-${index}`), DISPUTES);
    }
    ledger.now('2019-01-02T09:00:00Z');
    const before = released(ledger).releases.told(1);
    t.match(before.cells, [{ year: '2018-19', claimant: COUNTY, respondent: NORTH, open: 7_300_000 }]);
    t.same(
      before.groups.map(({ by, group, cases }) => [by, group, cases]).sort(),
      [
        ['age', '29-to-91-days', 5],
        ['claimant', COUNTY, 5],
        ['kind', 'chc', 5],
        ['respondent', NORTH, 5],
        ['stage', 'none', 5],
        ['status', 'open', 5],
        ['value', 'from-10000', 5],
      ].sort(),
    );
    for (let index = 0; index < 6; index++) {
      await ledger.post('county-finance', 'DisputeRaised', raised(`b-${index}`), DISPUTES);
    }
    t.same(released(ledger).releases.told(1), before);
    t.equal(released(ledger).releases.told(0).cells.length, 0, 'before the first nothing is told');
  },
);

t.test('one claim raised beside many that accrue is not what remains once their growth is taken off', async (t) => {
  const ledger = await disputing(t);
  const raise = (name: string, more = {}) =>
    ledger.post('county-finance', 'DisputeRaised', raised(name, more), DISPUTES);
  for (let index = 0; index < 6; index++) await raise(`a-${index}`);
  const openAt = (releases: number) => {
    const { cells } = released(ledger).releases.told(releases);
    return cells.map(({ open }) => open / 100);
  };
  ledger.now('2018-12-20T09:00:00Z');
  t.same(openAt(1), [73_000], 'six claims of 61 days at £200');
  ledger.now('2019-01-10T09:00:00Z');
  await raise('large', { costs: [{ from: '2018-10-01', weekly: '90000.00' }] });
  ledger.now('2019-02-20T09:00:00Z');
  t.same(openAt(2), [110_000], 'they accrue');
  t.same(openAt(3), [110_000], 'a seventh has come: nothing is told until five have changed');
  for (let index = 0; index < 4; index++) await raise(`b-${index}`);
  ledger.now('2019-03-01T09:00:00Z');
  t.same(openAt(4), [2_243_000], 'and then of all eleven');
});

t.test('a case that a body is a side of twice, once as the heir of another, is one case of the cell', async (t) => {
  const ledger = await disputing(t);
  await registerAll(ledger);
  await ledger.post('pool-manager', 'DisputePartnerAdded', { effective: '2018-10-01', partner: UPTON }, DISPUTES);
  await succeeded(ledger, split({ effective: '2018-11-01' }));
  ledger.now('2018-11-02T09:00:00Z');
  const respondent = [
    { from: '2018-10-01', partner: UPTON },
    { from: '2018-10-15', partner: COUNTY },
  ];
  for (let index = 0; index < 5; index++) {
    const name = `heir-${index}`;
    const data = raised(name, { claimant: [{ from: '2018-10-01', partner: NORTH }], respondent });
    await ledger.post('north-ccg-finance', 'DisputeRaised', data, DISPUTES);
    await ledger.signed(
      `${UPTON}-finance`,
      `${DOWNTON}-finance`,
      'CaseAssigned',
      { effective: '2018-11-01', case: caseNamed(name), side: 'respondent', successor: UPTON },
      DISPUTES,
    );
  }
  ledger.now('2018-12-01T09:00:00Z');
  const { cells } = released(ledger).releases.told(1);
  t.match(cells, [{ year: '2018-19', claimant: NORTH, respondent: UPTON, open: 6_100_000 }]);
  t.equal(cells.length, 1, 'the days before and after the change are in one cell');
});
