import { p50, told, type Line } from './figures.js';

/**
 * Draws what was measured, as an SVG by hand: how long a position takes at each size, and rates beside each other. Both
 * scales are logarithmic. The colours follow the reader's light or dark setting.
 */
export interface Series {
  readonly name: string;
  /** Events of the ledger, and microseconds. */
  readonly points: readonly (readonly [events: number, microseconds: number])[];
}

export interface Bars {
  readonly title: string;
  readonly bars: readonly (readonly [name: string, perSecond: number])[];
}

const WIDTH = 960;
const LEFT = 330;
/** For the longest names, to the left of everything else. */
const MARGIN = 230;
const RIGHT = 90;
const PLOT_LEFT = 70;
const PLOT_HEIGHT = 260;
const LEGEND = 330;
const BAR = 22;
const COLOURS = ['a', 'b', 'c', 'd', 'e', 'f'];

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 15px; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .line { fill: none; stroke-width: 2.5; }
  .a .line { stroke: #0550ae; } .a .dot, .a .bar { fill: #0550ae; }
  .b .line { stroke: #bc4c00; } .b .dot, .b .bar { fill: #bc4c00; }
  .c .line { stroke: #1a7f37; } .c .dot, .c .bar { fill: #1a7f37; }
  .d .line { stroke: #8250df; } .d .dot, .d .bar { fill: #8250df; }
  .e .line { stroke: #9a6700; } .e .dot, .e .bar { fill: #9a6700; }
  .f .line { stroke: #57606a; } .f .dot, .f .bar { fill: #57606a; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .grid { stroke: #30363d; }
    .a .line { stroke: #79c0ff; } .a .dot, .a .bar { fill: #79c0ff; }
    .b .line { stroke: #ffa657; } .b .dot, .b .bar { fill: #ffa657; }
    .c .line { stroke: #7ee787; } .c .dot, .c .bar { fill: #7ee787; }
    .d .line { stroke: #d2a8ff; } .d .dot, .d .bar { fill: #d2a8ff; }
    .e .line { stroke: #e3b341; } .e .dot, .e .bar { fill: #e3b341; }
    .f .line { stroke: #8b949e; } .f .dot, .f .bar { fill: #8b949e; }
  }`;

const text = (plain: string): string => plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const at = (number: number): string => number.toFixed(1);
const decades = (values: readonly number[]): readonly [number, number] => [
  Math.floor(Math.log10(Math.min(...values))),
  Math.ceil(Math.log10(Math.max(...values))),
];
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

const duration = (microseconds: number): string =>
  microseconds >= 1_000_000
    ? `${told(microseconds / 1_000_000)} s`
    : microseconds >= 1_000
      ? `${told(microseconds / 1_000)} ms`
      : `${told(microseconds)} µs`;

function plot(title: string, series: readonly Series[], top: number): string {
  const points = series.flatMap((each) => each.points);
  const [yFrom, yTo] = decades(points.map(([, microseconds]) => microseconds));
  const [xFrom, xTo] = decades(points.map(([events]) => events));
  const right = WIDTH - LEGEND;
  const x = (events: number): number =>
    PLOT_LEFT + ((Math.log10(events) - xFrom) / Math.max(1, xTo - xFrom)) * (right - PLOT_LEFT);
  const y = (microseconds: number): number =>
    top + 30 + (1 - (Math.log10(microseconds) - yFrom) / Math.max(1, yTo - yFrom)) * PLOT_HEIGHT;
  const grid = range(yFrom, yTo).map((decade) => {
    const line = at(y(10 ** decade));
    return `<line class="grid" x1="${PLOT_LEFT}" x2="${right}" y1="${line}" y2="${line}"/><text x="${PLOT_LEFT - 8}" y="${line}" dy="4" text-anchor="end">${duration(10 ** decade)}</text>`;
  });
  const ticks = range(xFrom, xTo).map(
    (decade) =>
      `<text x="${at(x(10 ** decade))}" y="${at(top + PLOT_HEIGHT + 52)}" text-anchor="middle">${(10 ** decade).toLocaleString('en-GB')}</text>`,
  );
  const lines = series.map(({ name, points: own }, index) => {
    const colour = COLOURS[index % COLOURS.length]!;
    const path = own.map(([events, microseconds]) => `${at(x(events))},${at(y(microseconds))}`);
    const dots = path.map((point) => `<circle class="dot" cx="${point.replace(',', '" cy="')}" r="4"/>`);
    const label = `<rect class="bar" x="${right + 24}" y="${top + 36 + index * 24}" width="12" height="12"/><text x="${right + 44}" y="${top + 47 + index * 24}">${text(name)}</text>`;
    return `<g class="${colour}"><polyline class="line" points="${path.join(' ')}"/>${dots.join('')}${label}</g>`;
  });
  return `<text class="title" x="16" y="${top + 14}">${text(title)}</text>${grid.join('')}${ticks.join('')}${lines.join('')}<text x="${(PLOT_LEFT + right) / 2}" y="${top + PLOT_HEIGHT + 72}" text-anchor="middle">events in the ledger</text>`;
}

function bars({ title, bars: all }: Bars, top: number): string {
  const [from, to] = decades(all.map(([, perSecond]) => perSecond));
  const rows = all.map(([name, perSecond], index) => {
    const width = ((Math.log10(perSecond) - from + 0.15) / (to - from + 0.15)) * (WIDTH - LEFT - RIGHT);
    const y = top + 28 + index * (BAR + 6);
    const colour = name.includes('ours') ? 'a' : 'f';
    return `<g class="${colour}"><rect class="bar" x="${LEFT}" y="${y}" width="${at(width)}" height="${BAR}" rx="2"/></g><text x="${LEFT - 10}" y="${y + 16}" text-anchor="end">${text(name)}</text><text x="${at(LEFT + width + 8)}" y="${y + 16}">${told(perSecond)}</text>`;
  });
  return `<text class="title" x="16" y="${top + 14}">${text(title)}</text>${rows.join('')}`;
}

/** The whole chart, as the text of an SVG file. */
export function chart(heading: string, position: readonly Series[], groups: readonly Bars[]): string {
  let top = 44;
  const parts: string[] = [];
  if (position.length > 0) {
    parts.push(plot('A partner’s position at two random dates: half of the questions take less', position, top));
    top += PLOT_HEIGHT + 110;
  }
  for (const group of groups) {
    if (group.bars.length === 0) continue;
    parts.push(bars(group, top));
    top += 28 + group.bars.length * (BAR + 6) + 34;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-${MARGIN} 0 ${WIDTH + MARGIN} ${top}" role="img" aria-label="${text(heading)}">
<style>${STYLE}
</style>
<text x="16" y="22">${text(heading)}</text>
${parts.join('\n')}
</svg>
`;
}

/** Lines as bars: those that were measured, by their rates. */
export const barsOf = (title: string, lines: readonly Line[]): Bars => ({
  title,
  bars: lines.flatMap(({ what, at: where, perSecond }) =>
    perSecond === undefined ? [] : [[where === '' ? what : `${what}, ${where}`, perSecond] as const],
  ),
});

/** The lines of one question at several sizes, as series over the sizes. */
export function seriesOf(
  prefix: string,
  sizes: readonly (readonly [events: number, lines: readonly Line[]])[],
): Series[] {
  const found = new Map<string, (readonly [number, number])[]>();
  for (const [events, lines] of sizes) {
    for (const { what, times } of lines) {
      if (!what.startsWith(prefix) || times === undefined) continue;
      const name = what.slice(prefix.length);
      const points = found.get(name) ?? [];
      found.set(name, [...points, [events, p50(times)]]);
    }
  }
  return [...found].map(([name, points]) => ({ name, points }));
}
