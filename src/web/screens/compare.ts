import { instantText, londonDay, type Instant } from '../../domain/calendar.js';
import { signedPence } from '../../domain/money.js';
import { disputeStream } from '../../ledger/catalogue.js';
import { FIGURES_OF_GAP as FIGURES } from '../../ledger/questions/question.js';
import { askedAsFile, askedOf, questionNamed, type Answer } from '../asking.js';
import { CHANGES_MAX, waterfall } from '../charts/waterfall.js';
import { select } from '../components/fields.js';
import { table, type Cell } from '../components/lists.js';
import { pagination } from '../components/ways.js';
import {
  addressWith,
  answerUnless,
  dateControl,
  datesInWords,
  faultsAbove,
  type DateName,
  type Faulty,
} from '../dates.js';
import { sourceOf } from '../foot.js';
import { day, inWords as money, isNothing, offeredByNobody, small, sum } from '../format.js';
import { beside, html, type Html } from '../html.js';
import { paragraph, subheading } from '../layout.js';
import type { Asking, Site } from '../site.js';
import { factCell, ROWS_MAX, type Data, type Showing } from './answer.js';
import { titleOf } from './answer-words.js';
import { answerDated, pageIn } from './dated.js';
import { fileLink, READ_MAX, scrolling, titled } from './parts.js';
import { placeOf, whereaboutsOf } from './places.js';
import { asFile, datesOfAnswer, definitionsFor, footOf, framed, showingFor, tabOf, workedOut } from './question.js';

/** Two pairs of dates, and the facts between them that moved the gap. Their effects add up to the change. */

type Figure = (typeof FIGURES)[number];
type Figures = Readonly<Record<Figure, string>>;
type Asked = Readonly<Record<string, string | undefined>>;

interface Side extends Figures {
  readonly on: string;
  readonly knownAt: string;
}

interface Compared extends Answer {
  readonly from: Side;
  readonly to: Side;
  readonly change: Figures;
  readonly movers: readonly (Data & { readonly sentence: string; readonly changes: Partial<Figures> })[];
  readonly accrued: Partial<Figures>;
}

const NOTHING = '0.00';
const DATES: readonly DateName[] = ['from-on', 'from-known-at', 'to-on', 'to-known-at'];

const numeric = (amount: string | undefined): Cell => ({ content: sum(amount ?? NOTHING), format: 'numeric' });

const inWords = (amount: string): string => (isNothing(amount) ? 'nothing' : money(amount));

/** How a figure moved, in one sentence. */
function movedInWords(figure: Figure, { from, to, change }: Compared): string {
  const three = [from[figure], to[figure], change[figure]] as const;
  const { title, sums } = figure === 'hard' ? offeredByNobody(...three) : { title: titleOf(figure), sums: three };
  const [first, then, moved] = sums as typeof three;
  if (isNothing(moved)) return `${title}: ${inWords(then)}, as before.`;
  return `${title}: from ${inWords(first)} to ${inWords(then)}, ${inWords(moved.replace('-', ''))} ${moved.startsWith('-') ? 'less' : 'more'}.`;
}

const figureAsked = (asked: string | undefined): Figure | undefined => FIGURES.find((each) => each === asked);

/** The figure that changed most, in pence of either sign; of several the gap, then the others in their order. */
function movedMost({ change }: Compared): Figure {
  const moved = (figure: Figure): number => Math.abs(signedPence(change[figure]));
  const most = Math.max(...FIGURES.map(moved));
  const order: readonly Figure[] = ['gap', 'hard', 'soft', ...FIGURES];
  return order.find((figure) => moved(figure) === most)!;
}

const figuresTable = ({ from, to, change }: Compared, dates: string): Html =>
  scrolling(
    'Figures',
    table({
      caption: `The figures, £. ${dates}`,
      captionClasses: 'govuk-table__caption--s',
      head: [{ content: 'Figure' }, ...['First', 'Then', 'Change'].map((content) => ({ content, format: 'numeric' }))],
      firstCellIsHeader: true,
      rows: FIGURES.map((figure) => [
        { content: titleOf(figure) },
        numeric(from[figure]),
        numeric(to[figure]),
        numeric(change[figure]),
      ]),
    }),
  );

/** The columns of the table of facts: the figures that changed in all, and those that one of the facts shown moved. */
const movedFigures = ({ accrued, change }: Compared, shown: Compared['movers']): Figure[] => {
  const all = [change, accrued, ...shown.map(({ changes }) => changes)];
  const moved = FIGURES.filter((figure) => all.some((changes) => !isNothing(changes[figure] ?? NOTHING)));
  return moved.length === 0 ? ['gap'] : moved;
};

