import type { Account } from './postings.js';

/**
 * Something that a projection derives from a list of accounts that only grows, such as the accounts of each holder.
 * Each account is looked at once, and not at every question. The result may not depend on a date or a balance.
 */
export function charted<Chart>(
  empty: () => Chart,
  add: (chart: Chart, account: Account) => void,
): (accounts: readonly Account[]) => Chart {
  const charts = new WeakMap<readonly Account[], { readonly chart: Chart; seen: number }>();
  return (accounts) => {
    let kept = charts.get(accounts);
    if (!kept) charts.set(accounts, (kept = { chart: empty(), seen: 0 }));
    while (kept.seen < accounts.length) add(kept.chart, accounts[kept.seen++]!);
    return kept.chart;
  };
}

/** The value of a map under a key; made and stored there if the map has none. */
export function inside<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
