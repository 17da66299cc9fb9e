import t, { type Test } from 'tap';
import { POSTING_ORDER, SIGNING_ORDER } from '../../../src/domain/grammar/refusal-order.js';
import { MERGED, merger, registerAll, succeeded } from '../../support/bodies.js';
import { contribution, NORTH, SOUTH, type TestLedger } from '../../support/ledger.js';
import { allocation, publish } from '../../support/plan.js';
import { openedLedger } from '../../support/rules-alone.js';

/** If an act breaks the rules of two consecutive steps, the first of the two refuses it. */

const NOBODY = 'nobody-known';
const OUTSIDE = '2018-05-01';
const PAYER = 'north-ccg-finance';
const HOST = 'county-finance';

const agreed = (more: object) => ({ type: 'ContributionAgreed', data: contribution({ ...more }) as never });
const varied = (effective: string, now: string) => ({
  type: 'ContributionVaried',
  data: { effective, contribution: 'minimum', now, reason: 'overstated' } as never,
});

/** A fund with a minimum contribution a little above its allocation. One of its groups ends in the year. */
async function withMinimum(t: Test): Promise<{ readonly ledger: TestLedger; readonly allocated: string }> {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  const { outcome } = await publish(ledger, allocation({ minima: undefined }));
  const minimum = { contribution: 'minimum', source: 'NHS_MIN', payer: NORTH, amount: '10500000.00' };
  await ledger.signed(PAYER, HOST, 'ContributionAgreed', contribution(minimum));
  await succeeded(ledger, merger({ predecessors: [SOUTH], successors: [MERGED] }));
  return { ledger, allocated: outcome.revision };
}

const vary = async (ledger: TestLedger, effective: string, now: string): Promise<string> =>
  (await ledger.done(PAYER, { act: 'propose', fact: varied(effective, now) })).outcome.proposal!;

t.test('a fact that is posted or proposed', async (t) => {
  const { ledger } = await withMinimum(t);
  await ledger.done(HOST, { act: 'agree', proposal: await vary(ledger, '2016-12-01', '10200000.00') });
  const ended = { payer: SOUTH, effective: '2016-11-01' };
  const here = {};
  const broken = [
    [
      'fund_unknown',
      PAYER,
      { act: 'propose', fact: agreed({ ...ended, effective: '2018-11-01' }) },
      { in: 'x-2018-19' },
    ],
    ['partner_ended', NOBODY, { act: 'propose', fact: agreed(ended) }, here],
    ['not_mandated', NOBODY, { act: 'propose', fact: agreed({ effective: OUTSIDE }) }, here],
    ['effective_outside_year', PAYER, { act: 'post', fact: agreed({ effective: OUTSIDE }) }, here],
    ['signature_needed', PAYER, { act: 'post', fact: agreed({ source: 'NOWHERE' }) }, here],
    ['later_change_stands', PAYER, { act: 'propose', fact: varied('2016-09-01', '9000000.00') }, here],
    [
      'minimum_breached',
      PAYER,
      { act: 'propose', fact: varied('2017-01-01', '9000000.00'), expires: '2016-01-01' as never },
      here,
    ],
  ] as const;
  t.equal(broken.length, POSTING_ORDER.length - 1, 'each two that follow one another');
  for (const [step, [rule, officer, command, where]] of broken.entries())
    t.equal(await ledger.refused(officer, command, where), rule, POSTING_ORDER[step]!);
});

t.test('a proposal that is signed', async (t) => {
  const { ledger, allocated } = await withMinimum(t);
  const signing = (officer: string, proposal: string) => ledger.refused(officer, { act: 'agree', proposal });
  const propose = async (effective: string, now: string, expires?: string): Promise<string> => {
    const command = {
      act: 'propose',
      fact: varied(effective, now),
      ...(expires && { expires: expires as never }),
    } as const;
    return (await ledger.done(PAYER, command)).outcome.proposal!;
  };
  const expiring = await propose('2016-04-10', '10400000.00', '2016-04-30');
  const resting = await propose('2016-04-20', '10300000.00');
  const moved = await propose('2016-09-01', '10000000.00');
  await ledger.done(HOST, { act: 'agree', proposal: await propose('2016-04-02', '10450000.00') });
  const more = { effective: '2016-08-01', amount: '10400000.00', revises: allocated, minima: undefined };
  await publish(ledger, allocation(more));
  ledger.now('2016-05-10T09:00:00Z');
  const rules = [await signing(NOBODY, 'no-such-proposal'), await signing(NOBODY, expiring)];
  await ledger.signed(HOST, 'county-chief', 'PeriodClosed', { effective: '2016-04-30', period: 1 });
  rules.push(await signing(HOST, expiring), await signing(HOST, resting), await signing(HOST, moved));
  t.equal(rules.length, SIGNING_ORDER.length - 1, 'each two that follow one another');
  t.same(rules, ['proposal_unknown', 'not_mandated', 'proposal_expired', 'period_closed', 'changed_since_proposed']);
});
