import { Option } from 'commander';
import { z } from 'zod';
import { readAs } from '../domain/faults.js';
import { Refusal } from '../domain/rules.js';
import { OPERATOR } from '../ledger/access.js';
import { ask } from '../ledger/ask.js';
import { csv } from '../ledger/csv.js';
import { asWhole, datesInWords, nextPage } from '../ledger/echo.js';
import type { Query } from '../ledger/questions/question.js';
import { leftOut, tableText } from './output.js';
import { EXIT, Ended, refusedBy, type Terminal } from './terminal.js';

/** Adds every question as a command of its own. */

/** The fields of a schema as help describes them. */
const fieldsOf = (schema: z.ZodObject) =>
  Object.entries(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).properties!).map(([name, field]) => ({
    name,
    ...(field as {
      readonly description: string;
      readonly enum?: readonly string[];
      readonly examples?: readonly string[];
    }),
  }));

/** The heading under which help lists a question: what it is asked about. */
function groupOf({ path }: Query): string {
  if (path.startsWith('/funds/')) return 'Ask of a fund:';
  if (path.includes('/disputes')) return 'Ask of disputes:';
  if (path.startsWith('/areas/')) return 'Ask of an area over years:';
  return 'Ask what there is and what waits:';
}

/** The commands that list what an argument or an option may name, and what they list. */
const LISTS: Readonly<Record<string, readonly [command: string, what: string]>> = {
  fund: ['bcf-ledger funds', 'the funds'],
  area: ['bcf-ledger areas', 'the areas'],
  partner: ['bcf-ledger partners', 'the bodies'],
  officer: ['bcf-ledger officers', 'the officers who hold a mandate today'],
};

const listed = ([command, what]: readonly [command: string, what: string]): string => `${command} lists ${what}.`;

/** What is wrong with an argument or an option, with an example of it and the command that lists what it may name. */
function faultInWords(query: Query, name: string, words: string): string {
  const isArgument = name in query.params.shape;
  const field = fieldsOf(isArgument ? query.params : query.options).find((each) => each.name === name);
  const example = field?.examples?.[0];
  const said = `${isArgument ? `<${name}>` : `--${name}`} ${words}${example === undefined ? '' : `, such as ${example}`}.`;
  return name in LISTS ? `${said} ${listed(LISTS[name]!)}` : said;
}

/** A refusal, with the commands that list what it does not find. */
function refusedIn(found: Refusal, args: Readonly<Record<string, string>>): Ended {
  const { code, message } = refusedBy(found);
  const lists = Object.entries(LISTS).flatMap(([name, list]) => {
    const isNamed = args[name] !== undefined && found.detail.includes(args[name]);
    return isNamed && NOT_FOUND.has(found.rule) && !message.includes(list[0]) ? [listed(list)] : [];
  });
  return new Ended(code, [message, ...lists].join(' '));
}

/** The rules that refuse a name which may be mistyped. */
const NOT_FOUND: ReadonlySet<string> = new Set(['not_mandated', 'not_in_fund', 'name_unknown', 'fund_unknown']);

interface Side {
  readonly on: string;
  readonly ledger: { readonly size: number };
}

/** Whether an answer compares a state of the ledger with itself, as a comparison without options does. */
function isSameTwice(answer: Readonly<Record<string, unknown>>): boolean {
  const { from, to } = answer as Partial<Record<'from' | 'to', Side>>;
  return (
    from?.ledger !== undefined && to?.ledger !== undefined && from.on === to.on && from.ledger.size === to.ledger.size
  );
}

/**
 * Adds the command of a question. Its arguments and options follow from its declaration. Options are described only for
 * the question named in the command line, because describing all of them costs a tenth of a second at each start.
 */
export function registerQuestion(
  { program, withLedger, output, using }: Terminal,
  query: Query,
  argv: readonly string[],
): void {
  const command = withLedger(program.command(query.name)).description(query.about).helpGroup(groupOf(query));
  if (argv.includes(query.name)) {
    for (const { name, description } of fieldsOf(query.params)) command.argument(`<${name}>`, description);
    for (const { name, description, enum: choices } of fieldsOf(query.options)) {
      command.addOption(
        new Option(`--${name} <value>`, choices ? `${description} One of: ${choices.join(', ')}.` : description),
      );
    }
  } else for (const name of Object.keys(query.params.shape)) command.argument(`<${name}>`);
  command.option('--json', 'the answer as JSON, the same as over HTTP');
  command.option('--csv', 'the answer as CSV');
  command.action(async (...given: unknown[]) => {
    const names = Object.keys(query.params.shape);
    const options = given[names.length] as Record<string, string | true> & { ledger: string };
    const args = Object.fromEntries(names.map((name, index) => [name, given[index] as string]));
    const raw = Object.fromEntries(
      Object.keys(query.options.shape).flatMap((name) => {
        const value = options[name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
        return value === undefined ? [] : [[name, value]];
      }),
    );
    const asked = readAs(z.object({ ...query.params.shape, ...query.options.shape }), { ...args, ...raw });
    if ('faults' in asked) {
      const faults = asked.faults.map(({ path: [name], words }) => faultInWords(query, String(name), words));
      throw new Ended(EXIT.usage, faults.join('\n'));
    }
    await using(options.ledger, { readOnly: true }, async (ledger) => {
      const question = options['csv'] ? asWhole(query, asked.value, raw) : asked.value;
      const found = await ask(ledger, OPERATOR, query, question);
      if (found instanceof Refusal) throw refusedIn(found, args);
      // Fields that the answer does not declare are removed, as over HTTP.
      const answer = query.answer.parse(found);
      if (options['json']) output.data(JSON.stringify(answer, null, 2));
      else if (options['csv']) output.data(csv(query.table(answer)).trimEnd());
      else {
        const table = query.table(answer);
        output.data(tableText(table, output.width));
        const gone = leftOut(table);
        if (gone.length > 0)
          output.note(`These columns are empty and left out: ${gone.join(', ')}. --csv and --json show them.`);
      }
      const dates = datesInWords(answer);
      if (dates !== undefined) output.note(dates);
      if (isSameTwice(answer))
        output.note(
          'Both sides are the same day in the same state of the ledger, so nothing differs. Name an earlier day with --from-on, or an earlier state of knowledge with --from-known-at.',
        );
      const next = nextPage(query, answer);
      if (next !== undefined) output.note(`There is more: add --after ${next}.`);
    });
  });
}
