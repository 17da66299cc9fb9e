import t from 'tap';
import { verify } from '../../../../src/ledger/audit/verify.js';
import { load, planLoad } from '../../../../src/ledger/acts/load.js';
import { noticeDue } from '../../../../src/domain/fund/agreement/agreement.js';
import { agreement, asked, askedOfNothing, day, signAgreement, terms } from '../../../support/agreements.js';
import { fact } from '../../../support/figures.js';
import { contribution, COUNTY, EAST, FUND, NORTH, refusals, SOUTH, type Refused } from '../../../support/ledger.js';
import { told } from '../../../support/told.js';
import { openedLedger } from '../../../support/rules-alone.js';

const refusedAgreement = (name: string, data: object, rule: Refused['rule']): Refused => ({
  name,
  officer: 'county-finance',
  act: 'propose',
  type: 'AgreementSigned',
  data: { ...agreement(), ...data },
  rule,
});

t.test('a council and an NHS body sign the agreement, with terms that hold together', async (t) => {
  const ledger = await openedLedger(t);
  await refusals(t, ledger, FUND, [
    refusedAgreement('a stranger to the fund', { parties: [COUNTY, NORTH, 'elsewhere'] }, 'not_in_fund'),
    refusedAgreement('no NHS body', { parties: [COUNTY, EAST] }, 'not_a_party'),
    refusedAgreement('a term that ends before it begins', { terms: terms({ to: '2016-03-31' }) }, 'days_out_of_order'),
    refusedAgreement('a day before the term', { terms: terms({ from: '2016-05-01' }) }, 'days_out_of_order'),
    refusedAgreement(
      'a day after the term',
      { terms: terms({ from: '2015-04-01', to: '2016-03-31' }) },
      'days_out_of_order',
    ),
    refusedAgreement(
      'a rule that names another',
      { terms: terms({ defaultRule: { kind: 'own-risk', commissioner: EAST } }) },
      'not_a_party',
    ),
    refusedAgreement(
      'a scheme’s rule that names another',
      { terms: terms({ riskShares: [{ scheme: 'carers', rule: { kind: 'own-risk', commissioner: EAST } }] }) },
      'not_a_party',
    ),
    refusedAgreement(
      'an underspend to another',
      { terms: terms({ underspend: { kind: 'to-partner', partner: EAST } }) },
      'not_a_party',
    ),
    { ...refusedAgreement('by a council alone', {}, 'signature_needed'), act: 'post' },
  ]);
  const { outcome } = await ledger.done('county-finance', {
    act: 'propose',
    fact: fact('AgreementSigned', agreement()),
  });
  t.equal(await ledger.refused('county-chief', { act: 'agree', proposal: outcome.proposal! }), 'wrong_partner');
  const counter = {
    act: 'counter',
    proposal: outcome.proposal!,
    fact: fact('AgreementSigned', agreement({ agreement: 'other' })),
  };
  t.equal(await ledger.refused('south-ccg-finance', counter as never), 'counter_differs');
  const signed = await ledger.done('south-ccg-finance', { act: 'agree', proposal: outcome.proposal! });
  told(
    t,
    signed.outcome.events[1]?.sentence,
    /county, north-ccg, south-ccg signed the section 75 agreement "s75" .*1 April 2016 to 31 March 2018, 6 months’ notice, risk shared in proportion/,
  );
  await refusals(t, ledger, FUND, [
    refusedAgreement('under the same name', {}, 'identifier_used'),
    refusedAgreement('while another stands', { agreement: 'second', effective: '2016-10-01' }, 'agreement_stands'),
  ]);
  told(t, (await asked(ledger, 'agreement', { on: '2016-04-01' })).answer, {
    agreements: [{ agreement: 's75', inForce: true, ends: '2018-03-31', variations: [], notices: [], ended: [] }],
  });
  told(t, (await asked(ledger, 'agreement', { on: '2016-03-31' })).answer, { agreements: [] }, 'not before its day');
  await t.rejects(asked(ledger, 'agreement', { 'known-at': '2016-02-28' }), /not_known_then/);
  t.equal(await askedOfNothing(ledger, 'agreement'), 'fund_unknown');
});

