import type { Need } from '../../domain/grammar/proposal.js';
import { askedOf } from '../asking.js';
import { stepChart } from '../charts/steps.js';
import { table, type Cell } from '../components/lists.js';
import { breadcrumbs } from '../components/ways.js';
import {
  addressOf,
  addressWith,
  answerUnless,
  dateControl,
  datesInWords,
  faultsAbove,
  type Faulty,
  type TwoDates,
} from '../dates.js';
import { printedSource, sourceOf } from '../foot.js';
import { areaName, day, fundName, nobodyOffers, pounds, small, sum } from '../format.js';
import { html, type Html } from '../html.js';
import { heading, page, paragraph, subheading } from '../layout.js';
import { maySeeNextYear, waysToActAt } from '../open-acts.js';
import { awaitedIn, namesFor, offerIn, type Names } from '../names.js';
import type { Asking, Site } from '../site.js';
import { answerDated, knownBy } from './dated.js';
import { gapInWords, gapOnTheDay } from './gap-words.js';
import { READ_MAX, scrolling, verdictTag, ways } from './parts.js';
import { tabOf } from './question.js';
import { placeOf, placesOfFund } from './places.js';

/** The overview of all funds, and one fund at two dates. */

type Figures = Readonly<Record<string, string>>;

interface Portfolio {
  readonly knownAt: string;
  readonly funds: readonly (Figures & { readonly waiting: number })[];
}

interface Gap extends Record<string, unknown> {
  readonly settled: boolean;
  readonly on: string;
  readonly knownAt: string;
  readonly ledger: { readonly size: number };
  readonly requirement: string;
  readonly funded: string;
  readonly gap: string;
  readonly soft: string;
  readonly hard: string;
  readonly atRisk: string;
  readonly openClaims: string;
  readonly assumed: string;
  readonly outsideYear?: boolean;
  readonly disclosed?: 'rounded';
  readonly release?: string | null;
}

interface Position {
  readonly fund: string;
  readonly partners: readonly {
    readonly partner: string;
    readonly name: string;
    readonly sources: readonly { readonly source: string; readonly figures: Figures }[];
  }[];
  readonly total: Figures;
}

interface Tests {
  readonly tests: readonly {
    readonly test: string;
    readonly title: string;
    readonly verdict: string;
    readonly margin: string | null;
    readonly why: string;
  }[];
}

interface Proposals {
  readonly proposals: readonly {
    readonly proposal: string;
    readonly sentence: string;
    readonly by: string;
    readonly awaiting: readonly string[];
    readonly needs: readonly Need[];
    readonly expires: string | null;
  }[];
}

const numeric = (content: string): Cell => ({ content, format: 'numeric' });

/**
 * Disputed claims. Officers who may not see cases read them rounded, with the day to which they refer. A fund whose
 * first such day has not come shows none.
 */
const disputed = ({ openClaims, disclosed, release }: Gap): string =>
  disclosed === undefined
    ? `disputed ${pounds(openClaims)}`
    : `disputed about ${pounds(openClaims)} on ${day(release!)}`;

const keyFigures = (gap: Gap): Html =>
  html`<dl class="bcf-figures">${[
    ['Required', gap.requirement],
    ['Funded', gap.funded],
    ['Offered, not signed', gap.soft],
    gap.hard.startsWith('-') ? ['More than required', gap.hard.slice(1)] : ['Nobody offers', gap.hard],
  ].map(([title, amount]) => html`<div><dt>${title}</dt><dd>${pounds(amount!)}</dd></div>`)}</dl>
  ${paragraph(`Beside these: at risk ${pounds(gap.atRisk)}, ${disputed(gap)}, assumed ${pounds(gap.assumed)}.`)}`;

const OWED = [
  ['proposed', 'Offered'],
  ['agreed', 'Agreed'],
  ['due', 'Due'],
  ['received', 'Received'],
  ['overdue', 'Overdue'],
] as const;

const positionTable = ({ fund, partners, total }: Position, dates: TwoDates, words: string, names: Names): Html =>
  scrolling(
    'Partners and sources',
    table({
      caption: `Partners and sources, £. ${words}`,
      firstCellIsHeader: true,
      head: [
        { content: 'Partner' },
        { content: 'Source' },
        ...OWED.map(([, title]) => ({ content: title, format: 'numeric' })),
      ],
      rows: [
        ...partners.flatMap(({ partner, name, sources }) =>
          sources.map(({ source, figures }) => [
            {
              content: html`<a class="govuk-link" href="${addressOf(`/funds/${fund}/partners/${partner}`, dates)}">${name}</a>`,
            },
            { content: names.of(source) },
            ...OWED.map(([figure]) => numeric(sum(figures[figure]!))),
          ]),
        ),
        [
          { content: 'Total', classes: 'govuk-!-font-weight-bold' },
          { content: 'All sources' },
          ...OWED.map(([figure]) => ({ ...numeric(sum(total[figure]!)), classes: 'govuk-!-font-weight-bold' })),
        ],
      ],
    }),
  );

