import { DatabaseSync } from '@photostructure/sqlite';
import t from 'tap';
import { hexOf } from '../../../evidence/tree.js';
import { createBalances } from '../../../projections/balances.js';
import type { Metadata } from '../../../src/domain/grammar/event.js';
import { exactly } from '../../../src/domain/money.js';
import { RULES_NOW } from '../../../src/domain/grammar/rule-versions.js';
import { canonical, encode } from '../../../src/ledger/catalogue.js';
import { entryOf } from '../../../src/ledger/ledger.js';
import { eventId } from '../../../src/ledger/acts/event-id.js';
import type { Verified } from '../../../src/ledger/audit/checks/figures.js';
import { verify, type CheckName } from '../../../src/ledger/audit/verify.js';
import { StoreUnavailable } from '../../../src/store/event-store.js';
import { leafOf } from '../../../src/store/leaf.js';
import { openSqliteEventStore } from '../../../src/store/sqlite/sqlite-event-store.js';
import { naiveRoot } from '../../evidence/naive.js';
import { everything } from '../../store/conformance.js';
import { AREA, DISPUTES } from '../../support/disputes.js';
import {
  carried,
  contribution,
  FUND,
  line,
  onSameFile,
  openedLedger,
  stated,
  type TestLedger,
} from '../../support/ledger.js';

/** A ledger whose last events are a plan line, an offer, its signature and what was agreed. */
async function signedLedger(t: Parameters<typeof openedLedger>[0]): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  return ledger;
}

/** Changes the file with a database tool, after turning it into a file of before the tree. */
const tampered = (ledger: TestLedger, ...statements: string[]): Promise<void> =>
  edited(ledger, 'DROP TABLE leaves', 'DROP TABLE subtrees', 'PRAGMA user_version = 1', ...statements);

async function edited(ledger: TestLedger, ...statements: string[]): Promise<void> {
  await ledger.close();
  const db = new DatabaseSync(ledger.file);
  for (const table of ['events', 'leaves', 'subtrees']) {
    for (const act of ['updated', 'deleted']) db.exec(`DROP TRIGGER ${table}_are_never_${act}`);
  }
  for (const statement of statements) db.exec(statement);
  db.close();
}

async function problemsOf(
  file: string,
  verified?: Verified,
): Promise<{ check: CheckName; where: string; words: string }[]> {
  const store = openSqliteEventStore({ file, readOnly: true });
  try {
    return [...(await verify(store, undefined, verified)).problems];
  } finally {
    await store.close();
  }
}

const found = async (ledger: TestLedger): Promise<string[]> => [
  ...new Set((await problemsOf(ledger.file)).map((each) => each.check)),
];

const LAST = '(SELECT max(position) FROM events)';

t.test('an untouched ledger has nothing to find', async (t) => {
  const ledger = await signedLedger(t);
  let done = 0;
  const { size, streams, problems } = await verify(ledger.store, (count) => (done = count));
  t.same(problems, []);
  t.same({ size, streams, done }, { size: 10, streams: 2, done: 10 });
});

