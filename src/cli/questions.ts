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
    ...(field as { readonly description: string; readonly enum?: readonly string[] }),
  }));

/** The heading under which help lists a question: what it is asked about. */
function groupOf({ path }: Query): string {
  if (path.startsWith('/funds/')) return 'Ask of a fund:';
  if (path.includes('/disputes')) return 'Ask of disputes:';
  if (path.startsWith('/areas/')) return 'Ask of an area over years:';
  return 'Ask what there is and what waits:';
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
      if (found instanceof Refusal) throw refusedBy(found);
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
      const next = nextPage(query, answer);
      if (next !== undefined) output.note(`There is more: add --after ${next}.`);
    });
  });
}
