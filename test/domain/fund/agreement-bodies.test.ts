import t from 'tap';
import { z } from 'zod';
import type { Day } from '../../../src/domain/calendar.js';
import { FundRef, PartnerRef } from '../../../src/domain/grammar/fields.js';
import { RiskRule } from '../../../src/domain/fund/agreement/risk-rule.js';
import { fromItsDay } from '../../../src/domain/grammar/naming.js';
import { EffectiveDay } from '../../../src/domain/values.js';
import { endedBodiesIn, type Succession } from '../../../src/domain/grammar/succession.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { agreement, asked, signAgreement, southAccepts, terms } from '../../support/agreements.js';
import { told } from '../../support/told.js';
import { MIDDLETON, DAY, MERGED, merger, registerAll, split, succeeded, UPTON } from '../../support/bodies.js';
import {
  contribution,
  COUNTY,
  FUND,
  line,
  NORTH,
  refusals,
  SOUTH,
  type Refused,
  type TestLedger,
} from '../../support/ledger.js';
import { openedLedger } from '../../support/rules-alone.js';

const fixed = (...partners: readonly string[]) => ({
  kind: 'fixed',
  shares: partners.map((partner) => ({ partner, share: 10_000 / partners.length })),
});

/** An agreement signed by groups that merged half a year later. */
async function followed(t: Parameters<typeof openedLedger>[0]): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  await signAgreement(ledger, terms({ defaultRule: fixed(COUNTY, NORTH) }));
  ledger.now('2016-11-01T09:00:00Z');
  await succeeded(ledger, merger());
  return ledger;
}

const varied = (defaultRule: object, more: object = {}) => ({
  effective: '2017-01-01',
  agreement: 's75',
  clause: 'schedule 3',
  terms: terms({ defaultRule }),
  reason: 'the merger',
  ...more,
});

t.test('who follows a party gives notice, varies the agreement and ends it in its own name', async (t) => {
  const ledger = await followed(t);
  const refused = (name: string, type: string, data: object, rule: Refused['rule'], officer = 'county-finance') =>
    ({ name, officer, act: 'propose', type, data, rule }) as Refused;
  const notice = { effective: '2017-01-01', agreement: 's75', partner: MERGED, reason: 'saving' };
  await refusals(t, ledger, FUND, [
    refused('a rule in an ended name', 'AgreementVaried', varied(fixed(COUNTY, NORTH)), 'partner_ended'),
    refused(
      'an ended commissioner',
      'AgreementVaried',
      varied({ kind: 'own-risk', commissioner: NORTH }),
      'partner_ended',
    ),
    refused(
      'an ended bearer of the excess',
      'AgreementVaried',
      varied({ kind: 'capped', of: { kind: 'pro-rata' }, caps: [{ partner: COUNTY, most: '1.00' }], excess: NORTH }),
      'partner_ended',
    ),
    refused('a body that follows nobody', 'AgreementVaried', varied(fixed(COUNTY, UPTON)), 'not_a_party'),
    refused(
      'a successor before its day',
      'AgreementVaried',
      varied(fixed(COUNTY, MERGED), { effective: '2016-09-30' }),
      'not_a_party',
    ),
    refused(
      'notice in an ended name',
      'NoticeGiven',
      { ...notice, partner: NORTH },
      'partner_ended',
      `${MERGED}-finance`,
    ),
    refused(
      'parties that have ended',
      'AgreementSigned',
      agreement({ agreement: 'next', effective: '2017-01-01' }),
      'partner_ended',
    ),
    {
      ...refused('an ended lead', 'PlanLineSet', line({ effective: '2017-01-01', lead: NORTH }), 'partner_ended'),
      act: 'post',
    },
  ]);
  await ledger.signed('county-finance', `${MERGED}-finance`, 'AgreementVaried', varied(fixed(COUNTY, MERGED)));
  const given = await ledger.signed(`${MERGED}-finance`, `${MERGED}-chief`, 'NoticeGiven', notice);
  told(
    t,
    given.outcome.events[1]?.sentence,
    /^merged-ccg gave 6 months’ notice of the agreement "s75", to end on 1 July 2017/,
  );
  await ledger.signed('county-finance', `${MERGED}-finance`, 'AgreementTerminated', {
    effective: '2017-07-01',
    agreement: 's75',
    notice: given.outcome.events[1]!.revision,
    reason: 'as notice was given',
  });
  const { answer, table } = await asked(ledger, 'agreement', { on: '2017-01-01' });
  told(t, answer, {
    agreements: [
      {
        parties: [COUNTY, NORTH, SOUTH],
        partiesNow: [COUNTY, MERGED],
        ends: '2017-07-01',
        terms: { defaultRule: { shares: [{ partner: COUNTY }, { partner: MERGED }] } },
      },
    ],
  });
  t.ok(table.some((row) => row.join('|') === 's75|parties now|county, merged-ccg'));
  told(t, (await asked(ledger, 'agreement', { on: '2016-09-30' })).answer, {
    agreements: [{ partiesNow: [COUNTY, NORTH, SOUTH] }],
  });
  t.same((await verify(ledger.store)).problems, []);
});

