import t, { type Test } from 'tap';
import type { FactData, SentFact } from '../../../src/domain/grammar/event.js';
import { Refusal } from '../../../src/domain/rules.js';
import { fundStream } from '../../../src/ledger/catalogue.js';
import {
  contribution,
  COUNTY,
  EAST,
  FUND,
  grant,
  line,
  NORTH,
  REGISTER_STREAM,
  SOUTH,
  WEST,
  type TestLedger,
} from '../../support/ledger.js';
import { asked } from '../../support/asking.js';
import { merger, registerAll, registerBody, succeeded } from '../../support/bodies.js';
import { openedLedger } from '../../support/rules-alone.js';

/** Who makes, counters, declines and takes back a deal: officers of several bodies, of other roles, and of none. */

const fact = (type: string, data: Readonly<Record<string, unknown>>): SentFact => ({ type, data: data as FactData });
const north = (more: Readonly<Record<string, unknown>> = {}) => fact('ContributionAgreed', contribution(more));
const south = (more: Readonly<Record<string, unknown>> = {}) =>
  fact('ContributionAgreed', contribution({ contribution: 'south-extra', payer: SOUTH, amount: '500000.00', ...more }));
const homeCare = fact('PlanLineSet', line());
const beside = (more: Readonly<Record<string, unknown>> = {}) =>
  fact('FundingBesideStated', {
    effective: '2016-04-01',
    funding: 'council-tax',
    holder: COUNTY,
    source: 'COUNCIL_TAX',
    recurrent: true,
    amount: '5000.00',
    basis: 'Budget',
    ...more,
  });

const deal = ([first, ...further]: readonly SentFact[]) => ({ fact: first!, further });
const offer = (facts: readonly SentFact[]) => ({ act: 'propose', ...deal(facts) }) as const;

const proposed = async (ledger: TestLedger, officer: string, facts: readonly SentFact[], more: object = {}) =>
  (await ledger.done(officer, offer(facts), more)).outcome.proposal!;

const open = ({ ledger }: TestLedger, proposal: string) =>
  ledger.model.stream('fund', fundStream(FUND)).open.get(proposal);

const refusal = async (ledger: TestLedger, ...[officer, command, more]: Parameters<TestLedger['submit']>) => {
  const done = await ledger.submit(officer, command, more);
  if (!(done instanceof Refusal)) throw new Error('It was not refused.');
  return `${done.rule}: ${done.detail}`;
};

/** The test ledger, and an officer who commits the money of a district and of two groups. */
async function withOfficerOfThree(t: Test): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  for (const partner of [WEST, NORTH, SOUTH])
    await ledger.signed(
      `${partner}-chief`,
      `${partner}-finance`,
      'OfficerMandated',
      { effective: '2016-01-01', officer: 'of-three', partner, role: 'finance-officer' },
      REGISTER_STREAM,
    );
  return ledger;
}

t.test('an officer of several bodies makes a deal for the one that is a side of it, or names one', async (t) => {
  const ledger = await withOfficerOfThree(t);
  const one = await proposed(ledger, 'of-three', [north(), homeCare]);
  t.match(open(ledger, one), { by: NORTH, awaiting: [COUNTY] });
  const both = [north({ contribution: 'north-more' }), south()];
  t.equal(
    await refusal(ledger, 'of-three', offer(both)),
    `partner_unclear: of-three could propose this deal for ${NORTH} or ${SOUTH}. Name one in "partner".`,
  );
  const named = await proposed(ledger, 'of-three', both, { actingFor: SOUTH });
  t.equal(
    await refusal(ledger, 'of-three', { act: 'counter', proposal: named, ...deal(both) }, { actingFor: NORTH }),
    `same_officer: of-three proposed it; another officer of ${NORTH} must counter it.`,
  );
});

t.test('an officer whose role makes no part of a deal, or who has none, does not make it', async (t) => {
  const ledger = await openedLedger(t);
  await registerBody(ledger, 'carers-trust', 'voluntary');
  // The pool manager may state money beside the pool, and agrees no contribution.
  const mixed = [beside({ funding: 'base', holder: WEST }), north()];
  t.equal(
    await refusal(ledger, 'pool-manager', offer(mixed)),
    `role_not_allowed: To propose this deal for ${COUNTY} takes another role than pool-manager.`,
  );
  t.equal(
    await refusal(ledger, 'stranger', offer([north(), homeCare])),
    'not_mandated: stranger holds no mandate today, so cannot propose this deal.',
  );
  t.match(
    await refusal(ledger, 'county-finance', offer([homeCare, north()]), { in: 'testshire-2019-20' }),
    /^fund_unknown: /,
  );
  t.match(
    await refusal(ledger, 'county-finance', {
      ...offer([homeCare, north()]),
      otherHalf: '00000000-0000-5000-8000-000000000000',
    }),
    /^half_unknown: /,
  );
});

