import { Command, CommanderError } from 'commander';
import { LoadStopped } from '../ledger/acts/load.js';
import { MoveStopped } from '../ledger/audit/move.js';
import { QUERIES } from '../ledger/questions/all.js';
import type { Output } from './output.js';
import { CHECKING } from './commands/checking.js';
import { KEEPING } from './commands/keeping.js';
import { READING } from './commands/reading.js';
import { RECORDING } from './commands/recording.js';
import { SERVICE } from './commands/service.js';
import { registerQuestion } from './questions.js';
import { createTerminal, Ended, EXIT, WrongUse, type Parts } from './terminal.js';

/** The same questions and acts from a terminal. Data goes to standard output, everything else to standard error. */

export { EXIT, WrongUse, type Parts } from './terminal.js';

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
  const terminal = createTerminal(program, parts, output);
  for (const query of QUERIES) registerQuestion(terminal, query, argv);
  for (const { heading, commands } of [RECORDING, SERVICE, CHECKING, KEEPING, READING]) {
    const before = program.commands.length;
    for (const register of commands) register(terminal);
    for (const command of program.commands.slice(before)) command.helpGroup(heading);
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
  // Any other error means that the ledger, or a file beside it, cannot be read: an unreadable event, a broken key.
  return EXIT.unreadable;
}