t.test('names in terms are names of bodies; the first day of a term is no day from which a body stands', (t) => {
  const all: Succession[] = [
    {
      revision: 1,
      effective: DAY as Day,
      mode: 'merge',
      predecessors: [NORTH],
      successors: [MERGED],
      shares: [],
      instrument: 'order',
    },
  ];
  const Terms = z.object({
    terms: z.object({ from: EffectiveDay, defaultRule: RiskRule }),
  });
  const Dated = z.object({
    from: FundRef.optional(),
    payer: PartnerRef.optional(),
    steps: z.array(z.object({ from: z.string(), partner: PartnerRef })).optional(),
    claimant: z.array(fromItsDay(z.object({ from: EffectiveDay, partner: PartnerRef }))).optional(),
  });
  const found = (value: object, on: string) => {
    const data = { ...value, effective: on as Day };
    return endedBodiesIn(all, Terms.or(Dated), data)[0]?.body;
  };
  const inTerms = { terms: { from: '2016-04-01', defaultRule: { kind: 'own-risk', commissioner: NORTH } } };
  t.equal(found(inTerms, DAY), NORTH);
  t.equal(found(inTerms, '2016-09-30'), undefined);
  t.equal(found({ from: 'testshire-2016-17', payer: NORTH }, '2016-09-30'), undefined);
  t.equal(found({ steps: [{ from: 'underspends', partner: NORTH }] }, '2016-09-30'), undefined);
  t.equal(found({ claimant: [{ from: '2016-09-30', partner: NORTH }] }, DAY), undefined, 'a body by date is');
  t.equal(found({ claimant: [{ from: DAY, partner: NORTH }] }, '2016-09-30'), NORTH);
  t.end();
});

/** A scheme of £1,000,000 that costs more in September. */
async function overspent(ledger: TestLedger, by: string): Promise<void> {
  await ledger.post('pool-manager', 'PlanLineSet', line({}));
  await ledger.post('county-finance', 'ExpenditureRecorded', {
    effective: '2016-09-01',
    line: 'home-care',
    net: (1_000_000 + Number(by)).toFixed(2),
    vat: '0.00',
    recoverable: '0.00',
    reference: 'invoices',
  });
}

const shares = async (ledger: TestLedger, on: string) => {
  const { answer, table } = await asked(ledger, 'risk-share', { on });
  const [scheme] = answer['schemes'] as {
    shares: { partner: string; amount: string }[];
    applied: { shares: { partner: string; amount: string }[] } | null;
  }[];
  const inWords = (all: readonly { partner: string; amount: string }[]) =>
    all.map(({ partner, amount }) => `${partner} ${amount}`).join(', ');
  return { shares: inWords(scheme!.shares), applied: scheme!.applied && inWords(scheme!.applied.shares), table };
};

