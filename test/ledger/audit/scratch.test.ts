import fc from 'fast-check';
import t from 'tap';
import type { Day } from '../../../src/domain/calendar.js';
import { OPERATOR } from '../../../src/ledger/access.js';
import { whatIf, WhatIfAnswer, WhatIfAsked } from '../../../src/ledger/acts/what-if.js';
import { openLedger, type Ledger } from '../../../src/ledger/ledger.js';
import { putBack, takeState } from '../../../src/ledger/memory/states-aside.js';
import { histories, play } from '../../support/histories.js';
import { asyncProperty } from '../../support/property.js';
import { encode, fundStream, REGISTER_STREAM } from '../../../src/ledger/catalogue.js';
import { scratchOf } from '../../../src/ledger/audit/scratch.js';
import { eventId } from '../../../src/ledger/acts/event-id.js';
import { carried, contribution, FUND, line, openedLedger, openFund, stated } from '../../support/ledger.js';

/**
 * A scratch stands in for the ledger. One stream of it can change, all others stay as they are, and nothing is
 * recorded.
 */

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
  t.equal(scratch.model.places(OTHER), model.places(OTHER));
  t.equal(await scratch.stateOf('fund', OTHER), await ledger.ledger.stateOf('fund', OTHER));
  t.equal(scratch.model.fund('testshire-2017-18'), model.fund('testshire-2017-18'));
  const types = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);
  t.same(types(await scratch.store.readStream(STREAM, { after: 1n, limit: 2 })), [
    'ProposalAgreed',
    'ContributionAgreed',
  ]);
  t.same(types(await scratch.store.readStream(STREAM)).slice(-1), ['PlanLineSet']);
  t.same(types(await scratch.store.readStream(STREAM, { after: 3n })), ['PlanLineSet'], 'what is tried comes last');
  t.same(types(await scratch.store.readStream(OTHER)), ['FundOpened']);
  t.same(types(await scratch.store.readStream(OTHER, { after: 0n })), []);
  t.same(types(await scratch.entries(STREAM, size + 1, 2)), ['ContributionAgreed', 'PlanLineSet']);
  t.same(types(await scratch.entries(STREAM, size)).includes('PlanLineSet'), false);
  t.same(types(await scratch.entries(OTHER, size + 1)), ['FundOpened']);
  const [above, below] = [scratch.model.fund(FUND)!.balances, model.fund(FUND)!.balances];
  const account = above.accounts().at(-1)!;
  t.ok(above.has(account) && !below.has(account) && !below.accounts().includes(account));
  t.not(above.balance(account, '2016-04-01' as Day, size + 1), 0);
  t.equal(above.balance(account, '2016-04-01' as Day, size), 0);
  const agreed = below.accounts().find(({ measure }) => measure === 'agreed')!;
  t.ok(above.has(agreed));
  t.equal(above.balance(agreed, '2016-09-01' as Day, size + 1), below.balance(agreed, '2016-09-01' as Day, size));
  t.throws(() => above.kept(), /are not kept/);
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

t.test('whatever was tried on a fund before, what is tried next is told as if nothing had been', async (t) => {
  let signed = 0;
  await asyncProperty(
    t,
    fc.asyncProperty(histories(30), async (moves) => {
      const ledger = await openedLedger(t);
      await play(ledger, moves, async (index) => {
        if (index % 5 !== 4) return;
        const open = ledger.ledger.model.openProposals().map(({ proposal }) => proposal.id);
        const name = `tried-${index}`;
        const acts = [
          ...open.slice(0, 3).map((proposal) => ({ proposal })),
          { fact: { type: 'PlanLineSet', data: line({ line: name, amount: '10.00' }) } },
          { fact: { type: 'ContributionAgreed', data: contribution({ contribution: name }) } },
        ];
        const asked = WhatIfAsked.parse({ acts, on: '2016-09-30' });
        const by = { officer: 'county-finance', signedInBy: 'test', sight: OPERATOR };
        const told = async (of: Ledger) => JSON.stringify(WhatIfAnswer.parse(await whatIf(of, FUND, asked, by)));
        const first = await told(ledger.ledger);
        if ((await told(ledger.ledger)) !== first) throw new Error('Asked again, it says something else.');
        // Another service on the same ledger, which has tried nothing yet.
        const other = await openLedger(ledger.store, ledger.clock);
        if ((await told(other)) !== first) throw new Error('Who has tried nothing before is told something else.');
        signed += first.split('"signedBy":"').length - 1;
        const state = await takeState(ledger.ledger, STREAM);
        t.same(state, await ledger.ledger.stateOf('fund', STREAM));
        putBack(ledger.ledger, state);
      });
    }),
    5,
  );
  t.ok(signed > 0, `${signed} signed`);
});

t.test('several try something on a fund at once, and each finds it as it is', async (t) => {
  const ledger = await openedLedger(t);
  const tried = (amount: string) =>
    whatIf(
      ledger.ledger,
      FUND,
      WhatIfAsked.parse({ acts: [{ fact: { type: 'PlanLineSet', data: line({ amount }) } }], on: '2016-04-01' }),
      { officer: 'pool-manager', signedInBy: 'test', sight: OPERATOR },
    );
  t.match(await Promise.all([tried('1.00'), tried('2.00'), tried('3.00')]), [
    { gap: { before: { requirement: '0.00' }, after: { requirement: '1.00' } } },
    { gap: { before: { requirement: '0.00' }, after: { requirement: '2.00' } } },
    { gap: { before: { requirement: '0.00' }, after: { requirement: '3.00' } } },
  ]);
});

t.test('a copy of a state that is far behind is made anew, and of few funds is one kept', async (t) => {
  const ledger = await openedLedger(t);
  const put = async (stream: string) => {
    const state = await takeState(ledger.ledger, stream);
    putBack(ledger.ledger, state);
    return state;
  };
  const first = await put(STREAM);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  t.equal(await put(STREAM), first, 'it is brought up to date');
  t.equal(first.own.items.size, 1);
  await stated(ledger, 501);
  const anew = await put(STREAM);
  t.not(anew, first);
  t.equal(anew.last, ledger.ledger.model.stream('fund', STREAM).last);
  for (const year of ['2017-18', '2018-19', '2019-20', '2020-21']) {
    await openFund(ledger, year);
    await put(fundStream(`testshire-${year}`));
  }
  t.not(await put(STREAM), anew);
});

t.test('a store that has not what the ledger has taken is no store to try anything on', async (t) => {
  const ledger = await openedLedger(t);
  putBack(ledger.ledger, await takeState(ledger.ledger, STREAM));
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const store = { ...ledger.store, readStream: () => Promise.resolve([]) };
  await t.rejects(scratchOf({ ...ledger.ledger, store }, STREAM), { name: 'StoreUnavailable' });
});
