import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * The client of the workloads over HTTP, in a thread of its own so that it does not sit in the service's event loop: so
 * many connections, each kept open and each with one request under way, until the time is up. It writes and reads bare
 * sockets, because a client that costs more than the service would distort the measurement. Any other status is a
 * fault.
 */
export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Replaces {n} in a header or a body, together with a number, so that this load has its own idempotency keys. */
  readonly name: string;
  readonly status: number;
  readonly method: 'GET' | 'POST';
  readonly paths: readonly string[];
  readonly headers: readonly string[];
  /** Taken in turn, beside the paths; none where nothing is sent. */
  readonly bodies: readonly string[];
}

export interface Answered {
  /** How long each request took, in milliseconds. */
  readonly times: Float64Array;
  readonly seconds: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');

function requests({ name, method, paths, headers, bodies }: Load): () => string {
  let number = 0;
  return () => {
    const at = number++;
    const body = bodies.length > 0 ? bodies[at % bodies.length]! : '';
    const text = (from: string): string => from.replaceAll('{n}', `${name}-${at}`);
    const sent = text(body);
    const head = [
      `${method} ${paths[at % paths.length]!} HTTP/1.1`,
      'host: bench',
      ...headers.map(text),
      ...(sent === '' ? [] : ['content-type: application/json', `content-length: ${Buffer.byteLength(sent)}`]),
    ];
    return `${head.join('\r\n')}\r\n\r\n${sent}`;
  };
}

/** One connection; returns what sends a request and waits for the whole answer. */
async function open(port: number, status: number) {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  // A connection may be closed at the end before it has sent anything; then nothing waits for its answer.
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  let got: Buffer = Buffer.alloc(0);
  socket.on('error', (error) => reject(error));
  socket.on('close', () => reject(new Error('The service closed a connection.')));
  socket.on('data', (chunk) => {
    got = got.length === 0 ? chunk : Buffer.concat([got, chunk]);
    const end = got.indexOf(HEAD_END);
    if (end < 0) return;
    const head = got.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (got.length < end + HEAD_END.length + length) return;
    const text = got;
    got = Buffer.alloc(0);
    if (head.startsWith(`HTTP/1.1 ${status} `)) resolve();
    else reject(new Error(text.toString('utf8')));
  });
  return {
    ask: (request: string): Promise<void> =>
      new Promise((done, failed) => {
        resolve = done;
        reject = failed;
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

async function run(load: Load): Promise<Answered> {
  const { port, connections, seconds, status } = load;
  const next = requests(load);
  const all = await Promise.all(Array.from({ length: connections }, () => open(port, status)));
  const times: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    all.map(async ({ ask }) => {
      for (let from = performance.now(); from < end;) {
        await ask(next());
        const now = performance.now();
        times.push(now - from);
        from = now;
      }
    }),
  );
  const took = (performance.now() - start) / 1000;
  for (const { close } of all) close();
  return { times: Float64Array.from(times), seconds: took };
}

parentPort!.postMessage(await run(workerData as Load));
