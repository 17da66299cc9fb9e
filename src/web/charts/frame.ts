import { html, type Content, type Html } from '../html.js';
import { linear, place, ticks, unitOf, type Scale } from './scale.js';

/**
 * What surrounds every chart: its finding in one line, what it shows, and a text for readers who cannot see it. A chart
 * stands beside its table, and can be read without colour and on paper.
 */

export const WIDTH = 640;
export const LEFT = 56;
export const RIGHT = 16;
const TOP = 26;

interface Frame {
  readonly id: string;
  /** The finding, in one line. */
  readonly title: string;
  /** What is shown, and of which dates. */
  readonly about: string;
  /** The same in words, for readers who cannot see the chart. */
  readonly words: string;
  readonly height: number;
  readonly drawing: Content;
}

export const chart = ({ id, title, about, words, height, drawing }: Frame): Html =>
  html`<figure class="bcf-chart" id="${id}">
    <figcaption><strong>${title}</strong><br><span class="bcf-note">${about}</span></figcaption>
    <div class="bcf-scroll" tabindex="0" role="region" aria-label="Chart"><svg role="img" aria-labelledby="${id}-title ${id}-words" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" focusable="false">
      <title id="${id}-title">${title}</title>
      <desc id="${id}-words">${words}</desc>
      ${drawing}
    </svg></div>
  </figure>`;

export interface Axis {
  readonly y: Scale;
  readonly drawn: Html;
}

/** The axis of money, with light lines across. It always includes zero. */
export function moneyAxis(values: readonly number[], height: number, below: number): Axis {
  const marks = ticks(Math.min(...values), Math.max(...values));
  const y = linear([marks[0]!, marks.at(-1)!], [height - below, TOP]);
  const unit = unitOf(marks);
  return {
    y,
    drawn: html`<text class="bcf-chart__note" x="0" y="12">${unit.title}</text>${marks.map(
      (mark) =>
        html`<line class="${mark === 0 ? 'bcf-chart__nought' : 'bcf-chart__grid'}" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${place(y(mark))}" y2="${place(y(mark))}"/><text class="bcf-chart__note" x="${LEFT - 8}" y="${place(y(mark) + 4)}" text-anchor="end">${unit.of(mark)}</text>`,
    )}`,
  };
}
