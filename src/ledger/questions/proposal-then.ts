import { z } from 'zod';
import type { Entry } from '../../../projections/entry.js';
import { londonDay, type Instant } from '../../domain/calendar.js';
import type { LedgerEvent } from '../../domain/grammar/event.js';
import { evolveTable, movesTable, type Table as OnTable } from '../../domain/grammar/evolve.js';
import { initialStream } from '../../domain/grammar/kind.js';
import {
  dealMade,
  dealSigned,
  isProposalEvent,
  offeredAs,
  placeOfHalf,
  stillOpen,
  textsOf,
  type DealSignature,
  type DealState,
  type OpenProposal,
  type ProposalEvent,
} from '../../domain/grammar/proposal.js';
import { kindOf, KINDS, offerSentence, placed, type AnyKind } from '../catalogue.js';
import type { Ledger } from '../ledger.js';
import type { Seeing } from './question.js';

/** A proposal as it was known at an instant, whatever has become of it since; and the halves of one settlement. */

/** What is told of a proposal: all but the version of the rules by which its terms were decided. */
export type Terms = Omit<OpenProposal, 'rules'>;

export const STATES = ['open', 'agreed', 'declined', 'withdrawn', 'lapsed', 'taken-off'] as const;

/** An entry as the table of a stream takes it. */
const asEvent = ({ officer, partner, role, rules, adjustment, ...entry }: Entry): LedgerEvent =>
  ({ ...entry, metadata: { officer, partner, role, rules, adjustment } }) as unknown as LedgerEvent;

/** What was on the table of a stream, and how each proposal had ended, after some of its entries. */
export function tableOf(kind: AnyKind, stream: string, entries: readonly Entry[]): OnTable {
  const table = initialStream(kind, stream);
  for (const entry of entries) if (movesTable(kind, entry)) evolveTable(kind, table, asEvent(entry));
  return table;
}

/** The table of a stream as known at a size of the ledger. Where nothing was ever on it, nothing is read. */
export async function tableKnown(ledger: Ledger, stream: string, size: number): Promise<OnTable> {
  const now = ledger.model.stream(placed(stream).kind, stream);
  const wasEver = now.open.size + now.ended.size > 0;
  return wasEver ? tableOf(kindOf(stream), stream, await ledger.entries(stream, size)) : now;
}

/** What is on the table of a stream at an instant: what has expired by then is not, whether or not its lapse is recorded. */
export const onTheTable = ({ open }: Pick<OnTable, 'open'>, instant: Instant): ReadonlyMap<string, OpenProposal> =>
  stillOpen(open, londonDay(instant));

const stateOf = (how: string): (typeof STATES)[number] =>
  STATES.find((state) => how.toLowerCase() === `proposal${state}`) ?? 'taken-off';

/** The last terms of a proposal that has ended, as they stood before; of a deal with every signature that it was given. */
function lastTerms(steps: readonly (Entry & ProposalEvent)[]): Terms {
  const at = steps.findLastIndex(({ type }) => type === 'ProposalMade' || type === 'ProposalCountered');
  const last = steps[at]!;
  const { data, partner, officer, revision } = last as Entry & Extract<ProposalEvent, { type: 'ProposalMade' }>;
  const role = last.role as OpenProposal['role'];
  return {
    id: data.proposal,
    ...offeredAs(textsOf(data)),
    signature: data.signature,
    by: partner,
    officer,
    role,
    awaiting: data.awaiting,
    revision,
    ...(data.conditions !== undefined && { conditions: data.conditions }),
    ...(data.expires !== undefined && { expires: data.expires }),
    ...(data.otherHalf && { otherHalf: data.otherHalf }),
    ...dealAfter(steps.slice(at + 1), dealMade(data, last)),
  };
}

/** A deal after the steps that followed its last terms; nothing of a proposal of one fact. */
function dealAfter(
  steps: readonly ProposalEvent[],
  { deal }: { readonly deal?: DealState },
): { readonly deal?: DealState } {
  if (!deal) return {};
  let then = deal;
  for (const { type, data } of steps) {
    if (type === 'ProposalSigned') then = dealSigned(then, data);
    if (type === 'ProposalAgreed') then = { needs: [], given: data.signatures as readonly DealSignature[] };
  }
  return { deal: then };
}

/** How much of the ledger is known, and the instant from which follows what has expired. */
export interface Then {
  readonly size: number;
  readonly instant: Instant;
}

/** A proposal as it was known then. */
export interface ProposalThen {
  readonly entries: readonly Entry[];
  readonly steps: readonly (Entry & ProposalEvent)[];
  readonly terms: Terms;
  /** Set while it is on the table. */
  readonly open: OpenProposal | undefined;
  /** The event by which it ended; undefined while it is open. */
  readonly how: string | undefined;
  readonly state: (typeof STATES)[number];
}