const testsTable = (fund: string, dates: TwoDates, { tests }: Tests, names: Names): Html =>
  scrolling(
    'Minimum tests',
    table({
      caption: 'Minimum tests of the national conditions',
      firstCellIsHeader: true,
      head: [
        { content: 'Test' },
        { content: 'Verdict' },
        { content: 'Margin, £', format: 'numeric' },
        { content: 'Why' },
      ],
      rows: tests.map(({ title, verdict, margin, why }) => [
        { content: title },
        { content: verdictTag(verdict) },
        numeric(margin === null ? 'Not applicable' : sum(margin)),
        {
          content:
            why === ''
              ? html`<a class="govuk-link" href="${placeOf('minimum-tests', { fund }, dates)}">Source by source</a>`
              : names.in(why),
        },
      ]),
    }),
  );

const waitingTable = ({ proposals }: Proposals, names: Names): Html =>
  proposals.length === 0
    ? paragraph('Nothing waits for a signature.')
    : scrolling(
        'Waiting for signature',
        table({
          caption: `Waiting for signature: ${proposals.length}`,
          captionClasses: 'govuk-visually-hidden',
          firstCellIsHeader: true,
          head: [{ content: 'Offer' }, { content: 'From' }, { content: 'Waits for' }, { content: 'Sign by' }],
          rows: proposals.map(({ proposal, sentence, by, awaiting, needs, expires }) => [
            { content: html`<a class="govuk-link" href="/proposals/${proposal}">${offerIn(names, sentence)}</a>` },
            { content: names.of(by) },
            { content: awaitedIn(names, { awaiting, needs }) },
            { content: expires === null ? 'No last day' : day(expires) },
          ]),
        }),
      );

interface History {
  readonly points: readonly {
    readonly at: string;
    readonly requirement: string;
    readonly funded: string;
    readonly proposed: string;
  }[];
}

/** What is required and what is funded on each day of the year, as known at that time. */
async function gapChart(
  site: Site,
  { sight }: Asking,
  { fund, dates, gap }: { readonly fund: string; readonly dates: TwoDates; readonly gap: Gap },
): Promise<Html> {
  const [first, last] = yearOf(fund);
  const isInYear = first <= gap.on && gap.on <= last;
  const known = { 'known-at': dates.knownAt };
  const whole = addressWith(`/funds/${fund}/gap/history`, { ...known, on: last, along: 'days' });
  const away = paragraph(
    html`<a class="govuk-link bcf-screen" href="${whole}">The figures of each day on which the gap moves</a>`,
  );
  const { revision } = await askedOf<{ readonly revision: string }>(site.ledger, sight, 'fund', { fund });
  if (Number(revision) > READ_MAX) return away;
  const { points } = await askedOf<History>(site.ledger, sight, 'gap-history', {
    ...known,
    fund,
    on: last,
    along: 'days',
  });
  const line = (figure: 'requirement' | 'funded') => points.map((point) => ({ day: point.at, sum: point[figure] }));
  const moves = points.map(
    ({ at, requirement, funded }) => `From ${day(at)}: required ${sum(requirement)}, funded ${sum(funded)}.`,
  );
  return html`${stepChart({
    id: 'gap',
    title: gapOnTheDay(gap),
    about: `Required and funded on each day of the year, ${small(datesInWords({ knownAt: gap.knownAt, settled: gap.settled }))}.${isInYear ? ` The dotted line is ${day(gap.on)}.` : ''}`,
    words: moves.length === 0 ? 'Nothing is required or funded yet.' : moves.slice(0, TOLD_MAX).join(' '),
    first,
    last,
    marked: gap.on,
    lines: [
      { title: 'Required', look: 'dashed', points: line('requirement') },
      { title: 'Funded', look: 'whole', points: line('funded') },
    ],
  })}${away}`;
}

/** How many moves the chart’s description holds. The page of the gap’s history shows all of them. */
const TOLD_MAX = 40;

/** The first and the last day of a fund’s year. The fund’s name ends with the year. */
const yearOf = (fund: string): readonly [string, string] => {
  const first = Number(fund.slice(-'2016-17'.length).slice(0, 4));
  return [`${first}-04-01`, `${first + 1}-03-31`];
};

