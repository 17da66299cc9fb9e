#!/usr/bin/env node
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Output } from './cli/output.js';
import { EXIT, run, WrongUse, type Parts } from './cli/program.js';
import { CONNECTION, readConfig, settings, type Config } from './config.js';
import type { JWK } from 'jose';
import type { Logger } from 'pino';
import { repeatedName } from './domain/json-text.js';
import { readAs } from './domain/faults.js';
import { CATEGORIES } from './ledger/catalogue.js';
import { systemClock, type SettableClock } from './ledger/clock.js';
import { openLedger, type Ledger } from './ledger/ledger.js';
import type { Done } from './ledger/acts/submission.js';
import { readInWords } from './ledger/memory/parallel-read.js';
import { startLapsing } from './ledger/acts/lapsing.js';
import { acceptLoss } from './ledger/audit/loss.js';
import type { NamedFile } from './ledger/acts/load.js';
import { watchSoundness } from './ledger/soundness.js';
import type { Scanner } from './store/document-scanner.js';
import type { Swept } from './store/document-sweep.js';
import { LedgerDamaged, NotALedger, type Finding } from './store/event-store.js';
import type { EventStoreDBEventStore } from './store/eventstoredb/eventstoredb-event-store.js';
import type { OnceStore } from './store/once-store.js';
import { secretOf, snapshotFile } from './store/snapshot-file.js';
import { backUp } from './store/sqlite/backup.js';
import { headFileOf } from './store/sqlite/noted-head.js';
import { putBack } from './store/sqlite/restore.js';
import { isInUse, openSqliteEventStore, type SqliteEventStore } from './store/sqlite/sqlite-event-store.js';
import { threadsOn } from './threads.js';
import type { PagesOptions } from './web/site.js';

/** The composition root: the only file that knows every part. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
const MAIL_EVERY_MS = 10 * 60_000;
const LAPSE_EVERY_MS = 60_000;
const DAY_MS = 86_400_000;
/** The folder of documents is swept an hour after a start, and then once a day; each minute it notes how far its ledger has come. */
const SWEEP = { firstMs: DAY_MS / 24, everyMs: DAY_MS, noteMs: 60_000 };
/** A hundred events in a millisecond or two, and then a pause in which the service does nothing but answer. */
const PROVE_EVERY_MS = 15;
const WATCH_EVERY_MS = 1_000;
const STOP_WITHIN_MS = 10_000;

/** Never logged: what lets somebody in, and what an officer's act can be traced by outside the ledger. */
const REDACTED = ['authorization', 'cookie', 'idempotency-key'].flatMap((name) => [
  `req.headers["${name}"]`,
  `headers["${name}"]`,
]);

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

function readJson(path: string): NamedFile {
  const name = basename(path);
  if (!existsSync(path)) throw new WrongUse(`There is no file ${path}.`);
  // Editors of spreadsheets and texts write a byte-order mark before the text.
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new WrongUse(`${path} cannot be read as JSON: ${(error as Error).message}`);
  }
  const twice = repeatedName(text);
  if (twice !== undefined) {
    throw new WrongUse(`${path} has "${twice}" twice in one object, and only one of them would count: leave one out.`);
  }
  return { name, content };
}

/** What `--ledger` says for the ledger at BCF_EVENTSTOREDB, so that a password stands on no command line. */
const EVENTSTOREDB = 'eventstoredb';

/** Whether a ledger is a file. Throws {@link WrongUse} where a connection string is given, and does not repeat it. */
function isFile(ledger: string): boolean {
  if (CONNECTION.test(ledger)) {
    throw new WrongUse(
      `A connection string holds a password and would be seen in the list of processes: put it into BCF_EVENTSTOREDB, and say ${EVENTSTOREDB} here.`,
    );
  }
  return ledger !== EVENTSTOREDB;
}

/** The adapter for BCF_EVENTSTOREDB. Its client takes longer to load than most questions to answer, as does the service. */
let eventStoreDB: typeof import('./store/eventstoredb/eventstoredb-event-store.js') | undefined;

