import { openClaims } from '../../../projections/claims.js';
import type { Day } from '../../domain/calendar.js';
import type { LedgerEvent, StreamKind } from '../../domain/grammar/event.js';
import type { Given } from '../../domain/grammar/command.js';
import { sidesOf } from '../../domain/grammar/evolve.js';
import { isExpired } from '../../domain/grammar/proposal.js';
import type { StreamState } from '../../domain/grammar/kind.js';
import {
  areaOfFund,
  canonical,
  disputeStream,
  fundStream,
  placed,
  REGISTER_STREAM,
  sha256,
  type StateOf,
} from '../catalogue.js';
import { NO_STREAM } from '../memory/standing.js';

/** The states of all streams: the service’s present ones, or those of `verify` as far as it has read. */
export interface Streams {
  stream<K extends StreamKind>(kind: K, stream: string): StreamState<StateOf<K>>;
  /** The stream in which a proposal was made, by its identifier. */
  madeIn(proposal: string): string | undefined;
}

interface Deciding {
  /** The stream that the act is recorded in. */
  readonly stream: string;
  readonly today: Day;
  /** The version of the rules to decide by: the newest, or that of an act that is decided again. */
  readonly rules: number;
  /** The events that its facts name, such as the one that a reversal takes back. */
  readonly originals: readonly LedgerEvent[];
  /**
   * The last revision of the area’s disputes that counts; left out, the latest. For an act without `rests`, events that
   * its service had not read when it decided may come before it in the ledger; its decision says how far the service
   * had read.
   */
  readonly claimsKnownTo?: number | undefined;
}

interface DecisionContext {
  readonly context: Given;
  /**
   * The other streams that the decision has looked at so far, each with its last standing revision: what an event records
   * as `rests`. Undefined where there was none.
   */
  rests(): Readonly<Record<string, string>> | undefined;
}

/**
 * Gives a decision access to other streams, for deciding and for `verify`. There is no other way to another stream, and
 * each access is noted, so an event always names everything that its decision rests on.
 */
export function decisionContext(
  streams: Streams,
  { stream: own, today, rules, originals, claimsKnownTo = Infinity }: Deciding,
): DecisionContext {
  const looked: Record<string, string> = {};
  function at<K extends StreamKind>(kind: K, stream: string): StreamState<StateOf<K>> {
    const state = streams.stream(kind, stream);
    if (stream !== own) looked[stream] = state.revision < 0 ? NO_STREAM : String(state.revision);
    return state;
  }
  return {
    context: {
      today,
      rules,
      register: at('register', REGISTER_STREAM).own,
      originals: new Map(originals.map((each) => [String(each.revision), each])),
      fund(name) {
        const fund = at('fund', fundStream(name)).own;
        return fund.opened ? fund : undefined;
      },
      openClaims(area, year, on) {
        const { own: state, revision } = at('dispute', disputeStream(area));
        const upTo = Math.min(revision, claimsKnownTo);
        return { open: openClaims({ state, on, upTo }, year).total, revision: upTo };
      },
      proposal(id) {
        const stream = streams.madeIn(id);
        if (stream === undefined) return undefined;
        const { kind, name } = placed(stream);
        const { ended, open } = at(kind, stream);
        const found = open.get(id);
        const how = found && isExpired(found, today) ? 'ProposalLapsed' : ended.get(id)?.how;
        const area = kind === 'fund' ? areaOfFund(name) : kind === 'dispute' ? name : undefined;
        return { kind, in: name, area, stream, how, sides: found ? sidesOf(found) : (ended.get(id)?.sides ?? []) };
      },
      digest: (value) => sha256(canonical(value)),
    },
    rests: () => (Object.keys(looked).length > 0 ? looked : undefined),
  };
}
