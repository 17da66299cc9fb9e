import { DatabaseSync } from '@photostructure/sqlite';
import t from 'tap';
import type { FactData } from '../../src/domain/grammar/event.js';
import { Refusal } from '../../src/domain/rules.js';
import { OPERATOR } from '../../src/ledger/access.js';
import { whatIf, WhatIfAnswer, WhatIfAsked } from '../../src/ledger/acts/what-if.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { service } from '../http/support.js';
import { asked } from '../support/asking.js';
import { contribution, FUND, line, onSameFile, openedLedger, SOUTH, type TestLedger } from '../support/ledger.js';

/** Deals in a real ledger: keys, what-if figures, verify, and the API. */

const NORTHS = { type: 'ContributionAgreed', data: contribution() as unknown as FactData };
const SOUTHS = {
  type: 'ContributionAgreed',
  data: contribution({ contribution: 'south-extra', payer: SOUTH, amount: '500000.00' }) as unknown as FactData,
};
const LINE = { type: 'PlanLineSet', data: line() as unknown as FactData };

const DEAL = { fact: NORTHS, further: [SOUTHS, LINE] };

const made = async (ledger: TestLedger) =>
  (await ledger.done('county-finance', { act: 'propose', ...DEAL }, { key: 'deal' })).outcome.proposal!;

async function signed(ledger: TestLedger): Promise<string> {
  const proposal = await made(ledger);
  await ledger.done('north-ccg-finance', { act: 'agree', proposal }, { key: 'north' });
  await ledger.done('south-ccg-finance', { act: 'agree', proposal }, { key: 'south' });
  return proposal;
}

t.test('each step of a deal that is sent again is answered as the first time, with all that it recorded', async (t) => {
  const ledger = await openedLedger(t);
  const proposal = await signed(ledger);
  const other = await onSameFile(t, ledger);
  for (const each of [ledger, other]) {
    const made = await each.done('county-finance', { act: 'propose', ...DEAL }, { key: 'deal' });
    t.match(made, { replayed: true, outcome: { proposal, events: [{ type: 'ProposalMade' }] } });
    const first = await each.done('north-ccg-finance', { act: 'agree', proposal }, { key: 'north' });
    t.match(first, { replayed: true, outcome: { events: [{ type: 'ProposalSigned' }] } });
    const last = await each.done('south-ccg-finance', { act: 'agree', proposal }, { key: 'south' });
    t.equal(last.replayed, true);
    t.same(
      last.outcome.events.map(({ type }) => type),
      ['ProposalAgreed', 'ContributionAgreed', 'ContributionAgreed', 'PlanLineSet'],
    );
    t.equal(
      await each.refused('county-finance', { act: 'propose', fact: NORTHS, further: [SOUTHS] }, { key: 'deal' }),
      'key_reused',
    );
  }
});

t.test('two who sign the last need at once record the deal once', async (t) => {
  const ledger = await openedLedger(t);
  const other = await onSameFile(t, ledger);
  const proposal = await made(ledger);
  await ledger.done('north-ccg-finance', { act: 'agree', proposal });
  const both = await Promise.all([
    ledger.submit('south-ccg-finance', { act: 'agree', proposal }),
    other.submit('south-ccg-chief', { act: 'agree', proposal }),
  ]);
  t.same(both.filter((each) => each instanceof Refusal).length, 1);
  const { entries } = await asked<{ entries: { type: string }[] }>(ledger, 'timeline', { limit: '100' });
  t.equal(entries.filter(({ type }) => type === 'PlanLineSet').length, 1);
});

