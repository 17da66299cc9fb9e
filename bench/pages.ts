import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { dayNumber, dayOfNumber, instantText, type Day, type Instant } from '../src/domain/calendar.js';
import { Refusal } from '../src/domain/rules.js';
import { createSignIn } from '../src/http/sign-in.js';
import { disputeStream, fundStream } from '../src/ledger/catalogue.js';
import { settableClock } from '../src/ledger/clock.js';
import { openLedger, type Ledger } from '../src/ledger/ledger.js';
import { openSqliteOnceStore } from '../src/store/sqlite/once-store.js';
import { openSqliteEventStore } from '../src/store/sqlite/sqlite-event-store.js';
import type { EventStore } from '../src/store/event-store.js';
import type { Question } from '../src/web/asking.js';
import { createSessions } from '../src/web/session.js';
import { DERIVED, filled, pageOf, questionTitle } from '../src/web/screens/places.js';
import { makeLedger } from './data.js';
import { fundOf, makeDisputes, YEARS as DISPUTE_YEARS } from './dispute-data.js';
import { AREA, COUNTY, LAST as DISPUTES_LAST } from './dispute-facts.js';
import {
  FIRST,
  LAST,
  largeFund,
  manyFunds,
  OFFICER,
  RECORDED_FROM,
  RECORDED_UNTIL,
  YEAR,
  type Shape,
} from './facts.js';
import { p50, p99, told, whole, type Measuring } from './figures.js';
import type { Goal } from './goals.js';
import { wholeService } from './http.js';
import { createRandom, type Random } from './random.js';

/**
 * What pages cost: the processor time of each, of this whole process, beside that of the same questions under /v1 in
 * the same run; how large each is, plain and compressed; and how many requests a browser with a cache makes for it.
 * Each page is requested at random dates, so that no answer comes from kept answers.
 */

/** How many offers wait for a signature. */
const WAITING = 20;
const WARMING = 3;
/** Each page is requested at least this often, even if it is slow. */
const ASKED_MIN = 7;
const HOST_NAME = '127.0.0.1';

/** At what a page is asked for. */
interface At {
  readonly fund: string;
  readonly area: string;
  readonly partner: string;
  readonly officer: string;
  readonly proposal: string;
  readonly revision: string;
  readonly year: string;
  readonly case: string;
  readonly settlement: string;
  /** The day that a comparison begins on. */
  readonly from: string;
  readonly on: string;
  readonly knownAt: string;
}

/** A page, and the questions by which a program gets the same. */
interface Measured {
  readonly what: string;
  readonly page: (at: At) => string;
  /** None where no question gives the content of the page. */
  readonly asks: (at: At) => readonly string[];
}

/** A page, as it was measured. */
export interface PageLine {
  readonly what: string;
  readonly at: string;
  /** Processor time, in milliseconds. */
  readonly times: readonly number[];
  /** The same of its questions under /v1; none where there is no such question. */
  readonly asked: readonly number[];
  /** The largest of all that were sent. */
  readonly bytes: number;
  readonly compressed: number;
  readonly firstVisit: number;
  readonly nextVisit: number;
  /** If nothing was measured, the reason. */
  readonly missing?: string;
}

const dated = ({ on, knownAt }: At): string => `on=${on}&known-at=${knownAt}`;
const known = ({ knownAt }: At): string => `known-at=${knownAt}`;
const ofFund = (page: string, ...asks: readonly string[]) => ({
  page: (at: At) => `/funds/${at.fund}${page}`,
  asks: (at: At) => asks.map((each) => `/v1/funds/${at.fund}${each}`),
});