async function fundPage(site: Site, asking: Asking, fund: string, dates: TwoDates, faulty?: Faulty): Promise<Buffer> {
  const { sight, around } = asking;
  const given = { fund, on: dates.on, 'known-at': dates.knownAt };
  const gap = await askedOf<Gap>(site.ledger, sight, 'gap', given);
  const position = await askedOf<Position>(site.ledger, sight, 'position', given);
  const tests = await askedOf<Tests>(site.ledger, sight, 'minimum-tests', given);
  const proposals = await askedOf<Proposals>(site.ledger, sight, 'proposals', { fund, 'known-at': dates.knownAt });
  const names = await namesFor(site.ledger, sight, site.people);
  const path = `/funds/${fund}`;
  const words = datesInWords(gap);
  const control = dateControl(
    {
      path,
      dates: { on: gap.on, 'known-at': gap.knownAt },
      asked: { on: dates.on, 'known-at': dates.knownAt },
      faulty,
      wasKnown: knownBy(site, given),
    },
    words,
  );
  const answer = html`${subheading(gapInWords(gap))}${keyFigures(gap)}
    ${gap.outsideYear && paragraph('This day is outside the fund’s year.')}
    ${await gapChart(site, asking, { fund, dates, gap })}
    ${subheading('Waiting for signature')}${waitingTable(proposals, names)}
    ${subheading('Partners and sources')}${positionTable(position, dates, words, names)}
    ${subheading('Tests')}${testsTable(fund, dates, tests, names)}`;
  const main = html`${faultsAbove(faulty)}${heading(fundName(fund))}
    ${await waysToActAt(site, asking, 'fund', fund, path)}
    ${control}
    ${answerUnless(faulty, answer)}
    ${ways([...placesOfFund(fund, dates, maySeeNextYear(site, asking, fund)), { title: areaName(areaOf(fund)), places: [{ href: `/areas/${areaOf(fund)}`, title: 'The area: years ahead, disputes' }] }])}
    ${!faulty && html`<p class="govuk-body-s bcf-screen">${sourceOf(gap)}</p>`}`;
  return page(around, {
    title: `${faulty ? 'Error: ' : ''}${tabOf(fundName(fund), { on: dates.on, 'known-at': dates.knownAt }, ['on', 'known-at'], words)}`,
    section: 'funds',
    before: breadcrumbs({ items: [{ content: 'Funds', href: '/funds' }, { content: fundName(fund) }] }),
    main,
    ...(!faulty && { source: `${fundName(fund)}. ${words}. ${await printedSource(site, asking, gap)}` }),
  });
}

/** The area of a fund. The fund’s name begins with it. */
const areaOf = (fund: string): string => fund.slice(0, -'-2016-17'.length);

const PORTFOLIO = [
  ['requirement', 'Required'],
  ['funded', 'Funded'],
  ['soft', 'Offered'],
  ['hard', 'Nobody offers'],
  ['overdue', 'Overdue'],
] as const;

export function registerFunds(site: Site): void {
  site.get('/funds', async (asking, _request, reply) => {
    const { sight, around } = asking;
    const portfolio = await askedOf<Portfolio>(site.ledger, sight, 'portfolio', {});
    const { funds, knownAt } = portfolio;
    const rows = funds.map((each) => [
      { content: html`<a class="govuk-link" href="/funds/${each['fund']}">${fundName(each['fund']!)}</a>` },
      { content: each['hostName'] },
      ...PORTFOLIO.map(([figure]) => numeric((figure === 'hard' ? nobodyOffers : sum)(each[figure]!))),
      numeric(String(each.waiting)),
    ]);
    const all = table({
      caption: 'Each fund today, or on the nearest day of its year, £',
      captionClasses: 'govuk-table__caption--s',
      firstCellIsHeader: true,
      head: [
        { content: 'Fund' },
        { content: 'Held by' },
        ...PORTFOLIO.map(([, title]) => ({ content: title, format: 'numeric' })),
        { content: 'Proposals open', format: 'numeric' },
      ],
      rows,
    });
    const main = html`${heading('Funds')}${rows.length === 0 ? paragraph('You act for no partner of any fund.') : scrolling('Funds', all)}`;
    const source = `Funds. ${datesInWords({ knownAt })}. ${await printedSource(site, asking, portfolio)}`;
    return reply.send(page(around, { title: 'Funds', section: 'funds', main, source }));
  });

  site.get('/funds/:fund', async (asking, request, reply) => {
    const { fund } = request.params as { fund: string };
    return answerDated(site, asking, request, reply, {
      path: `/funds/${fund}`,
      dates: ['on', 'known-at'],
      others: [],
      show: (asked, faulty) => fundPage(site, asking, fund, { on: asked['on'], knownAt: asked['known-at'] }, faulty),
    });
  });
}
