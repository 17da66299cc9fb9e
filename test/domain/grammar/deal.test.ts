import t, { type Test } from 'tap';
import type { Day } from '../../../src/domain/calendar.js';
import type { FactData, SentFact } from '../../../src/domain/grammar/event.js';
import { Refusal } from '../../../src/domain/rules.js';
import { fundStream } from '../../../src/ledger/catalogue.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { contribution, COUNTY, FUND, grant, line, NORTH, SOUTH, type TestLedger } from '../../support/ledger.js';
import { agreement } from '../../support/agreements.js';
import { registerBody, succeeded } from '../../support/bodies.js';
import { caseNamed, DISPUTES, raised, share as inHalves, withDisputes } from '../../support/disputes.js';
import { gap } from '../../support/figures.js';
import { openedLedger, readAnew } from '../../support/rules-alone.js';

/** Deals: several facts that are offered, signed and recorded together, whole or not at all. */

const fact = (type: string, data: Readonly<Record<string, unknown>>): SentFact => ({ type, data: data as FactData });

const north = (more: Readonly<Record<string, unknown>> = {}) => fact('ContributionAgreed', contribution(more));
const south = (more: Readonly<Record<string, unknown>> = {}) =>
  fact('ContributionAgreed', contribution({ contribution: 'south-extra', payer: SOUTH, amount: '500000.00', ...more }));
const homeCare = (more: Readonly<Record<string, unknown>> = {}) => fact('PlanLineSet', line(more));

const deal = ([first, ...further]: readonly SentFact[]) => ({ fact: first!, further });

/** Proposes a deal, for the county unless told otherwise. Returns its identifier. */
const proposed = async (ledger: TestLedger, facts: readonly SentFact[], officer = 'county-finance') =>
  (await ledger.done(officer, { act: 'propose', ...deal(facts) })).outcome.proposal!;

const open = ({ ledger }: TestLedger, proposal: string) =>
  ledger.model.stream('fund', fundStream(FUND)).open.get(proposal);

const types = async ({ store }: TestLedger) =>
  (await store.readStream(fundStream(FUND))).map(({ type }) => type).slice(1);

const well = async (t: Test, { store }: TestLedger) =>
  t.strictSame((await verify(store)).problems, [], 'verify finds nothing');

/** Signs, and returns what was recorded. */
const signs = async (ledger: TestLedger, officer: string, proposal: string) =>
  (await ledger.done(officer, { act: 'agree', proposal })).outcome.events.map(({ type }) => type);

const refusal = async (ledger: TestLedger, officer: string, facts: readonly SentFact[], more = {}) => {
  const done = await ledger.submit(officer, { act: 'propose', ...deal(facts), ...more });
  if (!(done instanceof Refusal)) throw new Error('The deal was not refused.');
  return `${done.rule}: ${done.detail}`;
};

t.test(
  'a deal waits for every body that is a side of one of its facts; the last signature records them all',
  async (t) => {
    const ledger = await openedLedger(t);
    const proposal = await proposed(ledger, [north(), south(), homeCare()]);
    const made = open(ledger, proposal)!;
    t.strictSame(made.deal!.needs, [
      { fact: 0, bodies: [NORTH] },
      { fact: 1, bodies: [SOUTH] },
    ]);
    t.strictSame(made.deal!.given, [
      { officer: 'county-finance', partner: COUNTY, role: 'finance-officer', facts: [0, 1, 2] },
    ]);
    t.strictSame(await signs(ledger, 'north-ccg-finance', proposal), ['ProposalSigned']);
    t.equal(open(ledger, proposal)!.revision, made.revision, 'what a signer has read has not moved');
    t.strictSame(open(ledger, proposal)!.awaiting, [SOUTH]);
    t.strictSame(await signs(ledger, 'south-ccg-chief', proposal), [
      'ProposalAgreed',
      'ContributionAgreed',
      'ContributionAgreed',
      'PlanLineSet',
    ]);
    t.equal(open(ledger, proposal), undefined);
    t.equal(await ledger.refused('south-ccg-chief', { act: 'agree', proposal }), 'proposal_ended');
    await well(t, ledger);
  },
);

