import { createBalances, type Balances } from '../../../../projections/balances.js';
import type { Entry } from '../../../../projections/entry.js';
import type { Day } from '../../../domain/calendar.js';
import { exactly, moneyText, type Pence } from '../../../domain/money.js';
import { accountKey, imbalance, type Account } from '../../../domain/postings.js';
import { entryOf } from '../../ledger.js';
import type { Check, Report } from './check.js';

/** What is held to the log. Others are put in its place only to prove that a check can fail. */
export interface Verified {
  readonly createBalances: typeof createBalances;
  readonly entryOf: typeof entryOf;
}

export const AS_BUILT: Verified = { createBalances, entryOf };

/** How many sizes and days of each stream are compared with the sum over the log. */
const SAMPLES_PER_AXIS = 12;

export const BALANCE = {
  name: 'balance',
  promise: 'The postings of every event sum to zero.',
  begin: (_before, report) => ({
    event({ where, entry, isVoid }) {
      if (isVoid) return;
      const off = imbalance(entry().postings);
      if (off !== 0) report(where, `its postings sum to ${moneyText(off)}.`);
    },
  }),
} as const satisfies Check;

export const figures = ({ createBalances: createOwn }: Pick<Verified, 'createBalances'>) =>
  ({
    name: 'figures',
    promise: 'Every balance of the read model equals the sum over the whole log, on sampled pairs of dates.',
    begin(_before, report) {
      const books = new Map<string, Entry[]>();
      return {
        event({ event, entry, isVoid }) {
          if (isVoid) return;
          const entries = books.get(event.stream);
          if (entries) entries.push(entry());
          else books.set(event.stream, [entry()]);
        },
        end() {
          for (const [stream, entries] of books) compare(stream, entries, createOwn(), report);
        },
      };
    },
  }) as const satisfies Check;

function compare(stream: string, entries: readonly Entry[], balances: Balances, report: Report): void {
  for (const entry of entries) balances.add(entry.place, entry.postings);
  const sizes = sampled(entries.map((entry) => entry.place + 1));
  const days = sampled([...new Set(entries.flatMap((entry) => entry.postings.map((posting) => posting.on)))].sort());
  for (const size of sizes) {
    for (const on of days) {
      const sums = sumsOf(entries, on, size);
      for (const account of balances.accounts()) {
        const fast = balances.balance(account, on, size);
        const slow = sums.get(accountKey(account)) ?? 0;
        if (fast !== slow) report(`${stream} on ${on} at size ${size}`, difference(account, fast, slow as Pence));
      }
    }
  }
}

const difference = (account: Account, fast: Pence, slow: Pence): string =>
  `${accountKey(account)} is ${moneyText(fast)} in the read model and ${moneyText(slow)} in the log.`;

function sampled<Each>(all: readonly Each[]): Each[] {
  const step = Math.max(1, Math.ceil(all.length / SAMPLES_PER_AXIS));
  return all.filter((_, index) => index % step === 0 || index === all.length - 1);
}

function sumsOf(entries: readonly Entry[], on: Day, size: number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const entry of entries) {
    if (entry.place >= size) break;
    for (const posting of entry.postings) {
      if (posting.on > on) continue;
      const key = accountKey(posting);
      sums.set(key, exactly((sums.get(key) ?? 0) + posting.pence));
    }
  }
  return sums;
}
