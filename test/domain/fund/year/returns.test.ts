import t from 'tap';
import { Refusal } from '../../../../src/domain/rules.js';
import { canonical, decode, encode, fundStream, sha256 } from '../../../../src/ledger/catalogue.js';
import { QUERIES } from '../../../../src/ledger/questions/all.js';
import type { Answer } from '../../../../src/ledger/questions/question.js';
import { requestOf } from '../../../../src/ledger/acts/request.js';
import { eventId } from '../../../../src/ledger/acts/event-id.js';
import { verify } from '../../../../src/ledger/audit/verify.js';
import { ask, asked, tableOf } from '../../../support/asking.js';
import { acts, caseNamed, share } from '../../../support/disputes.js';
import { carried, contribution, FUND, line, openFund, refusals, type Refused } from '../../../support/ledger.js';
import { told } from '../../../support/told.js';
import { disputing, openedLedger } from '../../../support/rules-alone.js';

interface FigureText {
  readonly figure: string;
  readonly line: string;
  readonly source: string;
  readonly filed: string;
  readonly now: string;
  readonly change: string;
}

const q1 = (more: object = {}) => ({
  effective: '2016-07-05',
  return: 'q1',
  kind: 'quarter-1',
  on: '2016-06-30',
  ...more,
});

const spending = (net: string, effective = '2016-06-01') => ({
  effective,
  line: 'home-care',
  net,
  vat: '0.00',
  recoverable: '0.00',
  reference: 'INV',
});

const row = (answer: Readonly<Record<string, unknown>>, figure: string, of = ''): FigureText | undefined =>
  (answer['figures'] as FigureText[]).find(
    (each) => each.figure === figure && (of === '' || each.line === of || each.source === of),
  );