t.test('what is on the table counts as offered until the last signature, and as agreed after it', async (t) => {
  const ledger = await openedLedger(t);
  const figures = () => {
    const { funded, soft } = gap(ledger, '2016-04-01');
    return { funded, soft };
  };
  await ledger.post('county-finance', 'PlanLineSet', line({ amount: '1500000.00' }));
  const proposal = await proposed(ledger, [north(), south()]);
  t.strictSame(figures(), { funded: '0.00', soft: '1500000.00' });
  await signs(ledger, 'north-ccg-finance', proposal);
  t.strictSame(figures(), { funded: '0.00', soft: '1500000.00' }, 'a signature posts nothing while another is missing');
  await signs(ledger, 'south-ccg-finance', proposal);
  t.strictSame(figures(), { funded: '1500000.00', soft: '0.00' });
});

t.test('facts of a deal rest on one another by name, in their order', async (t) => {
  const ledger = await openedLedger(t);
  const varied = fact('ContributionVaried', {
    effective: '2016-10-01',
    contribution: 'north-extra',
    now: '1200000.00',
    instalments: [{ due: '2016-10-01', amount: '200000.00' }],
    reason: 'More from October',
  });
  const proposal = await proposed(ledger, [north(), varied]);
  t.strictSame(await signs(ledger, 'north-ccg-finance', proposal), [
    'ProposalAgreed',
    'ContributionAgreed',
    'ContributionVaried',
  ]);
  t.match(
    await refusal(ledger, 'county-finance', [
      fact('ContributionVaried', { ...varied.data, contribution: 'south-extra' }),
      south(),
    ]),
    /^reference_unknown: Part 1 of the deal \(vary a contribution\): /,
    'the other way round there is nothing to rest on',
  );
  await well(t, ledger);
});

t.test('where one fact is refused nothing is recorded, and the refusal names it', async (t) => {
  const ledger = await openedLedger(t);
  const head = await ledger.store.head();
  t.equal(
    await refusal(ledger, 'county-finance', [homeCare(), south(), homeCare()]),
    'identifier_used: Part 3 of the deal (add a plan line): "home-care" already names a line of this fund.',
  );
  t.equal(await ledger.store.head(), head);
  t.equal(
    await ledger.refused('north-ccg-finance', { act: 'propose', ...deal([homeCare(), homeCare({ line: 'b' })]) }),
    'wrong_partner',
  );
});

t.test(
  'a deal is decided again when it is signed: what does not fit any more is refused to every signer',
  async (t) => {
    const ledger = await openedLedger(t);
    const proposal = await proposed(ledger, [north(), homeCare()]);
    await ledger.post('county-finance', 'PlanLineSet', line());
    t.equal(await ledger.refused('north-ccg-finance', { act: 'agree', proposal }), 'identifier_used');
    await ledger.done('north-ccg-finance', { act: 'decline', proposal, reason: 'It does not fit any more' });
    await well(t, ledger);
  },
);

t.test('what a second officer signs takes two people of that body, whoever makes the deal', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const withdrawal = fact('DiscretionaryPaymentWithdrawn', {
    effective: '2016-06-01',
    payer: NORTH,
    of: { contribution: 'north-extra' },
    amount: '400000.00',
    noticeGiven: '2016-05-01',
    reason: 'Deficit',
  });
  const proposal = await proposed(ledger, [south(), withdrawal]);
  t.strictSame(open(ledger, proposal)!.deal!.needs, [
    { fact: 0, bodies: [SOUTH] },
    { fact: 1, bodies: [NORTH] },
    { fact: 1, bodies: [NORTH] },
  ]);
  await signs(ledger, 'north-ccg-finance', proposal);
  t.equal(await ledger.refused('north-ccg-finance', { act: 'agree', proposal }), 'wrong_partner', 'one person once');
  await signs(ledger, 'south-ccg-finance', proposal);
  t.strictSame(open(ledger, proposal)!.deal!.needs, [{ fact: 1, bodies: [NORTH] }]);
  t.equal(await ledger.refused('north-ccg-finance', { act: 'agree', proposal }), 'same_officer');
  t.strictSame(await signs(ledger, 'north-ccg-chief', proposal), [
    'ProposalAgreed',
    'ContributionAgreed',
    'DiscretionaryPaymentWithdrawn',
  ]);
  await well(t, ledger);
});

