import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FactData, SentFact, StreamKind } from '../../domain/grammar/event.js';
import type { Fact } from '../../domain/grammar/fact.js';
import { isDealFact } from '../../domain/grammar/deal.js';
import { GROUPS, inGroups } from '../../domain/grammar/groups.js';
import { factOf } from '../../domain/grammar/kind.js';
import { ROLE_WORDS } from '../../domain/roles.js';
import { refuse, Refusal } from '../../domain/rules.js';
import { mandatesOn } from '../../domain/grammar/mandate.js';
import { factInCodes } from '../../ledger/acts/in-codes.js';
import { seesArea } from '../../ledger/access.js';
import { todayOf } from '../../ledger/acts/stamp.js';
import { sentNow } from '../../ledger/acts/recorded-act.js';
import { KINDS, streamOf } from '../../ledger/catalogue.js';
import { askedOf } from '../asking.js';
import { button, hiddenFields } from '../components/fields.js';
import { breadcrumbs } from '../components/ways.js';
import { fundName, plainly } from '../format.js';
import { html, type Html } from '../html.js';
import { heading, page, paragraph, subheading } from '../layout.js';
import { Refused } from '../refused.js';
import { mayDealAt, openActsAt, type OpenAct } from '../open-acts.js';
import { awaitedIn, namesFor, type Names } from '../names.js';
import { mayAnswer, proposalPage } from '../screens/proposal.js';
import { isOvertaken, newsOf, type Happened } from '../screens/since.js';
import type { Asking, Form, Site } from '../site.js';
import { begun, continued, dealErrand, dealPage, firstPage, uploaded } from './filling-in.js';
import { filledWith } from './filling.js';
import { lookedUp, newDraft, stepsFor, wholeOf, type Errand } from './form.js';
import { typedList } from './answers.js';
import { dealIn, openedFile, partInWords, withDeal, type DealDraft } from './parts.js';
import type { Fields } from './shapes.js';

/**
 * Lists what an officer can do, and has a form for each act. Lists and forms follow from the declarations of facts;
 * this file names no fact.
 */

/** The forms of a kind of stream: their address and what they are about. */
interface Place {
  readonly kind: StreamKind;
  /** The fund or the area; empty for the register. */
  readonly name: string;
  readonly path: string;
  /** The page to which the lists belong. */
  readonly home: { readonly href: string; readonly content: string };
}

const PLACES: Readonly<Record<string, (name: string) => Place>> = {
  '/funds/:fund': (name) => ({
    kind: 'fund',
    name,
    path: `/funds/${name}`,
    // The name is read only after it is known that there is such a fund.
    get home() {
      return { href: `/funds/${name}`, content: fundName(name) };
    },
  }),
  '/areas/:area/disputes': (name) => ({
    kind: 'dispute',
    name,
    path: `/areas/${name}/disputes`,
    home: { href: `/areas/${name}/disputes`, content: `Disputes of ${plainly(name)}` },
  }),
  '/register': () => ({
    kind: 'register',
    name: '',
    path: '/register',
    home: { href: '/register', content: 'The register' },
  }),
};

/** The two lists: acts that wait for a signature, and acts that count at once. */
const LISTS = {
  propose: {
    title: 'Propose',
    about: 'Each of these counts once a second officer, or the other side, has signed it.',
    none: 'You can propose nothing here.',
  },
  record: {
    title: 'Record',
    about: 'Each of these counts as soon as you record it.',
    none: 'You can record nothing here.',
  },
} as const;

type ListName = keyof typeof LISTS;

/** The name of a fact in an address: ContributionAgreed becomes contribution-agreed. */
const slugOf = (type: string): string => type.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

const factBy = (kind: StreamKind, slug: string): Fact<unknown> | undefined =>
  KINDS[kind].facts.find(({ name }) => slugOf(name) === slug);

/**
 * The form that opens a fund, or the disputes of an area, is in the register, because before it the fund or area has no
 * page.
 */
const OPENERS: readonly StreamKind[] = ['fund', 'dispute'];

const openers = (): { readonly kind: StreamKind; readonly fact: Fact<unknown> }[] =>
  OPENERS.map((kind) => ({ kind, fact: factOf(KINDS[kind], KINDS[kind].opener) }));