function moversTables(compared: Compared, from: number, showing: Showing): Html {
  const { movers, accrued, change } = compared;
  const shown = movers.slice(from, from + ROWS_MAX);
  const all = movedFigures(compared, shown);
  const isLast = from + ROWS_MAX >= movers.length;
  const parts = Array.from({ length: Math.ceil(all.length / COLUMNS_MAX) }, (_, at) =>
    all.slice(at * COLUMNS_MAX, (at + 1) * COLUMNS_MAX),
  );
  const sumRow = (title: string, sums: Partial<Figures>, figures: readonly Figure[], isTotal = false): Cell[] =>
    [{ content: title, colspan: 2 }, ...figures.map((figure) => numeric(sums[figure]))].map((cell) => ({
      ...cell,
      ...(isTotal && { classes: 'govuk-!-font-weight-bold' }),
    }));
  return html`${parts.map((figures, part) =>
    scrolling(
      parts.length > 1 ? `Facts that moved it, part ${part + 1}` : 'Facts that moved it',
      table({
        caption: `The facts that moved it, £${parts.length > 1 ? `, part ${part + 1} of ${parts.length}` : ''}. ${showing.dates}`,
        captionClasses: 'govuk-table__caption--s',
        firstCellIsHeader: true,
        head: [
          { content: 'No.' },
          { content: 'What happened' },
          ...figures.map((figure) => ({ content: titleOf(figure), format: 'numeric' })),
        ],
        rows: [
          ...shown.map((mover, at): Cell[] => [
            { content: from + at + 1 },
            // The sentence in full stands in the first table; the others are beside it.
            { content: part === 0 ? factCell(mover, showing) : showing.names.in(mover.sentence) },
            ...figures.map((figure) => numeric(mover.changes[figure])),
          ]),
          ...(isLast && Object.keys(accrued).length > 0
            ? [sumRow('Not by a single fact: what accrued from day to day', accrued, figures)]
            : []),
          sumRow('Change in all', change, figures, true),
        ],
      }),
    ),
  )}`;
}

const COLUMNS_MAX = 5;

/** The figure as bars: its first value, the change by each fact, and its last value. */
function chartOf(figure: Figure, compared: Compared, showing: Showing): Html {
  const { movers, accrued, from, to } = compared;
  const changes: { readonly title: string; readonly by: string }[] = [];
  const add = (title: string, by = NOTHING): void => {
    if (!isNothing(by)) changes.push({ title, by });
  };
  // The text of a fact is made when it is read: no more facts are read than a chart can show.
  for (let at = 0; at < movers.length && changes.length <= CHANGES_MAX; at++)
    add(String(at + 1), movers[at]!.changes[figure]);
  add('Days', accrued[figure]);
  if (changes.length > CHANGES_MAX)
    return paragraph(
      `More than ${CHANGES_MAX} changes moved it, which is more than a chart can show. The table has them all.`,
    );
  const words = movedInWords(figure, compared);
  return waterfall({
    id: 'moved',
    title: words,
    about: `The numbers under the bars are those of the table. ${showing.dates}`,
    words: `It begins at ${sum(from[figure])} pounds. ${changes.map(({ title, by }) => `${title === 'Days' ? 'What accrued' : `Fact ${title}`} changes it by ${sum(by)}.`).join(' ')} It ends at ${sum(to[figure])} pounds.`,
    from: { title: 'First', sum: from[figure] },
    changes,
    to: { title: 'Then', sum: to[figure] },
  });
}

interface Points {
  readonly points: readonly { readonly at: string }[];
}

/** Days from which a comparison is useful: when the fund was opened, and before its latest moves. */
async function beginnings(site: Site, { sight }: Asking, fund: string, { to }: Compared): Promise<Html | false> {
  const { model } = site.ledger;
  const { revision, area } = await askedOf<Readonly<Record<'revision' | 'area', string>>>(site.ledger, sight, 'fund', {
    fund,
  });
  // The claims of the area’s disputes are figures of the gap, so their history is read too.
  if (Number(revision) + model.places(disputeStream(area)).length > READ_MAX) return false;
  const { points } = await askedOf<Points>(site.ledger, sight, 'gap-history', {
    fund,
    on: to.on,
    'known-at': to.knownAt,
  });
  const moves = new Map<string, string>();
  for (const { at } of points) {
    const of = londonDay(Date.parse(at) as Instant);
    moves.set(of, moves.get(of) ?? at);
  }
  const days = [...moves].slice(-BEGINNINGS_MAX);
  if (days.length === 0) return false;
  const before = (move: string): string =>
    addressWith(`/funds/${fund}/compare`, {
      'from-on': to.on,
      'from-known-at': instantText((Date.parse(move) - 1) as Instant),
      'to-on': to.on,
      'to-known-at': to.knownAt,
    });
  return html`<p class="govuk-body bcf-screen">What is known of ${day(to.on)} changed on these days. Choose a day to see every change from then on, that day’s own included: ${beside(
    days.map(([of, move]) => html`<a class="govuk-link" href="${before(move)}">${day(of)}</a>`),
  )}</p>`;
}