t.test(
  'a fact that counts as soon as it is posted takes the signature of its body where another makes the deal',
  async (t) => {
    const ledger = await openedLedger(t);
    const proposal = await proposed(ledger, [north(), homeCare()], 'north-ccg-finance');
    t.strictSame(open(ledger, proposal)!.deal!.needs, [
      { fact: 0, bodies: [COUNTY] },
      { fact: 1, bodies: [COUNTY] },
    ]);
    t.strictSame(await signs(ledger, 'pool-manager', proposal), ['ProposalSigned']);
    t.strictSame(
      open(ledger, proposal)!.deal!.needs,
      [{ fact: 0, bodies: [COUNTY] }],
      'for as much as their role may sign',
    );
    t.strictSame(await signs(ledger, 'county-finance', proposal), [
      'ProposalAgreed',
      'ContributionAgreed',
      'PlanLineSet',
    ]);
    await well(t, ledger);
  },
);

t.test('facts that each count as soon as they are posted are no deal', async (t) => {
  const ledger = await openedLedger(t);
  t.equal(
    await refusal(ledger, 'county-finance', [homeCare(), homeCare({ line: 'reablement' })]),
    'signature_not_needed: Each fact of the deal counts as soon as it is posted.',
  );
});

t.test('a counter replaces the whole, and the signatures given until then fall with it', async (t) => {
  const ledger = await openedLedger(t);
  const proposal = await proposed(ledger, [north(), south()]);
  await signs(ledger, 'north-ccg-finance', proposal);
  t.equal(
    await ledger.refused('north-ccg-chief', {
      act: 'counter',
      proposal,
      ...deal([north({ amount: '1.00' }), south()]),
    }),
    'wrong_partner',
    'a body that has signed does not counter',
  );
  t.equal(
    await ledger.refused('south-ccg-finance', {
      act: 'counter',
      proposal,
      ...deal([homeCare(), homeCare({ line: 'b' })]),
    }),
    'counter_differs',
  );
  const lower = [north(), south({ amount: '300000.00' }), homeCare()];
  await ledger.done('south-ccg-finance', { act: 'counter', proposal, ...deal(lower) });
  t.strictSame(open(ledger, proposal)!.deal, {
    needs: [
      { fact: 0, bodies: [NORTH] },
      { fact: 0, bodies: [COUNTY] },
      { fact: 1, bodies: [COUNTY] },
      { fact: 2, bodies: [COUNTY] },
    ],
    given: [{ officer: 'south-ccg-finance', partner: SOUTH, role: 'finance-officer', facts: [1] }],
  });
  await signs(ledger, 'county-finance', proposal);
  t.strictSame(await signs(ledger, 'north-ccg-chief', proposal), [
    'ProposalAgreed',
    'ContributionAgreed',
    'ContributionAgreed',
    'PlanLineSet',
  ]);
  await well(t, ledger);
});

