import t from 'tap';
import { z } from 'zod';
import { instant } from '../../src/web/format.js';
import type { Command } from '../../src/domain/grammar/command.js';
import { agreement, terms } from '../support/agreements.js';
import { acts, AREA, caseNamed, DISPUTES, disputing, share } from '../support/disputes.js';
import {
  contribution,
  COUNTY,
  FUND,
  line,
  NORTH,
  openedLedger,
  REGISTER_STREAM,
  type TestLedger,
} from '../support/ledger.js';
import { choicesOf } from '../../src/domain/grammar/asked.js';
import { allFacts } from '../../src/ledger/catalogue.js';
import { worded } from '../../src/web/screens/terms.js';
import { site } from './site.js';

/** An officer sees what they sign: every field of a proposal, in words, for every kind of fact. */

const propose = async (
  ledger: TestLedger,
  officer: string,
  type: string,
  data: Readonly<Record<string, unknown>>,
  more: { readonly in?: string; readonly expires?: string } = {},
): Promise<string> => {
  const { in: where, expires } = more;
  const command = { act: 'propose', fact: { type, data }, ...(expires && { expires }) } as unknown as Command;
  return (await ledger.done(officer, command, where ? { in: where } : {})).outcome.proposal!;
};

/** The text of a page as somebody reads it. Tags become spaces between words. */
const read = (body: string): string =>
  body
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ([:,.])/g, '$1');

t.test('each field has its title, its bodies their names, and what was written is left as it is', async (t) => {
  const { ledger, visitor } = await site(t);
  const id = await propose(
    ledger,
    'north-ccg-finance',
    'ContributionAgreed',
    contribution({ note: 'See NHS_ADD, 2016' }),
  );
  const { body } = await (await visitor().signIn('county-finance')).get(`/proposals/${id}`);
  t.match(
    read(body),
    /Terms Effective day 1 April 2016 Contribution north-extra Who pays NHS North CCG Source of funding Additional NHS contribution Amount £1,000,000\.00 How often Every year Instalments Instalments Due Amount 1 April 2016 £1,000,000\.00 Note See NHS_ADD, 2016 Last day to sign None/,
  );
});

t.test('a counter shows each field that it changed, as it was and as it is now', async (t) => {
  const { ledger, visitor } = await site(t);
  const id = await propose(ledger, 'north-ccg-finance', 'ContributionAgreed', contribution());
  const countered = contribution({ amount: '900000.00', recurrent: false, note: 'As the board decided' });
  await ledger.done('county-finance', {
    act: 'counter',
    proposal: id,
    fact: { type: 'ContributionAgreed', data: countered as never },
  });
  const { body } = await (await visitor().signIn('north-ccg-chief')).get(`/proposals/${id}`);
  t.match(
    read(body),
    /What the counter changed Field Was Is now Amount £1,000,000\.00 £900,000\.00 How often Every year This year only Instalments Was: instalments Due Amount 1 April 2016 £1,000,000\.00 Is now: instalments Due Amount 1 April 2016 £900,000\.00 Note Not provided As the board decided/,
  );
  t.match(read(body), /Proposed by North CCG finance, .* Countered by County finance, finance officer of Testshire/);
});

t.test('shares are told in percent, and the kind of a rule by its title', async (t) => {
  const { ledger, visitor } = await site(t);
  const shares = [
    { partner: COUNTY, share: 3750 },
    { partner: NORTH, share: 6250 },
  ];
  const ofTerms = terms({ riskShares: [{ scheme: 'beds', rule: { kind: 'fixed', shares } }] });
  const id = await propose(ledger, 'county-finance', 'AgreementSigned', agreement({}, ofTerms));
  const { body } = await (await visitor().signIn('north-ccg-finance')).get(`/proposals/${id}`);
  const text = read(body);
  t.match(text, /Parties Testshire County Council, NHS North CCG, NHS South CCG/);
  t.match(text, 'Testshire County Council 37.50% NHS North CCG 62.50%');
  t.match(
    text,
    'Notice: 6 Basis of contributions: Gross: before the charges that users pay VAT: Scheme by scheme, as the body that delivers it Underspends: Kept in the pool',
  );
  t.match(text, 'Schemes with a rule: Scheme: beds Rule: Fixed shares');
  const plain = await propose(ledger, 'county-finance', 'AgreementSigned', agreement({ agreement: 'plain' }));
  const other = await (await visitor().signIn('north-ccg-finance')).get(`/proposals/${plain}`);
  t.match(read(other.body), 'Schemes with a rule: None');
});

