import { DatabaseSync } from '@photostructure/sqlite';
import t, { type Test } from 'tap';
import type { FactData } from '../../src/domain/grammar/event.js';
import { Refusal } from '../../src/domain/rules.js';
import { load, planLoad } from '../../src/ledger/acts/load.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { wholeProposal } from '../../src/ledger/questions/proposal.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { decided, disputesOf, disputeService } from '../http/disputing.js';
import { ask, asked } from '../support/asking.js';
import { acts, AREA, DISPUTES, disputing } from '../support/disputes.js';
import { disputing as inMemory } from '../support/rules-alone.js';
import { contribution, onSameFile, openFund, SOUTH, WEST, type TestLedger } from '../support/ledger.js';

/** A settlement in two places: one half in a fund, one among the disputes of the area. */

const FUND = 'testshire-2018-19';
const NEXT = 'testshire-2019-20';

/** The north CCG pays half a million once. */
const PAYS = {
  type: 'ContributionAgreed',
  data: contribution({
    effective: '2018-12-01',
    contribution: 'once',
    amount: '500000.00',
    recurrent: false,
  }) as unknown as FactData,
};
/** The county drops six tenths of its claim. */
const drops = (name: string) => ({ type: 'SplitDecided', data: decided(name, 6_000) as unknown as FactData });
const DROPS = drops('one');

interface Settlement {
  readonly isWhole: boolean;
  readonly words: string;
  readonly others: readonly { readonly state: string; readonly sentence: string | null; readonly in: string }[];
}

interface Whole {
  readonly state: string;
  readonly otherHalf: unknown;
  readonly settlement: Settlement | null;
}

async function bothPlaces(t: Test, made: (t: Test) => Promise<TestLedger> = disputing): Promise<TestLedger> {
  const ledger = await made(t);
  for (const name of ['one', 'two', 'three']) await acts(ledger).raise(name);
  await openFund(ledger, '2018-19');
  return ledger;
}

const paid = async (ledger: TestLedger) =>
  (await ledger.done('county-finance', { act: 'propose', fact: PAYS }, { in: FUND })).outcome.proposal!;

const dropped = async (ledger: TestLedger, otherHalf: string) =>
  (await ledger.done('county-finance', { act: 'propose', fact: DROPS, otherHalf }, { in: DISPUTES })).outcome.proposal!;

const inFund = (ledger: TestLedger, proposal: string, more = {}) =>
  asked<Whole>(ledger, 'proposal', { fund: FUND, proposal, ...more });
const inDisputes = (ledger: TestLedger, proposal: string, more = {}) =>
  asked<Whole>(ledger, 'dispute-proposal', { proposal, ...more });

