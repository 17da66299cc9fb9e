import fc from 'fast-check';
import t from 'tap';
import { daysAfter, type Day } from '../../../src/domain/calendar.js';
import { exactly, moneyText } from '../../../src/domain/money.js';
import { Refusal } from '../../../src/domain/rules.js';
import type { Command } from '../../../src/domain/grammar/command.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { contribution, grant, line, type TestLedger } from '../../support/ledger.js';
import { allocation, publish, scheme, SOCIAL_CARE, testsOf, type AskedTest } from '../../support/plan.js';
import { asyncProperty } from '../../support/property.js';
import { openedLedger } from '../../support/rules-alone.js';

/** The what-if of a proposal gives the figures that are found once it is signed, whatever else is proposed. */

const HISTORIES = Number(process.env['BCF_PROPERTY_RUNS'] ?? 30);
const FIRST = '2016-04-01' as Day;
const LINES = ['home-care', 'reablement', 'equipment', 'savings'] as const;

const WHATS = [
  'describe',
  'describe',
  'revise',
  'vire',
  'vire',
  'contribute',
  'vary',
  'withdraw',
  'pass-down',
  'waive',
  'reduce',
  'publish',
  'reverse',
  'reverse',
] as const;

interface Move {
  readonly what: (typeof WHATS)[number];
  readonly day: number;
  readonly pence: number;
  readonly pick: number;
  readonly other: number;
}

const moves = fc.array(
  fc.record({
    what: fc.constantFrom(...WHATS),
    day: fc.integer({ min: 0, max: 364 }),
    pence: fc.integer({ min: 1, max: 60_000_000 }),
    pick: fc.nat(1_000),
    other: fc.nat(1_000),
  }),
  { minLength: 12, maxLength: 30, size: 'max' },
);

/** A fund that passes its tests: an allocation with minima, lines within it, and a grant to be passed down. */
async function passing(ledger: TestLedger): Promise<void> {
  await publish(ledger, allocation({ minima: { socialCare: '1000000.00', outOfHospital: '900000.00' } }));
  await ledger.signed(
    'north-ccg-finance',
    'county-finance',
    'ContributionAgreed',
    contribution({ contribution: 'minimum', source: 'NHS_MIN', amount: '10000000.00' }),
  );
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const set = (name: string, more: object) =>
    ledger.post('pool-manager', 'PlanLineSet', line({ line: name, source: 'NHS_MIN', ...more }));
  await set('home-care', { amount: '1200000.00', scheme: scheme(SOCIAL_CARE) });
  await set('reablement', {
    amount: '1000000.00',
    scheme: scheme({ commissioner: { nhs: 9_333, localGovernment: 667 } }),
  });
  await set('equipment', { amount: '500000.00' });
  await set('savings', { amount: '100000.00', category: 'saving', scheme: scheme(SOCIAL_CARE) });
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'extra', amount: '900000.00' }));
  const shares = [
    { district: 'east-district', amount: '500000.00' },
    { district: 'west-district', amount: '400000.00' },
  ];
  await ledger.post('county-finance', 'GrantDetermined', grant({ passDown: { by: '2016-06-30', shares } }));
}

type Sent = readonly [officer: string, command: Command, where?: string];