t.test('each kind of tampering is found by a named check', async (t) => {
  const cases: readonly (readonly [name: string, checks: CheckName[], ...statements: string[]])[] = [
    ['the first event deleted', ['sequence', 'opening', 'mandates'], 'DELETE FROM events WHERE position = 1'],
    ['an event deleted', ['sequence'], 'DELETE FROM events WHERE position = 7'],
    [
      'an instant moved back',
      ['sequence'],
      `UPDATE events SET metadata = json_set(metadata, '$.recordedAt', '2015-01-01T00:00:00.000Z') WHERE position = 7`,
    ],
    ['bytes rewritten with spaces', ['decodes'], `UPDATE events SET data = '{ ' || substr(data, 2) WHERE position = 7`],
    [
      'an amount that is none',
      ['decodes'],
      `UPDATE events SET data = json_set(data, '$.amount', 'much') WHERE position = 7`,
    ],
    ['an event of no kind', ['decodes'], `UPDATE events SET type = 'Unheard' WHERE position = 7`],
    [
      'an officer replaced by a stranger',
      ['mandates'],
      `UPDATE events SET metadata = json_set(metadata, '$.officer', 'stranger') WHERE position = 7`,
    ],
    [
      'an agreed amount changed after it was signed',
      ['signatures'],
      `UPDATE events SET data = json_set(data, '$.amount', '9.00', '$.instalments[0].amount', '9.00') WHERE position = ${LAST}`,
    ],
    [
      'one officer made to sign twice',
      ['signatures'],
      `UPDATE events SET data = json_set(data, '$.signatures[0].officer', 'county-finance') WHERE type = 'ProposalAgreed'`,
    ],
    [
      'both signatures of one partner',
      ['signatures'],
      `UPDATE events SET data = json_set(data, '$.signatures[0].partner', 'county') WHERE type = 'ProposalAgreed'`,
    ],
    [
      'a signature of somebody else',
      ['signatures'],
      `UPDATE events SET data = json_set(data, '$.signatures[1].officer', 'county-chief') WHERE type = 'ProposalAgreed'`,
    ],
    [
      'an opening made into an adjustment',
      ['signatures', 'requests'],
      `UPDATE events SET metadata = json_insert(metadata, '$.adjustment', json('{"reason":"late"}')) WHERE position = 6`,
    ],
    [
      'a posted fact made into an adjustment',
      ['signatures', 'requests'],
      `UPDATE events SET metadata = json_insert(metadata, '$.adjustment', json('{"reason":"late"}')) WHERE position = 7`,
    ],
    [
      'the amount of a fact that one officer posts',
      ['requests'],
      `UPDATE events SET data = json_set(data, '$.amount', '1000001.00') WHERE position = 7`,
    ],
    [
      'a document put behind a fact afterwards',
      ['requests'],
      `UPDATE events SET metadata = json_set(metadata, '$.evidence', json('[{"reference":"a minute"}]')) WHERE position = 7`,
    ],
    [
      'an agreed amount changed in the offer, the agreement and the fact alike',
      ['requests'],
      `UPDATE events SET data = replace(data, '1000000.00', '2000000.00') WHERE position > 7`,
    ],
    [
      'a document put behind what was agreed, and not behind the agreement',
      ['requests'],
      `UPDATE events SET metadata = json_set(metadata, '$.evidence', json('[{"reference":"a minute"}]')) WHERE position = ${LAST}`,
    ],
    ['an agreement without its fact', ['signatures'], `DELETE FROM events WHERE position = ${LAST}`],
    [
      'another fact in the place of what was agreed, of a kind that nobody signs',
      ['signatures'],
      `UPDATE events SET type = 'GapStated', data = '{"effective":"2016-04-01","claimant":"x","statedOn":"2016-04-01","amount":"7.00","basis":"x"}' WHERE position = ${LAST}`,
    ],
  ];
  for (const [name, checks, ...statements] of cases) {
    const ledger = await signedLedger(t);
    await tampered(ledger, ...statements);
    const canonicalised = new DatabaseSync(ledger.file);
    // SQLite’s JSON functions have an order of their own, and a change should fail for one reason only.
    for (const row of canonicalised.prepare('SELECT position, data, metadata FROM events').all() as {
      position: number;
      data: string;
      metadata: string;
    }[]) {
      if (name === 'bytes rewritten with spaces') break;
      canonicalised
        .prepare('UPDATE events SET data = ?, metadata = ? WHERE position = ?')
        .run(canonical(JSON.parse(row.data)), canonical(JSON.parse(row.metadata)), row.position);
    }
    canonicalised.close();
    // A change makes an event differ from what the rules decided, or from the event before it.
    const others = (await found(ledger)).filter((check) => check !== 'decisions');
    t.same(others, checks, name);
  }
});

t.test('whatever is changed in a file with its tree is told by the tree, once', async (t) => {
  const CHANGES = {
    'an amount, wherever it stands': [
      `UPDATE events SET data = replace(data, '1000000.00', '1000001.00')`,
      /^leaf \d+ of the tree is not the hash of the bytes that the file holds, and the same holds of the \d after it\.$/,
    ],
    'a document put under a fact': [
      `UPDATE events SET metadata = replace(metadata, '"evidence":[]', '"evidence":[{"reference":"minutes"}]') WHERE position = 7`,
      'leaf 6 of the tree is not the hash of the bytes that the file holds.',
    ],
    'a leaf replaced': [
      `UPDATE leaves SET hash = zeroblob(32) WHERE position = 7`,
      'leaf 6 of the tree is not the hash of the bytes that the file holds.',
    ],
    'a leaf taken out': [`DELETE FROM leaves WHERE position = 7`, 'leaf 6 is missing from the tree.'],
    'the last leaves taken away': [
      `DELETE FROM leaves WHERE position > 7`,
      'leaf 7 is missing from the tree, and the same holds of the 2 after it.',
    ],
    'the last events taken away': [
      `DELETE FROM events WHERE position > 8`,
      'the tree has leaf 8 and no events for it: the last events were taken away.',
    ],
  } as const;
  for (const [name, [statement, words]] of Object.entries(CHANGES)) {
    const ledger = await signedLedger(t);
    await edited(ledger, statement);
    const problems = (await problemsOf(ledger.file)).filter(({ check }) => check === 'tree');
    t.match(problems, [{ words }], name);
    t.equal(problems.length, 1, name);
  }
});

