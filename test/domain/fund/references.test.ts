import t from 'tap';
import { allFacts } from '../../../src/ledger/catalogue.js';
import { says } from '../../../src/domain/grammar/naming.js';
import { IS_REFERENCE } from '../../../src/domain/values.js';
import { contribution, line } from '../../support/ledger.js';
import { openedLedger } from '../../support/rules-alone.js';

/** References of papers and payments. A number of ten digits is recorded, with a warning to check it. */

const ORDER = '4500123466';

t.test('an order number that is shaped like an NHS number is recorded, with a warning the first time', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const spend = (net: string, reference: string) =>
    ledger.post('county-finance', 'ExpenditureRecorded', {
      effective: '2016-05-10',
      line: 'home-care',
      net,
      vat: '0.00',
      recoverable: '0.00',
      reference,
    });
  t.same((await spend('1.00', ORDER)).outcome.warnings, [
    `"${ORDER}" in the field "reference" is shaped like an NHS number. A reference may be; make sure that it names no patient.`,
  ]);
  t.equal((await spend('2.00', ORDER)).outcome.warnings, undefined, 'it is known');
  t.equal((await spend('3.00', 'PO 4500123456')).outcome.warnings, undefined, 'ten in eleven are shaped like none');
  t.match((await spend('4.00', 'PO 943 476 5919')).outcome.warnings, [/PO 943 476 5919/]);
});

t.test('so is what a bank statement says', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const received = await ledger.post('county-finance', 'ContributionReceived', {
    effective: '2016-05-10',
    contribution: 'north-extra',
    amount: '1.00',
    bankReference: ORDER,
  });
  t.match(received.outcome.warnings, [/in the field "bankReference" is shaped like an NHS number/]);
});

t.test('references are the numbers of payments and papers of funds; of disputes there is none', (t) => {
  const facts = allFacts().flatMap(({ kind, fact }) =>
    says(fact.input, IS_REFERENCE) ? [`${kind.name} ${fact.name}`] : [],
  );
  t.same(facts.sort(), [
    'fund AgreementSigned',
    'fund AgreementVaried',
    'fund CommitmentMade',
    'fund ContributionReceived',
    'fund CreditNoteReceived',
    'fund ExpenditureRecorded',
    'fund GrantTrancheReceived',
    'fund IncomeReceived',
    'fund PerformanceReleased',
  ]);
  t.end();
});