t.test('what a rule charges a body that has ended is borne by those who follow it, and signed so', async (t) => {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  ledger.now('2016-09-30T09:00:00Z');
  await signAgreement(ledger, terms({ defaultRule: fixed(COUNTY, NORTH) }));
  await overspent(ledger, '90');
  const early = await ledger.signed('county-finance', 'north-ccg-finance', 'RiskShareApplied', {
    effective: '2016-09-30',
    scheme: 'home-care',
  });
  t.match(early.outcome.events[1]?.sentence, /: county 45.00, north-ccg 45.00\.$/);
  ledger.now('2016-11-01T09:00:00Z');
  await succeeded(ledger, merger());
  t.match(await shares(ledger, '2016-09-30'), { shares: 'county 45.00, north-ccg 45.00' });
  const merged = await shares(ledger, DAY);
  t.match(merged, { shares: 'county 45.00, merged-ccg 45.00', applied: 'county 45.00, north-ccg 45.00' });
  t.same(
    merged.table.filter((row) => row[4] === MERGED || row[4] === NORTH),
    [
      ['home-care', '', '', '', MERGED, '45.00', ''],
      ['home-care', '', '', '', NORTH, '', '45.00'],
    ],
    'the table names everybody of both',
  );
  await ledger.signed('county-finance', `${MERGED}-finance`, 'RiskShareApplied', {
    effective: '2016-12-31',
    scheme: 'home-care',
  });
  t.match(await shares(ledger, '2016-12-31'), { applied: 'county 45.00, merged-ccg 45.00' });
  await succeeded(ledger, split({ effective: '2017-01-01' }));
  t.match(await shares(ledger, '2017-01-01'), {
    shares: 'downton-council 15.00, merged-ccg 45.00, middleton-council 15.00, upton-council 15.00',
    applied: 'county 45.00, merged-ccg 45.00',
  });
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a cap protects whom it was signed for, and a share goes where the contributions went', async (t) => {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  const pays = (payer: string, more: object) =>
    ledger.signed(`${payer}-finance`, payer === COUNTY ? 'north-ccg-finance' : 'county-finance', 'ContributionAgreed', {
      effective: '2016-04-01',
      payer,
      source: 'NHS_ADD',
      recurrent: true,
      ...more,
    });
  const sum = (amount: string) => ({ amount, instalments: [{ due: '2016-04-01', amount }] });
  await pays(NORTH, { contribution: 'north', ...sum('600.00') });
  await pays(SOUTH, { contribution: 'south', ...sum('300.00') });
  await pays(COUNTY, { contribution: 'county', source: 'LA_ADD', ...sum('100.00') });
  const pro = { kind: 'pro-rata' };
  await signAgreement(
    ledger,
    terms({ defaultRule: { kind: 'capped', of: pro, caps: [{ partner: NORTH, most: '12.00' }] } }),
  );
  await southAccepts(ledger);
  ledger.now('2017-02-01T09:00:00Z');
  await overspent(ledger, '100');
  t.match(await shares(ledger, '2016-09-30'), { shares: 'county 22.00, north-ccg 12.00, south-ccg 66.00' });
  await succeeded(ledger, merger());
  t.match(await shares(ledger, DAY), { shares: 'county 22.00, merged-ccg 78.00' }, 'South’s share has no cap');
  const once = terms({
    defaultRule: { kind: 'capped', of: pro, caps: [{ partner: MERGED, most: '50.00' }], excess: COUNTY },
  });
  await ledger.signed('county-finance', `${MERGED}-finance`, 'AgreementVaried', {
    ...varied({}, { effective: '2016-12-01' }),
    terms: once,
  });
  t.match(await shares(ledger, '2016-12-01'), { shares: 'county 50.00, merged-ccg 50.00' }, 'named anew');
  await succeeded(
    ledger,
    split({
      effective: '2017-01-01',
      predecessors: [COUNTY],
      successors: [UPTON, MIDDLETON],
      shares: [
        { predecessor: COUNTY, successor: UPTON, share: '0.5' },
        { predecessor: COUNTY, successor: MIDDLETON, share: '0.5' },
        { predecessor: COUNTY, successor: UPTON, source: 'LA_ADD', share: '1' },
      ],
    }),
  );
  t.match(await shares(ledger, '2017-01-01'), { shares: 'merged-ccg 50.00, upton-council 50.00' });
});

t.test('an excess that is borne by a body without contributions follows the shares of the succession', async (t) => {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  const rule = { kind: 'capped', of: { kind: 'pro-rata' }, caps: [{ partner: NORTH, most: '10.00' }], excess: COUNTY };
  await signAgreement(ledger, terms({ defaultRule: rule }));
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  ledger.now('2016-11-01T09:00:00Z');
  await overspent(ledger, '100');
  t.match(await shares(ledger, '2016-09-30'), { shares: 'county 90.00, north-ccg 10.00' });
  await succeeded(ledger, split());
  t.match(await shares(ledger, DAY), {
    shares: 'downton-council 30.00, middleton-council 30.00, north-ccg 10.00, upton-council 30.00',
  });
});
