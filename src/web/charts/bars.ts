import { sum } from '../format.js';
import { html, type Html } from '../html.js';
import { chart, RIGHT, WIDTH } from './frame.js';
import { linear, place } from './scale.js';

/** Sums side by side, each as a bar from zero, with its name before it and the sum after it. */

interface Bars {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly bars: readonly { readonly title: string; readonly sum: string }[];
}

const ROW = 28;
const TOP = 8;
const TITLE_WIDTH = 190;
const SUM_WIDTH = 130;

export function barChart({ bars, ...frame }: Bars): Html {
  const values = bars.map((each) => Number(each.sum));
  const x = linear([Math.min(0, ...values), Math.max(0, ...values)], [TITLE_WIDTH, WIDTH - RIGHT - SUM_WIDTH]);
  const height = TOP * 2 + bars.length * ROW;
  const drawn = bars.map(({ title, sum: of }, at) => {
    const [from, to] = [Math.min(x(0), x(Number(of))), Math.max(x(0), x(Number(of)))];
    const top = TOP + at * ROW;
    const look = of.startsWith('-') ? 'down' : 'whole';
    return html`<text class="bcf-chart__note" x="${TITLE_WIDTH - 10}" y="${top + 18}" text-anchor="end">${title}</text>${
      to > from &&
      html`<rect class="bcf-chart__bar bcf-chart__bar--${look}" x="${place(from)}" y="${top + 4}" width="${place(to - from)}" height="${ROW - 8}"/>`
    }<text class="bcf-chart__note" x="${place(to + 8)}" y="${top + 18}">${sum(of)}</text>`;
  });
  return chart({
    ...frame,
    words: bars.map((each) => `${each.title}: ${sum(each.sum)} pounds.`).join(' '),
    height,
    drawing: html`<line class="bcf-chart__nought" x1="${place(x(0))}" x2="${place(x(0))}" y1="0" y2="${height}"/>${drawn}`,
  });
}
