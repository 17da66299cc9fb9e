import { z } from 'zod';
import type { Entry } from '../../../../projections/entry.js';
import { those } from '../../../../projections/entry-indexes.js';
import { testedFacts } from '../../../../projections/fund-facts.js';
import type { Day } from '../../../domain/calendar.js';
import { inside } from '../../../domain/chart.js';
import { FUND } from '../../../domain/fund/facts.js';
import { newFact, publishedFor, withFact, type TestsInput } from '../../../domain/fund/plan/minima.js';
import { minimumTests, type TestAccounts, type TestResult } from '../../../domain/fund/plan/minimum-tests.js';
import { isTestInput, isTestWords, withPostings } from '../../../domain/fund/plan/test-inputs.js';
import type { FactText } from '../../../domain/grammar/event.js';
import { offeredAs, textsOf, type Offered } from '../../../domain/grammar/proposal.js';
import { POOL } from '../../../domain/postings.js';
import { ALLOCATION } from '../../../domain/register/reference-data.js';
import type { Allocation, Publication } from '../../../domain/register/reference-state.js';
import { refuse, Refusal } from '../../../domain/rules.js';
import { factOf } from '../../../domain/grammar/kind.js';
import { offerSentence, REGISTER_STREAM, sentenceOf } from '../../catalogue.js';
import type { Ledger } from '../../ledger.js';
import { TestText, testText } from '../../minimum-tests-text.js';
import { rowsOf } from '../rows.js';
import {
  AtTwoDates,
  entriesOf,
  entriesUnder,
  OfFund,
  query,
  Stamp,
  fundAtDates,
  type FundAtDates,
} from '../question.js';

/** The minimum tests at two dates, and the tests as they would be with some proposals signed. */

const PROPOSALS_MAX = 20;

const With = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .pipe(
    z
      .array(z.uuid({ error: 'must be identifiers of proposals, with commas between them' }))
      .max(PROPOSALS_MAX, { error: `must be at most ${PROPOSALS_MAX} proposals` }),
  )
  .meta({
    description:
      'Identifiers of proposals of this fund, separated by commas, to be tried as signed in this order. Each must have been open at the instant asked about, and it must be possible to sign them all. One that is named twice counts once.',
  });

const FactBehind = z.object({ stream: z.enum(['fund', 'register']), revision: z.string(), sentence: z.string() });
type FactBehind = z.input<typeof FactBehind>;

const TestedText = TestText.extend({
  facts: z.array(FactBehind).meta({ description: 'The facts behind the figures.' }),
});

/**
 * The fund’s tests on the day and as known at the instant of a question, with postings and facts that are not recorded
 * yet. Decisions use the same formula; only the balances come from the read model here.
 */
function testsAt(ledger: Ledger, at: FundAtDates, { postings, facts }: TestsInput): TestResult[] {
  const upTo = ledger.model.knownRevision(REGISTER_STREAM, at.size);
  const balances = at.recorded.accounts
    .filter((account) => isTestInput(account))
    .map((account) => ({ account, pence: at.recorded.balance(account) }));
  return minimumTests({
    on: at.on,
    holdings: withPostings(balances, at.on, postings),
    facts,
    ...publishedFor(at, ledger.model.register().reference, upTo)(at.on),
  });
}

/** What the tests of a fund depend on, in addition to its balances. */
const inputOf = ({ model, upTo }: FundAtDates): TestsInput => ({ postings: [], facts: testedFacts(model.facts, upTo) });

/** The tests of a fund at two dates. */
export const testsNow = (ledger: Ledger, at: FundAtDates): TestResult[] => testsAt(ledger, at, inputOf(at));

