import t from 'tap';
import { encode, fundStream, REGISTER_STREAM } from '../../src/ledger/catalogue.js';
import { eventId } from '../../src/ledger/acts/event-id.js';
import { createTail } from '../../src/http/tail.js';
import { runHere } from '../cli/run.js';
import { carried, FUND, line, openedLedger, TestLedger } from '../support/ledger.js';
import { service } from './support.js';

/** Events as their followers see them: void ones are marked, and long ones come few at a time. */

const STREAM = fundStream(FUND);

/** Appends events straight to the store, after the first of the stream. */
async function appended({ ledger, store }: TestLedger, count: number, more: Parameters<typeof carried>[0]) {
  const from = ledger.model.stream('fund', STREAM).last;
  const events = Array.from({ length: count }, (_, index) =>
    encode(
      eventId('events', String(from + index), 0),
      'PlanLineSet',
      line({ line: `line-${from + index}` }) as never,
      carried({ key: `events-${from + index}`, ...more }),
    ),
  );
  const { position } = await store.append(STREAM, BigInt(from), events);
  await ledger.projector.whenTaken(position);
}

t.test('an event that is void says so, and why, over HTTP and in a file', async (t) => {
  const ledger = await openedLedger(t);
  const { get, app } = await service(t, {}, ledger);
  await appended(ledger, 1, { rests: { [REGISTER_STREAM]: '0' } });
  const lines = (body: string) => body.trim().split('\n');
  const { body } = await get('/v1/events');
  t.match(JSON.parse(lines(body).at(-1)!), { stream: STREAM, void: true, why: String });
  t.notMatch(JSON.parse(lines(body)[0]!), { void: true });
  const { out } = await runHere(['export', '--ledger', ledger.file]);
  t.match(JSON.parse(lines(out).at(-1)!), { void: true, why: String });
  t.match((await runHere(['verify', '--ledger', ledger.file])).err, /7 events, 1 of them void,/);
  const head = await app.inject({ method: 'HEAD', url: '/v1/events', headers: { authorization: 'Test auditor' } });
  t.match([head.statusCode, head.headers['content-type'], head.body], [200, /x-ndjson/, '']);
});

const evidence = Array.from({ length: 20 }, () => ({ reference: 'A paper. '.repeat(33) }));

t.test('long events from before are all shown, few at a time', async (t) => {
  const ledger = await openedLedger(t);
  await appended(ledger, 40, { evidence });
  const { get } = await service(t, {}, ledger);
  const { body } = await get('/v1/events');
  t.equal(body.trim().split('\n').length, ledger.ledger.model.size());
});

t.test('of what is followed no more than some is kept; who is behind reads the rest from the store', async (t) => {
  const ledger = await openedLedger(t);
  const tail = createTail(ledger.ledger);
  const before = ledger.ledger.model.position();
  const more = () => new Promise<void>((resolve) => void tail.whenMore(resolve));
  let told = more();
  await appended(ledger, 800, { evidence });
  for (; tail.next(before) !== 'behind'; told = more()) await told;
  t.equal(tail.next(before), 'behind');
});
