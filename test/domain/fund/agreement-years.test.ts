import t from 'tap';
import { verify } from '../../../src/ledger/audit/verify.js';
import { agreement, asked, signAgreement, terms } from '../../support/agreements.js';
import { told } from '../../support/told.js';
import { DAY, MERGED, merger, registerAll, succeeded } from '../../support/bodies.js';
import {
  contribution,
  FUND,
  line,
  NORTH,
  openFund,
  refusals,
  type Refused,
  type TestLedger,
} from '../../support/ledger.js';
import { openedLedger, readAnew } from '../../support/rules-alone.js';

const NEXT = 'testshire-2017-18';
const proposed = (name: string, type: string, data: object, rule: Refused['rule']): Refused => ({
  name,
  officer: 'county-finance',
  act: 'propose',
  type,
  data: { ...data },
  rule,
});

/** An agreement to 31 March 2018, signed in the fund of 2016-17, with the fund of the next year. */
async function twoYears(t: Parameters<typeof openedLedger>[0]): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  ledger.now('2017-05-01T09:00:00Z');
  await signAgreement(ledger);
  await openFund(ledger, '2017-18');
  return ledger;
}

const withdraw = (ledger: TestLedger, more: object, where: string) =>
  ledger.signed(
    'north-ccg-finance',
    'north-ccg-chief',
    'DiscretionaryPaymentWithdrawn',
    { payer: NORTH, of: { contribution: 'north-extra' }, amount: '100.00', reason: 'saving', ...more },
    where,
  );

t.test('an agreement whose term runs on is in force in the later year’s fund', async (t) => {
  const ledger = await twoYears(t);
  told(t, (await asked(ledger, 'agreement', { fund: NEXT, on: '2017-05-01' })).answer, {
    agreements: [{ agreement: 's75', fund: FUND, inForce: true, ends: '2018-03-31' }],
  });
  await ledger.post('pool-manager', 'PlanLineSet', line({ effective: '2017-04-01' }), NEXT);
  await ledger.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ effective: '2017-04-01' }),
    NEXT,
  );
  told(t, (await asked(ledger, 'risk-share', { fund: NEXT, on: '2018-03-31' })).answer, {
    agreement: 's75',
    schemes: [{ rule: { kind: 'pro-rata' }, variance: '-1000000.00' }],
  });
  const effective = '2017-06-30';
  const applied = await ledger.signed(
    'county-finance',
    'north-ccg-finance',
    'RiskShareApplied',
    { effective, scheme: 'home-care' },
    NEXT,
  );
  t.match(applied.outcome.events[1]?.sentence, /^The underspend of 1000000.00 on "home-care"/);
  const withdrawn = await withdraw(ledger, { effective: '2017-05-01', noticeGiven: '2017-05-01' }, NEXT);
  t.match(withdrawn.outcome.events[1]?.sentence, /within the 6 months’ notice of the agreement/);
  t.same((await verify(ledger.store)).problems, []);
  const again = await readAnew(t, ledger);
  await withdraw(again, { effective: '2017-05-02', noticeGiven: '2016-11-02' }, NEXT);
  told(t, (await asked(again, 'withdrawals', { fund: NEXT, on: '2017-05-02' })).answer, {
    withdrawals: [
      { noticeMonths: 6, noticeDue: '2017-11-01', withinNotice: true, recorded: null },
      { noticeDue: '2017-05-02', withinNotice: false, recorded: null },
    ],
    withinNotice: 1,
  });
});