t.test('until both halves are signed each is shown as half, with what has become of the other', async (t) => {
  const ledger = await bothPlaces(t);
  const first = await paid(ledger);
  t.equal((await inFund(ledger, first)).settlement, null, 'so far it is a whole by itself');
  ledger.now('2018-11-10T09:00:00Z');
  const second = await dropped(ledger, first);

  const made = await inDisputes(ledger, second);
  t.same(made.otherHalf, { kind: 'fund', in: FUND, proposal: first });
  t.match(made.settlement, {
    isWhole: false,
    words: `Half of a settlement. The other half, in the fund ${FUND}, is not signed yet.`,
    others: [{ state: 'open', in: FUND, sentence: /^NHS North CCG|^north-ccg/i }],
  });
  t.match((await inFund(ledger, first)).settlement, {
    isWhole: false,
    words: `Half of a settlement. The other half, among the disputes of ${AREA}, is not signed yet.`,
  });

  ledger.now('2018-11-20T09:00:00Z');
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: first }, { in: FUND });
  t.match((await inDisputes(ledger, second)).settlement, { isWhole: false, words: /, is signed\.$/ });
  t.match((await inFund(ledger, first)).settlement, { isWhole: false, words: /is not signed yet/ });
  t.match(await verify(ledger.store), {
    problems: [],
    halfSettled: [
      `Proposal ${first}, in the fund ${FUND}, is signed; its other half, proposal ${second}, among the disputes of ${AREA}, is not signed.`,
    ],
  });
  const bridge = await asked<{ settlements: { proposal: string; fund: string; words: string }[] }>(ledger, 'bridge', {
    'known-from': '2018-11-15',
  });
  t.match(bridge.settlements, [{ proposal: first, fund: FUND, words: /^Half of a settlement\. .*not signed yet\.$/ }]);

  ledger.now('2018-11-30T09:00:00Z');
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: second }, { in: DISPUTES });
  for (const whole of [await inFund(ledger, first), await inDisputes(ledger, second)])
    t.match(whole.settlement, { isWhole: true, words: /^A settlement in two places, all signed\. The other half is / });
  t.match(await verify(ledger.store), { problems: [], halfSettled: [] });
  t.same((await asked<typeof bridge>(ledger, 'bridge')).settlements, []);

  const then = { 'known-at': '2018-11-20T12:00:00Z' };
  t.match((await inFund(ledger, first, then)).settlement, { isWhole: false, words: /not signed yet/ });
  t.match((await inDisputes(ledger, second, then)).settlement, { words: /is signed\.$/ });
  t.equal((await inFund(ledger, first, { 'known-at': '2018-11-09T12:00:00Z' })).settlement, null);
  const bridgeThen = { 'known-from': '2018-11-15', 'known-to': '2018-11-20T12:00:00Z' };
  t.equal((await asked<typeof bridge>(ledger, 'bridge', bridgeThen)).settlements.length, 1);

  const { revision } = ledger.ledger.model.stream('fund', `fund-${FUND}`);
  for (const [question, given] of [
    ['event', { fund: FUND, revision: String(revision) }],
    ['event', { fund: FUND, revision: String(revision - 1) }],
  ] as const)
    t.match(
      await asked(ledger, question, given),
      { settlement: { isWhole: true } },
      'the fact and its agreement say so',
    );
  t.match(await asked(ledger, 'event', { fund: FUND, revision: '0' }), { settlement: null });

  const other = await onSameFile(t, ledger);
  t.match((await inFund(other, first)).settlement, { isWhole: true }, 'another service reads the same');
});

t.test('each step of the half that names the other says so in its sentence', async (t) => {
  const ledger = await bothPlaces(t);
  const second = await dropped(ledger, await paid(ledger));
  await ledger.done('north-ccg-finance', { act: 'decline', proposal: second, reason: 'No' }, { in: DISPUTES });
  const { entries } = await asked<{ entries: { sentence: string; type: string }[] }>(ledger, 'dispute-timeline');
  for (const type of ['ProposalMade', 'ProposalDeclined'])
    t.match(
      entries.findLast((each) => each.type === type)?.sentence,
      new RegExp(`Half of a settlement; the other half is in the fund ${FUND}\\.$`),
    );
});

t.test('a half that ended unsigned is told, is no half any more, and can be made again', async (t) => {
  const ledger = await bothPlaces(t);
  const first = await paid(ledger);
  const second = await dropped(ledger, first);
  await ledger.done('north-ccg-finance', { act: 'decline', proposal: second, reason: 'No' }, { in: DISPUTES });
  t.match((await inFund(ledger, first)).settlement, { isWhole: false, words: /was declined\.$/ });
  const again = await dropped(ledger, first);
  t.match((await inFund(ledger, first)).settlement, {
    words: /is not signed yet\.$/,
    others: [{ state: 'open' }, { state: 'declined' }],
  });
  const { halfSettled: none } = await verify(ledger.store);
  t.same(none, []);
  await ledger.done('county-finance', { act: 'withdraw', proposal: first, reason: 'Not now' }, { in: FUND });
  t.match((await inDisputes(ledger, again)).settlement, { words: /was taken back\.$/ });
  t.equal(
    await ledger.refused('county-finance', { act: 'propose', fact: drops('two'), otherHalf: first }, { in: DISPUTES }),
    'half_ended',
  );
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: again }, { in: DISPUTES });
  t.match((await verify(ledger.store)).halfSettled, [/has ended unsigned; its other half, proposal .*, is signed\./]);
});

