import { GROUPS, type Group } from '../../domain/grammar/groups.js';
import { REVERSAL } from '../../domain/grammar/reversal.js';
import { PROPOSAL_EVENTS, textsOf, type Offered } from '../../domain/grammar/proposal.js';
import { KINDS } from '../../ledger/catalogue.js';
import { askedAsFile, askedOf, questionNamed, type Answer } from '../asking.js';
import { pagination } from '../components/ways.js';
import { summaryList } from '../components/lists.js';
import { details, insetText, tag } from '../components/words.js';
import { addressWith, answerUnless, askedIn, dateControl, faultsAbove, type DateName, type Faulty } from '../dates.js';
import { inGroups, printedSource, sourceOf } from '../foot.js';
import { areaName, day, fundName, instant } from '../format.js';
import { documentsList, giveDocument, type NamedDocument, type Where } from '../documents.js';
import { beside, html, type Content, type Html } from '../html.js';
import { paragraph, subheading } from '../layout.js';
import type { Asking, Site } from '../site.js';
import { factCell, signed, type Data, type Showing } from './answer.js';
import { roleName } from './answer-words.js';
import { answerDated } from './dated.js';
import { openActsAt } from '../open-acts.js';
import { fileLink } from './parts.js';
import { filled, pageOf } from './places.js';
import { asFile, datesOfAnswer, footOf, framed, showingFor, tabOf } from './question.js';
import { settlementPart, type Settlement } from './settlement.js';
import { termsList, type Text } from './terms.js';

/**
 * The history of a fund, of an area’s disputes, or of the register: one sentence for each event, and a page for each.
 */

type Kind = keyof typeof KINDS;
type Given = Readonly<Record<string, string>>;
type Asked = Readonly<Record<string, string | undefined>>;

interface Happened {
  readonly title: string;
  readonly timeline: string;
  readonly event: string;
  /** The groups of facts that can occur there. */
  readonly groups: readonly Group[];
  readonly in: (given: Given) => string;
}

const groupsOf = (kind: Kind): Group[] =>
  (Object.keys(GROUPS) as Group[]).filter((group) =>
    [...KINDS[kind].byName.values()].some((fact) => fact.group === group),
  );

const HAPPENED: Readonly<Record<Kind, Happened>> = {
  fund: {
    title: 'History',
    timeline: 'timeline',
    event: 'event',
    groups: groupsOf('fund'),
    in: ({ fund }) => fundName(fund!),
  },
  dispute: {
    title: 'History of disputes',
    timeline: 'dispute-timeline',
    event: 'dispute-event',
    groups: groupsOf('dispute'),
    in: ({ area }) => `Disputes of ${areaName(area!)}`,
  },
  register: {
    title: 'History of the register',
    timeline: 'register-timeline',
    event: 'register-event',
    groups: groupsOf('register'),
    in: () => 'The register',
  },
};

const link = (href: string, text: string, current: boolean): Html =>
  current ? html`<strong aria-current="true">${text}</strong>` : html`<a class="govuk-link" href="${href}">${text}</a>`;

/** The filters, as links. The chosen one is in bold. */
function filters(
  path: string,
  asked: Asked,
  groups: readonly Group[],
  bodies: readonly (readonly [string, string])[],
): Html {
  const at = (change: Asked): string => addressWith(path, { ...asked, after: undefined, ...change });
  const { group, partner } = asked;
  const chosen = bodies.find(([body]) => body === partner)?.[1];
  return html`<nav aria-label="Show only" class="bcf-screen"><p class="govuk-body">Show: ${beside([
    link(at({ group: undefined }), 'Everything', group === undefined),
    ...groups.map((each) => link(at({ group: each }), GROUPS[each], each === group)),
  ])}</p>${
    bodies.length > 0 &&
    details({
      summary: chosen === undefined ? 'What one body did' : `What ${chosen} did`,
      open: partner !== undefined,
      content: html`<ul class="govuk-list">${[['', 'All of them'] as const, ...bodies].map(
        ([body, name]) => html`<li>${link(at({ partner: body }), name, body === (partner ?? ''))}</li>`,
      )}</ul>`,
    })
  }</nav>`;
}

interface Timeline extends Answer {
  readonly entries: readonly Data[];
  readonly next: string | null;
}

/** The bodies of a fund, or of an area’s disputes, by name. */
async function bodiesOf(site: Site, { sight }: Asking, { fund }: Given, showing: Showing) {
  if (fund === undefined) return [];
  const { partners } = await askedOf<{ readonly partners: readonly string[] }>(site.ledger, sight, 'fund', { fund });
  return partners.map((each) => [each, showing.names.of(each)] as const);
}

