import { z } from 'zod';
import type { Entry } from '../../../projections/entry.js';
import { STEPS } from '../../../projections/entry-indexes.js';
import { PART_WORDS } from '../../domain/grammar/half.js';
import { isProposalEvent, placeOfHalf, textsOf, type ProposalEvent } from '../../domain/grammar/proposal.js';
import { KINDS, offerSentence, placed } from '../catalogue.js';
import type { Ledger } from '../ledger.js';
import { proposalIn, STATES, streamThen, type ProposalThen, type StreamThen, type Then } from './proposal-then.js';
import type { Seeing } from './question.js';

/** A settlement in two or more places, as each of its parts shows it. Source: docs/decisions/deals.md. */

/** The state of a part: that of a proposal, or `reversed` if everything that its signature recorded was reversed. */
const PART_STATES = [...STATES, 'reversed'] as const;
type PartState = (typeof PART_STATES)[number];

const PartText = z.object({
  kind: z.enum(['fund', 'dispute']),
  in: z.string().meta({ description: 'The fund, or the area.' }),
  proposal: z.string(),
  state: z.enum(PART_STATES),
  sentence: z.string().nullable().meta({ description: 'What it offers; null if you may not see it.' }),
});

export const SettlementText = z.object({
  isWhole: z.boolean().meta({ description: 'Whether every part is signed and none has been taken back.' }),
  words: z.string(),
  others: z.array(PartText).meta({
    description:
      'The other half. There are several if a half that ended unsigned was made again, or if the settlement is in more than two places. At most twenty, those in force first.',
  }),
});

type SettlementText = z.output<typeof SettlementText>;
type PartText = z.output<typeof PartText>;

const OTHERS_MAX = 20;
/** How many parts are looked for. A settlement in more places is described by these. */
const PARTS_MAX = 100;

const STANDING: readonly PartState[] = ['open', 'agreed'];
const stands = ({ state }: Pick<PartText, 'state'>): boolean => STANDING.includes(state);
/**
 * A part that ended unsigned no longer belongs to the settlement. If a part was signed and then reversed, the
 * settlement is not whole.
 */
const counts = (part: Pick<PartText, 'state'>): boolean => stands(part) || part.state === 'reversed';

/** The proposal of which an event is a step, or whose signature recorded it; undefined if there is none. */
export function proposalOf(entries: readonly Entry[], revision: number): string | undefined {
  const step = entries.findLast(
    (entry): entry is Entry & ProposalEvent => entry.revision <= revision && isProposalEvent(entry),
  );
  if (!step) return undefined;
  const { revision: at, type, data } = step;
  return at === revision || (type === 'ProposalAgreed' && revision <= at + textsOf(data).length)
    ? data.proposal
    : undefined;
}

/** Whether everything that the signature of an agreed proposal recorded was taken back. */
function isReversed({ undone }: StreamThen, { steps }: ProposalThen): boolean {
  const agreed = steps.find(({ type }) => type === 'ProposalAgreed')!;
  return textsOf(agreed.data).every((_text, at) => undone.has(String(agreed.revision + 1 + at)));
}

const stateOfPart = (there: StreamThen, part: ProposalThen): PartState =>
  part.state === 'agreed' && isReversed(there, part) ? 'reversed' : part.state;

interface Place {
  readonly stream: string;
  readonly proposal: string;
}

/** All proposals connected with one because they name it, or because it names them. */
function otherParts({ model }: Ledger, own: Place): Place[] {
  const found = new Map([[own.proposal, own]]);
  for (const { stream, proposal } of found.values()) {
    if (found.size >= PARTS_MAX) break;
    const named = model.stream(placed(stream).kind, stream).halves.get(proposal);
    const next = named ? [{ stream: model.madeIn(named.proposal)!, proposal: named.proposal }] : [];
    for (const each of [...next, ...model.naming(proposal)])
      if (!found.has(each.proposal)) found.set(each.proposal, each);
  }
  return [...found.values()].slice(1);
}