/** What a ledger is opened for. A file is made, or an empty one made a ledger, only where `make` says so. */
interface HowOpened {
  readonly readOnly: boolean;
  readonly make?: boolean;
  readonly outOfOrder?: boolean;
  /** Goes on although acts that were recorded are gone, and records that it does. */
  readonly acceptLoss?: boolean;
}

function openStore(config: Config, ledger: string, how: HowOpened): SqliteEventStore | EventStoreDBEventStore {
  if (isFile(ledger)) return openSqliteEventStore({ file: ledger, mustExist: !how.make, ...how, notedBy: version });
  if (!eventStoreDB || config.eventStoreDB === undefined)
    throw new WrongUse('Set BCF_EVENTSTOREDB to the connection string first.');
  return eventStoreDB.openEventStoreDB({ connection: config.eventStoreDB, categories: CATEGORIES });
}

function keyFileOf(ledger: string, config: Config): string {
  if (config.keyFile !== undefined) return config.keyFile;
  if (isFile(ledger)) return `${ledger}.key.json`;
  throw new WrongUse(
    'Services that share an event store sign with one key: set BCF_KEY_FILE, or an identity provider.',
  );
}

/** The system's clock, which stands still only while a demonstration's recorded instants are replayed. */
function loadingClock(): SettableClock {
  let set: ReturnType<SettableClock['now']> | undefined;
  return {
    ...systemClock,
    now: () => set ?? systemClock.now(),
    set(instant) {
      set = instant;
    },
  };
}

/** The snapshot of a ledger’s read model, beside its file. */
const snapshotOf = (file: string): string => `${file}.snapshot`;

/** What has happened once and is no fact of the ledger: ended sessions, used sign-in links. */
const onceOf = (file: string): string => `${file}.once`;

/** A digest of the code that makes a read model: another program, or a later version, may make another of the same events. */
function programDigest(): string {
  const digest = createHash('sha256');
  for (const folder of ['domain/', 'ledger/', '../projections/']) {
    const path = fileURLToPath(new URL(folder, import.meta.url));
    const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
    for (const name of files.sort()) digest.update(name).update(readFileSync(join(path, name)));
  }
  return digest.update(readFileSync(fileURLToPath(new URL('read-thread.js', import.meta.url)))).digest('hex');
}

interface Opened {
  readonly ledger: Ledger;
  readonly clock: SettableClock;
  readonly store: ReturnType<typeof openStore>;
  /** How it was recorded that the ledger goes on although acts are gone, where it does. */
  readonly accepted: Done | undefined;
}

async function opened(
  config: Config,
  at: string,
  how: HowOpened,
  store = openStore(config, at, how),
  proveEveryMs?: number,
): Promise<Opened> {
  const clock = loadingClock();
  const start = isFile(at)
    ? {
        snapshots: { file: snapshotFile(snapshotOf(at)), program: programDigest, write: !how.readOnly },
        threads: threadsOn(at),
      }
    : {};
  try {
    const lost = store.lost?.();
    if (lost && !how.acceptLoss) throw new LedgerDamaged(`${lost.words} ${LOSS_REMEDY}`);
    const ledger = await openLedger(store, clock, { ...start, proveEveryMs });
    return { ledger, clock, store, accepted: how.acceptLoss ? await acceptLoss(ledger) : undefined };
  } catch (error) {
    await store.close();
    throw error;
  }
}

const LOSS_REMEDY =
  'Put the newest file back, or restore the newest backup (bcf-ledger restore). Where what is missing is lost for good, serve once with --accept-loss: that is recorded.';

const sentenceOfLoss = ({ outcome }: Done): string => outcome.events[0]!.sentence;

type HowServed = Parameters<Parts['serve']>[0];

