import t from 'tap';
import { verify } from '../../../src/ledger/audit/verify.js';
import { asked as ask } from '../../support/asking.js';
import {
  BOARD,
  DOWNTON,
  MERGED,
  merger,
  MIDDLETON,
  registerAll,
  split,
  succeeded,
  UPTON,
} from '../../support/bodies.js';
import { acts, AREA, caseNamed, DISPUTES, raised } from '../../support/disputes.js';
import { COUNTY, NORTH, openFund, refusals, type TestLedger } from '../../support/ledger.js';
import { disputing } from '../../support/rules-alone.js';

const LATER = '2019-01-01';

/** Two cases of the county against the north group. One has an invoice with a penny that cannot be divided by three. */
async function splitting(t: Parameters<typeof disputing>[0]): Promise<TestLedger> {
  const ledger = await disputing(t);
  await openFund(ledger, '2018-19');
  await registerAll(ledger);
  const { raise } = acts(ledger);
  await raise();
  await raise('two', { costs: [], invoices: [{ on: '2018-10-01', amount: '100.00' }] });
  await succeeded(ledger, split({ effective: LATER }));
  await succeeded(ledger, merger({ effective: LATER }));
  return ledger;
}

interface Claims {
  readonly partners: readonly { readonly partner: string; readonly inDispute: Readonly<Record<string, string>> }[];
  readonly inDispute: Readonly<Record<string, string>>;
}

const claims = async (ledger: TestLedger, on: string): Promise<Record<string, string>> => {
  const { partners } = await ask<Claims>(ledger, 'position', { fund: 'testshire-2018-19', on });
  return Object.fromEntries(
    partners.flatMap(({ partner, inDispute }) => [
      ...(inDispute['claimedBy'] === '0.00' ? [] : [[`${partner} claims`, inDispute['claimedBy']]]),
      ...(inDispute['claimedAgainst'] === '0.00' ? [] : [[`of ${partner}`, inDispute['claimedAgainst']]]),
    ]),
  ) as Record<string, string>;
};

const assigned = (more: Readonly<Record<string, unknown>> = {}) => ({
  effective: LATER,
  case: caseNamed('one'),
  side: 'claimant',
  successor: UPTON,
  ...more,
});

t.test('a split body’s cases are held jointly, by the shares, until one successor takes a case over', async (t) => {
  const ledger = await splitting(t);
  t.same(await claims(ledger, '2018-12-31'), { 'county claims': '18500.00', 'of north-ccg': '18500.00' });
  t.same(await claims(ledger, LATER), {
    'downton-council claims': '6233.34',
    'middleton-council claims': '6233.33',
    'upton-council claims': '6233.33',
    'of merged-ccg': '18700.00',
  });
  ledger.now('2019-01-10T09:00:00Z');
  const { outcome } = await ledger.signed(
    `${UPTON}-finance`,
    `${DOWNTON}-finance`,
    'CaseAssigned',
    assigned(),
    DISPUTES,
  );
  t.same(await claims(ledger, LATER), {
    'downton-council claims': '33.34',
    'middleton-council claims': '33.33',
    'upton-council claims': '18633.33',
    'of merged-ccg': '18700.00',
  });
  t.match(await ask(ledger, 'succession', { area: AREA, on: LATER }), {
    claims: {
      before: [
        { partner: COUNTY, claimedBy: '18700.00' },
        { partner: NORTH, claimedAgainst: '18700.00' },
      ],
      after: [
        { partner: DOWNTON, claimedBy: '33.34' },
        { partner: MERGED, claimedAgainst: '18700.00' },
        { partner: MIDDLETON },
        { partner: UPTON, claimedBy: '18633.33' },
      ],
    },
  });
  t.match(await ask(ledger, 'dispute-timeline', { area: AREA, after: String(Number(outcome.revision) - 1) }), {
    entries: [
      {
        sentence: `From 1 January 2019 ${UPTON} alone is claimant of case ${caseNamed('one')}, in the place of county.`,
      },
    ],
  });
  await refusals(t, ledger, DISPUTES, [
    {
      name: 'a decision by who no longer holds the case',
      officer: `${DOWNTON}-finance`,
      act: 'propose',
      type: 'SplitDecided',
      data: {
        effective: '2018-10-01',
        case: caseNamed('one'),
        decidedOn: '2019-01-09',
        split: { claimant: 4000, respondent: 6000 },
        by: 'parties',
      },
      rule: 'wrong_partner',
    },
    {
      name: 'a case that is taken over already',
      officer: `${MIDDLETON}-finance`,
      act: 'propose',
      type: 'CaseAssigned',
      data: assigned({ successor: MIDDLETON }),
      rule: 'nothing_to_change',
    },
    {
      name: 'a case that is not there',
      officer: `${UPTON}-finance`,
      act: 'propose',
      type: 'CaseAssigned',
      data: assigned({ case: caseNamed('none') }),
      rule: 'reference_unknown',
    },
    {
      name: 'to a body that does not follow',
      officer: `${UPTON}-finance`,
      act: 'propose',
      type: 'CaseAssigned',
      data: assigned({ case: caseNamed('two'), successor: MERGED }),
      rule: 'not_held_jointly',
    },
    {
      name: 'of a side that one body follows alone',
      officer: `${MERGED}-finance`,
      act: 'propose',
      type: 'CaseAssigned',
      data: assigned({ side: 'respondent', successor: MERGED }),
      rule: 'not_held_jointly',
    },
    {
      name: 'for days before the body ended',
      officer: `${UPTON}-finance`,
      act: 'propose',
      type: 'CaseAssigned',
      data: assigned({ case: caseNamed('two'), effective: '2018-12-31' }),
      rule: 'not_held_jointly',
    },
  ]);
  await acts(ledger).signed(
    'SplitDecided',
    { decidedOn: '2019-01-09', split: { claimant: 4000, respondent: 6000 }, by: 'parties' },
    `${UPTON}-finance`,
    `${MERGED}-finance`,
  );
  t.match((await verify(ledger.store)).problems, []);
});