function sent({ ledger }: TestLedger, { what, day, pence, pick, other }: Move, index: number): Sent {
  const effective = daysAfter(FIRST, day);
  const amount = moneyText(exactly(pence));
  const propose = (type: string, data: object): Command => ({
    act: 'propose',
    fact: { type, data: { effective, ...data } },
  });
  const post = (type: string, data: object): Command => ({ ...propose(type, data), act: 'post' }) as Command;
  const one = LINES[pick % LINES.length]!;
  const district = pick % 2 === 0 ? 'east-district' : 'west-district';
  switch (what) {
    case 'describe': {
      const nhs = other * 10;
      const areaOfSpend = ['social-care', 'community-health', 'acute'][pick % 3];
      const of = scheme({ areaOfSpend, commissioner: { nhs, localGovernment: 10_000 - nhs } });
      return ['pool-manager', post('PlanLineDescribed', { line: one, scheme: of, reason: 'review' })];
    }
    case 'revise':
      return ['pool-manager', post('PlanLineRevised', { line: one, now: amount, reason: 'need' })];
    case 'vire': {
      const to = LINES[(pick + 1 + (other % (LINES.length - 1))) % LINES.length]!;
      const signs = [one, to].map((each) => (each === 'savings' ? '-' : ''));
      const changes = [
        { line: one, change: signs[0] === '-' ? amount : `-${amount}` },
        { line: to, change: `${signs[1]!}${amount}` },
      ];
      return ['pool-manager', propose('BudgetVired', { moves: changes, reason: 'need' })];
    }
    case 'contribute':
      return [
        'north-ccg-finance',
        propose(
          'ContributionAgreed',
          contribution({
            effective,
            contribution: `more-${index}`,
            amount,
            source: pick % 2 === 0 ? 'NHS_MIN' : 'NHS_ADD',
          }),
        ),
      ];
    case 'vary': {
      const now = moneyText(exactly(pence + (pick % 2 === 0 ? 1_000_000_000 : 60_000_000)));
      const of = pick % 2 === 0 ? 'minimum' : 'north-extra';
      return ['north-ccg-finance', propose('ContributionVaried', { contribution: of, now, reason: 'need' })];
    }
    case 'withdraw': {
      const data = { payer: 'north-ccg', of: { contribution: 'north-extra' }, amount, noticeGiven: effective };
      return ['north-ccg-finance', propose('DiscretionaryPaymentWithdrawn', { ...data, reason: 'saving' })];
    }
    case 'pass-down':
      return ['county-finance', propose('GrantPassedDown', { grant: 'dfg', district, amount })];
    case 'waive':
      return ['county-finance', propose('PassDownWaived', { grant: 'dfg', district, amount, consent: 'letter' })];
    case 'reduce':
      return ['county-finance', post('GrantReduced', { grant: 'dfg', amount, cause: 'cut' })];
    case 'publish': {
      const revises = [...ledger.model.register().reference.allocations.values()][0]!.at(-1)!.revision;
      const least = moneyText(exactly(pence + 50_000_000));
      const minima = { socialCare: least, outOfHospital: '900000.00' };
      return [
        'registrar',
        post('AllocationPublished', allocation({ effective, minima, revises: String(revises) })),
        'register',
      ];
    }
    case 'reverse': {
      const reverses = String(pick % ledger.model.places('fund-testshire-2016-17').length);
      const data = { reverses, reason: 'mistake' };
      const officer = ['pool-manager', 'county-finance', 'north-ccg-finance'][other % 3]!;
      return [officer, other % 2 === 0 ? post('FactReversed', data) : propose('FactReversed', data)];
    }
  }
}

const figures = (tests: readonly AskedTest[]): string =>
  JSON.stringify(tests.map((test) => ({ ...test, facts: undefined })));

