import t from 'tap';
import { verify } from '../../../../src/ledger/audit/verify.js';
import { agreement, asked, signAgreement, southAccepts, terms } from '../../../support/agreements.js';
import { MERGED, merger, registerAll, split, succeeded, UPTON } from '../../../support/bodies.js';
import { fact } from '../../../support/figures.js';
import {
  COUNTY,
  EAST,
  FUND,
  line,
  NORTH,
  openFund,
  refusals,
  SOUTH,
  type Refused,
  type TestLedger,
} from '../../../support/ledger.js';
import { told } from '../../../support/told.js';
import { openedLedger } from '../../../support/rules-alone.js';

/**
 * An agreement binds the bodies that have signed or accepted it. A body bears no share under terms that it has not
 * accepted.
 */

interface Figures {
  readonly partner: string;
  readonly spending: string;
  readonly surplus: string;
}

const act = (
  name: string,
  rule: Refused['rule'],
  officer: string,
  how: 'post' | 'propose',
  type: string,
  data: Readonly<Record<string, unknown>>,
): Refused => ({ name, rule, officer, act: how, type, data });

const NEXT = 'testshire-2017-18';
const all = (partner: string) => ({ kind: 'fixed', shares: [{ partner, share: 10_000 }] });
const apply = { effective: '2017-03-31', scheme: 'home-care' };
const accept = (partner: string, effective = '2017-03-31') => ({ effective, agreement: 's75', partner });
const vary = (defaultRule: object) => ({
  effective: '2016-06-01',
  agreement: 's75',
  clause: '12.1',
  terms: terms({ defaultRule }),
  reason: 'agreed anew',
});

/** A plan line of £1,000,000.00 on which £1,500,000.00 was spent. */
async function overspent(t: Parameters<typeof openedLedger>[0]): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  ledger.now('2016-06-01T09:00:00Z');
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.post('pool-manager', 'ExpenditureRecorded', {
    effective: '2016-05-10',
    line: 'home-care',
    net: '1500000.00',
    vat: '0.00',
    recoverable: '0.00',
    reference: 'INV 1',
  });
  return ledger;
}

const schemes = async (ledger: TestLedger) =>
  (await asked(ledger, 'risk-share', { on: '2017-03-31' })).answer['schemes'];

t.test('no share falls to a party that has neither signed nor accepted the terms', async (t) => {
  const ledger = await overspent(t);
  const signed = await signAgreement(ledger, terms({ defaultRule: all(SOUTH) }));
  const refused = act(
    'South has not agreed',
    'terms_not_accepted',
    'county-finance',
    'propose',
    'RiskShareApplied',
    apply,
  );
  await refusals(t, ledger, FUND, [refused]);
  told(t, await schemes(ledger), [{ notBound: [SOUTH], shares: [], uncovered: '500000.00', applied: null }]);
  told(t, (await asked(ledger, 'agreement')).answer, {
    agreements: [{ signers: [COUNTY, NORTH], accepted: [], notBound: [SOUTH] }],
  });
  const tables = async (name: string, on: string) =>
    (await asked(ledger, name, { on })).table.map((row) => row.join(' | '));
  t.ok((await tables('agreement', '2016-06-01')).includes('s75 | not accepted yet by | south-ccg'));
  t.ok((await tables('risk-share', '2017-03-31')).includes('home-care |  |  |  | not accepted yet by south-ccg |  | '));
  const partners = (await asked(ledger, 'memorandum', { on: '2017-03-31' })).answer['partners'] as Figures[];
  t.match(
    partners.find(({ partner }) => partner === SOUTH),
    { spending: '0.00', surplus: '0.00' },
    'nor in the memorandum account',
  );

  await refusals(t, ledger, FUND, [
    act('for another party', 'wrong_partner', 'north-ccg-chief', 'post', 'AgreementAccepted', accept(SOUTH)),
    act('by a lesser officer', 'role_not_allowed', 'south-ccg-finance', 'post', 'AgreementAccepted', accept(SOUTH)),
    act('by who has signed', 'nothing_to_change', 'north-ccg-chief', 'post', 'AgreementAccepted', accept(NORTH)),
    act('by no party', 'not_a_party', 'east-district-chief', 'post', 'AgreementAccepted', accept(EAST)),
    act('of none in force', 'reference_unknown', 'south-ccg-chief', 'post', 'AgreementAccepted', {
      ...accept(SOUTH),
      agreement: 'other',
    }),
  ]);
  const accepted = await ledger.post('south-ccg-chief', 'AgreementAccepted', accept(SOUTH, '2017-03-30'));
  t.equal(
    accepted.outcome.events[0]!.sentence,
    `south-ccg accepted the terms of the agreement "s75" as signed at revision ${signed.outcome.revision}.`,
  );
  await refusals(t, ledger, FUND, [
    act('twice', 'nothing_to_change', 'south-ccg-chief', 'post', 'AgreementAccepted', accept(SOUTH)),
    { ...refused, name: 'for a day before it accepted', data: { ...apply, effective: '2017-03-29' } },
  ]);
  told(t, await schemes(ledger), [{ notBound: [], shares: [{ partner: SOUTH, amount: '500000.00' }] }]);

  await ledger.signed('county-finance', 'north-ccg-finance', 'AgreementVaried', vary(all(SOUTH)));
  await refusals(t, ledger, FUND, [{ ...refused, name: 'a variation is accepted anew' }]);
  told(t, (await asked(ledger, 'agreement', { on: '2017-03-31' })).answer, { agreements: [{ notBound: [SOUTH] }] });
  const anew = await ledger.post('south-ccg-chief', 'AgreementAccepted', accept(SOUTH, '2016-06-01'));
  told(t, (await asked(ledger, 'agreement', { on: '2017-03-31' })).answer, {
    agreements: [{ accepted: [{ partner: SOUTH, revision: anew.outcome.revision }], notBound: [] }],
  });
  await ledger.signed('county-finance', 'north-ccg-finance', 'RiskShareApplied', apply);
  const takenBack = fact('FactReversed', { effective: '2016-06-01', reverses: anew.outcome.revision, reason: 'x' });
  t.equal(
    await ledger.refused('south-ccg-chief', { act: 'post', fact: takenBack }),
    'others_rest_on_it',
    'what was applied under it stands',
  );
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a share is not signed once the acceptance that it rested on is gone', async (t) => {
  const ledger = await overspent(t);
  await signAgreement(ledger, terms({ defaultRule: all(SOUTH) }));
  const { outcome } = await ledger.post('south-ccg-chief', 'AgreementAccepted', accept(SOUTH, '2016-06-01'));
  const made = await ledger.done('county-finance', { act: 'propose', fact: fact('RiskShareApplied', apply) });
  await ledger.post('south-ccg-chief', 'FactReversed', {
    effective: '2016-06-01',
    reverses: outcome.revision,
    reason: 'the board had not met',
  });
  t.equal(
    await ledger.refused('north-ccg-finance', { act: 'agree', proposal: made.outcome.proposal! }),
    'terms_not_accepted',
  );
});

