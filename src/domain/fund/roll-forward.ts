import { dayInWords, financialYear, LAST_DAY, type Day, type FinancialYear } from '../calendar.js';
import type { FactData, SentFact } from '../grammar/event.js';
import type { Fact } from '../grammar/fact.js';
import type { GoesOn, NextYear } from '../grammar/next-year.js';
import { heirsOf, successionsOn } from '../grammar/succession.js';
import type { Pence } from '../money.js';
import type { RegisterState } from '../register/state.js';
import { partnersOn } from './membership.js';
import { opened, type FundState, type Opened } from './state.js';

/**
 * What goes on from a fund’s year to the next: the fund that opens, its partners, and every fact that declares what it
 * would be there. Facts that do not go on have a reason. No rule is applied here: the rules decide when the steps are
 * done.
 */

/** A fact of the next year, beside what it stood at. */
export interface Going {
  readonly fact: SentFact;
  /** The revision of the fact of this year that it goes on from. */
  readonly from: number;
  readonly stood: Pence;
  readonly stands: Pence;
  readonly notes: readonly string[];
}

interface Left {
  /** The revision of the fact that does not go on; none of a partner. */
  readonly from?: number;
  readonly partner?: string;
  readonly why: string;
}

export interface RolledForward {
  readonly opening: {
    readonly effective: Day;
    readonly area: string;
    readonly year: string;
    readonly host: string;
    readonly partners: readonly string[];
  };
  readonly going: readonly Going[];
  readonly left: readonly Left[];
}

interface Recorded {
  readonly revision: number;
  readonly type: string;
  readonly data: FactData;
}

/** The year after a fund’s own; undefined where the ledger speaks of none. */
export function yearAfterThat({ first }: FinancialYear): FinancialYear | undefined {
  const starts = Number(first.slice(0, 4)) + 1;
  const next = financialYear(`${starts}-${String((starts + 1) % 100).padStart(2, '0')}`);
  return next && next.last <= LAST_DAY ? next : undefined;
}

const endedInWords = (body: string, by: readonly string[]): string =>
  `${body} has ended: ${by.join(', ')} ${by.length === 1 ? 'stands' : 'stand'} for it.`;

/** Who is in the next year’s fund: the partners of the last day, under the names of those who stand for them on the next. */
function partnersNext(of: Opened, { followers }: Pick<NextYear, 'followers'>): { partners: string[]; left: Left[] } {
  const last = partnersOn(of, of.year.last);
  const gone = of.partners.filter((body) => !last.includes(body));
  return {
    partners: [...new Set(last.flatMap((body) => followers(body)))],
    left: [
      ...gone.map((partner) => ({ partner, why: `${partner} is no partner on ${dayInWords(of.year.last)}.` })),
      ...last
        .filter((body) => followers(body)[0] !== body)
        .map((partner) => ({ partner, why: endedInWords(partner, followers(partner)) })),
    ],
  };
}

const lastOf = (name: string): string => name.split('/').at(-1)!;

const keptNote = (next: string): string =>
  `It keeps its name: something else that goes on is called "${lastOf(next)}".`;

const takenTwice = (next: string, { label }: FinancialYear): string =>
  `Something else that goes on is called "${lastOf(next)}", and its own name is taken too: record it in ${label} under another name.`;

/**
 * The name of each fact in the next year; all names differ. Facts that keep their name come first. A fact whose next
 * name is taken keeps its own name, if that is free.
 */
function namesNext(
  going: readonly { readonly revision: number; readonly own: string; readonly next: string }[],
): Map<number, string | undefined> {
  const taken = new Set<string>();
  const called = new Map<number, string | undefined>();
  const inTurn = [...going.filter(({ own, next }) => own === next), ...going.filter(({ own, next }) => own !== next)];
  for (const { revision, own, next } of inTurn) {
    const free = [next, own].find((name) => !taken.has(name));
    if (free !== undefined) taken.add(free);
    called.set(revision, free);
  }
  return called;
}

/**
 * Works out what goes on.
 *
 * @param recorded the facts of the fund, in the order of recording
 * @param uplift by how many per cent what is named is to rise
 */
export function rollForward(
  state: FundState,
  recorded: readonly Recorded[],
  byName: ReadonlyMap<string, Fact<FundState>>,
  {
    register,
    year,
    uplift,
  }: { readonly register: RegisterState; readonly year: FinancialYear } & Pick<NextYear, 'uplift'>,
): RolledForward {
  const of = opened(state);
  const successions = successionsOn(register.successions, year.first, Infinity);
  const next: NextYear = {
    year,
    ends: of.year.last,
    register,
    followers: (body) => heirsOf(successions, body, of.area),
    named: (name) => name.replaceAll(of.year.label, year.label),
    uplift,
  };
  const { partners, left } = partnersNext(of, next);
  const standing = recorded.flatMap((each) => {
    const fact = byName.get(each.type);
    const found = state.reversed.has(each.revision) ? undefined : fact?.nextYear?.(each.data, state, next);
    return found ? [{ ...each, fact: fact!, found }] : [];
  });
  const called = namesNext(
    standing.flatMap(({ revision, data, fact, found }) =>
      'why' in found ? [] : [{ revision, own: fact.names!(data), next: fact.names!(found.data) }],
    ),
  );
  const going: Going[] = [];
  for (const { revision, type, data, fact, found } of standing) {
    if ('why' in found) {
      left.push({ from: revision, why: found.why });
      continue;
    }
    const name = called.get(revision);
    if (name === undefined) left.push({ from: revision, why: takenTwice(fact.names!(found.data), year) });
    else if (name === fact.names!(found.data))
      going.push({ ...found, fact: { type, data: found.data }, from: revision });
    else {
      // It goes on as before, under its own name.
      const kept = fact.nextYear!(data, state, { ...next, named: (own) => own }) as GoesOn;
      const note = keptNote(fact.names!(found.data));
      going.push({ ...kept, notes: [...kept.notes, note], fact: { type, data: kept.data }, from: revision });
    }
  }
  const [host] = next.followers(of.host);
  return { opening: { effective: year.first, area: of.area, year: year.label, host: host!, partners }, going, left };
}
