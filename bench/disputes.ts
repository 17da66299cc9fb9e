import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inspect, isDeepStrictEqual } from 'node:util';
import { openClaims, type DisputesView, type OpenClaims } from '../projections/claims.js';
import { disputeRegister, registerNumbers, type CaseRow } from '../projections/dispute-register.js';
import {
  dayNumber,
  dayOfNumber,
  financialYear,
  instantText,
  type Day,
  type FinancialYear,
  type Instant,
} from '../src/domain/calendar.js';
import { asAt, cellsOf } from '../src/domain/dispute/claim.js';
import { forget, termsAt } from '../src/domain/dispute/state.js';
import { exactly, moneyText } from '../src/domain/money.js';
import { Refusal } from '../src/domain/rules.js';
import { disputeStream } from '../src/ledger/catalogue.js';
import { settableClock } from '../src/ledger/clock.js';
import { openLedger, type Ledger } from '../src/ledger/ledger.js';
import { disputeCases, disputes } from '../src/ledger/questions/disputes/disputes.js';
import { gap, position } from '../src/ledger/questions/fund/figures.js';
import { SEES_ALL, type Answer, type Query } from '../src/ledger/questions/question.js';
import { openSqliteEventStore } from '../src/store/sqlite/sqlite-event-store.js';
import { fundOf, makeDisputes, YEARS } from './dispute-data.js';
import { AREA, FIRST, LAST } from './dispute-facts.js';
import { naiveDisputes, type NaiveCase } from './dispute-naive.js';
import { whole, type Line } from './figures.js';
import { createRandom, type Random } from './random.js';

/**
 * Workload 4: the register and the exposure of one area's disputes, on any day as known at any instant. Nothing is timed
 * before every case, every row and every answer at some pairs of dates has been found equal to the fold day by day.
 */

interface Dates {
  readonly on: Day;
  readonly knownAt: Instant;
  readonly year: FinancialYear;
}

const CHECKED = 8;
const WARMING = 16;
const ASKED = 256;
/** Questions asked with nothing kept from the ones before. */
const ASKED_COLD = 32;
const PAGE = 100;

type Ask = (at: Dates) => unknown;

export async function measureDisputes(folder: string, cases: number, seed: number, note: (text: string) => void) {
  const file = join(folder, 'disputes.sqlite');
  const store = openSqliteEventStore({ file });
  const start = performance.now();
  const { events, facts, refused } = await makeDisputes(store, cases, createRandom(seed));
  await store.close();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  note(`disputes: ${whole(events)} events made in ${seconds} s, ${whole(statSync(file).size / 1_000_000)} MB`);
  note(`disputes: ${counted(facts)}; refused and not recorded: ${counted(refused)}`);
  const clock = settableClock((dayNumber(LAST) * 86_400_000) as Instant);
  const ledger = await openLedger(openSqliteEventStore({ file, readOnly: true }), clock);
  const random = createRandom(seed + 2);
  await checkAnswers(file, ledger, [
    { on: LAST, knownAt: clock.now(), year: financialYear('2023-24')! },
    ...Array.from({ length: CHECKED - 1 }, () => anyDates(random)),
  ]);
  note(`disputes: every case and answer equals the fold day by day at ${CHECKED} pairs of dates`);
  const lines: Line[] = [];
  for (const [what, ask] of questionsOf(ledger)) {
    const questions = Array.from({ length: WARMING + ASKED }, () => anyDates(random));
    const warm = await measured(questions, ask);
    const cold = await measured(questions.slice(0, ASKED_COLD), ask, () => forgetAll(ledger));
    lines.push({ what, ...warm }, { what: `${what}, nothing kept`, ...cold });
    note(`disputes: ${what}, done`);
  }
  await ledger.close();
  rmSync(file);
  return lines.map((line) => ({ ...line, at: `${whole(cases)} cases` }));
}

const counted = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([name, count]) => `${name} ${whole(count)}`).join(', ');

function anyDates(random: Random): Dates {
  const from = dayNumber(FIRST);
  const days = dayNumber(LAST) - from + 1;
  return {
    on: dayOfNumber(from + random.below(days)),
    // From the day after the register was opened on.
    knownAt: ((from + 1 + random.below(days - 1)) * 86_400_000 + random.below(86_400_000)) as Instant,
    year: financialYear(random.pick(YEARS))!,
  };
}