t.test('nothing is agreed, varied or shared without the host', async (t) => {
  const ledger = await overspent(t);
  const parties = [COUNTY, EAST, NORTH, SOUTH];
  await refusals(t, ledger, FUND, [
    act(
      'an agreement that leaves the host out',
      'not_a_party',
      'east-district-finance',
      'propose',
      'AgreementSigned',
      agreement({ parties: [EAST, NORTH] }, terms({ defaultRule: all(EAST) })),
    ),
    act(
      'an agreement that binds the host without it',
      'wrong_partner',
      'east-district-finance',
      'propose',
      'AgreementSigned',
      agreement({ parties }, terms({ defaultRule: all(COUNTY) })),
    ),
  ]);
  const { outcome } = await ledger.done('south-ccg-finance', {
    act: 'propose',
    fact: fact('AgreementSigned', agreement({ parties }, terms({ defaultRule: all(COUNTY) }))),
  });
  const agree = { act: 'agree', proposal: outcome.proposal! } as const;
  t.equal(await ledger.refused('east-district-finance', agree), 'wrong_partner');
  await ledger.done('county-finance', agree);
  told(t, (await asked(ledger, 'agreement')).answer, {
    agreements: [{ signers: [SOUTH, COUNTY], notBound: [EAST, NORTH] }],
  });
  await refusals(t, ledger, FUND, [
    act('a variation', 'wrong_partner', 'east-district-finance', 'propose', 'AgreementVaried', vary(all(COUNTY))),
    act('a share', 'wrong_partner', 'east-district-finance', 'propose', 'RiskShareApplied', apply),
  ]);
});

t.test('what a body signed or accepted binds those that follow it, and nobody else', async (t) => {
  const ledger = await overspent(t);
  await registerAll(ledger);
  await signAgreement(ledger, terms({ riskShares: [{ scheme: 'home-care', rule: all(NORTH) }] }));
  await succeeded(ledger, merger());
  ledger.now('2016-11-01T09:00:00Z');
  told(t, (await asked(ledger, 'agreement', { on: '2016-11-01' })).answer, { agreements: [{ notBound: [SOUTH] }] });
  told(t, await schemes(ledger), [{ notBound: [], shares: [{ partner: MERGED }] }]);
  await ledger.post(`${MERGED}-chief`, 'AgreementAccepted', accept(SOUTH, '2016-09-30'));
  told(t, (await asked(ledger, 'agreement', { on: '2016-11-01' })).answer, { agreements: [{ notBound: [] }] });
  t.same((await verify(ledger.store)).problems, []);
});

