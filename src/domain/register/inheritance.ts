import { apportion, NO_MONEY, plus, type Pence } from '../money.js';
import { sharesOf, type Succession } from '../grammar/succession.js';

/**
 * What stood with bodies that have ended, passed on to those that follow them, by their shares, to the penny: sums before
 * and after are the same. Source: docs/sources.md, Reorganisation.
 */
export interface Inheritance {
  /** The successions in force on the day and as known at the instant that were asked for, in the order of their days. */
  readonly successions: readonly Succession[];
  readonly area: string;
}

interface Held {
  readonly holder: string;
  readonly source?: string;
}

/**
 * Passes sums in pence on from every predecessor to its successors, one change of bodies after the other, by their
 * shares and by largest remainder. All rows together keep their total.
 */
export function passedOn<Of extends Held>(
  held: Iterable<readonly [Of, Pence]>,
  keyOf: (of: Of) => string,
  { successions, area }: Inheritance,
): Map<string, { readonly of: Of; pence: Pence }> {
  const rows = new Map<string, { readonly of: Of; pence: Pence }>();
  const add = (of: Of, amount: Pence): void => {
    const key = keyOf(of);
    const row = rows.get(key);
    if (row) row.pence = plus(row.pence, amount);
    else rows.set(key, { of, pence: amount });
  };
  for (const [of, amount] of held) add(of, amount);
  for (const succession of successions) {
    const ended = new Set(succession.predecessors);
    for (const row of [...rows.values()]) {
      const { of, pence } = row;
      if (!ended.has(of.holder) || pence === NO_MONEY) continue;
      const shares = sharesOf(succession, of.holder, { area, source: of.source });
      row.pence = NO_MONEY;
      for (const [holder, part] of apportion(pence, shares)) add({ ...of, holder }, part);
    }
  }
  return rows;
}

/**
 * Sums by body in pence, whatever their source, under the names of those who follow: by the shares for the area, or
 * the general ones. An ended body is left out, since it has passed everything on.
 */
export function sumsPassedOn(sums: ReadonlyMap<string, Pence>, inheritance: Inheritance): Map<string, Pence> {
  const ended = new Set(inheritance.successions.flatMap(({ predecessors }) => predecessors));
  const rows = passedOn(
    [...sums].map(([holder, amount]) => [{ holder }, amount] as const),
    ({ holder }) => holder,
    inheritance,
  );
  return new Map([...rows].filter(([holder]) => !ended.has(holder)).map(([holder, { pence }]) => [holder, pence]));
}
