import fc from 'fast-check';
import t from 'tap';
import { fundPosition } from '../../projections/position.js';
import { statementNow } from '../../projections/statement-now.js';
import { claimsNow, holdersOf, inherited, overdueNow, positionNow } from '../../projections/succession.js';
import { sumOver, type View } from '../../projections/view.js';
import { FIRST_DAY, dayOfNumber, dayNumber, type Day } from '../../src/domain/calendar.js';
import { exactly, NO_MONEY, plus, type Pence } from '../../src/domain/money.js';
import { accountKey, PLAN, POOL, type Account } from '../../src/domain/postings.js';
import { heirsOf, successionsOn, type Succession } from '../../src/domain/grammar/succession.js';
import { fundStream } from '../../src/ledger/catalogue.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { inheritanceAt, positionAt, fundAtDates, type FundAtDates } from '../../src/ledger/questions/question.js';
import { BOARD, MERGED, merger, registerAll, split, succeeded, takenBack } from '../support/bodies.js';
import { histories, play } from '../support/histories.js';
import { at, FUND, openedLedger, REGISTER_STREAM } from '../support/ledger.js';
import { asyncProperty, property } from '../support/property.js';
import { told } from '../support/told.js';

const BODIES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const SOURCES = ['NHS_ADD', 'LA_ADD', 'DFG'];
const MEASURES = ['proposed', 'agreed', 'due', 'received', 'share', 'spent'] as const;

/** Shares of one in millionths, by cutting it at random places. */
const cut = (places: readonly number[]): string[] => {
  const cuts = [0, ...[...new Set(places)].sort((a, b) => a - b), 1_000_000];
  return cuts.slice(1).map((end, index) => {
    const part = end - cuts[index]!;
    return part === 1_000_000 ? '1' : `0.${String(part).padStart(6, '0')}`;
  });
};

/** Changes of bodies in which each body ends once, before those that follow it. */
const successions: fc.Arbitrary<Succession[]> = fc
  .array(
    fc.record({
      from: fc.integer({ min: 0, max: 2 }),
      places: fc.array(fc.integer({ min: 1, max: 999_999 }), { maxLength: 3 }),
      own: fc.option(fc.array(fc.integer({ min: 1, max: 999_999 }), { maxLength: 2 }), { nil: undefined }),
      source: fc.constantFrom(...SOURCES),
      area: fc.constantFrom('here', undefined),
      mode: fc.constantFrom('merge' as const, 'split' as const),
    }),
    { maxLength: 3 },
  )
  .map((all) =>
    all.map(({ from, places, own, source, area, mode }, index): Succession => {
      const predecessors =
        mode === 'merge' ? BODIES.slice(index * 2, index * 2 + 2) : [BODIES[index * 2 + (from % 2)]!];
      const heirs = BODIES.slice(index * 2 + 2);
      const shared = (concern: object, shares: readonly string[]) =>
        predecessors.flatMap((predecessor) =>
          shares.map((share, place) => ({ predecessor, successor: heirs[place % heirs.length]!, share, ...concern })),
        );
      const effective = dayOfNumber(dayNumber('2020-01-01' as Day) + index * 100);
      const shares = mode === 'merge' ? [] : [...shared({}, cut(places.slice(0, heirs.length - 1)))];
      const special =
        own && mode === 'split' ? shared({ source, ...(area && { area }) }, cut(own.slice(0, heirs.length - 1))) : [];
      return {
        revision: index,
        effective,
        mode,
        predecessors,
        successors: mode === 'merge' ? [heirs[0]!] : heirs,
        shares: [...shares, ...special],
        instrument: 'order',
      };
    }),
  );

const holdings = fc.array(
  fc.record({
    measure: fc.constantFrom(...MEASURES),
    holder: fc.constantFrom(...BODIES),
    source: fc.constantFrom(...SOURCES),
    term: fc.constantFrom('recurrent' as const, 'one-off' as const),
    pence: fc.integer({ min: -100_000_000, max: 1_000_000_000 }),
  }),
  { maxLength: 40 },
);

function viewOf(held: readonly (Omit<Account, 'detail'> & { readonly pence: number })[]): View {
  const balances = new Map<string, Pence>();
  const accounts = new Map<string, Account>();
  for (const { pence, ...of } of held) {
    for (const account of [
      { ...of, detail: '' },
      { ...of, holder: POOL, detail: '' },
    ]) {
      accounts.set(accountKey(account), account);
      const signed = exactly(account.holder === POOL ? 0 - pence : pence);
      balances.set(accountKey(account), plus(balances.get(accountKey(account)) ?? NO_MONEY, signed));
    }
  }
  return {
    on: '2020-06-01' as Day,
    accounts: [...accounts.values()],
    balance: (account) => balances.get(accountKey(account)) ?? NO_MONEY,
  };
}

