import t, { type Test } from 'tap';
import { createMail, startMail } from '../../src/web/mail.js';
import { createPeople } from '../../src/web/people.js';
import { createPostman } from '../../src/web/smtp.js';
import type { OnceStore } from '../../src/store/once-store.js';
import { decided } from '../http/disputing.js';
import { acts, DISPUTES, disputing } from '../support/disputes.js';
import { contribution, openedLedger, openFund, type TestLedger } from '../support/ledger.js';
import { mailServer, type MailServer } from '../support/smtp.js';
import { ownOnce } from './site.js';

/** Letters to officers for whom something waits, sent once each to a real mail server. */

const PEOPLE = [
  { officer: 'north-ccg-finance', name: 'Nora North', email: 'nora@north.test' },
  { officer: 'north-ccg-chief', name: 'Nobody Asked' },
  { officer: 'gone', name: 'Gone Away', email: 'gone@north.test' },
];

interface Logged {
  readonly officer?: string;
  readonly code?: string;
  readonly response?: number;
}

function mailing(t: Test, ledger: TestLedger, server: Pick<MailServer, 'url'>, once: OnceStore, people = PEOPLE) {
  const postman = createPostman({ url: server.url, from: 'BCF ledger <ledger@council.test>' });
  t.teardown(() => postman.close());
  const logged: Logged[] = [];
  const log = { warn: (what: object) => void logged.push(what) };
  const publicUrl = 'https://bcf.council.test';
  const mail = createMail({ ledger: ledger.ledger, people: createPeople(people), once, publicUrl, postman, log });
  return { mail, logged };
}

const offered = async (ledger: TestLedger, name: string, more: object = {}, terms: object = {}) => {
  const data = contribution({ contribution: name, amount: '1234567.00', ...more });
  const done = await ledger.done('county-finance', {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: data as never },
    ...terms,
  });
  return done.outcome.proposal!;
};

const header = (letter: string, name: string): string =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(letter.replace(/\n[ \t]+/g, ' '))?.[1] ?? '';
/** The text of a letter, with folded lines joined. */
const textOf = (letter: string): string => letter.slice(letter.indexOf('\n\n') + 2).replace(/=\n/g, '');

t.test('an officer for whom something waits gets one letter a day, with a link and without a figure', async (t) => {
  const ledger = await openedLedger(t);
  const [server, once] = [await mailServer(t), ownOnce(t)];
  const { mail, logged } = mailing(t, ledger, server, once);
  t.equal(await mail.sendDue(), 0, 'nothing waits');
  ledger.now('2016-03-02T09:00:00Z');
  await offered(ledger, 'one', {}, { expires: '2016-03-31' });
  await offered(ledger, 'two');
  t.equal(await mail.sendDue(), 1);
  const [letter = ''] = server.letters;
  t.equal(header(letter, 'To'), 'Nora North <nora@north.test>');
  t.equal(header(letter, 'From'), 'BCF ledger <ledger@council.test>');
  t.equal(header(letter, 'Subject'), 'BCF ledger: 2 proposals wait for your signature');
  t.match(header(letter, 'Message-ID'), /^<[-\w]+@bcf\.council\.test>$/);
  t.equal(header(letter, 'Auto-Submitted'), 'auto-generated');
  t.equal(
    textOf(letter).trim(),
    [
      'Nora North,',
      '2 proposals wait for your signature in the BCF ledger:',
      '- in the fund of Testshire, 2016 to 2017: 2',
      'The earliest last day to sign is 31 March 2016. You can still sign on that day.',
      'Read them and answer them here: https://bcf.council.test/',
      'You get one letter a day at the most. Nobody reads answers to this address. If you want no letters, ask whoever runs the ledger to remove your address.',
    ].join('\n\n'),
  );
  t.notMatch(letter, /1,?234,?567|£/, 'no figure');

  t.equal(await mail.sendDue(), 0, 'it is told');
  await offered(ledger, 'three');
  t.equal(await mail.sendDue(), 0, 'one letter a day');
  const again = mailing(t, ledger, server, once);
  t.equal(await again.mail.sendDue(), 0, 'also after a restart');
  ledger.now('2016-03-03T09:00:00Z');
  t.equal(await again.mail.sendDue(), 1, 'the next day tells of what is new');
  t.match(header(server.letters[1]!, 'Subject'), '3 proposals');
  ledger.now('2016-03-04T09:00:00Z');
  t.equal(await mail.sendDue(), 0, 'where nothing is new there is no letter');
  t.same(logged, []);
});