t.test(
  'a return stays as it was filed; what is learnt later stands beside it, with the facts that say so',
  async (t) => {
    const ledger = await openedLedger(t);
    await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
    await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '1500000.00' }));
    await ledger.post('county-finance', 'ExpenditureRecorded', spending('300.00'));
    await ledger.post('county-finance', 'ExpenditureRecorded', spending('7.00', '2016-07-01'));
    ledger.now('2016-07-05T09:00:00Z');
    const draft = await asked(ledger, 'return-figures', { on: '2016-06-30' });
    const { outcome } = await ledger.post('pool-manager', 'ReturnSubmitted', q1({ note: 'first' }));
    t.equal(outcome.events[0]?.sentence, 'The return "q1" (quarter-1) was filed as at 30 June 2016.');
    t.same(draft['figures'], [
      { section: 'income', source: 'NHS_ADD', line: '', figure: 'agreed', amount: '1000000.00' },
      { section: 'income', source: 'NHS_ADD', line: '', figure: 'due', amount: '1000000.00' },
      { section: 'spending', source: 'NHS_ADD', line: 'home-care', figure: 'budget', amount: '1500000.00' },
      { section: 'spending', source: 'NHS_ADD', line: 'home-care', figure: 'spent', amount: '300.00' },
      { section: 'total', source: '', line: '', figure: 'requirement', amount: '1500000.00' },
      { section: 'total', source: '', line: '', figure: 'funded', amount: '1000000.00' },
      { section: 'total', source: '', line: '', figure: 'gap', amount: '500000.00' },
      { section: 'total', source: '', line: '', figure: 'openClaims', amount: '0.00' },
    ]);
    const asFiled = await asked(ledger, 'return', { return: 'q1' });
    told(t, asFiled, { intact: true, note: 'first', replaces: null, replacedBy: null, on: '2016-06-30', movers: [] });
    t.same(
      (asFiled['figures'] as FigureText[]).map(({ filed, now, change }) => [filed, now, change]),
      (draft['figures'] as { amount: string }[]).map(({ amount }) => [amount, amount, '0.00']),
    );
    const event = (await ledger.ledger.entries(fundStream(FUND), Infinity)).at(-1)!;
    t.same(event.data['figures'], draft['figures'], 'what is filed is what the draft said');
    t.equal(
      event.data['digest'],
      sha256(
        canonical({
          fund: FUND,
          kind: 'quarter-1',
          on: '2016-06-30',
          figures: draft['figures'],
          claimsKnownTo: null,
        }),
      ),
      'and anybody can work out its digest again',
    );

    ledger.now('2016-09-01T09:00:00Z');
    await ledger.post('county-finance', 'ExpenditureRecorded', spending('50.00'));
    await ledger.post('county-finance', 'ExpenditureRecorded', spending('9.00', '2016-08-01'));
    await ledger.post('county-finance', 'CommitmentMade', {
      effective: '2016-06-30',
      commitment: 'order',
      line: 'home-care',
      supplierClass: 'private',
      amount: '80.00',
      reference: 'PO',
    });
    await ledger.signed(
      'north-ccg-finance',
      'county-finance',
      'ContributionAgreed',
      contribution({ contribution: 'more', amount: '10.00', effective: '2016-06-01' }),
    );
    const now = await asked(ledger, 'return', { return: 'q1' });
    t.match(row(now, 'spent'), { filed: '300.00', now: '350.00', change: '50.00' });
    t.match(row(now, 'committed'), { filed: '0.00', now: '80.00', change: '80.00' });
    t.match(row(now, 'gap'), { filed: '500000.00', now: '499990.00', change: '-10.00' });
    t.match(row(now, 'requirement'), { change: '0.00' });
    t.match(
      (now['movers'] as { type: string; stream: string; changes: object[] }[]).map(({ type, stream, changes }) => [
        type,
        stream,
        changes.length,
      ]),
      [
        ['ExpenditureRecorded', 'fund', 1],
        ['CommitmentMade', 'fund', 1],
        ['ContributionAgreed', 'fund', 4],
      ],
    );
    t.match(
      row(await asked(ledger, 'return', { return: 'q1', 'known-at': '2016-08-31' }), 'spent'),
      { now: '300.00', change: '0.00' },
      'as known before',
    );
    t.same((await ask(ledger, 'return', { return: 'q1', 'known-at': '2016-07-04' })) instanceof Refusal, true);
    const { rows } = await tableOf(ledger, 'return', { return: 'q1' });
    const of = [FUND, 'q1', '2016-06-30', '2016-07-05'];
    const spent = rows.filter((each) => each[8] === 'spent' && each[7] === 'home-care');
    t.same(spent[0], [...of, 'figure', 'spending', 'NHS_ADD', 'home-care', 'spent', '300.00', '350.00', '50.00', '']);
    t.same(spent[1]?.slice(0, 12), [...of, 'moved by', 'spending', 'NHS_ADD', 'home-care', 'spent', '', '', '50.00']);
    t.match(spent[1]?.[12], /£50.00 .*\(fund, revision \d+\)$/, 'the fact that moved it, in a sentence');
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test('a second return of one kind and cut-off replaces the one that stands', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-07-05T09:00:00Z');
  const refused = (name: string, more: object, rule: Refused['rule'], officer = 'pool-manager') =>
    ({ name, officer, act: 'post', type: 'ReturnSubmitted', data: q1(more) as never, rule }) as const;
  await refusals(t, ledger, FUND, [
    refused('it replaces one that is there', { replaces: 'q0' }, 'return_stands'),
    refused('a quarter has its own cut-off', { on: '2016-07-01' }, 'return_day_wrong'),
    refused('a grant’s return one of four', { kind: 'ibcf', on: '2016-07-01' }, 'return_day_wrong'),
    refused('it is filed after its cut-off', { effective: '2016-06-29' }, 'return_day_wrong'),
    refused('and not before it is', { effective: '2016-07-06' }, 'in_the_future'),
    refused('the host files it', {}, 'wrong_partner', 'north-ccg-finance'),
  ]);
  const { outcome } = await ledger.post('pool-manager', 'ReturnSubmitted', q1());
  await refusals(t, ledger, FUND, [
    refused('a name is used once', {}, 'identifier_used'),
    refused('the first stands', { return: 'q1-again' }, 'return_stands'),
    {
      name: 'and is never reversed',
      officer: 'pool-manager',
      act: 'post',
      type: 'FactReversed',
      data: { effective: '2016-07-05', reverses: outcome.revision, reason: 'wrong' },
      rule: 'not_reversible',
    },
  ]);
  const second = await ledger.post('pool-manager', 'ReturnSubmitted', q1({ return: 'q1-again', replaces: 'q1' }));
  t.match(second.outcome.events[0]?.sentence, 'in place of "q1".');
  await refusals(t, ledger, FUND, [refused('which then stands', { return: 'third', replaces: 'q1' }, 'return_stands')]);
  await ledger.post('pool-manager', 'ReturnSubmitted', q1({ return: 'ibcf-1', kind: 'ibcf' }));
  t.match((await asked(ledger, 'returns'))['returns'], [
    { return: 'q1', replaces: null, replacedBy: 'q1-again', figuresMoved: 0 },
    { return: 'q1-again', replaces: 'q1', replacedBy: null },
    { return: 'ibcf-1' },
  ]);
  t.same(
    (await tableOf(ledger, 'returns')).rows.map((each) => each.slice(0, 7)),
    [
      ['q1', 'quarter-1', '2016-06-30', '2016-07-05', '', 'q1-again', '0'],
      ['q1-again', 'quarter-1', '2016-06-30', '2016-07-05', 'q1', '', '0'],
      ['ibcf-1', 'ibcf', '2016-06-30', '2016-07-05', '', '', '0'],
    ],
  );
});

