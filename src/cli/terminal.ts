import { Command, Option } from 'commander';
import type { SettableClock } from '../ledger/clock.js';
import type { Ledger } from '../ledger/ledger.js';
import { load, planLoad, type NamedFile } from '../ledger/acts/load.js';
import { verify } from '../ledger/audit/verify.js';
import { COMMANDS, remedyOf } from '../ledger/remedies.js';
import { counted } from '../domain/counted.js';
import type { Refusal } from '../domain/rules.js';
import type { EventStore } from '../store/event-store.js';
import type { Output } from './output.js';
import { progress } from './progress.js';

/** What the commands of the terminal share. Data goes to standard output, everything else to standard error. */

export const EXIT = { well: 0, finding: 1, usage: 2, unreadable: 3, refused: 4 } as const;
type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What the composition root hands to the commands. The commands themselves know no adapter and no server. */
export interface Parts {
  readonly version: string;
  readonly defaultLedger: string;
  readonly settings: readonly { readonly name: string; readonly words: string }[];
  /**
   * Opens the ledger that `--ledger` names: a file, or `eventstoredb`. A new file is made only if `make` is set.
   * `outOfOrder` opens a ledger that several services have shared.
   */
  openStore(
    ledger: string,
    how: { readonly readOnly: boolean; readonly make?: boolean; readonly outOfOrder?: boolean },
  ): EventStore;
  openLedger(
    ledger: string,
    how: { readonly readOnly: boolean; readonly make?: boolean },
  ): Promise<{ readonly ledger: Ledger; readonly clock: SettableClock }>;
  exists(ledger: string): boolean;
  /** Copies the ledger’s file to a new file. */
  backUp(ledger: string, to: string): Promise<void>;
  /**
   * Puts a backup in the ledger’s place. Resolves to where the old file is kept, and to the words recorded about what
   * is lost.
   */
  restore(
    from: string,
    ledger: string,
  ): Promise<{ readonly kept: string | undefined; readonly accepted: string | undefined }>;
  /** Whether the ledger is a file. A file can be made; a ledger on a server begins with its first act. */
  isFile(ledger: string): boolean;
  readFiles(paths: readonly string[]): readonly NamedFile[];
  scenarios(): readonly NamedFile[];
  /** Removes a demonstration ledger, so that another can be made. Refuses to remove any other ledger. */
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
  /**
   * Lists the files in the folder of documents that no event of the ledger names, if they are older than so many days.
   * Removes them if asked. Where it is in doubt whether that is right, it removes none and says why.
   */
  sweepDocuments(
    file: string,
    ledger: Ledger,
    how: { readonly remove: boolean; readonly days?: number | undefined },
  ): Promise<{
    readonly unnamed: readonly {
      readonly stream: string;
      readonly sha256: string;
      readonly type: string;
      readonly bytes: number;
      readonly since: number;
    }[];
    readonly strange: readonly string[];
    readonly whyNot?: string | undefined;
  }>;
  diagnose(file: string): Promise<readonly { readonly name: string; readonly ok: boolean; readonly words: string }[]>;
}

export const NEW = 'make the file if it does not exist';

export const WHERE = 'the ledger: a SQLite file, or eventstoredb for the one at BCF_EVENTSTOREDB';

/** The command was used wrongly: it cannot do what the command line asks. */
export class WrongUse extends Error {}

/** Ends a command with an exit code and a reason. */
export class Ended extends Error {
  readonly code: ExitCode;

  constructor(code: ExitCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Ends a command that a rule refuses: what is refused, by which rule, and what to do. */
export const refusedBy = ({ rule, detail }: Refusal): Ended =>
  new Ended(EXIT.refused, `${detail} (${rule}) ${remedyOf(rule, COMMANDS)}`);

/** What every command uses: the output, the parts of the program, and the ways to open a ledger. */
export interface Terminal {
  readonly program: Command;
  readonly parts: Parts;
  readonly output: Output;
  /** Adds the option that says which ledger a command is about. */
  withLedger(command: Command, where?: string, said?: string): Command;
  /** Opens a ledger, does something with it, and closes it. */
  using(
    file: string,
    how: { readonly readOnly: boolean; readonly make?: boolean },
    act: (ledger: Ledger, clock: SettableClock) => Promise<void>,
  ): Promise<void>;
  /** Opens the store of an existing ledger. */
  toRead(file: string): EventStore;
  mustBeThere(file: string): void;
  /**
   * Whether the ledger is to be made. Without `--new` a missing file is an error, because its name may be mistyped or
   * the file may be gone.
   */
  toBeMade(options: { readonly ledger: string; readonly new?: true }): boolean;
  loadInto(file: string, planned: ReturnType<typeof planLoad>, make: boolean): Promise<void>;
  /** Verifies a file, and ends the command with a finding if the check fails. */
  verified(file: string, isA: string): Promise<void>;
  /** Ends the command with a finding if acts that were recorded are missing from the store. */
  tellLoss(store: EventStore, then: string): void;
}

/** Commands of one kind, with the heading under which help lists them. */
export interface Commands {
  readonly heading: string;
  readonly commands: readonly ((terminal: Terminal) => void)[];
}

export function createTerminal(program: Command, parts: Parts, output: Output): Terminal {
  const withLedger = (
    command: Command,
    where = parts.defaultLedger,
    said = 'ledger.sqlite, or BCF_LEDGER, or eventstoredb where BCF_EVENTSTOREDB is set',
  ): Command => command.addOption(new Option('--ledger <where>', WHERE).default(where, said));

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

  function toRead(file: string): EventStore {
    mustBeThere(file);
    return parts.openStore(file, { readOnly: true });
  }

  function mustBeThere(file: string): void {
    if (!parts.exists(file)) throw new Ended(EXIT.unreadable, `There is no file ${file}.`);
  }

  function toBeMade({ ledger, new: told }: { readonly ledger: string; readonly new?: true }): boolean {
    const asked = told === true;
    if (asked && !parts.isFile(ledger))
      throw new WrongUse('A ledger on a server begins with its first act: leave --new out.');
    if (asked && parts.exists(ledger)) throw new WrongUse(`${ledger} exists already: leave --new out.`);
    if (!asked && !parts.exists(ledger))
      throw new Ended(
        EXIT.unreadable,
        `There is no ledger ${ledger}. To make one, add --new. If there was one before, put it back or restore a backup.`,
      );
    return asked;
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
        output.note(
          `${counted(recorded, 'act')} recorded in ${file}${replayed > 0 ? `; ${replayed} were recorded already and skipped` : ''}.`,
        );
        for (const warning of warnings) output.note(`Warning: ${warning}`);
      } finally {
        bar.done();
      }
    });
  }

  async function verified(file: string, isA: string): Promise<void> {
    const store = parts.openStore(file, { readOnly: true });
    try {
      const { size, root, problems } = await verify(store);
      for (const { check, where, words } of problems) output.data(`${check}: at ${where}, ${words}`);
      if (size === 0) throw new Ended(EXIT.unreadable, `${file} holds no event.`);
      if (problems.length > 0)
        throw new Ended(EXIT.finding, `${file} ${isA} ${size} events, and the check found faults in it.`);
      output.note(`${size} events are in ${file}; all is well.\nSize ${size}, root ${root}.`);
    } finally {
      await store.close();
    }
  }

  function tellLoss(store: EventStore, then: string): void {
    const lost = store.lost?.();
    if (lost) throw new Ended(EXIT.finding, `${lost.words} ${then}`);
  }

  return { program, parts, output, withLedger, using, toRead, mustBeThere, toBeMade, loadInto, verified, tellLoss };
}
