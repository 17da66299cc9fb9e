import { setTimeout as pause } from 'node:timers/promises';
import {
  convertToCommandError,
  ErrorType,
  EventStoreDBClient,
  isCommandError,
  StreamNotFoundError,
  type StreamingRead,
} from '@eventstore/db-client';
import { ConcurrencyConflict, NotALedger, OutcomeUnknown, StoreUnavailable } from '../event-store.js';

/**
 * One client of the server or cluster, and the one way in which it is asked: every call has a deadline of our own, is
 * repeated where that can help, and fails in words of the port. The connection string holds a password, so it is in no
 * message, no cause and no log.
 */
export interface Connection {
  readonly client: EventStoreDBClient;
  /** What every call is given: the user, the leader and a deadline. */
  readonly asking: Asking;
  /** The hosts, without user and password: what may be shown. */
  readonly where: string;
  /** Whether what is sent is encrypted, or stays on this machine. */
  readonly isPrivate: boolean;
  /** Reads, and again where it failed in a way that may pass. Rejects {@link StoreUnavailable}. */
  read<T>(read: (late: AbortSignal) => Promise<T>): Promise<T>;
  /**
   * Writes what may be written again: the server takes the same identifiers at the same revision once. Rejects
   * {@link ConcurrencyConflict} as the server says it: whose events are in the way has to be looked at.
   */
  write<T>(stream: string, write: () => Promise<T>): Promise<T>;
  /** How long to wait before trying again after so many failures in a row, in milliseconds. */
  backoff(failures: number): number;
}

export interface Asking {
  readonly credentials: { readonly username: string; readonly password: string };
  readonly requiresLeader: true;
  readonly deadline: number;
}

export interface ConnectionOptions {
  /** `esdb://…` or `esdb+discover://…`. */
  readonly connection: string;
  /** How long one call may take. */
  readonly deadlineMs?: number;
  /** How long to wait before the second attempt; each next one waits up to twice as long. */
  readonly pauseMs?: number;
}

const DEADLINE_MS = 5_000;
const PAUSE_MS = 100;
const PAUSE_MS_MAX = 5_000;
/** After a failover the first calls fail while a leader is elected and found. */
const ATTEMPTS = 4;

/** What the client knows; it warns of anything else on the terminal, and shows the whole string as it does. */
const PARAMETERS = [
  'tls',
  'tlsCAFile',
  'userCertFile',
  'userKeyFile',
  'connectionName',
  'defaultDeadline',
  'maxDiscoverAttempts',
  'discoveryInterval',
  'gossipTimeout',
  'nodePreference',
  'keepAliveInterval',
  'keepAliveTimeout',
];

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/;

interface Parsed {
  readonly credentials: Asking['credentials'] | undefined;
  readonly hosts: readonly string[];
  readonly encrypted: boolean;
}

/** Reads what we need of a connection string. Throws {@link StoreUnavailable}, which repeats nothing of it. */
function parse(connection: string): Parsed {
  const [, user, password, hosts, query] =
    /^esdb(?:\+discover)?:\/\/(?:([^:@/]+):([^@/]+)@)?([^@/?]+)\/?(?:\?([^@?]*))?$/.exec(connection) ?? [];
  if (hosts === undefined) {
    throw new StoreUnavailable(
      'The connection string of the event store cannot be read. It must be like ' +
        'esdb://user:password@host:2113?tls=true, with signs such as @, : and / in the password percent-encoded.',
    );
  }
  const given = new URLSearchParams(query);
  for (const name of given.keys()) {
    if (!PARAMETERS.includes(name)) {
      throw new StoreUnavailable(
        `The connection string of the event store has a parameter that may not be used. It may have: ${PARAMETERS.join(', ')}.`,
      );
    }
  }
  // The client takes the last of a parameter that is given twice.
  const encrypted = given.getAll('tls').at(-1) !== 'false';
  if (encrypted && password === undefined) {
    throw new StoreUnavailable(
      'The connection string of the event store must name a user and a password, unless it says tls=false: ' +
        'a server that encrypts also asks who is there.',
    );
  }
  return {
    credentials: user === undefined ? undefined : { username: decoded(user), password: decoded(password!) },
    hosts: hosts.split(','),
    encrypted,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new StoreUnavailable(
      'The user or password in the connection string of the event store is not percent-encoded as it must be.',
    );
  }
}

function connected(connection: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(connection);
  } catch {
    // Its own message repeats a part of the string, which may be the password.
    throw new StoreUnavailable(
      'The client of the event store does not take the connection string: a parameter has no value that it knows, or a ' +
        'certificate file is not there.',
    );
  }
}

