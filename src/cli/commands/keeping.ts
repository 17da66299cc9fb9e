import { InvalidArgumentError } from 'commander';
import { move } from '../../ledger/audit/move.js';
import { createStanding, judgedAsStored, whyVoidInWords } from '../../ledger/memory/standing.js';
import { eventLine } from '../../ledger/catalogue.js';
import type { EventStore } from '../../store/event-store.js';
import { pages } from '../../store/pages.js';
import { wholeNumber } from '../numbers.js';
import { progress, type Progress } from '../progress.js';
import { Ended, EXIT, WHERE, WrongUse, type Commands, type Terminal } from '../terminal.js';

/** Commands that copy a ledger, put a copy back, and pass its events on. */

function backup({ program, withLedger, parts, toRead, tellLoss, verified }: Terminal): void {
  withLedger(program.command('backup'))
    .description(
      'copy the ledger’s file to a new one that only its owner can read, and verify the copy; the ledger may be in use meanwhile',
    )
    .argument('<file>', 'the new file')
    .action(async (to: string, options: { ledger: string }) => {
      if (!parts.exists(options.ledger)) throw new WrongUse(`There is no ledger ${options.ledger}.`);
      await parts.backUp(options.ledger, to);
      await verified(to, 'is a copy of');
      // The copy verifies even when acts are missing from the original, because the notes about them are not copied. So
      // the operator is told here, before this copy replaces a better backup.
      const store = toRead(options.ledger);
      try {
        tellLoss(store, `${to} is a copy of what is left: keep the older backups.`);
      } finally {
        await store.close();
      }
    });
}

function restore({ program, withLedger, parts, output, mustBeThere, verified }: Terminal): void {
  withLedger(program.command('restore'))
    .description(
      'verify a backup and put it in the place of the ledger’s file. Stop every service first. The old file is kept, and the loss is recorded',
    )
    .argument('<backup>', 'the backup: a ledger’s file, which is not changed')
    .action(async (from: string, options: { ledger: string }) => {
      mustBeThere(from);
      await verified(from, 'is a backup of');
      const { kept, accepted } = await parts.restore(from, options.ledger);
      output.note(`${options.ledger} is restored${kept === undefined ? '.' : `; the old file is kept as ${kept}.`}`);
      output.note(accepted ?? 'Nothing that was noted is missing.');
      if (accepted !== undefined) {
        const from = kept === undefined ? '' : ` To read what is left of it: bcf-ledger export --ledger ${kept}.`;
        output.note(`Tell the officers to post again what they posted after the backup.${from}`);
      }
    });
}

function exportCommand({ program, withLedger, output, toRead, tellLoss }: Terminal): void {
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
        tellLoss(store, 'The events that are left were written.');
      } finally {
        await store.close();
      }
    });
}

function moveCommand({ program, parts, output, toRead, tellLoss }: Terminal): void {
  program
    .command('move')
    .description(
      'copy a ledger from a file to EventStoreDB or back, and check that both hold the same. Stop every service first. Run again, it continues where it stopped',
    )
    .requiredOption('--from <where>', WHERE)
    .requiredOption('--to <where>', 'the store to copy to: empty, or holding the beginning of the same ledger')
    .option('--json', 'as JSON')
    .action(async (options: { from: string; to: string; json?: true }) => {
      if (options.from === options.to)
        throw new WrongUse('A ledger cannot be moved to itself. Name another ledger with --to.');
      const from = toRead(options.from);
      let to: EventStore | undefined;
      let bar: Progress | undefined;
      try {
        tellLoss(from, 'Nothing was moved. Restore the ledger first.');
        to = parts.openStore(options.to, { readOnly: false, make: true, outOfOrder: !from.instantsInOrder });
        const moved = await move(from, to, (done, of) => {
          bar ??= progress(output, 'Moving', of);
          bar.at(done);
        });
        if (options.json) output.data(JSON.stringify(moved, null, 2));
        const { size, root, before } = moved;
        output.note(
          `${size} events in ${options.to}, ${before} of them copied earlier; the same bytes in the same order as in ${options.from}.\nSize ${size}, root ${root}.`,
        );
      } finally {
        bar?.done();
        await from.close();
        await to?.close();
      }
    });
}

const DAYS_MAX = 3_650;

function days(text: string): number {
  const read = wholeNumber(text, 1, DAYS_MAX);
  if (read === undefined) throw new InvalidArgumentError(`It must be a whole number of days, 1 to ${DAYS_MAX}.`);
  return read;
}

function sweepDocuments({ program, withLedger, parts, output, using }: Terminal): void {
  withLedger(program.command('sweep-documents'))
    .description('list the files in BCF_DOCUMENTS that nothing in the ledger names, such as those of abandoned drafts')
    .option('--days <days>', 'only files older than this; left out, as BCF_DOCUMENT_UNNAMED_DAYS says', days)
    .option('--remove', 'and remove them')
    .option('--json', 'as JSON')
    .action((options: { ledger: string; days?: number; remove?: true; json?: true }) =>
      using(options.ledger, { readOnly: true }, async (ledger) => {
        const { unnamed, strange, whyNot } = await parts.sweepDocuments(options.ledger, ledger, {
          remove: options.remove === true,
          days: options.days,
        });
        const removed = options.remove === true && whyNot === undefined;
        const rows = unnamed.map(({ since, ...each }) => ({ ...each, since: new Date(since).toISOString() }));
        if (options.json) output.data(JSON.stringify({ removed, unnamed: rows, strange }, null, 2));
        else
          for (const { stream, sha256, type, bytes, since } of rows)
            output.data(`${stream}/${sha256}.${type}  ${bytes} bytes, since ${since}`);
        for (const each of strange)
          output.note(
            `Nothing in this ledger belongs to the folder ${each}, which may be another ledger’s. It was not changed.`,
          );
        const bytes = rows.reduce((sum, each) => sum + each.bytes, 0);
        const many = `${rows.length} ${rows.length === 1 ? 'file' : 'files'} that nothing names, ${bytes} bytes`;
        const there = `There ${rows.length === 1 ? 'is' : 'are'} ${many}.`;
        if (whyNot !== undefined) throw new Ended(EXIT.finding, `${there} None was removed. ${whyNot}`);
        output.note(
          removed ? `Removed: ${many}.` : `${there}${rows.length > 0 ? ' To remove them, add --remove.' : ''}`,
        );
      }),
    );
}

export const KEEPING: Commands = {
  heading: 'Keep, move and pass on:',
  commands: [backup, restore, exportCommand, moveCommand, sweepDocuments],
};