const stateOf = ({ model }: Ledger) => model.stream('dispute', disputeStream(AREA)).own;

function viewFor(ledger: Ledger, { on, knownAt }: Dates): DisputesView {
  const { model } = ledger;
  return {
    state: stateOf(ledger),
    on,
    upTo: model.knownRevision(disputeStream(AREA), model.prefix(knownAt).size),
  };
}

async function answerOf(ledger: Ledger, query: Query, asked: Readonly<Record<string, unknown>>): Promise<Answer> {
  const answer = await query.run(ledger, asked, SEES_ALL);
  if (answer instanceof Refusal) throw new Error(`${query.name} is refused: ${answer.detail}`);
  return answer;
}

const ofArea = ({ on, knownAt }: Dates) => ({ area: AREA, on, 'known-at': knownAt });
const ofFund = ({ on, knownAt, year }: Dates) => ({ fund: fundOf(year.label), on, 'known-at': knownAt });
const ofPage = (at: Dates) => ({ ...ofArea(at), status: 'open', limit: PAGE });

const questionsOf = (ledger: Ledger): (readonly [what: string, ask: Ask])[] => [
  ['open claims, one fund year', (at) => openClaims(viewFor(ledger, at), at.year)],
  ['open claims, all years', (at) => openClaims(viewFor(ledger, at))],
  ['register in numbers', (at) => registerNumbers(viewFor(ledger, at))],
  ['query disputes', (at) => answerOf(ledger, disputes, ofArea(at))],
  [`query dispute-cases, ${PAGE} of the open`, (at) => answerOf(ledger, disputeCases, ofPage(at))],
  ['query gap', (at) => answerOf(ledger, gap, ofFund(at))],
  ['query position', (at) => answerOf(ledger, position, ofFund(at))],
];

/** Empties what the cases keep from earlier questions, as if the ledger had just been opened. */
function forgetAll(ledger: Ledger): void {
  for (const history of stateOf(ledger).cases.values()) forget(history);
}

async function measured(questions: readonly Dates[], ask: Ask, before?: () => void): Promise<Omit<Line, 'what'>> {
  const times: number[] = [];
  for (const [index, asked] of questions.entries()) {
    before?.();
    const start = performance.now();
    await ask(asked);
    if (before || index >= WARMING) times.push(performance.now() - start);
  }
  const sum = times.reduce((total, each) => total + each, 0);
  return {
    at: '',
    perSecond: (times.length * 1000) / sum,
    times,
    beside: before ? '' : `${CHECKED} pairs of dates equal the naive fold`,
  };
}

// Checking

/** Throws where any answer is not that of the naive fold: a fast wrong figure is worth nothing. */
async function checkAnswers(file: string, ledger: Ledger, all: readonly Dates[]): Promise<void> {
  const naive = naiveDisputes(file, disputeStream(AREA));
  for (const at of all) {
    const cases = naive.at(at.on, instantText(at.knownAt));
    checkCases(ledger, at, cases);
    const rows = [...cases.values()].filter((each) => each.listed).map((each) => each.row as unknown as CaseRow);
    const open = rows.filter((row) => row.status === 'open');
    const view = viewFor(ledger, at);
    const allYears = naiveOpen(cases);
    const ofYear = naiveOpen(cases, at.year.label);
    same('open claims of all years', at, openClaims(view), allYears);
    same('open claims of one year', at, openClaims(view, at.year), ofYear);
    same('register', at, disputeRegister(view), rows);
    const { groups } = registerNumbers(view);
    for (const { by, group, cases: count, overdue, open: sum } of groups) {
      const field = { by, group };
      if (by === 'stage' || by === 'status' || by === 'kind' || by === 'claimant' || by === 'respondent') {
        const within = (by === 'status' ? rows : open).filter((row) => (row[by] ?? 'none') === group);
        same(
          'group',
          at,
          [field, count, overdue, sum],
          [field, within.length, overdueOf(within), sumOf(within, 'open')],
        );
      } else {
        const counts = groups.filter((each) => each.by === by).map((each) => each.cases);
        same(
          'group',
          at,
          counts.reduce((total, each) => total + each, 0),
          open.length,
        );
      }
    }
    await checkQueries(ledger, at, rows, { allYears, ofYear });
  }
}