t.test('one that follows the host signs in its place', async (t) => {
  const ledger = await overspent(t);
  await registerAll(ledger);
  await succeeded(ledger, split());
  ledger.now('2016-11-01T09:00:00Z');
  const data = agreement({ effective: '2016-11-01', parties: [UPTON, NORTH] }, terms({ defaultRule: all(UPTON) }));
  await ledger.signed(`${UPTON}-finance`, 'north-ccg-finance', 'AgreementSigned', data);
  told(t, (await asked(ledger, 'agreement', { on: '2016-11-01' })).answer, {
    agreements: [{ signers: [UPTON, NORTH], notBound: [] }],
  });
});

t.test('in a later year’s fund the terms bind whom they bind where they were signed', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2017-05-01T09:00:00Z');
  const { outcome } = await signAgreement(ledger, terms({ defaultRule: all(SOUTH) }));
  await openFund(ledger, '2017-18');
  await ledger.post('pool-manager', 'PlanLineSet', line({ effective: '2017-04-01' }), NEXT);
  await ledger.post(
    'pool-manager',
    'ExpenditureRecorded',
    {
      effective: '2017-04-10',
      line: 'home-care',
      net: '1500000.00',
      vat: '0.00',
      recoverable: '0.00',
      reference: 'INV 1',
    },
    NEXT,
  );
  const share = act('South has not agreed', 'terms_not_accepted', 'county-finance', 'propose', 'RiskShareApplied', {
    ...apply,
    effective: '2018-03-31',
  });
  const asking = async (name: string) => (await asked(ledger, name, { fund: NEXT, on: '2018-03-31' })).answer;
  await refusals(t, ledger, NEXT, [
    share,
    act(
      'accepted elsewhere',
      'reference_unknown',
      'south-ccg-chief',
      'post',
      'AgreementAccepted',
      accept(SOUTH, '2017-05-01'),
    ),
  ]);
  told(t, await asking('risk-share'), { schemes: [{ notBound: [SOUTH], shares: [], uncovered: '500000.00' }] });
  told(t, await asking('agreement'), {
    agreements: [{ fund: FUND, signers: [COUNTY, NORTH], accepted: [], notBound: [SOUTH] }],
  });
  const accepted = await ledger.post('south-ccg-chief', 'AgreementAccepted', accept(SOUTH, '2017-05-01'));
  t.match(accepted.outcome.events[0]!.sentence, `as signed at revision ${outcome.revision}.`);
  told(t, await asking('agreement'), {
    agreements: [{ accepted: [{ partner: SOUTH, revision: accepted.outcome.revision }], notBound: [] }],
  });
  told(t, await asking('risk-share'), {
    schemes: [{ notBound: [], shares: [{ partner: SOUTH, amount: '500000.00' }] }],
  });
  await ledger.signed('county-finance', 'north-ccg-finance', 'RiskShareApplied', share.data, NEXT);
  const partners = (await asking('memorandum'))['partners'] as Figures[];
  t.match(
    partners.filter(({ surplus }) => surplus !== '0.00').map(({ partner, surplus }) => `${partner} ${surplus}`),
    [`${COUNTY} -1000000.00`, `${SOUTH} -500000.00`],
    'nobody funds this year, and the rest is the host’s',
  );
  t.same((await verify(ledger.store)).problems, []);
});

t.test('what was signed before a variation stands, while the variation waits to be accepted', async (t) => {
  const ledger = await overspent(t);
  await signAgreement(ledger, terms({ defaultRule: all(SOUTH) }));
  await southAccepts(ledger);
  await ledger.signed('county-finance', 'north-ccg-finance', 'RiskShareApplied', { ...apply, effective: '2016-05-31' });
  await ledger.signed('county-finance', 'north-ccg-finance', 'AgreementVaried', vary(all(SOUTH)));
  await ledger.post('pool-manager', 'ExpenditureRecorded', {
    effective: '2016-06-10',
    line: 'home-care',
    net: '7.00',
    vat: '0.00',
    recoverable: '0.00',
    reference: 'INV 2',
  });
  told(t, await schemes(ledger), [
    { notBound: [SOUTH], shares: [{ partner: SOUTH, amount: '500000.00' }], uncovered: '7.00' },
  ]);
  await southAccepts(ledger, '2016-06-01');
  told(t, await schemes(ledger), [
    { notBound: [], shares: [{ partner: SOUTH, amount: '500007.00' }], uncovered: '0.00' },
  ]);
});
