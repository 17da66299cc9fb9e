import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * The client of workload 3, in a thread of its own so that it does not sit in the service's event loop: so many
 * connections, each kept open and each with one post under way, until the time is up. Any answer but 201 is a fault.
 */
export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Makes the idempotency keys of this load its own. */
  readonly name: string;
  readonly funds: readonly string[];
  readonly contributions: readonly string[];
  readonly effective: string;
}

export interface Posted {
  /** How long each post took, in milliseconds. */
  readonly times: Float64Array;
  readonly seconds: number;
}

async function run({ port, connections, seconds, name, funds, contributions, effective }: Load): Promise<Posted> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let sent = 0;

  const post = (number: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify({
        fact: {
          type: 'ContributionReceived',
          data: {
            effective,
            contribution: contributions[number % contributions.length],
            amount: '0.01',
            bankReference: `BACS ${name} ${number}`,
          },
        },
      });
      const asked = request(
        {
          agent,
          host: '127.0.0.1',
          port,
          method: 'POST',
          path: `/v1/funds/${funds[number % funds.length]!}/facts`,
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            'idempotency-key': `${name}-${number}`,
          },
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (part: string) => (text += part));
          answer.on('error', reject);
          answer.on('end', () =>
            answer.statusCode === 201 ? resolve() : reject(new Error(`${answer.statusCode ?? 'none'}: ${text}`)),
          );
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });

  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (let from = performance.now(); from < end;) {
        await post(sent++);
        const now = performance.now();
        times.push(now - from);
        from = now;
      }
    }),
  );
  const took = (performance.now() - start) / 1000;
  agent.destroy();
  return { times: Float64Array.from(times), seconds: took };
}

parentPort!.postMessage(await run(workerData as Load));