t.test('where another half came in the place of one that ended, that one is told, and no other proposal', async (t) => {
  const ledger = await bothPlaces(t);
  const first = await paid(ledger);
  const second = await dropped(ledger, first);
  await ledger.done('north-ccg-finance', { act: 'decline', proposal: second, reason: 'No' }, { in: DISPUTES });
  const again = await dropped(ledger, first);
  ledger.now('2018-11-20T09:00:00Z');
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: first }, { in: FUND });
  const plain = contribution({ effective: '2018-12-01', contribution: 'plain', amount: '5.00' });
  await ledger.signed('county-finance', 'north-ccg-finance', 'ContributionAgreed', plain, FUND);
  t.match((await verify(ledger.store)).halfSettled, [new RegExp(`is signed; its other half, proposal ${again},`)]);
  t.match(await asked(ledger, 'bridge', { 'known-from': '2018-11-15' }), {
    settlements: [{ proposal: first, words: /is not signed yet\.$/ }],
  });
});

t.test('a half is a proposal of another fund or of disputes, that is there and has not ended', async (t) => {
  const ledger = await bothPlaces(t);
  const first = await paid(ledger);
  const nobody = '6f1d3a52-8f0e-5c1b-9d63-0b9c1f7a4e21';
  const propose = (otherHalf: string, fact = drops('two'), where = DISPUTES) =>
    ledger.refused('county-finance', { act: 'propose', fact, otherHalf }, { in: where });
  t.equal(await propose(nobody), 'half_unknown');
  t.equal(await propose(first, { ...PAYS, data: { ...PAYS.data, contribution: 'more' } }, FUND), 'half_here');
  const mandate = { effective: '2018-11-01', officer: 'new', partner: 'county', role: 'finance-officer' };
  const { outcome } = await ledger.done(
    'county-chief',
    { act: 'propose', fact: { type: 'OfficerMandated', data: mandate as never } },
    { in: 'register' },
  );
  t.equal(await propose(outcome.proposal!), 'half_unknown', 'the register holds no half');
  const fact = { type: 'ContributionAgreed', data: contribution({ contribution: 'soon', effective: '2018-12-01' }) };
  const soon = await ledger.done(
    'county-finance',
    { act: 'propose', fact: fact as never, expires: '2018-11-05' as never },
    { in: FUND },
  );
  ledger.now('2018-11-06T09:00:00Z');
  t.equal(await propose(soon.outcome.proposal!), 'half_ended', 'nobody can sign it any more');
});

t.test('a deal, a counter, and two years: a half stays half whatever is made of it', async (t) => {
  const ledger = await bothPlaces(t);
  await openFund(ledger, '2019-20');
  const first = await paid(ledger);
  const later = contribution({ effective: '2019-04-01', contribution: 'later', amount: '900000.00' });
  const deal = {
    fact: { type: 'ContributionAgreed', data: later as unknown as FactData },
    further: [{ type: 'ContributionAgreed', data: { ...later, contribution: 'souths', payer: SOUTH } as never }],
  };
  const { outcome } = await ledger.done(
    'county-finance',
    { act: 'propose', ...deal, otherHalf: first },
    { in: NEXT, key: 'deal' },
  );
  const second = outcome.proposal!;
  const replayed = await ledger.done(
    'county-finance',
    { act: 'propose', ...deal, otherHalf: first },
    { in: NEXT, key: 'deal' },
  );
  t.equal(replayed.replayed, true);
  t.equal(await ledger.refused('county-finance', { act: 'propose', ...deal }, { in: NEXT, key: 'deal' }), 'key_reused');
  const lower = {
    ...deal,
    fact: {
      ...deal.fact,
      data: { ...later, amount: '800000.00', instalments: [{ due: '2019-04-01', amount: '800000.00' }] } as never,
    },
  };
  await ledger.done('north-ccg-finance', { act: 'counter', proposal: second, ...lower }, { in: NEXT });
  const found = () => asked<Whole>(ledger, 'proposal', { fund: NEXT, proposal: second });
  t.match(await found(), {
    otherHalf: { in: FUND, proposal: first },
    settlement: { words: /in the fund testshire-2018-19/ },
  });
  await ledger.done('county-finance', { act: 'agree', proposal: second }, { in: NEXT });
  await ledger.done('south-ccg-finance', { act: 'agree', proposal: second }, { in: NEXT });
  t.match(await found(), { state: 'agreed', settlement: { isWhole: false } });
  t.match((await inFund(ledger, first)).settlement, {
    words: `Half of a settlement. The other half, in the fund ${NEXT}, is signed.`,
  });
  t.match(await verify(ledger.store), { problems: [], halfSettled: [/testshire-2018-19, is not signed/] });
});

