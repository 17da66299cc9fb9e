import t, { type Test } from 'tap';
import { fundStream } from '../../../src/ledger/catalogue.js';
import { createStateOnDemand } from '../../../src/ledger/memory/state-on-demand.js';
import { StateMissing } from '../../../src/ledger/memory/streams.js';
import { StoreUnavailable } from '../../../src/store/event-store.js';
import { agreement, terms } from '../../support/agreements.js';
import {
  COUNTY,
  contribution,
  FUND,
  line,
  onSameFile,
  openedLedger,
  PARTNERS,
  stated,
  type TestLedger,
} from '../../support/ledger.js';

/** The state of a fund for decisions is built from the store when it is first needed. */

const STREAM = fundStream(FUND);

/** A ledger with some of everything that a stream’s state holds, and the same file opened a second time. */
async function twice(t: Test): Promise<{ first: TestLedger; second: TestLedger }> {
  const first = await openedLedger(t);
  await first.post('county-finance', 'PlanLineSet', line());
  await first.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const offer = { type: 'ContributionAgreed', data: contribution({ contribution: 'on-the-table' }) as never };
  await first.done('north-ccg-finance', { act: 'propose', fact: offer });
  const { outcome } = await first.post('county-finance', 'ContributionReceived', {
    effective: '2016-04-02',
    contribution: 'north-extra',
    amount: '500.00',
    bankReference: 'BACS 1',
  });
  await first.post('county-finance', 'FactReversed', {
    effective: '2016-04-02',
    reverses: outcome.revision,
    reason: 'Recorded twice',
  });
  return { first, second: await onSameFile(t, first) };
}

t.test('a fund that is only asked about has no state for decisions, and says so', async (t) => {
  const { second } = await twice(t);
  const { model } = second.ledger;
  t.notOk(model.isAtHand(STREAM));
  t.throws(() => model.stream('fund', STREAM).own, new StateMissing(STREAM));
  t.equal(model.stream('fund', STREAM).open.size, 1, 'what is on the table is known all the same');
  t.ok(model.isAtHand('register'));
  t.ok(model.isAtHand('fund-nowhere-2016-17'), 'a stream of which there is nothing has nothing to fold');
});

t.test('folded, it is what those who were there from the beginning have', async (t) => {
  const { first, second } = await twice(t);
  const folded = await second.ledger.stateOf('fund', STREAM);
  t.strictSame(folded, first.ledger.model.stream('fund', STREAM));
  t.equal(await second.ledger.stateOf('fund', STREAM), folded, 'it is folded once');
});

t.test('the first act on a fund has it folded, and what follows keeps it up to date', async (t) => {
  const { first, second } = await twice(t);
  await second.post('county-finance', 'PlanLineSet', line({ line: 'step-down' }));
  t.ok(second.ledger.model.isAtHand(STREAM));
  await second.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ contribution: 'later' }),
  );
  await first.ledger.projector.whenTaken((await second.store.head())!);
  t.strictSame(second.ledger.model.stream('fund', STREAM), first.ledger.model.stream('fund', STREAM));
});

t.test('an act on a fund that is opened in the same commit has those of the years before folded', async (t) => {
  const { second } = await twice(t);
  const where = { in: 'testshire-2017-18' };
  const sent = (act: 'post' | 'propose', type: string, data: object) => ({ act, fact: { type, data: data as never } });
  const opening = {
    effective: '2017-04-01',
    area: 'testshire',
    year: '2017-18',
    host: COUNTY,
    partners: [...PARTNERS],
  };
  const signed = agreement({ effective: '2017-04-01' }, terms({ from: '2017-04-01' }));
  const [opened, proposed] = await Promise.all([
    second.done('pool-manager', sent('post', 'FundOpened', opening), where),
    second.done('county-finance', sent('propose', 'AgreementSigned', signed), where),
  ]);
  t.match([opened, proposed], [{ outcome: { revision: '0' } }, { outcome: { revision: '1' } }]);
  t.ok(second.ledger.model.isAtHand(STREAM), 'whose agreements it looks at');
});

t.test('an act that is only tried has it folded as well', async (t) => {
  const { second } = await twice(t);
  const command = { act: 'post', fact: { type: 'PlanLineSet', data: line({ line: 'step-down' }) as never } } as const;
  const { outcome } = await second.done('county-finance', command, { dryRun: true });
  t.match(outcome.events, [{ type: 'PlanLineSet' }]);
  t.ok(second.ledger.model.isAtHand(STREAM));
});

t.test('what is recorded while it is being folded is in it, once', async (t) => {
  const { first, second } = await twice(t);
  // More than a page, so that building the state waits in between.
  await stated(first, 1_500);
  await second.ledger.projector.whenTaken((await first.store.head())!);
  const folding = [second.ledger.stateOf('fund', STREAM), second.ledger.stateOf('fund', STREAM)];
  await first.post('county-finance', 'PlanLineSet', line({ line: 'meanwhile' }));
  const [one, other] = await Promise.all(folding);
  t.equal(one, other, 'two who ask at the same moment wait for one folding');
  await second.ledger.projector.whenTaken((await first.store.head())!);
  t.strictSame(second.ledger.model.stream('fund', STREAM), first.ledger.model.stream('fund', STREAM));
  t.ok(second.ledger.model.stream('fund', STREAM).own.items.has('meanwhile'));
});

t.test('a store that has lost what was read of it gives no state', async (t) => {
  const { second } = await twice(t);
  const stateOf = createStateOnDemand({ ...second.store, readStream: () => Promise.resolve([]) }, second.ledger.model);
  await t.rejects(stateOf('fund', STREAM), StoreUnavailable);
  t.notOk(second.ledger.model.isAtHand(STREAM));
});
