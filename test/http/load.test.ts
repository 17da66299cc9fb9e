import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import t from 'tap';
import { OPEN_PROPOSALS_MAX } from '../../src/ledger/act.js';
import { contribution, FUND, line, stated } from '../support/ledger.js';
import { fund, service } from './support.js';

/** A small part of `npm run load`, without its times. Refusals have our words, and posts continue. */

const FEEDS_MAX = 17;
const SLOW = 5;
/** The most that a connection holds before its reader takes it: a page of old events, and the stream’s own buffer. */
const KEPT_BYTES_MAX = 256 * 1024;

t.test('feeds, readers that never read and a flood of proposals at once keep nobody from posting', async (t) => {
  const { app, ledger, post } = await service(t, {
    feeds: { perOfficer: 10, inAll: FEEDS_MAX + SLOW, stalledMs: 400 },
  });
  await stated(ledger, 10_000);
  const held = new Set<Socket>();
  await app.listen({ port: 0, host: '127.0.0.1' });
  app.server.on('connection', (socket: Socket) => {
    held.add(socket);
    socket.once('close', () => held.delete(socket));
  });
  const { port } = app.server.address() as AddressInfo;
  const open = (officer: string, after: string): Socket => {
    const socket = connect(port, '127.0.0.1');
    t.teardown(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.write(
      `GET /v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Test ${officer}\r\n${after}\r\n`,
    );
    return socket;
  };
  const slow = Array.from({ length: SLOW }, () => open('registrar', '').pause());
  while (held.size < SLOW) await new Promise((resolve) => setImmediate(resolve));

  const head = (await ledger.store.head())!;
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const socket = open(index < 10 ? 'auditor' : 'county-finance', `Last-Event-ID: ${head}\r\n`);
      const [first] = (await once(socket, 'data')) as [Buffer];
      return { socket, first: first.toString() };
    }),
  );
  const following = answers.filter(({ first }) => first.startsWith('HTTP/1.1 200'));
  t.equal(following.length, FEEDS_MAX, 'as many as there are places for');
  for (const { socket, first } of answers.filter((each) => !following.includes(each))) {
    socket.destroy();
    t.match(first, /^HTTP\/1.1 429 /);
    t.match(first, /application\/problem\+json/);
  }

  const taken = following.map(async ({ socket }) => {
    for (let text = ''; !text.includes('beside-the-load');) text += String((await once(socket, 'data'))[0]);
  });
  const proposals = Array.from({ length: OPEN_PROPOSALS_MAX + 30 }, (_, index) =>
    post(
      `/v1/funds/${FUND}/proposals`,
      { fact: { type: 'ContributionAgreed', data: contribution({ contribution: `offer-${index}`, amount: '1.00' }) } },
      'north-ccg-finance',
    ),
  );
  const beside = await post(
    fund('/facts'),
    { fact: { type: 'PlanLineSet', data: line({ line: 'beside-the-load' }) } },
    'county-chief',
  );
  t.equal(beside.statusCode, 201, 'another officer posts beside it all');
  await Promise.all(taken);
  t.pass('and all who follow are told');
  const answered = await Promise.all(proposals);
  const refused = answered.filter(({ statusCode }) => statusCode !== 201);
  t.equal(answered.length - refused.length, OPEN_PROPOSALS_MAX, 'as many at once as one after another, and no more');
  for (const each of refused) t.match(each.json(), { status: 422, code: 'too_many_proposals', type: String });

  let most = 0;
  while (held.size > following.length) {
    for (const socket of held) most = Math.max(most, socket.writableLength);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  t.ok(most > 0 && most <= KEPT_BYTES_MAX, `${most} bytes were kept for one reader at the most`);
  for (const socket of slow) socket.destroy();
  t.equal((await post(fund('/facts'), { fact: { type: 'PlanLineSet', data: line() } })).statusCode, 201);
});