const BEGINNINGS_MAX = 6;

async function comparePage(site: Site, asking: Asking, fund: string, asked: Asked, faulty?: Faulty): Promise<Buffer> {
  const { figure: chosen, page: pageNumber, ...dates } = asked;
  const given = { fund };
  const path = placeOf('compare', given);
  const compared = await askedOf<Compared>(site.ledger, asking.sight, 'compare', { fund, ...dates });
  const showing = await showingFor(site, asking, 'compare', compared, given);
  const { from, to } = compared;
  const figure = figureAsked(chosen) ?? movedMost(compared);
  const number = pageIn(pageNumber);
  const at = (change: Asked): string => addressWith(path, { ...asked, ...change });
  const control = dateControl(
    {
      path,
      dates: { 'from-on': from.on, 'from-known-at': from.knownAt, 'to-on': to.on, 'to-known-at': to.knownAt },
      asked: dates,
      faulty,
      more: [
        {
          name: 'figure',
          field: select({
            name: 'figure',
            label: { content: 'Draw', classes: 'govuk-label--s' },
            items: [
              { value: '', text: 'What changed most' },
              ...FIGURES.map((each) => ({ value: each, text: titleOf(each) })),
            ],
            value: figureAsked(chosen) ?? '',
          }),
        },
      ],
    },
    datesOfAnswer(compared),
  );
  const more = compared.movers.length > number * ROWS_MAX;
  const answer = html`${await beginnings(site, asking, fund, compared)}
    <h2 class="govuk-heading-m">${movedInWords(figure, compared)}</h2>
    ${figure !== 'gap' && paragraph(movedInWords('gap', compared))}
    ${figuresTable(compared, `First: ${small(datesInWords(from))}. Then: ${small(datesInWords(to))}`)}
    ${subheading('What moved it')}
    ${compared.movers.length === 0 && Object.keys(compared.accrued).length === 0 ? paragraph('Nothing moved between these dates.') : html`${moversTables(compared, (number - 1) * ROWS_MAX, showing)}${chartOf(figure, compared, showing)}`}
    ${
      (more || number > 1) &&
      pagination({
        ...(number > 1 && {
          previous: { href: at({ page: number > 2 ? String(number - 1) : undefined }), content: 'Previous page' },
        }),
        ...(more && { next: { href: at({ page: String(number + 1) }), content: 'Next page' } }),
      })
    }
    ${workedOut(definitionsFor(questionNamed('compare')))}
    ${fileLink(questionNamed('compare'), at({ figure: undefined, page: undefined, format: 'csv' }))}
    <p class="govuk-body-s bcf-screen">${sourceOf(compared)}</p>`;
  const main = html`${faultsAbove(faulty)}${titled('Compare two dates', whereaboutsOf(given).of)}
    ${paragraph('Compare the figures at two pairs of dates. The facts between them add up to the change.')}
    ${control}
    ${answerUnless(faulty, answer)}`;
  return framed(asking, {
    title: 'Compare two dates',
    tab: tabOf('Compare two dates', asked, DATES, datesOfAnswer(compared)),
    given,
    main,
    isFault: faulty !== undefined,
    ...(!faulty && { source: await footOf(site, asking, compared) }),
  });
}

export function registerCompare(site: Site): void {
  site.get('/funds/:fund/compare', async (asking, request, reply) => {
    const { fund } = request.params as { fund: string };
    return answerDated(site, asking, request, reply, {
      path: placeOf('compare', { fund }),
      dates: DATES,
      others: ['figure', 'page', 'format'],
      async show({ format, ...wanted }, faulty) {
        if (format !== 'csv') return comparePage(site, asking, fund, wanted, faulty);
        const { name, text } = await askedAsFile(site.ledger, asking.sight, questionNamed('compare'), {
          ...wanted,
          fund,
          figure: undefined,
          page: undefined,
        });
        return asFile(reply, name, text);
      },
    });
  });
}
