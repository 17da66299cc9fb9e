import {
  claimsWalk,
  countClaims,
  openClaims,
  type ClaimsWalk,
  type DisputesView,
  type OpenClaims,
} from '../../../../projections/claims.js';
import type { Entry } from '../../../../projections/entry.js';
import { MOVES_GAP } from '../../../../projections/gap.js';
import { withExpiries } from '../../../../projections/offers.js';
import type { ToldCell } from '../../../../projections/claim-releases.js';
import { claimsNow, type AssignedClaim } from '../../../../projections/succession.js';
import { dayNumber, instantOf, londonDay, type FinancialYear, type Instant } from '../../../domain/calendar.js';
import { cellsOf } from '../../../domain/dispute/claim.js';
import { assignedOn, termsAt } from '../../../domain/dispute/state.js';
import { NO_MONEY } from '../../../domain/money.js';
import { disputeStream } from '../../catalogue.js';
import { releasedUpTo, type ClaimsTold, type Released } from '../../memory/claims-told.js';
import type { Ledger } from '../../ledger.js';
import { knownThen } from '../known.js';
import type { DisclosureText } from './claims-text.js';
import { entriesOf, entriesUnder, inheritanceAt, type Seeing, type FundAtDates, type TwoDates } from '../question.js';

/** The claims that stand beside a fund's figures: exact for askers who see cases, and as of releases for all others. */

const disputesOf = (ledger: Ledger, area: string) => ledger.model.stream('dispute', disputeStream(area)).own;

const revisionAt = (ledger: Ledger, area: string) => (size: number) =>
  ledger.model.knownRevision(disputeStream(area), size);

/** Open claims as an asker may know them, with what the answer says about that. */
export interface ClaimsSeen {
  readonly claims: OpenClaims;
  readonly disclosure: DisclosureText;
}

/**
 * The releases up to an instant, for an asker who sees claims at releases; undefined for an asker who sees them
 * exactly.
 */
export async function releasesFor(
  ledger: Ledger,
  area: string,
  knownAt: Instant,
  seeing: Seeing,
): Promise<Released | undefined> {
  return seeing.seesClaims(area) ? undefined : releasedUpTo(ledger, area, knownAt);
}

export const disclosureOf = ({ release }: ClaimsTold): DisclosureText => ({
  disclosed: 'rounded',
  release: release ?? null,
});

/** The instant of what was known for a question about a fund. */
export const instantKnown = ({ known }: Pick<FundAtDates, 'known'>): Instant => instantOf(known.knownAt)!;

/** The total of open claims in the cells of a release, for one financial year or for all. */
export function openClaimsTold(cells: readonly ToldCell[], year?: FinancialYear): OpenClaims {
  const count = countClaims();
  count.add(year ? cells.filter((cell) => cell.year === year.label) : cells);
  return count.claims();
}

/** The open claims of a fund's year, as an asker may know them, at the two dates of a question. */
export async function claimsSeen(ledger: Ledger, at: FundAtDates, seeing: Seeing): Promise<ClaimsSeen> {
  const knownAt = instantKnown(at);
  const released = await releasesFor(ledger, at.area, knownAt, seeing);
  if (!released) return { claims: claimsAt(ledger, at), disclosure: {} };
  const told = released.at(knownAt);
  return {
    claims: claimsNow(openClaimsTold(told.cells, at.year), [], at.inheritance),
    disclosure: disclosureOf(told),
  };
}

/**
 * The exact open claims of a fund's year, on the day and as known at the instant asked for.
 * @param knownTo the last revision of the disputes that counts; left out, all that were known
 */
export function claimsAt(
  ledger: Ledger,
  { area, on, size, year, inheritance }: FundAtDates,
  knownTo = Infinity,
): OpenClaims {
  const view = { state: disputesOf(ledger, area), on, upTo: Math.min(revisionAt(ledger, area)(size), knownTo) };
  return claimsNow(openClaims(view, year), assignedClaims(view, year), inheritance);
}