t.test('what is done about an agreement is posted where it was signed, also for a day of a later year', async (t) => {
  const ledger = await twoYears(t);
  const variation = {
    effective: '2017-06-01',
    agreement: 's75',
    clause: 'clause 12',
    terms: terms({ noticeMonths: 3 }),
    reason: 'review',
  };
  const elsewhere = await ledger.submit(
    'county-finance',
    { act: 'propose', fact: { type: 'AgreementVaried', data: variation as never } },
    { in: NEXT },
  );
  t.match(elsewhere, {
    rule: 'reference_unknown',
    detail:
      'No agreement named "s75" is in force on 1 June 2017 here: it was signed in testshire-2016-17, and what is done about it is posted there.',
  });
  await refusals(t, ledger, NEXT, [
    proposed('one of another name', 'AgreementVaried', { ...variation, agreement: 'other' }, 'reference_unknown'),
  ]);
  await ledger.signed('county-finance', 'north-ccg-finance', 'AgreementVaried', variation);
  const months = async (on: string) =>
    (
      (await asked(ledger, 'agreement', { fund: NEXT, on })).answer['agreements'] as {
        terms: { noticeMonths: number };
      }[]
    )[0]!.terms.noticeMonths;
  t.equal(await months('2017-05-31'), 6);
  t.equal(await months('2017-06-01'), 3);
  const given = await ledger.signed('north-ccg-finance', 'north-ccg-chief', 'NoticeGiven', {
    effective: '2017-06-01',
    agreement: 's75',
    partner: NORTH,
    reason: 'saving',
  });
  await ledger.signed('county-finance', 'north-ccg-finance', 'AgreementTerminated', {
    effective: '2017-09-01',
    agreement: 's75',
    notice: given.outcome.events[1]!.revision,
    reason: 'as notice was given',
  });
  told(t, (await asked(ledger, 'agreement', { fund: NEXT, on: '2017-08-31' })).answer, {
    agreements: [{ inForce: true, ends: '2017-09-01' }],
  });
  await openFund(ledger, '2018-19');
  told(t, (await asked(ledger, 'agreement', { fund: 'testshire-2018-19', on: '2018-04-01' })).answer, {
    agreements: [],
  });
  t.same((await verify(ledger.store)).problems, []);
});

t.test('an area has one agreement at a time, whichever year’s fund it was signed in', async (t) => {
  const ledger = await twoYears(t);
  const ofNext = (more: object = {}) =>
    agreement({ agreement: 'next', effective: '2017-10-01', ...more }, terms({ from: '2017-10-01', to: '2019-03-31' }));
  const standing = await ledger.submit(
    'county-finance',
    { act: 'propose', fact: { type: 'AgreementSigned', data: ofNext() as never } },
    { in: NEXT },
  );
  t.match(standing, {
    rule: 'agreement_stands',
    detail: '"s75" of testshire-2016-17 is in force from 1 April 2016 to 31 March 2018.',
  });

  const other = await openedLedger(t);
  await openFund(other, '2017-18');
  await other.signed('county-finance', 'north-ccg-finance', 'AgreementSigned', ofNext(), NEXT);
  await refusals(t, other, FUND, [
    proposed('one that runs into it', 'AgreementSigned', agreement(), 'agreement_stands'),
  ]);
  await signAgreement(other, terms({ to: '2017-09-30' }));
  told(t, (await asked(other, 'agreement', { fund: NEXT, on: '2017-10-01' })).answer, {
    agreements: [
      { agreement: 's75', fund: FUND, inForce: false },
      { agreement: 'next', fund: NEXT, inForce: true },
    ],
  });
  told(t, (await asked(other, 'risk-share', { fund: NEXT, on: '2017-09-30' })).answer, { agreement: 's75' });
  told(t, (await asked(other, 'risk-share', { fund: NEXT, on: '2017-10-01' })).answer, { agreement: 'next' });
});

