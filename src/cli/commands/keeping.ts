import { InvalidArgumentError } from 'commander';
import { move } from '../../ledger/audit/move.js';
import { createStanding, judgedAsStored, whyVoidInWords } from '../../ledger/memory/standing.js';
import { eventLine } from '../../ledger/catalogue.js';
import type { EventStore } from '../../store/event-store.js';
import { pages } from '../../store/pages.js';
import { progress, type Progress } from '../progress.js';
import { Ended, EXIT, WHERE, WrongUse, type Commands, type Terminal } from '../terminal.js';

/** What copies a ledger, puts a copy back, and passes its events on. */

function backup({ program, withLedger, parts, toRead, tellLoss, verified }: Terminal): void {
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
}

function restore({ program, withLedger, parts, output, mustBeThere, verified }: Terminal): void {
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
        tellLoss(store, 'What is left was written.');
      } finally {
        await store.close();
      }
    });
}

function moveCommand({ program, parts, output, toRead, tellLoss }: Terminal): void {
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
}

const DAYS_MAX = 3_650;

function days(text: string): number {
  const read = /^\d+$/.test(text) ? Number(text) : 0;
  if (read >= 1 && read <= DAYS_MAX) return read;
  throw new InvalidArgumentError(`It must be a whole number of days, 1 to ${DAYS_MAX}.`);
}

function sweepDocuments({ program, withLedger, parts, output, using }: Terminal): void {
  withLedger(program.command('sweep-documents'))
    .description(
      'list the files of BCF_DOCUMENTS that nothing in the ledger names: of drafts that were given up. A file that is named is never listed',
    )
    .option('--days <days>', 'only those that are older; otherwise as BCF_DOCUMENT_UNNAMED_DAYS says', days)
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
            `The folder ${each} is of nothing in this ledger: is it the folder of another? It was left as it is.`,
          );
        const bytes = rows.reduce((sum, each) => sum + each.bytes, 0);
        const many = `${rows.length} ${rows.length === 1 ? 'file' : 'files'} that nothing names, ${bytes} bytes`;
        const there = `There ${rows.length === 1 ? 'is' : 'are'} ${many}.`;
        if (whyNot !== undefined) throw new Ended(EXIT.finding, `${there} None was removed. ${whyNot}`);
        output.note(
          removed ? `Removed: ${many}.` : `${there}${rows.length > 0 ? ' Say --remove to remove them.' : ''}`,
        );
      }),
    );
}

export const KEEPING: Commands = {
  heading: 'Keep, move and pass on:',
  commands: [backup, restore, exportCommand, moveCommand, sweepDocuments],
};
