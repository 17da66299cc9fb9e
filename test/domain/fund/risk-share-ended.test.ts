import t from 'tap';
import { AgreementTerms } from '../../../src/domain/fund/agreement/agreement-terms.js';
import { lastDayOfScheme } from '../../../src/domain/fund/agreement/agreement.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { asked, day, signAgreement, terms } from '../../support/agreements.js';
import { fact } from '../../support/figures.js';
import { contribution, COUNTY, FUND, line, NORTH, refusals, type TestLedger } from '../../support/ledger.js';
import { told } from '../../support/told.js';
import { openedLedger } from '../../support/rules-alone.js';

/** The rule of a scheme ends with the scheme, whether it was ended by notice or had a last day of its own. */

const HALVES = {
  kind: 'fixed',
  shares: [
    { partner: COUNTY, share: 5_000 },
    { partner: NORTH, share: 5_000 },
  ],
};
const ofHomeCare = (more: object = {}) =>
  terms({
    schemeNoticeMonths: 1,
    riskShares: [{ scheme: 'home-care', rule: HALVES, ...more }],
    defaultRule: { kind: 'own-risk' },
  });

const apply = (effective: string) => fact('RiskShareApplied', { effective, scheme: 'home-care' });

const varied = (ledger: TestLedger, effective: string, ofTerms: object) =>
  ledger.signed('county-finance', 'north-ccg-finance', 'AgreementVaried', {
    effective,
    agreement: 's75',
    clause: 'schedule 3',
    terms: ofTerms,
    reason: 'review',
  });

async function noticeEnds(ledger: TestLedger): Promise<void> {
  const notice = await ledger.signed('north-ccg-finance', 'north-ccg-chief', 'NoticeGiven', {
    effective: '2016-05-01',
    agreement: 's75',
    partner: NORTH,
    schemes: ['home-care'],
    reason: 'leaving',
  });
  await ledger.signed('county-finance', 'north-ccg-finance', 'AgreementTerminated', {
    effective: '2016-09-30',
    agreement: 's75',
    notice: notice.outcome.events[1]!.revision,
    reason: 'as notice was given',
  });
}

for (const [how, ofTerms, ends] of [
  ['by notice', ofHomeCare(), noticeEnds],
  ['on its own last day', ofHomeCare({ until: '2016-09-30' }), () => Promise.resolve()],
] as const) {
  t.test(`a scheme that ended ${how} has no rule afterwards: nobody bears what comes then`, async (t) => {
    const ledger = await openedLedger(t);
    ledger.now('2017-05-10T09:00:00Z');
    await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '1000.00' }));
    await ledger.signed(
      'north-ccg-finance',
      'county-finance',
      'ContributionAgreed',
      contribution({ amount: '600.00' }),
    );
    await signAgreement(ledger, ofTerms);
    await ends(ledger);
    for (const [effective, net] of [
      ['2016-08-01', '1100.00'],
      ['2016-12-01', '500.00'],
    ]) {
      await ledger.post('county-finance', 'ExpenditureRecorded', {
        effective,
        line: 'home-care',
        net,
        vat: '0.00',
        recoverable: '0.00',
        reference: 'invoice',
      });
    }
    const onLastDay = await asked(ledger, 'risk-share', { on: '2016-09-30' });
    told(t, onLastDay.answer, {
      schemes: [{ variance: '100.00', rule: HALVES, shares: [{ amount: '50.00' }, { amount: '50.00' }] }],
    });
    for (const on of ['2016-10-01', '2017-03-31', '2017-05-01']) {
      const after = await asked(ledger, 'risk-share', { on });
      told(t, after.answer, { agreement: 's75', schemes: [{ rule: null, shares: [] }], partners: [] }, on);
      t.equal(after.table[0]?.[4], 'no rule in force');
    }
    const late = await ledger.submit('county-finance', { act: 'propose', fact: apply('2017-03-31') });
    t.match(late, {
      rule: 'agreement_missing',
      detail:
        'The scheme "home-care" ended on 30 September 2016, and its rule in "s75" with it: share its variance as at that day.',
    });
    await ledger.signed('county-finance', 'north-ccg-finance', 'RiskShareApplied', apply('2016-09-30').data);
    told(t, (await asked(ledger, 'risk-share', { on: '2017-03-31' })).answer, {
      schemes: [{ variance: '600.00', shares: [{ amount: '50.00' }, { amount: '50.00' }], uncovered: '500.00' }],
    });
    t.same((await verify(ledger.store)).problems, []);
  });
}

t.test('terms of a later day that have a rule for the scheme again bring it back', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2017-05-10T09:00:00Z');
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '1000.00' }));
  await signAgreement(ledger, ofHomeCare());
  await noticeEnds(ledger);
  const { table } = await asked(ledger, 'agreement', { on: '2016-12-01' });
  t.ok(table.some((row) => row.join('|') === 's75|ended 2016-09-30|home-care'));
  await varied(ledger, '2016-11-01', terms());
  told(t, (await asked(ledger, 'risk-share', { on: '2016-12-01' })).answer, { schemes: [{ rule: null }] });
  await refusals(t, ledger, FUND, [
    {
      name: 'a scheme without a rule',
      officer: 'county-finance',
      act: 'propose',
      rule: 'agreement_missing',
      ...apply('2016-12-01'),
    },
  ]);
  await varied(ledger, '2017-01-01', ofHomeCare({ until: '2017-02-28' }));
  told(t, (await asked(ledger, 'risk-share', { on: '2017-02-28' })).answer, { schemes: [{ rule: HALVES }] });
  told(t, (await asked(ledger, 'risk-share', { on: '2017-03-01' })).answer, { schemes: [{ rule: null }] });
  const again = await asked(ledger, 'agreement', { on: '2017-01-01' });
  t.ok(
    again.table.some(
      (row) =>
        row.join('|') === 's75|risk share of home-care|in fixed shares (county 50%, north-ccg 50%), until 2017-02-28',
    ),
  );
});

t.test('a scheme runs as long as its agreement, unless it has a last day of its own or was ended', (t) => {
  const of = (until: object, more: { termsFrom?: string; ended?: string } = {}) =>
    lastDayOfScheme(
      {
        terms: AgreementTerms.parse(ofHomeCare(until)),
        termsFrom: day(more.termsFrom ?? '2016-04-01'),
        ended: more.ended === undefined ? [] : [{ revision: 7, lastDay: day(more.ended), schemes: ['home-care'] }],
        lastDay: day('2018-03-31'),
      },
      'home-care',
    );
  t.equal(of({}), '2018-03-31');
  t.equal(of({ until: '2017-03-31' }), '2017-03-31');
  t.equal(of({}, { ended: '2016-09-30' }), '2016-09-30');
  t.equal(of({ until: '2016-06-30' }, { ended: '2016-09-30' }), '2016-06-30');
  t.equal(of({ until: '2017-03-31' }, { ended: '2016-09-30' }), '2016-09-30');
  t.equal(of({ until: '2017-03-31' }, { ended: '2016-09-30', termsFrom: '2016-10-01' }), '2017-03-31');
  t.end();
});