t.test('whoever names another half is a side of it, and of its area', async (t) => {
  const ledger = await bothPlaces(t);
  await openFund(ledger, '2019-20');
  const first = await paid(ledger);
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: first }, { in: FUND });
  const own = contribution({ effective: '2019-04-01', contribution: 'wests', payer: WEST, source: 'LA_ADD' });
  const fact = { type: 'ContributionAgreed', data: own as unknown as FactData };
  t.equal(
    await ledger.refused('west-district-finance', { act: 'propose', fact, otherHalf: first }, { in: NEXT }),
    'half_not_yours',
    'a stranger makes no half of what others have signed',
  );
  t.equal((await inFund(ledger, first)).settlement, null);
  await ledger.post(
    'pool-manager',
    'FundOpened',
    { effective: '2018-04-01', area: 'elsewhere', year: '2018-19', host: 'county', partners: ['county', 'north-ccg'] },
    'elsewhere-2018-19',
  );
  const there = { ...PAYS, data: { ...PAYS.data, contribution: 'there' } as never };
  t.equal(
    await ledger.refused(
      'county-finance',
      { act: 'propose', fact: there, otherHalf: first },
      { in: 'elsewhere-2018-19' },
    ),
    'half_not_yours',
    'a settlement is of one area',
  );
});

t.test('a settlement in three places is whole once all three are signed, for each of them', async (t) => {
  const ledger = await bothPlaces(t);
  await openFund(ledger, '2019-20');
  const first = await paid(ledger);
  const second = await dropped(ledger, first);
  const later = contribution({ effective: '2019-04-01', contribution: 'later' });
  const fact = { type: 'ContributionAgreed', data: later as unknown as FactData };
  const made = await ledger.done('county-finance', { act: 'propose', fact, otherHalf: second }, { in: NEXT });
  const third = made.outcome.proposal!;
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: first }, { in: FUND });
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: second }, { in: DISPUTES });
  const all = async () => [
    (await inFund(ledger, first)).settlement,
    (await inDisputes(ledger, second)).settlement,
    (await asked<Whole>(ledger, 'proposal', { fund: NEXT, proposal: third })).settlement,
  ];
  for (const each of await all())
    t.match(each, { isWhole: false, words: /^Part of a settlement in 3 places\. The others: / });
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: third }, { in: NEXT });
  for (const each of await all()) t.match(each, { isWhole: true, words: /^A settlement in 3 places, all signed\./ });
  const { revision } = ledger.ledger.model.stream('fund', `fund-${NEXT}`);
  const back = { effective: '2019-04-01', reverses: String(revision), reason: 'Agreed in error' };
  await ledger.signed('county-finance', 'north-ccg-finance', 'FactReversed', back, NEXT);
  t.match((await inFund(ledger, first)).settlement, {
    isWhole: false,
    words: /3 places.*what it recorded was taken back/,
  });
});

