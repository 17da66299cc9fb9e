import t from 'tap';
import { OPERATOR } from '../../../src/ledger/access.js';
import { Refusal } from '../../../src/domain/rules.js';
import { whatIf, WhatIfAnswer, WhatIfAsked, whatIfTable } from '../../../src/ledger/acts/what-if.js';
import { asked } from '../../support/asking.js';
import { agreement, terms } from '../../support/agreements.js';
import {
  contribution,
  COUNTY,
  FUND,
  line,
  NORTH,
  openedLedger,
  REGISTER_STREAM,
  type TestLedger,
} from '../../support/ledger.js';

/** What-if: the figures before an act is recorded must match the figures once it has been. */

const tried = async (ledger: TestLedger, acts: readonly object[], officer = 'county-finance', more = {}) => {
  const found = await whatIf(ledger.ledger, FUND, WhatIfAsked.parse({ acts, on: '2016-04-01', ...more }), {
    officer,
    signedInBy: 'test',
    sight: OPERATOR,
  });
  if (found instanceof Refusal) throw new Error(found.detail);
  return WhatIfAnswer.parse(found);
};

const offer = async (ledger: TestLedger, more: Readonly<Record<string, unknown>> = {}) =>
  (
    await ledger.done('north-ccg-finance', {
      act: 'propose',
      fact: { type: 'ContributionAgreed', data: contribution(more) as never },
    })
  ).outcome.proposal!;

const planned = async (t: Parameters<typeof openedLedger>[0]) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  return ledger;
};

t.test('what is foretold of a proposal is what its signature brings, and foretelling it records nothing', async (t) => {
  const ledger = await planned(t);
  const proposal = await offer(ledger, { amount: '400000.00' });
  const head = await ledger.store.head();
  const { acts, gap, partners } = await tried(ledger, [{ proposal }]);
  t.match(acts, [{ signedBy: 'county-finance', refusal: null }]);
  t.match(gap, {
    before: { funded: '0.00', soft: '400000.00', hard: '600000.00' },
    after: { funded: '400000.00', soft: '0.00', hard: '600000.00' },
    change: { funded: '400000.00', soft: '-400000.00', hard: '0.00' },
  });
  t.match(
    partners.find(({ partner }) => partner === 'north-ccg'),
    { before: { proposed: '400000.00', agreed: '0.00' }, after: { proposed: '0.00', agreed: '400000.00' } },
  );
  t.equal(await ledger.store.head(), head);
  t.match(await asked(ledger, 'gap', { on: '2016-04-01' }), gap.before);
  await ledger.done('county-finance', { act: 'agree', proposal });
  t.match(await asked(ledger, 'gap', { on: '2016-04-01' }), gap.after);
});

t.test(
  'several acts are tried one on the other; what is refused is told, and the others are tried all the same',
  async (t) => {
    const ledger = await planned(t);
    const first = await offer(ledger, { amount: '400000.00' });
    const acts = [
      { proposal: first },
      { fact: { type: 'ContributionAgreed', data: contribution({ contribution: 'more', amount: '600000.00' }) } },
      { proposal: first },
      { fact: { type: 'ContributionAgreed', data: { effective: 'never' } } },
      { fact: { type: 'Nothing', data: {} } },
      { fact: { type: 'PlanLineSet', data: line({ line: 'second', amount: '5.00' }) } },
    ];
    const found = await tried(ledger, acts, 'county-finance');
    t.match(
      found.acts.map(({ signedBy, refusal }) => [signedBy, refusal?.code ?? null]),
      [
        ['county-finance', null],
        ['north-ccg-finance', null],
        [null, 'proposal_ended'],
        [null, 'fields_invalid'],
        [null, 'fields_invalid'],
        [null, null],
      ],
    );
    t.match(found.gap.after, { requirement: '1000005.00', funded: '1000000.00', hard: '5.00' });
    t.match(whatIfTable(found).rows, [['', 'requirement', '1000000.00', '1000005.00']]);
  },
);

t.test('what its own officer may not do is refused with the rule’s words', async (t) => {
  const ledger = await planned(t);
  const fact = { type: 'ContributionAgreed', data: contribution() };
  const { acts, gap } = await tried(ledger, [{ fact }], 'south-ccg-finance');
  t.match(acts, [{ signedBy: null, refusal: { code: 'wrong_partner' } }]);
  t.same(gap.before, gap.after);
  const limits = await tried(ledger, [{ proposal: await offer(ledger) }], 'north-ccg-chief');
  t.match(
    limits.acts,
    [{ signedBy: 'county-finance' }],
    'another officer is taken to sign where the asker is not the one',
  );
});

