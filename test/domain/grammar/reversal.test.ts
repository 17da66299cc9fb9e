import t from 'tap';
import type { RuleCode } from '../../../src/domain/rules.js';
import { fact, figures, gap } from '../../support/figures.js';
import { contribution, FUND, grant, line, NORTH, refusals, type Refused } from '../../support/ledger.js';
import { openedLedger } from '../../support/rules-alone.js';

t.test('a fact is reversed once, from its own day on, with the signatures of its original', async (t) => {
  const ledger = await openedLedger(t);
  const agreed = await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const { revision } = agreed.outcome;
  const set = await ledger.post('pool-manager', 'PlanLineSet', line());
  const reverse = (more: object = {}) => ({
    effective: '2016-09-01',
    reverses: revision,
    reason: 'it was agreed by mistake',
    ...more,
  });
  const proposing = (name: string, data: object, rule: RuleCode, officer = 'north-ccg-finance'): Refused => ({
    name,
    officer,
    act: 'propose',
    type: 'FactReversed',
    data: data as Readonly<Record<string, unknown>>,
    rule,
  });
  await refusals(t, ledger, FUND, [
    { ...proposing('by one side alone', reverse(), 'signature_needed'), act: 'post' },
    proposing('before it took effect', reverse({ effective: '2016-03-31' }), 'reversal_too_early'),
    proposing('of nothing', reverse({ reverses: '999' }), 'reference_unknown'),
    proposing('of a proposal', reverse({ reverses: '1' }), 'not_reversible'),
    proposing('of the opening', reverse({ reverses: '0' }), 'not_reversible'),
    proposing('by a third partner', reverse(), 'wrong_partner', 'south-ccg-finance'),
  ]);
  const signed = await ledger.signed('north-ccg-finance', 'county-finance', 'FactReversed', reverse());
  t.match(signed.outcome.events[1]?.sentence, /^Reversed from 1 September 2016: “north-ccg contributes £1,000,000.00/);
  t.match(figures(ledger, NORTH, '2016-08-31'), { agreed: '1000000.00', due: '1000000.00' });
  t.match(figures(ledger, NORTH, '2016-09-01'), { agreed: '0.00', due: '0.00' });
  t.equal(
    await ledger.refused('north-ccg-finance', { act: 'propose', fact: fact('FactReversed', reverse()) }),
    'already_reversed',
  );
  t.equal(
    await ledger.refused('north-ccg-finance', {
      act: 'propose',
      fact: fact('FactReversed', reverse({ reverses: signed.outcome.revision })),
    }),
    'not_reversible',
    'a reversal is not itself reversed',
  );
  t.equal(
    await ledger.refused('north-ccg-finance', { act: 'propose', fact: fact('ContributionAgreed', contribution()) }),
    'identifier_used',
    'and the name stays used',
  );
  await ledger.post(
    'pool-manager',
    'FactReversed',
    reverse({ reverses: set.outcome.revision, effective: '2016-04-01' }),
  );
  t.match(gap(ledger, '2016-04-01'), { requirement: '0.00' });
});

t.test('a fact is not reversed where later facts rest on it', async (t) => {
  const ledger = await openedLedger(t);
  const determined = await ledger.post('county-finance', 'GrantDetermined', grant());
  await ledger.post('county-finance', 'GrantTrancheReceived', {
    effective: '2016-05-01',
    grant: 'dfg',
    amount: '1.00',
    bankReference: 'one',
  });
  t.equal(
    await ledger.refused('county-finance', {
      act: 'post',
      fact: fact('FactReversed', { effective: '2016-04-01', reverses: determined.outcome.revision, reason: 'x' }),
    }),
    'others_rest_on_it',
  );
});

t.test(
  'a reversal that puts an offer back, or takes compulsory money away, is of the original’s own day',
  async (t) => {
    const ledger = await openedLedger(t);
    const offer = await ledger.done('north-ccg-finance', {
      act: 'propose',
      fact: fact('ContributionAgreed', contribution()),
    });
    const withdrawn = await ledger.signed('north-ccg-finance', 'north-ccg-chief', 'DiscretionaryPaymentWithdrawn', {
      effective: '2016-04-01',
      payer: NORTH,
      of: { proposal: offer.outcome.proposal },
      amount: '1000000.00',
      noticeGiven: '2016-04-01',
      reason: 'x',
    });
    const minimum = await ledger.signed(
      'north-ccg-finance',
      'county-finance',
      'ContributionAgreed',
      contribution({ contribution: 'minimum', source: 'NHS_MIN' }),
    );
    const determined = await ledger.post('county-finance', 'GrantDetermined', grant());
    const reverse = (done: { outcome: { revision: string } }, effective: string) =>
      fact('FactReversed', { effective, reverses: done.outcome.revision, reason: 'x' });
    for (const done of [withdrawn, minimum]) {
      t.equal(
        await ledger.refused('north-ccg-finance', { act: 'propose', fact: reverse(done, '2016-07-01') }),
        'reversal_day_fixed',
      );
    }
    t.equal(
      await ledger.refused('county-finance', { act: 'post', fact: reverse(determined, '2016-07-01') }),
      'reversal_day_fixed',
    );
    await ledger.done('county-finance', { act: 'post', fact: reverse(determined, '2016-04-01') });
    const set = await ledger.post('pool-manager', 'PlanLineSet', line());
    t.equal(
      await ledger.refused('pool-manager', { act: 'post', fact: reverse(set, '2017-04-01') }),
      'effective_outside_year',
      'nor does any reversal take effect after the year',
    );
  },
);

t.test('what one partner said alone is its own to take back', async (t) => {
  const ledger = await openedLedger(t);
  const stated = { effective: '2016-04-01', claimant: 'Press', statedOn: '2016-04-01', amount: '1.00', basis: 'x' };
  const { outcome } = await ledger.post('north-ccg-finance', 'GapStated', stated);
  const reversal = fact('FactReversed', {
    effective: '2016-04-01',
    reverses: outcome.revision,
    reason: 'we do not like it',
  });
  t.equal(await ledger.refused('county-finance', { act: 'post', fact: reversal }), 'wrong_partner');
  await ledger.done('north-ccg-chief', { act: 'post', fact: reversal });
});