function checkCases(ledger: Ledger, at: Dates, cases: ReadonlyMap<string, NaiveCase>): void {
  const { state, on, upTo } = viewFor(ledger, at);
  for (const [id, history] of state.cases) {
    const terms = termsAt(history, upTo);
    same(`case ${id}`, at, terms && cellsOf(terms, asAt(on)), cases.get(id)?.cells);
  }
}

const sumOf = (rows: readonly CaseRow[], name: 'claimed' | 'agreed' | 'abandoned' | 'open'): number =>
  rows.reduce((sum, row) => sum + row[name], 0);
const overdueOf = (rows: readonly CaseRow[]): number => rows.filter((row) => row.overdue).length;
const inText = (sum: number): string => moneyText(exactly(sum));

function naiveOpen(cases: ReadonlyMap<string, NaiveCase>, year?: string): OpenClaims {
  const byPartner = new Map<string, { claimedBy: number; claimedAgainst: number }>();
  const of = (partner: string) => {
    const sums = byPartner.get(partner) ?? { claimedBy: 0, claimedAgainst: 0 };
    byPartner.set(partner, sums);
    return sums;
  };
  let total = 0;
  for (const cell of [...cases.values()].flatMap((each) => each.cells)) {
    if (cell.open === 0 || (year !== undefined && cell.year !== year)) continue;
    total += cell.open;
    of(cell.claimant).claimedBy += cell.open;
    of(cell.respondent).claimedAgainst += cell.open;
  }
  return { total, byPartner } as unknown as OpenClaims;
}

async function checkQueries(
  ledger: Ledger,
  at: Dates,
  rows: readonly CaseRow[],
  naive: { readonly allYears: OpenClaims; readonly ofYear: OpenClaims },
): Promise<void> {
  const open = rows
    .filter((row) => row.status === 'open')
    .sort((a, b) => a.raisedOn.localeCompare(b.raisedOn) || (a.case < b.case ? -1 : 1));
  const claimsOf = ({ byPartner }: OpenClaims, partner: string) => {
    const { claimedBy, claimedAgainst } = byPartner.get(partner) ?? { claimedBy: 0, claimedAgainst: 0 };
    return { claimedBy: inText(claimedBy), claimedAgainst: inText(claimedAgainst) };
  };
  const register = await answerOf(ledger, disputes, ofArea(at));
  same(
    'query disputes',
    at,
    [register['cases'], register['openCases'], register['overdue'], register['claimed'], register['open']],
    [rows.length, open.length, overdueOf(open), inText(sumOf(rows, 'claimed')), inText(sumOf(rows, 'open'))],
  );
  for (const each of register['partners'] as { partner: string; claimedBy: string; claimedAgainst: string }[]) {
    const { partner, claimedBy, claimedAgainst } = each;
    same(`query disputes, ${partner}`, at, { claimedBy, claimedAgainst }, claimsOf(naive.allYears, partner));
  }
  const page = await answerOf(ledger, disputeCases, ofPage(at));
  same(
    'query dispute-cases',
    at,
    [page['count'], page['open'], (page['cases'] as CaseRow[]).map((row) => [row.case, String(row.open)])],
    [open.length, inText(sumOf(open, 'open')), open.slice(0, PAGE).map((row) => [row.case, inText(row.open)])],
  );
  same('query gap', at, (await answerOf(ledger, gap, ofFund(at)))['openClaims'], inText(naive.ofYear.total));
  const { partners } = (await answerOf(ledger, position, ofFund(at))) as {
    partners: readonly { readonly partner: string; readonly inDispute: unknown }[];
  };
  for (const { partner, inDispute } of partners) {
    same(`query position, ${partner}`, at, inDispute, claimsOf(naive.ofYear, partner));
  }
}

function same(what: string, { on, knownAt }: Dates, answer: unknown, naive: unknown): void {
  if (isDeepStrictEqual(answer, naive)) return;
  const dates = `on ${on} as known at ${instantText(knownAt)}`;
  const texts = [answer, naive].map((each) => inspect(each, { depth: 4 }).slice(0, 600));
  throw new Error(`Disputes: ${what} ${dates} is ${texts[0]!}; day by day it is ${texts[1]!}; nothing is timed.`);
}
