import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { dayNumber, dayOfNumber } from '../../src/domain/calendar.js';
import type { Pence } from '../../src/domain/money.js';
import { PLAN, POOL, type Measure, type Posting, type Term } from '../../src/domain/postings.js';
import { fundFacts } from '../log.js';
import { viewOfSums, type Summed } from '../naive.js';
import type { Asker } from '../question.js';
import { programVersion } from './packages.js';

/**
 * What an analyst without a server would use: the ledger as a plain-text journal, read by `ledger` or `hledger` anew for
 * each question. They know one date, so they are asked about the effective day, with everything known.
 */
export const JOURNAL_PROGRAMS = ['ledger', 'hledger'] as const;
export type JournalProgram = (typeof JOURNAL_PROGRAMS)[number];

const BYTES_AT_ONCE = 1 << 20;
const OUTPUT_BYTES_MAX = 1 << 28;

/** Brackets around an account mean something else to both programs. */
const HOLDERS: Readonly<Record<string, string>> = { [POOL]: 'the-pool', [PLAN]: 'the-plan' };

const accountOf = (fund: string, { holder, source, measure, term, detail }: Posting): string =>
  [fund, HOLDERS[holder] ?? holder, source, measure, term, ...(detail === '' ? [] : [detail])].join(':');

/** Writes a ledger's funds as a journal, amounts in pence. Returns how many transactions it has. */
export function writeJournal(file: string, ledger: string): number {
  const out = openSync(file, 'w');
  let transactions = 0;
  let text = '';
  for (const { fund, type, postings } of fundFacts(ledger)) {
    // A transaction has one date; the postings of one day are balanced by themselves.
    const days = new Map<string, Posting[]>();
    for (const posting of postings) {
      const ofDay = days.get(posting.on);
      if (ofDay) ofDay.push(posting);
      else days.set(posting.on, [posting]);
    }
    for (const [day, ofDay] of days) {
      transactions++;
      text += `${day} ${type}\n${ofDay.map((posting) => `  ${accountOf(fund, posting)}  ${posting.pence}\n`).join('')}\n`;
    }
    if (text.length > BYTES_AT_ONCE) {
      writeSync(out, text);
      text = '';
    }
  }
  writeSync(out, text);
  closeSync(out);
  return transactions;
}

function run(program: JournalProgram, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: OUTPUT_BYTES_MAX });
  if (status !== 0) throw new Error(`${program} failed: ${stderr.slice(0, 500)}`);
  return stdout;
}

/** One line for each account: its amount, and its name. */
const ARGUMENTS: Readonly<Record<JournalProgram, (journal: string) => string[]>> = {
  ledger: (journal) => [
    '-f',
    journal,
    'balance',
    '--flat',
    '--no-total',
    '--format',
    '%(quantity(amount)) %(account)\n',
  ],
  hledger: (journal) => ['-f', journal, 'balance', '--flat', '-N', '--format', '%(total) %(account)'],
};

/** The amounts and accounts of a report, those of one partner. */
function summed(report: string, fund: string, partner: string): Summed[] {
  return report.split('\n').flatMap((line): Summed[] => {
    const [amount, name] = line.trim().split(/\s+/);
    const [of, holder, source, measure, term, detail = ''] = name?.split(':') ?? [];
    if (of !== fund || holder !== partner) return [];
    return [
      {
        account: { holder, source: source!, measure: measure as Measure, term: term as Term, detail },
        sum: Number(amount) as Pence,
      },
    ];
  });
}

/** Throws {@link Missing} where the program is not installed. */
export function journalAsker(program: JournalProgram, journal: string): Asker<string> {
  return {
    name: `${program} ${programVersion(program)}, cold, effective date only`,
    effectiveOnly: true,
    ask({ fund, partner, on }) {
      const until = dayOfNumber(dayNumber(on) + 1);
      return run(program, [...ARGUMENTS[program](journal), '-e', until, `^${fund}:${partner}:`]);
    },
    view: ({ fund, partner, on }, report) => viewOfSums(on, summed(report, fund, partner)),
    close: async () => undefined,
  };
}

/** Milliseconds from the journal to what each program has that reads all of it: balances, or statistics. */
export function journalReading(program: JournalProgram, journal: string): number {
  const start = performance.now();
  run(program, program === 'ledger' ? ARGUMENTS.ledger(journal) : ['-f', journal, 'stats']);
  return performance.now() - start;
}
