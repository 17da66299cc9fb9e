import { askedOf, questionNamed, type Answer } from '../asking.js';
import { table, type Cell } from '../components/lists.js';
import { answerUnless, dateControl, faultsAbove, type Faulty, type TwoDates } from '../dates.js';
import { sourceOf } from '../foot.js';
import { day, inWords, isNothing, pounds, sum } from '../format.js';
import { beside, html, type Html } from '../html.js';
import { paragraph, subheading } from '../layout.js';
import type { Asking, Site } from '../site.js';
import { ROWS_MAX, type Data, type Showing } from './answer.js';
import { withItsFact } from './answer-words.js';
import { answerDated, knownBy } from './dated.js';
import { scrolling, titled } from './parts.js';
import { filled, placeOf, whereaboutsOf } from './places.js';
import { datesOfAnswer, definitionsFor, footOf, framed, showingFor, tabOf, workedOut } from './question.js';

/**
 * One partner in a fund: what it has undertaken and paid, by source, and its statement of account with the balance
 * after each line.
 */

type Figures = Readonly<Record<string, string>>;

interface Position extends Answer {
  readonly name: string;
  readonly on: string;
  readonly knownAt: string;
  readonly sources: readonly { readonly source: string; readonly figures: Figures }[];
  readonly total: Figures;
  readonly inDispute: { readonly claimedBy: string; readonly claimedAgainst: string };
  readonly disclosed?: string;
  readonly release?: string | null;
}

interface Line extends Data {
  readonly revision: string;
  readonly what: string;
  readonly sentence: string;
  readonly on: string;
  readonly source: string;
  readonly agreed: string;
  readonly due: string;
  readonly received: string;
  readonly outstanding: string;
}

interface Statement extends Answer {
  readonly from: string;
  readonly opening: string;
  readonly lines: readonly Line[];
  readonly closing: string;
}

const OWED = [
  ['proposed', 'Offered'],
  ['agreed', 'Agreed'],
  ['due', 'Due'],
  ['received', 'Received'],
  ['outstanding', 'Outstanding'],
  ['overdue', 'Overdue'],
] as const;
const BESIDE = [
  ['agreedRecurrent', 'Agreed, every year'],
  ['agreedOneOff', 'Agreed, this year only'],
  ['withdrawn', 'Withdrawn'],
  ['atRisk', 'At risk'],
  ['assumed', 'Assumed'],
  ['spent', 'Spent'],
  ['held', 'Held'],
] as const;

type Columns = readonly (readonly [figure: string, title: string])[];

const numeric = (amount: string): Cell => ({ content: sum(amount), format: 'numeric' });

const sourcesTable = (title: string, columns: Columns, { sources, total }: Position, showing: Showing): Html =>
  scrolling(
    title,
    table({
      caption: `${title}, £. ${showing.dates}`,
      captionClasses: 'govuk-table__caption--s',
      firstCellIsHeader: true,
      head: [{ content: 'Source' }, ...columns.map(([, content]) => ({ content, format: 'numeric' }))],
      rows: [
        ...sources.map(({ source, figures }) => [
          { content: showing.names.known(source) ?? source },
          ...columns.map(([figure]) => numeric(figures[figure]!)),
        ]),
        [
          { content: 'Total', classes: 'govuk-!-font-weight-bold' },
          ...columns.map(([figure]) => ({ ...numeric(total[figure]!), classes: 'govuk-!-font-weight-bold' })),
        ],
      ],
    }),
  );

/** What a line is about, as a link to the fact that made it. */
function lineCell(line: Line, { names, factAddress }: Showing): Html {
  const words = names.in(withItsFact(line.what, line.sentence));
  const address = factAddress(line.revision, line);
  return address === undefined ? html`${words}` : html`<a class="govuk-link" href="${address}">${words}</a>`;
}

function statementTable({ from, on, opening, lines, closing }: Statement, showing: Showing): Html {
  const shown = lines.slice(0, ROWS_MAX);
  const balance = (title: string, amount: string): Cell[] => [
    { content: title, colspan: 6 },
    { ...numeric(amount), classes: 'govuk-!-font-weight-bold' },
  ];
  return scrolling(
    'Statement of account',
    table({
      caption: `Statement of account, £. ${showing.dates}`,
      captionClasses: 'govuk-table__caption--s',
      firstCellIsHeader: true,
      head: [
        { content: 'Day' },
        { content: 'What' },
        { content: 'Source' },
        { content: 'Agreed', format: 'numeric' },
        { content: 'Due', format: 'numeric' },
        { content: 'Received', format: 'numeric' },
        { content: 'Outstanding', format: 'numeric' },
      ],
      rows: [
        balance(`Before ${day(from)}`, opening),
        ...shown.map((line): Cell[] => [
          { content: day(line.on) },
          { content: lineCell(line, showing) },
          { content: showing.names.known(line.source) ?? line.source },
          numeric(line.agreed),
          numeric(line.due),
          numeric(line.received),
          numeric(line.outstanding),
        ]),
        ...(shown.length < lines.length ? [] : [balance(`At the end of ${day(on as string)}`, closing)]),
      ],
    }),
  );
}

