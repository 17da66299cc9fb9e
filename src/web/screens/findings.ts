import type { Answer } from '../asking.js';
import { barChart } from '../charts/bars.js';
import { stepChart } from '../charts/steps.js';
import { CHANGES_MAX, waterfall } from '../charts/waterfall.js';
import { counted, day, inWords as money, isNothing, sum, yearName } from '../format.js';
import { html, type Html } from '../html.js';
import { subheading } from '../layout.js';
import type { Data, Showing } from './answer.js';
import { told } from './answer-words.js';
import { gapInWords, gapOnTheDay } from './gap-words.js';

/**
 * For some questions, the answer’s result in one sentence above the figures, and a chart. All values come from the
 * answer.
 */

interface Finding {
  readonly sentence?: string;
  readonly drawn?: Html | false;
  /** The chart above the figures. */
  readonly drawnAbove?: Html | false;
}

const inWords = (amount: string): string => (isNothing(amount) ? 'nothing' : money(amount));
const rows = (value: unknown): readonly Data[] => value as readonly Data[];
const text = (value: unknown): string => value as string;

/** A number with its noun: 1 case, 2 cases. */

function disputes(answer: Answer, { dates }: Showing): Finding {
  const { openCases, cases, overdue, open, disclosed, groups } = answer as Answer & {
    readonly openCases: number;
    readonly cases: number;
    readonly overdue: number;
    readonly open: string;
  };
  const about = disclosed === undefined ? '' : 'about ';
  const late = overdue === 0 ? 'No deadline is overdue' : `${counted(overdue, 'deadline')} overdue`;
  const ages = rows(groups).filter((group) => group['by'] === 'age' && group['open'] !== null);
  return {
    sentence: `${openCases} of ${counted(cases, 'case')} ${openCases === 1 ? 'is' : 'are'} open, over ${about}${inWords(open)}. ${late}.`,
    drawn:
      ages.length > 0 &&
      barChart({
        id: 'ages',
        title: `Open claims by the age of the case: ${inWords(open)} in all`,
        about: `In pounds, by days since the case was raised. ${dates}`,
        bars: ages.map((each) => ({ title: ageInWords(text(each['group'])), sum: text(each['open']) })),
      }),
  };
}

const ageInWords = (group: string): string => group.replaceAll('-', ' ');

function disputeCase(answer: Answer, showing: Showing): Finding {
  const { claimed, agreed, abandoned, open, claimant, respondent, intervals, stages } = answer as Answer &
    Readonly<Record<string, string>>;
  const say = (name: string): string => showing.names.known(name) ?? name;
  const last = rows(intervals).at(-1);
  const share = last && told('interim', last['interim'], showing);
  const meanwhile =
    last === undefined
      ? ''
      : ` Meanwhile ${say(text(last['respondent']))} pays ${share === '0.00%' ? 'nothing' : `${share as string} of the cost`}.`;
  const line = rows(stages);
  return {
    sentence: `${say(claimant!)} claims ${inWords(claimed!)} of ${say(respondent!)}: ${inWords(agreed!)} is agreed, ${inWords(abandoned!)} is abandoned, and ${inWords(open!)} is open.${meanwhile}`,
    drawnAbove:
      line.length > 0 &&
      html`<ol class="bcf-stages" aria-label="Stages">${line.map(
        (each) =>
          html`<li><strong>${told('stage', each['stage'], showing)}</strong><br>from ${day(text(each['entered']))}<br>${each['dueBy'] === null ? 'no deadline' : `due by ${day(text(each['dueBy']))}`}</li>`,
      )}</ol>`,
  };
}

function mediumTerm(answer: Answer, { dates }: Showing): Finding {
  const years = rows(answer['years']).filter((each) => each['fund'] !== null);
  if (years.length === 0) return {};
  const last = years.at(-1)!;
  const gap = text(last['gap']);
  const title = gap.startsWith('-')
    ? `In ${yearName(text(last['year']))}, ${inWords(gap.slice(1))} more is funded than is required`
    : `The gap of ${yearName(text(last['year']))} is ${inWords(gap)}`;
  return {
    sentence: `${title}.`,
    drawn: barChart({
      id: 'years',
      title,
      about: `The gap of each year that has a fund, in pounds; negative if more is funded than is required. ${dates}`,
      bars: years.map((each) => ({ title: yearName(text(each['year'])), sum: text(each['gap']) })),
    }),
  };
}

