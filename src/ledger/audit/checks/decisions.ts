import { instantOf, londonDay } from '../../../domain/calendar.js';
import type { LedgerEvent } from '../../../domain/grammar/event.js';
import { inForce, rulesOf } from '../../../domain/grammar/rule-versions.js';
import { evolve } from '../../../domain/grammar/evolve.js';
import { decide } from '../../../domain/grammar/stream.js';
import { textOf } from '../../../domain/grammar/texts.js';
import { Refusal } from '../../../domain/rules.js';
import { decisionContext } from '../../acts/decision-context.js';
import { factsNamed } from '../../acts/deciding.js';
import { eventId } from '../../acts/event-id.js';
import { commandOf, isSame } from '../../acts/recorded-act.js';
import { decode, kindOf } from '../../catalogue.js';
import { isOneActWith, type Before, type Check, type Looked } from './check.js';

/**
 * Decides every act again, and then updates the state of its stream: checks after this one see the state after the
 * event.
 */
export const DECISIONS = {
  name: 'decisions',
  promise:
    'Every event that stands is what the rules decide of the act that it records, on the state of the ledger before it. One is void where a stream that it rests on had moved on, or where it came a minute too late: of that the numbers say all. From rules 3 on it also names every other stream that its decision looks at, and no more.',
  begin(before, report) {
    /** Of the last agreement of each stream, which of the facts that follow it adjust a closed period, by their places. */
    const adjusts = new Map<string, (place: number) => boolean>();
    return {
      async event(looked) {
        const { event, where, agreed, isVoid } = looked;
        if (!hasItsIdentifier(looked)) report(where, 'its identifier is not that of its officer and key.');
        if (isVoid) return;
        // What was signed together is one act: the facts after an agreement were decided with it.
        const { stream, metadata } = event;
        if (agreed && isOneActWith(agreed.by, event)) {
          const isMarked = metadata.adjustment !== undefined;
          if (isMarked !== (adjusts.get(stream)?.(agreed.part + 1) ?? isMarked))
            report(
              where,
              `it is ${isMarked ? '' : 'not '}marked as an adjustment, and should ${isMarked ? 'not ' : ''}be.`,
            );
        } else {
          const found = await decidedAgain(event, before);
          if (found.wrong !== undefined) report(where, found.wrong);
          if (found.adjusts) adjusts.set(stream, found.adjusts);
          else adjusts.delete(stream);
        }
        evolve(kindOf(stream), before.state(stream), event);
      },
    };
  },
} as const satisfies Check;

/**
 * An act has the identifier of its first try, or of a later one that counts the void acts that its service had read.
 */
function hasItsIdentifier({ event: { id, metadata }, agreed, tried }: Looked): boolean {
  const { officer, key } = metadata;
  const index = agreed && isOneActWith(agreed.by, { metadata }) ? 1 + agreed.part : 0;
  for (let voidActs = 0; voidActs <= tried; voidActs++) if (id === eventId(officer, key, index, voidActs)) return true;
  return false;
}

interface Again {
  /** How what is recorded differs from what is decided. */
  readonly wrong?: string | undefined;
  readonly adjusts?: (place: number) => boolean;
}

async function decidedAgain(event: LedgerEvent, before: Before): Promise<Again> {
  const { stream, metadata } = event;
  const kind = kindOf(stream);
  const state = before.state(stream);
  const command = commandOf(kind, event);
  const originals: LedgerEvent[] = [];
  for (const revision of new Set(factsNamed(state, command).map(kind.referredTo))) {
    if (revision === undefined || before.isVoid(stream, revision)) continue;
    const page = await before.store.readStream(stream, { after: BigInt(revision) - 1n, limit: 1 });
    originals.push(...page.map((each) => decode(each)));
  }
  const rules = rulesOf(metadata);
  const looking = decisionContext(before.streams, {
    stream,
    today: londonDay(instantOf(metadata.recordedAt)!),
    rules,
    originals,
    claimsKnownTo: claimsKnownTo(event),
  });
  const asking = {
    officer: metadata.officer,
    actingFor: metadata.role === 'service' ? undefined : metadata.partner,
    newProposal: event.data['proposal'] as string,
  };
  const decision = decide(kind, state, command, asking, looking.context);
  if (decision instanceof Refusal) return { wrong: `the rules refuse it: ${decision.detail} (${decision.rule})` };
  const { role, partner, events, adjustment, inOpenPeriods = [] } = decision;
  const adjusts = (place: number): boolean => adjustment !== undefined && !inOpenPeriods.includes(place);
  const same = role === metadata.role && partner === metadata.partner && isSame(kind, events[0]!, textOf(kind, event));
  if (!same) return { wrong: 'the rules decide otherwise of it.', adjusts };
  const wrong = inForce('rests_are_complete', { rules }) ? restsOtherwise(metadata.rests, looking.rests()) : undefined;
  return { wrong, adjusts };
}

/** How much of the area’s disputes a recorded return says that it counted. */
function claimsKnownTo({ data }: LedgerEvent): number | undefined {
  const revision = data['claimsKnownTo'];
  if (revision === undefined) return undefined;
  return revision === null ? -1 : Number(revision);
}

/**
 * Streams that an event should name in `rests` and does not, or names and should not. Their revisions are checked where
 * void acts are found.
 */
function restsOtherwise(
  named: Readonly<Record<string, string>> = {},
  looked: Readonly<Record<string, string>> = {},
): string | undefined {
  const missing = Object.keys(looked).find((stream) => !(stream in named));
  if (missing !== undefined) return `its decision looks at ${missing}, which it does not name among what it rests on.`;
  const beyond = Object.keys(named).find((stream) => !(stream in looked));
  return beyond && `it names ${beyond} among what it rests on, which its decision does not look at.`;
}