t.test('changes of bodies conserve every penny of every source, measure and term', (t) => {
  property(
    t,
    fc.property(holdings, successions, (held, all) => {
      const view = viewOf(held);
      const inheritance = { successions: successionsOn(all, '2020-12-31' as Day, Infinity), area: 'here' };
      const now = inherited(view, inheritance);
      const ended = new Set(all.flatMap(({ predecessors }) => predecessors));
      for (const { measure, source, term } of view.accounts) {
        const same = (of: Account) => of.measure === measure && of.source === source && of.term === term;
        const partners = (of: Account) => of.holder !== POOL && same(of);
        if (sumOver(view, partners) !== sumOver(now, partners)) return false;
        const pool: Account = { measure, source, term, holder: POOL, detail: '' };
        if (now.balance(pool) !== view.balance(pool)) return false;
        if (now.balance({ ...pool, holder: 'nobody' }) !== NO_MONEY) return false;
      }
      if (now.accounts.some((account) => ended.has(account.holder) && now.balance(account) !== NO_MONEY)) return false;
      const before = fundPosition(view, BODIES).total;
      const after = positionNow(view, now, BODIES, inheritance).total;
      return JSON.stringify(before) === JSON.stringify(after);
    }),
  );
  t.end();
});

t.test('what is overdue is passed on as it is, also where nothing else of a source is left', (t) => {
  const of = { measure: 'due', source: 'DFG', term: 'one-off' } as const;
  const view = viewOf([
    { ...of, holder: 'a', pence: 100 },
    { ...of, holder: 'b', pence: -100 },
  ]);
  const merge: Succession = {
    revision: 0,
    effective: '2020-01-01' as Day,
    mode: 'merge',
    predecessors: ['a', 'b'],
    successors: ['c'],
    shares: [],
    instrument: 'order',
  };
  const inheritance = { successions: [merge], area: 'here' };
  t.match(positionNow(view, inherited(view, inheritance), ['c'], inheritance), {
    partners: [{ partner: 'c', sources: [{ source: 'DFG', figures: { due: 0, overdue: 100 } }] }],
    total: { overdue: 100 },
  });
  t.end();
});

t.test('before any change of bodies everything stands as it was recorded', (t) => {
  property(
    t,
    fc.property(holdings, successions, (held, all) => {
      const view = viewOf(held);
      const none = { successions: successionsOn(all, '2019-12-31' as Day, Infinity), area: 'here' };
      return (
        inherited(view, none) === view && BODIES.every((body) => heirsOf(none.successions, body, 'here')[0] === body)
      );
    }),
  );
  t.end();
});

