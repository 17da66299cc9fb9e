import type { Need } from '../../domain/grammar/proposal.js';
import { askedOf } from '../asking.js';
import { table, taskList } from '../components/lists.js';
import { details, tag } from '../components/words.js';
import { printedSource } from '../foot.js';
import { areaName, day, fundName, instant, PERIODS, plainly, sum } from '../format.js';
import { html, type Html } from '../html.js';
import { heading, page, paragraph, subheading } from '../layout.js';
import { awaitedIn, namesFor, offerIn, type Names } from '../names.js';
import type { Site } from '../site.js';
import { askedIn } from '../dates.js';

/** An officer’s tasks: the first page that they see. */

export interface Waiting {
  readonly proposal: string;
  readonly kind: string;
  readonly in: string;
  readonly sentence: string;
  readonly by: string;
  readonly officer: string;
  readonly awaiting: readonly string[];
  readonly needs: readonly Need[];
  readonly expires: string | null;
  readonly daysLeft: number | null;
}

interface Tasks {
  readonly ledger: { readonly size: number };
  readonly on: string;
  readonly knownAt: string;
  readonly mandates: readonly { readonly name: string; readonly role: string }[];
  readonly toSign: readonly Waiting[];
  readonly waiting: readonly Waiting[];
  readonly overdue: readonly { readonly fund: string; readonly name: string; readonly amount: string }[];
  readonly periodsToClose: readonly {
    readonly fund: string;
    readonly from: number;
    readonly to: number;
    readonly since: string;
  }[];
  readonly returnsToFile: readonly {
    readonly fund: string;
    readonly quarters: readonly number[];
    readonly since: string;
  }[];
  readonly testsFailing: readonly {
    readonly fund: string;
    readonly on: string;
    readonly test: string;
    readonly title: string;
    readonly short: readonly { readonly of: string; readonly why: string }[];
  }[];
  readonly deadlines: readonly {
    readonly area: string;
    readonly case: string;
    readonly claimantName: string;
    readonly respondentName: string;
    readonly stage: string;
    readonly dueBy: string;
    readonly daysLeft: number;
  }[];
}

export const placeName = ({ kind, in: where }: Pick<Waiting, 'kind' | 'in'>): string =>
  kind === 'fund' ? fundName(where) : kind === 'dispute' ? `Disputes of ${areaName(where)}` : 'The register';

/** The address of the pages of a fund, of an area’s disputes, or of the register. */
export const pathOf = ({ kind, in: where }: Pick<Waiting, 'kind' | 'in'>): string =>
  kind === 'fund' ? `/funds/${where}` : kind === 'dispute' ? `/areas/${where}/disputes` : '/register';

const until = ({ expires, daysLeft }: Waiting): string =>
  expires === null
    ? 'No last day'
    : `Sign by ${day(expires)} (${daysLeft === 1 ? 'today' : `${daysLeft!} days left, today among them`})`;

const waitingList = (all: readonly Waiting[], names: Names, id: string, status: string): Html =>
  taskList({
    idPrefix: id,
    items: all.map((each) => ({
      title: { content: offerIn(names, each.sentence) },
      hint: `${placeName(each)}. From ${names.of(each.by)}; waits for ${awaitedIn(names, each)}. ${until(each)}.`,
      href: `/proposals/${each.proposal}`,
      status: { tag: { content: status, classes: id === 'sign' ? 'govuk-tag--blue' : 'govuk-tag--grey' } },
    })),
  });

const overdueTable = (overdue: Tasks['overdue']): Html =>
  html`<div class="bcf-scroll" tabindex="0" role="region" aria-label="Overdue payments">${table({
    caption: 'Due and not received',
    captionClasses: 'govuk-visually-hidden',
    firstCellIsHeader: true,
    head: [{ content: 'Fund' }, { content: 'Who' }, { content: 'Overdue, £', format: 'numeric' }],
    rows: overdue.map(({ fund, name, amount }) => [
      { content: html`<a class="govuk-link" href="/funds/${fund}">${fundName(fund)}</a>` },
      { content: name },
      { content: sum(amount), format: 'numeric' },
    ]),
  })}</div>`;

/** Of a longer list so many are shown at first. The others are on the page that shows every list whole. */
const LIST_SHOWN = 50;
/** The page with every list whole. */
const WHOLE_PAGE = '/?all=yes';

/** The first of a list, as a page shows it, and a link to all of it if it is longer. */
function firstOf<Each>(
  all: readonly Each[],
  listed: (some: readonly Each[]) => Html,
  { isWhole, named }: { readonly isWhole: boolean; readonly named: string },
): Html {
  if (isWhole || all.length <= LIST_SHOWN) return listed(all);
  return html`${listed(all.slice(0, LIST_SHOWN))}${paragraph(
    html`<a class="govuk-link" href="${WHOLE_PAGE}">Show all ${all.length.toLocaleString('en-GB')} ${named}</a>`,
  )}`;
}

/** How many funds are shown at first, those with the newest months. The others are folded. */
const FUNDS_SHOWN = 5;

/** A list of funds, the newest first. If there are many, the rest is folded. */
function newestFirst<Each extends { readonly since: string }>(
  all: readonly Each[],
  listed: (some: readonly Each[], idPrefix: string) => Html,
  {
    id,
    more,
    named,
    isWhole,
  }: { readonly id: string; readonly more: string; readonly named: string; readonly isWhole: boolean },
): Html {
  const newest = [...all].sort((one, other) => (one.since < other.since ? 1 : -1));
  const [shown, rest] = [newest.slice(0, FUNDS_SHOWN), newest.slice(FUNDS_SHOWN)];
  return html`${listed(shown, id)}${
    rest.length > 0 &&
    details({
      summary: `${rest.length} more ${rest.length === 1 ? 'fund has' : 'funds have'} ${more}`,
      content: firstOf(rest, (some) => listed(some, `${id}-too`), { isWhole, named }),
    })
  }`;
}

