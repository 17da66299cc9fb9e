import type { StreamState } from '../../domain/grammar/kind.js';
import { endedUnsigned, isProposalEvent, placeOfHalf, textsOf } from '../../domain/grammar/proposal.js';
import { reversedBy } from '../../domain/grammar/reversal.js';
import type { EventStore } from '../../store/event-store.js';
import { pageOfStream } from '../../store/pages.js';
import { decode, placed } from '../catalogue.js';

/**
 * The settlements in two places of which one half is signed and the other is not, each in a sentence. It is not a fault
 * of the ledger; `verify` lists it so that nobody takes half of a settlement for the whole. A half that ended unsigned
 * is listed if no other proposal replaced it.
 */
export async function halfSettled(
  store: EventStore,
  states: ReadonlyMap<string, StreamState<unknown>>,
): Promise<string[]> {
  const all = [...states.values()];
  const pairs = all.flatMap(({ stream, halves }) =>
    [...halves].map(([id, half]) => {
      const there = all.find((each) => each.open.has(half.proposal) || each.ended.has(half.proposal))!;
      return { first: { id: half.proposal, stream: there.stream }, second: { id, stream } };
    }),
  );
  const found: string[] = [];
  const undone = new Map<string, ReadonlySet<string>>();
  const becameOf = async ({ id, stream }: Part): Promise<string> => {
    const { open, ended } = states.get(stream)!;
    if (open.has(id)) return 'is not signed';
    if (endedUnsigned(ended.get(id)!.how)) return UNSIGNED;
    if (!undone.has(stream)) undone.set(stream, await undoneIn(store, stream));
    return undone.get(stream)!.has(id) ? 'was signed, and taken back' : SIGNED;
  };
  for (const { first, second } of pairs) {
    const [one, other] = [await becameOf(first), await becameOf(second)];
    if ((one === SIGNED) === (other === SIGNED)) continue;
    const standIn = pairs.some((each) => each.first.id === first.id && each.second.id !== second.id);
    if (other === UNSIGNED && standIn) continue;
    found.push(
      `Proposal ${first.id}, ${placeOf(first)}, ${one}; its other half, proposal ${second.id}, ${placeOf(second)}, ${other}.`,
    );
  }
  return found;
}

interface Part {
  readonly id: string;
  readonly stream: string;
}

const SIGNED = 'is signed';
const UNSIGNED = 'has ended unsigned';

function placeOf({ stream }: Part): string {
  const { kind, name } = placed(stream);
  return placeOfHalf({ kind: kind as 'fund' | 'dispute', in: name });
}

/** The proposals of a stream of which all that their signatures recorded was taken back. */
async function undoneIn(store: EventStore, stream: string): Promise<ReadonlySet<string>> {
  const recorded = new Map<string, string[]>();
  const reversed = new Set<string | undefined>();
  for (let after = -1n; ;) {
    const page = await pageOfStream(store, stream, after);
    for (const each of page) {
      const event = decode(each);
      reversed.add(reversedBy(event));
      if (!isProposalEvent(event) || event.type !== 'ProposalAgreed') continue;
      const facts = textsOf(event.data).map((_text, at) => String(event.revision + 1 + at));
      recorded.set(event.data.proposal, facts);
    }
    if (page.length === 0) break;
    after = page.at(-1)!.revision;
  }
  return new Set([...recorded].flatMap(([id, facts]) => (facts.every((each) => reversed.has(each)) ? [id] : [])));
}