t.test('a half whose fact was taken back is no signed half any more', async (t) => {
  const ledger = await bothPlaces(t);
  const first = await paid(ledger);
  const second = await dropped(ledger, first);
  const agreed = await ledger.done('north-ccg-finance', { act: 'agree', proposal: first }, { in: FUND });
  await ledger.done('north-ccg-finance', { act: 'agree', proposal: second }, { in: DISPUTES });
  const reverses = agreed.outcome.events.at(-1)!.revision;
  const back = { effective: '2018-12-01', reverses, reason: 'Agreed in error' };
  await ledger.signed('county-finance', 'north-ccg-finance', 'FactReversed', back, FUND);
  t.match((await inDisputes(ledger, second)).settlement, {
    isWhole: false,
    words: `Half of a settlement. The other half, in the fund ${FUND}, was signed, and what it recorded was taken back. This half is signed and is in force without the other.`,
    others: [{ state: 'reversed' }],
  });
  t.match(await verify(ledger.store), {
    problems: [],
    halfSettled: [/was signed, and taken back; its other half, .* is signed\./],
  });
});

t.test('of very many halves the ones that stand are told, and each place is read once', async (t) => {
  const ledger = await bothPlaces(t, inMemory);
  const first = await paid(ledger);
  for (let each = 0; each < 100; each++) {
    const second = await dropped(ledger, first);
    await ledger.done('county-finance', { act: 'withdraw', proposal: second, reason: 'Again' }, { in: DISPUTES });
  }
  const last = await dropped(ledger, first);
  let read = 0;
  const counted = {
    ...ledger.ledger,
    entries: (...given: Parameters<typeof ledger.ledger.entries>) => (read++, ledger.ledger.entries(...given)),
  };
  const found = await wholeProposal(counted, 'fund', `fund-${FUND}`, first);
  t.match(found, { settlement: { isWhole: false, others: [{ proposal: last, state: 'open' }] } });
  t.equal((found as { settlement: Settlement }).settlement.others.length, 20);
  t.ok(read <= 3, `${read} readings`);
});

t.test('halves that are sent at once, in one commit, find each other', async (t) => {
  const ledger = await bothPlaces(t);
  const first = await paid(ledger);
  const sends = ['one', 'two'].map((name) =>
    ledger.submit('county-finance', { act: 'propose', fact: drops(name), otherHalf: first }, { in: DISPUTES }),
  );
  for (const each of await Promise.all(sends)) t.notOk(each instanceof Refusal);
  t.equal((await inFund(ledger, first)).settlement!.others.length, 2);
});

t.test('whoever has a hand in the file and takes the other half off is found out', async (t) => {
  const ledger = await bothPlaces(t);
  await dropped(ledger, await paid(ledger));
  await ledger.close();
  const db = new DatabaseSync(ledger.file);
  for (const table of ['events', 'leaves', 'subtrees'])
    for (const act of ['updated', 'deleted']) db.exec(`DROP TRIGGER ${table}_are_never_${act}`);
  for (const statement of ['DROP TABLE leaves', 'DROP TABLE subtrees', 'PRAGMA user_version = 1']) db.exec(statement);
  db.exec(`UPDATE events SET data = json_remove(data, '$.otherHalf') WHERE type = 'ProposalMade'`);
  db.close();
  const store = openSqliteEventStore({ file: ledger.file, readOnly: true });
  const { problems } = await verify(store);
  await store.close();
  t.ok(problems.some(({ check }) => check === 'requests'));
});

t.test('a file of acts names the other half by the label of its step, or by its identifier', async (t) => {
  const ledger = await bothPlaces(t);
  const step = { officer: 'county-finance' };
  const pays = { ...step, in: FUND, propose: PAYS, as: 'pays' };
  const content = (otherHalf: string) => ({
    title: 'A settlement',
    steps: [pays, { ...step, in: DISPUTES, propose: DROPS, otherHalf }],
  });
  const into = { ledger: ledger.ledger, clock: ledger.clock, signedInBy: 'file' };
  t.match(await load(planLoad([{ name: 'a.json', content: content('@pays') }]), into), { recorded: 2 });
  t.match(await load(planLoad([{ name: 'b.json', content: content('pays') }]), into), { recorded: 0, replayed: 2 });
  const [open] = ledger.ledger.model.stream('dispute', DISPUTES).open.values();
  const first = open!.otherHalf!.proposal;
  t.match(ledger.ledger.model.naming(first), [{ proposal: open!.id }]);
  const named = {
    title: 'By its identifier',
    steps: [{ ...step, in: DISPUTES, propose: drops('three'), otherHalf: first }],
  };
  t.match(await load(planLoad([{ name: 'c.json', content: named }]), into), { recorded: 1 });
  t.equal(ledger.ledger.model.naming(first).length, 2);
  t.throws(
    () => planLoad([{ name: 'd.json', content: content('nobody') }]),
    /no earlier step of this file is labelled/,
  );
});