t.test('the root of a ledger is the same wherever it is kept', async (t) => {
  const ledger = await signedLedger(t);
  const { size, root } = await verify(ledger.store);
  const { leaves, ...without } = ledger.store;
  t.ok(leaves);
  t.match(await verify(without), { size, root, problems: [] });
  t.equal(hexOf(await ledger.ledger.tree.rootAt(size)), root);
  t.equal(hexOf(naiveRoot((await everything(ledger.store)).map(leafOf))), root);
});

t.test('a stream that does not begin with its opening is found', async (t) => {
  const ledger = await openedLedger(t);
  const metadata = carried({ officer: 'pool-manager', role: 'pool-manager' });
  const stated = encode('x', 'PlanLineSet', line() as never, metadata);
  await ledger.store.append('fund-nowhere-2016-17', 'no_stream', [stated]);
  t.match((await verify(ledger.store)).problems, [{ check: 'opening', words: 'the stream begins with PlanLineSet.' }]);
  const empty = openSqliteEventStore({ file: `${ledger.file}-other` });
  t.teardown(() => empty.close());
  await empty.append(`fund-${FUND}`, 'no_stream', [stated]);
  const words = (await verify(empty)).problems.map((each) => each.words);
  for (const each of ['the ledger begins with PlanLineSet.', 'the stream begins with PlanLineSet.'])
    t.ok(words.includes(each), each);
});

t.test('a canary: postings that do not balance, and a read model that is wrong, are found', async (t) => {
  const ledger = await signedLedger(t);
  const unbalanced: Verified = {
    createBalances,
    entryOf: (event, place) => ({ ...entryOf(event, place), postings: entryOf(event, place).postings.slice(1) }),
  };
  t.ok((await problemsOf(ledger.file, unbalanced)).some((each) => each.check === 'balance'));
  const wrong: Verified = {
    entryOf,
    createBalances: () => ({ ...createBalances(), accounts: () => [], add: () => undefined }),
  };
  t.same(await problemsOf(ledger.file, wrong), [], 'no account, nothing to compare');
  const off: Verified = {
    entryOf,
    createBalances() {
      const right = createBalances();
      return { ...right, balance: (...asked) => exactly(right.balance(...asked) + 1) };
    },
  };
  const problems = await problemsOf(ledger.file, off);
  t.ok(problems.length > 10 && problems.every((each) => each.check === 'figures'));
  t.match(problems[0], {
    where: /testshire-2016-17 on 2016-04-01 at size/,
    words: /is 0.01 in the read model and 0.00 in the log/,
  });
});

t.test('of very many findings the first hundred of each check are kept, and how many there are of each', async (t) => {
  const ledger = await openedLedger(t);
  await stated(ledger, 150);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await tampered(
    ledger,
    "UPDATE events SET data = '{ ' || substr(data, 2) WHERE type = 'GapStated'",
    `UPDATE events SET metadata = json_set(metadata, '$.officer', 'stranger') WHERE position = ${LAST}`,
  );
  const store = openSqliteEventStore({ file: ledger.file, readOnly: true });
  t.teardown(() => store.close());
  const { problems, found: counts } = await verify(store);
  const kept = (check: CheckName) => problems.filter((each) => each.check === check).length;
  t.equal(counts.decodes, 150);
  t.equal(kept('decodes'), 100);
  t.match(counts, { mandates: 1 });
  for (const check of Object.keys(counts) as CheckName[]) t.ok(kept(check) > 0, check);
});

/** Appends forged events in the form that the ledger’s own service writes, without a decision. */
async function forged(
  t: Parameters<typeof openedLedger>[0],
  forge: (append: Append, ledger: TestLedger) => Promise<void>,
): Promise<string[]> {
  const ledger = await signedLedger(t);
  const stream = `fund-${FUND}`;
  let keys = 0;
  await forge(async (type, data, officer = 'county-finance', partner = 'county', more = {}) => {
    const head = (await ledger.store.readStream(stream)).length - 1;
    const key = `forged-${++keys}`;
    const metadata = carried({ officer, partner, key, ...more });
    await ledger.store.append(stream, BigInt(head), [
      encode(eventId(officer, more.key ?? key, more.causation ? 1 : 0), type, data as never, metadata),
    ]);
  }, ledger);
  const { problems } = await verify(ledger.store);
  t.ok(
    problems.every(({ check }) => check === 'decisions' || check === 'requests'),
    JSON.stringify(problems),
  );
  return problems.filter(({ check }) => check === 'decisions').map((each) => each.words);
}