/** The proposals that were open at a size of the ledger, by identifier, with the facts that would be signed. */
function onTheTable(entries: readonly Entry[]): Map<string, readonly FactText[]> {
  const open = new Map<string, readonly FactText[]>();
  const ended = new Map<string, readonly FactText[]>();
  const end = (id: string): void => {
    ended.set(id, open.get(id)!);
    open.delete(id);
  };
  for (const entry of entries) {
    const { type, data } = entry;
    const id = data['proposal'] as string;
    if (type === 'ProposalMade' || type === 'ProposalCountered') open.set(id, textsOf(data as unknown as Offered));
    else if (type === 'ProposalSigned') continue;
    else if (type.startsWith('Proposal')) end(id);
    else {
      const taken = factOf(FUND, type).endsProposal?.(data);
      if (taken !== undefined) end(taken);
      const restored = FUND.restoresProposal(entry as never);
      if (restored !== undefined) open.set(restored, ended.get(restored)!);
    }
  }
  return open;
}

const nameBrought = ({ type, data }: Pick<FactText, 'type' | 'data'>): string | undefined =>
  factOf(FUND, type).names?.(data);

/**
 * The names in use, with the facts that brought them. A name is used once, so of two proposals that bring it only one
 * can be signed.
 */
const namesIn = (entries: readonly Entry[]): Map<string, string> =>
  new Map(
    entries.flatMap((entry): [string, string][] => {
      const name = FUND.byName.has(entry.type) ? nameBrought(entry) : undefined;
      return name === undefined ? [] : [[name, `the fact at revision ${entry.revision}`]];
    }),
  );

/** Something that connects entries with tests: an account that the tests depend on, or a description of a line. */
interface Behind {
  readonly test: number;
  readonly of: TestAccounts;
}

/**
 * For each test, the entries that moved its accounts up to a day, inclusive, or that describe its lines, in their
 * order.
 */
function movedBy(tests: readonly TestResult[], entries: readonly Entry[], on: Day): Entry[][] {
  const found = tests.map((): Entry[] => []);
  // By measure and by revision, because most entries move nothing that a test depends on.
  const byMeasure = new Map<string, Behind[]>();
  const describing = new Map<number, number[]>();
  tests.forEach(({ restsOn, descriptions }, test) => {
    for (const of of restsOn) inside(byMeasure, of.measure, (): Behind[] => []).push({ test, of });
    for (const revision of descriptions) inside(describing, revision, (): number[] => []).push(test);
  });
  for (const entry of entries) {
    const add = (test: number): void => {
      const own = found[test]!;
      if (own[own.length - 1] !== entry) own.push(entry);
    };
    describing.get(entry.revision)?.forEach(add);
    for (const { on: day, measure, holder, source, detail } of entry.postings) {
      if (day > on || holder === POOL) continue;
      for (const { test, of } of byMeasure.get(measure) ?? [])
        if ((of.holder ?? holder) === holder && (of.source ?? source) === source && (of.detail ?? detail) === detail)
          add(test);
    }
  }
  return found;
}

const published = ({ revision, data }: Publication<Allocation>) => ({
  stream: 'register' as const,
  revision: String(revision),
  sentence: sentenceOf({ stream: REGISTER_STREAM, type: ALLOCATION.name, data } as never),
});

/**
 * The facts behind each test: published figures, facts that moved its accounts up to the day, and descriptions of its
 * lines.
 */
export const factsBehind = (
  tests: readonly TestResult[],
  entries: readonly Entry[],
  { on }: Pick<FundAtDates, 'on'>,
): FactBehind[][] =>
  movedBy(tests, entries, on).map((moved, test) =>
    rowsOf([...tests[test]!.publications, ...moved], (each) =>
      'sentence' in each
        ? { stream: 'fund' as const, revision: String(each.revision), sentence: each.sentence }
        : published(each),
    ),
  );

/** The entries that can be behind a test: those that move what the tests read, and those whose words they go by. */
export const BEHIND_TESTS = those(({ postings, keptAs }) => isTestWords(keptAs) || postings.some(isTestInput));

/** The columns that a table repeats for each row with the proposals signed. */
const IF_SIGNED = ['actual', 'margin', 'verdict'] as const;