t.test('an agreement is reversed as never signed, and only where nothing rests on it', async (t) => {
  const ledger = await openedLedger(t);
  const signed = await signAgreement(ledger);
  const { revision } = signed.outcome.events[1]!;
  const reversal = (effective: string) => fact('FactReversed', { effective, reverses: revision, reason: 'not signed' });
  ledger.now('2016-03-02T09:00:00Z');
  t.equal(
    await ledger.refused('county-finance', { act: 'propose', fact: reversal('2016-05-01') }),
    'reversal_day_fixed',
  );
  const varied = await ledger.signed('county-finance', 'north-ccg-finance', 'AgreementVaried', {
    effective: '2016-06-01',
    agreement: 's75',
    clause: 'clause 12',
    terms: terms({ noticeMonths: 12 }),
    reason: 'a longer notice',
  });
  told(t, varied.outcome.events[1]?.sentence, /"s75" was varied in clause 12 .*12 months.*: a longer notice/);
  t.equal(
    await ledger.refused('county-finance', { act: 'propose', fact: reversal('2016-04-01') }),
    'others_rest_on_it',
  );
  await ledger.signed('county-finance', 'north-ccg-finance', 'FactReversed', {
    effective: '2016-06-01',
    reverses: varied.outcome.events[1]!.revision,
    reason: 'not agreed',
  });
  ledger.now('2016-03-03T09:00:00Z');
  await ledger.signed('county-finance', 'north-ccg-finance', 'FactReversed', reversal('2016-04-01').data);
  told(t, (await asked(ledger, 'agreement', { on: '2016-07-01' })).answer, { agreements: [] });
  told(t, (await asked(ledger, 'agreement', { on: '2016-07-01', 'known-at': '2016-03-02' })).answer, {
    agreements: [{ agreement: 's75', variations: [] }],
  });
  told(t, (await asked(ledger, 'agreement', { on: '2016-07-01', 'known-at': '2016-03-01' })).answer, {
    agreements: [{ agreement: 's75' }],
  });
});

t.test('a variation names its clause, states its terms in full, and comes in its order', async (t) => {
  const ledger = await openedLedger(t);
  const variation = (more: object = {}) => ({
    effective: '2016-06-01',
    agreement: 's75',
    clause: 'schedule 3',
    terms: terms({ noticeMonths: 3 }),
    reason: 'review',
    ...more,
  });
  const refused = (name: string, more: object, rule: Refused['rule']): Refused => ({
    name,
    officer: 'county-finance',
    act: 'propose',
    type: 'AgreementVaried',
    data: variation(more),
    rule,
  });
  await refusals(t, ledger, FUND, [refused('of no agreement', {}, 'reference_unknown')]);
  await signAgreement(ledger, terms(), { effective: '2016-05-01' });
  await refusals(t, ledger, FUND, [
    refused('before it is in force', { effective: '2016-04-30' }, 'reference_unknown'),
    refused('to terms that do not fit', { terms: terms({ to: '2016-05-31' }) }, 'days_out_of_order'),
  ]);
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: fact('AgreementVaried', variation({ clause: 'schedule 2' })),
  });
  const counter = { act: 'counter', proposal: outcome.proposal!, fact: fact('AgreementVaried', variation()) } as const;
  await ledger.done('county-finance', counter);
  await ledger.done('north-ccg-chief', { act: 'agree', proposal: outcome.proposal! });
  await refusals(t, ledger, FUND, [refused('before a later one', { effective: '2016-05-15' }, 'later_change_stands')]);
  const before = (await asked(ledger, 'agreement', { on: '2016-05-31' })).answer;
  told(t, before, { agreements: [{ terms: { noticeMonths: 6 }, variations: [] }] });
  const after = await asked(ledger, 'agreement', { on: '2016-06-01' });
  told(t, after.answer, { agreements: [{ terms: { noticeMonths: 3 }, variations: [{ clause: 'schedule 3' }] }] });
  t.ok(after.table.some((row) => row.join('|') === 's75|months of notice for a scheme|3'));
});

