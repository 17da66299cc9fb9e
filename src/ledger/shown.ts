import type { FactData } from '../domain/grammar/event.js';
import type { RecordedEvent } from '../store/event-store.js';
import { canonical, KINDS, placed, type ShownPart } from './catalogue.js';
import type { ReadModel } from './memory/read-model.js';
import { NO_STREAM } from './memory/standing.js';
import type { Seeing } from './questions/question.js';

/** What somebody is shown of an event of a stream that they may see. */

/** Whether the events of a stream may be shown: the register’s to all, a fund’s and an area’s to those who see it. */
export function seesEventsOf(seeing: Seeing, stream: string): boolean {
  const { kind, name } = placed(stream);
  return kind === 'register' || (kind === 'fund' ? seeing.sees(name) : seeing.seesCases(name));
}

/**
 * The parts of an event that an asker is shown. A part that is shown whole is the text that is stored. Of a fact with the
 * exact sum of claims, an asker who may not see the cases gets its day alone.
 */
export function shownOf(
  event: RecordedEvent,
  model: Pick<ReadModel, 'fund' | 'places'>,
): (seeing: Seeing) => ShownPart {
  const { kind, name } = placed(event.stream);
  // Only facts of funds hold claims.
  const area = KINDS[kind].byName.get(event.type)?.holdsClaims ? model.fund(name)!.outline.opened!.area : undefined;
  let rests: Rests | undefined;
  return (seeing) => ({
    data: area === undefined || seeing.seesClaims(area) ? event.data : dayAlone(event.data),
    metadata: restsSeen(
      event.metadata,
      (rests ??= restsOf(event.metadata)),
      (stream, revision) =>
        seesEventsOf(seeing, stream) || (revision === NO_STREAM && model.places(stream).length === 0),
    ),
  });
}

/** Whether an asker is shown all of an event. Of another they could try what is left out until its leaf hash fits. */
export const isWhole = (event: RecordedEvent, { data, metadata }: ShownPart): boolean =>
  data === event.data && metadata === event.metadata;

const dayAlone = (data: string): string => canonical({ effective: (JSON.parse(data) as FactData).effective });

/** The streams that an event rests on, with their revisions. They are parsed once for all askers. */
type Rests = readonly (readonly [stream: string, revision: string])[];

const restsOf = (metadata: string): Rests =>
  Object.entries((JSON.parse(metadata) as { readonly rests?: Readonly<Record<string, string>> }).rests ?? {});

/**
 * The metadata of an event without the streams that it rests on and the asker may not see. Names and revisions of such
 * streams would tell which disputes there are, and how much was recorded of them. That there was none, and is none today,
 * tells nothing.
 */
function restsSeen(metadata: string, rests: Rests, sees: (stream: string, revision: string) => boolean): string {
  const seen = rests.filter(([stream, revision]) => sees(stream, revision));
  if (seen.length === rests.length) return metadata;
  return canonical({ ...(JSON.parse(metadata) as object), rests: Object.fromEntries(seen) });
}
