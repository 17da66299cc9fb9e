import { DatabaseSync } from '@photostructure/sqlite';
import t from 'tap';
import { canonical, encode } from '../../src/ledger/catalogue.js';
import { load, planLoad } from '../../src/ledger/acts/load.js';
import { eventId } from '../../src/ledger/acts/event-id.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import { AREA, caseNamed, DISPUTES, disputing, raised, share } from '../support/disputes.js';
import { carried, NORTH, openedLedger, type TestLedger } from '../support/ledger.js';

/** Disputes as a file of acts, and as something that is checked from its bytes. */

const ONE = caseNamed('one');
const into = ({ ledger, clock }: TestLedger) => ({ ledger, clock, signedInBy: 'file' });
const file = (steps: readonly object[], name = 'disputes.json') => ({ name, content: { title: 'Disputes', steps } });
const county = { officer: 'county-finance', in: DISPUTES };
const north = { officer: 'north-ccg-finance', in: DISPUTES };

const opening = [
  {
    officer: 'pool-manager',
    in: DISPUTES,
    post: { type: 'DisputesOpened', data: { effective: '2016-04-01', area: AREA, partners: ['county', NORTH] } },
  },
  {
    ...county,
    propose: { type: 'DisputeProtocolAdopted', data: { effective: '2016-04-01', protocol: 'three-stage' } },
    as: 'protocol',
  },
  { ...north, agree: 'protocol' },
];

const split = (respondent: number) => ({
  type: 'SplitDecided',
  data: { effective: '2018-10-01', case: ONE, decidedOn: '2018-11-01', split: share(respondent), by: 'panel' },
});

t.test('an area’s disputes are loaded from a file step by step, in "disputes-" and the area, and once', async (t) => {
  const ledger = (await openedLedger(t)).now('2018-11-01T09:00:00Z');
  const planned = planLoad([
    file([
      ...opening,
      {
        ...county,
        post: { type: 'DisputeRaised', data: raised() },
        as: 'raised',
        evidence: [{ reference: 'panel papers' }],
      },
      { ...north, post: { type: 'DisputeStageEntered', data: { effective: '2018-11-01', case: ONE, stage: 'panel' } } },
      { ...county, propose: split(9_000), as: 'split', conditions: 'the panel agrees', expires: '2018-12-31' },
      { ...north, counter: 'split', with: split(6_000) },
      { ...county, officer: 'county-chief', agree: 'split', as: 'decided' },
      {
        ...north,
        propose: { type: 'FactReversed', data: { effective: '2018-10-01', reverses: '@decided', reason: 'misread' } },
        as: 'reversal',
      },
      { ...county, agree: 'reversal' },
      { ...county, propose: split(5_000), as: 'again', synthetic: 'the share' },
      { ...county, withdraw: 'again', reason: 'another panel' },
    ]),
  ]);
  t.same(await load(planned, into(ledger)), { recorded: 12, replayed: 0, warnings: [] });
  t.same(await load(planned, into(ledger)), { recorded: 0, replayed: 12, warnings: [] });
  const entries = await ledger.ledger.entries(DISPUTES, ledger.ledger.model.size());
  t.same(
    entries.map((each) => each.type),
    [
      'DisputesOpened',
      'ProposalMade',
      'ProposalAgreed',
      'DisputeProtocolAdopted',
      'DisputeRaised',
      'DisputeStageEntered',
      'ProposalMade',
      'ProposalCountered',
      'ProposalAgreed',
      'SplitDecided',
      'ProposalMade',
      'ProposalAgreed',
      'FactReversed',
      'ProposalMade',
      'ProposalWithdrawn',
    ],
  );
  t.match(entries[4]!.evidence, [{ reference: 'panel papers' }]);
  t.match(entries[13]!.evidence, [{ reference: 'synthetic: the share' }]);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a load of disputes stops at what is wrong, and says where', async (t) => {
  const ledger = (await openedLedger(t)).now('2018-11-01T09:00:00Z');
  const stops = async (steps: readonly object[], message: RegExp) => {
    const head = await ledger.store.head();
    await t.rejects(async () => load(planLoad([file(steps)]), into(ledger)), { name: 'LoadStopped', message });
    t.equal(await ledger.store.head(), head, 'and nothing of it was recorded');
  };
  const raise = (more: object = {}) => ({
    ...county,
    post: { type: 'DisputeRaised', data: raised('one', { ...more }) },
  });
  await stops([raise()], /step 1: No disputes of testshire have been opened. \(area_unknown\)/);
  await stops([{ ...opening[0], in: 'disputes-elsewhere' }], /area_name_wrong/);
  await load(planLoad([file(opening)]), into(ledger));
  await stops([raise({ case: 'smith' })], /DisputeRaised is not as it must be[\s\S]*random UUID/);
  await stops([{ ...raise(), in: 'testshire-2016-17' }], /"DisputeRaised" is not a fact of a fund/);
  await stops([{ ...raise(), in: 'register' }], /"DisputeRaised" is not a fact of a register/);
  await stops([{ ...county, post: { type: 'PlanLineSet', data: {} } }], /"PlanLineSet" is not a fact of a dispute/);
  await stops([{ ...raise(), officer: 'south-ccg-finance' }], /wrong_partner/);
  await stops([{ ...county, propose: split(6_000), conditions: 'for 943 476 5919' }], /NHS number/);
  await stops([{ ...raise(), at: '2018-10-01T09:00:00Z' }], /recorded_clock_refused/);
});