t.test('an agreement ends when its notice has run out, and not before its schemes', async (t) => {
  const ledger = await openedLedger(t);
  await signAgreement(
    ledger,
    terms({
      schemeNoticeMonths: 3,
      disputeProtocol: 'three-stage',
      riskShares: [
        { scheme: 'carers', rule: { kind: 'own-risk' }, until: '2017-03-31' },
        { scheme: 'equipment', rule: { kind: 'own-risk' } },
      ],
    }),
  );
  ledger.now('2016-06-30T12:00:00Z');
  const notice = (more: object = {}) => ({
    effective: '2016-06-30',
    agreement: 's75',
    partner: NORTH,
    reason: 'the CCG must save',
    ...more,
  });
  const propose = (data: object) => ({ act: 'propose', fact: fact('NoticeGiven', { ...data }) }) as const;
  t.equal(await ledger.refused('east-district-finance', propose(notice({ partner: EAST }))), 'not_a_party');
  t.equal(await ledger.refused('county-finance', propose(notice())), 'wrong_partner', 'each for itself');
  t.equal(await ledger.refused('north-ccg-finance', propose(notice({ agreement: 'other' }))), 'reference_unknown');
  const whole = await ledger.signed('north-ccg-finance', 'north-ccg-chief', 'NoticeGiven', notice());
  told(t, whole.outcome.events[1]?.sentence, /6 months’ notice of the agreement "s75", to end on 30 December 2016/);
  const part = await ledger.signed(
    'north-ccg-finance',
    'north-ccg-chief',
    'NoticeGiven',
    notice({ schemes: ['carers'] }),
  );
  told(t, part.outcome.events[1]?.sentence, /3 months’ notice of the schemes carers of .*30 September 2016/);
  const end = (effective: string, given: typeof whole, more: object = {}) => ({
    effective,
    agreement: 's75',
    notice: given.outcome.events[1]!.revision,
    reason: 'as notice was given',
    ...more,
  });
  const refused = (name: string, data: object, rule: Refused['rule']): Refused => ({
    name,
    officer: 'county-finance',
    act: 'propose',
    type: 'AgreementTerminated',
    data: { ...data },
    rule,
  });
  await refusals(t, ledger, FUND, [
    refused('before the notice has run out', end('2016-12-29', whole), 'notice_running'),
    refused('before its schemes end', end('2016-12-30', whole), 'notice_running'),
    refused('without notice', end('2016-12-30', whole, { notice: '0' }), 'reference_unknown'),
    refused('of another agreement', end('2016-12-30', whole, { agreement: 'other' }), 'reference_unknown'),
    refused('a scheme before its notice has run out', end('2016-09-29', part), 'notice_running'),
  ]);
  const scheme = await ledger.signed(
    'county-finance',
    'south-ccg-finance',
    'AgreementTerminated',
    end('2016-09-30', part),
  );
  told(t, scheme.outcome.events[1]?.sentence, /The schemes carers of the agreement "s75" ended on 30 September 2016/);
  const offered = await ledger.done('county-finance', {
    act: 'propose',
    fact: fact('AgreementTerminated', end('2016-12-30', whole)),
  });
  t.equal(
    await ledger.refused('south-ccg-finance', {
      act: 'counter',
      proposal: offered.outcome.proposal!,
      fact: fact('AgreementTerminated', end('2016-12-30', part)),
    }),
    'counter_differs',
    'another notice',
  );
  const ended = await ledger.signed(
    'county-finance',
    'south-ccg-finance',
    'AgreementTerminated',
    end('2016-12-30', whole),
  );
  told(t, ended.outcome.events[1]?.sentence, /^The agreement "s75" ended on 30 December 2016/);
  await refusals(t, ledger, FUND, [
    refused('in the order of their days', end('2016-12-30', part, { effective: '2016-10-01' }), 'later_change_stands'),
    refused('twice', end('2017-01-30', whole), 'reference_unknown'),
  ]);
  const last = await asked(ledger, 'agreement', { on: '2016-12-30' });
  told(t, last.answer, {
    agreements: [
      {
        inForce: true,
        ends: '2016-12-30',
        notices: [
          { partner: NORTH, schemes: [], earliest: '2016-12-30' },
          { schemes: ['carers'], earliest: '2016-09-30' },
        ],
        ended: [{ schemes: ['carers'] }, { schemes: [] }],
      },
    ],
  });
  for (const row of [
    's75|in force|yes',
    's75|dispute protocol|three-stage',
    's75|months of notice for a scheme|3',
    's75|risk share of equipment|at the risk of the host',
    's75|notice given 2016-06-30 by north-ccg|2016-12-30 at the earliest',
  ]) {
    t.ok(
      last.table.some((each) => each.join('|') === row),
      row,
    );
  }
  const after = await asked(ledger, 'agreement', { on: '2016-12-31' });
  told(t, after.answer, { agreements: [{ inForce: false }] });
  t.ok(after.table.some((row) => row.join('|') === 's75|in force|no'));
  told(t, (await asked(ledger, 'agreement', { on: '2016-08-01' })).answer, {
    agreements: [{ inForce: true, ends: '2016-12-30', ended: [] }],
  });
  await ledger.signed(
    'county-finance',
    'south-ccg-finance',
    'AgreementSigned',
    agreement({ agreement: 'second', effective: '2017-01-01' }),
  );
  told(t, (await asked(ledger, 'agreement', { on: '2017-01-01' })).answer, {
    agreements: [{ inForce: false }, { agreement: 'second', inForce: true }],
  });
  t.same((await verify(ledger.store)).problems, []);
});