/** The service on a ledger, once it listens; where it cannot, in words. */
async function listening(
  config: Config,
  { file, port = config.port, demonstration, acceptLoss }: HowServed,
  keyFile: string | undefined,
  { ledger, accepted }: Opened,
) {
  const [{ buildApp }, { createSignIn, localKey }, { logTo }, { pino }] = await Promise.all([
    import('./http/app.js'),
    import('./http/sign-in.js'),
    import('./http/log.js'),
    import('pino'),
  ]);
  if (acceptLoss && !accepted)
    throw new WrongUse('Nothing of this ledger is missing: leave --accept-loss out, so that a later loss is told.');
  const register = ledger.model.register().ledger;
  if (demonstration && !(register?.demonstration && LOOPBACK.has(config.host)))
    throw new WrongUse(
      'Demonstration identities are accepted only for a ledger that was opened as a demonstration, on a loopback address.',
    );
  // So that whoever asks whether it is ready is told of its clock before an act is refused.
  await ledger.clockWatch.compared();
  const log = logTo();
  const logger = pino(
    {
      level: demonstration ? 'warn' : config.logLevel,
      redact: { paths: REDACTED, censor: '[redacted]' },
    },
    log,
  );
  const access = config.accessLog === undefined ? log : logTo(config.accessLog);
  const accessLog = pino(
    { base: { log: 'access' }, enabled: !demonstration || config.accessLog !== undefined },
    access,
  );
  const ownKey = keyFile === undefined ? undefined : await localKey(keyFile);
  const scanner = await scannerOf(config, logger);
  const pages =
    demonstration || config.publicUrl !== undefined
      ? await pagesOf(config, file, {
          demonstration,
          ownKey,
          isEmpty: ledger.model.register().ledger === undefined,
          scanner,
        })
      : undefined;
  const signIn = await createSignIn({
    provider: config.provider,
    localKey: ownKey,
    demonstration,
  });
  const app = await buildApp({
    ledger,
    signIn,
    logger,
    requestsPerMinute: config.requestsPerMinute,
    waitMsMax: config.waitMsMax,
    demonstration,
    version,
    accessLog,
    metricsToken: config.metricsToken,
    securityContact: config.securityContact,
    trustedProxies: config.trustedProxies,
    ...(pages && { pages }),
  });
  await ledger.lapseExpired();
  try {
    const address = await app.listen({ host: config.host, port });
    return { app, pages, scanner, logger, log, access, address };
  } catch (error) {
    await app.close();
    throw new WrongUse(
      `It cannot listen on ${config.host}:${port} (${(error as Error).message}); give another --port.`,
    );
  }
}

async function serve(config: Config, how: HowServed): Promise<void> {
  const { file, make, acceptLoss } = how;
  const keyFile = config.provider ? undefined : keyFileOf(file, config);
  const open = await opened(config, file, { readOnly: false, make, acceptLoss }, undefined, PROVE_EVERY_MS);
  const { ledger, store } = open;
  const { default: closeWithGrace } = await import('close-with-grace');
  const { app, pages, scanner, logger, log, access, address } = await listening(config, how, keyFile, open).catch(
    async (error: unknown) => {
      // Left open it keeps the process from ending: whoever started it waits for a service that never comes.
      await ledger.close();
      throw error;
    },
  );
  const unwatch = watchSoundness(ledger.unsound, WATCH_EVERY_MS, ({ rule, detail }) =>
    logger.error({ rule }, `The ledger is not recorded in any more. ${detail}`),
  );
  const lapsing = startLapsing(ledger, LAPSE_EVERY_MS, logger);
  const mail = pages && (await mailOf(config, how, ledger, pages, logger));
  const sweeping = pages && (await sweepingOf(config, how, ledger, logger));
  const fault = (err: unknown, words: string): void => {
    logger.fatal({ err }, words);
    log.flushSync();
  };
  const saySo = (): void => {
    if (open.accepted) process.stderr.write(`${sentenceOfLoss(open.accepted)}\n`);
    const where = 'where' in store ? `the ledger at ${store.where}` : file;
    process.stderr.write(
      `Serving ${where} at ${address}${pages ? '; open it in a browser' : ''}; documentation at ${address}/docs. Stop with Ctrl+C.\n`,
    );
    if (pages?.firstRunCode !== undefined) {
      // A demonstration is never empty, and pages of any other ledger have a public address.
      const base = pages.publicUrl!;
      process.stderr.write(`The ledger is empty. Open it in a browser: ${base}/first-run?code=${pages.firstRunCode}\n`);
    }
  };
  await new Promise<void>((resolve) => {
    closeWithGrace(
      {
        delay: STOP_WITHIN_MS,
        logger,
        onSecondError: (err) => fault(err, 'another fault ends the service before it has stopped'),
        onTimeout: (ms) => fault(undefined, `it has not stopped within ${ms} ms and is ended`),
      },
      async ({ err }) => {
        if (err) fault(err, 'a fault that nothing caught ends the service');
        try {
          lapsing.stop();
          // It works for requests, which are waited for: whoever waits for it is told at once.
          scanner?.stop();
          await mail?.stop();
          await sweeping?.stop();
          unwatch();
          await app.close();
          await ledger.close();
          await pages?.once.close();
        } catch (error) {
          fault(error, 'the service cannot be stopped as it should be');
          throw error;
        }
        log.flushSync();
        access.flushSync();
        resolve();
      },
    );
    // Whoever is told that it serves may stop it.
    saySo();
  });
}