t.test('a settlement shows each of its cases', async (t) => {
  const ledger = await disputing(t, undefined, true);
  const { visitor } = await site(t, ledger);
  await acts(ledger).raise('one');
  await acts(ledger).raise('two');
  ledger.now('2019-05-01T09:00:00Z');
  const lines = [
    { case: caseNamed('one'), agreed: '36400.00', abandoned: '0.00' },
    { case: caseNamed('two'), agreed: '30000.00', abandoned: '6400.00' },
  ];
  const data = { effective: '2019-04-30', settlement: 'spring', lines };
  const id = await propose(ledger, 'county-finance', 'DisputeSettled', data, { in: DISPUTES });
  const officer = await visitor().signIn('north-ccg-finance');
  t.match(read((await officer.get('/')).body), 'Disputes of Testshire.');
  const text = read((await officer.get(`/proposals/${id}`)).body);
  t.match(text, `Tasks Disputes of Testshire`);
  t.match(
    text,
    new RegExp(
      `Case ${caseNamed('one').slice(0, 8)} .*£36,400\\.00 .*Case ${caseNamed('two').slice(0, 8)} .*£30,000\\.00`,
    ),
  );
  t.notMatch(text, 'What it would change', 'there are no figures of a fund');
});

t.test('a table has a column for all that any of its rows holds', async (t) => {
  const ledger = await disputing(t, undefined, true);
  const { visitor } = await site(t, ledger);
  const stages = [
    { stage: 'talk', title: 'Officers talk' },
    { stage: 'panel', title: 'A panel sits', workingDays: 20 },
  ];
  const data = { effective: '2019-04-01', protocol: 'own', title: 'Our own', stages };
  const id = await propose(ledger, 'county-finance', 'DisputeProtocolAdopted', data, { in: DISPUTES });
  const { body } = await (await visitor().signIn('north-ccg-finance')).get(`/proposals/${id}`);
  t.match(read(body), /Stages Stage Title Working days talk Officers talk panel A panel sits 20/);
});

t.test('a split of a cost is told in percent', async (t) => {
  const ledger = await disputing(t, undefined, true);
  const { visitor } = await site(t, ledger);
  await acts(ledger).raise('one');
  const data = { effective: '2018-10-01', case: caseNamed('one'), interim: share(2500) };
  const id = await propose(ledger, 'county-finance', 'InterimFundingAgreed', data, { in: DISPUTES });
  const { body } = await (await visitor().signIn('north-ccg-finance')).get(`/proposals/${id}`);
  t.match(read(body), /Claimant: 75\.00% Respondent: 25\.00% Without prejudice Yes/);
  t.match(read(body), AREA.slice(1));
});

t.test('a reversal shows the fact that it takes back', async (t) => {
  const { ledger, visitor } = await site(t);
  const made = await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const { revision } = made.outcome;
  const officer = await visitor().signIn('county-finance');
  const data = { effective: '2016-09-01', reverses: revision, reason: 'entered twice' };
  const id = await propose(ledger, 'north-ccg-finance', 'FactReversed', data);
  const text = read((await officer.get(`/proposals/${id}`)).body);
  t.match(
    text,
    /Effective day 1 September 2016 What is taken back 3 Reason entered twice Fact Effective day: 1 April 2016/,
  );
  t.match(text, /Who pays: NHS North CCG .* How often: Every year/);
});

t.test('a mandate is of the register, and changes no figure', async (t) => {
  const { ledger, visitor } = await site(t);
  const mandate = {
    effective: '2016-03-01',
    officer: 'new',
    partner: COUNTY,
    role: 'finance-officer',
    limit: '5000.00',
  };
  const id = await propose(ledger, 'registrar', 'OfficerMandated', mandate, {
    in: REGISTER_STREAM,
    expires: '2016-03-01',
  });
  const officer = await visitor().signIn('county-finance');
  const home = read((await officer.get('/')).body);
  t.match(home, 'The register. From Testshire County Council');
  t.match(home, 'Sign by 1 March 2016 (today)');
  const page = await officer.get(`/proposals/${id}`);
  t.match(read(page.body), /Officer new Partner Testshire County Council Role Finance officer Limit £5,000\.00/);
  t.match(read(page.body), 'Last day to sign 1 March 2016');
  t.notMatch(page.body, 'What it would change');
  ledger.now('2016-03-02T09:00:00Z');
  await ledger.ledger.lapseExpired();
  const ended = read((await (await visitor().signIn('county-finance')).get(`/proposals/${id}`)).body);
  t.match(ended, /It has ended: its last day passed\..* Lapsed, 2 March 2016, 9:00am/);
});

