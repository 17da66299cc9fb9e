import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { readAs } from '../domain/faults.js';
import { Refusal } from '../domain/rules.js';
import { OPERATOR } from '../ledger/access.js';
import { ask } from '../ledger/ask.js';
import { sizeOfDigest } from '../ledger/audit/chain-digest.js';
import type { SettableClock } from '../ledger/clock.js';
import { csv } from '../ledger/csv.js';
import { asWhole, datesInWords, nextPage } from '../ledger/echo.js';
import type { Ledger } from '../ledger/ledger.js';
import { load, LoadStopped, planLoad, type NamedFile } from '../ledger/acts/load.js';
import {
  openNextYear,
  OpenNextYearAnswer,
  OpenNextYearAsked,
  openNextYearTable,
} from '../ledger/acts/open-next-year.js';
import { move, MoveStopped } from '../ledger/audit/move.js';
import { QUERIES } from '../ledger/questions/all.js';
import type { Query } from '../ledger/questions/question.js';
import { COMMANDS, remedyOf } from '../ledger/remedies.js';
import { createStanding, judgedAsStored, whyVoidInWords } from '../ledger/memory/standing.js';
import { whatIf, WhatIfAnswer, WhatIfAsked, whatIfTable } from '../ledger/acts/what-if.js';
import { CHECKS, verify } from '../ledger/audit/verify.js';
import { eventLine } from '../ledger/catalogue.js';
import { actsPage } from '../ledger/acts/acts-page.js';
import { eventCatalogue } from '../ledger/event-catalogue.js';
import { figuresPage } from '../ledger/figure-words.js';
import type { EventStore } from '../store/event-store.js';
import { pages } from '../store/pages.js';
import { demonstrationTable } from './demonstration.js';
import { leftOut, tableText, type Output } from './output.js';
import { progress, type Progress } from './progress.js';

/** The same questions and acts from a terminal. Data goes to standard output, everything else to standard error. */

export const EXIT = { well: 0, finding: 1, usage: 2, unreadable: 3, refused: 4 } as const;
type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What the composition root hands to the commands; they know no adapter and no server. */
export interface Parts {
  readonly version: string;
  readonly defaultLedger: string;
  readonly settings: readonly { readonly name: string; readonly words: string }[];
  /** Opens what `--ledger` names: a file, made only where `make` says so, or `eventstoredb`. `outOfOrder` where it takes a ledger that services shared. */
  openStore(
    ledger: string,
    how: { readonly readOnly: boolean; readonly make?: boolean; readonly outOfOrder?: boolean },
  ): EventStore;
  openLedger(
    ledger: string,
    how: { readonly readOnly: boolean; readonly make?: boolean },
  ): Promise<{ readonly ledger: Ledger; readonly clock: SettableClock }>;
  exists(ledger: string): boolean;
  /** Copies a ledger that is a file to a new file. */
  backUp(ledger: string, to: string): Promise<void>;
  /** Puts a backup in a ledger’s place: where the old file is kept, and what was recorded of what is lost. */
  restore(
    from: string,
    ledger: string,
  ): Promise<{ readonly kept: string | undefined; readonly accepted: string | undefined }>;
  /** Whether a ledger is a file, which can be made, and not on a server, where it begins with the first act. */
  isFile(ledger: string): boolean;
  readFiles(paths: readonly string[]): readonly NamedFile[];
  scenarios(): readonly NamedFile[];
  /** Removes a demonstration ledger, so that another can be made. Refuses to remove anything else. */
  removeDemonstration(file: string): Promise<void>;
  issueToken(file: string, officer: string, hours: number): Promise<string>;
  signInLink(file: string, officer: string): Promise<string>;
  serve(how: {
    readonly file: string;
    readonly port?: number | undefined;
    readonly demonstration: boolean;
    readonly make: boolean;
    readonly acceptLoss: boolean;
  }): Promise<void>;
  diagnose(file: string): Promise<readonly { readonly name: string; readonly ok: boolean; readonly words: string }[]>;
}

const NEW = 'make the file, where there is none';

