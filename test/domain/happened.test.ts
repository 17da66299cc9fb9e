import t from 'tap';
import type { FactData } from '../../src/domain/grammar/event.js';
import { allFacts } from '../../src/ledger/catalogue.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { contribution } from '../support/ledger.js';
import { openedLedger } from '../support/rules-alone.js';

/**
 * Events of the real world can be recorded only after they happened: money in or out, spending, measurements,
 * statements.
 */

t.test('the facts of what has happened are dated today at the latest', async (t) => {
  t.same(
    allFacts()
      .flatMap(({ fact }) => (fact.happened ? [fact.name] : []))
      .sort(),
    [
      'BalanceUsed',
      'BankHolidayProclaimed',
      'CarriedForwardReceived',
      'ContributionReceived',
      'CreditNoteReceived',
      'ExpenditureRecorded',
      'GapStated',
      'GrantPassedDown',
      'GrantTrancheReceived',
      'IncomeReceived',
      'PerformanceMeasured',
      'ReturnApproved',
    ],
  );
});

t.test('a receipt of tomorrow is refused, and is recorded on its day', async (t) => {
  const ledger = (await openedLedger(t)).now('2016-04-01T09:00:00Z');
  const agreed = contribution({ contribution: 'north' });
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', agreed);
  const receipt = { contribution: 'north', amount: '100.00', bankReference: 'BACS 1' };
  const post = (effective: string) =>
    ledger.submit('county-finance', {
      act: 'post',
      fact: { type: 'ContributionReceived', data: { effective, ...receipt } as unknown as FactData },
    });
  t.match(await post('2098-04-02'), { rule: 'in_the_future', detail: /on 2 April 2098; today is 1 April 2016/ });
  t.match(await post('2016-04-02'), { rule: 'in_the_future' });
  // In summer time, the next day begins in London an hour before it begins in UTC.
  ledger.now('2016-04-01T23:00:00Z');
  t.match(await post('2016-04-02'), { outcome: {} });
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a gap that was stated may be of a time to come; the statement was made', async (t) => {
  const ledger = (await openedLedger(t)).now('2016-03-10T09:00:00Z');
  const stated = { effective: '2016-09-01', claimant: 'Press', amount: '1.00', basis: 'a report' };
  const post = (statedOn: string) =>
    ledger.submit('county-finance', {
      act: 'post',
      fact: { type: 'GapStated', data: { ...stated, statedOn } as unknown as FactData },
    });
  t.match(await post('2016-03-11'), { rule: 'in_the_future' });
  t.match(await post('2016-03-10'), { outcome: {} });
});
