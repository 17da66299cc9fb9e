import { instantText, type Instant } from '../../domain/calendar.js';
import type { LedgerEvent } from '../../domain/grammar/event.js';
import { isProposalEvent, textsOf } from '../../domain/grammar/proposal.js';
import { inForce, rulesOf } from '../../domain/grammar/rule-versions.js';
import type { RecordedEvent } from '../../store/event-store.js';
import { scopedKey } from './key-table.js';
import { placed } from '../catalogue.js';

/**
 * Which acts stand. An act names, in `rests` of its events, the last standing revision of every other stream that its
 * decision looked at. It is void if, at its place in the ledger, one of these streams has another last standing
 * revision. Its own stream is not named, because the append checks it. An act is also void if its stamp is more than a
 * minute before the latest stamp of the standing acts before it. Only services that share a ledger can record out of
 * order, and with this rule nobody adds to what was known long ago.
 *
 * Only numbers are compared, without rules or states, so every service, version and verification finds the same acts
 * void. A void act does not change the revisions that others rest on, so it makes no other act void. Events without
 * `rests`, from earlier programs, stand.
 */

/** Names a stream with no event that stands. */
export const NO_STREAM = 'no_stream';

/** How far services that share a ledger may record out of order, in milliseconds. */
export const BEHIND_MS_MAX = 60_000;

/** Why an act is void. */
export type WhyVoid = Moved | Late;

/** The first stream, by name, that had moved, the revision that the act rested on, and the one that stood. */
interface Moved {
  readonly stream: string;
  readonly rested: string;
  readonly stood: string;
}

/** The instant at which the act was recorded, and the latest of what stood before it, which is much later. */
interface Late {
  readonly recorded: string;
  readonly latest: string;
}

export interface Standing {
  /** Takes the next event of the ledger, in ledger order. Returns why it is void, where it is. */
  take(event: Judged): WhyVoid | undefined;
  /** How many acts under an officer's key were void so far. */
  voidActs(officer: string, key: string): number;
  /** All of it, as {@link createStanding} takes it. */
  kept(): KeptStanding;
}

/** What is looked at of an event. */
export type Judged = Pick<LedgerEvent, 'stream' | 'revision'> & {
  readonly metadata: Pick<LedgerEvent['metadata'], 'rests' | 'causation' | 'officer' | 'key' | 'recordedAt' | 'rules'>;
};

export interface KeptStanding {
  /** The last standing revision of each stream, as `rests` names it. */
  readonly last: Map<string, string>;
  /** Why the last act of a stream is void, for the streams where it is. */
  readonly lastVoid: Map<string, WhyVoid>;
  readonly voidActs: Map<string, number>;
  /** The latest recorded instant of what stands. */
  readonly latest: number;
}

/** Begins before the first event, or goes on from what was kept. */
export function createStanding(kept?: KeptStanding): Standing {
  const last = kept?.last ?? new Map<string, string>();
  const lastVoid = kept?.lastVoid ?? new Map<string, WhyVoid>();
  const voidActs = kept?.voidActs ?? new Map<string, number>();
  let latest = kept?.latest ?? -Infinity;

  function moved(rests: Readonly<Record<string, string>>): WhyVoid | undefined {
    for (const stream in rests) {
      const [rested, stood] = [rests[stream]!, last.get(stream) ?? NO_STREAM];
      if (rested !== stood) return { stream, rested, stood };
    }
    return undefined;
  }

  function late(metadata: Judged['metadata'], at: number): WhyVoid | undefined {
    if (!(at < latest - BEHIND_MS_MAX) || !inForce('late_is_void', { rules: rulesOf(metadata) })) return undefined;
    return { recorded: metadata.recordedAt, latest: instantText(latest as Instant) };
  }

  return {
    take({ stream, revision, metadata }) {
      const { rests, causation, officer, key, recordedAt } = metadata;
      const at = Date.parse(recordedAt);
      // What is recorded in one append is one act, and stands or is void whole.
      const goesOn = causation !== undefined;
      const why = goesOn ? lastVoid.get(stream) : ((rests && moved(rests)) ?? late(metadata, at));
      if (!why) {
        if (at > latest) latest = at;
        last.set(stream, String(revision));
        if (lastVoid.size > 0) lastVoid.delete(stream);
        return undefined;
      }
      lastVoid.set(stream, why);
      if (!goesOn) {
        const act = scopedKey(officer, key);
        voidActs.set(act, (voidActs.get(act) ?? 0) + 1);
      }
      return why;
    },
    voidActs: (officer, key) => (voidActs.size === 0 ? 0 : (voidActs.get(scopedKey(officer, key)) ?? 0)),
    kept: () => ({ last, lastVoid, voidActs, latest }),
  };
}

/** A stored event as it is judged, for those who read events that this version may not know. One without metadata stands. */
export function judgedAsStored({ stream, revision, metadata }: RecordedEvent): Judged {
  let read: unknown;
  try {
    read = JSON.parse(metadata);
  } catch {
    read = {};
  }
  return { stream, revision: Number(revision), metadata: read as Judged['metadata'] };
}

/** Whether more events of an act come right after its first ones: the facts that were agreed follow their agreement. */
export function isMoreToCome(act: readonly LedgerEvent[]): boolean {
  const [first] = act;
  if (!first || !isProposalEvent(first) || first.type !== 'ProposalAgreed') return false;
  return act.length <= textsOf(first.data).length;
}

/** Why an act is void, in a sentence. */
export function whyVoidInWords(why: WhyVoid): string {
  if ('latest' in why)
    return `It came too late: it was recorded at ${why.recorded}, more than ${BEHIND_MS_MAX / 1000} seconds behind what stood before it, of ${why.latest}.`;
  const { stream, rested, stood } = why;
  const { kind, name } = placed(stream);
  const what = kind === 'register' ? 'the register' : kind === 'fund' ? `the fund ${name}` : `the disputes of ${name}`;
  const then = rested === NO_STREAM ? 'not being open' : `at revision ${rested}`;
  const now =
    stood === NO_STREAM
      ? 'of which nothing stood'
      : `which ${rested === NO_STREAM ? 'was at revision' : 'had moved to'} ${stood}`;
  return `It rested on ${what} ${then}, ${now} when it was recorded.`;
}