t.test('an offer that its payer withdraws is off the table, and its page says by what', async (t) => {
  const ledger = await openedLedger(t, undefined, true);
  const { visitor } = await site(t, ledger);
  const id = await propose(ledger, 'north-ccg-finance', 'ContributionAgreed', contribution());
  await ledger.signed('north-ccg-finance', 'north-ccg-chief', 'DiscretionaryPaymentWithdrawn', {
    effective: '2016-04-01',
    payer: NORTH,
    of: { proposal: id },
    amount: '1000000.00',
    noticeGiven: '2016-03-01',
    reason: 'the board',
  });
  const text = read((await (await visitor().signIn('county-finance')).get(`/proposals/${id}`)).body);
  t.match(text, /Off the table .* It has ended: it was taken off the table by “Withdraw a discretionary payment”\./);
});

t.test('a field of which there is none says so: the claims of a return in an area without disputes', async (t) => {
  const ledger = await openedLedger(t, undefined, true);
  const { visitor } = await site(t, ledger);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  ledger.now('2016-07-20T09:00:00Z');
  const filed = await ledger.post('pool-manager', 'ReturnSubmitted', {
    effective: '2016-07-20',
    return: 'q1',
    kind: 'quarter-1',
    on: '2016-06-30',
  });
  const manager = await visitor().signIn('pool-manager');
  const page = await manager.get(`/funds/${FUND}/history/${filed.outcome.revision}`);
  t.equal(page.statusCode, 200);
  t.match(read(page.body), /Claims known to None/);
});

t.test('every field that a decision may leave empty is told in words, in every fact', (t) => {
  const names = { in: () => '', known: () => undefined } as never;
  let nullable = 0;
  const look = (schema: z.ZodType, where: string): void => {
    if (schema instanceof z.ZodNullable) {
      nullable++;
      t.equal(worded({ field: schema, title: 'Field', value: null }, names), 'None', where);
    } else if (schema instanceof z.ZodOptional) look(schema.unwrap() as z.ZodType, where);
    else if (schema instanceof z.ZodArray) look(schema.element as z.ZodType, where);
    else if (schema instanceof z.ZodUnion) for (const each of schema.options) look(each as z.ZodType, where);
    else if (schema instanceof z.ZodObject)
      for (const [name, field] of Object.entries(schema.shape)) look(field as z.ZodType, `${where} ${name}`);
  };
  for (const { fact } of allFacts()) look(fact.stored, fact.name);
  t.ok(nullable > 0);
  t.end();
});

t.test('a code is told by its name in every fact, as the form offers it', (t) => {
  const names = { in: () => '', known: () => undefined } as never;
  let coded = 0;
  for (const { fact } of allFacts())
    for (const [name, of] of Object.entries(fact.stored.shape)) {
      const field = of as z.ZodType;
      const choices = choicesOf(field);
      if (choices?.from !== 'codes') continue;
      for (const [code, words] of Object.entries(choices.codes)) {
        coded++;
        t.equal(worded({ field, title: 'Field', value: code }, names), words, `${fact.name} ${name}: ${code}`);
      }
    }
  t.ok(coded > 50);
  t.end();
});

t.test('an instant is told by the clock of twelve hours, noon and midnight as 12', (t) => {
  t.equal(instant('2016-05-31T11:00:00Z'), '31 May 2016, 12:00pm');
  t.equal(instant('2016-12-31T00:05:00Z'), '31 December 2016, 12:05am');
  t.equal(instant('2016-03-02T11:15:00Z'), '2 March 2016, 11:15am');
  t.end();
});

t.test('an hour that clocks show twice is told apart', (t) => {
  t.equal(instant('2016-10-30T00:30:00Z'), '30 October 2016, 1:30am before the clocks went back');
  t.equal(instant('2016-10-30T01:30:00Z'), '30 October 2016, 1:30am after the clocks went back');
  t.equal(instant('2016-10-29T00:30:00Z'), '29 October 2016, 1:30am');
  t.equal(instant('2016-03-27T01:30:00Z'), '27 March 2016, 2:30am');
  t.end();
});