t.test('what is countered is news, and so is a last day that is near', async (t) => {
  const ledger = await openedLedger(t);
  const [server, once] = [await mailServer(t), ownOnce(t)];
  const people = [...PEOPLE, { officer: 'county-finance', name: 'Cora County', email: 'cora@county.test' }];
  const { mail } = mailing(t, ledger, server, once, people);
  ledger.now('2016-03-02T09:00:00Z');
  const proposal = await offered(ledger, 'one', {}, { expires: '2016-03-20' });
  t.equal(await mail.sendDue(), 1);
  ledger.now('2016-03-03T09:00:00Z');
  const data = contribution({ contribution: 'one', amount: '900000.00' });
  const fact = { type: 'ContributionAgreed', data: data as never };
  await ledger.done('north-ccg-finance', { act: 'counter', proposal, fact, expires: '2016-03-20' as never });
  t.equal(await mail.sendDue(), 1);
  t.equal(header(server.letters[1]!, 'To'), 'Cora County <cora@county.test>');
  ledger.now('2016-03-17T09:00:00Z');
  t.equal(await mail.sendDue(), 0);
  ledger.now('2016-03-18T09:00:00Z');
  t.equal(await mail.sendDue(), 1, 'three days are left, today among them');
  ledger.now('2016-03-19T09:00:00Z');
  t.equal(await mail.sendDue(), 0, 'that is told once');
});

t.test('of several services on one ledger one sends an officer’s letter', async (t) => {
  const ledger = await openedLedger(t);
  const [server, once] = [await mailServer(t), ownOnce(t)];
  await offered(ledger, 'one');
  const all = Array.from({ length: 4 }, () => mailing(t, ledger, server, once).mail.sendDue());
  t.equal(
    (await Promise.all(all)).reduce((sum, each) => sum + each),
    1,
  );
  t.equal(server.letters.length, 1);
});

t.test('a letter that the server refuses is tried later in the day; one that it may have taken is not', async (t) => {
  const ledger = await openedLedger(t);
  const [server, once] = [await mailServer(t), ownOnce(t)];
  const { mail, logged } = mailing(t, ledger, server, once);
  ledger.now('2016-03-02T07:30:00Z');
  await offered(ledger, 'one');
  server.next = 'refuse';
  for (let round = 0; round < 3; round++) t.equal(await mail.sendDue(), 0);
  t.match(logged, [{ officer: 'north-ccg-finance', response: 550 }], 'it was tried once');
  t.notMatch(
    JSON.stringify(logged),
    /nora@|unknown/,
    'what the server says is logged nowhere: it may repeat an address',
  );
  for (const hour of ['09', '11', '13', '16', '19']) {
    ledger.now(`2016-03-02T${hour}:10:00Z`);
    t.equal(await mail.sendDue(), 0);
  }
  t.equal(logged.length, 5, 'five times a day are enough');
  server.next = 'take';
  ledger.now('2016-03-03T08:00:00Z');
  t.equal(await mail.sendDue(), 1);

  ledger.now('2016-03-04T09:00:00Z');
  await offered(ledger, 'two');
  server.next = 'hang up';
  t.equal(await mail.sendDue(), 0);
  server.next = 'take';
  ledger.now('2016-03-04T12:00:00Z');
  t.equal(await mail.sendDue(), 0, 'nobody knows whether it is there');
  ledger.now('2016-03-05T09:00:00Z');
  t.equal(await mail.sendDue(), 1, 'the letter of the next day tells of it');
});

t.test('where the mail server is not there, nothing is lost; letters go out by day', async (t) => {
  const ledger = await openedLedger(t);
  const [server, once] = [await mailServer(t), ownOnce(t)];
  const { mail, logged } = mailing(t, ledger, server, once);
  ledger.now('2016-03-01T23:30:00Z');
  await offered(ledger, 'one');
  for (const night of ['2016-03-01T23:40:00Z', '2016-03-02T06:30:00Z']) {
    ledger.now(night);
    t.equal(await mail.sendDue(), 0);
  }
  t.same(logged, [], 'nobody went to the server by night');
  ledger.now('2016-03-02T07:10:00Z');
  server.next = 'turn away';
  for (let round = 0; round < 9; round++) t.equal(await mail.sendDue(), 0);
  t.equal(logged.length, 9);
  server.next = 'take';
  t.equal(await mail.sendDue(), 1, 'it is sent as soon as the server is there again');
  const nowhere = mailing(t, ledger, { url: 'smtp://127.0.0.1:9' }, ownOnce(t));
  t.equal(await nowhere.mail.sendDue(), 0);
  t.match(nowhere.logged, [{ code: 'ESOCKET' }]);
});