t.test('what is foreseen is what is found once it is signed or posted', async (t) => {
  const seen = { posted: 0, signed: 0, refused: 0, breached: 0, warned: 0 };
  await asyncProperty(
    t,
    fc.asyncProperty(moves, async (history) => {
      const ledger = await openedLedger(t);
      await passing(ledger);
      for (const [index, move] of history.entries()) {
        const [officer, command, where] = sent(ledger, move, index);
        const more = where ? { in: where } : {};
        const effective = (command as Extract<Command, { act: 'post' }>).fact.data.effective;
        const tried = await ledger.submit(officer, command, { ...more, dryRun: true });
        const done = await ledger.submit(officer, command, more);
        if (done instanceof Refusal) {
          if (!(tried instanceof Refusal)) throw new Error('What a dry run allows was refused.');
          seen.refused++;
          if (done.rule === 'minimum_breached') seen.breached++;
          continue;
        }
        const foreseen = (tried as typeof done).outcome;
        if (foreseen.warnings) seen.warned++;
        if (JSON.stringify(foreseen.warnings) !== JSON.stringify(done.outcome.warnings))
          throw new Error('A dry run warns of something else.');
        const { proposal } = done.outcome;
        if (proposal === undefined) {
          seen.posted++;
          if (foreseen.tests && figures(foreseen.tests) !== figures((await testsOf(ledger, effective)).tests))
            throw new Error(`The tests after ${command.act} are not those of its dry run.`);
          continue;
        }
        const days = [effective, '2016-07-01', '2017-03-31', daysAfter(FIRST, move.other % 365)];
        const expected: string[] = [];
        const missed: string[] = [];
        for (const on of days) {
          const { tests, whatIf } = await testsOf(ledger, on, { with: [proposal] });
          expected.push(figures(whatIf!.tests));
          for (const [at, { test, verdict }] of tests.slice(0, 3).entries())
            if (verdict === 'pass' && whatIf!.tests[at]!.verdict === 'fail') missed.push(`${test} on ${on}`);
        }
        const { awaiting, by } = ledger.ledger.model.stream('fund', 'fund-testshire-2016-17').open.get(proposal)!;
        const signer = awaiting[0] === by ? `${by}-chief` : `${awaiting[0]!}-finance`;
        const signed = await ledger.submit(signer, { act: 'agree', proposal });
        if (signed instanceof Refusal) {
          seen.refused++;
          continue;
        }
        seen.signed++;
        if (missed.length > 0) throw new Error(`A minimum that was met is missed: ${missed.join(', ')}.`);
        for (const [at, on] of days.entries()) {
          if (figures((await testsOf(ledger, on)).tests) !== expected[at])
            throw new Error(`On ${on} the tests after signing are not those that were foreseen.`);
        }
      }
      const { problems } = await verify(ledger.store);
      if (problems.length > 0) throw new Error(problems.map((each) => `${each.where} ${each.words}`).join('; '));
      await ledger.close();
    }),
    HISTORIES,
  );
  t.comment(
    `${seen.posted} posted, ${seen.signed} signed, ${seen.refused} refused, ${seen.breached} of them for a minimum, ${seen.warned} warned of`,
  );
  t.ok(seen.signed > HISTORIES && seen.posted > HISTORIES, 'the histories are not made of refusals');
});

t.test('what if is asked of proposals that can all be signed, each of them once', async (t) => {
  const ledger = await openedLedger(t);
  await publish(ledger, allocation({ minima: undefined }));
  const offer = async (type: string, data: object) =>
    (await ledger.done('north-ccg-finance', { act: 'propose', fact: { type, data: data as never } })).outcome.proposal!;
  const minimum = (amount: string, more: object = {}) =>
    contribution({ contribution: 'minimum', source: 'NHS_MIN', amount, ...more });
  const one = await offer('ContributionAgreed', minimum('10000000.00'));
  const same = await offer('ContributionAgreed', minimum('11000000.00'));
  const { whatIf } = await testsOf(ledger, '2016-04-01', { with: [one, one] });
  t.match(whatIf, { proposals: [{ proposal: one }], tests: [{ rows: [{ actual: '10000000.00', margin: '0.00' }] }] });
  t.equal(whatIf!.proposals.length, 1);
  await t.rejects(testsOf(ledger, '2016-04-01', { with: [one, same] }), {
    message: `Proposal ${same} cannot be signed: "minimum" is already in use, by proposal ${one}.`,
  });
  const { revision } = (await ledger.done('county-finance', { act: 'agree', proposal: one })).outcome;
  await t.rejects(testsOf(ledger, '2016-04-01', { with: [same] }), {
    message: `Proposal ${same} cannot be signed: "minimum" is already in use, by the fact at revision ${revision}.`,
  });
  const now = '10500000.00';
  const varied = await offer('ContributionVaried', {
    effective: '2016-05-01',
    contribution: 'minimum',
    now,
    reason: 'more',
  });
  t.match(await testsOf(ledger, '2016-05-01', { with: [varied] }), {
    whatIf: { tests: [{ rows: [{ actual: now }] }] },
  });
});