t.test('an offer of one fact is countered with a deal, and a deal with one fact', async (t) => {
  const ledger = await openedLedger(t);
  const offer = (await ledger.done('north-ccg-finance', { act: 'propose', fact: north() })).outcome.proposal!;
  t.equal(
    await ledger.refused('county-finance', { act: 'counter', proposal: offer, ...deal([south(), homeCare()]) }),
    'counter_differs',
  );
  await ledger.done('county-finance', {
    act: 'counter',
    proposal: offer,
    ...deal([north({ amount: '1100000.00' }), homeCare()]),
  });
  t.strictSame(open(ledger, offer)!.awaiting, [NORTH]);
  await ledger.done('north-ccg-chief', { act: 'counter', proposal: offer, fact: north({ amount: '1050000.00' }) });
  const now = open(ledger, offer)!;
  t.equal(now.deal, undefined);
  t.equal(now.further, undefined);
  t.strictSame([now.awaiting, now.signature], [[COUNTY], 'other-side']);
  t.strictSame(await signs(ledger, 'county-finance', offer), ['ProposalAgreed', 'ContributionAgreed']);
  await well(t, ledger);
});

t.test('a body that a deal waits for declines it, and whoever made it takes it back', async (t) => {
  const ledger = await openedLedger(t);
  const first = await proposed(ledger, [north(), south()]);
  await signs(ledger, 'north-ccg-finance', first);
  const reason = 'Not now';
  t.equal(await ledger.refused('north-ccg-chief', { act: 'decline', proposal: first, reason }), 'wrong_partner');
  await ledger.done('south-ccg-finance', { act: 'decline', proposal: first, reason });
  const second = await proposed(ledger, [north(), south()]);
  t.equal(await ledger.refused('south-ccg-finance', { act: 'withdraw', proposal: second, reason }), 'wrong_partner');
  await ledger.done('county-chief', { act: 'withdraw', proposal: second, reason });
  t.strictSame(await types(ledger), [
    'ProposalMade',
    'ProposalSigned',
    'ProposalDeclined',
    'ProposalMade',
    'ProposalWithdrawn',
  ]);
  await well(t, ledger);
});

t.test('a deal that nobody completes in time is off the table, whoever has signed', async (t) => {
  const ledger = await openedLedger(t);
  const { outcome } = await ledger.done('county-finance', {
    act: 'propose',
    ...deal([north(), south()]),
    expires: '2016-03-10' as Day,
  });
  const proposal = outcome.proposal!;
  await signs(ledger, 'north-ccg-finance', proposal);
  ledger.now('2016-03-11T09:00:00Z');
  for (const act of ['agree', 'decline'] as const)
    t.equal(await ledger.refused('south-ccg-finance', { act, proposal, reason: 'x' }), 'proposal_expired');
  t.equal(
    await ledger.refused('south-ccg-finance', { act: 'counter', proposal, ...deal([north(), south()]) }),
    'proposal_expired',
  );
  t.equal(await ledger.ledger.lapseExpired(), 1);
  t.equal(
    (await refusal(ledger, 'county-finance', [north(), south()], { expires: '2016-03-10' })).split(':')[0],
    'expiry_passed',
  );
  await well(t, ledger);
});

t.test('a signer’s limit is held to what the deal moves for their body', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post(
    'registrar',
    'PartnerRegistered',
    {
      effective: '2016-01-01',
      partner: 'third-ccg',
      name: 'NHS Third CCG',
      kind: 'ccg',
      officers: [
        { officer: 'third-low', role: 'finance-officer', limit: '1599999.99' },
        { officer: 'third-high', role: 'finance-officer', limit: '1600000.00' },
      ],
    },
    'register',
  );
  const fund = 'testshire-2017-18';
  await ledger.post(
    'pool-manager',
    'FundOpened',
    {
      effective: '2017-04-01',
      area: 'testshire',
      year: '2017-18',
      host: COUNTY,
      partners: [COUNTY, SOUTH, 'third-ccg'],
    },
    fund,
  );
  const next = { effective: '2017-04-01', payer: 'third-ccg' };
  const third = (amount: string, more = {}) => north({ ...next, amount, ...more });
  const facts = [third('1000000.00'), south({ effective: '2017-04-01' }), third('600000.00', { contribution: 'more' })];
  const made = await ledger.done('county-finance', { act: 'propose', ...deal(facts) }, { in: fund });
  const proposal = made.outcome.proposal!;
  const low = await ledger.submit('third-low', { act: 'agree', proposal }, { in: fund });
  t.match((low as Refusal).detail, /limit is £1,599,999.99; what the deal moves for third-ccg is £1,600,000.00/);
  await ledger.done('third-high', { act: 'agree', proposal }, { in: fund });
  const own = [third('1599999.99', { contribution: 'a' }), south({ effective: '2017-04-01', contribution: 'b' })];
  await ledger.done('third-low', { act: 'propose', ...deal(own) }, { in: fund });
  const beyond = [...own, third('0.01', { contribution: 'c' })];
  t.equal(await ledger.refused('third-low', { act: 'propose', ...deal(beyond) }, { in: fund }), 'over_limit');
});