export const minimumTestsQuery = query({
  name: 'minimum-tests',
  path: '/funds/{fund}/minimum-tests',
  about:
    'The six tests of money in the national conditions: their figures, margins and the facts behind them; and what they would be with proposals signed.',
  params: OfFund,
  options: AtTwoDates.extend({ with: With.optional() }),
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    tests: z.array(TestedText),
    whatIf: z
      .object({
        proposals: z.array(z.object({ proposal: z.string(), sentence: z.string() })),
        tests: z.array(TestText),
      })
      .nullable()
      .meta({ description: 'The tests with the proposals signed; null if none are asked about.' }),
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const isWhatIf = asked.with !== undefined;
    const entries = isWhatIf ? await entriesOf(ledger, at) : await entriesUnder(ledger, at, BEHIND_TESTS);
    const now = inputOf(at);
    const tests = testsAt(ledger, at, now);
    // A page that shows only verdicts does not wait for the facts behind them.
    let behind: FactBehind[][] | undefined;
    const factsOf = (test: number): FactBehind[] => (behind ??= factsBehind(tests, entries, at))[test]!;
    const table = isWhatIf ? onTheTable(entries) : new Map<string, readonly FactText[]>();
    const proposals = [];
    let then = now;
    const names = isWhatIf ? namesIn(entries) : new Map<string, string>();
    for (const proposal of new Set(asked.with)) {
      const texts = table.get(proposal);
      if (!texts)
        return refuse('proposal_unknown', `No proposal ${proposal} waited for a signature here at that instant.`);
      for (const text of texts) {
        const name = nameBrought(text);
        const taken = name === undefined ? undefined : names.get(name);
        if (taken !== undefined) {
          return refuse(
            'identifier_used',
            `Proposal ${proposal} cannot be signed: "${name}" is already in use, by ${taken}.`,
          );
        }
        if (name !== undefined) names.set(name, `proposal ${proposal}`);
        const fact = factOf(FUND, text.type);
        then = withFact(then, newFact(fact, text.data), fact.postings(text.data)) ?? then;
      }
      proposals.push({ proposal, sentence: offerSentence(FUND, offeredAs(texts)) });
    }
    return {
      fund: asked.fund,
      ...at.stamp,
      tests: tests.map((test, index) => ({
        ...testText(test),
        get facts() {
          return factsOf(index);
        },
      })),
      whatIf: asked.with ? { proposals, tests: testsAt(ledger, at, then).map(testText) } : null,
    };
  },
  table: ({ tests, whatIf }) => ({
    columns: [
      'test',
      'title',
      'of',
      'required',
      'actual',
      'margin',
      'verdict',
      'why',
      ...(whatIf ? IF_SIGNED.map((name) => `${name} if signed`) : []),
    ],
    rows: tests.flatMap((test, index) => {
      const then = whatIf?.tests[index];
      const head = [test.test, test.title];
      const names = [...new Set([...test.rows, ...(then?.rows ?? [])].map((row) => row.of))];
      const rows = names.map((of) => {
        const row = test.rows.find((each) => each.of === of);
        const after = then?.rows.find((each) => each.of === of);
        return [
          ...head,
          of,
          ...(row ? [row.required, row.actual, row.margin, row.verdict, row.why] : ['', '', '', '', '']),
          ...(then ? IF_SIGNED.map((name) => (after ? after[name] : '')) : []),
        ];
      });
      const alone = [...head, '', '', '', '', test.verdict, test.why, ...(then ? ['', '', then.verdict] : [])];
      const unclassified = test.unclassified.map((line) => [
        ...head,
        line,
        '',
        '',
        '',
        'unclassified',
        'No area of spend is known of this line.',
        ...(then ? IF_SIGNED.map(() => '') : []),
      ]);
      return [...(rows.length === 0 ? [alone] : rows), ...unclassified];
    }),
  }),
});
