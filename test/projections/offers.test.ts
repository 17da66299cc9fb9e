import fc from 'fast-check';
import t, { type Test } from 'tap';
import { GAP_FIGURES, type Gap } from '../../projections/gap.js';
import { dayNumber, dayOfNumber, instantText, londonDay, type Day, type Instant } from '../../src/domain/calendar.js';
import { moneyText, NO_MONEY, plus, signedPence, type Pence } from '../../src/domain/money.js';
import { POOL } from '../../src/domain/postings.js';
import { fundStream, KINDS } from '../../src/ledger/catalogue.js';
import { tableOf } from '../../src/ledger/questions/proposal-then.js';
import { asked } from '../support/asking.js';
import { fact } from '../support/figures.js';
import { histories, play } from '../support/histories.js';
import { contribution, FUND, line, openedLedger, type TestLedger } from '../support/ledger.js';
import { asyncProperty } from '../support/property.js';

/** Offers with a last day. From the day after it, they no longer count, whatever is recorded. */

const STREAM = fundStream(FUND);
const ON = '2016-04-01';
const reason = 'not this year';

type GapText = Record<keyof Gap, string>;

interface Compared {
  readonly from: GapText;
  readonly to: GapText;
  readonly change: GapText;
  readonly movers: readonly {
    readonly revision: string;
    readonly type: string;
    readonly recordedAt: string;
    readonly sentence: string;
    readonly changes: Partial<GapText>;
  }[];
}

const gapAt = (ledger: TestLedger, knownAt: string, on = ON) =>
  asked<GapText>(ledger, 'gap', { on, 'known-at': knownAt });

/** A fund that requires 1,000,000.00, with an offer of 400,000.00 that can be signed until 10 March 2016. */
async function offering(test: Test) {
  const ledger = await openedLedger(test);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: fact('ContributionAgreed', contribution({ amount: '400000.00' })),
    expires: '2016-03-10' as Day,
  });
  return { ledger, proposal: outcome.proposal! };
}

t.test(
  'an offer is soft money on its last day in London, and none from the next day on, with no lapse recorded',
  async (t) => {
    const { ledger, proposal } = await offering(t);
    ledger.now('2016-04-20T09:00:00Z');
    t.match(await gapAt(ledger, '2016-03-10'), { soft: '400000.00', hard: '600000.00', proposed: '400000.00' });
    t.match(await gapAt(ledger, '2016-03-10T23:59:59.999Z'), { soft: '400000.00' });
    t.match(await gapAt(ledger, '2016-03-11T00:00:00Z'), { soft: '0.00', hard: '1000000.00', proposed: '0.00' });
    t.match(await asked(ledger, 'gap', { on: ON }), { soft: '0.00', hard: '1000000.00' });
    t.match(await asked(ledger, 'position', { on: ON }), { total: { proposed: '0.00' } });
    t.match(await asked(ledger, 'portfolio', {}), { funds: [{ soft: '0.00', waiting: 0 }] });
    t.match(await asked(ledger, 'portfolio', { 'known-at': '2016-03-10' }), {
      funds: [{ soft: '400000.00', waiting: 1 }],
    });
    t.same((await asked(ledger, 'proposals')).proposals, []);
    t.match((await asked(ledger, 'proposals', { 'known-at': '2016-03-10' })).proposals, [{ proposal }]);
    t.same((await asked(ledger, 'tasks', { officer: 'county-finance' })).toSign, []);
    t.same((await asked(ledger, 'tasks', { officer: 'north-ccg-chief' })).waiting, []);
    t.match(await asked(ledger, 'proposal', { proposal }), {
      state: 'lapsed',
      ending: 'its last day passed',
      signers: [],
      awaiting: ['county'],
    });
    t.match(await asked(ledger, 'proposal', { proposal, 'known-at': '2016-03-10' }), { state: 'open', ending: null });
  },
);

t.test('the lapse is the record of it, and changes no answer of any instant', async (t) => {
  const { ledger } = await offering(t);
  const instants = ['2016-03-01', '2016-03-10', '2016-03-11', '2016-03-15', '2016-03-20'];
  ledger.now('2016-03-20T09:00:00Z');
  const told = async () => Promise.all(instants.map(async (each) => (await gapAt(ledger, each)).soft));
  const before = await told();
  t.same(before, ['400000.00', '400000.00', '0.00', '0.00', '0.00']);
  t.equal(await ledger.ledger.lapseExpired(), 1);
  t.same(await told(), before);
});

