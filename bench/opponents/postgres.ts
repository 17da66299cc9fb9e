import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { folderWith, Missing, packageOf } from './packages.js';

/**
 * A PostgreSQL of its own in a temporary folder, reached through a socket, with everything that makes a commit durable
 * as it is delivered: fsync and synchronous_commit on. It ends with the measurement.
 */
export interface Postgres {
  readonly version: string;
  /** For those who connect by themselves. */
  readonly connection: string;
  connect(): Promise<Client>;
  stop(): Promise<void>;
}

/** What is used of a client of the package `pg`. */
export interface Client {
  query(asked: {
    name?: string;
    text: string;
    values?: readonly unknown[];
  }): Promise<{ rows: Record<string, string>[] }>;
  end(): Promise<void>;
}

interface Pg {
  readonly default: { readonly Client: new (options: object) => Client & { connect(): Promise<void> } };
}

const USER = 'bench';
const DATABASE = 'postgres';
const PORT = 5432;
const READY_MS_MAX = 15_000;
/** More than it is delivered with, so that a million postings and their index are in its memory. */
const SETTINGS = ['shared_buffers=1GB', 'maintenance_work_mem=512MB', 'max_wal_size=8GB'];

/** Where distributions keep the server's programs, the newest version first, if not on the path. */
function programs(): string {
  const told = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  const base = '/usr/lib/postgresql';
  const versions = folderWith('.', [base]) === base ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  const asked = told.status === 0 ? [told.stdout.trim()] : [];
  const folder = folderWith('initdb', [...asked, ...versions.map((version) => join(base, version, 'bin'))]);
  if (folder === undefined) throw new Missing('PostgreSQL is not installed (apt-get install postgresql)');
  return folder;
}

/** The server refuses to run as root: it is then run as the user that the distribution keeps for it. */
function unprivileged(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  for (const user of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((which) => spawnSync('id', [which, user], { encoding: 'utf8' }));
    if (uid!.status === 0 && gid!.status === 0) return { uid: Number(uid!.stdout), gid: Number(gid!.stdout) };
  }
  throw new Missing('PostgreSQL does not run as root, and there is no user to run it as');
}

/** Starts a server. Throws {@link Missing} where there is none. */
export async function startPostgres(packages: string): Promise<Postgres> {
  const pg = await packageOf<Pg>(packages, 'pg');
  const bin = programs();
  const as = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'bcf-pg-'));
  if (as.uid !== undefined) chownSync(folder, as.uid, as.gid!);
  const data = join(folder, 'data');
  const options = { ...as, cwd: folder, encoding: 'utf8' } as const;
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C'],
    options,
  );
  if (made.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    throw new Missing(`initdb failed: ${made.stderr.trim()}`);
  }
  const settings = [`unix_socket_directories=${folder}`, 'listen_addresses=', 'fsync=on', `port=${PORT}`, ...SETTINGS];
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((each) => ['-c', each])], {
    ...as,
    cwd: folder,
    stdio: 'ignore',
  });
  const ended = once(server, 'exit');
  const connect = async (): Promise<Client> => {
    const client = new pg.default.Client({ host: folder, port: PORT, user: USER, database: DATABASE });
    await client.connect();
    return client;
  };
  const stop = async (): Promise<void> => {
    // A pool that an opponent keeps open is told that the server goes, and has nobody who listens to that.
    const told = (): void => undefined;
    process.on('uncaughtException', told);
    server.kill('SIGINT');
    await ended;
    await setTimeout(100);
    process.off('uncaughtException', told);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const client = await ready(server, connect);
    const told = await client.query({ text: 'SHOW server_version' });
    const durable = await client.query({
      text: "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')",
    });
    await client.end();
    if (!durable.rows.every(({ setting }) => setting === 'on')) throw new Error('PostgreSQL would not be durable.');
    return {
      version: /^\d+(\.\d+)*/.exec(told.rows[0]!['server_version']!)![0],
      connection: `postgresql://${USER}@/${DATABASE}?host=${folder}&port=${PORT}`,
      connect,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ready(server: ChildProcess, connect: () => Promise<Client>): Promise<Client> {
  const end = performance.now() + READY_MS_MAX;
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      if (server.exitCode !== null || performance.now() > end) {
        throw new Missing(`PostgreSQL did not start: ${(error as Error).message}`);
      }
      await setTimeout(100);
    }
  }
}