/** Pages that are made by hand. */
const BY_HAND: readonly Measured[] = [
  { what: 'Home', page: () => '/', asks: ({ officer }) => [`/v1/officers/${officer}/tasks`] },
  { what: 'Funds', page: () => '/funds', asks: () => ['/v1/portfolio'] },
  {
    what: 'Fund',
    page: (at) => `/funds/${at.fund}?${dated(at)}`,
    asks: (at) =>
      [`gap?${dated(at)}`, `position?${dated(at)}`, `minimum-tests?${dated(at)}`, `proposals?${known(at)}`].map(
        (each) => `/v1/funds/${at.fund}/${each}`,
      ),
  },
  { what: 'Fund, today', ...ofFund('', '/gap', '/position', '/minimum-tests', '/proposals') },
  {
    what: 'Partner',
    page: (at) => `/funds/${at.fund}/partners/${at.partner}?${dated(at)}`,
    asks: (at) =>
      ['position', 'statement'].map((each) => `/v1/funds/${at.fund}/partners/${at.partner}/${each}?${dated(at)}`),
  },
  {
    what: 'Compare two dates',
    page: (at) => `/funds/${at.fund}/compare?${comparing(at)}`,
    asks: (at) => [`/v1/funds/${at.fund}/compare?${comparing(at)}`],
  },
  {
    what: 'History',
    page: (at) => `/funds/${at.fund}/history?${known(at)}`,
    asks: (at) => [`/v1/funds/${at.fund}/timeline?order=newest&${known(at)}`],
  },
  {
    what: 'History of one group',
    page: (at) => `/funds/${at.fund}/history?group=grants&${known(at)}`,
    asks: (at) => [`/v1/funds/${at.fund}/timeline?order=newest&group=grants&${known(at)}`],
  },
  {
    what: 'History of one body',
    page: (at) => `/funds/${at.fund}/history?partner=${at.partner}&${known(at)}`,
    asks: (at) => [`/v1/funds/${at.fund}/timeline?order=newest&partner=${at.partner}&${known(at)}`],
  },
  {
    what: 'A fact',
    page: (at) => `/funds/${at.fund}/history/${at.revision}`,
    asks: (at) => [`/v1/funds/${at.fund}/timeline/${at.revision}`],
  },
  {
    what: 'A proposal',
    page: ({ proposal }) => `/proposals/${proposal}`,
    asks: ({ fund, proposal }) => [`/v1/funds/${fund}/proposals/${proposal}`],
  },
  { what: 'Year end', page: (at) => `/funds/${at.fund}/year-end?${dated(at)}`, asks: () => [] },
  { what: 'The area', page: ({ area }) => `/areas/${area}`, asks: () => [] },
  { what: 'Register', page: () => '/register', asks: () => ['/v1/partners'] },
  { what: 'Find', page: () => '/find?text=BACS+3f', asks: () => ['/v1/find?text=BACS+3f'] },
  { what: 'Audit', page: () => '/audit', asks: () => [] },
  { what: 'Words', page: () => '/glossary', asks: () => ['/v1/facts'] },
  { what: 'What can be proposed', ...ofFund('/propose', `/open-acts/${OFFICER}`) },
  { what: 'Form: agree a contribution', ...ofFund('/propose/contribution-agreed') },
  { what: 'Form: a contribution received', ...ofFund('/record/contribution-received') },
  { what: 'Form: set a plan line', ...ofFund('/record/plan-line-set') },
  { what: 'Form: move budget', ...ofFund('/propose/budget-vired') },
  { what: 'Form: take a fact back', ...ofFund('/record/fact-reversed') },
];

const comparing = ({ from, on, knownAt }: At): string =>
  `from-on=${from}&from-known-at=${knownAt}&to-on=${on}&to-known-at=${knownAt}`;

/** The values for addresses of questions’ pages; a question that needs any other value is not measured. */
const GIVEN = new Set(['fund', 'area', 'partner', 'year', 'case', 'settlement']);

const isOfDisputes = ({ path }: Question): boolean => path.startsWith('/areas/{area}/disputes');

/** Each question’s own page, at two dates where it takes them. */
const derived = (of: (question: Question) => boolean): Measured[] =>
  DERIVED.filter((question) => of(question) && Object.keys(question.params.shape).every((each) => GIVEN.has(each))).map(
    (question) => {
      const query = queryOf(question);
      return {
        what: `${questionTitle(question.name)} (${question.name})`,
        page: (at) => `${filled(pageOf(question), { ...at })}${query(at)}`,
        asks: (at) => [`/v1${filled(question.path, { ...at })}${query(at)}`],
      };
    },
  );

function queryOf({ options }: Question): (at: At) => string {
  const takes = (name: string): boolean => name in options.shape;
  return (at) => {
    const query = [...(takes('on') ? [`on=${at.on}`] : []), ...(takes('known-at') ? [known(at)] : [])].join('&');
    return query && `?${query}`;
  };
}

/** Offers that wait for the host’s signature. */
async function propose(ledger: Ledger, { partners, funds }: Shape): Promise<string[]> {
  const made: string[] = [];
  for (let number = 0; number < WAITING; number++) {
    const payer = partners[1 + (number % (partners.length - 1))]!;
    const done = await ledger.submit({
      kind: 'fund',
      stream: fundStream(funds[0]!),
      command: {
        act: 'propose',
        fact: {
          type: 'ContributionAgreed',
          data: {
            effective: LAST,
            contribution: `offer-${number}`,
            payer,
            source: payer.endsWith('-ccg') ? 'NHS_ADD' : 'LA_ADD',
            amount: '1200.00',
            recurrent: false,
            instalments: [{ due: LAST, amount: '1200.00' }],
          },
        },
      },
      officer: `${payer}-finance`,
      signedInBy: 'benchmark',
      key: `offer-${number}`,
      correlation: `offer-${number}`,
      evidence: [],
    });
    if (done instanceof Refusal) throw new Error(`An offer was refused: ${done.detail}`);
    made.push((done as unknown as { readonly outcome: { readonly proposal: string } }).outcome.proposal);
  }
  return made;
}

