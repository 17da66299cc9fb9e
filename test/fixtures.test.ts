import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { SEES_ALL } from '../src/ledger/questions/question.js';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import { z } from 'zod';
import { Refusal } from '../src/domain/rules.js';
import { canonical } from '../src/ledger/catalogue.js';
import { sizeOfDigest } from '../src/ledger/audit/chain-digest.js';
import { QUERIES } from '../src/ledger/questions/all.js';
import { verify } from '../src/ledger/audit/verify.js';
import { emptyLedger, folder, type TestLedger } from './support/ledger.js';

/**
 * Ledgers that earlier programs wrote, and the answers that those programs gave. Every later program must verify them
 * and give the same answers. What they hold and how they were made: test/fixtures/README.md.
 */
const FIXTURES = fileURLToPath(new URL('../../test/fixtures', import.meta.url));

/**
 * Fields that later versions add to answers. If the earlier answer has no field of the name, it is removed from the new
 * one. Nothing else is removed.
 */
const ADDED_LATER: readonly string[] = [
  'returnsToFile',
  'testsFailing',
  'settled',
  'ledger',
  'next',
  'documents',
  'steps',
  'signers',
  'state',
  'kind',
  'in',
  'knownAt',
  'ending',
  'replaces',
  'recorded',
  'ringFenced',
  'sharedBy',
  'owed',
  'debtor',
  'debtors',
  'halves',
  'lowering',
  'category',
  'achieved',
  'overspend',
  'department',
  'ofDepartment',
  'rowsFrom',
  'title',
  'onGap',
  'lines',
  'others',
  'facts',
  'needs',
  'given',
  'replaced',
  'records',
  'days',
  'beside',
  'income',
  'nothingIn',
  'nil',
  'besides',
  'deliveredBy',
  'otherHalf',
  'settlement',
  'settlements',
  'wordings',
  'notes',
  'must',
  'whoSigns',
  'signsAs',
  'approval',
  'awaits',
  'reason',
];

/** Earlier programs did not answer about a proposal that had ended. Later ones say how it ended. */
const saysMore = ({ question, answer }: Answered, now: unknown): boolean =>
  /proposal$/.test(question) &&
  (answer as { refused?: string }).refused === 'proposal_unknown' &&
  (now as { refused?: string }).refused === undefined;

/**
 * Wrong answers of earlier programs that later ones correct: by question, the ledgers in which it shows, and the fields
 * that differ. Everything else in the answers is unchanged.
 */
const MENDED: Readonly<Record<string, { readonly why: string; readonly ledgers: RegExp; readonly fields: string[] }>> =
  {
    'risk-share': {
      why: 'What is left of ring-fenced grants is not shared: it is owed to districts, or kept for its purposes.',
      ledgers: /^(demonstration|underspend)\./,
      fields: ['variance', 'shares', 'uncovered', 'partners'],
    },
    memorandum: {
      why: 'The same; who has paid once has its part of a surplus; and funding is what was agreed for the year, whenever it falls due.',
      ledgers:
        /^(demonstration|grant-at-risk|grant-recovered|older-.*|pass-down-waived|underspend|what-later-rules-refuse)\./,
      fields: ['partners', 'opening', 'funding', 'grossFunding', 'surplus', 'closing'],
    },
  };

/** An answer without its corrected fields. */
function withoutMended(value: unknown, { ledger, question }: Answered): unknown {
  const mended = MENDED[question];
  if (!mended?.ledgers.test(ledger)) return value;
  const text = JSON.stringify(value, (name, each: unknown) => (mended.fields.includes(name) ? undefined : each));
  return JSON.parse(text) as unknown;
}

/**
 * Knowledge of national rules grows. For these questions, later programs list more, and name a source where there was
 * none. Everything that was listed is still listed, with the same code, words and day.
 */
const LEARNT: Readonly<Record<string, readonly string[]>> = {
  'rule-sets': ['schemeTypes', 'providers', 'dueDates', 'conditions'],
  'rule-set': ['schemeTypes', 'providers', 'dueDates', 'conditions'],
  'plan-year': ['capacities'],
};

type Listed = Readonly<Record<string, unknown>>;

const listedAs = ({ code, words, what, day, capacity }: Listed): string =>
  JSON.stringify([code, words, what, day, capacity]);
