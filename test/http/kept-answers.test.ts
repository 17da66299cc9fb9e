import fc from 'fast-check';
import t from 'tap';
import { naiveBalance } from '../../projections/balances.js';
import { gapOf } from '../../projections/gap.js';
import { withExpiries } from '../../projections/offers.js';
import { z } from 'zod';
import { todayOf } from '../../src/ledger/acts/stamp.js';
import { createKeptAnswers } from '../../src/http/kept-answers.js';
import { daysAfter, instantText, type Day } from '../../src/domain/calendar.js';
import { moneyText, NO_MONEY } from '../../src/domain/money.js';
import type { Account } from '../../src/domain/postings.js';
import { fundStream } from '../../src/ledger/catalogue.js';
import { compiled } from '../../src/http/serialise.js';
import { histories, play } from '../support/histories.js';
import { at, COUNTY, FUND, line, NORTH, REGISTER_STREAM, stated } from '../support/ledger.js';
import { asyncProperty } from '../support/property.js';
import { fund, service } from './support.js';

const THEN = `${fund('/gap')}?on=2016-04-01&known-at=2016-03-01`;

t.test('what a question that names its instant was answered is told apart by a tag', async (t) => {
  const { get, ledger } = await service(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const first = await get(THEN);
  const tag = String(first.headers['etag']);
  t.match(tag, /^"[0-9a-f]{32}"$/);
  t.equal(first.headers['cache-control'], 'private, no-cache');
  const again = await get(THEN);
  t.equal(again.body, first.body);
  t.equal(again.headers['etag'], tag);
  t.equal(again.headers['content-type'], first.headers['content-type']);
  const same = await get(THEN, 'auditor', { 'if-none-match': `"other", W/${tag}` });
  t.equal(same.statusCode, 304);
  t.equal(same.body, '');
  t.equal(same.headers['etag'], tag);
  const other = await get(THEN, 'auditor', { 'if-none-match': '"other"' });
  t.equal(other.statusCode, 200);
  t.equal(other.body, first.body);
});

t.test('what is known next is answered next: an event or a new day ends what was kept', async (t) => {
  const { get, ledger } = await service(t);
  const asked = `${fund('/gap')}?known-at=2016-12-31`;
  const before = await get(asked);
  t.match(before.json(), { on: '2016-04-01', requirement: '0.00' }, 'the nearest day of the year');
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const after = await get(asked, 'auditor', { 'if-none-match': String(before.headers['etag']) });
  t.equal(after.statusCode, 200);
  t.match(after.json(), { requirement: '1000000.00' });
  ledger.now('2016-05-02T09:00:00Z');
  const later = await get(asked, 'auditor', { 'if-none-match': String(after.headers['etag']) });
  t.match(later.json(), { on: '2016-05-02' });
});

t.test('whether it was kept or worked out, an answer is what the log adds up to', async (t) => {
  await asyncProperty(
    t,
    fc.asyncProperty(histories(24), async (moves) => {
      const { get, ledger } = await service(t);
      const { model } = ledger.ledger;
      const asked: string[] = [];
      const first = instantText(ledger.clock.now());
      await play(ledger, moves, async (index) => {
        const on = daysAfter('2016-04-01' as Day, (index * 37) % 365);
        asked.push(
          `on=${on}&known-at=${index % 2 ? first : '2017-12-31'}`,
          `on=${on}&known-at=${instantText(ledger.clock.now())}`,
        );
        const entries = await ledger.ledger.entries(fundStream(FUND), model.size());
        // Each address is asked twice, and the earlier ones again. Some answers are kept, some were, and some can no
        // longer be.
        for (const options of [...asked.slice(-4), ...asked.slice(-4)]) {
          const [day, knownAt] = [...new URLSearchParams(options).values()] as [Day, string];
          const instant = knownAt.length === 10 ? at(`${knownAt}T23:59:59.999Z`) : at(knownAt);
          const { size } = model.prefix(instant);
          const known = entries.filter(({ place }) => place < size);
          const moves = withExpiries(known, model.fund(FUND)!.offers, { size, instant });
          const view = {
            on: day,
            accounts: model.fund(FUND)!.balances.accounts(),
            balance: (account: Account) => naiveBalance(moves, account, day, size),
          };
          const naive = gapOf(view, NO_MONEY);
          const answer = (await get(`${fund('/gap')}?${options}`)).json<Record<string, string>>();
          for (const name of ['requirement', 'funded', 'soft', 'hard', 'atRisk'] as const) {
            if (answer[name] !== moneyText(naive[name]))
              throw new Error(`${name} with ${options} is not what the log adds up to.`);
          }
        }
      });
    }),
    10,
  );
});

t.test('the present is not kept, nor a table, nor what has a revision of its own', async (t) => {
  const { get } = await service(t);
  t.notHas((await get(fund('/gap'))).headers, { etag: String });
  const table = `${THEN}&format=csv`;
  t.match((await get(THEN, 'auditor', { accept: 'text/csv' })).headers, { 'content-type': /csv/ });
  t.match((await get(THEN)).headers, { 'content-type': /json/ });
  t.match((await get(THEN, 'auditor', { accept: 'text/csv' })).headers, { 'content-type': /csv/, etag: undefined });
  t.match((await get(table)).headers, { 'content-type': /csv/, etag: undefined });
  t.match((await get(table)).headers, { 'content-type': /csv/, etag: undefined });
  t.equal((await get('/v1/register/proposals', 'registrar')).headers['cache-control'], 'no-store');
});

t.test('nobody is answered what another sees, and who loses a mandate sees it no more', async (t) => {
  const { get, ledger } = await service(t);
  await ledger.post(
    'registrar',
    'PartnerRegistered',
    {
      effective: '2016-01-01',
      partner: 'far-away',
      name: 'Far Away CCG',
      kind: 'ccg',
      officers: [
        { officer: 'far-finance', role: 'finance-officer' },
        { officer: 'far-chief', role: 'chief-finance-officer' },
      ],
    },
    REGISTER_STREAM,
  );
  const finance = await get(THEN, `${NORTH}-finance`);
  const headers = { 'if-none-match': String(finance.headers['etag']) };
  t.equal((await get(THEN, `${NORTH}-chief`, headers)).statusCode, 304, 'both see what their partner is in');
  t.equal((await get(THEN, 'far-finance', headers)).json<{ code: string }>().code, 'not_your_fund');
  t.equal((await get(THEN, `${COUNTY}-finance`, headers)).statusCode, 200, 'the keeper sees more elsewhere');
  t.equal((await get(THEN)).statusCode, 200);
  const ended = { effective: '2016-03-02', officer: 'auditor', partner: COUNTY, role: 'auditor', reason: 'left' };
  await ledger.post('registrar', 'MandateEnded', ended, REGISTER_STREAM);
  ledger.now('2016-03-05T09:00:00Z');
  t.equal((await get(THEN)).json<{ code: string }>().code, 'not_mandated');
});

t.test('no more is kept than there is room for', async (t) => {
  const { ledger, get } = await service(t);
  const answers = createKeptAnswers(ledger.ledger, 'test');
  const sight = { key: 'all' } as never;
  const long = `/${'x'.repeat(600)}`;
  t.not(answers.of(sight, long), answers.of(sight, long), 'a long address is not kept');
  const THEN_SETTLED = { settled: true, knownAt: at('2016-03-01T00:00:00Z') };
  const body = Buffer.from('{}');
  const tags = [1, 2].map(() => answers.keep(answers.of(sight, long), THEN_SETTLED, body).tag);
  t.equal(tags[0], tags[1], 'and has its tag all the same');
  const first = answers.of(sight, '/0');
  for (let number = 1; number < 2_000; number++) answers.of(sight, `/${number}`);
  t.equal(answers.of(sight, '/0'), first);
  answers.of(sight, '/2000');
  t.not(answers.of(sight, '/0'), first, 'the first is given up for the next');
  t.equal(answers.keep(first, THEN_SETTLED, Buffer.alloc(20_000)).body, undefined);
  await stated(ledger, 200);
  const timeline = `${fund('/timeline')}?known-at=2016-12-31&limit=200`;
  const [one, two] = [await get(timeline), await get(timeline)];
  t.ok(one.body.length > 20_000);
  t.equal(two.body, one.body);
});

t.test('an answer worked out while an event was taken has no tag', async (t) => {
  const { get, ledger } = await service(t);
  const { store, model } = ledger.ledger;
  const read = store.readStream.bind(store);
  // The read waits until an event has been taken.
  store.readStream = async (...page) => {
    store.readStream = read;
    const size = model.size();
    await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'other' }));
    t.equal(model.size(), size + 1);
    return read(...page);
  };
  const between = await get(`${fund('/timeline')}?known-at=2016-12-30`);
  t.equal(between.statusCode, 200);
  t.equal(between.headers['etag'], undefined);
});

