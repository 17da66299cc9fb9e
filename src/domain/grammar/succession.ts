import type { z } from 'zod';
import { dayInWords, type Day } from '../calendar.js';
import { partsOfWhole, WHOLE_PARTS } from '../money.js';
import { namingsIn } from './naming.js';
import { inForce, isKnown, type Reversed } from './remembered.js';

/**
 * Bodies that end and those that follow them: five groups become one, a county becomes three councils. Recorded events
 * do not change. Balances are computed for a day and a state of knowledge: before the day of the change under the old
 * names; from that day on under the names of the successors, by the shares in the fact. Source: docs/sources.md,
 * Reorganisation.
 */
export interface Share {
  readonly predecessor: string;
  readonly successor: string;
  /** The area, the source of funding, or both that the share is for; left out, whatever no other share speaks of. */
  readonly area?: string | undefined;
  readonly source?: string | undefined;
  /** Of one: `0.25`, `1/3`. */
  readonly share: string;
}

export interface Succession {
  /** The revision of the register at which it was recorded. */
  readonly revision: number;
  /** The first day of the successors; the predecessors’ last is the day before. */
  readonly effective: Day;
  readonly mode: 'merge' | 'split' | 'boundary';
  readonly predecessors: readonly string[];
  readonly successors: readonly string[];
  readonly shares: readonly Share[];
  readonly instrument: string;
  readonly reversed?: Reversed;
}

/** What a succession is asked about: the area and the source of funding of some money. */
interface Concern {
  readonly area?: string | undefined;
  readonly source?: string | undefined;
}

/** Shares are written with at most so many places, so that they add up exactly; or as fractions. */
export const SHARE_PLACES = 12;
const PLACES = 10n ** BigInt(SHARE_PLACES);
/** Of so many parts both places and fractions are whole numbers. */
const WHOLE = PLACES * BigInt(WHOLE_PARTS);

const exactShare = (share: string): bigint => {
  if (share.includes('/')) return PLACES * BigInt(partsOfWhole(share));
  const [whole = '', places = ''] = share.split('.');
  return (BigInt(whole) * PLACES + BigInt(places.padEnd(SHARE_PLACES, '0'))) * BigInt(WHOLE_PARTS);
};

const common = (a: bigint, b: bigint): bigint => (b === 0n ? a : common(b, a % b));

/** Shares as weights beside each other, exactly: thirds are one each. */
function weightsOf(shares: readonly string[]): string[] {
  if (!shares.some((share) => share.includes('/'))) return [...shares];
  const exact = shares.map(exactShare);
  const by = exact.reduce(common, 0n);
  return exact.map((each) => (each / by).toString());
}

/** Whether shares (decimal text, or fractions) add up to one exactly. */
export const sumsToOne = (shares: readonly Pick<Share, 'share'>[]): boolean =>
  shares.reduce((sum, each) => sum + exactShare(each.share), 0n) === WHOLE;

/** The shares of one predecessor for exactly this area and source. */
const group = ({ shares }: Succession, predecessor: string, { area, source }: Concern): Share[] =>
  shares.filter((each) => each.predecessor === predecessor && each.area === area && each.source === source);

/**
 * The shares for a predecessor's money: those for its area and source; if there are none, those for the area, then for
 * the source, then the general ones.
 */
export function sharesOf(
  succession: Succession,
  predecessor: string,
  { area, source }: Concern,
): { id: string; weight: string }[] {
  const [only, another] = succession.successors;
  if (another === undefined) return [{ id: only!, weight: '1' }];
  const found = [{ area, source }, { area }, { source }, {}]
    .map((concern) => group(succession, predecessor, concern))
    .find((shares) => shares.length > 0)!;
  const weights = weightsOf(found.map(({ share }) => share));
  return found.map(({ successor }, index) => ({ id: successor, weight: weights[index]! }));
}

