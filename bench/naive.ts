import type { View } from '../projections/view.js';
import { NO_MONEY, plus, type Pence } from '../src/domain/money.js';
import { accountKey, type Account } from '../src/domain/postings.js';
import { fundFacts } from './log.js';
import type { Question } from './question.js';

/**
 * The answers by definition: for each question, the sum over the whole log of every posting that is early enough on both
 * dates.
 */
export function naiveViews(file: string, questions: readonly Question[]): View[] {
  const asked = questions.map((question) => ({ question, sums: new Map<string, Summed>() }));
  for (const { fund, recordedAt, postings } of fundFacts(file)) {
    for (const { question, sums } of asked) {
      if (question.fund !== fund || recordedAt > question.knownAt) continue;
      for (const posting of postings) if (posting.on <= question.on) add(sums, posting, posting.pence);
    }
  }
  return asked.map(({ question, sums }) => viewOfSums(question.on, [...sums.values()]));
}

/** An account with what stands on it. */
export interface Summed {
  readonly account: Account;
  sum: Pence;
}

function add(sums: Map<string, Summed>, account: Account, amount: Pence): void {
  const key = accountKey(account);
  const standing = sums.get(key);
  if (standing) standing.sum = plus(standing.sum, amount);
  else sums.set(key, { account, sum: amount });
}

/** Sums that somebody worked out, as the view that figures are read from. */
export function viewOfSums(on: View['on'], all: readonly Summed[]): View {
  const sums = new Map<string, Summed>();
  for (const { account, sum } of all) add(sums, account, sum);
  return {
    on,
    balance: (account) => sums.get(accountKey(account))?.sum ?? NO_MONEY,
    accounts: [...sums.values()].map(({ account }) => account),
  };
}