t.test('it cannot be signed, countered, declined or withdrawn any more', async (t) => {
  const { ledger, proposal } = await offering(t);
  ledger.now('2016-03-11T00:00:00Z');
  t.equal(await ledger.refused('county-finance', { act: 'agree', proposal }), 'proposal_expired');
  t.equal(await ledger.refused('county-finance', { act: 'decline', proposal, reason }), 'proposal_expired');
  t.equal(await ledger.refused('north-ccg-finance', { act: 'withdraw', proposal, reason }), 'proposal_expired');
  t.equal(
    await ledger.refused('county-finance', {
      act: 'counter',
      proposal,
      fact: fact('ContributionAgreed', contribution()),
    }),
    'proposal_expired',
  );
  const withdrawn = {
    effective: ON,
    payer: 'north-ccg',
    of: { proposal },
    amount: '400000.00',
    noticeGiven: ON,
    reason,
  };
  t.equal(
    await ledger.refused('north-ccg-finance', {
      act: 'propose',
      fact: fact('DiscretionaryPaymentWithdrawn', withdrawn),
    }),
    'proposal_unknown',
  );
});

t.test('a comparison, a history and a trace say on which day the offer went off the table', async (t) => {
  const { ledger } = await offering(t);
  ledger.now('2016-03-20T09:00:00Z');
  await ledger.ledger.lapseExpired();
  const compared = await asked<Compared>(ledger, 'compare', {
    'from-on': ON,
    'from-known-at': '2016-03-10',
    'to-on': ON,
    'to-known-at': '2016-03-20',
  });
  t.match(compared.movers, [
    {
      revision: '2',
      type: 'ProposalExpired',
      recordedAt: '2016-03-11T00:00:00.000Z',
      sentence: /^Nobody signed until 10 March 2016, and it is off the table: “north-ccg contributes £400,000.00/,
      changes: { soft: '-400000.00', hard: '400000.00', proposed: '-400000.00' },
    },
  ]);
  t.equal(compared.movers.length, 1, 'the lapse moved nothing');
  const back = await asked<Compared>(ledger, 'compare', {
    'from-on': ON,
    'from-known-at': '2016-03-11',
    'to-on': ON,
    'to-known-at': '2016-03-10',
  });
  t.match(back.movers, [{ type: 'ProposalExpired', changes: { soft: '400000.00' } }]);
  const { points } = await asked<{ points: readonly { at: string; soft: string }[] }>(ledger, 'gap-history', {
    on: ON,
  });
  t.match(points.slice(-2), [{ soft: '400000.00' }, { at: '2016-03-11T00:00:00.000Z', soft: '0.00' }]);
  const trace = await asked<{ total: string; facts: readonly object[] }>(ledger, 'trace', {
    measure: 'proposed',
    on: ON,
  });
  t.match(trace, {
    total: '0.00',
    facts: [{ amount: '400000.00' }, { amount: '-400000.00', type: 'ProposalExpired' }],
  });
  t.equal(trace.facts.length, 2);
});

t.test('an offer that is put back on the table after its last day is off it in the same moment', async (t) => {
  const { ledger, proposal } = await offering(t);
  const withdrawn = await ledger.signed('north-ccg-finance', 'north-ccg-chief', 'DiscretionaryPaymentWithdrawn', {
    effective: ON,
    payer: 'north-ccg',
    of: { proposal },
    amount: '400000.00',
    noticeGiven: ON,
    reason,
  });
  const reverses = withdrawn.outcome.events.at(-1)!.revision;
  ledger.now('2016-03-20T09:00:00Z');
  t.match(await asked(ledger, 'gap', { on: ON }), { soft: '0.00' });
  await ledger.signed('north-ccg-finance', 'north-ccg-chief', 'FactReversed', { effective: ON, reverses, reason });
  t.match(await asked(ledger, 'gap', { on: ON }), { soft: '0.00', proposed: '0.00' });
  t.match(await asked(ledger, 'proposal', { proposal }), { state: 'lapsed' });
  t.equal(await ledger.ledger.lapseExpired(), 1);
  t.match(await asked(ledger, 'gap', { on: ON }), { soft: '0.00', proposed: '0.00' });
});

