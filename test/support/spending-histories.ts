import fc from 'fast-check';
import { daysAfter, financialYear, lastDayOfPeriod, type Day } from '../../src/domain/calendar.js';
import type { FactData } from '../../src/domain/grammar/event.js';
import { exactly, moneyText } from '../../src/domain/money.js';
import { Refusal } from '../../src/domain/rules.js';
import { fundStream } from '../../src/ledger/catalogue.js';
import { COUNTY, EAST, FUND, NORTH, SOUTH, type TestLedger } from './ledger.js';

/**
 * Random histories of a fund’s money: paid in, ordered, spent, accrued, forecast, set aside, drawn, given back,
 * reported and reversed, on any day of the year. Refused acts are part of the history.
 */
const WHATS = [
  'line',
  'revise',
  'vire',
  'agree',
  'receive',
  'receive',
  'grant',
  'tranche',
  'pass-down',
  'commit',
  'release',
  'spend',
  'spend',
  'spend',
  'pay-order',
  'accrue',
  'settle',
  'forecast',
  'forecast',
  'set-aside',
  'draw',
  'give-back',
  'report',
  'reverse',
  'reverse',
] as const;

interface Spending {
  readonly what: (typeof WHATS)[number];
  readonly pence: number;
  /** Days after the first day of the fund’s year. */
  readonly day: number;
  readonly pick: number;
  readonly payer: string;
  /** Hours between this act and the one before. */
  readonly hours: number;
}

export const spendings = (maxLength = 70): fc.Arbitrary<Spending[]> =>
  fc.array(
    fc.record({
      what: fc.constantFrom(...WHATS),
      pence: fc.integer({ min: 1, max: 50_000 }),
      day: fc.integer({ min: 0, max: 364 }),
      pick: fc.nat(1_000),
      payer: fc.constantFrom(NORTH, SOUTH, COUNTY),
      hours: fc.integer({ min: 1, max: 40 }),
    }),
    { minLength: 30, maxLength, size: 'max' },
  );

const YEAR = financialYear('2016-17')!;
const SOURCES = ['NHS_ADD', 'LA_ADD', 'DFG'] as const;
/** After the end of the year, so that every quarter can be reported. */
const BEGINS = Date.parse('2017-04-03T09:00:00Z');

interface Named {
  readonly lines: { readonly line: string; readonly source: string }[];
  readonly contributions: string[];
  readonly grants: string[];
  readonly orders: { readonly commitment: string; readonly line: string }[];
  readonly reserves: string[];
}

type Sent = readonly [type: string, data: Readonly<Record<string, unknown>>, proposer: string, signer?: string];

/** Plays a history into a ledger, after a line of each source; calls back after each act that was recorded. */
export async function spend(
  ledger: TestLedger,
  moves: readonly Spending[],
  after: (type: string, data: FactData) => Promise<void>,
): Promise<{ readonly accepted: number; readonly refused: number }> {
  const named: Named = { lines: [], contributions: [], grants: [], orders: [], reserves: [] };
  let time = BEGINS;
  let accepted = 0;
  let refused = 0;
  const first = SOURCES.map((_, pick): Spending => ({
    what: 'line',
    pence: 40_000,
    day: 0,
    pick,
    payer: COUNTY,
    hours: 1,
  }));
  for (const [index, move] of [...first, ...moves].entries()) {
    time += move.hours * 3_600_000;
    ledger.clock.set(time as never);
    const sent = sending(ledger, move, `n${index}`, named);
    if (!sent) continue;
    const [type, data, proposer, signer] = sent;
    const fact = { type, data: data as FactData };
    const done = await ledger.submit(proposer, { act: signer ? 'propose' : 'post', fact });
    const signed =
      signer && !(done instanceof Refusal)
        ? await ledger.submit(signer, { act: 'agree', proposal: done.outcome.proposal! })
        : done;
    if (signed instanceof Refusal) refused++;
    else {
      accepted++;
      await after(type, fact.data);
    }
  }
  return { accepted, refused };
}