async function historyPage(
  site: Site,
  asking: Asking,
  kind: Kind,
  { given, asked, faulty }: { given: Given; asked: Asked; faulty?: Faulty | undefined },
): Promise<Buffer> {
  const { title, timeline, groups } = HAPPENED[kind];
  const options = { ...given, ...asked, order: asked['order'] ?? 'newest' };
  const answer = await askedOf<Timeline>(site.ledger, asking.sight, timeline, options);
  const showing = await showingFor(site, asking, timeline, answer, given);
  const path = filled(pageOf(questionNamed(timeline)), given);
  const at = (change: Asked): string => addressWith(path, { ...asked, ...change });
  const words = datesOfAnswer(answer);
  const isFirst = asked['after'] === undefined;
  const shown = html`<p class="govuk-body bcf-screen">${beside([
    link(at({ order: undefined, after: undefined }), 'Newest first', asked['order'] !== 'oldest'),
    link(at({ order: 'oldest', after: undefined }), 'Oldest first', asked['order'] === 'oldest'),
  ])}</p>
    ${
      answer.entries.length === 0
        ? paragraph(
            answer.next === null
              ? 'Nothing of this kind happened.'
              : 'Nothing of this kind happened on these pages. Older pages may have some.',
          )
        : html`<ol class="bcf-history">${answer.entries.map(
            (entry) =>
              html`<li>${entry['void'] === true && tag({ content: 'Void', classes: 'govuk-tag--red' })} ${factCell(entry, showing)}</li>`,
          )}</ol>`
    }
    ${
      (answer.next !== null || !isFirst) &&
      pagination({
        ...(!isFirst && { previous: { href: at({ after: undefined }), content: 'First page' } }),
        ...(answer.next !== null && { next: { href: at({ after: answer.next }), content: 'Next page' } }),
      })
    }
    ${fileLink(questionNamed('timeline'), at({ after: undefined, format: 'csv' }))}
    <p class="govuk-body-s bcf-screen">${sourceOf(answer)}</p>`;
  const main = html`${faultsAbove(faulty)}<h1 class="govuk-heading-l"><span class="govuk-caption-l">${HAPPENED[kind].in(given)}</span>${title}</h1>
    ${dateControl({ path, dates: { 'known-at': answer['knownAt'] as string }, asked, faulty }, words)}
    ${filters(path, asked, groups, await bodiesOf(site, asking, given, showing))}
    ${answerUnless(faulty, shown)}`;
  return framed(asking, {
    title,
    tab: tabOf(title, asked, DATES, words),
    given,
    main,
    isFault: faulty !== undefined,
    ...(!faulty && { source: await footOf(site, asking, answer) }),
  });
}

interface Event extends Answer {
  readonly type: string;
  readonly sentence: string;
  readonly revision: string;
  readonly id: string;
  readonly recordedAt: string;
  readonly effective: string;
  readonly officer: string;
  readonly partner: string;
  readonly role: string;
  readonly signedInBy: string;
  readonly documents: readonly NamedDocument[];
  readonly data: Data;
  readonly withheld: boolean;
  readonly settlement: Settlement | null;
  readonly reason: string | null;
  readonly conditions: string | null;
  readonly by: readonly Data[];
  readonly why: string | null;
  readonly reversedBy: string | null;
  readonly resting: readonly Data[];
  readonly hash: string | null;
  readonly ledger: { readonly size: number };
}

const isStep = (type: string): boolean => Object.hasOwn(PROPOSAL_EVENTS, type);

/** The content of an event, field by field. For a step of a proposal, the terms that the step is about. */
function termsOf(kind: Kind, { type, data, conditions, reason, withheld }: Event, showing: Showing): Content {
  if (withheld)
    return paragraph(
      'You may not see what it says, because it holds the exact sum of open claims and you may not see cases of the area.',
    );
  const texts = isStep(type) ? textsOf(data as unknown as Offered<Text>) : [{ type, data }];
  const said = (data['reason'] ?? null) as string | null;
  const more = [
    ...(conditions === null ? [] : [{ title: 'Conditions', content: conditions }]),
    ...(isStep(type) && said !== null ? [{ title: 'Reason', content: said }] : []),
    ...(reason === null ? [] : [{ title: 'Why it is in a closed period', content: reason }]),
  ];
  const terms =
    texts.length === 1
      ? termsList(KINDS[kind], texts[0]!, more, showing.names)
      : html`${texts.map((text, at) => html`<h3 class="govuk-heading-s">Part ${at + 1}</h3>${termsList(KINDS[kind], text, [], showing.names, `Part ${at + 1}`)}`)}${more.map(({ title, content }) => paragraph(`${title}: ${content}`))}`;
  return html`${terms}${
    isStep(type) &&
    paragraph(
      html`<a class="govuk-link" href="/proposals/${data['proposal'] as string}">The proposal, with all its steps</a>`,
    )
  }`;
}

const whereIs = (kind: Kind, { fund, area }: Given): Where => ({ kind, in: fund ?? area ?? '' });

/** Whether a fact is in force and can be taken back. */
const isStanding = (kind: Kind, { type, why, reversedBy }: Event): boolean =>
  why === null && reversedBy === null && KINDS[kind].byName.get(type)?.reversible === true;

/** Whether an officer may take back facts of this stream. */
const mayTakeBack = async (site: Site, asking: Asking, kind: Kind, { fund, area }: Given): Promise<boolean> =>
  (await openActsAt(site, asking, kind, fund ?? area ?? '')).some(({ type }) => type === REVERSAL);