const periodsList = (periods: Tasks['periodsToClose'], idPrefix: string): Html =>
  taskList({
    idPrefix,
    items: periods.map(({ fund, from, to }) => ({
      title: { content: `Close ${PERIODS[from - 1]!}` },
      hint: `${fundName(fund)}.${from === to ? '' : ` ${PERIODS[from - 1]!} to ${PERIODS[to - 1]!} are over and not closed.`}`,
      href: `/funds/${fund}/propose/period-closed?f.period=${from}`,
      status: { tag: { content: 'Over', classes: 'govuk-tag--yellow' } },
    })),
  });

const QUARTERS_END = ['30 June', '30 September', '31 December', '31 March'] as const;

const returnsList = (returns: Tasks['returnsToFile'], idPrefix: string): Html =>
  taskList({
    idPrefix,
    items: returns.map(({ fund, quarters: [first = 1, ...rest] }) => ({
      title: { content: `File the return of quarter ${first}, to ${QUARTERS_END[first - 1]!}` },
      hint: `${fundName(fund)}.${rest.length === 0 ? '' : ` No return is filed of ${rest.length === 1 ? 'quarter' : 'quarters'} ${[rest.slice(0, -1).join(', '), rest.at(-1)!].filter((each) => each !== '').join(' and ')} either.`}`,
      href: `/funds/${fund}/record/return-submitted?f.kind=quarter-${first}`,
      status: { tag: { content: 'Over', classes: 'govuk-tag--yellow' } },
    })),
  });

const testsList = (failing: Tasks['testsFailing'], names: Names): Html =>
  taskList({
    idPrefix: 'test',
    items: failing.map(({ fund, on, title, short }) => ({
      title: { content: title },
      hint: `${fundName(fund)}, on ${day(on)}. ${short.map(({ of, why }) => `${names.known(of) ?? plainly(of)}: ${why}`).join(' ')}`,
      href: `/funds/${fund}/minimum-tests`,
      status: { tag: { content: 'Fails', classes: 'govuk-tag--red' } },
    })),
  });

const daysInWords = (daysLeft: number): string =>
  daysLeft <= 0 ? 'Over' : daysLeft === 1 ? 'Today' : `${daysLeft} days left`;

const deadlinesList = (deadlines: Tasks['deadlines']): Html =>
  taskList({
    idPrefix: 'deadline',
    items: deadlines.map(({ area, case: reference, claimantName, respondentName, stage, dueBy, daysLeft }) => ({
      title: { content: `${plainly(stage)}: ${claimantName} against ${respondentName}` },
      hint: `Disputes of ${areaName(area)}. The stage ends on ${day(dueBy)}.`,
      href: `/areas/${area}/disputes/cases/${reference}`,
      status: {
        tag: { content: daysInWords(daysLeft), classes: daysLeft <= 0 ? 'govuk-tag--red' : 'govuk-tag--yellow' },
      },
    })),
  });

export function registerTasks(site: Site): void {
  site.get('/', async ({ session, sight, around }, request, reply) => {
    const isWhole = askedIn(request.url)['all'] === 'yes';
    const tasks = await askedOf<Tasks>(site.ledger, sight, 'tasks', { officer: session.officer });
    const names = await namesFor(site.ledger, sight, site.people);
    const roles = tasks.mandates.map(({ name, role }) => `${role.replaceAll('-', ' ')} of ${name}`);
    const main = html`${heading('Your tasks')}${paragraph(`You are ${roles.join(' and ')}. Today is ${day(tasks.on)}.`)}
      ${subheading(html`To sign ${tasks.toSign.length > 0 && tag({ content: tasks.toSign.length, classes: 'govuk-tag--blue' })}`)}
      ${tasks.toSign.length > 0 ? firstOf(tasks.toSign, (some) => waitingList(some, names, 'sign', 'Waits for you'), { isWhole, named: 'proposals that wait for you' }) : paragraph('Nothing waits for your signature.')}
      ${subheading('Waiting for others')}
      ${tasks.waiting.length > 0 ? firstOf(tasks.waiting, (some) => waitingList(some, names, 'waiting', 'Waits'), { isWhole, named: 'proposals that wait for others' }) : paragraph('Nothing that you have proposed waits for anybody.')}
      ${subheading('Overdue')}
      ${tasks.overdue.length > 0 ? firstOf(tasks.overdue, overdueTable, { isWhole, named: 'overdue payments' }) : paragraph('Nothing is overdue.')}
      ${tasks.periodsToClose.length > 0 && html`${subheading('Periods to close')}${newestFirst(tasks.periodsToClose, periodsList, { id: 'close', more: 'periods to close', named: 'other funds with periods to close', isWhole })}`}
      ${tasks.returnsToFile.length > 0 && html`${subheading('Returns to file')}${newestFirst(tasks.returnsToFile, returnsList, { id: 'return', more: 'returns to file', named: 'other funds with returns to file', isWhole })}`}
      ${tasks.testsFailing.length > 0 && html`${subheading('Minimum tests that fail')}${firstOf(tasks.testsFailing, (some) => testsList(some, names), { isWhole, named: 'tests that fail' })}`}
      ${tasks.deadlines.length > 0 && html`${subheading('Deadlines of disputes')}${deadlinesList(tasks.deadlines)}`}`;
    const source = `As known on ${instant(tasks.knownAt)}. ${await printedSource(site, { sight }, tasks)}`;
    return reply.send(page(around, { title: 'Your tasks', section: 'tasks', main, source }));
  });
}