t.test('the day is London’s, hour by hour', async (t) => {
  const { ledger } = await service(t);
  for (const [instant, day] of [
    ['2016-07-01T22:59:59.999Z', '2016-07-01'],
    ['2016-07-01T23:00:00.000Z', '2016-07-02'],
    ['2016-12-01T23:59:59.999Z', '2016-12-01'],
    ['2016-12-02T00:00:00.000Z', '2016-12-02'],
  ] as const) {
    ledger.clock.set(at(instant));
    t.equal(todayOf(ledger.ledger), day);
  }
});

t.test(
  'an answer is written by its declaration: what is not declared is left out, and what is missing is a fault',
  (t) => {
    const text = compiled(
      z.object({
        amount: z.string(),
        position: z.string().nullable(),
        partner: z.object({ name: z.string() }).nullable(),
        either: z.union([z.string(), z.int()]),
        more: z.string().optional(),
      }),
    );
    const answer = { amount: '1.00', position: null, partner: null, either: 1 };
    t.equal(text({ ...answer, hidden: 'x' }), JSON.stringify(answer));
    t.equal(
      text({ ...answer, position: '17', partner: { name: 'a', hidden: 1 } }),
      JSON.stringify({ ...answer, position: '17', partner: { name: 'a' } }),
    );
    t.throws(() => text({ ...answer, amount: undefined }), /amount/);
    t.end();
  },
);
