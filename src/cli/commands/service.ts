import { InvalidArgumentError } from 'commander';
import { planLoad } from '../../ledger/acts/load.js';
import { demonstrationTable } from '../demonstration.js';
import { wholeNumber } from '../numbers.js';
import { NEW, type Commands, type Terminal } from '../terminal.js';

/** Commands that run the service, and give officers a way in. */

interface ServeOptions {
  readonly ledger: string;
  readonly new?: true;
  readonly port?: number;
  readonly acceptLoss?: true;
  readonly demonstrationIdentities?: true;
}

function demonstration({ program, withLedger, parts, output, using, loadInto }: Terminal): void {
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
}

function serving({ program, withLedger, parts, toBeMade }: Terminal): void {
  withLedger(program.command('serve'))
    .description('serve the ledger over HTTP')
    .option('--new', NEW)
    .option('--port <number>', 'the port to listen on', port)
    .option('--accept-loss', 'serve although recorded acts are lost, and record the loss; needed once')
    .option(
      '--demonstration-identities',
      'sign everybody in under the name that they give, without proof; only for a demonstration ledger, only on this machine',
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
}

function token({ program, withLedger, parts, output }: Terminal): void {
  withLedger(program.command('token'))
    .description('issue a token for an officer, signed with the ledger’s own key')
    .argument('<officer>', 'the officer’s name in the register')
    .option('--hours <number>', 'how long the token is valid', hours, 8)
    .action(async (officer: string, options: { ledger: string; hours: number }) =>
      output.data(await parts.issueToken(options.ledger, officer, options.hours)),
    );
}

function signInLink({ program, withLedger, parts, output }: Terminal): void {
  withLedger(program.command('sign-in-link'))
    .description('print a link with which an officer signs in to the pages; it works once, within ten minutes')
    .argument('<officer>', 'the officer’s name in the register')
    .action(async (officer: string, options: { ledger: string }) =>
      output.data(await parts.signInLink(options.ledger, officer)),
    );
}

function port(text: string): number {
  const read = wholeNumber(text, 0, 65_535);
  if (read === undefined) throw new InvalidArgumentError('It must be a port from 0 to 65535.');
  return read;
}

function hours(text: string): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (!(number > 0 && number <= 24 * 31))
    throw new InvalidArgumentError('It must be more than 0 and at most 744 hours.');
  return number;
}

export const SERVICE: Commands = {
  heading: 'Run the service, and let people in:',
  commands: [demonstration, serving, token, signInLink],
};