/** A ledger with every fact of disputes, recorded from November 2018 to June 2019. */
async function filled(t: Parameters<typeof disputing>[0]): Promise<TestLedger> {
  const ledger = await disputing(t);
  const post = (officer: string, type: string, data: object) => ledger.post(officer, type, { ...data }, DISPUTES);
  const signed = (proposer: string, signer: string, type: string, data: object) =>
    ledger.signed(proposer, signer, type, { ...data }, DISPUTES);
  const both = ['county-finance', 'north-ccg-finance'] as const;
  for (const name of ['one', 'two', 'three', 'four', 'five'])
    await post('county-finance', 'DisputeRaised', raised(name));
  await post('pool-manager', 'DisputePartnerAdded', { effective: '2018-11-01', partner: 'west-district' });
  await post('north-ccg-finance', 'DisputeStageEntered', { effective: '2018-11-01', case: ONE, stage: 'informal' });
  await signed(...both, 'DisputeStageExtended', { effective: '2018-11-05', case: ONE, dueBy: '2018-12-14' });
  await signed(...both, 'InterimFundingAgreed', { effective: '2018-12-31', case: ONE, interim: share(2_500) });
  await post('county-finance', 'ClaimRevised', {
    effective: '2019-01-07',
    case: ONE,
    costs: [{ from: '2019-01-07', weekly: '1500.01' }],
  });
  ledger.now('2019-04-10T09:00:00Z');
  await signed(...both, 'SplitDecided', split(6_000).data);
  const decided = { effective: '2018-10-01', decidedOn: '2019-04-10' };
  await signed('county-finance', 'county-chief', 'ClaimWithdrawn', {
    ...decided,
    case: caseNamed('two'),
    ground: 'no-case',
  });
  await signed('north-ccg-finance', 'north-ccg-chief', 'ClaimConceded', { ...decided, case: caseNamed('three') });
  await signed(...both, 'DisputeSettled', {
    effective: '2019-04-10',
    settlement: 'spring',
    lines: ['four', 'five'].map((name) => ({ case: caseNamed(name), agreed: '30000.00', abandoned: '6400.00' })),
  });
  const paid = { effective: '2019-04-10', payer: NORTH, amount: '10000.00', bankReference: 'BACS 1' };
  await post('north-ccg-finance', 'RefundPaid', { ...paid, of: { settlement: 'spring' } });
  await post('north-ccg-finance', 'RefundPaid', { ...paid, of: { case: caseNamed('three') } });
  await signed('county-finance', 'county-chief', 'WriteOffLimitSet', {
    effective: '2019-04-01',
    partner: 'county',
    limit: '5000.00',
    minute: 'Cabinet 1',
  });
  await signed('county-finance', 'county-chief', 'WriteOffApproved', {
    effective: '2019-04-10',
    of: { settlement: 'spring' },
    creditor: 'county',
    amount: '4000.00',
  });
  await post('county-finance', 'AccountingClassConfirmed', {
    effective: '2019-04-10',
    case: caseNamed('three'),
    partner: 'county',
    part: 'decided',
    class: 'debtor',
  });
  const { outcome } = await post('county-finance', 'DisputeStageEntered', {
    effective: '2019-04-10',
    case: ONE,
    stage: 'panel',
  });
  await post('county-finance', 'FactReversed', {
    effective: '2019-04-10',
    reverses: outcome.revision,
    reason: 'never met',
  });
  return ledger;
}