t.test('what is foretold of a deal is what its last signature brings', async (t) => {
  const ledger = await openedLedger(t);
  const by = { officer: 'county-finance', signedInBy: 'test', sight: OPERATOR };
  const foretold = async (acts: readonly object[]) => {
    const found = await whatIf(ledger.ledger, FUND, WhatIfAsked.parse({ acts, on: '2016-04-01' }), by);
    if (found instanceof Refusal) throw new Error(found.detail);
    return WhatIfAnswer.parse(found);
  };
  const draft = await foretold([{ facts: [NORTHS, SOUTHS, LINE] }]);
  t.match(draft.acts, [{ signedBy: /^south-ccg-/, refusal: null, sentence: /^A deal of 3: \(1\) / }]);
  const proposal = await made(ledger);
  const offered = await foretold([{ proposal }]);
  await ledger.done('north-ccg-finance', { act: 'agree', proposal });
  const half = await foretold([{ proposal }]);
  await ledger.done('south-ccg-finance', { act: 'agree', proposal });
  const now = await asked(ledger, 'gap', { on: '2016-04-01' });
  for (const { gap } of [draft, offered, half]) t.match(now, gap.after);
  t.match((await foretold([{ facts: ['b', 'c'].map((name) => ({ ...LINE, data: line({ line: name }) })) }])).acts, [
    { refusal: { code: 'signature_not_needed' } },
  ]);
  t.match((await foretold([{ facts: [NORTHS, { type: 'Unheard', data: {} }] }])).acts, [
    { refusal: { code: 'fields_invalid' } },
  ]);
  t.throws(() => WhatIfAsked.parse({ acts: [{ fact: LINE, facts: [LINE] }] }), /one of them alone/);
});

t.test('who has a hand in the file is found out: a part that is left out, changed, or moved', async (t) => {
  const last = '(SELECT max(position) FROM events)';
  for (const [name, checks, ...statements] of [
    ['the last part deleted', ['signatures'], `DELETE FROM events WHERE position = ${last}`],
    [
      'a sum changed in the second part',
      ['signatures'],
      `UPDATE events SET data = replace(data, '500000.00', '500001.00') WHERE position = ${last} - 1`,
    ],
    [
      'two parts in each other’s place',
      ['signatures'],
      `UPDATE events SET data = (SELECT data FROM events WHERE position = ${last} - 2) WHERE position = ${last} - 1`,
    ],
    [
      'a need taken out of a signature',
      ['decisions'],
      `UPDATE events SET data = replace(data, '"needs":[{"bodies":["south-ccg"]', '"needs":[{"bodies":["north-ccg"]') WHERE type = 'ProposalSigned'`,
    ],
    [
      'a part that is said to be an adjustment',
      ['requests'],
      `UPDATE events SET metadata = replace(metadata, '{"causation"', '{"adjustment":{"reason":"x"},"causation"') WHERE position = ${last}`,
    ],
  ] as const) {
    const ledger = await openedLedger(t);
    await signed(ledger);
    t.same((await verify(ledger.store)).problems, [], 'untouched it is well');
    await ledger.close();
    const db = new DatabaseSync(ledger.file);
    for (const table of ['events', 'leaves', 'subtrees'])
      for (const act of ['updated', 'deleted']) db.exec(`DROP TRIGGER ${table}_are_never_${act}`);
    for (const statement of ['DROP TABLE leaves', 'DROP TABLE subtrees', 'PRAGMA user_version = 1', ...statements])
      db.exec(statement);
    db.close();
    const store = openSqliteEventStore({ file: ledger.file, readOnly: true });
    const found = new Set((await verify(store)).problems.map(({ check }) => check));
    await store.close();
    for (const check of checks) t.ok(found.has(check), `${name}: ${check} (${[...found].join(', ')})`);
  }
});