/** What an officer may do at a place. Throws {@link Refused} if they may not see it. */
const openActs = (site: Site, asking: Asking, { kind, name }: Place): Promise<readonly OpenAct[]> =>
  openActsAt(site, asking, kind, name);

/**
 * Whether an officer may open a fund or the disputes of an area: an officer of the ledger’s keeper, in a role of that
 * fact.
 */
function mayOpen({ ledger }: Site, { session }: Asking, { roles }: Fact<unknown>): boolean {
  const register = ledger.model.register();
  const held = mandatesOn(register, session.officer, todayOf(ledger));
  return held.some(({ partner, role }) => partner === register.ledger?.keeper && roles.includes(role));
}

/** What an officer may do of one of the two lists of a place. */
async function entriesOf(site: Site, asking: Asking, place: Place, list: ListName) {
  const acts = await openActs(site, asking, place);
  const opening =
    place.kind === 'register' && list === 'record'
      ? openers().flatMap(({ fact }) => (mayOpen(site, asking, fact) ? [fact] : []))
      : [];
  return [
    ...acts.filter(({ proposed }) => proposed === (list === 'propose')),
    ...opening.map(({ name: type, title, about }) => ({ type, title, about, group: 'Opening' })),
  ];
}

async function listPage(site: Site, asking: Asking, place: Place, list: ListName): Promise<Buffer> {
  const all = await entriesOf(site, asking, place, list);
  const groups = [...new Set(all.map(({ group }) => group))];
  const { title, about, none } = LISTS[list];
  const other: ListName = list === 'propose' ? 'record' : 'propose';
  const hasOthers = (await entriesOf(site, asking, place, other)).length > 0;
  const entry = ({ type, title: words, about: more }: Pick<OpenAct, 'type' | 'title' | 'about'>): Html =>
    html`<li><a class="govuk-link" href="${place.path}/${list}/${slugOf(type)}">${words}</a><div class="govuk-hint">${more}</div></li>`;
  const main = html`${heading(`${title}: ${place.home.content}`)}${paragraph(all.length === 0 ? none : about)}
    ${groups.map((group) => html`${subheading(group)}<ul class="govuk-list">${all.filter((each) => each.group === group).map(entry)}</ul>`)}
    ${KINDS[place.kind].deals && list === 'propose' && (await mayDealAt(site, asking, place.kind, place.name)) && paragraph(html`Several things that belong together: <a class="govuk-link" href="${place.path}/deal">make a deal</a>. It is signed and recorded whole, or not at all.`)}
    ${hasOthers && paragraph(html`<a class="govuk-link" href="${place.path}/${other}">${LISTS[other].title} something instead</a>`)}`;
  return page(asking.around, {
    title: `${title}: ${place.home.content}`,
    section: place.kind === 'fund' ? 'funds' : 'tasks',
    before: breadcrumbs({ items: [place.home, { content: title }] }),
    main,
  });
}

/**
 * What an officer fills in at an address. Throws {@link Refused} if there is no such form, or the officer may not use
 * it. A part of a deal may be another body's to sign; the rules of the deal say who can make it.
 */
async function errandAt(
  site: Site,
  asking: Asking,
  place: Place,
  list: ListName,
  slug: string,
  form: Form = {},
): Promise<Errand> {
  const acts = await openActs(site, asking, place);
  const opening = place.kind === 'register' ? openers().find(({ fact }) => slugOf(fact.name) === slug) : undefined;
  const fact = opening?.fact ?? factBy(place.kind, slug);
  if (!fact || (fact.name === KINDS[place.kind].opener && !opening))
    throw new Refused(refuse('not_found', 'There is no form at this address.'));
  const mayBePart = isDealFact(KINDS[opening?.kind ?? place.kind], fact);
  const deal = mayBePart ? dealIn(place.kind, form) : undefined;
  const isTheirs = opening
    ? mayOpen(site, asking, fact)
    : deal !== undefined || acts.some(({ type }) => type === fact.name);
  if (!isTheirs)
    throw new Refused(
      refuse(
        'role_not_allowed',
        `You cannot do this here: ${fact.title}. It takes a mandate that is in force today, for a body that may do it here, in one of these roles: ${fact.roles.map((role) => ROLE_WORDS[role].toLowerCase()).join(', ')}.`,
      ),
    );
  return {
    address: `${place.path}/${list}/${slug}`,
    back: { href: `${place.path}/${list}`, content: LISTS[list].title },
    kind: opening?.kind ?? place.kind,
    name: place.name,
    fact,
    isProposed: list === 'propose',
    dealAt: mayBePart ? dealAddress(place, deal) : undefined,
    deal,
  };
}