type Append = (
  type: string,
  data: object,
  officer?: string,
  partner?: string,
  more?: Partial<Metadata>,
) => Promise<void>;

t.test('what the rules would not have decided is found, however well it is written', async (t) => {
  const proposal = '00000000-0000-4000-8000-000000000000';
  const text = {
    type: 'ContributionAgreed',
    version: 1,
    data: contribution({ contribution: 'forged', amount: '9000000.00' }),
  };
  const signatures = [
    { officer: 'nobody', partner: 'north-ccg', role: 'finance-officer' },
    { officer: 'county-finance', partner: 'county', role: 'finance-officer' },
  ];
  const words = await forged(t, async (append) => {
    await append(
      'ProposalAgreed',
      { proposal, effective: '2016-04-01', fact: text, signatures },
      undefined,
      undefined,
      { key: 'one' },
    );
    await append('ContributionAgreed', text.data, undefined, undefined, { key: 'one', causation: 'x' });
    await append('PlanLineSet', line({ line: 'home-care' }));
    await append('ProposalLapsed', { proposal, effective: '2016-04-01', fact: text });
    await append('ProposalDeclined', { proposal, effective: '2016-04-01', fact: text, reason: 'no' });
    await append('ProposalWithdrawn', { proposal, effective: '2016-04-01', fact: text, reason: 'no' });
    await append('ProposalCountered', {
      proposal,
      effective: '2016-04-01',
      fact: text,
      replaces: text,
      signature: 'other-side',
      awaiting: ['county'],
    });
    await append('FactReversed', {
      effective: '2016-04-01',
      reverses: '0',
      reason: 'x',
      fact: {
        type: 'FundOpened',
        version: 1,
        data: { effective: '2016-04-01', area: 'a', year: '2016-17', host: 'county', partners: ['county', 'b'] },
      },
    });
    const receipt = {
      effective: '2016-04-05',
      contribution: 'north-extra',
      amount: '1.00',
      bankReference: 'x',
      payer: 'south-ccg',
      source: 'NHS_ADD',
      recurrent: true,
    };
    await append('ContributionReceived', receipt, undefined, undefined, { recordedAt: '2016-04-06T09:00:00.000Z' });
  });
  t.match(words[0], /the rules refuse it: There is no proposal .* \(proposal_unknown\)/);
  t.ok(
    words.some((each) => /does not fit what came before it/.test(each)),
    'a reversal of what was never so',
  );
  t.ok(words.some((each) => /identifier_used/.test(each)));
  t.ok(
    words.some((each) => each === 'the rules decide otherwise of it.'),
    'a receipt put down to another payer',
  );
});

t.test('what a decision fills in where it was left out is no reason to doubt the request', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post(
    'pool-manager',
    'DisputesOpened',
    { effective: '2016-04-01', area: AREA, partners: ['county', 'north-ccg'] },
    DISPUTES,
  );
  const adopt = (data: object, more: object) =>
    ledger
      .signed('county-finance', 'north-ccg-finance', 'DisputeProtocolAdopted', { ...data, ...more }, DISPUTES)
      .then(() => verify(ledger.store));
  const stages = [
    { stage: 'talks', title: 'Talks', workingDays: 5 },
    { stage: 'panel', title: 'Panel' },
  ];
  const cases: readonly object[] = [
    { protocol: 'three-stage' },
    { protocol: 'three-stage', title: 'Three plain stages' },
    { protocol: 'three-stage', stages },
    { protocol: 'three-stage', stages: [stages[0], { ...stages[1], stage: 'last' }, { ...stages[1], stage: 'more' }] },
    { protocol: 'our-own', stages },
    { protocol: 'our-own', title: 'Of our own', stages },
    { protocol: 'our-own', title: 'our-own', stages },
  ];
  for (const [index, data] of cases.entries()) {
    t.same((await adopt(data, { effective: `2016-04-0${index + 1}` })).problems, [], JSON.stringify(data));
  }
});

t.test('an act by rules that this program does not know is found, and the ledger is not served', async (t) => {
  const ledger = await openedLedger(t);
  const metadata = carried({ rules: RULES_NOW + 1 });
  await ledger.store.append(`fund-${FUND}`, 0n, [encode('x', 'PlanLineSet', line() as never, metadata)]);
  const words = new RegExp(
    `recorded by a newer program: this ledger holds acts by rules ${RULES_NOW + 1}; this program knows rules 1 to ${RULES_NOW}`,
  );
  t.match((await verify(ledger.store)).problems, [{ check: 'decodes', words }]);
  await t.rejects(onSameFile(t, ledger), { message: words });
});