// The property

const days = fc.integer({ min: dayNumber('2016-03-20' as Day), max: dayNumber('2017-04-10' as Day) }).map(dayOfNumber);
const points = fc.array(fc.record({ on: days, part: fc.double({ min: 0, max: 1, noNaN: true }) }), {
  minLength: 3,
  maxLength: 5,
});

/** The open offers on a day as known at an instant, by their definition: a sum over the log. */
async function proposedThen({ ledger }: TestLedger, on: Day, instant: Instant): Promise<Pence> {
  const entries = await ledger.entries(STREAM, ledger.model.prefix(instant).size);
  const { open } = tableOf(KINDS.fund, STREAM, entries);
  const expired = new Set(
    [...open.values()].flatMap(({ id, expires = '9999' }) => (expires < londonDay(instant) ? id : [])),
  );
  return entries
    .flatMap(({ postings }) => postings)
    .filter(
      ({ measure, holder, on: day, item }) =>
        measure === 'proposed' && holder !== POOL && day <= on && !expired.has(item),
    )
    .reduce((sum, { pence }) => plus(sum, pence), NO_MONEY);
}

t.test('at any two dates, whoever records lapses and when', async (t) => {
  let expiries = 0;
  await asyncProperty(
    t,
    fc.asyncProperty(histories(40), points, fc.nat(6), async (moves, all, every) => {
      const ledger = await openedLedger(t);
      const first = ledger.clock.now();
      await play(ledger, moves, async (index) => {
        if (every > 0 && index % (5 * every) === 0) await ledger.ledger.lapseExpired();
      });
      const last = ledger.clock.now();
      const at = [
        ...all.map(({ on, part }) => ({ on, instant: Math.round(first + part * (last - first)) as Instant })),
        // Everything that was offered, at the end.
        { on: '2017-04-10' as Day, instant: last },
      ];
      for (const { on, instant } of at) {
        const knownAt = instantText(instant);
        const { proposed } = await gapAt(ledger, knownAt, on);
        if (proposed !== moneyText(await proposedThen(ledger, on, instant)))
          throw new Error('What is on the table is not what the log says.');
        const { total, facts } = await asked<{ total: string; facts: readonly { type: string }[] }>(ledger, 'trace', {
          measure: 'proposed',
          on,
          'known-at': knownAt,
        });
        expiries += facts.filter(({ type }) => type === 'ProposalExpired').length;
        if (total !== proposed) throw new Error('A trace does not add up to the figure.');
        const gap = await gapAt(ledger, knownAt, on);
        for (const along of ['days', 'knowledge']) {
          const history = await asked<{ points: readonly GapText[] }>(ledger, 'gap-history', {
            along,
            on,
            'known-at': knownAt,
          });
          const point = history.points.at(-1);
          if (point && GAP_FIGURES.some((name) => point[name] !== gap[name]))
            throw new Error(`A history along ${along} ends elsewhere.`);
        }
      }
      for (const [index, from] of at.entries()) {
        const to = at[(index + 1) % at.length]!;
        const compared = await asked<Compared>(ledger, 'compare', {
          'from-on': from.on,
          'from-known-at': instantText(from.instant),
          'to-on': to.on,
          'to-known-at': instantText(to.instant),
        });
        const [a, b] = [
          await gapAt(ledger, instantText(from.instant), from.on),
          await gapAt(ledger, instantText(to.instant), to.on),
        ];
        for (const name of GAP_FIGURES) {
          if (compared.from[name] !== a[name] || compared.to[name] !== b[name])
            throw new Error(`A comparison begins or ends elsewhere with ${name}.`);
          const sum = compared.movers.reduce((moved, { changes }) => moved + signedPence(changes[name] ?? '0.00'), 0);
          if (sum !== signedPence(compared.change[name])) throw new Error(`The movers of ${name} do not add up.`);
        }
      }
      await ledger.close();
    }),
    25,
  );
  t.ok(expiries > 0, 'offers expired');
});