t.test('notice of a scheme is as long as that of the whole, where the terms do not say otherwise', async (t) => {
  const ledger = await openedLedger(t);
  await signAgreement(ledger);
  const given = await ledger.signed('south-ccg-finance', 'south-ccg-chief', 'NoticeGiven', {
    effective: '2016-04-01',
    agreement: 's75',
    partner: SOUTH,
    schemes: ['carers'],
    reason: 'review',
  });
  told(t, given.outcome.events[1]?.sentence, /6 months’ notice of the schemes carers .* 1 October 2016/);
});

t.test('a withdrawal within notice is recorded as such, and never refused for it', async (t) => {
  const ledger = await openedLedger(t);
  const agree = (name: string, more: object = {}) =>
    ledger.signed(
      'north-ccg-finance',
      'county-finance',
      'ContributionAgreed',
      contribution({ contribution: name, ...more }),
    );
  const withdraw = (of: object, noticeGiven: string, effective: string, amount = '1000.00') =>
    ledger.signed('north-ccg-finance', 'north-ccg-chief', 'DiscretionaryPaymentWithdrawn', {
      effective,
      payer: NORTH,
      of,
      amount,
      noticeGiven,
      reason: 'saving',
    });
  await agree('one');
  await withdraw({ contribution: 'one' }, '2016-03-01', '2016-04-01');
  await signAgreement(ledger);
  await withdraw({ contribution: 'one' }, '2016-03-31', '2016-09-29');
  const short = await withdraw({ contribution: 'one' }, '2016-06-01', '2016-11-30');
  told(
    t,
    short.outcome.events[1]?.sentence,
    /notice given 1 June 2016, within the 6 months’ notice of the agreement: saving/,
  );
  const kept = await withdraw({ contribution: 'one' }, '2016-06-01', '2016-12-01');
  t.notMatch(kept.outcome.events[1]?.sentence, /within/);
  const offer = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: fact('ContributionAgreed', contribution({ contribution: 'two' })),
  });
  await withdraw({ proposal: offer.outcome.proposal! }, '2016-12-01', '2016-12-02', '1000000.00');
  const { answer, table } = await asked(ledger, 'withdrawals', { on: '2016-12-31' });
  told(t, answer, {
    withdrawals: [
      { of: 'agreed', noticeMonths: 6, noticeDue: '2016-09-01', withinNotice: true, notice: null },
      { noticeMonths: 6, noticeDue: '2016-09-30', withinNotice: true, recorded: null },
      { noticeMonths: 6, noticeDue: '2016-12-01', withinNotice: true, amount: '1000.00', name: 'NHS North CCG' },
      { noticeMonths: 6, noticeDue: '2016-12-01', withinNotice: false },
      { of: 'offered', noticeMonths: null, withinNotice: false },
    ],
    withinNotice: 3,
  });
  t.same(
    table.map((row) => row.slice(-4)),
    [
      ['no', '2016-09-01', 'yes', 'no months, kept'],
      ['no', '2016-09-30', 'yes', ''],
      ['no', '2016-12-01', 'yes', ''],
      ['no', '2016-12-01', 'no', ''],
      ['no', '', 'no', ''],
    ],
  );
  told(t, (await asked(ledger, 'withdrawals', { on: '2016-09-30' })).answer, { withinNotice: 2 });
  t.same((await verify(ledger.store)).problems, []);
  t.equal(await askedOfNothing(ledger, 'withdrawals'), 'fund_unknown');
});