t.test('what a deal cannot hold', async (t) => {
  const ledger = await openedLedger(t);
  t.match(
    await refusal(ledger, 'county-finance', [
      north(),
      fact('FundOpened', {
        effective: '2016-04-01',
        area: 'testshire',
        year: '2016-17',
        host: COUNTY,
        partners: [COUNTY, NORTH],
      }),
    ]),
    /^not_in_deal: Part 2 of the deal/,
  );
  const mandate = fact('OfficerMandated', {
    effective: '2016-03-01',
    officer: 'new',
    partner: COUNTY,
    role: 'auditor',
  });
  t.equal(
    await ledger.refused('county-chief', { act: 'propose', ...deal([mandate, mandate]) }, { in: 'register' }),
    'not_in_deal',
  );
  const many = Array.from({ length: 20 }, (_, at) =>
    homeCare({ line: `line-${at}`, description: 'A long description. '.repeat(600) }),
  );
  t.match(await refusal(ledger, 'county-finance', many), /^deal_too_large: /);
});

t.test('a fact of a deal cannot name another by the revision that it will have', async (t) => {
  const ledger = await openedLedger(t);
  t.match(
    await refusal(ledger, 'county-finance', [
      north(),
      fact('FactReversed', { effective: '2016-04-01', reverses: '3', reason: 'It was never so' }),
    ]),
    /^reference_unknown: Part 2/,
  );
});

t.test('an adjustment marks the facts of a deal in closed periods, and no others', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-05-02T09:00:00Z');
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { effective: '2016-04-30', period: 1 });
  t.match(await refusal(ledger, 'county-finance', [north(), south()]), /^period_closed: Part 1/);
  const adjustment = { reason: 'Late paper' };
  const may = { effective: '2016-05-01', instalments: [{ due: '2016-05-01', amount: '500000.00' }] };
  const { outcome } = await ledger.done('county-finance', {
    act: 'propose',
    ...deal([north(), south(may)]),
    adjustment,
  });
  const proposal = outcome.proposal!;
  await signs(ledger, 'north-ccg-finance', proposal);
  await signs(ledger, 'south-ccg-finance', proposal);
  const events = (await ledger.store.readStream(fundStream(FUND))).slice(-3);
  t.strictSame(
    events.map(({ type, metadata }) => [type, 'adjustment' in (JSON.parse(metadata) as object)]),
    [
      ['ProposalAgreed', true],
      ['ContributionAgreed', true],
      ['ContributionAgreed', false],
    ],
  );
  t.match(
    await refusal(
      ledger,
      'county-finance',
      [north({ contribution: 'n2', ...may, amount: '500000.00' }), south({ contribution: 's2', ...may })],
      { adjustment },
    ),
    /^adjustment_not_needed: No fact of the deal/,
  );
  await well(t, ledger);
});

t.test('a line that is posted becomes a deal’s fact that two sign where its period is closed', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-05-02T09:00:00Z');
  const proposal = await proposed(ledger, [north(), homeCare()]);
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { effective: '2016-04-30', period: 1 });
  t.equal(
    await ledger.refused('north-ccg-finance', { act: 'agree', proposal, adjustment: { reason: 'Late' } }),
    'changed_since_proposed',
    'the line would take a second officer of the county now',
  );
  t.equal(await ledger.refused('north-ccg-finance', { act: 'agree', proposal }), 'period_closed');
});