t.test('what an act rests on is worked out again, and held to what its event names', async (t) => {
  const decisionsOf = async (statement: string): Promise<string[]> => {
    const ledger = await signedLedger(t);
    await tampered(ledger, statement);
    return (await problemsOf(ledger.file)).flatMap(({ check, words }) => (check === 'decisions' ? [words] : []));
  };
  t.same(await decisionsOf(`UPDATE events SET metadata = json_remove(metadata, '$.rests') WHERE position = 7`), [
    'its decision looks at register, which it does not name among what it rests on.',
  ]);
  t.same(
    await decisionsOf(
      `UPDATE events SET metadata = json_insert(metadata, '$.rests."fund-north-2016-17"', 'no_stream') WHERE position = 7`,
    ),
    ['it names fund-north-2016-17 among what it rests on, which its decision does not look at.'],
  );
  t.same(
    await decisionsOf(
      `UPDATE events SET metadata = json_set(json_remove(metadata, '$.rests'), '$.rules', 2) WHERE position = 7`,
    ),
    [],
    'acts by earlier rules need not name anything',
  );
});

t.test('within a stream nobody goes back to older rules', async (t) => {
  const ledger = await openedLedger(t);
  const { rules, ...metadata } = carried();
  await ledger.store.append(`fund-${FUND}`, 0n, [encode('x', 'PlanLineSet', line() as never, metadata)]);
  t.match((await verify(ledger.store)).problems, [
    { check: 'sequence', words: `it is by rules 1, and the event before it by rules ${rules}.` },
    { check: 'requests' },
    { check: 'decisions' },
  ]);
});

t.test('an identifier that is not of its officer and key is found', async (t) => {
  const ledger = await openedLedger(t);
  await stated(ledger, 1);
  t.match((await verify(ledger.store)).problems, [{ check: 'requests' }, { check: 'decisions', words: /identifier/ }]);
});

t.test('a ledger with every kind of act is decided again to the same events', async (t) => {
  const ledger = await signedLedger(t);
  const fact = { type: 'ContributionAgreed', data: contribution({ contribution: 'more' }) as never };
  const propose = async (name: string, expires = '2016-03-31') =>
    (
      await ledger.done('north-ccg-finance', {
        act: 'propose',
        fact: { ...fact, data: contribution({ contribution: name }) as never },
        conditions: 'the plan is approved',
        expires: expires as never,
      })
    ).outcome.proposal!;
  const countered = await propose('countered');
  await ledger.done('county-finance', {
    act: 'counter',
    proposal: countered,
    fact: { ...fact, data: contribution({ contribution: 'countered', amount: '5.00' }) as never },
  });
  await ledger.done('north-ccg-chief', { act: 'agree', proposal: countered });
  await ledger.done('county-finance', { act: 'decline', proposal: await propose('declined'), reason: 'no' });
  await ledger.done('north-ccg-finance', { act: 'withdraw', proposal: await propose('withdrawn'), reason: 'no' });
  const named = await ledger.done(
    'county-finance',
    { act: 'post', fact: { type: 'PlanLineSet', data: line({ line: 'named' }) as never } },
    { actingFor: 'county', evidence: [{ reference: 'minute 7', page: 2 }] },
  );
  t.equal(named.outcome.events.length, 1);
  const late = await propose('late', '2016-05-31');
  await propose('lapsing');
  ledger.now('2016-05-01T09:00:00Z');
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { period: 1, effective: '2016-04-30' });
  await ledger.done('county-finance', {
    act: 'agree',
    proposal: late,
    adjustment: { reason: 'agreed before the closing' },
  });
  t.equal(await ledger.ledger.lapseExpired(), 1);
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: { type: 'FactReversed', data: { effective: '2016-05-01', reverses: '4', reason: 'x' } as never },
  });
  await ledger.done('county-finance', { act: 'agree', proposal: outcome.proposal! });
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a store that cannot be read is not said to be wrong: verifying it fails', async (t) => {
  const ledger = await openedLedger(t);
  const readAll = () => Promise.reject(new StoreUnavailable('The disk is gone.'));
  const store = { ...ledger.store, asItLies: { ...ledger.store, readAll } };
  await t.rejects(verify(store), { name: 'StoreUnavailable' });
});
