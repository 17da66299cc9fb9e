import { askedOf, questionNamed, type Answer } from '../asking.js';
import { answerUnless, dateControl, faultsAbove, type Faulty, type TwoDates } from '../dates.js';
import { sourceOf } from '../foot.js';
import { areaName, fundName } from '../format.js';
import { beside, html } from '../html.js';
import { heading, page, paragraph, subheading } from '../layout.js';
import { waysToActAt } from '../open-acts.js';
import type { Asking, Site } from '../site.js';
import { answerDated, knownBy } from './dated.js';
import { titled, ways } from './parts.js';
import { auditOfFund, placeOf, placesOfArea, placesOfRegister, questionTitle, whereaboutsOf } from './places.js';
import {
  datesOfAnswer,
  footOf,
  definitionsFor,
  framed,
  isLonger,
  partOfAnswer,
  showingFor,
  tabOf,
  workedOut,
} from './question.js';

/**
 * Pages that lead to others: an area, the register and the auditors’ page. The year-end page answers several questions
 * at once.
 */

const YEAR_END = ['memorandum', 'risk-share', 'reserves', 'balances'] as const;

interface Funds {
  readonly funds: readonly { readonly fund: string; readonly area: string }[];
}

async function yearEndPage(
  site: Site,
  asking: Asking,
  fund: string,
  dates: TwoDates,
  faulty?: Faulty,
): Promise<Buffer> {
  const given = { fund };
  const parts = [];
  for (const name of YEAR_END) {
    const answer = await askedOf<Answer>(site.ledger, asking.sight, name, {
      fund,
      on: dates.on,
      'known-at': dates.knownAt,
    });
    const showing = await showingFor(site, asking, name, answer, given);
    parts.push({ name, answer, showing: { ...showing, within: html`${questionTitle(name)}` } });
  }
  const [{ answer: first }] = parts as [(typeof parts)[number]];
  const words = datesOfAnswer(first);
  const control = dateControl(
    {
      path: `/funds/${fund}/year-end`,
      dates: { on: first['on'] as string, 'known-at': first['knownAt'] as string },
      asked: { on: dates.on, 'known-at': dates.knownAt },
      faulty,
      wasKnown: knownBy(site, given),
    },
    words,
  );
  const definitions = new Map(YEAR_END.flatMap((name) => [...definitionsFor(questionNamed(name))]));
  const shown = html`${parts.map(({ name, answer, showing }) => html`<section class="bcf-part">${subheading(questionTitle(name))}${partOfAnswer(questionNamed(name), answer, showing)}${isLonger(questionNamed(name), answer, showing) && paragraph(html`<a class="govuk-link" href="${placeOf(name, given, dates)}">${questionTitle(name)}: all of it</a>`)}</section>`)}
    ${workedOut(definitions)}
    <p class="govuk-body-s bcf-screen">${sourceOf(first)}</p>`;
  const main = html`${faultsAbove(faulty)}${titled('Year end', whereaboutsOf(given).of)}
    ${paragraph('The memorandum account, what each partner bears of an over- or underspend, and what is set aside for later years.')}${control}
    ${answerUnless(faulty, shown)}`;
  return framed(asking, {
    title: 'Year end',
    tab: tabOf('Year end', { on: dates.on, 'known-at': dates.knownAt }, ['on', 'known-at'], words),
    given,
    dates,
    main,
    isFault: faulty !== undefined,
    ...(!faulty && { source: await footOf(site, asking, first) }),
  });
}

export function registerOverviews(site: Site): void {
  site.get('/funds/:fund/year-end', async (asking, request, reply) => {
    const { fund } = request.params as { fund: string };
    return answerDated(site, asking, request, reply, {
      path: `/funds/${fund}/year-end`,
      dates: ['on', 'known-at'],
      others: [],
      show: (asked, faulty) => yearEndPage(site, asking, fund, { on: asked['on'], knownAt: asked['known-at'] }, faulty),
    });
  });

  site.get('/areas/:area', async (asking, request, reply) => {
    const { area } = request.params as { area: string };
    // The question of the medium term needs most of the area, so it refuses an unknown area and tells the years that
    // there are.
    await askedOf<Answer>(site.ledger, asking.sight, 'medium-term', { area });
    const { funds } = await askedOf<Funds>(site.ledger, asking.sight, 'funds', {});
    const own = funds.filter((each) => each.area === area);
    const disputes = await disputesSeen(site, asking, area);
    const main = html`${heading(areaName(area))}
      ${subheading('Funds')}
      ${own.length === 0 ? paragraph('You act for no partner of any fund of this area.') : html`<ul class="govuk-list">${own.map(({ fund }) => html`<li><a class="govuk-link" href="/funds/${fund}">${fundName(fund)}</a></li>`)}</ul>`}
      ${disputes === 'cases' && (await waysToActAt(site, asking, 'dispute', area, `/areas/${area}/disputes`))}
      ${ways(placesOfArea(area, disputes))}`;
    return reply.send(framed(asking, { title: 'The area', given: { area }, main }));
  });

  site.get('/register', async (asking, _request, reply) =>
    reply.send(
      page(asking.around, {
        title: 'Register',
        section: 'register',
        main: html`${heading('Register')}${paragraph('The bodies, their officers, and published data. Every fund depends on these.')}${await waysToActAt(site, asking, 'register', '', '/register')}${ways(placesOfRegister())}`,
      }),
    ),
  );

  site.get('/audit', async ({ around, sight }, _request, reply) => {
    const { funds } = await askedOf<Funds>(site.ledger, sight, 'funds', {});
    const all = funds.map(({ fund }) => ({ fund, name: fundName(fund), places: auditOfFund(fund) }));
    const main = html`${heading('Audit')}
      ${paragraph('You can ask for each page as known on any day, and download it as a spreadsheet. Figures as known on a past day do not change.')}
      ${
        all.length === 0
          ? paragraph('You act for no partner of any fund.')
          : html`<dl class="bcf-definitions">${all.map(
              ({ fund, name, places }) =>
                html`<dt class="govuk-body govuk-!-font-weight-bold govuk-!-margin-bottom-1"><a class="govuk-link" href="/funds/${fund}">${name}</a></dt><dd class="govuk-body">${beside(
                  places.map(
                    ({ href, title }) =>
                      html`<a class="govuk-link" href="${href}">${title}<span class="govuk-visually-hidden"> of ${name}</span></a>`,
                  ),
                )}</dd>`,
            )}</dl>`
      }
      ${ways(placesOfRegister())}`;
    return reply.send(page(around, { title: 'Audit', section: 'audit', main }));
  });
}

interface Areas {
  readonly areas: readonly { readonly area: string }[];
}

/**
 * How much an officer may see of an area’s disputes: nothing, their totals, or each case. Nothing also if the area
 * keeps none.
 */
async function disputesSeen(site: Site, { sight }: Asking, area: string): Promise<'none' | 'totals' | 'cases'> {
  const { areas } = await askedOf<Areas>(site.ledger, sight, 'areas', {});
  if (!areas.some((each) => each.area === area)) return 'none';
  return sight.seesCases(area) ? 'cases' : sight.seesArea(area) ? 'totals' : 'none';
}