/** Looks up a proposal of a stream; undefined where it had not been made by then. */
export async function proposalThen(
  ledger: Ledger,
  stream: string,
  id: string,
  { size, instant }: Then,
): Promise<ProposalThen | undefined> {
  const entries = await ledger.entries(stream, size);
  const steps = entries.filter(
    (entry): entry is Entry & ProposalEvent => isProposalEvent(entry) && entry.data.proposal === id,
  );
  if (steps.length === 0) return undefined;
  const table = tableOf(kindOf(stream), stream, entries);
  const open = onTheTable(table, instant).get(id);
  const how = table.ended.get(id)?.how ?? (open ? undefined : 'ProposalLapsed');
  const state = how === undefined ? 'open' : stateOf(how);
  return { entries, steps, terms: table.open.get(id) ?? lastTerms(steps), open, how, state };
}

// Settlements in two places

const HalfText = z.object({
  kind: z.enum(['fund', 'dispute']),
  in: z.string().meta({ description: 'The fund, or the area.' }),
  proposal: z.string(),
  state: z.enum(STATES),
  sentence: z.string().nullable().meta({ description: 'What it offers; null where you may not see it.' }),
});

export const SettlementText = z.object({
  isWhole: z.boolean().meta({ description: 'Whether each half is signed.' }),
  words: z.string(),
  others: z.array(HalfText).meta({
    description:
      'The other half; several where one that ended unsigned was made again, or where the settlement is in more than two places.',
  }),
});

type SettlementText = z.output<typeof SettlementText>;

const STATE_WORDS: Readonly<Record<(typeof STATES)[number], string>> = {
  open: 'is not signed yet',
  agreed: 'is signed',
  declined: 'was declined',
  withdrawn: 'was taken back',
  lapsed: 'was not signed in time',
  'taken-off': 'is off the table',
};

/** The proposal that an event of a stream is a step of, or whose signature recorded it; undefined where there is none. */
export function proposalOf(entries: readonly Entry[], revision: number): string | undefined {
  const until = entries.filter((entry) => entry.revision <= revision);
  const step = until.findLast<Entry & ProposalEvent>(isProposalEvent);
  if (!step) return undefined;
  const { revision: at, type, data } = step;
  return at === revision || (type === 'ProposalAgreed' && revision <= at + textsOf(data).length)
    ? data.proposal
    : undefined;
}

/** The settlement that a proposal is half of, as known then; null where it is a whole by itself. */
export async function settlementOf(
  ledger: Ledger,
  stream: string,
  id: string,
  then: Then,
  { sees, seesCases }: Pick<Seeing, 'sees' | 'seesCases'>,
): Promise<SettlementText | null> {
  const { model } = ledger;
  const named = model.stream(placed(stream).kind, stream).halves.get(id);
  const all = [
    ...(named ? [{ stream: model.madeIn(named.proposal)!, proposal: named.proposal }] : []),
    ...model.naming(id),
  ];
  const others: SettlementText['others'] = [];
  for (const other of all) {
    const found = await proposalThen(ledger, other.stream, other.proposal, then);
    if (!found) continue;
    const { kind, name } = placed(other.stream);
    // Halves are of funds and of disputes alone.
    const of = kind as 'fund' | 'dispute';
    const isSeen = of === 'fund' ? sees(name) : seesCases(name);
    const sentence = isSeen ? offerSentence(KINDS[of], found.terms) : null;
    others.push({ kind: of, in: name, proposal: other.proposal, state: found.state, sentence });
  }
  if (others.length === 0) return null;
  const { state } = (await proposalThen(ledger, stream, id, then))!;
  const isWhole = state === 'agreed' && others.some((each) => each.state === 'agreed');
  // What ended unsigned and was made again is told by the one that took its place.
  const last = others.filter((each) => each.state === 'open' || each.state === 'agreed');
  const told = last.length > 0 ? last : others.slice(-1);
  const where = told.map((each) => `${placeOfHalf(each)}, ${STATE_WORDS[each.state]}`).join('; ');
  return {
    isWhole,
    words: isWhole
      ? `A settlement in two places. Both halves are signed: the other is ${told.map(placeOfHalf).join(' and ')}.`
      : `Half of a settlement. The other half, ${where}.`,
    others,
  };
}

/** What a bridge asks of the halves of settlements: what was signed from one size of the ledger to a later state of knowledge. */
interface Signed {
  readonly from: number;
  readonly to: Then;
}

/**
 * The halves of settlements that were signed in a stream between two states of knowledge, and whose other half is not
 * signed by the second: each with what it says, and what has become of the other half.
 */
export async function halvesSigned(
  ledger: Ledger,
  stream: string,
  { from, to }: Signed,
  seeing: Pick<Seeing, 'sees' | 'seesCases'>,
): Promise<{ readonly proposal: string; readonly sentence: string; readonly words: string }[]> {
  const ids = ledger.model.halvesOf(stream);
  if (ids.size === 0) return [];
  const entries = await ledger.entries(stream, to.size);
  const found = [];
  for (const entry of entries) {
    if (entry.type !== 'ProposalAgreed' || entry.place < from) continue;
    const { proposal } = (entry as Entry & ProposalEvent).data;
    const settlement = ids.has(proposal) ? await settlementOf(ledger, stream, proposal, to, seeing) : null;
    if (settlement && !settlement.isWhole) found.push({ proposal, sentence: entry.sentence, words: settlement.words });
  }
  return found;
}