/** The sending of letters, where the operator names a mail server; of a demonstration nobody gets any. */
async function mailOf(
  { mail, publicUrl }: Config,
  { demonstration }: HowServed,
  ledger: Ledger,
  { once, people }: PagesOptions,
  logger: Logger,
) {
  if (!mail || demonstration) return undefined;
  const [{ createMail, startMail }, { createPostman }, { createPeople }] = await Promise.all([
    import('./web/mail.js'),
    import('./web/smtp.js'),
    import('./web/people.js'),
  ]);
  const postman = createPostman(mail);
  const letters = createMail({
    ledger,
    people: createPeople(people),
    once,
    publicUrl: publicUrl!,
    postman,
    log: logger,
  });
  return startMail(letters, MAIL_EVERY_MS, logger);
}

/** What pages need beside the ledger. Throws {@link WrongUse} where a setting is missing, or is not as it must be. */
async function pagesOf(
  config: Config,
  file: string,
  {
    demonstration,
    ownKey,
    isEmpty,
    scanner,
  }: {
    readonly demonstration: boolean;
    readonly ownKey: JWK | undefined;
    readonly isEmpty: boolean;
    readonly scanner: Scanner | undefined;
  },
): Promise<PagesOptions> {
  if (!isFile(file) && !config.sessionKeys)
    throw new WrongUse(
      'Services that share an event store seal sessions with the same keys: set BCF_SESSION_KEYS, or unset BCF_PUBLIC_URL.',
    );
  const [{ linkReader }, { PeopleFile }] = await Promise.all([import('./http/sign-in.js'), import('./web/people.js')]);
  const people = readAs(PeopleFile, config.people === undefined ? [] : readJson(config.people).content);
  if ('faults' in people) {
    const [{ path, words }] = people.faults as [(typeof people.faults)[number]];
    throw new WrongUse(`${config.people!}: ${path.map(String).join('.')} ${words}.`);
  }
  return {
    publicUrl: demonstration ? undefined : config.publicUrl,
    sessionKeys: config.sessionKeys ?? [randomBytes(32)],
    once: await onceStoreOf(config, file),
    documents: await documentsOf(config, scanner),
    documentsOfDisputes: config.documents?.ofDisputes ?? false,
    freshMs: config.freshMinutes * 60_000,
    people: people.value,
    provider:
      config.oidc && !demonstration ? (await import('./web/provider.js')).createProvider(config.oidc) : undefined,
    readLink: ownKey && !config.oidc ? linkReader(ownKey) : undefined,
    firstRunCode: isEmpty ? randomBytes(16).toString('base64url') : undefined,
  };
}

/** The folder of documents, where there is one. Throws {@link WrongUse} where it cannot be used. */
async function documentsOf({ documents }: Config, scanner: Scanner | undefined): Promise<PagesOptions['documents']> {
  if (!documents) return undefined;
  const { openDocuments } = await import('./store/documents.js');
  try {
    return openDocuments({ ...documents, scanner, now: systemClock.now() });
  } catch (error) {
    throw new WrongUse(`BCF_DOCUMENTS must be a folder that this program can write: ${(error as Error).message}.`);
  }
}

