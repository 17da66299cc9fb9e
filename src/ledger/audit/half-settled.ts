import type { StreamState } from '../../domain/grammar/kind.js';
import { endedUnsigned, placeOfHalf } from '../../domain/grammar/proposal.js';
import { placed } from '../catalogue.js';

/**
 * The settlements in two places of which one half is signed and the other is not, each in a sentence. That is nothing wrong
 * with a ledger: whoever verifies one is told, so that nobody takes half of a settlement for the whole.
 */
export function halfSettled(states: ReadonlyMap<string, StreamState<unknown>>): string[] {
  const all = [...states.values()];
  return all.flatMap(({ stream, halves }) =>
    [...halves].flatMap(([id, half]) => {
      const there = all.find((each) => each.open.has(half.proposal) || each.ended.has(half.proposal))!;
      const { kind, name } = placed(stream);
      const place = placeOfHalf({ kind: kind as 'fund' | 'dispute', in: name });
      const [own, other] = [becameOf(states.get(stream)!, id), becameOf(there, half.proposal)];
      if ((own === SIGNED) === (other === SIGNED)) return [];
      return [
        `Proposal ${half.proposal}, ${placeOfHalf(half)}, ${other}; its other half, proposal ${id}, ${place}, ${own}.`,
      ];
    }),
  );
}

const SIGNED = 'is signed';

function becameOf({ ended }: StreamState<unknown>, id: string): string {
  const how = ended.get(id)?.how;
  if (how === undefined) return 'is not signed';
  return endedUnsigned(how) ? 'has ended unsigned' : SIGNED;
}