t.test('open claims are conserved too, those assigned to one successor and those held jointly', (t) => {
  const claims = fc.array(
    fc.record({
      by: fc.constantFrom('a', 'b'),
      pence: fc.integer({ min: -1_000_000, max: 9_999_999 }),
      own: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  );
  const succession: Succession = {
    revision: 0,
    effective: '2020-01-01' as Day,
    mode: 'split',
    predecessors: ['a'],
    successors: ['x', 'y', 'z'],
    shares: [
      { predecessor: 'a', successor: 'x', share: '0.333333' },
      { predecessor: 'a', successor: 'y', share: '0.333333' },
      { predecessor: 'a', successor: 'z', share: '0.333334' },
    ],
    instrument: 'order',
  };
  property(
    t,
    fc.property(claims, (all) => {
      const byPartner = new Map<string, { claimedBy: Pence; claimedAgainst: Pence }>();
      let total: Pence = NO_MONEY;
      for (const { by, pence } of all) {
        const sums = byPartner.get(by) ?? { claimedBy: NO_MONEY, claimedAgainst: NO_MONEY };
        byPartner.set(by, { ...sums, claimedBy: plus(sums.claimedBy, exactly(pence)) });
        const other = byPartner.get('n') ?? { claimedBy: NO_MONEY, claimedAgainst: NO_MONEY };
        byPartner.set('n', { ...other, claimedAgainst: plus(other.claimedAgainst, exactly(pence)) });
        total = plus(total, exactly(pence));
      }
      const assigned = all
        .filter(({ by, own }) => by === 'a' && own)
        .map(({ pence }) => ({ side: 'claimedBy' as const, predecessor: 'a', successor: 'y', open: exactly(pence) }));
      const now = claimsNow({ total, byPartner }, assigned, { successions: [succession], area: 'here' });
      const sum = (side: 'claimedBy' | 'claimedAgainst') =>
        [...now.byPartner.values()].reduce((acc, each) => plus(acc, each[side]), NO_MONEY);
      const a = byPartner.get('a')?.claimedBy ?? NO_MONEY;
      const joint = assigned.reduce<number>((left, { open }) => left - open, a);
      const x = now.byPartner.get('x')?.claimedBy ?? 0;
      return (
        sum('claimedBy') === total &&
        sum('claimedAgainst') === total &&
        !now.byPartner.has('a') &&
        Math.abs(x - joint / 3) <= Math.abs(joint) / 1_000_000 + 1
      );
    }),
  );
  t.end();
});

const days = fc
  .integer({ min: dayNumber('2016-03-20' as Day), max: dayNumber('2017-04-10' as Day) })
  .map((number) => dayOfNumber(number));
const HISTORIES = Number(process.env['BCF_PROPERTY_RUNS'] ?? 15);

t.test('at every two dates, whenever a change of bodies was recorded, back-dated or taken back', async (t) => {
  await asyncProperty(
    t,
    fc.asyncProperty(
      histories(30),
      fc.record({
        merge: days,
        next: fc.integer({ min: 1, max: 60 }),
        split: days,
        after: fc.nat(20),
        back: fc.boolean(),
      }),
      fc.array(fc.record({ on: days, part: fc.double({ min: 0, max: 1, noNaN: true }) }), {
        minLength: 6,
        maxLength: 12,
      }),
      async (moves, change, asked) => {
        const ledger = await openedLedger(t);
        await registerAll(ledger);
        const merged: number[] = [];
        await play(ledger, moves, async (index) => {
          if (index !== change.after % moves.length) return;
          await succeeded(ledger, merger({ effective: change.merge }));
          merged.push(...ledger.ledger.model.register().successions.map(({ revision }) => revision));
          await succeeded(
            ledger,
            merger({
              effective: dayOfNumber(dayNumber(change.merge) + change.next),
              predecessors: [MERGED],
              successors: [BOARD],
            }),
          );
        });
        if (change.back) {
          // The first change merged the groups and is taken back, so the board follows a body that never existed.
          for (const revision of merged) await takenBack(ledger, change.merge, revision);
        }
        // The county’s officers may have ended with it by then, so the split is recorded last.
        await succeeded(ledger, split({ effective: change.split }));
        const { model } = ledger.ledger;
        const entries = await ledger.ledger.entries(fundStream(FUND), model.size());
        const register = await ledger.ledger.entries(REGISTER_STREAM, model.size());
        for (const { on, part } of asked) {
          const size = Math.round(part * model.size());
          const found = fundAtDates(ledger.ledger, FUND, { on }) as FundAtDates;
          const written: View = {
            ...found.recorded,
            balance: (account) => model.fund(FUND)!.balances.balance(account, on, size),
          };
          const inheritance = inheritanceAt(ledger.ledger, 'testshire', on, size);
          const view = inherited(written, inheritance);
          const partners = holdersOf(view);
          const before = fundPosition(written, holdersOf(written));
          const after = positionAt({ recorded: written, view, partners, inheritance });
          if (JSON.stringify(before.total) !== JSON.stringify(after.total)) throw new Error('A penny was lost.');
          for (const bodies of [inheritance, { ...inheritance, successions: [] }])
            if (
              overdueNow(written, view, partners, bodies) !== positionNow(written, view, partners, bodies).total.overdue
            )
              throw new Error('What is overdue is not the figure of the whole position.');
          for (const succession of inheritance.successions) {
            for (const body of succession.predecessors) {
              const own = after.partners.find(({ partner }) => partner === body);
              if (own && own.sources.length > 0) throw new Error(`${body} has ended and still holds something.`);
            }
          }
          for (const { partner, total } of after.partners) {
            const changes = inheritance.successions.map((succession) => ({
              succession,
              entry: register[succession.revision]!,
            }));
            const account = statementNow(entries, changes, partner, 'testshire', { from: FIRST_DAY, on, size });
            if (account.closing !== total.outstanding) throw new Error(`The statement of ${partner} ends elsewhere.`);
          }
          if (partners.includes(PLAN)) throw new Error('The plan is no partner.');
        }
        const { problems } = await verify(ledger.store);
        if (problems.length > 0) throw new Error(problems.map((each) => `${each.where} ${each.words}`).join('; '));
        await ledger.close();
      },
    ),
    HISTORIES,
  );
});

t.test('what was known before a change of bodies was recorded stays as it was', async (t) => {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  const size = ledger.ledger.model.size();
  ledger.clock.set(at('2016-06-01T09:00:00Z'));
  await succeeded(ledger, merger({ effective: '2016-05-01' }));
  const known = (knownAt: string) =>
    fundAtDates(ledger.ledger, FUND, { on: '2016-05-02' as Day, 'known-at': at(knownAt) });
  told(t, known('2016-05-31T22:00:00Z'), { size, inheritance: { successions: [] } });
  t.match(known('2016-06-01T22:00:00Z'), { inheritance: { successions: [{ mode: 'merge' }] } });
});