interface WhatIfOptions {
  readonly ledger: string;
  readonly officer: string;
  readonly acts?: string;
  readonly proposals?: { readonly proposal: string }[];
  readonly on?: string;
  readonly json?: true;
}

interface NextYearOptions {
  readonly ledger: string;
  readonly officer: string;
  readonly partner?: string;
  readonly uplift?: string;
  readonly without?: string;
  readonly json?: true;
}

interface ServeOptions {
  readonly ledger: string;
  readonly new?: true;
  readonly port?: number;
  readonly acceptLoss?: true;
  readonly demonstrationIdentities?: true;
}

const WHERE = 'the ledger: a SQLite file, or eventstoredb for the one at BCF_EVENTSTOREDB';

/** The fields of a schema as help describes them. */
const fieldsOf = (schema: z.ZodObject) =>
  Object.entries(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).properties!).map(([name, field]) => ({
    name,
    ...(field as { readonly description: string; readonly enum?: readonly string[] }),
  }));

/** Under which heading the help lists a question: by what it is asked of. */
function groupOf({ path }: Query): string {
  if (path.startsWith('/funds/')) return 'Ask of a fund:';
  if (path.includes('/disputes')) return 'Ask of disputes:';
  if (path.startsWith('/areas/')) return 'Ask of an area over years:';
  return 'Ask what there is and what waits:';
}

/** The other commands, by what they are for. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'Run the service, and let people in:': ['demo', 'serve', 'token', 'sign-in-link'],
  'Record, and try without recording:': ['load', 'open-next-year', 'what-if'],
  'Check:': ['verify', 'replay', 'doctor'],
  'Keep, move and pass on:': ['backup', 'restore', 'move', 'export'],
  'Read about it:': ['catalogue'],
};

/** The program was used wrongly: what was asked for cannot be done as it was asked. */
export class WrongUse extends Error {}

/** Ends a command with an exit code and a reason. */
class Ended extends Error {
  readonly code: ExitCode;