t.test('a signature to a withdrawal is not given to another notice than was proposed', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: fact('DiscretionaryPaymentWithdrawn', {
      effective: '2016-05-01',
      payer: NORTH,
      of: { contribution: 'north-extra' },
      amount: '1.00',
      noticeGiven: '2016-04-01',
      reason: 'saving',
    }),
  });
  await signAgreement(ledger);
  t.equal(
    await ledger.refused('north-ccg-chief', { act: 'agree', proposal: outcome.proposal! }),
    'changed_since_proposed',
  );
  told(t, (await asked(ledger, 'agreement', { on: '2016-05-01' })).answer, {
    agreements: [{ parties: [COUNTY, NORTH, SOUTH] }],
  });
});

t.test('notice never falls due after the last day that the ledger speaks of', async (t) => {
  t.equal(noticeDue(day('2099-03-30'), 6), '2099-03-31');
  t.equal(noticeDue(day('2098-09-30'), 6), '2099-03-30');
});

t.test('a file names the notice by the label of its step', async (t) => {
  const ledger = await openedLedger(t);
  await signAgreement(ledger);
  const step = (officer: string, more: object) => ({ officer, in: FUND, ...more });
  const steps = [
    step('north-ccg-finance', {
      propose: {
        type: 'NoticeGiven',
        data: { effective: '2016-04-01', agreement: 's75', partner: NORTH, reason: 'saving' },
      },
      as: 'giving',
    }),
    step('north-ccg-chief', { agree: 'giving', as: 'notice' }),
    step('county-finance', {
      propose: {
        type: 'AgreementTerminated',
        data: { effective: '2016-10-01', agreement: 's75', notice: '@notice', reason: 'as notice was given' },
      },
      as: 'ending',
    }),
    step('south-ccg-finance', { agree: 'ending' }),
  ];
  const planned = planLoad([{ name: 'notice.json', content: { title: 'Notice', steps } }]);
  await load(planned, { ledger: ledger.ledger, clock: ledger.clock, signedInBy: 'file' });
  told(t, (await asked(ledger, 'agreement', { on: '2016-10-01' })).answer, { agreements: [{ ends: '2016-10-01' }] });
});