t.test('an assignment can be taken back by those who signed it; the case is held jointly again', async (t) => {
  const ledger = await splitting(t);
  ledger.now('2019-01-10T09:00:00Z');
  const { outcome } = await ledger.signed(
    `${UPTON}-finance`,
    `${DOWNTON}-finance`,
    'CaseAssigned',
    assigned(),
    DISPUTES,
  );
  const known = ledger.ledger.model.size();
  await acts(ledger).reverse(Number(outcome.revision), LATER, `${UPTON}-finance`, `${MIDDLETON}-finance`);
  t.equal((await claims(ledger, LATER))['upton-council claims'], '6233.33');
  t.ok(known < ledger.ledger.model.size());
  await ledger.signed(
    `${MIDDLETON}-finance`,
    `${DOWNTON}-finance`,
    'CaseAssigned',
    assigned({ successor: MIDDLETON }),
    DISPUTES,
  );
  t.equal((await claims(ledger, LATER))['middleton-council claims'], '18633.33');
  t.match((await verify(ledger.store)).problems, []);
});

t.test('who else may be meant is countered, and signed by the one who proposed', async (t) => {
  const ledger = await splitting(t);
  ledger.now('2019-01-10T09:00:00Z');
  const more = { in: DISPUTES };
  const fact = (successor: string) => ({ type: 'CaseAssigned', data: assigned({ successor }) as never });
  const { outcome } = await ledger.done(`${UPTON}-finance`, { act: 'propose', fact: fact(UPTON) }, more);
  const proposal = outcome.proposal!;
  await ledger.done(`${DOWNTON}-finance`, { act: 'counter', proposal, fact: fact(DOWNTON) }, more);
  await ledger.done(`${UPTON}-finance`, { act: 'agree', proposal }, more);
  t.equal((await claims(ledger, LATER))['downton-council claims'], '18633.34');
});

t.test('a case goes to no successor that has ended itself', async (t) => {
  const ledger = await splitting(t);
  const end = { effective: '2019-06-01', predecessors: [UPTON], successors: [BOARD] };
  await succeeded(ledger, merger(end));
  ledger.now('2019-07-10T09:00:00Z');
  const propose = (effective: string) =>
    ({ act: 'propose', fact: { type: 'CaseAssigned', data: assigned({ effective }) as never } }) as const;
  t.equal(await ledger.refused(`${BOARD}-finance`, propose('2019-07-01'), { in: DISPUTES }), 'partner_ended');
  const { outcome } = await ledger.done(`${BOARD}-finance`, propose(LATER), { in: DISPUTES });
  await ledger.done(`${DOWNTON}-finance`, { act: 'agree', proposal: outcome.proposal! }, { in: DISPUTES });
  t.equal((await claims(ledger, '2019-06-01'))['board claims'], '36433.33', 'and on to who follows it');
});

t.test('a claim made of a split body is taken over by one of its successors too', async (t) => {
  const ledger = await splitting(t);
  const day = '2018-10-01';
  await ledger.post(
    `${NORTH}-finance`,
    'DisputeRaised',
    raised('against', {
      claimant: [{ from: day, partner: NORTH }],
      respondent: [{ from: day, partner: COUNTY }],
      costs: [],
      invoices: [{ on: day, amount: '300.00' }],
    }),
    DISPUTES,
  );
  ledger.now('2019-01-10T09:00:00Z');
  t.equal((await claims(ledger, LATER))['of upton-council'], '100.00');
  const data = assigned({ case: caseNamed('against'), side: 'respondent' });
  await ledger.signed(`${UPTON}-finance`, `${DOWNTON}-finance`, 'CaseAssigned', data, DISPUTES);
  t.match(await claims(ledger, LATER), { 'of upton-council': '300.00', 'merged-ccg claims': '300.00' });
  t.equal((await claims(ledger, LATER))['of downton-council'], undefined);
});

t.test('what a body owed on a case, its successor pays under the name in which it stands', async (t) => {
  const ledger = await splitting(t);
  ledger.now('2019-04-10T09:00:00Z');
  await acts(ledger).signed(
    'SplitDecided',
    { decidedOn: '2019-04-09', split: { claimant: 4000, respondent: 6000 }, by: 'parties' },
    `${MIDDLETON}-finance`,
    `${MERGED}-finance`,
  );
  await ledger.post(
    `${MERGED}-finance`,
    'RefundPaid',
    { effective: '2019-04-10', of: { case: caseNamed('one') }, payer: NORTH, amount: '21840.00', bankReference: 'B' },
    DISPUTES,
  );
  t.match((await verify(ledger.store)).problems, []);
});