t.test('one fact of a deal is reversed by itself, and the others stand', async (t) => {
  const ledger = await openedLedger(t);
  const proposal = await proposed(ledger, [north(), south()]);
  await signs(ledger, 'north-ccg-finance', proposal);
  await signs(ledger, 'south-ccg-finance', proposal);
  const events = await ledger.store.readStream(fundStream(FUND));
  const { revision } = events.findLast(({ type }) => type === 'ContributionAgreed')!;
  const reversal = { effective: '2016-04-01', reverses: String(revision), reason: 'Never agreed' };
  await ledger.signed('south-ccg-finance', 'county-finance', 'FactReversed', reversal);
  await ledger.signed('county-finance', 'north-ccg-finance', 'ContributionVaried', {
    effective: '2016-10-01',
    contribution: 'north-extra',
    now: '1200000.00',
    instalments: [{ due: '2016-10-01', amount: '200000.00' }],
    reason: 'More',
  });
  await well(t, ledger);
});

t.test('an offer that is part of a deal is not withdrawn by itself', async (t) => {
  const ledger = await openedLedger(t);
  const proposal = await proposed(ledger, [north(), south()], 'north-ccg-finance');
  t.equal(
    await ledger.refused('north-ccg-finance', {
      act: 'propose',
      fact: fact('DiscretionaryPaymentWithdrawn', {
        effective: '2016-06-01',
        payer: NORTH,
        of: { proposal },
        amount: '1000000.00',
        noticeGiven: '2016-05-01',
        reason: 'Deficit',
      }),
    }),
    'withdrawn_whole',
  );
});

t.test('an offer that becomes a deal is not withdrawn by a part of that deal', async (t) => {
  const ledger = await openedLedger(t);
  const offer = (await ledger.done('north-ccg-finance', { act: 'propose', fact: north() })).outcome.proposal!;
  const withdrawal = fact('DiscretionaryPaymentWithdrawn', {
    effective: '2016-06-01',
    payer: NORTH,
    of: { proposal: offer },
    amount: '1000000.00',
    noticeGiven: '2016-05-01',
    reason: 'Deficit',
  });
  t.equal(
    await ledger.refused('county-finance', { act: 'counter', proposal: offer, ...deal([north(), withdrawal]) }),
    'withdrawn_whole',
  );
  await proposed(ledger, [south(), withdrawal]);
  t.ok(open(ledger, offer), 'as part of another deal it can be, and stays on the table until that is signed');
});

t.test('a part that rests on terms that another part brings finds those bound alone who have signed', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-12-01T09:00:00Z');
  await ledger.post('county-finance', 'PlanLineSet', line());
  await ledger.signed('county-finance', 'south-ccg-finance', 'ContributionAgreed', south().data);
  const invoice = { net: '1200000.00', vat: '0.00', recoverable: '0.00', reference: 'INV 1' };
  await ledger.post('county-finance', 'ExpenditureRecorded', {
    effective: '2016-11-01',
    line: 'home-care',
    ...invoice,
  });
  const terms = fact('AgreementSigned', agreement());
  const share = fact('RiskShareApplied', { effective: '2016-11-30', scheme: 'home-care' });
  t.match(
    await refusal(ledger, 'county-finance', [terms, share]),
    /^terms_not_accepted: Part 2 of the deal .* at part 1 of this deal\.$/,
    'who signed something else before has not signed these',
  );
  const accepted = fact('AgreementAccepted', { effective: '2016-12-01', agreement: 's75', partner: SOUTH });
  t.match(await refusal(ledger, 'county-finance', [terms, accepted]), /^[a-z_]+: Part 2 of the deal/);
});