/** What scans the files that officers send, where the operator names a program. Throws {@link WrongUse} where it cannot be run. */
async function scannerOf({ documents }: Config, log: Logger): Promise<Scanner | undefined> {
  if (documents?.scanner === undefined) return undefined;
  const { createScanner } = await import('./store/document-scanner.js');
  try {
    return createScanner({ ...documents.scanner, log });
  } catch (error) {
    throw new WrongUse(
      `BCF_DOCUMENT_SCANNER must be a program that this service can run: ${(error as Error).message}.`,
    );
  }
}

/** Where a ledger is, for the folder of its documents to note: a copy of its file is elsewhere, or is another file there. */
function placeOf(file: string, { store }: Ledger): string {
  if (isFile(file)) return `${realpathSync(file)} (inode ${statSync(file).ino})`;
  return (store as EventStoreDBEventStore).where;
}

/** Sweeps the folder of documents by what a ledger names. Throws {@link WrongUse} where there is no folder. */
async function sweep(
  { documents }: Config,
  file: string,
  ledger: Ledger,
  how: { readonly remove: boolean; readonly days?: number | undefined },
): Promise<Swept> {
  if (!documents) throw new WrongUse('Set BCF_DOCUMENTS to the folder of documents first.');
  const { folder, unnamedDays } = documents;
  const [{ sweepDocuments }, { notedIn }, { documentsNamed }, { whyNotSwept }] = await Promise.all([
    import('./store/document-sweep.js'),
    import('./store/document-note.js'),
    import('./ledger/audit/named-documents.js'),
    import('./ledger/audit/sweeping.js'),
  ]);
  const whyNot = how.remove ? await whyNotSwept(ledger, placeOf(file, ledger), await notedIn(folder)) : undefined;
  const swept = await sweepDocuments({
    folder,
    named: (stream) => documentsNamed(ledger.store, stream),
    now: systemClock.now(),
    unnamedMs: (how.days ?? unnamedDays) * DAY_MS,
    remove: how.remove && whyNot === undefined,
  });
  return { ...swept, whyNot };
}

/** The sweeping of a service’s folder of documents. A demonstration takes nothing away: the folder may be another ledger’s. */
async function sweepingOf(config: Config, { file, demonstration }: HowServed, ledger: Ledger, logger: Logger) {
  if (!config.documents || demonstration) return undefined;
  const { folder } = config.documents;
  const [{ startSweeping }, { noteIn, notedIn }, { toNote }] = await Promise.all([
    import('./store/document-sweep.js'),
    import('./store/document-note.js'),
    import('./ledger/audit/sweeping.js'),
  ]);
  const note = async (): Promise<void> => {
    const head = await toNote(ledger, placeOf(file, ledger), await notedIn(folder));
    if (head) noteIn(folder, head);
  };
  return startSweeping({ sweep: () => sweep(config, file, ledger, { remove: true }), note }, SWEEP, logger);
}

/** Where it is noted what has happened once: beside a ledger’s file, or on the event store that services share. */
async function onceStoreOf(config: Config, file: string): Promise<OnceStore> {
  if (isFile(file)) return (await import('./store/sqlite/once-store.js')).openSqliteOnceStore(onceOf(file));
  const { openEventStoreDBOnceStore } = await import('./store/eventstoredb/once-store.js');
  return openEventStoreDBOnceStore({ connection: config.eventStoreDB! });
}

