import type { LedgerEvent, SentFact } from '../../domain/grammar/event.js';
import type { Preview } from '../../domain/grammar/preview.js';
import { isProposalEvent, textsOf, type Offered } from '../../domain/grammar/proposal.js';
import type { EventPosition } from '../../store/event-store.js';
import { sentenceOf } from '../catalogue.js';
import { testText } from '../minimum-tests-text.js';
import type { Decided, Done, Outcome } from './submission.js';

/** Answers to acts, made from the events of the act. */

function outcomeOf(events: readonly LedgerEvent[]): Outcome {
  const last = events.at(-1)!;
  const proposal = events[0]!.data['proposal'];
  return {
    stream: last.stream,
    revision: String(last.revision),
    ...(typeof proposal === 'string' && { proposal }),
    events: events.map((event) => ({
      id: event.id,
      type: event.type,
      revision: String(event.revision),
      sentence: sentenceOf(event),
    })),
  };
}

const warned = ({ warnings }: Preview): Pick<Outcome, 'warnings'> => (warnings.length > 0 ? { warnings } : {});

/** The answer to an act that is recorded now; `position` is that of its last event. */
export const doneNow = (events: readonly LedgerEvent[], position: EventPosition, preview: Preview): Done => ({
  outcome: { position, recordedAt: events.at(-1)!.metadata.recordedAt, ...warned(preview), ...outcomeOf(events) },
  replayed: false,
});

/** The answer to an act that was recorded before under the same key. */
export function doneBefore(events: readonly LedgerEvent[]): Done {
  const { position, metadata } = events.at(-1)!;
  return { outcome: { ...outcomeOf(events), position, recordedAt: metadata.recordedAt }, replayed: true };
}

/** The facts among the events of an act, and those that a proposal among them offers. */
const factsOf = (events: readonly LedgerEvent[]): SentFact[] =>
  events.flatMap((event): readonly SentFact[] => (isProposalEvent(event) ? textsOf(event.data as Offered) : [event]));

/** The answer to an act that is only tried: what it would record, what it breaks, and the tests as they would stand. */
export function wouldDo({ events, preview }: Decided): Done {
  const tests = preview.tests && { tests: preview.tests().map(testText) };
  return { outcome: { ...outcomeOf(events), ...warned(preview), ...tests }, replayed: false, would: factsOf(events) };
}