/** The address at which the deals of a place are made, or the counter-offer to a deal. The register has none. */
const dealAddress = ({ kind, path }: Pick<Place, 'kind' | 'path'>, deal?: DealDraft): string | undefined =>
  !KINDS[kind].deals ? undefined : deal?.counters ? `/proposals/${deal.counters.proposal}/deal` : `${path}/deal`;

/** Every fact that a deal at a place can hold, with the list in which its form is. */
const dealFacts = ({ kind }: Place): { readonly fact: Fact<unknown>; readonly list: ListName }[] =>
  inGroups(KINDS[kind].facts.filter((fact) => isDealFact(KINDS[kind], fact))).map((fact) => ({
    fact,
    list: fact.signature === 'none' ? 'record' : 'propose',
  }));

/** A list of everything that a deal at a place can hold. Each entry is a button, because the form carries the draft. */
function dealListPage({ around, draftMark }: Asking, place: Place, errand: Errand, form: Form): Buffer {
  const all = dealFacts(place);
  const groups = [...new Set(all.map(({ fact }) => fact.group))];
  const carried = Object.entries(form).filter(([name]) => name !== 'go' && name !== 'part');
  const main = html`${heading('Add a part to the deal')}${paragraph('Choose what the part is about. Parts may be for other bodies to do: each body signs its own.')}
    <form method="post" action="${errand.address}" novalidate>
      ${hiddenFields({ ...Object.fromEntries(carried), token: around.token, whose: draftMark })}
      ${groups.map(
        (group) =>
          html`${subheading(GROUPS[group])}<ul class="govuk-list">${all
            .filter((each) => each.fact.group === group)
            .map(
              ({ fact }) =>
                html`<li><button class="bcf-link-button govuk-link" type="submit" name="go" value="part-new ${slugOf(fact.name)}">${fact.title}</button><div class="govuk-hint">${fact.about}</div></li>`,
            )}</ul>`,
      )}
      ${button({ content: 'Go back', name: 'go', value: 'check', classes: 'govuk-button--secondary' })}
    </form>`;
  return page(around, {
    title: `Add a part to the deal, ${place.home.content}`,
    section: place.kind === 'fund' ? 'funds' : 'tasks',
    before: breadcrumbs({ items: [place.home, { content: 'Make a deal' }] }),
    main,
  });
}

/** The draft of a deal as a file of acts. It can be kept, mailed, loaded, and opened here again. */
async function dealFile(site: Site, asking: Asking, errand: Errand, form: Form): Promise<string> {
  const { kind, name, deal } = errand;
  const steps = stepsFor(errand);
  const whole = wholeOf(steps, form, await lookedUp(site, asking, errand, steps, form));
  const { evidence, ...terms } = 'data' in whole ? whole.papers : { evidence: [] };
  const { parts, counters } = deal!;
  const step = {
    officer: asking.session.officer,
    ...(form['partner'] && { partner: form['partner'] }),
    in: kind === 'fund' ? name : streamOf(kind, name),
    ...(counters ? { counter: counters.proposal, with: parts } : { propose: parts }),
    ...terms,
    ...(evidence.length > 0 && { evidence }),
  };
  return `${JSON.stringify({ title: `A deal: ${kind === 'fund' ? fundName(name) : name}`, steps: [step] }, null, 2)}\n`;
}

