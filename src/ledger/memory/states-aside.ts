import type { FundState } from '../../domain/fund/state.js';
import { deserialize, serialize } from 'node:v8';
import { evolve, passOver } from '../../domain/grammar/evolve.js';
import type { StreamState } from '../../domain/grammar/kind.js';
import { StoreUnavailable } from '../../store/event-store.js';
import { pageOfStream } from '../../store/pages.js';
import { decode, KINDS } from '../catalogue.js';
import type { Ledger } from '../ledger.js';
import { packed, unpacked } from './packed-fund.js';

/**
 * States of funds for decisions beside the ledger’s own, on which acts are tried that nobody records. To copy the state of a
 * large fund takes a hundred times as long as to try an act on it. So a copy is kept, put back after each trial to what it
 * was, and brought up to date before the next.
 */

/** So many funds have a copy at the most, those that were asked about last. */
const FUNDS_MAX = 4;
/** A copy that is more events behind is made anew. */
const BEHIND_MAX = 500;

type State = StreamState<FundState>;

const kept = new WeakMap<Ledger['model'], Map<string, State>>();

const statesOf = ({ model }: Pick<Ledger, 'model'>): Map<string, State> => {
  const states = kept.get(model) ?? new Map<string, State>();
  kept.set(model, states);
  return states;
};

/** The state of a fund, level with the ledger, which nobody else has until it is put back. */
export async function takeState(ledger: Ledger, stream: string): Promise<State> {
  const states = statesOf(ledger);
  const found = states.get(stream);
  states.delete(stream);
  const live = await ledger.stateOf('fund', stream);
  const state = found && live.last - found.last <= BEHIND_MAX ? found : copied(live);
  // The ledger may go on while events are read: this ends where the two are level, in the same turn of the loop.
  for (let behind = true; behind;) {
    const page =
      state.last < lastOf(ledger, stream) ? await pageOfStream(ledger.store, stream, BigInt(state.last)) : [];
    for (const event of page) {
      const revision = Number(event.revision);
      if (revision > lastOf(ledger, stream)) break;
      if (ledger.model.whyVoid(stream, revision)) passOver(state, decode(event, KINDS.fund));
      else evolve(KINDS.fund, state, decode(event, KINDS.fund));
    }
    behind = state.last < lastOf(ledger, stream);
    if (behind && page.length === 0)
      throw new StoreUnavailable(`Of ${stream} no event after revision ${state.last} can be read.`);
  }
  return state;
}

const lastOf = ({ model }: Ledger, stream: string): number => model.stream('fund', stream).last;

function copied({ stream, revision, last, own, open, ended, halves }: State): State {
  const table = deserialize(serialize({ open, ended, halves })) as Pick<State, 'open' | 'ended' | 'halves'>;
  return { stream, revision, last, own: unpacked(packed(own)), ...table };
}

/** Keeps a state for the next who tries something on the fund. It is to be what it was when it was taken. */
export function putBack(ledger: Pick<Ledger, 'model'>, state: State): void {
  const states = statesOf(ledger);
  states.delete(state.stream);
  states.set(state.stream, state);
  const [oldest] = states.keys();
  if (states.size > FUNDS_MAX) states.delete(oldest!);
}
