import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ALONE } from '../support/alone.js';
import { startServer } from '../support/eventstoredb/server.js';

const SCRIPT = fileURLToPath(new URL('real-eventstoredb.js', import.meta.url));

async function tried(connection?: string): Promise<{ readonly code: number | null; readonly out: string }> {
  const child = spawn(ALONE[0]!, [...ALONE.slice(1), SCRIPT], {
    env: { ...process.env, BCF_EVENTSTOREDB: connection, BCF_TEST_ACTS: '1' },
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out };
}

t.test('the suite for a real server runs on whatever BCF_EVENTSTOREDB names, others’ events beside it', async (t) => {
  const server = await startServer();
  t.teardown(() => server.close());
  server.log.write('fund-a');
  const { code, out } = await tried(server.connection);
  t.equal(code, 0, out.slice(0, 2_000));
  t.match(out, /the streams of this run begin with conformance[0-9a-f]{8}x and stay on the server/);
});

t.test('and says clearly that it tested nothing where there is none', async (t) => {
  const { code, out } = await tried();
  t.equal(code, 1);
  t.match(out, /BCF_EVENTSTOREDB is not set, so nothing was tested/);
});