t.test('a signature for another part binds nobody to the terms of an agreement', async (t) => {
  const ledger = await openedLedger(t);
  const proposal = await proposed(ledger, [fact('AgreementSigned', agreement()), south()]);
  await signs(ledger, 'north-ccg-finance', proposal);
  await signs(ledger, 'south-ccg-finance', proposal);
  const { agreements } = (await ledger.ledger.stateOf('fund', fundStream(FUND))).own;
  t.same(agreements[0]!.signers, [COUNTY, NORTH]);
  const again = await readAnew(t, ledger);
  t.same((await again.ledger.stateOf('fund', fundStream(FUND))).own.agreements[0]!.signers, [COUNTY, NORTH]);
  t.same(ledger.ledger.model.fund(FUND)!.facts.kept.get('agreement')![0]!.signers, [COUNTY, NORTH]);
  await well(t, ledger);
});

t.test('a body that stands on both sides of a fact signs so that somebody can sign the other', async (t) => {
  const ledger = await openedLedger(t);
  await registerBody(ledger, 'x-icb', 'icb');
  await registerBody(ledger, 'y-icb', 'icb');
  await withDisputes(ledger);
  const day = '2018-10-01';
  const between = { claimant: [{ from: day, partner: NORTH }], respondent: [{ from: day, partner: SOUTH }] };
  await ledger.post('north-ccg-finance', 'DisputeRaised', raised('one', between), DISPUTES);
  await ledger.post('county-finance', 'DisputeRaised', raised('two'), DISPUTES);
  const halves = ['x-icb', 'y-icb'].map((successor) => ({ predecessor: NORTH, successor, share: '0.5' }));
  const order = { effective: '2018-12-01', instrument: 'An order' };
  await succeeded(ledger, {
    ...order,
    mode: 'split',
    predecessors: [NORTH],
    successors: ['x-icb', 'y-icb'],
    shares: halves,
  });
  await succeeded(ledger, { ...order, mode: 'merge', predecessors: [SOUTH], successors: ['x-icb'] });
  ledger.now('2018-12-05T09:00:00Z');
  const interim = (of: string) =>
    fact('InterimFundingAgreed', { effective: '2018-12-01', case: caseNamed(of), interim: inHalves(5000) });
  const made = await ledger.done(
    'county-finance',
    { act: 'propose', ...deal([interim('two'), interim('one')]) },
    { in: DISPUTES },
  );
  const proposal = made.outcome.proposal!;
  await ledger.done('x-icb-finance', { act: 'agree', proposal }, { in: DISPUTES });
  const { needs } = ledger.ledger.model.stream('dispute', DISPUTES).open.get(proposal)!.deal!;
  t.ok(needs.every(({ bodies }) => bodies.length > 0));
  await well(t, ledger);
});

t.test('each part is answered for by whoever stands for its body on its own day', async (t) => {
  const ledger = await openedLedger(t);
  await registerBody(ledger, 'merged-ccg', 'ccg');
  ledger.now('2016-05-01T09:00:00Z');
  const order = {
    effective: '2016-10-01',
    instrument: 'An order',
    mode: 'merge',
    predecessors: [NORTH],
    successors: ['merged-ccg'],
  };
  const late = { effective: '2016-09-01', instalments: [{ due: '2016-09-01', amount: '1000000.00' }] };
  const proposal = await proposed(ledger, [homeCare(), north({ ...late, effective: '2016-09-01' })]);
  await succeeded(ledger, order);
  t.equal(await ledger.refused('merged-ccg-finance', { act: 'agree', proposal }), 'wrong_partner');
  await ledger.done('north-ccg-finance', { act: 'decline', proposal, reason: 'It ends' });
});

t.test('a deal is read again from its events as it stood', async (t) => {
  const ledger = await openedLedger(t);
  const proposal = await proposed(ledger, [north(), south(), fact('GrantDetermined', grant())]);
  await signs(ledger, 'north-ccg-finance', proposal);
  const again = await readAnew(t, ledger);
  t.strictSame(open(again, proposal), open(ledger, proposal));
  await signs(again, 'south-ccg-finance', proposal);
  await well(t, again);
});