/** What of the pages is measured. */
export interface PagesAsked {
  /** How many events the ledger has. */
  readonly events: number;
  /** How many facts the fund of forty partners has. */
  readonly facts: number;
  /** How many cases the area has whose disputes are measured. */
  readonly cases: number;
  /** Only the pages the names of which hold these words; empty for all. */
  readonly only: string;
}

/** Measures every page on a ledger of so many events, then on one large fund of forty partners, and those of disputes on an area’s. */
export async function measurePages(
  { events, facts, cases, only }: PagesAsked,
  measuring: Measuring,
): Promise<PageLine[]> {
  const many = manyFunds(events);
  const name = `${whole(events)} events in ${whole(many.funds.length)} fund${many.funds.length === 1 ? '' : 's'} of ${many.partners.length} partners`;
  const large = largeFund(facts);
  const all = [
    fundsMeasured(name, events, many),
    fundsMeasured(
      `one fund of ${large.partners.length} partners, ${whole(large.lines)} lines and ${whole(facts)} facts`,
      facts + 2 * large.partners.length,
      large,
    ),
    disputesMeasured(cases),
  ];
  const lines: PageLine[] = [];
  for (const each of all) lines.push(...(await measureLedger(each, only, measuring)));
  return lines;
}

/** A ledger on which pages are measured. */
interface MeasuredLedger {
  readonly name: string;
  readonly pages: readonly Measured[];
  /** When it is asked: after all that is in it. */
  readonly now: Instant;
  make(store: EventStore, seed: number): Promise<unknown>;
  /** What else the ledger holds once it is open; returns where its pages are asked for, at random. */
  begin(ledger: Ledger): Promise<(random: Random) => At>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const fundsMeasured = (name: string, events: number, shape: Shape): MeasuredLedger => ({
  name,
  pages: [...BY_HAND, ...derived((each) => !isOfDisputes(each))],
  now: (RECORDED_UNTIL + HOUR_MS) as Instant,
  make: (store, seed) => makeLedger(store, events, seed, shape),
  async begin(ledger) {
    const proposals = await propose(ledger, shape);
    const revisions = Math.floor(events / shape.funds.length / 2);
    return (random) => anywhere(random, shape, proposals, revisions);
  },
});

/** Pages that an area’s disputes change, beside their own. */
const WITH_CLAIMS: ReadonlySet<string> = new Set(['Home', 'Fund', 'Compare two dates', 'The area', 'Find']);

const disputesMeasured = (cases: number): MeasuredLedger => ({
  name: `${whole(cases)} cases of one area, in ${DISPUTE_YEARS.length} years`,
  pages: [...BY_HAND.filter(({ what }) => WITH_CLAIMS.has(what)), ...derived(isOfDisputes)],
  now: (dayNumber(DISPUTES_LAST) * DAY_MS) as Instant,
  make: (store, seed) => makeDisputes(store, cases, createRandom(seed)),
  async begin({ model }) {
    const { own } = model.stream('dispute', disputeStream(AREA));
    // Those of the first years: each was known on any day that is asked about.
    const early = (names: Iterable<string>): string[] => {
      const all = [...names];
      return all.slice(0, Math.ceil(all.length / 2));
    };
    const [ofCases, ofSettlements] = [early(own.cases.keys()), early(own.settlements.keys())];
    return (random) => anyDispute(random, ofCases, ofSettlements);
  },
});

async function measureLedger(
  { name, pages, now, make, begin }: MeasuredLedger,
  only: string,
  { folder, seed, seconds, note }: Measuring,
): Promise<PageLine[]> {
  const asked = pages.filter(({ what }) => what.includes(only));
  if (asked.length === 0) return [];
  const file = join(folder, 'pages.sqlite');
  const store = openSqliteEventStore({ file });
  await make(store, seed);
  const ledger = await openLedger(store, settableClock(now));
  note(`${name}: made and opened`);
  const at = await begin(ledger);
  const sessionKeys = [randomBytes(32)];
  const sessions = createSessions(sessionKeys);
  const once = openSqliteOnceStore(join(folder, 'once'));
  const app = await wholeService(ledger, await createSignIn({ demonstration: true }), {
    sessionKeys,
    once,
    people: [],
    freshMs: HOUR_MS,
  });
  const cookie = (): string =>
    `bcf=${sessions.seal(sessions.begin(now, { officer: OFFICER, by: 'benchmark', shown: now }))}`;
  const lines: PageLine[] = [];
  for (const each of asked) {
    const random = createRandom(seed);
    lines.push({ ...(await measure(each, () => at(random), { app, cookie, seconds })), at: name });
    note(`${name}: ${each.what}, done`);
  }
  await app.close();
  await once.close();
  await ledger.close();
  for (const each of [file, join(folder, 'once')]) rmSync(each);
  return lines;
}

/** Some dates in the year, of the fund in which offers wait. */
function anywhere(random: Random, { funds, partners }: Shape, proposals: readonly string[], revisions: number): At {
  const days = dayNumber(LAST) - dayNumber(FIRST) + 1;
  const fund = funds[0]!;
  return {
    ...NOWHERE,
    fund,
    area: fund.slice(0, -`-${YEAR}`.length),
    partner: random.pick(partners),
    proposal: random.pick(proposals),
    revision: String(random.below(revisions)),
    year: YEAR,
    from: FIRST,
    on: dayOfNumber(dayNumber(FIRST) + random.below(days)),
    knownAt: instantText((RECORDED_FROM + random.below(RECORDED_UNTIL - RECORDED_FROM)) as Instant),
  };
}

const NOWHERE = { officer: OFFICER, proposal: '', revision: '', case: '', settlement: '' };

/** Some dates in the last year of an area’s disputes, with a case and a settlement of it. */
function anyDispute(random: Random, cases: readonly string[], settlements: readonly string[]): At {
  const year = DISPUTE_YEARS.at(-1)!;
  const first = `${year.slice(0, 4)}-04-01` as Day;
  const days = dayNumber(DISPUTES_LAST) - dayNumber(first);
  return {
    ...NOWHERE,
    fund: fundOf(year),
    area: AREA,
    partner: COUNTY,
    year,
    case: random.pick(cases),
    settlement: random.pick(settlements),
    from: first,
    on: dayOfNumber(dayNumber(first) + random.below(days)),
    knownAt: instantText(((dayNumber(first) + 1) * DAY_MS + random.below((days - 1) * DAY_MS)) as Instant),
  };
}

interface Asking {
  readonly app: FastifyInstance;
  /** Of a session of its own each time: how many pages are sent to one is limited. */
  cookie(): string;
  readonly seconds: number;
}

async function measure(
  { what, page, asks }: Measured,
  next: () => At,
  { app, cookie, seconds }: Asking,
): Promise<Omit<PageLine, 'at'>> {
  let asker = 0;
  /**
   * Each asks from an address of its own: how many pages are sent to one address is limited. The answer is taken as the
   * bytes that are sent. To put a text of them together costs as much as a page, and is for who asks.
   */
  const ask = async (url: string, headers: Readonly<Record<string, string>>) => {
    const remoteAddress = `10.${[16, 8, 0].map((bits) => (asker >> bits) & 255).join('.')}`;
    asker++;
    const asked = { url, remoteAddress, headers: { host: HOST_NAME, ...headers } };
    const answer = await app.inject({ ...asked, payloadAsStream: true });
    const parts: Buffer[] = [];
    for await (const part of answer.stream()) parts.push(part as Buffer);
    return { statusCode: answer.statusCode, headers: answer.headers, parts };
  };
  const sent: { bytes: number; compressed: number; parts: readonly Buffer[] } = { bytes: 0, compressed: 0, parts: [] };
  const asPage = async (at: At): Promise<string | undefined> => {
    const { statusCode, parts } = await ask(page(at), { accept: 'text/html', cookie: cookie() });
    sent.parts = parts;
    return statusCode === 200 ? undefined : `${statusCode}: ${page(at)}`;
  };
  const asProgram = async (at: At): Promise<string | undefined> => {
    for (const url of asks(at)) {
      const { statusCode } = await ask(url, { authorization: `Demonstration ${OFFICER}` });
      if (statusCode !== 200) return `${statusCode}: ${url}`;
    }
    return undefined;
  };
  const nothing = { what, times: [], asked: [], bytes: 0, compressed: 0, firstVisit: 0, nextVisit: 0 };
  const [times, asked]: [number[], number[]] = [[], []];
  const isAsked = asks(next()).length > 0;
  const start = performance.now();
  for (let turn = 0; turn < WARMING + ASKED_MIN || performance.now() - start < seconds * 1000; turn++) {
    const at = next();
    // In turns, so that both are measured in the same minute.
    for (const [answered, taken] of [[asPage, times], ...(isAsked ? [[asProgram, asked] as const] : [])] as const) {
      const from = process.cpuUsage();
      const refused = await answered(at);
      const { user, system } = process.cpuUsage(from);
      if (refused !== undefined) return { ...nothing, missing: refused.replace(/\?.*/, '') };
      if (turn >= WARMING) taken.push((user + system) / 1000);
      await setImmediate();
    }
    const body = Buffer.concat(sent.parts);
    if (body.length > sent.bytes) Object.assign(sent, { bytes: body.length, compressed: gzipSync(body).length });
  }
  const { first, again } = await requestsOf((url) => ask(url, {}), Buffer.concat(sent.parts).toString());
  return {
    what,
    times,
    asked,
    bytes: sent.bytes,
    compressed: sent.compressed,
    firstVisit: 1 + first,
    nextVisit: 1 + again,
  };
}

/** What a browser asks for beside a page, at first and again: what may be kept for a day is not asked for again. */
async function requestsOf(
  ask: (url: string) => Promise<{ readonly headers: Readonly<Record<string, unknown>> }>,
  body: string,
): Promise<{ first: number; again: number }> {
  const loaded = [...body.matchAll(/<(?:link[^>]*?\shref|(?:img|script)[^>]*?\ssrc)="([^"]+)"/g)].map(([, to]) => to!);
  let again = 0;
  const own = [...new Set(loaded)].filter((to) => !to.startsWith('data:'));
  for (const url of own) {
    const { headers } = await ask(url);
    const seconds = Number(/max-age=(\d+)/.exec(String(headers['cache-control']))?.[1] ?? 0);
    if (seconds < 86_400) again++;
  }
  return { first: own.length, again };
}

// What is told

const ms = (microseconds: number): string => told(microseconds / 1000);
const kilobytes = (bytes: number): string => told(bytes / 1000);

export const PAGE_COLUMNS = ['page', 'p50, p99 ms', 'as data p50, p99 ms', 'page over data', 'KB, compressed', 'asked'];

export function pageCells(line: PageLine): string[] {
  const { what, times, asked, bytes, compressed, missing } = line;
  if (missing !== undefined) return [what, '', '', '', '', `not there: ${missing}`];
  const pair = (all: readonly number[]): string => `${ms(p50(all))}, ${ms(p99(all))}`;
  return [
    what,
    pair(times),
    asked.length > 0 ? pair(asked) : '',
    asked.length > 0 ? told(p50(times) / p50(asked)) : '',
    `${kilobytes(bytes)}, ${kilobytes(compressed)}`,
    whole(times.length),
  ];
}

/** The goals, each with the page that is furthest from it. */
export function pageGoals(lines: readonly PageLine[]): Goal[] {
  const measured = lines.filter(({ missing }) => missing === undefined);
  const furthest = (of: (line: PageLine) => number): PageLine =>
    measured.reduce((most, each) => (of(each) > of(most) ? each : most));
  const goal = (what: string, of: (line: PageLine) => number, toReach: number): Goal => {
    const most = furthest(of);
    return { what: `${what}: ${most.what}, ${most.at}`, is: of(most), toReach, most: true };
  };
  return [
    goal('p50 of the slowest page, ms', ({ times }) => p50(times) / 1000, 10),
    goal('p99 of the slowest page, ms', ({ times }) => p99(times) / 1000, 50),
    goal('largest page compressed, KB', ({ compressed }) => compressed / 1000, 60),
    goal('requests of a first visit', ({ firstVisit }) => firstVisit, 5),
    goal('requests of the next', ({ nextVisit }) => nextVisit, 1),
  ];
}

/** A table in Markdown, its columns padded as the formatter pads them. */
export function markdown(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((title, at) =>
    Math.max(3, ...[title, ...rows.map((row) => row[at]!)].map((each) => each.length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((each, at) => each.padEnd(widths[at]!)).join(' | ')} |`;
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

const [BEGIN, END] = ['<!-- measured by `npm run bench -- pages`: from here -->', '<!-- to here -->'];

/** Puts what was measured into a document, in the place of what was measured before. */
export function writeInto(file: string, text: string): void {
  const was = readFileSync(file, 'utf8');
  const [before, rest] = was.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${file} has no place for what was measured.`);
  writeFileSync(file, `${before}${BEGIN}\n\n${text}\n\n${END}${after}`);
}
