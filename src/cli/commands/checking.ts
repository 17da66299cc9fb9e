import { InvalidArgumentError, Option } from 'commander';
import { sizeOfDigest } from '../../ledger/audit/chain-digest.js';
import { rootOfFirst } from '../../ledger/audit/noted-root.js';
import { CHECKS, verify } from '../../ledger/audit/verify.js';
import type { EventStore } from '../../store/event-store.js';
import { counted } from '../../domain/counted.js';
import { wholeNumber } from '../numbers.js';
import { EXIT, Ended, type Commands, type Terminal } from '../terminal.js';

/** Commands that check a ledger and the machine that holds it. */

function replay({ program, withLedger, output, using }: Terminal): void {
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
}

function verifyCommand({ program, withLedger, output, toRead }: Terminal): void {
  withLedger(program.command('verify'))
    .description(
      'check the whole ledger from its bytes. If all is well, standard output is empty. It only reads, so it can be run on a copy',
    )
    .option('--json', 'as JSON')
    .addOption(
      new Option(
        '--digest <hex>',
        'a digest printed by an earlier version of the program; the answer says how many events it covers',
      ).argParser(digest),
    )
    .addOption(
      new Option(
        '--root <hex>',
        'a root that a printed page names, or that you noted, in quotes if it has spaces; give its number of events with --at',
      ).argParser(digest),
    )
    .option('--at <size>', 'how many events the root or the digest must cover', size)
    .addHelpText(
      'after',
      `\nChecks:\n${CHECKS.map(({ name, promise }) => `  ${name.padEnd(12)}${promise}`).join('\n')}`,
    )
    .action(async (options: { ledger: string; json?: true; digest?: string; root?: string; at?: number }) => {
      if (options.root !== undefined && options.at === undefined)
        throw new Ended(EXIT.usage, 'Give the number of events of the root with --at.');
      if (options.at !== undefined && options.root === undefined && options.digest === undefined)
        throw new Ended(
          EXIT.usage,
          '--at says how many events a root or a digest covers. Give --root or --digest with it.',
        );
      const store = toRead(options.ledger);
      try {
        const { size, root, streams, voids, halfSettled, problems: findings, found: counts } = await verify(store);
        const noted = options.digest === undefined ? undefined : await notedDigest(store, options.digest, options.at);
        const printed = options.root === undefined ? undefined : await notedRoot(store, options.root, options.at!);
        const wrong = [noted?.problem, printed?.problem].filter((each) => each !== undefined);
        const problems = [...findings, ...wrong];
        const found = { ...counts, ...Object.fromEntries(wrong.map(({ check }) => [check, 1])) };
        if (options.json)
          output.data(JSON.stringify({ size, root, streams, voids, halfSettled, problems, found }, null, 2));
        else for (const { check, where, words } of problems) output.data(`${check}: at ${where}, ${words}`);
        if (size === 0) throw new Ended(EXIT.unreadable, `${options.ledger} holds no event.`);
        const what = `${counted(size, 'event')}${voids > 0 ? `, ${voids} of them void,` : ''} in ${counted(streams, 'stream')}`;
        if (problems.length > 0) {
          const totals = Object.entries(found).map(([check, count]) => `${check} (${count})`);
          throw new Ended(EXIT.finding, `${what}; found by ${totals.join(', ')}.`);
        }
        output.note(`${what}; all is well.\nSize ${size}, root ${root}.`);
        for (const words of halfSettled) output.note(`Half of a settlement: ${words}`);
        if (noted) output.note(`The digest is that of the first ${noted.size} events.`);
        if (printed) output.note(`The root is that of the first ${options.at!} events.`);
      } finally {
        await store.close();
      }
    });
}

function doctor({ program, withLedger, parts, output }: Terminal): void {
  withLedger(program.command('doctor'))
    .description(
      'check the machine and the ledger’s store: Node, durability, permissions, clock, signs of a demonstration',
    )
    .option('--json', 'as JSON')
    .action(async (options: { ledger: string; json?: true }) => {
      const findings = await parts.diagnose(options.ledger);
      if (options.json) output.data(JSON.stringify(findings, null, 2));
      else
        for (const each of findings)
          output.data(`${each.ok ? 'well ' : 'WRONG'}  ${each.name.padEnd(14)}${each.words}`);
      if (findings.some((each) => !each.ok)) throw new Ended(EXIT.finding, 'Something needs attention.');
    });
}

/** How a ledger can differ from the one that was noted. */
const ANOTHER =
  'this ledger is an older copy or a backup, or it is another ledger, or recorded events were changed or taken away.';

/**
 * How many events a digest that somebody noted down covers. Otherwise what is wrong: it covers no beginning of this
 * ledger, or another number of events than `at`.
 */
async function notedDigest(store: EventStore, digest: string, at: number | undefined) {
  const size = await sizeOfDigest(store, digest);
  if (size !== undefined && (at === undefined || at === size)) return { size };
  const words =
    size === undefined
      ? `this ledger does not begin with the events that the digest covers. Compare the digest with your note. If it is right, ${ANOTHER}`
      : `it covers the first ${size} events, but --at says ${at!}.`;
  return { size, problem: { check: 'digest', where: `the digest ${digest}`, words } };
}

/** What is wrong where a root that was printed or noted down is not that of so many events. */
async function notedRoot(store: EventStore, noted: string, at: number) {
  const { root, size } = await rootOfFirst(store, at);
  if (root === noted) return {};
  const why =
    root === undefined
      ? `only ${size} events can be read, and not ${at}`
      : `it is not the root of the first ${at} events`;
  const words = `${why}. Compare the root and the number of events with the paper or your note. If both are right, ${ANOTHER}`;
  return { problem: { check: 'root', where: `the root ${noted}`, words } };
}

function digest(text: string): string {
  // Printed pages group the digits.
  const digits = text.replace(/\s+/g, '');
  if (!/^[0-9a-fA-F]{64}$/.test(digits))
    throw new InvalidArgumentError('It must be a digest: 64 hexadecimal digits. Put it in quotes if it has spaces.');
  return digits.toLowerCase();
}

function size(text: string): number {
  const read = wholeNumber(text, 1, Number.MAX_SAFE_INTEGER);
  if (read === undefined) throw new InvalidArgumentError('It must be a whole number of events in digits, 1 at least.');
  return read;
}

export const CHECKING: Commands = {
  heading: 'Check:',
  commands: [replay, verifyCommand, doctor],
};