/** Answers a form of a deal: with a part to fill in, with its parts in another order, or as for any form. */
async function dealSent(
  site: Site,
  asking: Asking,
  place: Place,
  errand: Errand,
  form: Form,
  reply: FastifyReply,
): Promise<unknown> {
  const [go = '', to = ''] = (form['go'] ?? '').split(' ');
  const deal = errand.deal!;
  const { parts } = deal;
  const at = /^\d{1,2}$/.test(to) && Number(to) < parts.length ? Number(to) : undefined;
  const shown = (next: readonly SentFact[]) =>
    dealPage(site, asking, { ...errand, deal: { ...deal, parts: next } }, form, reply);
  // A form may name facts that a deal cannot hold. Those are ignored.
  const opened = async (slug: string, given: (fields: Fields) => Form) => {
    const found = dealFacts(place).find(({ fact }) => slugOf(fact.name) === slug);
    if (!found) return shown(parts);
    const part = await errandAt(site, asking, place, found.list, slug, withDeal(form, deal));
    const kept = Object.fromEntries(Object.entries(form).filter(([name]) => name.startsWith('p.')));
    const filledIn = given(part.fact.input.shape);
    const start = {
      ...begun(site, asking, part, filledIn),
      ...kept,
      draft: form['draft'] ?? newDraft(),
      partner: form['partner'] ?? '',
    };
    return reply.send(await firstPage(site, asking, part, { ...start, ...filledIn }));
  };
  if (go === 'part-more') return reply.send(dealListPage(asking, place, errand, form));
  if (go === 'part-new') return opened(to, () => ({}));
  if (go === 'part-open') {
    const found = openedFile(errand, form['file'] ?? '');
    const where = { kind: errand.kind, stream: streamOf(errand.kind, errand.name) };
    const { reference } = site.ledger.model.register();
    // A form chooses among codes, so a wording of a template in a file becomes its code.
    const inCodes = (part: SentFact): SentFact => factInCodes(where, part, reference);
    return found instanceof Refusal
      ? dealPage(site, asking, errand, form, reply, found)
      : dealPage(
          site,
          asking,
          { ...errand, deal: { ...deal, parts: found.parts.map(inCodes) } },
          { ...form, ...found.terms },
          reply,
        );
  }
  if (go === 'part-file') {
    return reply
      .header('content-disposition', 'attachment; filename="deal.json"')
      .type('application/json; charset=utf-8')
      .send(await dealFile(site, asking, errand, form));
  }
  if (at === undefined) return continued(site, asking, errand, form, reply);
  if (go === 'part-drop') return shown(parts.filter((_part, each) => each !== at));
  if (go === 'part-up' && at > 0)
    return shown([...parts.slice(0, at - 1), parts[at]!, parts[at - 1]!, ...parts.slice(at + 1)]);
  if (go === 'part-edit') {
    const { type, data } = parts[at]!;
    return opened(slugOf(type), (fields) => ({ ...filledWith(fields, data), part: String(at) }));
  }
  return continued(site, asking, errand, form, reply);
}

interface Params {
  readonly fund?: string;
  readonly area?: string;
  readonly proposal?: string;
  readonly act?: string;
}

const paramsOf = ({ params }: FastifyRequest): Params => params as Params;

const queryOf = (request: FastifyRequest): Form => Object.fromEntries(new URLSearchParams(request.url.split('?')[1]));

interface Answerable extends Happened {
  readonly proposal: string;
  readonly revision: string;
  readonly fact: { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
  readonly facts: readonly { readonly type: string; readonly data: Readonly<Record<string, unknown>> }[];
  readonly conditions: string | null;
  readonly signers: Parameters<typeof mayAnswer>[2]['signers'];
}

/** Thrown for a counter-offer that others have overtaken: the officer can no longer send it. */
class Overtaken extends Error {
  readonly proposal: string;
  readonly form: Form;
  /** What the officer had filled in; undefined if nothing was sent. */
  readonly typed: Html | undefined;

  constructor(proposal: string, form: Form, typed?: Html) {
    super(`The proposal ${proposal} can no longer be countered.`);
    this.name = 'Overtaken';
    this.proposal = proposal;
    this.form = form;
    this.typed = typed;
  }
}

/** Answers a request about a counter-offer. If others have overtaken it, with what they did and what was typed. */
async function orOvertaken(site: Site, asking: Asking, reply: FastifyReply, answer: () => Promise<unknown>) {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    const { proposal, form: overtaken, typed } = error;
    return reply.status(409).send(await proposalPage(site, asking, proposal, { overtaken, typed }));
  }
}

/** What was filled in for a counter-offer: the parts of a deal in words, and every answer. */
async function typedFor(site: Site, asking: Asking, errand: Errand, form: Form, names: Names): Promise<Html> {
  const deal = dealIn(errand.kind, form);
  const steps = stepsFor(deal ? dealErrand(errand, deal) : errand);
  const looked = await lookedUp(site, asking, errand, steps, form);
  return html`${deal && html`<ol class="govuk-list govuk-list--number">${deal.parts.map((part) => html`<li>${partInWords(errand.kind, part, names)}</li>`)}</ol>`}${typedList(steps, form, looked, names)}`;
}

