import { instantOf, type Instant } from '../../../domain/calendar.js';
import type { LedgerEvent } from '../../../domain/grammar/event.js';
import { inForce, rulesOf } from '../../../domain/grammar/rule-versions.js';
import { BEHIND_MS_MAX } from '../../memory/standing.js';
import type { Check } from './check.js';

export const SEQUENCE = {
  name: 'sequence',
  promise:
    'Positions go up (by one, in a file), each stream’s revisions go up from 0 without a gap and by no older rules, and no instant goes back (across streams of a cluster it may: an act that is more than a minute behind what stands is void, and by rules 1 and 2 a finding).',
  begin({ store }, report) {
    const heads = new Map<string, bigint>();
    /** By which version of the rules, and when, the last event of each stream was recorded. */
    const rules = new Map<string, number>();
    const instants = new Map<string, Instant>();
    let last: Instant = 0 as Instant;

    /** How early an event may have been recorded, across streams. */
    function mayGoBackTo({ metadata }: LedgerEvent): number {
      if (store.instantsInOrder) return last;
      // By those rules an act further behind is void, which standing.ts decides.
      return inForce('late_is_void', { rules: rulesOf(metadata) }) ? 0 : last - BEHIND_MS_MAX;
    }

    return {
      stored({ stream, revision, position }, where, after) {
        const next = (heads.get(stream) ?? -1n) + 1n;
        if (revision !== next) report(where, `revision ${next} of ${stream} is missing.`);
        heads.set(stream, revision);
        if (!store.canFollow(position, after))
          report(where, `it does not follow position ${after ?? 'none'}: something between them is missing.`);
      },
      event({ event, where }) {
        const { stream, metadata } = event;
        const at = instantOf(metadata.recordedAt)!;
        if (at < Math.max(instants.get(stream) ?? 0, mayGoBackTo(event)))
          report(where, `it was recorded at ${metadata.recordedAt}, before the event before it.`);
        instants.set(stream, at);
        last = store.instantsInOrder ? at : (Math.max(at, last) as Instant);
        // A service reads a stream before it appends, and no program reads acts by rules that it does not know.
        const [before, now] = [rules.get(stream) ?? 1, rulesOf(metadata)];
        if (now < before) report(where, `it is by rules ${now}, and the event before it by rules ${before}.`);
        rules.set(stream, Math.max(before, now));
      },
    };
  },
} as const satisfies Check;
