import { parentPort } from 'node:worker_threads';
import { startServer } from '../test/support/eventstoredb/server.js';

/** The test server in a thread of its own, so that its processor time is not counted as the adapter's. */
const { connection } = await startServer();
parentPort!.postMessage(connection);