async function eventPage(
  site: Site,
  asking: Asking,
  kind: Kind,
  given: Given,
  knownAt: string | undefined,
): Promise<Buffer> {
  const { event, timeline, title } = HAPPENED[kind];
  const found = await askedOf<Event>(site.ledger, asking.sight, event, { ...given, 'known-at': knownAt });
  const showing = await showingFor(site, asking, event, found, given);
  const place = Object.fromEntries(Object.entries(given).filter(([name]) => name !== 'revision'));
  const sentence = showing.names.in(found.sentence);
  const who = `${site.people.nameOf(found.officer)}, ${roleName(found.role).toLowerCase()} of ${showing.names.known(found.partner) ?? found.partner}`;
  const main = html`${found.why !== null && html`<p class="bcf-state">${tag({ content: 'Void', classes: 'govuk-tag--red' })}</p>`}
    ${found.reversedBy !== null && html`<p class="bcf-state">${tag({ content: 'Taken back', classes: 'govuk-tag--yellow' })}</p>`}
    <h1 class="govuk-heading-m"><span class="govuk-caption-m">${HAPPENED[kind].in(given)}, takes effect on ${day(found.effective)}</span>${sentence}</h1>
    ${found.why !== null && insetText({ content: found.why })}
    ${paragraph(`Recorded on ${instant(found.recordedAt)} by ${who}.`)}
    ${settlementPart(found.settlement, showing.names)}
    ${subheading('What it says')}${termsOf(kind, found, showing)}
    ${found.by.length > 0 && html`${subheading('Who approved it')}<ul class="govuk-list govuk-list--bullet">${found.by.map((each) => html`<li>${signed(each, showing)}</li>`)}</ul>`}
    ${subheading('Documents')}${await documentsList(site, whereIs(kind, given), filled(pageOf(questionNamed(event)), given), found.documents)}
    ${subheading('What depends on it')}${found.resting.length === 0 ? paragraph('Nothing recorded here depends on it.') : html`<ol class="bcf-history">${found.resting.map((each) => html`<li>${factCell(each, showing)}</li>`)}</ol>`}
    ${isStanding(kind, found) && (await mayTakeBack(site, asking, kind, given)) && paragraph(html`Is it wrong? <a class="govuk-link" href="${filled(pageOf(questionNamed(timeline)), place).replace(/\/history$/, '')}/record/fact-reversed?f.reverses=${found.revision}">Put it right: take it back</a>. Then record it again as it should be.`)}
    ${details({
      summary: 'Details for auditors and programs',
      content: summaryList({
        rows: [
          ['Event', found.id],
          ['Type', found.type],
          ['Revision', found.revision],
          ['Signed in by', found.signedInBy],
          ['Leaf hash (SHA-256)', found.hash ?? 'Withheld'],
          ['Ledger', `${found.ledger.size} events`],
        ].map(([key, value]) => ({ key: { content: key! }, value: { content: value!, classes: 'bcf-code' } })),
      }),
    })}`;
  return framed(asking, {
    title: 'Fact',
    tab: `${sentence} Recorded on ${instant(found.recordedAt)}`,
    given: place,
    main,
    through: [{ content: title, href: filled(pageOf(questionNamed(timeline)), place) }],
    source: `Recorded on ${instant(found.recordedAt)}. ${await printedSource(site, asking, found)} Leaf hash: ${found.hash === null ? 'withheld' : inGroups(found.hash)}`,
  });
}

const DATES: readonly DateName[] = ['known-at'];
const OTHERS = ['group', 'partner', 'order', 'after', 'format'];

export function registerHistory(site: Site): void {
  for (const kind of Object.keys(HAPPENED) as Kind[]) {
    const { timeline, event } = HAPPENED[kind];
    const question = questionNamed(timeline);
    const address = (name: string): string => pageOf(questionNamed(name)).replace(/\{(\w+)\}/g, ':$1');

    site.get(address(timeline), async (asking, request, reply) => {
      const given = request.params as Given;
      return answerDated(site, asking, request, reply, {
        path: filled(pageOf(question), given),
        dates: DATES,
        others: OTHERS,
        async show({ format, ...wanted }, faulty) {
          if (format !== 'csv') return historyPage(site, asking, kind, { given, asked: wanted, faulty });
          const { name, text } = await askedAsFile(site.ledger, asking.sight, question, { ...given, ...wanted });
          return asFile(reply, name, text);
        },
      });
    });

    site.get(`${address(event)}/documents/:sha256`, async (asking, request, reply) => {
      const { sha256, ...given } = request.params as Given & { readonly sha256: string };
      const { documents } = await askedOf<Event>(site.ledger, asking.sight, event, given);
      return giveDocument(site, whereIs(kind, given), documents, sha256, reply);
    });
    site.get(address(event), async (asking, request, reply) =>
      reply.send(await eventPage(site, asking, kind, request.params as Given, askedIn(request.url)['known-at'])),
    );
  }
}