/**
 * What an officer fills in to counter a proposal: its own fields, with their values. `sent` is the form, if one was
 * sent. Throws {@link Overtaken} if others have acted and the officer can no longer counter it, and {@link Refused} if
 * they never could.
 */
async function counterOf(
  site: Site,
  asking: Asking,
  proposal: string,
  sent: Form = {},
): Promise<{ errand: Errand; form: Form; found: Answerable }> {
  const found = await askedOf<Answerable>(site.ledger, asking.sight, 'find-proposal', { proposal });
  const names = await namesFor(site.ledger, asking.sight, site.people);
  const fact = factOf(KINDS[found.kind], found.fact.type);
  const fields = fact.input.shape as Fields;
  const isChanged = sent['revision'] !== undefined && sent['revision'] !== found.revision;
  const errand: Errand = {
    address: `/proposals/${proposal}/counter`,
    back: { href: `/proposals/${proposal}`, content: 'The proposal' },
    kind: found.kind,
    name: found.in,
    fact,
    isProposed: true,
    counters: {
      proposal,
      revision: found.revision,
      news: isChanged ? newsOf(site, asking, found, { form: sent, names, mayStill: true }) : undefined,
    },
    dealAt: KINDS[found.kind].deals ? `/proposals/${proposal}/deal` : undefined,
  };
  if (found.state !== 'open' || !(await mayAnswer(site, asking, found))) {
    if (isOvertaken(found, sent)) {
      const isSent = Object.keys(sent).length > 0;
      throw new Overtaken(proposal, sent, isSent ? await typedFor(site, asking, errand, sent, names) : undefined);
    }
    throw new Refused(
      refuse(
        'wrong_partner',
        `You may not answer this proposal. It waits for ${awaitedIn(names, found)}, and only their officers with a role that may sign it can answer it.`,
      ),
    );
  }
  return {
    errand,
    found,
    form: {
      ...(found.facts.length === 1 && filledWith(fields, found.fact.data)),
      ...(found.conditions !== null && { 'p.conditions': found.conditions }),
      draft: newDraft(),
    },
  };
}

/** The place of a proposal. */
const placeOfProposal = ({ kind, in: name }: Answerable): Place =>
  PLACES[kind === 'fund' ? '/funds/:fund' : '/areas/:area/disputes']!(name);

/** A deal in the place of a proposal: its present terms, or the parts gathered since. */
const counterDealOf = (errand: Errand, { kind, facts, revision, proposal }: Answerable, parts?: readonly SentFact[]) =>
  dealErrand(errand, {
    parts: parts ?? facts.map(({ type, data }) => sentNow(KINDS[kind])({ type, version: 1, data: data as FactData })),
    counters: { proposal, revision },
  });

/** The routes for deals of a place: an empty one at first, and then each as it is sent on. */
function registerDeals(site: Site, address: string, placeOf: (request: FastifyRequest) => Place): void {
  const errandOf = (place: Place, deal: DealDraft): Errand =>
    dealErrand(
      {
        kind: place.kind,
        name: place.name,
        back: { href: `${place.path}/propose`, content: LISTS.propose.title },
        dealAt: dealAddress(place),
      },
      deal,
    );
  /** Throws {@link Refused} unless the officer may do at least one part of a deal at the place. */
  async function mayDeal(asking: Asking, place: Place): Promise<void> {
    // A deal of disputes is about cases, so the officer must see cases.
    const unseen = place.kind === 'dispute' && seesArea(site.ledger, place.name, asking.sight, 'cases');
    if (unseen) throw new Refused(unseen);
    if ((await openActs(site, asking, place)).length > 0) return;
    throw new Refused(
      refuse(
        'role_not_allowed',
        'Your roles do not allow you to make a deal here. Ask an officer whose role does, or a registrar for a mandate in such a role.',
      ),
    );
  }
  site.getDraft(address, async (asking, request, reply) => {
    const place = placeOf(request);
    await mayDeal(asking, place);
    const errand = errandOf(place, { parts: [] });
    return dealPage(site, asking, errand, begun(site, asking, errand, queryOf(request)), reply);
  });
  /** What the officer fills in for the deal that a form carries. */
  async function sentTo(asking: Asking, request: FastifyRequest, form: Form = {}): Promise<Errand> {
    const place = placeOf(request);
    await mayDeal(asking, place);
    return errandOf(place, { parts: dealIn(place.kind, form)?.parts ?? [] });
  }
  site.postDraft(address, async (asking, form, request, reply) =>
    dealSent(site, asking, placeOf(request), await sentTo(asking, request, form), form, reply),
  );
  site.postFile(`${address}/document`, async (asking, receive, request, reply) =>
    uploaded(site, asking, (form) => sentTo(asking, request, form), receive, request, reply),
  );
}