  constructor(code: ExitCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Runs one command line. Resolves to the exit code; never throws and never ends the process. */
export async function run(argv: readonly string[], parts: Parts, output: Output): Promise<number> {
  let code: number = EXIT.well;
  const program = new Command('bcf-ledger')
    .description(
      'The ledger of Better Care Fund negotiations: every position and every gap, on a day, as known at an instant.',
    )
    .version(parts.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.data(text.trimEnd()),
      writeErr: (text) => output.note(text.trimEnd()),
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 well, 1 a check found something, 2 wrong use, 3 the ledger cannot be read, 4 refused by a rule.',
    );
  const withLedger = (
    command: Command,
    where = parts.defaultLedger,
    said = 'ledger.sqlite, or BCF_LEDGER, or eventstoredb where BCF_EVENTSTOREDB is set',
  ): Command => command.addOption(new Option('--ledger <where>', WHERE).default(where, said));

  for (const query of QUERIES) registerQuery(query);

  withLedger(program.command('load'))
    .description('load files of acts, in the order of their recorded instants; loading a file again changes nothing')
    .argument('<files...>', 'JSON files of acts')
    .option('--new', NEW)
    .option('--dry-run', 'check how the files are written, every field, fact and label; try no rule, and load nothing')
    .action(async (paths: string[], options: { ledger: string; new?: true; dryRun?: true }) => {
      const planned = planLoad(parts.readFiles(paths));
      if (options.dryRun)
        return output.note(
          `${planned.length} steps are written as they must be; no rule was tried, and nothing was loaded.`,
        );
      await loadInto(options.ledger, planned, toBeMade(options));
    });

  withLedger(program.command('demo'), 'demonstration.sqlite', 'demonstration.sqlite, in this folder')
    .description('make a demonstration ledger with the scenarios, show what it answers, and serve it on this machine')
    .option('--once', 'print and exit, without serving')
    .option('--port <number>', 'the port to listen on', port)
    .action(async ({ ledger: file, ...options }: { ledger: string; once?: true; port?: number }) => {
      await parts.removeDemonstration(file);
      await loadInto(file, planLoad(parts.scenarios()), true);
      await using(file, { readOnly: true }, async (ledger) =>
        output.data(await demonstrationTable(ledger, output.width)),
      );
      if (!options.once)
        await parts.serve({ file, port: options.port, demonstration: true, make: false, acceptLoss: false });
    });

  withLedger(program.command('serve'))
    .description('serve the ledger over HTTP')
    .option('--new', NEW)
    .option('--port <number>', 'the port to listen on', port)
    .option('--accept-loss', 'go on although acts that were recorded are gone, and record that; say it once')
    .option(
      '--demonstration-identities',
      'accept anybody as anybody: only for a demonstration ledger, only on this machine',
    )
    .addHelpText(
      'after',
      () => `\nSettings:\n${parts.settings.map((each) => `  ${each.name.padEnd(26)}${each.words}`).join('\n')}`,
    )
    .action(async (options: ServeOptions) =>
      parts.serve({
        file: options.ledger,
        port: options.port,
        demonstration: options.demonstrationIdentities === true,
        make: toBeMade(options),
        acceptLoss: options.acceptLoss === true,
      }),
    );

  withLedger(program.command('token'))
    .description('issue a token for an officer, signed with the ledger’s own key')
    .argument('<officer>', 'the officer’s name in the register')
    .option('--hours <number>', 'how long it is good for', hours, 8)
    .action(async (officer: string, options: { ledger: string; hours: number }) =>
      output.data(await parts.issueToken(options.ledger, officer, options.hours)),
    );

  withLedger(program.command('sign-in-link'))
    .description('print a link with which an officer signs in to the pages: good once, for ten minutes')
    .argument('<officer>', 'the officer’s name in the register')
    .action(async (officer: string, options: { ledger: string }) =>
      output.data(await parts.signInLink(options.ledger, officer)),
    );

  withLedger(program.command('what-if'))
    .description('try facts and open proposals on a fund: its figures before and after them; nothing is recorded')
    .argument('<fund>', 'the fund: its area and financial year')
    .requiredOption('--officer <name>', 'who would act, by name in the register')
    .option('--acts <file>', 'a JSON file: a list of {"fact": …} and {"proposal": …}, tried in this order')
    .option('--proposals <list>', 'proposals to be signed, by identifier, with commas between', (text) =>
      text.split(',').map((proposal) => ({ proposal: proposal.trim() })),
    )
    .option('--on <day>', 'the effective day; left out, today or the nearest day of the fund’s year')
    .option('--json', 'as JSON')
    .action(async (fund: string, options: WhatIfOptions) => {
      const { officer, acts, proposals = [], on } = options;
      const given = acts === undefined ? [] : parts.readFiles([acts])[0]!.content;
      const read = readAs(WhatIfAsked, { acts: [...(given as unknown[]), ...proposals], ...(on && { on }) });
      if ('faults' in read)
        throw new Ended(
          EXIT.usage,
          read.faults.map(({ path, words }) => `${path.map(String).join('.')} ${words}.`).join('\n'),
        );
      await using(options.ledger, { readOnly: true }, async (ledger) => {
        const found = await whatIf(ledger, fund, read.value, { officer, signedInBy: 'terminal', sight: OPERATOR });
        if (found instanceof Refusal)
          throw new Ended(EXIT.refused, `${found.detail} ${remedyOf(found.rule, COMMANDS)}`);
        const answer = WhatIfAnswer.parse(found);
        if (options.json) output.data(JSON.stringify(answer, null, 2));
        else output.data(tableText(whatIfTable(answer), output.width));
        const against = answer.acts.filter(({ refusal }) => refusal !== null);
        for (const { sentence, refusal } of against) output.note(`Refused: ${sentence} ${refusal!.detail}`);
        if (against.length > 0)
          throw new Ended(EXIT.refused, `${against.length} of ${answer.acts.length} acts would be refused.`);
      });
    });

  withLedger(program.command('open-next-year'))
    .description(
      'open the fund of the next year from a fund: all that an officer may do of it. Ask roll-forward first: it shows what would be done',
    )
    .argument('<fund>', 'the fund of this year: its area and financial year')
    .requiredOption('--officer <name>', 'who does it, by name in the register')
    .option('--partner <name>', 'the partner acted for; only where the officer is mandated for several')
    .option('--uplift <list>', 'as of roll-forward')
    .option('--without <list>', 'as of roll-forward')
    .option('--json', 'as JSON')
    .action(async (fund: string, { ledger: file, officer, json, ...asked }: NextYearOptions) => {
      const read = readAs(OpenNextYearAsked, asked);
      if ('faults' in read)
        throw new Ended(EXIT.usage, read.faults.map(({ path, words }) => `--${path.join('.')} ${words}.`).join('\n'));
      mustBeThere(file);
      await using(file, { readOnly: false }, async (ledger) => {
        const key = `open-next-year ${fund} ${ledger.model.now(ledger.clock)}`;
        const by = { officer, signedInBy: 'terminal', sight: OPERATOR, key, correlation: 'open-next-year' };
        const found = await openNextYear(ledger, fund, read.value, by);
        if (found instanceof Refusal)
          throw new Ended(EXIT.refused, `${found.detail} ${remedyOf(found.rule, COMMANDS)}`);
        const answer = OpenNextYearAnswer.parse(found);
        if (json) output.data(JSON.stringify(answer, null, 2));
        else output.data(tableText(openNextYearTable(answer), output.width));
        for (const { warnings } of answer.done) for (const warning of warnings) output.note(`Warning: ${warning}`);
        const refused = answer.done.filter(({ outcome }) => outcome === 'refused');
        if (refused.length > 0)
          throw new Ended(EXIT.refused, `${refused.length} of ${answer.done.length} acts were refused.`);
      });
    });

  withLedger(program.command('replay'))
    .description('rebuild the read model from the first event, and say how fast')
    .option('--json', 'as JSON')
    .action(async (options: { ledger: string; json?: true }) => {
      const began = process.hrtime.bigint();
      await using(options.ledger, { readOnly: true }, async (ledger) => {
        const seconds = Number(process.hrtime.bigint() - began) / 1e9;
        const events = ledger.model.size();
        const rate = Math.round(events / seconds);
        if (options.json) output.data(JSON.stringify({ events, seconds, eventsPerSecond: rate }));
        else output.data(`${events} events replayed in ${seconds.toFixed(2)} s: ${rate} events a second.`);
      });
    });

  withLedger(program.command('verify'))
    .description(
      'check the whole ledger from its bytes; nothing on standard output where all is well. It only reads, so it can be run on a copy',
    )
    .option('--json', 'as JSON')
    .addOption(
      new Option(
        '--digest <hex>',
        'a digest that an earlier program gave, before it gave a size and a root: says how many events it is of',
      ).argParser(digest),
    )
    .option('--at <size>', 'how many events the digest is to be of', size)
    .addHelpText(
      'after',
      `\nChecks:\n${CHECKS.map(({ name, promise }) => `  ${name.padEnd(12)}${promise}`).join('\n')}`,
    )
    .action(async (options: { ledger: string; json?: true; digest?: string; at?: number }) => {
      const store = toRead(options.ledger);
      try {
        const { size, root, streams, voids, halfSettled, problems: findings, found: counts } = await verify(store);
        const noted = options.digest === undefined ? undefined : await notedDigest(store, options.digest, options.at);
        const problems = [...findings, ...(noted?.problem ? [noted.problem] : [])];
        const found = { ...counts, ...(noted?.problem && { [noted.problem.check]: 1 }) };
        if (options.json)
          output.data(JSON.stringify({ size, root, streams, voids, halfSettled, problems, found }, null, 2));
        else for (const { check, where, words } of problems) output.data(`${check}: at ${where}, ${words}`);
        if (size === 0) throw new Ended(EXIT.unreadable, `${options.ledger} holds no event.`);
        const what = `${size} events${voids > 0 ? `, ${voids} of them void,` : ''} in ${streams} streams`;
        if (problems.length > 0) {
          const totals = Object.entries(found).map(([check, count]) => `${check} (${count})`);
          throw new Ended(EXIT.finding, `${what}; found by ${totals.join(', ')}.`);
        }
        output.note(`${what}; all is well.\nSize ${size}, root ${root}.`);
        for (const words of halfSettled) output.note(`Half of a settlement: ${words}`);
        if (noted) output.note(`The digest is that of the first ${noted.size} events.`);
      } finally {
        await store.close();
      }
    });

  withLedger(program.command('backup'))
    .description(
      'copy the ledger’s file, which may be in use, to a new one that is its owner’s alone, and verify the copy',
    )
    .argument('<file>', 'the new file')
    .action(async (to: string, options: { ledger: string }) => {
      if (!parts.exists(options.ledger)) throw new WrongUse(`There is no ledger ${options.ledger}.`);
      await parts.backUp(options.ledger, to);
      await verified(to, 'is a copy of');
      // The copy is sound, and cannot tell: nothing is noted beside it. Whoever replaces better ones by it must know.
      const store = toRead(options.ledger);
      try {
        tellLoss(store, `${to} is a copy of what is left: keep the older backups.`);
      } finally {
        await store.close();
      }
    });

  withLedger(program.command('restore'))
    .description(
      'put a backup, once verified, in the place of the ledger’s file, which nobody may be using; the old file is kept, and what is lost is recorded',
    )
    .argument('<backup>', 'the backup: a ledger’s file, which stays as it is')
    .action(async (from: string, options: { ledger: string }) => {
      mustBeThere(from);
      await verified(from, 'is a backup of');
      const { kept, accepted } = await parts.restore(from, options.ledger);
      output.note(`${options.ledger} is restored${kept === undefined ? '.' : `; what was there is kept as ${kept}.`}`);
      output.note(accepted ?? 'Nothing that was noted is missing.');
      if (accepted !== undefined) {
        const from = kept === undefined ? '' : ` What can still be read of it: bcf-ledger export --ledger ${kept}.`;
        output.note(`Tell the officers: what they posted after the backup has to be posted again.${from}`);
      }
    });

  withLedger(program.command('export'))
    .description('write every event as a JSON line, with its leaf hash, in ledger order')
    .action(async (options: { ledger: string }) => {
      const store = toRead(options.ledger);
      try {
        const standing = createStanding();
        for await (const page of pages(store))
          for (const event of page) {
            const why = standing.take(judgedAsStored(event));
            output.data(eventLine(event, why && whyVoidInWords(why)));
          }
        tellLoss(store, 'What is left was written.');
      } finally {
        await store.close();
      }
    });

  program
    .command('move')
    .description(
      'copy a ledger to another store, either way, and check that both hold the same; begun again, it goes on where it stopped. Stop every service first',
    )
    .requiredOption('--from <where>', WHERE)
    .requiredOption('--to <where>', 'where to: empty, or a part of the same ledger')
    .option('--json', 'as JSON')
    .action(async (options: { from: string; to: string; json?: true }) => {
      if (options.from === options.to) throw new WrongUse('A ledger cannot be moved to where it is.');
      const from = toRead(options.from);
      let to: EventStore | undefined;
      let bar: Progress | undefined;
      try {
        tellLoss(from, 'Restore it first: nothing was moved.');
        to = parts.openStore(options.to, { readOnly: false, make: true, outOfOrder: !from.instantsInOrder });
        const moved = await move(from, to, (done, of) => {
          bar ??= progress(output, 'Moving', of);
          bar.at(done);
        });
        if (options.json) output.data(JSON.stringify(moved, null, 2));
        const { size, root, before } = moved;
        output.note(
          `${size} events in ${options.to}, ${before} of them from before; the same bytes in the same order as in ${options.from}.\nSize ${size}, root ${root}.`,
        );
      } finally {
        bar?.done();
        await from.close();
        await to?.close();
      }
    });

  program
    .command('catalogue')
    .description('print the catalogue of events, of figures, or of the fields of a file of acts, as Markdown')
    .addOption(new Option('--figures', 'what each figure of an answer is').conflicts('acts'))
    .option('--acts', 'the fields of a file of acts')
    .action(({ figures, acts }: { figures?: true; acts?: true }) =>
      output.data((figures ? figuresPage() : acts ? actsPage() : eventCatalogue()).trimEnd()),
    );

  withLedger(program.command('doctor'))
    .description('check the machine and the ledger’s store: Node, durability, permissions, clock, demonstration marks')
    .option('--json', 'as JSON')
    .action(async (options: { ledger: string; json?: true }) => {
      const findings = await parts.diagnose(options.ledger);
      if (options.json) output.data(JSON.stringify(findings, null, 2));
      else
        for (const each of findings)
          output.data(`${each.ok ? 'well ' : 'WRONG'}  ${each.name.padEnd(14)}${each.words}`);
      if (findings.some((each) => !each.ok)) throw new Ended(EXIT.finding, 'Something needs attention.');
    });

  for (const [group, names] of Object.entries(GROUPS))
    for (const command of program.commands.filter((each) => names.includes(each.name()))) command.helpGroup(group);

  function registerQuery(query: Query): void {
    const command = withLedger(program.command(query.name)).description(query.about).helpGroup(groupOf(query));
    for (const { name, description } of fieldsOf(query.params)) command.argument(`<${name}>`, description);
    for (const { name, description, enum: choices } of fieldsOf(query.options)) {
      command.addOption(
        new Option(`--${name} <value>`, choices ? `${description} One of: ${choices.join(', ')}.` : description),
      );
    }
    command.option('--json', 'the answer as JSON, the same as over HTTP');
    command.option('--csv', 'the answer as CSV');
    command.action(async (...given: unknown[]) => {
      const names = Object.keys(query.params.shape);
      const options = given[names.length] as Record<string, string | true> & { ledger: string };
      const args = Object.fromEntries(names.map((name, index) => [name, given[index]]));
      const raw = Object.fromEntries(
        Object.keys(query.options.shape).flatMap((name) => {
          const value = options[name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
          return value === undefined ? [] : [[name, value]];
        }),
      );
      const asked = readAs(z.object({ ...query.params.shape, ...query.options.shape }), { ...args, ...raw });
      if ('faults' in asked) {
        const faults = asked.faults.map(({ path: [name], words }) => {
          const option = names.includes(String(name)) ? `<${String(name)}>` : `--${String(name)}`;
          return `${option} ${words}.`;
        });
        throw new Ended(EXIT.usage, faults.join('\n'));
      }
      await using(options.ledger, { readOnly: true }, async (ledger) => {
        const question = options['csv'] ? asWhole(query, asked.value, raw) : asked.value;
        const found = await ask(ledger, OPERATOR, query, question);
        if (found instanceof Refusal)
          throw new Ended(EXIT.refused, `${found.detail} ${remedyOf(found.rule, COMMANDS)}`);
        // What is declared and nothing more, as over HTTP.
        const answer = query.answer.parse(found);
        if (options['json']) output.data(JSON.stringify(answer, null, 2));
        else if (options['csv']) output.data(csv(query.table(answer)).trimEnd());
        else {
          const table = query.table(answer);
          output.data(tableText(table, output.width));
          const gone = leftOut(table);
          if (gone.length > 0) output.note(`Nothing stands under ${gone.join(', ')}: --csv and --json show them.`);
        }
        const dates = datesInWords(answer);
        if (dates !== undefined) output.note(dates);
        const next = nextPage(query, answer);
        if (next !== undefined) output.note(`There is more: add --after ${next}.`);
      });
    });
  }

  /** Verifies a file, and ends the command where it is not well. */
  async function verified(file: string, isA: string): Promise<void> {
    const store = parts.openStore(file, { readOnly: true });
    try {
      const { size, root, problems } = await verify(store);
      for (const { check, where, words } of problems) output.data(`${check}: at ${where}, ${words}`);
      if (size === 0) throw new Ended(EXIT.unreadable, `${file} holds no event.`);
      if (problems.length > 0) throw new Ended(EXIT.finding, `${file} ${isA} ${size} events that is not well.`);
      output.note(`${size} events are in ${file}; all is well.\nSize ${size}, root ${root}.`);
    } finally {
      await store.close();
    }
  }

  /** Ends a command where acts that were recorded are not in the store any more. */
  function tellLoss(store: EventStore, then: string): void {
    const lost = store.lost?.();
    if (lost) throw new Ended(EXIT.finding, `${lost.words} ${then}`);
  }

  function mustBeThere(file: string): void {
    if (!parts.exists(file)) throw new Ended(EXIT.unreadable, `There is no file ${file}.`);
  }

  /** Whether the ledger is to be made. A file that was mistyped, or is gone, is told and never begun anew unasked. */
  function toBeMade({ ledger, new: told }: { readonly ledger: string; readonly new?: true }): boolean {
    const asked = told === true;
    if (asked && !parts.isFile(ledger))
      throw new WrongUse('A ledger on a server begins with its first act: leave --new out.');
    if (asked && parts.exists(ledger)) throw new WrongUse(`${ledger} is there already: leave --new out.`);
    if (!asked && !parts.exists(ledger))
      throw new Ended(
        EXIT.unreadable,
        `There is no ledger ${ledger}. Say --new to make one; where there was one before, put it back or restore a backup.`,
      );
    return asked;
  }

  function toRead(file: string): EventStore {
    mustBeThere(file);
    return parts.openStore(file, { readOnly: true });
  }

  async function using(
    file: string,
    how: { readonly readOnly: boolean; readonly make?: boolean },
    act: (ledger: Ledger, clock: SettableClock) => Promise<void>,
  ) {
    if (how.readOnly) mustBeThere(file);
    const { ledger, clock } = await parts.openLedger(file, how);
    try {
      await act(ledger, clock);
    } finally {
      await ledger.close();
    }
  }

  async function loadInto(file: string, planned: ReturnType<typeof planLoad>, make: boolean): Promise<void> {
    await using(file, { readOnly: false, make }, async (ledger, clock) => {
      const bar = progress(output, 'Loading', planned.length);
      try {
        const { recorded, replayed, warnings } = await load(planned, {
          ledger,
          clock,
          signedInBy: 'file',
          onStep: (done) => bar.at(done),
        });
        output.note(`${recorded} acts recorded in ${file}${replayed > 0 ? `, ${replayed} had been before` : ''}.`);
        for (const warning of warnings) output.note(`Warning: ${warning}`);
      } finally {
        bar.done();
      }
    });
  }

  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    code = explain(error, output);
  }
  return code;
}

function explain(error: unknown, output: Output): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.well : EXIT.usage;
  output.note((error as Error).message);
  if (error instanceof Ended) return error.code;
  if (error instanceof LoadStopped) return error.refusal ? EXIT.refused : EXIT.usage;
  if (error instanceof MoveStopped) return EXIT.finding;
  if (error instanceof WrongUse) return EXIT.usage;
  // What is left is that the ledger, or a file beside it, cannot be read: an unreadable event, a broken key.
  return EXIT.unreadable;
}

/** How many events a digest that was noted down is of, and what is wrong where it is of none, or of others than were told. */
async function notedDigest(store: EventStore, digest: string, at: number | undefined) {
  const size = await sizeOfDigest(store, digest);
  if (size !== undefined && (at === undefined || at === size)) return { size };
  const words =
    size === undefined
      ? 'it is the digest of no beginning of this ledger: what it was noted down for is not what is there now.'
      : `it is the digest of the first ${size} events, and not of the first ${at!}.`;
  return { size, problem: { check: 'digest', where: `the digest ${digest}`, words } };
}

function digest(text: string): string {
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new InvalidArgumentError('It must be a digest: 64 hexadecimal digits.');
  return text.toLowerCase();
}

function size(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number of events, 1 at least.');
  return number;
}

function port(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw new InvalidArgumentError('It must be a port from 0 to 65535.');
  return number;
}

function hours(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number <= 24 * 31))
    throw new InvalidArgumentError('It must be more than 0 and at most 744 hours.');
  return number;
}