async function removeDemonstration(config: Config, file: string): Promise<void> {
  if (!isFile(file)) throw new WrongUse('A demonstration is made in a file; give one with --ledger.');
  if (!existsSync(file)) return;
  if (isInUse(file)) {
    throw new WrongUse(`${file} is being served or read by another program; stop it first, or give another --ledger.`);
  }
  const { ledger } = await opened(config, file, { readOnly: true });
  const register = ledger.model.register().ledger;
  await ledger.close();
  if (register?.demonstration === false) {
    throw new NotALedger(`${file} is not a demonstration ledger; the demonstration will not replace it.`);
  }
  const [snapshot, once] = [snapshotOf(file), onceOf(file)];
  const beside = [
    headFileOf(file),
    `${file}-wal`,
    `${file}-shm`,
    snapshot,
    secretOf(snapshot),
    once,
    `${once}-wal`,
    `${once}-shm`,
  ];
  for (const each of [file, ...beside]) rmSync(each, { force: true });
}

async function restore(config: Config, from: string, file: string): ReturnType<Parts['restore']> {
  if (!isFile(file)) throw new WrongUse('A backup is restored to a file; give one with --ledger.');
  if (existsSync(file) && isInUse(file))
    throw new WrongUse(`${file} is being served or read by another program; stop it first.`);
  const stamp = new Date(systemClock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
  const kept = await putBack(from, file, { program: version, stamp });
  const { ledger, accepted } = await opened(config, file, { readOnly: false, acceptLoss: true });
  await ledger.close();
  return { kept, accepted: accepted && sentenceOfLoss(accepted) };
}

/** Whether files that are there are their owner’s alone. */
const whoMayRead = (files: readonly string[]): Finding[] =>
  files.filter(existsSync).map((file) => {
    const others = (statSync(file).mode & 0o077) !== 0;
    return {
      name: 'permissions',
      ok: !others,
      words: others
        ? `${file} can be read or written by others on this machine: chmod 600 ${file}`
        : `${file} is its owner’s alone.`,
    };
  });

/** What an operator should know of the machine and of the ledger. It makes no ledger; what cannot be opened is a finding. */
async function diagnose(config: Config, file: string): Promise<Finding[]> {
  const major = Number(process.versions.node.split('.')[0]);
  const findings = [
    { name: 'node', ok: major >= 20, words: `Node ${process.versions.node}; 20 and 24 are supported.` },
  ];
  if (isFile(file)) {
    if (!existsSync(file)) return [...findings, { name: 'file', ok: false, words: `There is no file ${file}.` }];
    findings.push(...whoMayRead([file, `${file}-wal`, `${file}-shm`, snapshotOf(file), keyFileOf(file, config)]));
  }
  try {
    const store = openStore(config, file, { readOnly: false });
    findings.push(...(await store.diagnose()));
    findings.push(...(await findingsOfLedger(config, file, store)));
  } catch (error) {
    findings.push({ name: 'opened', ok: false, words: (error as Error).message });
  }
  return findings;
}

async function findingsOfLedger(config: Config, file: string, store: ReturnType<typeof openStore>): Promise<Finding[]> {
  try {
    const { ledger } = await opened(config, file, { readOnly: true }, store, 0);
    // What is damaged ends this in words, which are a finding.
    await ledger.whenProven;
    const proven = ledger.proven();
    const register = ledger.model.register().ledger;
    const status = await ledger.projector.status();
    await ledger.clockWatch.compared();
    const doubt = ledger.clockWatch.doubt();
    return [
      {
        name: 'opened',
        ok: register !== undefined,
        words: register
          ? `The ledger "${register.name}"${register.demonstration ? ', a demonstration' : ''}.`
          : 'The ledger has not been opened.',
      },
      {
        name: 'read model',
        ok: status.state === 'live',
        words: `${status.state}, ${status.size} events, ${ledger.fromSnapshot} of them from a snapshot; ${readInWords(ledger.readBy)}.`,
      },
      {
        name: 'proven',
        ok: true,
        words: proven
          ? `All ${proven.of} events are what was recorded: their hashes are those of the tree that was written with them.`
          : 'This store keeps no tree of its own to hold its events to; verify works the root out.',
      },
      {
        name: 'clock',
        ok: doubt === undefined,
        words: doubt ?? 'The clock is level with the ledger: acts can be stamped.',
      },
    ];
  } finally {
    await store.close();
  }
}

/** Throws {@link WrongUse} where a ledger is not there, or its register does not name an officer. */
async function mustKnow(config: Config, file: string, officer: string): Promise<void> {
  if (isFile(file) && !existsSync(file)) throw new WrongUse(`There is no ledger ${file}.`);
  const { ledger } = await opened(config, file, { readOnly: true });
  const known = ledger.model.register().mandates.has(officer);
  await ledger.close();
  if (!known) throw new WrongUse(`No officer named "${officer}" is in the register of ${file}.`);
}

/**
 * Runs the program once, by an environment: `bcf-ledger` and these arguments. Returns its exit code; what cannot be run is
 * told as a note.
 */
export async function main(args: readonly string[], env: NodeJS.ProcessEnv, output: Output): Promise<number> {
  try {
    return await run(args, await partsBy(readConfig(env)), output);
  } catch (error) {
    output.note((error as Error).message);
    return EXIT.usage;
  }
}

/** The parts that commands use, by the settings. */
async function partsBy(config: Config): Promise<Parts> {
  if (config.eventStoreDB !== undefined) {
    eventStoreDB = await import('./store/eventstoredb/eventstoredb-event-store.js');
  }
  return {
    version,
    defaultLedger: config.eventStoreDB === undefined ? config.ledger : EVENTSTOREDB,
    settings: settings(),
    openStore: (ledger, how) => openStore(config, ledger, how),
    openLedger: (ledger, how) => opened(config, ledger, how),
    isFile,
    exists: (ledger) => !isFile(ledger) || existsSync(ledger),
    backUp: (ledger, to) => {
      if (isFile(ledger)) return backUp(ledger, to);
      throw new WrongUse('A cluster is backed up by its own means, and by bcf-ledger move --to a file.');
    },
    restore: (from, file) => restore(config, from, file),
    readFiles: (paths) => paths.map(readJson),
    scenarios: () =>
      readdirSync(join(ROOT, 'scenarios'))
        .filter((name) => name.endsWith('.json'))
        .sort()
        .map((name) => readJson(join(ROOT, 'scenarios', name))),
    removeDemonstration: (file) => removeDemonstration(config, file),
    issueToken: async (file, officer, hours) => {
      if (config.provider) throw new WrongUse('Tokens come from the identity provider at BCF_JWKS_URL.');
      const keyFile = keyFileOf(file, config);
      await mustKnow(config, file, officer);
      const { issueToken, localKey } = await import('./http/sign-in.js');
      return issueToken(await localKey(keyFile), officer, hours, Math.floor(systemClock.now() / 1000));
    },
    signInLink: async (file, officer) => {
      if (config.provider || config.oidc) throw new WrongUse('Officers sign in with the identity provider.');
      if (config.publicUrl === undefined)
        throw new WrongUse('Set BCF_PUBLIC_URL to where browsers find the pages first.');
      const keyFile = keyFileOf(file, config);
      await mustKnow(config, file, officer);
      const { issueSignInLink, localKey } = await import('./http/sign-in.js');
      const token = await issueSignInLink(await localKey(keyFile), officer, Math.floor(systemClock.now() / 1000));
      return new URL(`/sign-in/link?link=${token}`, config.publicUrl).href;
    },
    sweepDocuments: (file, ledger, how) => sweep(config, file, ledger, how),
    serve: (how) => serve(config, how),
    diagnose: (file) => diagnose(config, file),
  };
}

/** What a shell says of a program that SIGPIPE ended: 128 and its number. */
const ENDED_BY_CLOSED_PIPE = 141;

/** Whether this file is what Node was started with; it may be by a link to it. */
const isStarted = (): boolean =>
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);

if (isStarted()) {
  // A reader that has enough, such as `| head`, ends the program as it ends others, and nobody is told of a fault.
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(ENDED_BY_CLOSED_PIPE);
    process.stderr.write(`Standard output cannot be written: ${message}\n`);
    process.exit(EXIT.unreadable);
  });
  process.exitCode = await main(process.argv.slice(2), process.env, {
    data: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    terminal: process.stderr.isTTY,
    // Node gives a width only where there is a terminal.
    width: process.stdout.columns,
  });
}