export function registerForms(site: Site): void {
  for (const [address, placeOf] of Object.entries(PLACES)) {
    const place = (request: FastifyRequest): Place => {
      const { fund, area } = paramsOf(request);
      return placeOf(fund ?? area ?? '');
    };
    for (const list of Object.keys(LISTS) as ListName[]) {
      site.get(`${address}/${list}`, async (asking, request, reply) =>
        reply.send(await listPage(site, asking, place(request), list)),
      );
      site.getDraft(`${address}/${list}/:act`, async (asking, request, reply) => {
        const errand = await errandAt(site, asking, place(request), list, paramsOf(request).act!);
        return reply.send(await firstPage(site, asking, errand, begun(site, asking, errand, queryOf(request))));
      });
      site.postFile(`${address}/${list}/:act/document`, async (asking, receive, request, reply) =>
        uploaded(
          site,
          asking,
          (form) => errandAt(site, asking, place(request), list, paramsOf(request).act!, form),
          receive,
          request,
          reply,
        ),
      );
      site.postDraft(`${address}/${list}/:act`, async (asking, form, request, reply) =>
        continued(
          site,
          asking,
          await errandAt(site, asking, place(request), list, paramsOf(request).act!, form),
          form,
          reply,
        ),
      );
    }
    if (address !== '/register') registerDeals(site, `${address}/deal`, place);
  }
  site.getDraft('/proposals/:proposal/counter', async (asking, request, reply) =>
    orOvertaken(site, asking, reply, async () => {
      const { errand, form, found } = await counterOf(site, asking, paramsOf(request).proposal!);
      // A deal is countered with a deal, which begins with the same parts.
      if (found.facts.length > 1) return dealPage(site, asking, counterDealOf(errand, found), form, reply);
      return reply.send(await firstPage(site, asking, errand, form));
    }),
  );
  /** What the officer fills in for the deal that counters a proposal, as a form carries it. */
  async function counterDealIn(asking: Asking, request: FastifyRequest, form: Form = {}) {
    const { errand, found } = await counterOf(site, asking, paramsOf(request).proposal!, form);
    const read = dealIn(found.kind, form);
    const whole = counterDealOf(errand, found, read?.parts);
    // While parts are filled in, the terms that the officer read are kept. They are compared with the present terms
    // when the deal is shown.
    const isOfPart = form['go']?.startsWith('part-') === true && read?.counters !== undefined;
    const own = isOfPart ? { deal: { ...whole.deal!, counters: read.counters }, counters: read.counters } : {};
    return { place: placeOfProposal(found), errand: { ...whole, ...own } };
  }
  site.postDraft('/proposals/:proposal/deal', async (asking, form, request, reply) =>
    orOvertaken(site, asking, reply, async () => {
      const { place, errand } = await counterDealIn(asking, request, form);
      return dealSent(site, asking, place, errand, form, reply);
    }),
  );
  site.postFile('/proposals/:proposal/deal/document', async (asking, receive, request, reply) =>
    orOvertaken(site, asking, reply, async () => {
      const errandOf = async (form?: Form) => (await counterDealIn(asking, request, form)).errand;
      return uploaded(site, asking, errandOf, receive, request, reply);
    }),
  );
  site.postFile('/proposals/:proposal/counter/document', async (asking, receive, request, reply) =>
    orOvertaken(site, asking, reply, async () => {
      const errandOf = async (form?: Form) => (await counterOf(site, asking, paramsOf(request).proposal!, form)).errand;
      return uploaded(site, asking, errandOf, receive, request, reply);
    }),
  );
  site.postDraft('/proposals/:proposal/counter', async (asking, form, request, reply) =>
    orOvertaken(site, asking, reply, async () => {
      const { errand } = await counterOf(site, asking, paramsOf(request).proposal!, form);
      return continued(site, asking, errand, form, reply);
    }),
  );
}