/** Makes the client; nothing is sent yet. Throws {@link StoreUnavailable} where the connection string cannot be used. */
export function connect({ connection, deadlineMs = DEADLINE_MS, pauseMs = PAUSE_MS }: ConnectionOptions): Connection {
  const { credentials, hosts, encrypted } = parse(connection.trim());
  const client = connected(connection.trim());
  endsNoProcess(client);
  const where = hosts.join(', ');
  const backoff = (failures: number): number => Math.random() * Math.min(PAUSE_MS_MAX, pauseMs * 2 ** failures);

  async function persist<T>(
    call: (late: AbortSignal) => Promise<T>,
    fail: (failure: Failure, unknown: boolean) => Error,
    attempt = 1,
    before = false,
  ): Promise<T> {
    try {
      // The client's own deadline begins when it has found a node, which may take it much longer.
      return await within(deadlineMs * 2, call);
    } catch (error) {
      const failure = failureOf(error as Error);
      const unknown = before || failure.mayHaveBeenWritten;
      if (!failure.mayPass || attempt === ATTEMPTS) throw fail(failure, unknown);
      await pause(backoff(attempt));
      return persist(call, fail, attempt + 1, unknown);
    }
  }

  const unavailable = ({ words, cause }: Failure): StoreUnavailable =>
    new StoreUnavailable(`The event store at ${where} ${words}`, cause);

  return {
    client,
    // A user on every call, also where it is ignored: only so does the client write by calls of its own, each with a
    // deadline. Its shared stream asks the server for its features first, without one, and an error on it ends the
    // appends of every client of the process.
    asking: {
      credentials: credentials ?? { username: '-', password: '-' },
      requiresLeader: true,
      deadline: deadlineMs,
    },
    where,
    isPrivate: encrypted || hosts.every((host) => LOOPBACK.test(host)),
    backoff,
    read: (read) => persist(read, (failure) => failure.refused ?? unavailable(failure)),
    write: (stream, write) =>
      persist(write, (failure, unknown) => {
        const { refused, conflict, words, cause } = failure;
        if (conflict) return new ConcurrencyConflict(stream, conflict.expected, conflict.actual);
        if (!unknown) return refused ?? unavailable(failure);
        return new OutcomeUnknown(
          `It is not known whether ${stream} was written: the event store at ${where} ${words}`,
          cause,
        );
      }),
  };
}

/**
 * The client drops a connection that failed in a task that nobody awaits; where the cluster cannot be found either, that
 * task fails, and an error that nobody awaits ends the process.
 */
function endsNoProcess(client: EventStoreDBClient): void {
  const inside = client as unknown as { handleError: (...values: unknown[]) => Promise<void> };
  const { handleError } = inside;
  inside.handleError = (...values) => handleError(...values).catch(() => undefined);
}

/** What a failed call means. */
interface Failure {
  readonly words: string;
  readonly cause: Error;
  /** Trying again may help. */
  readonly mayPass: boolean;
  readonly mayHaveBeenWritten: boolean;
  readonly conflict?: { readonly expected: 'no_stream' | bigint; readonly actual: 'no_stream' | bigint };
  /** An error of the port that says it all. */
  readonly refused?: Error;
}

const refusedOf = (words: string, cause: Error, refused?: Error): Failure => ({
  words,
  cause,
  mayPass: false,
  mayHaveBeenWritten: false,
  ...(refused && { refused }),
});

/** Messages of a client that had not reached any server: nothing was sent. */
const NOT_SENT = /No connection established|Failed to discover/;

/** The code of gRPC for what will never do, such as an event above the server's limit, which the client has no name for. */
const INVALID_ARGUMENT = 3;

/** The revision at which the server says that a stream is which has been deleted for ever. */
const TOMBSTONE = 2n ** 63n - 1n;

function streamDeleted(cause: Error): Failure {
  const words = 'A stream of the ledger has been deleted on the server. Restore a backup of the server.';
  return refusedOf(words, cause, new NotALedger(words, cause));
}

function failureOf(thrown: Error): Failure {
  const error = convertToCommandError(thrown);
  if (isCommandError(error)) {
    switch (error.type) {
      case ErrorType.WRONG_EXPECTED_VERSION: {
        const { expectedVersion, actualVersion } = error;
        if (actualVersion === TOMBSTONE) return streamDeleted(error);
        const conflict = { expected: numbered(expectedVersion), actual: numbered(actualVersion) };
        return { ...refusedOf('is at another revision.', error), conflict };
      }
      case ErrorType.ACCESS_DENIED:
        return refusedOf('refuses the user or password, or the user may not do this. Ask who keeps the server.', error);
      case ErrorType.STREAM_DELETED:
        return streamDeleted(error);
      case ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED:
        return refusedOf('takes no append as large as this one.', error);
      case ErrorType.NOT_LEADER:
        return { words: 'has another leader.', cause: error, mayPass: true, mayHaveBeenWritten: false };
      default:
    }
    if (Number(error.code) === INVALID_ARGUMENT)
      return refusedOf(`cannot use what it was asked: ${error.message}`, error);
  }
  return {
    words: `does not answer: ${error.message}`,
    cause: error,
    mayPass: true,
    mayHaveBeenWritten: !NOT_SENT.test(error.message),
  };
}

/** Revisions of the client are bigints, or names; so that another version of it may give numbers. */
const numbered = (revision: string | number | bigint): 'no_stream' | bigint =>
  revision === 'no_stream' ? revision : BigInt(revision);

/** What the call comes to, or a rejection where it takes longer; the call is told that nobody waits for it any more. */
async function within<T>(milliseconds: number, call: (late: AbortSignal) => Promise<T>): Promise<T> {
  const [late, done] = [new AbortController(), new AbortController()];
  const overdue = pause(milliseconds, undefined, { signal: done.signal }).then((): never => {
    late.abort();
    throw new Error(`no answer within ${milliseconds} ms`);
  });
  try {
    return await Promise.race([call(late.signal), overdue]);
  } finally {
    done.abort();
  }
}

/** Everything that a read gives; nothing where the stream does not exist. */
export async function collect<E>(read: StreamingRead<E>, late: AbortSignal): Promise<E[]> {
  const events: E[] = [];
  const give = (): void => {
    read.on('error', () => undefined);
    read.cancel().catch(() => undefined);
    read.destroy();
  };
  late.addEventListener('abort', give);
  try {
    for await (const event of read) events.push(event);
    return events;
  } catch (error) {
    if (error instanceof StreamNotFoundError) return [];
    throw error;
  }
}
