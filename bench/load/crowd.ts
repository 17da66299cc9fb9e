import { connect, type Socket } from 'node:net';

/** Loads that try to exhaust a service. Each begins, goes on until it is ended, and reports its results. */

export interface Load {
  readonly what: string;
  end(): Promise<string>;
}

interface Asked {
  readonly port: number;
  readonly path: string;
  readonly token?: string;
  readonly method?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  /** The address of this machine that it comes from. */
  readonly from?: string;
}

const request = ({ method = 'GET', path, token, headers = [], body = '' }: Asked): string =>
  [
    `${method} ${path} HTTP/1.1`,
    'host: load',
    ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
    ...headers,
    ...(body === '' ? [] : ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`]),
    '',
    body,
  ].join('\r\n');

const opened = ({ port, from }: Asked): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ...(from !== undefined && { localAddress: from }) });
    socket.once('connect', () => resolve(socket)).once('error', reject);
  });

const FEED = '/v1/events';

/** Follows the events from a position on, some times for each token. */
export async function follow(
  port: number,
  tokens: readonly string[],
  times: number,
  after: string | undefined,
): Promise<Load> {
  let [stood, refused, messages] = [0, 0, 0];
  const sockets: Socket[] = [];
  for (const token of tokens) {
    await Promise.all(
      Array.from({ length: times }, async () => {
        const headers = ['accept: text/event-stream', ...(after === undefined ? [] : [`last-event-id: ${after}`])];
        const asked: Asked = { port, path: FEED, token, headers };
        const socket = await opened(asked);
        sockets.push(socket);
        socket.on('error', () => undefined);
        await new Promise<void>((resolve) => {
          let isFirst = true;
          socket.on('data', (chunk) => {
            if (isFirst) {
              if (chunk.toString('latin1', 0, 15).includes(' 200')) stood++;
              else refused++;
              resolve();
            }
            isFirst = false;
            for (let at = chunk.indexOf('\ndata:'); at >= 0; at = chunk.indexOf('\ndata:', at + 1)) messages++;
          });
          socket.once('close', () => resolve());
          socket.write(request(asked));
        });
      }),
    );
  }
  return {
    what: `${tokens.length * times} feeds`,
    async end() {
      for (const socket of sockets) socket.destroy();
      return `${stood} stood, ${refused} were refused; ${messages.toLocaleString('en-GB')} events were read`;
    },
  };
}

/** Asks for all events and never reads an answer. It is ended once the service has let go of each, or after so long. */
export async function neverRead(port: number, tokens: readonly string[], times: number, waitMs: number): Promise<Load> {
  const sockets: Socket[] = [];
  const began = performance.now();
  for (const token of tokens) {
    for (let index = 0; index < times; index++) {
      const asked: Asked = { port, path: FEED, token, headers: ['accept: text/event-stream'] };
      const socket = await opened(asked);
      socket.on('error', () => undefined);
      socket.pause();
      socket.write(request(asked));
      sockets.push(socket);
    }
  }
  return {
    what: `${sockets.length} readers that never read`,
    async end() {
      // A disconnection shows only after everything sent has been read, so the rest is read now.
      const left = waitMs - (performance.now() - began);
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
      let gone = 0;
      await Promise.all(
        sockets.map(
          (socket) =>
            new Promise<void>((resolve) => {
              const give = setTimeout(resolve, 5_000);
              socket.once('close', () => {
                gone++;
                clearTimeout(give);
                resolve();
              });
              socket.on('data', () => undefined);
              socket.resume();
            }),
        ),
      );
      for (const socket of sockets) socket.destroy();
      return `${gone} of ${sockets.length} were let go within ${Math.round(waitMs / 1000)} s`;
    },
  };
}

/**
 * One request after another on a connection, until it is told to stop, so many a second: a client on the same
 * processors that sends as fast as it gets answers would take processor time from the service. A late request is made
 * up for. Counts the answers by status and rule.
 */
async function askOnAndOn(
  perSecond: number,
  asked: (index: number) => Asked | undefined,
  counted: Map<string, number>,
): Promise<void> {
  let socket: Socket | undefined;
  const begun = performance.now();
  for (let index = 0; ; index++) {
    const early = begun + (index * 1000) / perSecond - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    const next = asked(index);
    if (next === undefined) break;
    socket ??= await opened(next);
    const now = socket;
    const text = await new Promise<string | undefined>((resolve) => {
      const chunks: Buffer[] = [];
      let [size, whole] = [0, Infinity];
      const data = (chunk: Buffer): void => {
        chunks.push(chunk);
        size += chunk.length;
        if (whole === Infinity) {
          const head = Buffer.concat(chunks).toString('latin1');
          const end = head.indexOf('\r\n\r\n');
          if (end < 0) return;
          whole = end + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(head.slice(0, end))?.[1] ?? 0);
        }
        if (size < whole) return;
        now.off('data', data).off('close', closed);
        resolve(Buffer.concat(chunks).toString('latin1'));
      };
      const closed = (): void => resolve(undefined);
      now.on('data', data).once('close', closed);
      now.write(request(next));
    });
    const status = text === undefined ? 'closed' : text.split(' ', 2)[1]!;
    const rule = text === undefined ? '' : (/"code":"(\w+)"/.exec(text)?.[1] ?? '');
    const what = status.startsWith('2') ? status : `${status} ${rule}`.trim();
    counted.set(what, (counted.get(what) ?? 0) + 1);
    if (text === undefined) socket = undefined;
  }
  socket?.destroy();
}

const told = (counted: ReadonlyMap<string, number>): string =>
  [...counted].map(([what, times]) => `${times.toLocaleString('en-GB')} × ${what}`).join(', ');

const PROPOSING = 4;

/** One officer puts so many proposals on the table, so many a second, on a few connections. */
export function propose(
  port: number,
  token: string,
  path: string,
  { many, perSecond, name }: { readonly many: number; readonly perSecond: number; readonly name: string },
): Load {
  const counted = new Map<string, number>();
  let made = 0;
  const next = (): Asked | undefined => {
    if (made >= many) return undefined;
    const index = made++;
    const data = {
      effective: '2016-04-01',
      contribution: `${name}-${index}`,
      payer: 'payer',
      source: 'NHS_ADD',
      amount: '1000.00',
      recurrent: true,
      instalments: [{ due: '2016-04-01', amount: '1000.00' }],
    };
    const body = JSON.stringify({ fact: { type: 'ContributionAgreed', data } });
    return { port, path, token, method: 'POST', body, headers: [`idempotency-key: ${name}-${index}`] };
  };
  const done = Promise.all(Array.from({ length: PROPOSING }, () => askOnAndOn(perSecond / PROPOSING, next, counted)));
  return {
    what: `${many.toLocaleString('en-GB')} proposals by one officer`,
    async end() {
      await done;
      return told(counted);
    },
  };
}

const OPEN_PAGES = ['/openapi.json', '/docs/', '/metrics'];

/** Asks for what is open to all, from so many addresses, so many times a second in all, whatever is answered. */
export function askForPages(port: number, addresses: number, perSecond: number): Load {
  const counted = new Map<string, number>();
  let isOver = false;
  const done = Promise.all(
    Array.from({ length: addresses }, (_, address) =>
      askOnAndOn(
        perSecond / addresses,
        (index) =>
          isOver ? undefined : { port, path: OPEN_PAGES[index % OPEN_PAGES.length]!, from: `127.0.1.${address + 1}` },
        counted,
      ),
    ),
  );
  return {
    what: `the documentation and metrics, ${perSecond} times a second from ${addresses} addresses`,
    async end() {
      isOver = true;
      await done;
      return told(counted);
    },
  };
}
