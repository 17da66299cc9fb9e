import type { Entry } from '../../../projections/entry.js';
import { REVERSALS, STEPS, those, type EntryIndex } from '../../../projections/entry-indexes.js';
import { onceEach } from '../../domain/once-each.js';
import { londonDay, type Instant } from '../../domain/calendar.js';
import type { LedgerEvent } from '../../domain/grammar/event.js';
import { evolveTable, movesTable, type Table as OnTable } from '../../domain/grammar/evolve.js';
import { initialStream } from '../../domain/grammar/kind.js';
import {
  dealMade,
  dealSigned,
  isProposalEvent,
  offeredAs,
  stillOpen,
  textsOf,
  type DealSignature,
  type DealState,
  type OpenProposal,
  type ProposalEvent,
} from '../../domain/grammar/proposal.js';
import { kindOf, placed, type AnyKind } from '../catalogue.js';
import type { Ledger } from '../ledger.js';

/** A proposal as known at an instant, whatever has happened to it since. */

/** What answers show of a proposal: everything except the version of the rules by which its terms were decided. */
export type Terms = Omit<OpenProposal, 'rules'>;

export const STATES = ['open', 'agreed', 'declined', 'withdrawn', 'lapsed', 'taken-off'] as const;

/** An entry in the form that the table of a stream takes. */
const asEvent = ({ officer, partner, role, rules, adjustment, ...entry }: Entry): LedgerEvent =>
  ({ ...entry, metadata: { officer, partner, role, rules, adjustment } }) as unknown as LedgerEvent;

/** The entries that move what is on the table of a stream. */
const movingTable = onceEach((kind: AnyKind): EntryIndex => those((entry) => movesTable(kind, entry)));

/** The open proposals of a stream, and how each other proposal had ended, after some of the stream’s entries. */
export function tableOf(kind: AnyKind, stream: string, entries: readonly Entry[]): OnTable {
  const table = initialStream(kind, stream);
  for (const entry of entries) if (movesTable(kind, entry)) evolveTable(kind, table, asEvent(entry));
  return table;
}

/** The proposals of a stream as known at a size of the ledger. If it never had any, nothing is read. */
export async function tableKnown(ledger: Ledger, stream: string, size: number): Promise<OnTable> {
  const now = ledger.model.stream(placed(stream).kind, stream);
  const wasEver = now.open.size + now.ended.size > 0;
  const kind = kindOf(stream);
  return wasEver ? tableOf(kind, stream, await ledger.entriesUnder(stream, size, movingTable(kind))) : now;
}

/**
 * The open proposals of a stream at an instant. An expired proposal is not open, whether or not its lapse is recorded.
 */
export const onTheTable = ({ open }: Pick<OnTable, 'open'>, instant: Instant): ReadonlyMap<string, OpenProposal> =>
  stillOpen(open, londonDay(instant));

const stateOf = (how: string): (typeof STATES)[number] =>
  STATES.find((state) => how.toLowerCase() === `proposal${state}`) ?? 'taken-off';

/** The last terms of a proposal that has ended. For a deal, with every signature that it was given. */
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

/** A deal after the steps that followed its last terms; undefined for a proposal of one fact. */
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

/** The size of the ledger that is known, and the instant that decides what has expired. */
export interface Then {
  readonly size: number;
  readonly instant: Instant;
}

/** A stream as it was known then. */
export interface StreamThen {
  /** The revisions that were taken back. */
  readonly undone: ReadonlySet<string>;
  /** The proposals that had not ended by a step, including expired ones, and how each other proposal had ended. */
  readonly table: OnTable;
  /** The steps of each proposal, in their order. */
  readonly steps: ReadonlyMap<string, readonly (Entry & ProposalEvent)[]>;
}

export async function streamThen(ledger: Ledger, stream: string, { size }: Then): Promise<StreamThen> {
  const steps = new Map<string, (Entry & ProposalEvent)[]>();
  for (const entry of await ledger.entriesUnder(stream, size, STEPS)) {
    if (!isProposalEvent(entry)) continue;
    const own = steps.get(entry.data.proposal);
    if (own) own.push(entry);
    else steps.set(entry.data.proposal, [entry]);
  }
  const reversals = await ledger.entriesUnder(stream, size, REVERSALS);
  const undone = new Set(reversals.map(({ reverses }) => reverses!));
  return { steps, undone, table: await tableKnown(ledger, stream, size) };
}

/** A proposal as it was known then. */
export interface ProposalThen {
  readonly steps: readonly (Entry & ProposalEvent)[];
  readonly terms: Terms;
  /** Set while the proposal is open. */
  readonly open: OpenProposal | undefined;
  /** The event by which it ended; undefined while it is open. */
  readonly how: string | undefined;
  readonly state: (typeof STATES)[number];
}

/** A proposal of a stream; undefined if it had not been made by then. */
export function proposalIn({ table, steps }: StreamThen, id: string, { instant }: Then): ProposalThen | undefined {
  const own = steps.get(id);
  if (!own) return undefined;
  const open = onTheTable(table, instant).get(id);
  const how = table.ended.get(id)?.how ?? (open ? undefined : 'ProposalLapsed');
  const state = how === undefined ? 'open' : stateOf(how);
  return { steps: own, terms: table.open.get(id) ?? lastTerms(own), open, how, state };
}