t.test('a period that is closed can still be reported', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-07-05T09:00:00Z');
  for (const [period, effective] of [
    [1, '2016-04-30'],
    [2, '2016-05-31'],
    [3, '2016-06-30'],
  ] as const) {
    await ledger.signed('county-finance', 'county-chief', 'PeriodClosed', { effective, period });
  }
  await ledger.post('pool-manager', 'ReturnSubmitted', q1());
  t.match((await asked(ledger, 'returns'))['returns'], [{ return: 'q1' }]);
});

t.test('claims that were open when a return was filed show in it, and what was decided later beside it', async (t) => {
  const ledger = await disputing(t);
  const { raise, post } = acts(ledger);
  const YEAR = 'testshire-2018-19';
  await openFund(ledger, '2018-19');
  await raise('one');
  ledger.now('2019-01-15T09:00:00Z');
  const filing = { effective: '2019-01-15', return: 'q3', kind: 'quarter-3', on: '2018-12-31' };
  await ledger.post('pool-manager', 'ReturnSubmitted', filing, YEAR);
  ledger.now('2019-03-20T09:00:00Z');
  await post('county-finance', 'DisputeStageEntered', { effective: '2018-11-12', stage: 'informal' });
  await ledger.signed(
    'county-finance',
    'north-ccg-finance',
    'SplitDecided',
    {
      effective: '2018-10-01',
      case: caseNamed('one'),
      decidedOn: '2019-03-14',
      split: share(6_000),
      by: 'panel',
      decision: 'Panel 2019/7',
    },
    'disputes-testshire',
  );
  const now = await asked(ledger, 'return', { fund: YEAR, return: 'q3' });
  t.match(row(now, 'openClaims'), { filed: '18400.00', now: '0.00', change: '-18400.00' });
  t.match(now['movers'], [{ type: 'SplitDecided', stream: 'disputes', changes: [{ amount: '-18400.00' }] }]);
  t.equal((now['movers'] as unknown[]).length, 1, 'what moved nothing is not named');
  ledger.now('2019-05-20T09:00:00Z');
  const yearEnd = { effective: '2019-05-20', return: 'year', kind: 'year-end', on: '2019-03-31' };
  await ledger.post('pool-manager', 'ReturnSubmitted', yearEnd, YEAR);
  const year = await asked(ledger, 'return', { fund: YEAR, return: 'year' });
  t.match(year['earlier'], [
    {
      return: 'q3',
      on: '2018-12-31',
      changes: [{ section: 'total', figure: 'openClaims', amount: '-18400.00' }],
    },
  ]);
  t.match((await asked(ledger, 'returns', { fund: YEAR }))['returns'], [{ figuresMoved: 1 }, { figuresMoved: 0 }]);

  const { seenBy } = QUERIES.find(({ name }) => name === 'return')!;
  const seeing = (sees: boolean) => ({
    sees: () => true,
    seesArea: () => true,
    seesCases: () => sees,
    seesClaims: () => sees,
  });
  t.equal(seenBy!(now, seeing(true)), now);
  told(t, seenBy!(now, seeing(false)), { movers: [], digest: null }, 'facts of cases are for who may see them');
  const names = (answer: Answer) => (answer['figures'] as { figure: string }[]).map(({ figure }) => figure);
  t.same(
    names(seenBy!(now, seeing(false))),
    names(now).filter((figure) => figure !== 'openClaims'),
    'and so is the sum of the claims',
  );
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a return counts the claims that its service had read, and verification counts the same', async (t) => {
  const ledger = await disputing(t);
  const { raise } = acts(ledger);
  const YEAR = 'testshire-2018-19';
  await openFund(ledger, '2018-19');
  await raise('one');
  ledger.now('2019-01-15T09:00:00Z');
  const filing = { effective: '2019-01-15', return: 'q3', kind: 'quarter-3', on: '2018-12-31' };
  await ledger.post('pool-manager', 'ReturnSubmitted', filing, YEAR);
  const [recorded] = await ledger.store.readStream(fundStream(YEAR), { after: 0n, limit: 1 });
  const { data, metadata: asRecorded } = decode(recorded!);
  t.match(data, { claimsKnownTo: '4' });

  // Another service filed a second return before it had read that the case was raised.
  const figures = (data['figures'] as { figure: string; amount: string }[]).map((each) =>
    each.figure === 'openClaims' ? { ...each, amount: '0.00' } : each,
  );
  const said = { fund: YEAR, kind: 'ibcf', on: '2018-12-31', figures, claimsKnownTo: '3' };
  const behind = {
    ...data,
    return: 'q3-ibcf',
    kind: 'ibcf',
    figures,
    claimsKnownTo: '3',
    digest: sha256(canonical(said)),
  };
  const metadata = carried({
    officer: 'pool-manager',
    role: 'pool-manager',
    recordedAt: '2019-01-15T09:00:00.000Z',
    key: 'behind',
    rests: asRecorded.rests!,
  });
  const stored = (said: Readonly<Record<string, unknown>>, key: string, more: object = {}) => {
    const { effective, return: name, kind, on } = said;
    const request = requestOf({
      kind: 'fund',
      stream: fundStream(YEAR),
      command: {
        act: 'post',
        fact: { type: 'ReturnSubmitted', data: { effective, return: name, kind, on, ...more } as never },
      },
      evidence: [],
    });
    return encode(eventId('pool-manager', key, 0), 'ReturnSubmitted', said as never, { ...metadata, key, request });
  };
  await ledger.store.append(fundStream(YEAR), 1n, [stored(behind, 'behind')]);
  t.same((await verify(ledger.store)).problems, []);
  const wrong = { ...behind, return: 'q3-wrong', kind: 'quarter-3', replaces: 'q3', claimsKnownTo: '9' };
  await ledger.store.append(fundStream(YEAR), 2n, [stored(wrong, 'wrong', { replaces: 'q3' })]);
  t.match((await verify(ledger.store)).problems, [{ check: 'decisions', words: 'the rules decide otherwise of it.' }]);
});