/** The settlement of which a proposal is a half, as known then; null if the proposal is no half. */
export async function settlementOf(
  ledger: Ledger,
  stream: string,
  id: string,
  then: Then,
  { sees, seesCases }: Pick<Seeing, 'sees' | 'seesCases'>,
): Promise<SettlementText | null> {
  const parts = otherParts(ledger, { stream, proposal: id });
  if (parts.length === 0) return null;
  // Each stream is read once, whatever the number of parts in it.
  const streams = new Map<string, StreamThen>();
  for (const each of new Set([stream, ...parts.map((part) => part.stream)]))
    streams.set(each, await streamThen(ledger, each, then));
  const others = parts.flatMap((part): PartText[] => {
    const there = streams.get(part.stream)!;
    const found = proposalIn(there, part.proposal, then);
    if (!found) return [];
    // Only funds and disputes hold parts.
    const { kind, name } = placed(part.stream) as { readonly kind: 'fund' | 'dispute'; readonly name: string };
    const sentence = (kind === 'fund' ? sees(name) : seesCases(name)) ? offerSentence(KINDS[kind], found.terms) : null;
    return [{ kind, in: name, proposal: part.proposal, state: stateOfPart(there, found), sentence }];
  });
  if (others.length === 0) return null;
  const there = streams.get(stream)!;
  const state = stateOfPart(there, proposalIn(there, id, then)!);
  // A half that ended unsigned and was proposed again is shown by its replacement; if there is none, by the half that
  // it names, or by the last that named it.
  const counted = others.filter(counts);
  const named = ledger.model.stream(placed(stream).kind, stream).halves.get(id)?.proposal;
  const ended = others.find(({ proposal }) => proposal === named) ?? others.at(-1)!;
  const told = counted.length > 0 ? counted : [ended];
  const isWhole = state === 'agreed' && counted.length > 0 && counted.every((each) => each.state === 'agreed');
  return {
    isWhole,
    words: settlementInWords(state, told, isWhole),
    others: [...counted, ...others.filter((each) => !counts(each))].slice(0, OTHERS_MAX),
  };
}

function settlementInWords(state: PartState, told: readonly PartText[], isWhole: boolean): string {
  const places = told.map(placeOfHalf);
  if (isWhole)
    return told.length === 1
      ? `A settlement in two places, all signed. The other half is ${places[0]!}.`
      : `A settlement in ${told.length + 1} places, all signed. The others are ${places.join(' and ')}.`;
  const where = told.map((each) => `${placeOfHalf(each)}, ${PART_WORDS[each.state]}`).join('; ');
  const alone =
    state === 'agreed' && !told.some(stands) ? ' This half is signed and is in force without the other.' : '';
  return told.length === 1
    ? `Half of a settlement. The other half, ${where}.${alone}`
    : `Part of a settlement in ${told.length + 1} places. The others: ${where}.`;
}

/**
 * What a bridge asks about halves of settlements: what was signed after one size of the ledger, up to a later state of
 * knowledge.
 */
interface Signed {
  readonly from: number;
  readonly to: Then;
}

/**
 * The halves of settlements that were signed in a stream between two states of knowledge, and whose other half is not
 * signed by the second. Each with its sentence, and the state of the other half.
 */
export async function halvesSigned(
  ledger: Ledger,
  stream: string,
  { from, to }: Signed,
  seeing: Pick<Seeing, 'sees' | 'seesCases'>,
): Promise<{ readonly proposal: string; readonly sentence: string; readonly words: string }[]> {
  const ids = ledger.model.halvesOf(stream);
  if (ids.size === 0) return [];
  const entries = await ledger.entriesUnder(stream, to.size, STEPS);
  const found = [];
  for (const entry of entries) {
    if (entry.type !== 'ProposalAgreed' || entry.place < from) continue;
    const { proposal } = (entry as Entry & ProposalEvent).data;
    const settlement = ids.has(proposal) ? await settlementOf(ledger, stream, proposal, to, seeing) : null;
    if (settlement && !settlement.isWhole) found.push({ proposal, sentence: entry.sentence, words: settlement.words });
  }
  return found;
}