/** The open claims of an area for all years, under the names in which they were raised and under today’s names. */
export async function claimsOfArea(
  ledger: Ledger,
  area: string,
  { on, 'known-at': knownAt }: TwoDates,
  seeing: Seeing,
) {
  const known = knownThen(ledger, knownAt);
  const { now, instant, size, text } = known;
  const day = on ?? londonDay(now);
  const inheritance = inheritanceAt(ledger, area, day, size);
  const released = seeing.seesArea(area) ? await releasesFor(ledger, area, instant, seeing) : undefined;
  const told = released?.at(instant);
  const view = { state: disputesOf(ledger, area), on: day, upTo: revisionAt(ledger, area)(size) };
  const before = !seeing.seesArea(area) ? NO_CLAIMS : told ? openClaimsTold(told.cells) : openClaims(view);
  return {
    ...known,
    on: day,
    stamp: { on: day, ...text },
    inheritance,
    before,
    // A case that one successor took over stands under that successor’s name from the start.
    after: claimsNow(before, seeing.seesCases(area) ? assignedClaims(view) : [], inheritance),
    disclosure: told ? disclosureOf(told) : {},
  };
}

const NO_CLAIMS: OpenClaims = { total: NO_MONEY, byPartner: new Map() };

/** What is open of each case that one of several successors has taken over. */
function assignedClaims({ state, on, upTo }: DisputesView, year?: FinancialYear): AssignedClaim[] {
  const asAt = { on: dayNumber(on), ...(year && { from: dayNumber(year.first), to: dayNumber(year.last) }) };
  return assignedOn(state, on, upTo).flatMap(({ case: id, side, predecessor, successor }) =>
    // A case that was assigned has been raised, so its terms are known too.
    cellsOf(termsAt(state.cases.get(id)!, upTo)!, asAt)
      .filter((cell) => cell[side] === predecessor)
      .map(({ open }) => ({
        side: side === 'claimant' ? ('claimedBy' as const) : ('claimedAgainst' as const),
        predecessor,
        successor,
        open,
      })),
  );
}

/** The same claims, exact, at every day and size of the ledger, for walks from one date to another. */
export const claimsAlong = (ledger: Ledger, { area, year }: FundAtDates): ClaimsWalk =>
  claimsWalk(disputesOf(ledger, area), year, revisionAt(ledger, area));

/** For walks along the facts of a fund alone. The claims of releases are added to their figures afterwards. */
export const NO_CLAIMS_ALONG: ClaimsWalk = { open: () => NO_MONEY, changedBy: () => NO_MONEY };

/**
 * Everything that can move a fund's figures, in ledger order: its own facts, what happens without a fact, and, for
 * askers who see claims exactly, the facts of its area's disputes.
 * @param released the releases, for an asker who sees claims at releases instead
 * @param gapAlone leaves out the facts of the fund that change no figure of its gap
 */
export async function moving(
  ledger: Ledger,
  { fund, area, size, instant }: Pick<FundAtDates, 'fund' | 'area' | 'size' | 'instant'>,
  released: Released | undefined,
  gapAlone: boolean,
) {
  const disputes = released ? [] : await ledger.entries(disputeStream(area), size);
  const { offers } = ledger.model.fund(fund)!;
  // When an offer passes depends on all that was recorded before and after.
  const passes = offers.some(({ from }) => from < size);
  const own =
    gapAlone && !passes
      ? await entriesUnder(ledger, { fund, size }, MOVES_GAP)
      : await entriesOf(ledger, { fund, size });
  const recorded = disputes.length === 0 ? own : [...own, ...disputes].sort((a, b) => a.place - b.place);
  const entries = passes ? withExpiries(recorded, offers, { size, instant }) : recorded;
  const ofDisputes = new Set(disputes);
  return { entries, isOfDisputes: (entry: Entry): boolean => ofDisputes.has(entry) };
}