t.test('a ledger with every fact of disputes is decided again to the same events', async (t) => {
  const ledger = await filled(t);
  const { problems, streams } = await verify(ledger.store);
  t.same(problems, []);
  t.equal(streams, 3, 'the register, a fund and the disputes');
  const { store } = ledger;
  const types = new Set((await store.readStream(DISPUTES)).map((each) => each.type));
  const { own } = ledger.ledger.model.stream('dispute', DISPUTES);
  t.equal(own.cases.size, 5);
  t.ok(types.size >= 18, [...types].join(' '));
});

t.test('each kind of tampering with a dispute is found', async (t) => {
  const cases: readonly (readonly [name: string, check: string, statement: string])[] = [
    [
      'a weekly cost changed',
      'decisions',
      `json_set(data, '$.costs[0].weekly', '9999.00') WHERE type = 'DisputeRaised'`,
    ],
    [
      'a split changed after it was signed',
      'signatures',
      `json_set(data, '$.split.respondent', 10000, '$.split.claimant', 0) WHERE type = 'SplitDecided'`,
    ],
    [
      'the sums of a decision changed',
      'signatures',
      `json_set(data, '$.sums.agreed', '1.00') WHERE type = 'SplitDecided'`,
    ],
    ['a deadline moved', 'decisions', `json_set(data, '$.dueBy', '2018-12-31') WHERE type = 'DisputeStageEntered'`],
    [
      'a settled line changed',
      'signatures',
      `json_set(data, '$.lines[0].agreed', '1.00') WHERE type = 'DisputeSettled'`,
    ],
    ['a refund larger than it was', 'decisions', `json_set(data, '$.amount', '59999.00') WHERE type = 'RefundPaid'`],
    ['a case that is none', 'decodes', `json_set(data, '$.case', 'smith-john') WHERE type = 'ClaimConceded'`],
  ];
  for (const [name, check, statement] of cases) {
    const ledger = await filled(t);
    await ledger.close();
    const db = new DatabaseSync(ledger.file);
    db.exec('DROP TRIGGER events_are_never_updated');
    db.exec(`UPDATE events SET data = ${statement}`);
    const rows = db.prepare('SELECT position, data FROM events').all() as { position: number; data: string }[];
    for (const { position, data } of rows) {
      db.prepare('UPDATE events SET data = ? WHERE position = ?').run(canonical(JSON.parse(data)), position);
    }
    db.close();
    const store = openSqliteEventStore({ file: ledger.file, readOnly: true });
    const found = (await verify(store)).problems.map((each) => each.check);
    await store.close();
    t.ok((found as string[]).includes(check), `${name}: ${[...new Set(found)].join(', ')}`);
  }
});

t.test('a dispute event that the rules would not have decided is found, however well it is written', async (t) => {
  const ledger = await filled(t);
  t.same((await verify(ledger.store)).problems, []);
  let keys = 0;
  const forge = async (type: string, data: object, officer = 'county-finance', partner = 'county') => {
    const key = `forged-${++keys}`;
    const head = (await ledger.store.readStream(DISPUTES)).length - 1;
    const metadata = carried({ officer, partner, key, recordedAt: '2019-04-10T09:00:00.000Z' });
    await ledger.store.append(DISPUTES, BigInt(head), [
      encode(eventId(officer, key, 0), type, data as never, metadata),
    ]);
    return head + 1;
  };
  const forged = [
    await forge('DisputeRaised', { ...raised('one'), effective: '2018-10-01' }),
    await forge('DisputeStageEntered', {
      effective: '2019-04-10',
      case: caseNamed('nobody'),
      stage: 'panel',
      protocol: 'three-stage',
    }),
    await forge('RefundPaid', {
      effective: '2019-04-10',
      of: { settlement: 'spring' },
      payer: 'county',
      payee: NORTH,
      amount: '1.00',
      bankReference: 'x',
      towards: 'settlement',
      left: '0.00',
    }),
    await forge('ClaimRevised', { effective: '2018-09-01', case: ONE, claimed: share(10_000) }),
  ];
  const { problems } = await verify(ledger.store);
  for (const revision of forged) {
    t.ok(
      problems.some((each) => each.check === 'decisions' && each.where.includes(`(${DISPUTES} revision ${revision})`)),
      `revision ${revision}`,
    );
  }
  t.ok(
    problems.every(({ check }) => check === 'decisions' || check === 'requests'),
    JSON.stringify(problems),
  );
  const unsigned = await forge('SplitDecided', {
    ...split(10_000).data,
    sums: { claimed: '0.00', agreed: '0.00', abandoned: '0.00', open: '0.00' },
  });
  t.ok(
    (await verify(ledger.store)).problems.some(
      (each) => each.check === 'signatures' && each.where.includes(`revision ${unsigned})`),
    ),
    'and one that nobody signed',
  );
});
