import { openClaims } from '../../projections/claims.js';
import type { Day } from '../domain/calendar.js';
import type { LedgerEvent, StreamKind } from '../domain/facts.js';
import type { Given, StreamState } from '../domain/stream.js';
import { canonical, disputeStream, fundStream, REGISTER_STREAM, sha256, type StateOf } from './catalogue.js';

/** Whoever holds the state of every stream: the service as it stands, verification as it reads on. */
export interface Streams {
  stream<K extends StreamKind>(kind: K, stream: string): StreamState<StateOf<K>>;
}

interface Deciding {
  readonly today: Day;
  /** The version of the rules to decide by: the newest, or that of an act that is decided again. */
  readonly rules: number;
  /** The event that a reversal names. */
  readonly original: LedgerEvent | undefined;
  /**
   * The last revision of the area’s disputes that counts; left out, the last there is. Disputes are another stream: what
   * a service had not read when it decided is in the ledger before its decision, and is told by what the decision says.
   */
  readonly claimsKnownTo?: number | undefined;
}

/** What a decision may look at beside its own stream: made here alone, for whoever decides and for whoever verifies. */
export const decisionContext = (
  streams: Streams,
  { today, rules, original, claimsKnownTo = Infinity }: Deciding,
): Given => ({
  today,
  rules,
  register: streams.stream('register', REGISTER_STREAM).own,
  ...(original && { original }),
  fund(name) {
    const { own } = streams.stream('fund', fundStream(name));
    return own.opened ? own : undefined;
  },
  openClaims(area, year, on) {
    const { own, revision } = streams.stream('dispute', disputeStream(area));
    const upTo = Math.min(revision, claimsKnownTo);
    return { open: openClaims({ state: own, on, upTo }, year).total, revision: upTo };
  },
  digest: (value) => sha256(canonical(value)),
});
