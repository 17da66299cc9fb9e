import type { BodySums } from '../../domain/grammar/fact.js';
import { factOf } from '../../domain/grammar/kind.js';
import { moneyText, total, type Pence } from '../../domain/money.js';
import type { AnyKind } from '../../ledger/catalogue.js';
import { table } from '../components/lists.js';
import { sum } from '../format.js';
import { html, type Html } from '../html.js';
import { paragraph } from '../layout.js';
import type { Names } from '../names.js';
import { scrolling } from './parts.js';
import type { Text } from './terms.js';

/** What a fact with many sums comes to for each body, and in all; nothing for other facts. */
export function byBodyPart(kind: AnyKind, { type, data }: Text, names: Names): Html | undefined {
  const bodies = factOf(kind, type).byBody?.(data);
  if (!bodies) return undefined;
  const cell = (pence: Pence) => ({ content: sum(moneyText(pence)), format: 'numeric' });
  const all = (of: (each: BodySums) => Pence) => cell(total(bodies.map(of)));
  const caption = 'What it comes to for each body';
  const shown = table({
    caption,
    firstCellIsHeader: true,
    head: [
      { content: 'Body' },
      { content: 'Pays, £', format: 'numeric' },
      { content: 'Receives, £', format: 'numeric' },
      { content: 'Gives up, £', format: 'numeric' },
    ],
    rows: [
      ...bodies.map(({ body, pays, receives, givesUp }) => [
        { content: names.of(body) },
        cell(pays),
        cell(receives),
        cell(givesUp),
      ]),
      [
        { content: 'Together' },
        all(({ pays }) => pays),
        all(({ receives }) => receives),
        all(({ givesUp }) => givesUp),
      ],
    ],
  });
  return html`${scrolling(caption, shown)}${paragraph('What a body has paid already on these cases counts towards what it pays.')}`;
}