t.test('over HTTP: nobody names or reads a half that they may not see', async (t) => {
  const ledger = await bothPlaces(t);
  const made = await disputeService(t, ledger);
  const propose = (path: string, body: object, officer = 'county-finance') =>
    made.post(`${path}/proposals`, body, officer);
  const first = (await propose(disputesOf(AREA), { fact: DROPS })).json<{ proposal: string }>().proposal;
  const pays = { fact: PAYS, otherHalf: first };
  // The west district is in the fund and not in the disputes. For it there is no such half.
  const west = { ...PAYS, data: { ...PAYS.data, payer: WEST, source: 'LA_ADD', contribution: 'wests' } };
  const hidden = await propose(`/v1/funds/${FUND}`, { fact: west, otherHalf: first }, 'west-district-finance');
  t.match(hidden.json(), {
    code: 'half_unknown',
    detail: `There is no proposal ${first} in any fund, or among the disputes of any area.`,
  });
  const sent = await propose(`/v1/funds/${FUND}`, pays);
  t.equal(sent.statusCode, 201, sent.body);
  const second = sent.json<{ proposal: string }>().proposal;
  const read = async (officer: string) =>
    (await made.get(`/v1/funds/${FUND}/proposals/${second}`, officer)).json<Whole>().settlement;
  t.match(await read('county-finance'), { others: [{ state: 'open', sentence: String }] });
  t.match(await read('west-district-finance'), {
    words: /among the disputes of testshire, is not signed yet/,
    others: [{ sentence: null }],
  });
  t.match(await read('county-program'), { others: [{ sentence: null }] }, 'a program reads totals, and no case');
  t.match(
    (await made.get(`/v1/areas/${AREA}/disputes/proposals/${first}`, 'county-finance')).json<Whole>().settlement,
    {
      others: [{ in: FUND, sentence: String }],
    },
  );
  const register = await made.post(
    '/v1/register/proposals',
    { ...pays, fact: { type: 'OfficerMandated', data: {} } },
    'county-finance',
  );
  t.equal(register.statusCode, 400, 'in the register nothing is half of a settlement');
});

t.test(
  'what may be the other half is offered as a choice: of the same area, that the asker sees, open or signed',
  async (t) => {
    const ledger = await bothPlaces(t);
    const first = await paid(ledger);
    const other = await ledger.done(
      'county-finance',
      { act: 'propose', fact: { ...PAYS, data: { ...PAYS.data, contribution: 'two' } } },
      { in: FUND },
    );
    await ledger.done('north-ccg-finance', { act: 'agree', proposal: other.outcome.proposal! }, { in: FUND });
    const choices = async (question: string, given = {}) =>
      (
        await asked<{ choices: { value: string; words: string; about: string }[] }>(ledger, question, {
          choices: 'other-halves',
          ...given,
        })
      ).choices;
    t.match(await choices('dispute-choices'), [
      { value: first, about: 'In the fund of Testshire, 2018 to 2019' },
      { value: other.outcome.proposal! },
    ]);
    t.match(
      await choices('choices', { fund: FUND }),
      [{ words: /^The dispute protocol/ }],
      'what is signed, in its own words',
    );
    const second = await dropped(ledger, first);
    t.match(await choices('choices', { fund: FUND }), [{ value: second, about: 'Among the disputes of testshire' }]);
    t.notOk((await ask(ledger, 'register-choices', { choices: 'other-halves' })) instanceof Refusal);
  },
);