t.test(
  'a filed return is approved by the board, another person than filed it, and the approval holds no figure',
  async (t) => {
    const ledger = await openedLedger(t);
    const next = 'testshire-2024-25';
    await openFund(ledger, '2024-25');
    const mandate = { effective: '2016-01-01', partner: 'county', role: 'board' };
    for (const officer of ['county-board', 'pool-manager'])
      await ledger.signed('registrar', 'county-chief', 'OfficerMandated', { ...mandate, officer }, 'register');
    const awaits = 'The health and wellbeing board must approve it.';
    const returnsOf = async (fund: string) =>
      (await asked(ledger, 'returns', { fund }))['returns'] as readonly Record<string, unknown>[];
    const file = (name: string, more: object = {}) => {
      const data = { effective: '2024-07-05', return: name, kind: 'quarter-1', on: '2024-06-30', ...more };
      return ledger.post('pool-manager', 'ReturnSubmitted', data, next);
    };
    ledger.now('2024-08-01T09:00:00Z');
    await file('first');
    const approving = (name: string, officer: string, rule: Refused['rule'], more: object = {}): Refused => ({
      name,
      officer,
      act: 'post',
      type: 'ReturnApproved',
      data: { effective: '2024-07-20', return: 'first', statement: 'by its minute 12', ...more },
      rule,
    });
    t.match(await returnsOf(next), [{ return: 'first', approval: null, awaits }]);
    await refusals(t, ledger, next, [
      approving('by a finance officer', 'county-finance', 'role_not_allowed'),
      approving('by another body', 'north-ccg-chief', 'wrong_partner'),
      approving('by whoever filed it, who is of the board too', 'pool-manager', 'same_officer'),
      approving('of nothing that was filed', 'county-board', 'reference_unknown', { return: 'other' }),
      approving('before its cut-off', 'county-board', 'before_it_began', { effective: '2024-06-29' }),
    ]);
    const given = { effective: '2024-07-20', return: 'first', statement: 'by its minute 12' };
    const { outcome } = await ledger.post('county-board', 'ReturnApproved', given, next);
    t.equal(outcome.events[0]?.sentence, 'The return "first" was approved: by its minute 12');
    const [event] = (await ledger.store.readStream(fundStream(next), { after: -1n, limit: 100 })).slice(-1);
    t.same(decode(event!).data, given, 'no figure of the return, and no digest of them');
    t.match(await returnsOf(next), [{ approval: { on: '2024-07-20', statement: 'by its minute 12' }, awaits: null }]);
    t.match((await asked(ledger, 'returns', { fund: next, 'known-at': '2024-07-31' }))['returns'], []);
    await refusals(t, ledger, next, [approving('twice', 'county-board', 'nothing_to_change')]);

    await file('second', { replaces: 'first' });
    t.match(await returnsOf(next), [
      { approval: {}, awaits: null },
      { return: 'second', approval: null, awaits },
    ]);
    await file('third', { replaces: 'second' });
    await refusals(t, ledger, next, [
      approving('of one that was replaced', 'county-board', 'return_stands', { return: 'second' }),
    ]);
    t.match(await returnsOf(next), [{}, { awaits: null }, { awaits }]);

    await ledger.post('pool-manager', 'ReturnSubmitted', q1());
    await refusals(t, ledger, FUND, [
      approving('in a year that asks nobody', 'county-board', 'capacity_not_asked', { return: 'q1' }),
    ]);
    t.match(await returnsOf(FUND), [{ approval: null, awaits: null }]);
    t.same((await verify(ledger.store)).problems, []);
  },
);