/** How the partner stands, in one sentence. */
function standsInWords({ name, total }: Position): string {
  const agreed = isNothing(total['agreed']!) ? 'has agreed to nothing' : `has agreed to ${inWords(total['agreed']!)}`;
  const received = isNothing(total['received']!)
    ? 'nothing has been received'
    : `${inWords(total['received']!)} has been received`;
  const overdue = isNothing(total['overdue']!) ? 'nothing is overdue' : `${inWords(total['overdue']!)} is overdue`;
  return `${name} ${agreed}: ${received}, and ${overdue}.`;
}

function disputes({ inDispute: { claimedBy, claimedAgainst }, disclosed, release }: Position): string {
  const rounded = disclosed === undefined ? '' : release ? `, rounded, on ${day(release)}` : ', rounded';
  // A rounded sum of nothing may be a small claim.
  const claim = (amount: string): string => (isNothing(amount) && rounded === '' ? 'nothing' : pounds(amount));
  return `In dispute in the area${rounded}: it claims ${claim(claimedBy)}, and ${claim(claimedAgainst)} is claimed of it.`;
}

async function partnerPage(
  site: Site,
  asking: Asking,
  given: { readonly fund: string; readonly partner: string },
  dates: TwoDates,
  faulty?: Faulty,
): Promise<Buffer> {
  const options = { ...given, on: dates.on, 'known-at': dates.knownAt };
  const position = await askedOf<Position>(site.ledger, asking.sight, 'partner-position', options);
  const statement = await askedOf<Statement>(site.ledger, asking.sight, 'statement', options);
  const showing = await showingFor(site, asking, 'partner-position', position, given);
  const path = filled('/funds/{fund}/partners/{partner}', given);
  const words = datesOfAnswer(position);
  const link = (name: string, text: string): Html =>
    html`<a class="govuk-link" href="${placeOf(name, given, dates)}">${text}</a>`;
  const answer = html`${subheading(standsInWords(position))}
    ${paragraph(disputes(position))}
    ${position.sources.length === 0 ? paragraph('It has no source of funding in this fund.') : html`${sourcesTable('What it owes, by source', OWED, position, showing)}${sourcesTable('Beside it, by source', BESIDE, position, showing)}`}
    ${subheading('Statement of account')}
    ${paragraph('The balance at the start, and after each line. Both bodies can print it and agree on it.')}
    ${statementTable(statement, showing)}
    ${statement.lines.length > ROWS_MAX && paragraph(link('statement', `All ${statement.lines.length} lines of the statement`))}
    <p class="govuk-body bcf-screen">${beside([link('partner-position', 'Every figure of its position'), link('statement', 'The statement from another day'), link('instalments', 'Instalments of the fund')])}</p>
    ${workedOut(definitionsFor(questionNamed('partner-position')))}
    <p class="govuk-body-s bcf-screen">${sourceOf(position)}</p>`;
  const main = html`${faultsAbove(faulty)}${titled(position.name, whereaboutsOf(given).of)}
    ${dateControl(
      {
        path,
        dates: { on: position.on, 'known-at': position.knownAt },
        asked: { on: dates.on, 'known-at': dates.knownAt },
        faulty,
        wasKnown: knownBy(site, given),
      },
      words,
    )}
    ${answerUnless(faulty, answer)}`;
  return framed(asking, {
    title: position.name,
    tab: tabOf(position.name, { on: dates.on, 'known-at': dates.knownAt }, ['on', 'known-at'], words),
    given,
    dates,
    main,
    isFault: faulty !== undefined,
    ...(!faulty && { source: await footOf(site, asking, position) }),
  });
}

export function registerPartners(site: Site): void {
  site.get('/funds/:fund/partners/:partner', async (asking, request, reply) => {
    const given = request.params as { fund: string; partner: string };
    return answerDated(site, asking, request, reply, {
      path: filled('/funds/{fund}/partners/{partner}', given),
      dates: ['on', 'known-at'],
      others: [],
      show: (asked, faulty) =>
        partnerPage(site, asking, given, { on: asked['on'], knownAt: asked['known-at'] }, faulty),
    });
  });
}
