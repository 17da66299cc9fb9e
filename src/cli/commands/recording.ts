import { counted } from '../../domain/counted.js';
import { readAs } from '../../domain/faults.js';
import { Refusal } from '../../domain/rules.js';
import { OPERATOR } from '../../ledger/access.js';
import { planLoad } from '../../ledger/acts/load.js';
import {
  isDone,
  openNextYear,
  OpenNextYearAnswer,
  OpenNextYearAsked,
  openNextYearTable,
} from '../../ledger/acts/open-next-year.js';
import { whatIf, WhatIfAnswer, WhatIfAsked, whatIfTable } from '../../ledger/acts/what-if.js';
import { tableText } from '../output.js';
import { EXIT, Ended, NEW, refusedBy, type Commands, type Terminal } from '../terminal.js';

/** Commands that record, and commands that try facts without recording. */

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

function loading({ program, withLedger, parts, output, toBeMade, loadInto }: Terminal): void {
  withLedger(program.command('load'))
    .description('load files of acts, in the order of their recorded instants; loading a file again changes nothing')
    .argument('<files...>', 'JSON files of acts')
    .option('--new', NEW)
    .option(
      '--dry-run',
      'check the form of every field, fact and label of the files; no rule is tried, and nothing is loaded',
    )
    .action(async (paths: string[], options: { ledger: string; new?: true; dryRun?: true }) => {
      const planned = planLoad(parts.readFiles(paths));
      if (options.dryRun)
        return output.note(
          `${counted(planned.length, 'step')} ${planned.length === 1 ? 'is' : 'are'} well formed. No rule was tried, and nothing was loaded.`,
        );
      await loadInto(options.ledger, planned, toBeMade(options));
    });
}

function whatIfCommand({ program, withLedger, parts, output, using }: Terminal): void {
  withLedger(program.command('what-if'))
    .description('try facts and open proposals on a fund: its figures before and after them; nothing is recorded')
    .argument('<fund>', 'the fund: its area and financial year')
    .requiredOption('--officer <name>', 'the officer who would act, by name in the register')
    .option('--acts <file>', 'a JSON file: a list of {"fact": …} and {"proposal": …}, tried in this order')
    .option('--proposals <list>', 'identifiers of the proposals to try as signed, separated by commas', (text) =>
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
        if (found instanceof Refusal) throw refusedBy(found);
        const answer = WhatIfAnswer.parse(found);
        if (options.json) output.data(JSON.stringify(answer, null, 2));
        else output.data(tableText(whatIfTable(answer), output.width));
        const against = answer.acts.filter(({ refusal }) => refusal !== null);
        for (const { sentence, refusal } of against) output.note(`Refused: ${sentence} ${refusal!.detail}`);
        if (against.length > 0)
          throw new Ended(EXIT.refused, `${against.length} of ${counted(answer.acts.length, 'act')} would be refused.`);
      });
    });
}

function openNextYearCommand({ program, withLedger, output, using, mustBeThere }: Terminal): void {
  withLedger(program.command('open-next-year'))
    .description(
      'open next year’s fund from this year’s, as far as one officer may. Ask roll-forward first: it shows what this command would do',
    )
    .argument('<fund>', 'the fund of this year: its area and financial year')
    .requiredOption('--officer <name>', 'the officer who opens it, by name in the register')
    .option(
      '--partner <name>',
      'the partner that the officer acts for; needed only if the officer has mandates for several',
    )
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
        if (found instanceof Refusal) throw refusedBy(found);
        const answer = OpenNextYearAnswer.parse(found);
        if (json) output.data(JSON.stringify(answer, null, 2));
        else output.data(tableText(openNextYearTable(answer), output.width));
        for (const { warnings } of answer.done) for (const warning of warnings) output.note(`Warning: ${warning}`);
        const refused = answer.done.filter((each) => !isDone(each));
        if (refused.length > 0)
          throw new Ended(
            EXIT.refused,
            `${refused.length} of ${counted(answer.done.length, 'act')} ${refused.length === 1 ? 'was' : 'were'} not done.`,
          );
      });
    });
}

export const RECORDING: Commands = {
  heading: 'Record, and try without recording:',
  commands: [loading, whatIfCommand, openNextYearCommand],
};