const withoutSource = (listed: Listed): Listed =>
  Object.fromEntries(Object.entries(listed).filter(([name]) => name !== 'evidence' && name !== 'proven'));

/** An answer with only the entries that the earlier answer had, and no sources. `earlier` is that answer. */
function withoutLearnt(value: unknown, earlier: unknown, question: string): unknown {
  const grows = LEARNT[question];
  if (!grows || typeof value !== 'object' || value === null) return value;
  const before = earlier as Listed | undefined;
  if (Array.isArray(value))
    return value.map((each, at) => withoutLearnt(each, (earlier as unknown[] | undefined)?.[at], question));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      if (!grows.includes(name)) return [name, withoutLearnt(each, before?.[name], question)];
      const known = new Set((before?.[name] as Listed[]).map(listedAs));
      return [name, (each as Listed[]).filter((one) => known.has(listedAs(one))).map(withoutSource)];
    }),
  );
}

/**
 * A question without a day. Earlier programs answered with the day of asking, later ones with the day of its instant.
 */
const OF_NO_DAY = 'returns';

interface Written {
  readonly ledger: string;
  readonly events: number;
  readonly streams: number;
  /** The chain digest of the whole ledger, as printed by the program that wrote it. */
  readonly chain: string;
}

interface Answered {
  readonly ledger: string;
  readonly question: string;
  readonly params: Readonly<Record<string, string>>;
  readonly answer: unknown;
}

const isWritten = (line: Written | Answered): line is Written => 'chain' in line;

function withoutLaterFields(value: unknown, earlier: unknown): unknown {
  if (typeof value !== 'object' || value === null || typeof earlier !== 'object' || earlier === null) return value;
  const before = earlier as Readonly<Record<string, unknown>>;
  if (Array.isArray(value)) return value.map((each, index) => withoutLaterFields(each, before[index]));
  const kept = Object.entries(value).filter(([name]) => name in before || !ADDED_LATER.includes(name));
  return Object.fromEntries(kept.map(([name, each]) => [name, withoutLaterFields(each, before[name])]));
}

async function answerTo({ ledger }: TestLedger, { question, params, answer }: Answered): Promise<unknown> {
  const query = QUERIES.find(({ name }) => name === question)!;
  const asked = z.object({ ...query.params.shape, ...query.options.shape }).parse(params);
  const found = await query.run(ledger, asked, SEES_ALL);
  if (found instanceof Refusal) return { refused: found.rule };
  const learnt = withoutLearnt(query.answer.parse(found), answer, question);
  const now = withoutLaterFields(learnt, answer) as object;
  return question === OF_NO_DAY ? { ...now, on: (answer as { readonly on: string }).on } : now;
}

for (const version of readdirSync(FIXTURES).filter((name) => name.startsWith('rules-'))) {
  const unzipped = (name: string): Buffer => gunzipSync(readFileSync(join(FIXTURES, version, name)));
  const lines = unzipped('answers.jsonl.gz')
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Written | Answered);

  for (const written of lines.filter(isWritten)) {
    t.test(`${version}, ${written.ledger}: it is well, and every answer is what it was`, async (t) => {
      const file = join(folder(t), written.ledger);
      writeFileSync(file, unzipped(`${written.ledger}.gz`), { mode: 0o600 });
      const ledger = await emptyLedger(t, file);
      ledger.clock.set(ledger.ledger.model.lastRecorded());
      const { problems, size, streams } = await verify(ledger.store);
      t.same(problems, []);
      t.same({ events: size, streams }, { events: written.events, streams: written.streams });
      t.equal(await sizeOfDigest(ledger.store, written.chain), size, 'the digest that was noted then is found');
      let asked = 0;
      for (const line of lines) {
        if (isWritten(line) || line.ledger !== written.ledger) continue;
        asked++;
        const answer = await answerTo(ledger, line);
        // Only differences are printed, because there are thousands of questions.
        const given = withoutLearnt(line.answer, line.answer, line.question);
        const [now, then] = [withoutMended(answer, line), withoutMended(given, line)];
        if (canonical(now) !== canonical(then) && !saysMore(line, answer))
          t.same(now, then, `${line.question} ${JSON.stringify(line.params)}`);
      }
      t.ok(asked > 50, `${asked} questions were asked`);
    });
  }
}