function sending({ ledger }: TestLedger, move: Spending, name: string, named: Named): Sent | undefined {
  const effective = daysAfter(YEAR.first, move.day);
  const amount = moneyText(exactly(move.pence));
  const pick = <Each>(all: readonly Each[]): Each | undefined => all[move.pick % Math.max(1, all.length)];
  const period = (move.pick % 12) + 1;
  const onLine = pick(named.lines) ?? { line: 'none', source: 'NHS_ADD' };
  const purpose = onLine.source === 'DFG' && named.grants.length > 0 ? { purpose: 'adaptations' } : {};
  const cost = { net: amount, vat: '0.00', recoverable: '0.00', reference: 'INV' };
  switch (move.what) {
    case 'line': {
      const source = SOURCES[move.pick % SOURCES.length]!;
      named.lines.push({ line: name, source });
      const data = { line: name, description: 'a line', category: 'base', source, recurrent: true, amount };
      return ['PlanLineSet', { effective, ...data }, 'pool-manager'];
    }
    case 'revise':
      return ['PlanLineRevised', { effective, line: onLine.line, now: amount, reason: 'need' }, 'pool-manager'];
    case 'vire': {
      const to = named.lines[move.hours % named.lines.length]!;
      const moves = [
        { line: onLine.line, change: `-${amount}` },
        { line: to.line, change: amount },
      ];
      return ['BudgetVired', { effective, moves, reason: 'need' }, 'pool-manager', 'county-chief'];
    }
    case 'agree': {
      named.contributions.push(name);
      const source = move.payer === COUNTY ? 'LA_ADD' : 'NHS_ADD';
      const data = { contribution: name, payer: move.payer, source, amount, recurrent: false };
      return [
        'ContributionAgreed',
        { effective, ...data, instalments: [{ due: effective, amount }] },
        `${move.payer}-finance`,
        move.payer === COUNTY ? 'north-ccg-finance' : 'county-finance',
      ];
    }
    case 'receive': {
      const data = {
        contribution: pick(named.contributions) ?? 'none',
        amount,
        bankReference: 'BACS',
        reason: 'as paid',
      };
      return ['ContributionReceived', { effective, ...data }, 'county-finance'];
    }
    case 'grant': {
      named.grants.push(name);
      const data = { grant: name, holder: COUNTY, source: 'DFG', amount, recurrent: false, determination: 'test' };
      const tranches = [{ due: effective, amount }];
      const passDown = { by: YEAR.last, shares: [{ district: EAST, amount }] };
      const purposes = ['adaptations'];
      return ['GrantDetermined', { effective, ...data, tranches, purposes, passDown }, 'county-finance'];
    }
    case 'tranche': {
      const data = { grant: pick(named.grants) ?? 'none', amount, bankReference: 'BACS' };
      return ['GrantTrancheReceived', { effective, ...data }, 'county-finance'];
    }
    case 'pass-down': {
      const data = { grant: pick(named.grants) ?? 'none', district: EAST, amount };
      return ['GrantPassedDown', { effective, ...data }, 'county-finance', 'east-district-finance'];
    }
    case 'commit': {
      named.orders.push({ commitment: name, line: onLine.line });
      const data = { commitment: name, line: onLine.line, supplierClass: 'other', amount, reference: 'PO' };
      return ['CommitmentMade', { effective, ...data }, 'county-finance'];
    }
    case 'release': {
      const data = { commitment: pick(named.orders)?.commitment ?? 'none', amount, reason: 'less' };
      return ['CommitmentReleased', { effective, ...data }, 'county-finance'];
    }
    case 'spend':
      return ['ExpenditureRecorded', { effective, line: onLine.line, ...cost, ...purpose }, 'county-finance'];
    case 'pay-order': {
      const order = pick(named.orders);
      return order && ['ExpenditureRecorded', { effective, ...order, ...cost, ...purpose }, 'county-finance'];
    }
    case 'accrue': {
      const data = { effective: lastDayOfPeriod(YEAR, period), period, line: onLine.line, amount, reason: 'owed' };
      return ['AccrualPosted', data, 'county-finance'];
    }
    case 'settle': {
      // The last accrual that was recorded, half the time of another line or period. Acts that do not fit are refused.
      const { accruals } = ledger.model.stream('fund', fundStream(FUND)).own.spending;
      const [revision, accrual] = [...accruals].at(-1) ?? [0, { line: 'none' }];
      const invoice = { line: accrual.line, ...cost, settles: String(revision), ...purpose };
      return ['ExpenditureRecorded', { effective: daysAfter(YEAR.last, move.day % 20), ...invoice }, 'county-finance'];
    }
    case 'forecast': {
      const data = { effective: lastDayOfPeriod(YEAR, period), period, line: onLine.line, outturn: amount };
      return ['ForecastRecorded', data, 'county-finance'];
    }
    case 'set-aside': {
      named.reserves.push(name);
      const data = {
        reserve: name,
        source: onLine.source,
        amount,
        purpose: 'adaptations',
        toYear: '2017-18',
        minute: 'C',
      };
      return ['CarryForwardApproved', { effective, ...data }, 'county-finance', 'county-chief'];
    }
    case 'draw': {
      const data = { reserve: pick(named.reserves) ?? 'none', amount, minute: 'C' };
      return [
        'ReserveDrawn',
        { effective: daysAfter(YEAR.last, move.day % 3), ...data },
        'county-finance',
        'county-chief',
      ];
    }
    case 'give-back': {
      const source = move.payer === COUNTY ? 'LA_ADD' : 'NHS_ADD';
      const data = { partner: move.payer, source, amount, reason: 'unspent' };
      const signer = move.payer === COUNTY ? 'south-ccg-finance' : 'county-finance';
      return ['UnderspendReturned', { effective, ...data }, `${move.payer}-finance`, signer];
    }
    case 'report': {
      const quarter = (move.pick % 4) + 1;
      const kind = move.day % 5 === 0 ? 'ibcf' : `quarter-${quarter}`;
      const on = lastDayOfPeriod(YEAR, quarter * 3);
      const { returns } = ledger.model.stream('fund', fundStream(FUND)).own;
      const stands = [...returns].find(([, each]) => each.kind === kind && each.on === on && !each.replacedBy);
      const data = { effective: '2017-04-03' as Day, return: name, kind, on, ...(stands && { replaces: stands[0] }) };
      return ['ReturnSubmitted', data, 'pool-manager'];
    }
    case 'reverse': {
      const reverses = String(move.pick % ledger.model.places(fundStream(FUND)).length);
      return ['FactReversed', { effective, reverses, reason: 'mistake' }, 'county-finance'];
    }
  }
}