/** The successors that take over anything of an area from a predecessor, whatever its source; of any area, where none is given. */
export function successorsIn(succession: Succession, predecessor: string, area: string | undefined): string[] {
  const own = succession.shares.filter((each) => each.predecessor === predecessor);
  const sources = new Set([undefined, ...own.map((each) => each.source)]);
  const areas = area === undefined ? new Set([undefined, ...own.map((each) => each.area)]) : [area];
  const all = [...areas].flatMap((each) =>
    [...sources].flatMap((source) => sharesOf(succession, predecessor, { area: each, source }).map(({ id }) => id)),
  );
  return [...new Set(all)].sort();
}

/** The successions as they were known at a revision of the register, without those that had been taken back by then. */
export const successionsKnown = (all: readonly Succession[], upTo: number): Succession[] =>
  all.flatMap(({ reversed, ...succession }) =>
    isKnown({ revision: succession.revision, reversed }, upTo) ? [succession] : [],
  );

/** The successions in force on a day, inclusive, as known at a revision of the register, in the order of their days. */
export const successionsOn = (all: readonly Succession[], on: Day, upTo: number): Succession[] =>
  inForce(
    successionsKnown(all, upTo).map((each) => ({ revision: each.revision, data: each })),
    { on },
    'by-day',
  ).map(({ data }) => data);

/** The bodies in whose place a body’s affairs of an area are, by successions in force: itself, while it has not ended. */
export function heirsOf(inForce: readonly Succession[], body: string, area: string | undefined): string[] {
  const ended = inForce.find((each) => each.predecessors.includes(body));
  if (!ended) return [body];
  return [...new Set(successorsIn(ended, body, area).flatMap((successor) => heirsOf(inForce, successor, area)))];
}

/** The succession that ends a body, where one is now known. A body ends once. */
export const endOf = (all: readonly Succession[], body: string): Succession | undefined =>
  all.find((each) => each.reversed === undefined && each.predecessors.includes(body));

/** A body and all that follow it in an area by successions in force, itself first. */
export function lineOf(inForce: readonly Succession[], body: string, area: string | undefined): string[] {
  const ended = inForce.find((each) => each.predecessors.includes(body));
  const heirs = ended ? successorsIn(ended, body, area).flatMap((successor) => lineOf(inForce, successor, area)) : [];
  return [...new Set([body, ...heirs])];
}

/** A body and all that follow it in an area by a day, inclusive, as now known, itself first. */
export const family = (all: readonly Succession[], body: string, day: Day, area: string | undefined): string[] =>
  lineOf(successionsOn(all, day, Infinity), body, area);

interface ActingOn {
  readonly area: string | undefined;
  readonly today: Day;
  /** The effective day of the act. */
  readonly effective: Day;
}

/**
 * The bodies whose officers act and sign for others: each for itself on days before its end, and its successors once
 * the act's day or its effective day is at or after the change.
 */
export function actingFor(all: readonly Succession[], bodies: readonly string[], on: ActingOn): string[] {
  const acting = bodies.flatMap((body): string[] => {
    const ended = endOf(all, body);
    if (!ended) return [body];
    const before = on.effective < ended.effective ? [body] : [];
    const taken = on.today >= ended.effective || before.length === 0;
    return [...before, ...(taken ? actingFor(all, successorsIn(ended, body, on.area), on) : [])];
  });
  return [...new Set(acting)];
}

/** A body that a fact names in a field for a day on which it has ended, and the succession that ended it. */
interface EndedBody {
  readonly field: string;
  readonly body: string;
  readonly ended: Succession;
}

/** The bodies that a fact names for a day on which they have ended, in the order in which it names them. */
export function endedBodiesIn(
  all: readonly Succession[],
  schema: z.ZodType,
  data: { readonly effective: Day },
): EndedBody[] {
  return namingsIn(schema, data).flatMap(({ named, text: body, field, from }): EndedBody[] => {
    const ended = named === 'partner' ? endOf(all, body) : undefined;
    return ended && ended.effective <= (from ?? data.effective) ? [{ field, body, ended }] : [];
  });
}

export const successionInWords = ({
  predecessors,
  successors,
  effective,
}: Pick<Succession, 'predecessors' | 'successors' | 'effective'>): string =>
  `${predecessors.join(', ')} ended, succeeded by ${successors.join(', ')} from ${dayInWords(effective)}`;
