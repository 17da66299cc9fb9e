import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The environment of this process, but for the event store that it may have been given to test. */
const environment = (env: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  BCF_EVENTSTOREDB: undefined,
  ...env,
});

/** Runs the real program in a process of its own. */
export async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment(env), cwd });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** Starts the service as a user would, and resolves once it says where it listens. */
export async function serving(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [MAIN, ...args, '--port', '0'], { cwd, env: environment(env) });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  let err = '';
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
      const found = /at (http:\/\/\S+); documentation/.exec(err)?.[1];
      if (found) resolve(found);
    });
    child.on('close', () => reject(new Error(err)));
  });
  const stop = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, out, err };
  };
  return { address, stop };
}