t.test('what two officers of one body sign waits for that body alone, and is not countered', async (t) => {
  const ledger = await openedLedger(t);
  const own = await proposed(ledger, 'county-finance', [beside(), beside({ funding: 'more', source: 'RSG' })]);
  t.match(open(ledger, own), { signature: 'second-officer', awaiting: [COUNTY] });
  const { outcome } = await ledger.done('county-finance', { act: 'propose', fact: beside({ funding: 'alone' }) });
  t.equal(
    await refusal(ledger, 'county-chief', {
      act: 'counter',
      proposal: outcome.proposal!,
      ...deal([beside({ funding: 'alone', amount: '1.00' }), north()]),
    }),
    'not_countered: FundingBesideStated is signed or declined as it stands.',
  );
});

t.test('a counter leaves something to sign for whoever made the proposal', async (t) => {
  const ledger = await openedLedger(t);
  const proposal = await proposed(ledger, 'north-ccg-finance', [north(), homeCare]);
  t.equal(
    await refusal(ledger, 'county-finance', { act: 'counter', proposal, ...deal([homeCare, south()]) }),
    `counter_differs: ${NORTH} made the proposal, and would sign no fact of the counter.`,
  );
});

t.test('a sign-off in a closed period takes its own office, and another officer who may sign a plan off', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed(
    'county-chief',
    'registrar',
    'OfficerMandated',
    { effective: '2016-01-01', officer: 'county-board', partner: COUNTY, role: 'board' },
    REGISTER_STREAM,
  );
  const { planHash } = await asked<{ planHash: string }>(ledger, 'plan-year', { on: '2016-04-10' });
  ledger.now('2016-05-02T09:00:00Z');
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { effective: '2016-04-30', period: 1 });
  const signedOff = fact('SignOffGiven', {
    ...{ effective: '2016-04-10', partner: COUNTY, capacity: 'health-and-wellbeing-board' },
    ...{ planHash, statement: 'agreed' },
  });
  const { outcome } = await ledger.done('north-ccg-finance', {
    ...offer([signedOff, north({ effective: '2016-05-02' })]),
    adjustment: { reason: 'Late paper' },
  });
  const agree = { act: 'agree', proposal: outcome.proposal! } as const;
  await ledger.done('county-chief', agree);
  t.match(open(ledger, outcome.proposal!)!.deal!.needs, [{ fact: 0, bodies: [COUNTY] }]);
  t.equal(await ledger.refused('county-finance', agree), 'role_not_allowed', 'only the board');
  t.strictSame(
    (await ledger.done('county-board', agree)).outcome.events.map(({ type }) => type),
    ['ProposalAgreed', 'SignOffGiven', 'ContributionAgreed'],
  );
});

/** Contributions of a district and of the host: an NHS body signs for what the host pays. */
const ofCouncils = (effective: string): SentFact[] =>
  [EAST, COUNTY].map((payer) =>
    north({ effective, contribution: `of-${payer}`, payer, source: 'LA_ADD', amount: '10.00' }),
  );

t.test('a deal is refused where nobody is left who could sign the other side of a part', async (t) => {
  const nobody = 'not_in_fund: There is no partner here who could sign part 2 of the deal.';
  const ledger = await openedLedger(t);
  await ledger.post(
    'pool-manager',
    'FundOpened',
    { effective: '2017-04-01', area: 'testshire', year: '2017-18', host: COUNTY, partners: [COUNTY, EAST] },
    'testshire-2017-18',
  );
  const later = offer(ofCouncils('2017-04-01'));
  t.equal(await refusal(ledger, 'county-finance', later, { in: 'testshire-2017-18' }), nobody);

  // While it is on the table, the NHS bodies that could have received it leave the fund, and the county follows them.
  const proposal = await proposed(ledger, `${EAST}-finance`, ofCouncils('2016-06-01'));
  t.match(open(ledger, proposal)!.deal!.needs, [
    { fact: 0, bodies: [COUNTY] },
    { fact: 1, bodies: [COUNTY] },
    { fact: 1, bodies: [NORTH, SOUTH] },
  ]);
  for (const partner of [NORTH, SOUTH])
    await ledger.signed('county-finance', `${partner}-finance`, 'FundPartnerLeft', {
      effective: '2016-04-15',
      partner,
      reason: 'It ends',
    });
  await succeeded(ledger, merger({ effective: '2016-05-01', successors: [COUNTY] }));
  ledger.now('2016-05-02T09:00:00Z');
  t.equal(await refusal(ledger, 'county-finance', { act: 'agree', proposal }), nobody);
});