const KINDS: Readonly<Record<string, string>> = { requirement: 'R', reprofiled: 'P', funding: 'F', beside: 'B' };

function bridge(answer: Answer, { dates, names }: Showing): Finding {
  const change = text(answer['change']);
  const moved = rows(answer['rows']).filter((each) => !isNothing(text(each['total'])));
  const title = isNothing(change)
    ? 'The gaps of these years have not changed in total'
    : `The gaps of these years are ${inWords(change.replace('-', ''))} ${change.startsWith('-') ? 'smaller' : 'larger'} in all`;
  return {
    sentence: `${title}.`,
    drawn:
      moved.length > 0 &&
      moved.length <= CHANGES_MAX &&
      waterfall({
        id: 'bridge',
        title,
        about: `Each row with its total, in the order of the table: R is a requirement, P a move between years, F funding, B money beside the pool. ${dates}`,
        words: moved
          .map((each) => `${names.known(text(each['row'])) ?? text(each['row'])}: ${sum(text(each['total']))} pounds.`)
          .join(' '),
        from: { title: 'First', sum: '0.00' },
        changes: moved.map((each, at) => ({
          title: `${KINDS[text(each['kind'])]!}${at + 1}`,
          by: text(each['total']),
        })),
        to: { title: 'Change', sum: change },
      }),
  };
}

function gapHistory(answer: Answer, { dates }: Showing): Finding {
  const points = rows(answer['points']);
  if (answer['along'] !== 'days' || points.length === 0) return {};
  const { fund, on } = answer as Answer & { readonly fund: string; readonly on: string };
  const first = Number(fund.slice(-7, -3));
  // Before the fund’s year there is nothing to draw.
  if (on < `${first}-04-01`) return {};
  const last = points.at(-1)!;
  const line = (figure: string) => points.map((each) => ({ day: text(each['at']), sum: text(each[figure]) }));
  return {
    drawn: stepChart({
      id: 'gap',
      title: gapOnTheDay({ on, gap: text(last['gap']) }),
      about: `Required and funded, day by day. ${dates}`,
      words: 'The table has each day on which they move.',
      first: `${first}-04-01`,
      last: `${first + 1}-03-31`,
      marked: on,
      until: on,
      lines: [
        { title: 'Required', look: 'dashed', points: line('requirement') },
        { title: 'Funded', look: 'whole', points: line('funded') },
      ],
    }),
  };
}

const FINDINGS: Readonly<Record<string, (answer: Answer, showing: Showing) => Finding>> = {
  gap: (answer) => ({ sentence: gapInWords(answer as never) }),
  'gap-history': gapHistory,
  plan: ({ requirement }) => ({ sentence: `The lines in force require ${inWords(text(requirement))}.` }),
  instalments: ({ overdue }) => ({
    sentence: `${isNothing(text(overdue)) ? 'Nothing' : money(text(overdue))} is overdue.`,
  }),
  memorandum: ({ surplus, closing }) => ({
    sentence: `${isNothing(text(surplus)) ? 'The year has neither a surplus nor a deficit' : text(surplus).startsWith('-') ? `The year has a deficit of ${money(text(surplus).slice(1))}` : `The year has a surplus of ${money(text(surplus))}`}; the pool closes at ${inWords(text(closing))}.`,
  }),
  mirror: ({ agrees }) => ({
    sentence:
      agrees === true
        ? 'Partners and pool agree: each sum is the same on both sides.'
        : 'Partners and pool do not agree: some sums differ.',
  }),
  'medium-term': mediumTerm,
  bridge,
  disputes,
  'dispute-case': disputeCase,
};

/** The result of an answer: a sentence for above its figures, and a chart for below them. */
export function findingOf(name: string, answer: Answer, showing: Showing): { above: Html; below: Html | false } {
  const { sentence, drawn = false, drawnAbove = false } = FINDINGS[name]?.(answer, showing) ?? {};
  return { above: html`${sentence !== undefined && subheading(sentence)}${drawnAbove}`, below: drawn };
}
