import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * An officer who posts at an even pace, in a thread of their own. A post is timed from when it was to be sent, so that one that
 * waits for the one before it is not counted as quick.
 */
export interface Posting {
  readonly port: number;
  readonly token: string;
  readonly path: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** Makes the keys and the names of this posting its own. */
  readonly name: string;
}

export interface Posted {
  /** In milliseconds. */
  readonly times: readonly number[];
  /** How many were answered with each status. */
  readonly statuses: Readonly<Record<string, number>>;
}

async function post({ port, token, path, perSecond, seconds, name }: Posting): Promise<Posted> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const times: number[] = [];
  const statuses: Record<string, number> = {};
  let got = '';
  let take: (status: string) => void = () => undefined;
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    got += chunk;
    const end = got.indexOf('\r\n\r\n');
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(got.slice(0, end))?.[1] ?? 0);
    if (end < 0 || got.length < end + 4 + length) return;
    const status = got.split(' ', 2)[1]!;
    got = '';
    take(status);
  });
  const begun = performance.now();
  for (let index = 0; index < perSecond * seconds; index++) {
    const due = begun + (index * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    const data = {
      effective: '2016-04-01',
      claimant: 'Press',
      statedOn: '2016-04-01',
      amount: '1.00',
      basis: `${name} ${index}`,
    };
    const body = JSON.stringify({ fact: { type: 'GapStated', data } });
    const status = await new Promise<string>((resolve, reject) => {
      take = resolve;
      socket.once('close', () => reject(new Error('The service closed the poster’s connection.')));
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: load\r\nauthorization: Bearer ${token}\r\nidempotency-key: ${name}-${index}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
    socket.removeAllListeners('close');
    times.push(performance.now() - due);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  socket.destroy();
  return { times, statuses };
}

parentPort!.postMessage(await post(workerData as Posting));
