import { html, type Html } from '../html.js';
import { chart, LEFT, moneyAxis, RIGHT, WIDTH } from './frame.js';
import { dayNumber, linear, place } from './scale.js';

/** Sums over the days of a year, drawn as steps: a sum holds from its day until the next. */

interface Line {
  readonly title: string;
  /** Solid, dashed or dotted, so that lines differ without colour. */
  readonly look: 'whole' | 'dashed' | 'dotted';
  /** The sum from each day on, in pounds as answered, in the order of days. If the list is empty, no line is drawn. */
  readonly points: readonly { readonly day: string; readonly sum: string }[];
}

interface Steps {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly words: string;
  readonly first: string;
  readonly last: string;
  /** A day to mark, if it is within the days that are drawn. */
  readonly marked: string;
  /** The last day for which the answer says anything; the lines end there. Left out, the last day that is drawn. */
  readonly until?: string;
  readonly lines: readonly Line[];
}

const HEIGHT = 300;
const BELOW = 62;
const MONTHS = 'Apr May Jun Jul Aug Sep Oct Nov Dec Jan Feb Mar'.split(' ');

export function stepChart({ first, last, marked, until = last, lines, ...frame }: Steps): Html {
  const all = lines.flatMap(({ points }) => points.map(({ sum }) => Number(sum)));
  const { y, drawn } = moneyAxis(all, HEIGHT, BELOW);
  const x = linear([dayNumber(first), dayNumber(last)], [LEFT, WIDTH - RIGHT]);
  const inside = (day: string): number => Math.min(Math.max(dayNumber(day), dayNumber(first)), dayNumber(last));
  const path = ({ points }: Line): string =>
    points
      .map(({ day, sum }, at) => {
        const [across, up] = [place(x(inside(day))), place(y(Number(sum)))];
        return at === 0 ? `M${across} ${up}` : `H${across}V${up}`;
      })
      .join('')
      .concat(`H${place(x(inside(until)))}`);
  const months = MONTHS.map((month, at) => {
    const year = Number(first.slice(0, 4)) + (at < 9 ? 0 : 1);
    const day = `${year}-${String(((at + 3) % 12) + 1).padStart(2, '0')}-01`;
    return html`<line class="bcf-chart__grid" x1="${place(x(dayNumber(day)))}" x2="${place(x(dayNumber(day)))}" y1="${HEIGHT - BELOW}" y2="${HEIGHT - BELOW + 5}"/><text class="bcf-chart__note" x="${place(x(dayNumber(day)) + 2)}" y="${HEIGHT - BELOW + 18}">${month}</text>`;
  });
  const mark =
    inside(marked) === dayNumber(marked) &&
    html`<line class="bcf-chart__mark" x1="${place(x(inside(marked)))}" x2="${place(x(inside(marked)))}" y1="20" y2="${HEIGHT - BELOW}"/>`;
  const legend = lines.map(({ title, look }, at) => {
    const from = LEFT + at * 185;
    return html`<line class="bcf-chart__line bcf-chart__line--${look}" x1="${from}" x2="${from + 34}" y1="${HEIGHT - 20}" y2="${HEIGHT - 20}"/><text class="bcf-chart__note" x="${from + 42}" y="${HEIGHT - 15}">${title}</text>`;
  });
  return chart({
    ...frame,
    height: HEIGHT,
    drawing: html`${drawn}${months}${mark}${lines.filter(({ points }) => points.length > 0).map((line) => html`<path class="bcf-chart__line bcf-chart__line--${line.look}" d="${path(line)}"/>`)}${legend}`,
  });
}