t.test('a deal names no body that has ended for days after its end', async (t) => {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  await succeeded(ledger, merger());
  t.equal(
    await refusal(ledger, 'county-finance', offer([homeCare, north({ effective: '2016-10-02' })])),
    'partner_ended: Part 2 of the deal (agree a contribution): north-ccg ended, succeeded by merged-ccg from 1 October 2016.',
  );
});

t.test('a deal that takes a fact back is declined by those who sign that, also once it is taken back', async (t) => {
  for (const meanwhile of [false, true]) {
    const ledger = await openedLedger(t);
    const agreed = await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', north().data);
    const { revision } = agreed.outcome.events[1]!;
    const back = fact('FactReversed', { effective: '2016-04-01', reverses: revision, reason: 'It was never so' });
    const proposal = await proposed(ledger, 'county-finance', [back, south()]);
    if (meanwhile) await ledger.signed('north-ccg-finance', 'county-finance', 'FactReversed', back.data);
    t.equal(await ledger.refused('pool-manager', { act: 'withdraw', proposal, reason: 'x' }), 'role_not_allowed');
    const { outcome } = await ledger.done('south-ccg-finance', { act: 'decline', proposal, reason: 'Not now' });
    t.equal(outcome.events[0]!.type, 'ProposalDeclined');
  }
});

const balance = (name: string) => ({
  effective: '2016-04-01',
  balance: name,
  holder: COUNTY,
  kind: 'reserve',
  purpose: 'Grants not spent',
  amount: '100.00',
  origin: 'The accounts of last year',
});

/** Facts that speak of something, with another of the same kind that speaks of something else. */
const SUBJECTS: readonly (readonly [type: string, data: Readonly<Record<string, unknown>>, other: object])[] = [
  ['FundPartnerJoined', { effective: '2016-10-01', partner: 'trust', reason: 'x' }, { partner: WEST }],
  ['FundPartnerLeft', { effective: '2016-10-01', partner: EAST, reason: 'x' }, { partner: WEST }],
  ['FundingBesideStated', beside({ funding: 'base' }).data, { funding: 'other' }],
  [
    'FundingBesideRevised',
    { effective: '2016-04-01', funding: 'council-tax', now: '1.00', reason: 'x' },
    { funding: 'other' },
  ],
  [
    'GrantDistrictAdded',
    { effective: '2016-05-01', grant: 'dfg', district: EAST, amount: '1.00', by: '2016-06-30', reason: 'x' },
    { district: WEST },
  ],
  ['BalanceOpened', balance('general'), { balance: 'other' }],
  [
    'BalanceUsed',
    { effective: '2016-04-01', balance: 'unspent', amount: '1.00', minute: 'Minute 1' },
    { balance: 'other' },
  ],
];

t.test('a counter with a deal speaks of one thing at least that is on the table', async (t) => {
  const ledger = await openedLedger(t);
  await registerBody(ledger, 'trust', 'nhs-trust');
  await ledger.signed('county-finance', 'county-chief', 'FundingBesideStated', beside().data);
  await ledger.signed('county-finance', 'county-chief', 'BalanceOpened', balance('unspent'));
  await ledger.post('county-finance', 'GrantDetermined', grant());
  for (const [at, [type, data, other]] of SUBJECTS.entries()) {
    const proposal = await proposed(ledger, 'county-finance', [
      fact(type, data),
      north({ contribution: `north-${at}` }),
    ]);
    const counter = (of: object, more: object) =>
      ({ act: 'counter', proposal, ...deal([fact(type, { ...of, ...more })]) }) as const;
    t.equal(await ledger.refused('north-ccg-finance', counter(data, other)), 'counter_differs', type);
    t.not(await ledger.refused('north-ccg-finance', counter(data, {})), 'counter_differs', type);
  }
});