t.test('whether notice was kept is worked out by what is known, and what was recorded stays in sight', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-07-01T09:00:00Z');
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  await withdraw(ledger, { effective: '2016-07-01', noticeGiven: '2016-07-01' }, FUND);
  ledger.now('2016-09-01T09:00:00Z');
  await signAgreement(ledger);
  const asWritten = { noticeMonths: null, withinNotice: false, recorded: null };
  told(t, (await asked(ledger, 'withdrawals', { on: '2016-12-31', 'known-at': '2016-08-31' })).answer, {
    withdrawals: [asWritten],
    withinNotice: 0,
  });
  const { answer, table } = await asked(ledger, 'withdrawals', { on: '2016-12-31' });
  told(t, answer, {
    withdrawals: [
      { noticeMonths: 6, withinNotice: true, recorded: { noticeMonths: null, withinNotice: false }, notice: null },
    ],
    withinNotice: 1,
  });
  t.same(table[0]?.slice(-5), ['2016-07-01', 'no', '2017-01-01', 'yes', 'no months, kept']);
  const varied = await ledger.signed('county-finance', 'north-ccg-finance', 'AgreementVaried', {
    effective: '2016-09-01',
    agreement: 's75',
    clause: 'clause 12',
    terms: terms({ noticeMonths: 1 }),
    reason: 'review',
  });
  await withdraw(ledger, { effective: '2016-10-01', noticeGiven: '2016-08-01' }, FUND);
  ledger.now('2016-10-05T09:00:00Z');
  await ledger.signed('county-finance', 'north-ccg-finance', 'FactReversed', {
    effective: '2016-09-01',
    reverses: varied.outcome.events[1]!.revision,
    reason: 'not agreed',
  });
  const after = await asked(ledger, 'withdrawals', { on: '2016-12-31' });
  told(t, (after.answer['withdrawals'] as object[])[1], {
    noticeMonths: 6,
    withinNotice: true,
    recorded: { noticeMonths: 1, withinNotice: false },
  });
  t.equal(after.table[1]?.at(-1), '1 months, kept');
  await withdraw(ledger, { effective: '2016-11-01', noticeGiven: '2016-09-01' }, FUND);
  await ledger.signed('county-finance', 'north-ccg-finance', 'AgreementVaried', {
    effective: '2016-10-15',
    agreement: 's75',
    clause: 'clause 12',
    terms: terms({ noticeMonths: 2 }),
    reason: 'review',
  });
  const varying = await asked(ledger, 'withdrawals', { on: '2016-12-31' });
  t.same(varying.table[2]?.slice(-3), ['2016-11-01', 'no', '6 months, within']);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('what is agreed is not withdrawn before notice was given; an offer may be', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const withdrawal = {
    effective: '2016-09-01',
    payer: NORTH,
    of: { contribution: 'north-extra' },
    amount: '100.00',
    noticeGiven: '2016-09-02',
    reason: 'saving',
  };
  await refusals(t, ledger, FUND, [
    {
      ...proposed('with notice of a later day', 'DiscretionaryPaymentWithdrawn', withdrawal, 'days_out_of_order'),
      officer: 'north-ccg-finance',
    },
  ]);
  const offer = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: contribution({ contribution: 'offer' }) as never },
  });
  await withdraw(
    ledger,
    {
      effective: '2016-04-01',
      noticeGiven: '2016-05-27',
      of: { proposal: offer.outcome.proposal! },
      amount: '1000000.00',
    },
    FUND,
  );
  told(t, (await asked(ledger, 'withdrawals', { on: '2016-12-31' })).answer, {
    withdrawals: [{ of: 'offered', noticeGiven: '2016-05-27', noticeMonths: null, notice: null, recorded: null }],
  });
});

t.test('the notice that stands behind the day claimed is named, by whichever body it was given', async (t) => {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  await signAgreement(ledger);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const notice = (partner: string, effective: string) =>
    ledger.signed(`${partner}-finance`, `${partner}-chief`, 'NoticeGiven', {
      effective,
      agreement: 's75',
      partner,
      reason: 'saving',
    });
  const first = await notice(NORTH, '2016-05-01');
  await notice('south-ccg', '2016-05-02');
  ledger.now('2016-11-01T09:00:00Z');
  await succeeded(ledger, merger());
  const second = await notice(MERGED, DAY);
  const merged = (noticeGiven: string) =>
    ledger.signed(`${MERGED}-finance`, `${MERGED}-chief`, 'DiscretionaryPaymentWithdrawn', {
      effective: '2016-11-01',
      payer: NORTH,
      of: { contribution: 'north-extra' },
      amount: '1.00',
      noticeGiven,
      reason: 'saving',
    });
  for (const day of ['2016-05-01', DAY, '2016-05-02']) await merged(day);
  const { answer, table } = await asked(ledger, 'withdrawals', { on: '2016-11-01' });
  const of = ({ outcome }: typeof first) => ({ fund: FUND, revision: outcome.events[1]!.revision });
  const behind = (answer['withdrawals'] as { notice: object | null }[]).map((each) => each.notice);
  t.same(behind, [of(first), of(second), null], 'of three, the last was another group’s');
  t.equal(table.at(-3)?.[7], `revision ${of(first).revision} of ${FUND}`);
  t.equal(table.at(-1)?.[7], 'no');
});