t.test('of a fund that is not there nothing is foretold', async (t) => {
  const ledger = await planned(t);
  const found = await whatIf(
    ledger.ledger,
    'nowhere-2016-17',
    WhatIfAsked.parse({ acts: [{ fact: { type: 'X', data: {} } }] }),
    {
      officer: 'county-finance',
      signedInBy: 'test',
      sight: OPERATOR,
    },
  );
  t.ok(found instanceof Refusal && found.rule === 'fund_unknown');
  t.throws(() => WhatIfAsked.parse({ acts: [{}] }), 'an act is a fact or a proposal');
});

t.test(
  'a fact is tried with its adjustment, and refused in the words of the rule that stands against it',
  async (t) => {
    const ledger = await planned(t);
    const adjustment = { reason: 'found late' };
    const { acts } = await tried(ledger, [
      { proposal: await offer(ledger), adjustment },
      { fact: { type: 'PlanLineSet', data: line({ line: 'more' }) }, adjustment },
      { fact: { type: 'PlanLineSet', data: line() } },
      {
        fact: {
          type: 'ContributionVaried',
          data: { effective: '2016-04-01', contribution: 'none', now: '1.00', reason: 'x' },
        },
      },
      { fact: { type: 'PlanLineSet', data: { ...line(), other: 1 } } },
    ]);
    t.match(acts.at(2)?.refusal?.code, 'identifier_used');
    t.match(acts.at(3), { sentence: 'ContributionVaried', refusal: { code: 'reference_unknown' } });
    t.match(acts.at(4)?.refusal, { code: 'fields_invalid', detail: /other/ });
  },
);

t.test('where no officer of the other side may sign, the trial says so', async (t) => {
  const ledger = await openedLedger(t);
  const officers = ['one', 'two'].map((officer) => ({ officer, role: 'finance-officer', limit: '1.00' }));
  const tiny = { effective: '2016-01-01', partner: 'tiny-ccg', name: 'Tiny CCG', kind: 'ccg', officers };
  await ledger.post('registrar', 'PartnerRegistered', tiny, REGISTER_STREAM);
  const fund = 'testshire-2017-18';
  const opening = { effective: '2017-04-01', area: 'testshire', year: '2017-18', host: COUNTY };
  await ledger.post('pool-manager', 'FundOpened', { ...opening, partners: [COUNTY, 'tiny-ccg'] }, fund);
  const fact = { type: 'ContributionAgreed', data: contribution({ effective: '2017-04-01', payer: 'tiny-ccg' }) };
  const asked = WhatIfAsked.parse({ acts: [{ fact }] });
  const found = await whatIf(ledger.ledger, fund, asked, {
    officer: 'county-finance',
    signedInBy: 'test',
    sight: OPERATOR,
  });
  t.match(found, { acts: [{ signedBy: null, refusal: { code: String } }] });
});

t.test('what an agreement would share is told partner by partner', async (t) => {
  const ledger = (await planned(t)).now('2016-06-01T09:00:00Z');
  await ledger.post('pool-manager', 'ExpenditureRecorded', {
    effective: '2016-05-10',
    line: 'home-care',
    net: '1500000.00',
    vat: '0.00',
    recoverable: '0.00',
    reference: 'INV 1',
  });
  const shares = [COUNTY, NORTH].map((partner) => ({ partner, share: 5_000 }));
  const data = agreement({ parties: [COUNTY, NORTH] }, terms({ defaultRule: { kind: 'fixed', shares } }));
  const whole = await tried(ledger, [{ fact: { type: 'AgreementSigned', data } }], 'county-finance', {
    on: '2017-03-31',
  });
  t.match(whole.riskShare, [
    { partner: COUNTY, before: '0.00', after: '250000.00' },
    { partner: NORTH, before: '0.00', after: '250000.00' },
  ]);
  t.match(whatIfTable(whole).rows.at(-1), ['NHS North CCG', 'risk share', '0.00', '250000.00']);
});

t.test('of a ledger that is found damaged nothing is foretold', async (t) => {
  const ledger = await planned(t);
  ledger.ledger.projector.foundDamaged('a leaf is another');
  const acts = [{ fact: { type: 'PlanLineSet', data: line() } }];
  await t.rejects(tried(ledger, acts), /a leaf is another/);
});

t.test('a deal is tried with its adjustment, where a period of it is closed', async (t) => {
  const ledger = await planned(t);
  ledger.now('2016-05-02T09:00:00Z');
  await ledger.signed('pool-manager', 'county-chief', 'PeriodClosed', { effective: '2016-04-30', period: 1 });
  const facts = ['a', 'b'].map((name) => ({
    type: 'ContributionAgreed',
    data: contribution({ contribution: name, amount: '5.00' }),
  }));
  const { acts } = await tried(ledger, [{ facts }, { facts, adjustment: { reason: 'A late paper' } }]);
  t.match(acts, [{ refusal: { code: 'period_closed' } }, { signedBy: 'north-ccg-finance', refusal: null }]);
});
