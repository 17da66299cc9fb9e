import { html, type Html } from '../html.js';
import { chart, LEFT, moneyAxis, RIGHT, WIDTH } from './frame.js';
import { linear, place } from './scale.js';

/**
 * How one sum became another: a bar for each of the two, and between them a bar for each change, which begins where the
 * previous one ended.
 */

interface Change {
  /** The number of the change in the table beside the chart. */
  readonly title: string;
  /** How much it changed the sum by, as answered; a decrease has a minus. */
  readonly by: string;
}

interface Waterfall {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly words: string;
  readonly from: { readonly title: string; readonly sum: string };
  readonly changes: readonly Change[];
  readonly to: { readonly title: string; readonly sum: string };
}

const HEIGHT = 320;
const BELOW = 60;
/** If there are more changes, only the table shows them, because the bars would be too thin. */
export const CHANGES_MAX = 30;

export function waterfall({ from, changes, to, ...frame }: Waterfall): Html {
  // Where each bar begins and ends. These values are only for the drawing.
  let at = Number(from.sum);
  const moved = changes.map(({ title, by }) => {
    const [begins, ends] = [at, at + Number(by)];
    at = ends;
    return { title, begins, ends };
  });
  const ends = moved.flatMap((each) => [each.begins, each.ends]);
  const { y, drawn } = moneyAxis([Number(from.sum), Number(to.sum), ...ends], HEIGHT, BELOW);
  const count = moved.length + 2;
  const x = linear([0, count], [LEFT, WIDTH - RIGHT]);
  const width = ((WIDTH - RIGHT - LEFT) / count) * 0.7;
  const bar = (index: number, title: string, begins: number, ends: number, look: string): Html => {
    const left = x(index) + width * 0.2;
    const [top, bottom] = [Math.min(y(begins), y(ends)), Math.max(y(begins), y(ends))];
    const next =
      index < count - 1 &&
      html`<line class="bcf-chart__grid bcf-chart__join" x1="${place(left + width)}" x2="${place(x(index + 1) + width * 0.2)}" y1="${place(y(ends))}" y2="${place(y(ends))}"/>`;
    return html`<rect class="bcf-chart__bar bcf-chart__bar--${look}" x="${place(left)}" y="${place(top)}" width="${place(width)}" height="${place(Math.max(bottom - top, 1))}"/>${next}<text class="bcf-chart__note" x="${place(left + width / 2)}" y="${HEIGHT - BELOW + 20}" text-anchor="middle">${title}</text>`;
  };
  const legend = [
    ['whole', 'Stands at'],
    ['up', 'More'],
    ['down', 'Less'],
  ].map(
    ([look, title], index) =>
      html`<rect class="bcf-chart__bar bcf-chart__bar--${look}" x="${LEFT + index * 130}" y="${HEIGHT - 22}" width="24" height="14"/><text class="bcf-chart__note" x="${LEFT + index * 130 + 32}" y="${HEIGHT - 10}">${title}</text>`,
  );
  return chart({
    ...frame,
    height: HEIGHT,
    drawing: html`${drawn}${bar(0, from.title, 0, Number(from.sum), 'whole')}${moved.map((each, index) =>
      bar(index + 1, each.title, each.begins, each.ends, each.ends >= each.begins ? 'up' : 'down'),
    )}${bar(count - 1, to.title, 0, Number(to.sum), 'whole')}${legend}`,
  });
}
