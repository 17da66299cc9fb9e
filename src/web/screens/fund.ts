import { askedOf } from '../asking.js';
import { button } from '../components/fields.js';
import { table, type Cell } from '../components/lists.js';
import { breadcrumbs } from '../components/ways.js';
import { tag } from '../components/words.js';
import { dateControl, dateFaults, datesInWords, readDates, type TwoDates } from '../dates.js';
import { day, fundName, inWords, isNothing, nobodyOffers, plainly, sum } from '../format.js';
import { html, type Html } from '../html.js';
import { heading, page, paragraph, subheading } from '../layout.js';
import { namesFor, type Names } from '../names.js';
import type { Asking, Site } from '../site.js';

/** Every fund at a glance, and one fund at two dates. */

type Figures = Readonly<Record<string, string>>;

interface Portfolio {
  readonly knownAt: string;
  readonly funds: readonly (Figures & { readonly waiting: number })[];
}

interface Gap extends Record<string, unknown> {
  readonly on: string;
  readonly knownAt: string;
  readonly ledger: { readonly size: number };
  readonly requirement: string;
  readonly funded: string;
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
  readonly partners: readonly {
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
    readonly expires: string | null;
  }[];
}

const numeric = (content: string): Cell => ({ content, format: 'numeric' });

export const scrolling = (label: string, content: Html): Html =>
  html`<div class="bcf-scroll" tabindex="0" role="region" aria-label="${label}">${content}</div>`;

/** The gap in one sentence, from its figures alone. */
export function gapInWords({
  requirement,
  funded,
  soft,
  hard,
}: Pick<Gap, 'requirement' | 'funded' | 'soft' | 'hard'>): string {
  const required = isNothing(requirement) ? 'Nothing is required' : `${inWords(requirement)} is required`;
  const parts = [
    isNothing(funded) ? 'nothing is funded' : `${inWords(funded)} is funded`,
    ...(isNothing(soft) ? [] : [`${inWords(soft)} is offered and not signed`]),
    isNothing(hard)
      ? 'nothing is missing'
      : hard.startsWith('-')
        ? `that is ${inWords(hard.slice(1))} more than is required`
        : `nobody offers ${inWords(hard)}`,
  ];
  return `${required}: ${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)!}.`;
}

/** What is disputed; whoever sees no cases reads it rounded, and as at which day: a fund is in no ledger before the first. */
const disputed = ({ openClaims, disclosed, release }: Gap): string =>
  disclosed === undefined ? `disputed ${sum(openClaims)}` : `disputed about ${sum(openClaims)} on ${day(release!)}`;

const keyFigures = (gap: Gap): Html =>
  html`<dl class="bcf-figures">${[
    ['Required', gap.requirement],
    ['Funded', gap.funded],
    ['Offered, not signed', gap.soft],
    gap.hard.startsWith('-') ? ['More than required', gap.hard.slice(1)] : ['Nobody offers', gap.hard],
  ].map(([title, amount]) => html`<div><dt>${title}</dt><dd>${sum(amount!)}</dd></div>`)}</dl>
  ${paragraph(`Beside these: at risk ${sum(gap.atRisk)}, ${disputed(gap)}, assumed ${sum(gap.assumed)}.`)}`;

const OWED = [
  ['proposed', 'Offered'],
  ['agreed', 'Agreed'],
  ['due', 'Due'],
  ['received', 'Received'],
  ['overdue', 'Overdue'],
] as const;

