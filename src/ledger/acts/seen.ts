import { FINANCIAL_YEARS } from '../../domain/calendar.js';
import { factOf } from '../../domain/grammar/kind.js';
import { areaOfFund, fundStream, KINDS, placed } from '../catalogue.js';
import type { ReadModel } from '../memory/read-model.js';
import type { StateOnDemand } from '../memory/state-on-demand.js';
import { factsNamed } from './deciding.js';
import type { Prepared } from './submission.js';

/**
 * Fetches the state of every stream that an act is decided on, if it is not at hand: its own, and of a fund those of
 * the other years of its area, those that money moves from or to, and the one that the act names. A state at hand stays
 * at hand. The register and the disputes of every area always are. Returns undefined if all states are at hand: then no
 * act waits, and acts are decided in the order in which they came.
 */
export function seen(
  act: Prepared,
  { model, stateOf }: { readonly model: ReadModel; readonly stateOf: StateOnDemand },
): Promise<unknown> | undefined {
  if (act.kind !== 'fund') return undefined;
  const missing = [...fundsLookedAt(act, model)].map(fundStream).filter((stream) => !model.isAtHand(stream));
  return missing.length === 0 ? undefined : Promise.all(missing.map((stream) => stateOf('fund', stream)));
}

function fundsLookedAt(act: Prepared, model: ReadModel): Set<string> {
  const all = new Set<string>();
  const rest = [placed(act.stream).name, ...named(act, model)];
  for (let fund = rest.pop(); fund !== undefined; fund = rest.pop()) {
    if (all.has(fund)) continue;
    // A fund may be opened in the same commit: then its name alone tells its area.
    for (const each of fundsOfArea(fund, model)) {
      all.add(each);
      rest.push(...(model.fund(each)?.outline.otherFunds ?? []));
    }
  }
  return all;
}

/** A fund, and those that its area has of the other years. */
function fundsOfArea(fund: string, model: ReadModel): string[] {
  const area = areaOfFund(fund);
  return [fund, ...FINANCIAL_YEARS.map(({ label }) => `${area}-${label}`).filter((each) => model.fund(each))];
}

/** The other funds that an act names in what it says, or in what it answers. */
const named = ({ kind, stream, command }: Prepared, model: ReadModel): string[] =>
  factsNamed(model.stream(kind, stream), command).flatMap(
    ({ type, data }) => factOf(KINDS[kind], type).otherFund?.(data) ?? [],
  );
