import t from 'tap';
import { Refusal } from '../../src/domain/rules.js';
import { whatIf, WhatIfAnswer, WhatIfAsked, whatIfTable } from '../../src/ledger/what-if.js';
import { asked } from '../support/asking.js';
import { contribution, FUND, line, openedLedger, type TestLedger } from '../support/ledger.js';

/** What would be if acts were recorded: told before they are, and held to what is told once they have been. */

const tried = async (ledger: TestLedger, acts: readonly object[], officer = 'county-finance', more = {}) => {
  const found = await whatIf(ledger.ledger, FUND, WhatIfAsked.parse({ acts, on: '2016-04-01', ...more }), {
    officer,
    signedInBy: 'test',
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
    },
  );
  t.ok(found instanceof Refusal && found.rule === 'fund_unknown');
  t.throws(() => WhatIfAsked.parse({ acts: [{}] }), 'an act is a fact or a proposal');
});