const positionTable = ({ partners, total }: Position, dates: string): Html =>
  scrolling(
    'Partners and sources',
    table({
      caption: `Partners and sources, £. ${dates}`,
      head: [
        { content: 'Partner' },
        { content: 'Source' },
        ...OWED.map(([, title]) => ({ content: title, format: 'numeric' })),
      ],
      rows: [
        ...partners.flatMap(({ name, sources }) =>
          sources.map(({ source, figures }) => [
            { content: name },
            { content: source.replaceAll('_', ' ') },
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

const VERDICTS: Readonly<Record<string, readonly [string, string]>> = {
  pass: ['Passes', 'govuk-tag--green'],
  fail: ['Fails', 'govuk-tag--red'],
};

export const verdictTag = (verdict: string): Html => {
  const [words, colour] = VERDICTS[verdict] ?? [plainly(verdict), 'govuk-tag--grey'];
  return tag({ content: words, classes: colour });
};

const testsTable = ({ tests }: Tests): Html =>
  scrolling(
    'Minimum tests',
    table({
      caption: 'Minimum tests of the national conditions',
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
        { content: why },
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
          head: [{ content: 'Offer' }, { content: 'From' }, { content: 'Waits for' }, { content: 'Sign by' }],
          rows: proposals.map(({ proposal, sentence, by, awaiting, expires }) => [
            { content: html`<a class="govuk-link" href="/proposals/${proposal}">${names.in(sentence)}</a>` },
            { content: names.of(by) },
            { content: awaiting.map((each) => names.of(each)).join(' or ') },
            { content: expires === null ? 'No last day' : day(expires) },
          ]),
        }),
      );

async function fundPage(
  site: Site,
  { sight, around }: Asking,
  fund: string,
  dates: TwoDates,
  typed?: { readonly asked: Figures; readonly wrong: readonly ('on' | 'known')[] },
) {
  const given = { fund, on: dates.on, 'known-at': dates.knownAt };
  const gap = await askedOf<Gap>(site.ledger, sight, 'gap', given);
  const position = await askedOf<Position>(site.ledger, sight, 'position', given);
  const tests = await askedOf<Tests>(site.ledger, sight, 'minimum-tests', given);
  const proposals = await askedOf<Proposals>(site.ledger, sight, 'proposals', { fund, 'known-at': dates.knownAt });
  const names = await namesFor(site.ledger, sight);
  const path = `/funds/${fund}`;
  const words = datesInWords(gap);
  const control = dateControl({
    path,
    on: gap.on,
    knownAt: gap.knownAt,
    asked: dates,
    ...(typed && { typed: typed.asked, wrong: typed.wrong }),
  });
  const main = html`${dateFaults(typed?.wrong ?? [])}${heading(fundName(fund))}
    <div class="bcf-buttons">${button({ href: `${path}/propose`, content: 'Propose', classes: 'govuk-button--secondary govuk-!-margin-bottom-0' })}${button({ href: `${path}/record`, content: 'Record', classes: 'govuk-button--secondary govuk-!-margin-bottom-0' })}</div>
    ${control}
    ${subheading(gapInWords(gap))}${keyFigures(gap)}
    ${gap.outsideYear && paragraph('This day is outside the fund’s year.')}
    ${subheading('Waiting for signature')}${waitingTable(proposals, names)}
    ${subheading('Partners and sources')}${positionTable(position, words)}
    ${subheading('Tests')}${testsTable(tests)}
    <p class="govuk-body-s">Worked out from the first ${gap.ledger.size} events of the ledger.</p>`;
  return page(around, {
    title: `${typed ? 'Error: ' : ''}${fundName(fund)}`,
    section: 'funds',
    before: breadcrumbs({ items: [{ content: 'Funds', href: '/funds' }, { content: fundName(fund) }] }),
    main,
    source: `${fundName(fund)}. ${words}. Worked out from the first ${gap.ledger.size} events of the ledger.`,
  });
}

const PORTFOLIO = [
  ['requirement', 'Required'],
  ['funded', 'Funded'],
  ['soft', 'Offered'],
  ['hard', 'Nobody offers'],
  ['overdue', 'Overdue'],
] as const;

export function registerFunds(site: Site): void {
  site.get('/funds', async ({ sight, around }, _request, reply) => {
    const { funds } = await askedOf<Portfolio>(site.ledger, sight, 'portfolio', {});
    const rows = funds.map((each) => [
      { content: html`<a class="govuk-link" href="/funds/${each['fund']}">${fundName(each['fund']!)}</a>` },
      { content: each['hostName'] },
      ...PORTFOLIO.map(([figure]) => numeric((figure === 'hard' ? nobodyOffers : sum)(each[figure]!))),
      numeric(String(each.waiting)),
    ]);
    const all = table({
      caption: 'Each fund today, or on the nearest day of its year, £',
      captionClasses: 'govuk-table__caption--s',
      head: [
        { content: 'Fund' },
        { content: 'Held by' },
        ...PORTFOLIO.map(([, title]) => ({ content: title, format: 'numeric' })),
        { content: 'Proposals open', format: 'numeric' },
      ],
      rows,
    });
    const main = html`${heading('Funds')}${rows.length === 0 ? paragraph('You act for no partner of any fund.') : scrolling('Funds', all)}`;
    return reply.send(page(around, { title: 'Funds', section: 'funds', main }));
  });

  site.get('/funds/:fund', async (asking, request, reply) => {
    const { fund } = request.params as { fund: string };
    // Of a field that is given twice the last counts, as in a form.
    const asked = Object.fromEntries(new URLSearchParams(request.url.split('?')[1]));
    const read = readDates(`/funds/${fund}`, asked);
    if ('goTo' in read) return site.redirect(reply, read.goTo);
    if ('wrong' in read) return reply.send(await fundPage(site, asking, fund, {}, { asked, wrong: read.wrong }));
    return reply.send(await fundPage(site, asking, fund, read.dates));
  });
}
