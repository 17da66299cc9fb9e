import t from 'tap';
import { encode, fundStream, REGISTER_STREAM } from '../../../src/ledger/catalogue.js';
import { scratchOf } from '../../../src/ledger/audit/scratch.js';
import { eventId } from '../../../src/ledger/acts/event-id.js';
import { carried, contribution, FUND, line, openedLedger, openFund } from '../../support/ledger.js';

/** A scratch stands for the ledger: one stream of it goes on, everything else is as it is, and nothing is recorded. */

const STREAM = fundStream(FUND);
const OTHER = fundStream('testshire-2017-18');

t.test('a scratch goes on from where the ledger is, and the ledger stays there', async (t) => {
  const ledger = await openedLedger(t);
  await openFund(ledger, '2017-18');
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const { model, store } = ledger.ledger;
  const [size, position] = [model.size(), model.position()];
  const scratch = await scratchOf(ledger.ledger, STREAM);
  const done = await scratch.submit({
    kind: 'fund',
    stream: STREAM,
    command: { act: 'post', fact: { type: 'PlanLineSet', data: line() as never } },
    officer: 'pool-manager',
    signedInBy: 'test',
    key: 'tried',
    correlation: 'tried',
    evidence: [],
  });
  t.match(done, { outcome: { revision: String } });
  t.same([scratch.model.size(), scratch.model.position()], [size + 1, position]);
  t.same([model.size(), model.position(), await store.head()], [size, position, position]);
  t.ok(scratch.model.isAtHand(STREAM));
  t.equal(scratch.model.isAtHand(OTHER), model.isAtHand(OTHER));
  t.equal(scratch.model.places(STREAM).length, model.places(STREAM).length + 1);
  t.same(scratch.model.places(OTHER), model.places(OTHER));
  t.equal(await scratch.stateOf('fund', OTHER), await ledger.ledger.stateOf('fund', OTHER));
  t.equal(scratch.model.fund('testshire-2017-18'), model.fund('testshire-2017-18'));
  const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);
  t.same(types(await scratch.store.readStream(STREAM, { after: 1n, limit: 2 })), [
    'ProposalAgreed',
    'ContributionAgreed',
  ]);
  t.same(types(await scratch.store.readStream(STREAM)).slice(-1), ['PlanLineSet']);
  t.same(types(await scratch.store.readStream(OTHER)), ['FundOpened']);
  t.same(types(await scratch.store.readStream(OTHER, { after: 0n })), []);
  t.same(types(await scratch.entries(STREAM, size + 1, 2)), ['ContributionAgreed', 'PlanLineSet']);
  t.same(types(await scratch.entries(STREAM, size)).includes('PlanLineSet'), false);
  t.same(types(await scratch.entries(OTHER, size + 1)), ['FundOpened']);
  const event = (await store.readStream(STREAM, { limit: 1 }))[0]!;
  await t.rejects(scratch.store.append(STREAM, 0n, [event]), { name: 'ConcurrencyConflict' });
  await t.rejects(scratch.store.append(STREAM, 'no_stream', [event]), { name: 'ConcurrencyConflict' });
  await t.rejects(scratch.store.append(REGISTER_STREAM, 'no_stream', [event]), { name: 'ConcurrencyConflict' });
});

t.test('what a reversal takes back is read on the scratch', async (t) => {
  const ledger = await openedLedger(t);
  const { outcome } = await ledger.post('pool-manager', 'PlanLineSet', line());
  const scratch = await scratchOf(ledger.ledger, STREAM);
  const data = { effective: '2016-04-01', reverses: outcome.revision, reason: 'twice' };
  const done = await scratch.submit({
    kind: 'fund',
    stream: STREAM,
    command: { act: 'post', fact: { type: 'FactReversed', data: data as never } },
    officer: 'pool-manager',
    signedInBy: 'test',
    key: 'tried',
    correlation: 'tried',
    evidence: [],
  });
  t.match(done, { outcome: { events: [{ sentence: /^Reversed/ }] } });
});

t.test('what is void in the ledger counts for nothing on the scratch', async (t) => {
  const ledger = await openedLedger(t);
  const data = line({ line: 'void' }) as never;
  const event = encode(eventId('void', 'void', 0), 'PlanLineSet', data, carried({ rests: { [REGISTER_STREAM]: '0' } }));
  const { position } = await ledger.store.append(STREAM, 0n, [event]);
  await ledger.ledger.projector.whenTaken(position);
  const scratch = await scratchOf(ledger.ledger, STREAM);
  t.equal(scratch.model.stream('fund', STREAM).own.items.size, 0);
  t.same(
    (await scratch.entries(STREAM, scratch.model.size())).map(({ type }) => type),
    ['FundOpened'],
  );
});

t.test('a scratch is made of what is in memory, and reads what was recorded before it from the store', async (t) => {
  const ledger = await openedLedger(t);
  const { revision } = ledger.ledger.model.stream('fund', STREAM);
  const scratch = await scratchOf(ledger.ledger, STREAM);
  const all = await scratch.store.readStream(STREAM);
  t.equal(all.length, revision + 1);
  const last = await scratch.store.readStream(STREAM, { after: BigInt(revision - 1), limit: 5 });
  t.same(
    last.map((each) => Number(each.revision)),
    [revision],
  );
  const store = { ...ledger.store, readStream: () => Promise.resolve([]) };
  const unread = await scratchOf({ ...ledger.ledger, store }, STREAM);
  t.same(await unread.store.readStream(STREAM), []);
});
