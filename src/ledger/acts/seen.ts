import { namingsIn } from '../../domain/grammar/naming.js';
import { factOf } from '../../domain/grammar/kind.js';
import { fundStream, KINDS, placed } from '../catalogue.js';
import type { ReadModel } from '../memory/read-model.js';
import type { StateOnDemand } from '../memory/state-on-demand.js';
import type { Prepared } from './submission.js';

/**
 * Sees to it that the state of every stream that an act is decided on is at hand: its own, and of a fund those of the other
 * years of its area, those that money moves from or to, and those that the act names. Once at hand a state stays so.
 * The register and the disputes of every area always are.
 */
export async function seen(
  act: Prepared,
  { model, stateOf }: { readonly model: ReadModel; readonly stateOf: StateOnDemand },
): Promise<void> {
  if (act.kind !== 'fund') return;
  for (const fund of fundsLookedAt(act, model)) await stateOf('fund', fundStream(fund));
}

function fundsLookedAt(act: Prepared, model: ReadModel): Set<string> {
  const all = new Set<string>();
  const rest = [placed(act.stream).name, ...named(act, model)];
  for (let fund = rest.pop(); fund !== undefined; fund = rest.pop()) {
    const outline = model.fund(fund)?.outline;
    if (all.has(fund) || !outline) continue;
    all.add(fund);
    const area = outline.opened?.area;
    rest.push(
      ...outline.otherFunds,
      ...model.funds().filter((each) => model.fund(each)?.outline.opened?.area === area),
    );
  }
  return all;
}

/** The funds that an act names in what it says, or in what it answers. */
function named({ kind, stream, command }: Prepared, model: ReadModel): string[] {
  const fact =
    'fact' in command
      ? command.fact
      : 'proposal' in command
        ? model.stream(kind, stream).open.get(command.proposal)?.fact
        : undefined;
  if (!fact) return [];
  return namingsIn(factOf(KINDS[kind], fact.type).input, fact.data)
    .filter((each) => each.named === 'fund')
    .map(({ text }) => text);
}