t.test('a mark of an adjustment that is put on a part or taken off it is found', async (t) => {
  for (const change of [
    `replace(metadata, '"adjustment":{"reason":"Late"},', '') WHERE position = (SELECT max(position) - 1 FROM events)`,
    `replace(metadata, '{"causation"', '{"adjustment":{"reason":"Late"},"causation"') WHERE position = (SELECT max(position) FROM events)`,
  ]) {
    const ledger = await openedLedger(t);
    ledger.now('2016-05-02T09:00:00Z');
    await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { effective: '2016-04-30', period: 1 });
    const may = { effective: '2016-05-01', instalments: [{ due: '2016-05-01', amount: '500000.00' }] };
    const open = { ...SOUTHS, data: { ...SOUTHS.data, ...may } as unknown as FactData };
    const adjustment = { reason: 'Late' };
    const made = await ledger.done('county-finance', { act: 'propose', fact: NORTHS, further: [open], adjustment });
    for (const officer of ['north-ccg-finance', 'south-ccg-finance'])
      await ledger.done(officer, { act: 'agree', proposal: made.outcome.proposal! });
    t.same((await verify(ledger.store)).problems, []);
    await ledger.close();
    const db = new DatabaseSync(ledger.file);
    for (const act of ['updated', 'deleted']) db.exec(`DROP TRIGGER events_are_never_${act}`);
    db.exec(`UPDATE events SET metadata = ${change}`);
    db.close();
    const store = openSqliteEventStore({ file: ledger.file, readOnly: true });
    t.match(
      (await verify(store)).problems.filter(({ check }) => check === 'decisions'),
      [{ words: /marked as an adjustment, and should/ }],
    );
    await store.close();
  }
});

t.test('over HTTP a deal is proposed, read, signed by one body after another, and recorded', async (t) => {
  const { post, get } = await service(t);
  const facts = [NORTHS, SOUTHS, LINE];
  const offered = await post(`/v1/funds/${FUND}/proposals`, { facts }, 'county-finance');
  t.equal(offered.statusCode, 201, offered.body);
  const { proposal } = offered.json<{ proposal: string }>();
  const where = `/v1/funds/${FUND}/proposals/${proposal}`;
  const read = await get(where, 'north-ccg-finance');
  t.match(read.json(), {
    facts: [{ type: 'ContributionAgreed' }, { sentence: /£500,000.00/ }, { type: 'PlanLineSet' }],
    needs: [
      { fact: 0, bodies: ['north-ccg'] },
      { fact: 1, bodies: ['south-ccg'] },
    ],
    given: [{ officer: 'county-finance', facts: [0, 1, 2] }],
    state: 'open',
    records: [],
  });
  const etag = { 'if-match': String(read.headers['etag']) };
  const first = await post(`${where}/agreement`, {}, 'north-ccg-finance', etag);
  t.match(first.json(), { events: [{ type: 'ProposalSigned' }] });
  t.equal((await get(where)).headers['etag'], read.headers['etag'], 'the tag of what was read has not moved');
  const last = await post(`${where}/agreement`, {}, 'south-ccg-finance', etag);
  t.equal(last.json<{ events: object[] }>().events.length, 4, 'so whoever read it before can still sign');
  t.match((await get(where)).json(), {
    state: 'agreed',
    needs: [],
    given: [
      { officer: 'county-finance' },
      { officer: 'north-ccg-finance' },
      { officer: 'south-ccg-finance', facts: [1] },
    ],
    records: [{ sentence: /north-extra/ }, { sentence: /south-extra/ }, { sentence: /home-care/ }],
  });
  for (const body of [{}, { fact: NORTHS, facts }, { facts: [] }, { facts: Array<object>(21).fill(LINE) }]) {
    const refused = await post(`/v1/funds/${FUND}/proposals`, body, 'county-finance');
    t.equal(refused.statusCode, 400, JSON.stringify(body).slice(0, 60));
    t.match(refused.json(), { code: 'fields_invalid' });
  }
  const alone = await post(
    `/v1/funds/${FUND}/proposals`,
    { facts: [{ ...NORTHS, data: contribution({ contribution: 'x' }) }] },
    'north-ccg-finance',
  );
  t.match(alone.json(), {
    events: [{ type: 'ProposalMade', sentence: /^north-ccg proposed: “north-ccg contributes/ }],
  });
});
