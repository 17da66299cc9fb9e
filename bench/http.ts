import { devNull } from 'node:os';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import fastify, { type FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { buildApp } from '../src/http/app.js';
import { logTo } from '../src/http/log.js';
import type { SignIn } from '../src/http/sign-in.js';
import type { Ledger } from '../src/ledger/ledger.js';
import type { PagesOptions } from '../src/web/site.js';
import type { Answered, Load } from './http-client.js';

/** Services that listen while they are measured, and the client that asks them. */

export const CONNECTIONS = [1, 64] as const;
export const atConnections = (connections: number): string =>
  `${connections} connection${connections === 1 ? '' : 's'}`;

/**
 * The whole service, as `serve` builds it, with pages or without. Logging costs time, so the service writes its log, to
 * a sink that discards it.
 */
export const wholeService = (ledger: Ledger, signIn: SignIn, pages?: PagesOptions): Promise<FastifyInstance> =>
  buildApp({
    ledger,
    signIn,
    logger: pino({ level: 'info' }, logTo(devNull)),
    requestsPerMinute: Number.MAX_SAFE_INTEGER,
    demonstration: false,
    version: 'benchmark',
    // Pages are requested one after the other without a pause, which the service must not take for overload.
    waitMsMax: pages ? 0 : 2_000,
    ...(pages && { pages }),
  });

/** Fastify with nothing else: no log, no plugin, no sign-in. */
export const emptyService = (): FastifyInstance => fastify();

/** Runs something while a service listens, and closes the service. */
export async function listening<Result>(app: FastifyInstance, act: (port: number) => Promise<Result>): Promise<Result> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  try {
    return await act((app.server.address() as AddressInfo).port);
  } finally {
    await app.close();
  }
}

/** Runs the client in a thread of its own. */
export const answered = (load: Load): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./http-client.js', import.meta.url), { workerData: load });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