t.test('a server that asks who sends gets the user and the password of its address', async (t) => {
  const ledger = await openedLedger(t);
  const user = { name: 'ledger@council.test', password: 'half of 50% & more' };
  const [server, once] = [await mailServer(t, '127.0.0.1', user), ownOnce(t)];
  const at = (password: string) => ({
    url: server.url.replace('//', `//${encodeURIComponent(user.name)}:${encodeURIComponent(password)}@`),
  });
  ledger.now('2016-03-02T09:00:00Z');
  await offered(ledger, 'one');

  const wrong = mailing(t, ledger, at('something else'), once);
  t.equal(await wrong.mail.sendDue(), 0);
  t.match(wrong.logged, [{ code: 'EAUTH', response: 535 }]);
  t.notMatch(JSON.stringify(wrong.logged), /something else|council\.test/, 'no password, no address');

  server.next = 'hang up at sign-in';
  const broken = mailing(t, ledger, at(user.password), once);
  t.equal(await broken.mail.sendDue(), 0);
  t.equal(broken.logged.length, 1);

  server.next = 'take';
  const { mail, logged } = mailing(t, ledger, at(user.password), once);
  t.equal(await mail.sendDue(), 1, 'nothing was lost meanwhile');
  t.same(logged, []);
  t.equal(header(server.letters[0]!, 'To'), 'Nora North <nora@north.test>');
});

t.test('a service stops at once, also while the mail server says nothing', async (t) => {
  const ledger = await openedLedger(t);
  const [server, once] = [await mailServer(t), ownOnce(t)];
  server.next = 'say nothing';
  const { mail } = mailing(t, ledger, server, once);
  ledger.now('2016-03-02T09:00:00Z');
  await offered(ledger, 'one');
  const round = mail.sendDue();
  await new Promise((resolve) => setTimeout(resolve, 50));
  mail.stop();
  t.equal(await round, 0, 'what was under way is broken off');
  server.next = 'take';
  t.equal(await mail.sendDue(), 0, 'and nothing begins any more');
});

t.test(
  'of disputes and the register a letter says where, and nothing of what; a far server is spoken to in cipher',
  async (t) => {
    const ledger = await disputing(t);
    const [server, once] = [await mailServer(t, '127.0.0.2'), ownOnce(t)];
    await acts(ledger).raise();
    await openFund(ledger, '2018-19');
    await ledger.done(
      'county-finance',
      { act: 'propose', fact: { type: 'SplitDecided', data: decided('one', 6_000) as never } },
      { in: DISPUTES },
    );
    const mandate = { effective: '2018-11-01', officer: 'new', partner: 'north-ccg', role: 'finance-officer' };
    await ledger.done(
      'north-ccg-chief',
      { act: 'propose', fact: { type: 'OfficerMandated', data: mandate as never } },
      { in: 'register' },
    );
    const people = [
      { officer: 'north-ccg-finance', name: 'Nora North', email: 'nora@north.test' },
      { officer: 'north-ccg-chief', name: 'Chief', email: 'chief@north.test' },
    ];
    const far = mailing(t, ledger, server, ownOnce(t), people);
    t.equal(await far.mail.sendDue(), 0);
    t.match(far.logged, [{ code: 'ETLS' }]);
    const near = await mailServer(t);
    const { mail } = mailing(t, ledger, near, once, people);
    t.ok((await mail.sendDue()) > 0);
    const letters = near.letters.map(textOf).join('\n');
    t.match(letters, '- in the disputes of Testshire: 1');
    t.notMatch(letters, /[0-9a-f]{8}-|claim|40\.00/);
  },
);

t.test('letters go out at intervals until the service stops, and a fault stops no later round', async (t) => {
  const logged: object[] = [];
  let rounds = 0;
  let stopped = 0;
  let later: () => void = () => undefined;
  const again = new Promise<void>((resolve) => (later = resolve));
  const sending = startMail(
    {
      async sendDue() {
        if (++rounds === 1) throw new Error('no store');
        later();
        return 0;
      },
      stop() {
        stopped++;
      },
    },
    1,
    { error: (fault) => void logged.push(fault) },
  );
  await again;
  await sending.stop();
  const until = rounds;
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.same([rounds, stopped], [until, 1]);
  t.match(logged, [{ err: { message: 'no store' } }]);
});
