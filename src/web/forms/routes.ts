import type { FastifyRequest } from 'fastify';
import type { StreamKind } from '../../domain/grammar/event.js';
import type { Fact } from '../../domain/grammar/fact.js';
import { factOf } from '../../domain/grammar/kind.js';
import { refuse } from '../../domain/rules.js';
import { mandatesOn } from '../../domain/grammar/mandate.js';
import { todayOf } from '../../ledger/acts/stamp.js';
import { KINDS } from '../../ledger/catalogue.js';
import { askedOf } from '../asking.js';
import { breadcrumbs } from '../components/ways.js';
import { fundName, plainly } from '../format.js';
import { html, type Html } from '../html.js';
import { heading, page, paragraph, subheading } from '../layout.js';
import { Refused } from '../refused.js';
import type { Asking, Form, Site } from '../site.js';
import { begun, continued, firstPage } from './filling-in.js';
import { filledWith } from './filling.js';
import { newDraft, type Errand } from './form.js';
import type { Fields } from './shapes.js';

/**
 * What an officer can do, listed, and a form for each. The lists and the forms follow from the declarations of facts: no
 * fact is named here.
 */

/** Where the forms of each kind of stream are, and what they are about. */
interface Place {
  readonly kind: StreamKind;
  /** The fund or the area; empty for the register. */
  readonly name: string;
  readonly path: string;
  /** The page that the lists belong to. */
  readonly home: { readonly href: string; readonly content: string };
  readonly question: string;
  readonly asked: Readonly<Record<string, string>>;
}

const PLACES: Readonly<Record<string, (name: string) => Place>> = {
  '/funds/:fund': (name) => ({
    kind: 'fund',
    name,
    path: `/funds/${name}`,
    // Whether there is such a fund is asked before it is named.
    get home() {
      return { href: `/funds/${name}`, content: fundName(name) };
    },
    question: 'open-acts',
    asked: { fund: name },
  }),
  '/areas/:area/disputes': (name) => ({
    kind: 'dispute',
    name,
    path: `/areas/${name}/disputes`,
    home: { href: `/areas/${name}/disputes`, content: `Disputes of ${plainly(name)}` },
    question: 'dispute-open-acts',
    asked: { area: name },
  }),
  '/register': () => ({
    kind: 'register',
    name: '',
    path: '/register',
    home: { href: '/register', content: 'The register' },
    question: 'register-open-acts',
    asked: {},
  }),
};

interface OpenAct {
  readonly type: string;
  readonly title: string;
  readonly group: string;
  readonly about: string;
  readonly proposed: boolean;
}

/** The two lists: what waits for a signature, and what counts at once. */
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

/** A fact in an address: ContributionAgreed is contribution-agreed. */
const slugOf = (type: string): string => type.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

const factBy = (kind: StreamKind, slug: string): Fact<unknown> | undefined =>
  KINDS[kind].facts.find(({ name }) => slugOf(name) === slug);

/** What opens a fund or the disputes of an area is found in the register: before it there is no page of theirs. */
const OPENERS: readonly StreamKind[] = ['fund', 'dispute'];

const openers = (): { readonly kind: StreamKind; readonly fact: Fact<unknown> }[] =>
  OPENERS.map((kind) => ({ kind, fact: factOf(KINDS[kind], KINDS[kind].opener) }));

/** What an officer may do at a place. Throws where they may not see it. */
async function openActs({ ledger }: Site, { sight, session }: Asking, place: Place): Promise<readonly OpenAct[]> {
  const asked = { ...place.asked, officer: session.officer };
  return (await askedOf<{ acts: readonly OpenAct[] }>(ledger, sight, place.question, asked)).acts;
}

/** Whether an officer may open a fund or the disputes of an area: the ledger’s keeper does, by the roles of that fact. */
function mayOpen({ ledger }: Site, { session }: Asking, { roles }: Fact<unknown>): boolean {
  const register = ledger.model.register();
  const held = mandatesOn(register, session.officer, todayOf(ledger));
  return held.some(({ partner, role }) => partner === register.ledger?.keeper && roles.includes(role));
}

async function listPage(site: Site, asking: Asking, place: Place, list: ListName): Promise<string> {
  const acts = await openActs(site, asking, place);
  const own = acts.filter(({ proposed }) => proposed === (list === 'propose'));
  const opening =
    place.kind === 'register' && list === 'record'
      ? openers().flatMap(({ fact }) => (mayOpen(site, asking, fact) ? [fact] : []))
      : [];
  const all = [...own, ...opening.map(({ name: type, title, about }) => ({ type, title, about, group: 'Opening' }))];
  const groups = [...new Set(all.map(({ group }) => group))];
  const { title, about, none } = LISTS[list];
  const other: ListName = list === 'propose' ? 'record' : 'propose';
  const entry = ({ type, title: words, about: more }: Pick<OpenAct, 'type' | 'title' | 'about'>): Html =>
    html`<li><a class="govuk-link" href="${place.path}/${list}/${slugOf(type)}">${words}</a><div class="govuk-hint">${more}</div></li>`;
  const main = html`${heading(`${title}: ${place.home.content}`)}${paragraph(all.length === 0 ? none : about)}
    ${groups.map((group) => html`${subheading(group)}<ul class="govuk-list">${all.filter((each) => each.group === group).map(entry)}</ul>`)}
    ${paragraph(html`<a class="govuk-link" href="${place.path}/${other}">${LISTS[other].title} something instead</a>`)}`;
  return page(asking.around, {
    title: `${title}: ${place.home.content}`,
    section: place.kind === 'fund' ? 'funds' : 'tasks',
    before: breadcrumbs({ items: [place.home, { content: title }] }),
    main,
  });
}

/** What an officer fills in at an address. Throws where there is no such form, and where it is none of theirs. */
async function errandAt(site: Site, asking: Asking, place: Place, list: ListName, slug: string): Promise<Errand> {
  const acts = await openActs(site, asking, place);
  const opening = place.kind === 'register' ? openers().find(({ fact }) => slugOf(fact.name) === slug) : undefined;
  const fact = opening?.fact ?? factBy(place.kind, slug);
  if (!fact || (fact.name === KINDS[place.kind].opener && !opening))
    throw new Refused(refuse('not_found', 'There is no form at this address.'));
  const isTheirs = opening ? mayOpen(site, asking, fact) : acts.some(({ type }) => type === fact.name);
  if (!isTheirs)
    throw new Refused(
      refuse(
        'role_not_allowed',
        `None of your roles, for none of the bodies that you act for, lets you do this here: ${fact.title}.`,
      ),
    );
  return {
    address: `${place.path}/${list}/${slug}`,
    back: { href: `${place.path}/${list}`, content: LISTS[list].title },
    kind: opening?.kind ?? place.kind,
    name: place.name,
    fact,
    isProposed: list === 'propose',
  };
}

interface Params {
  readonly fund?: string;
  readonly area?: string;
  readonly proposal?: string;
  readonly act?: string;
}

const paramsOf = ({ params }: FastifyRequest): Params => params as Params;

const queryOf = (request: FastifyRequest): Form => Object.fromEntries(new URLSearchParams(request.url.split('?')[1]));

interface Answerable {
  readonly proposal: string;
  readonly revision: string;
  readonly kind: StreamKind;
  readonly in: string;
  readonly fact: { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
  readonly conditions: string | null;
  readonly awaiting: readonly string[];
  readonly signers: readonly { readonly officer: string; readonly rule: string | null }[];
}

/** What an officer fills in to counter a proposal: its own fields, as they stand. */
async function counterOf(
  site: Site,
  { sight, session }: Asking,
  proposal: string,
): Promise<{ errand: Errand; form: Form }> {
  const found = await askedOf<Answerable>(site.ledger, sight, 'find-proposal', { proposal });
  // Who may sign it, were it not for the sum, may answer it otherwise.
  const mayAnswer = ({ officer, rule }: Answerable['signers'][number]): boolean =>
    officer === session.officer && (rule === null || rule === 'over_limit');
  if (!found.signers.some(mayAnswer))
    throw new Refused(
      refuse(
        'wrong_partner',
        `This proposal waits for ${found.awaiting.join(' or ')}, or you may not answer it in your role.`,
      ),
    );
  const fact = factOf(KINDS[found.kind], found.fact.type);
  const fields = fact.input.shape as Fields;
  return {
    errand: {
      address: `/proposals/${proposal}/counter`,
      back: { href: `/proposals/${proposal}`, content: 'The proposal' },
      kind: found.kind,
      name: found.in,
      fact,
      isProposed: true,
      counters: { proposal, revision: found.revision },
    },
    form: {
      ...filledWith(fields, found.fact.data),
      ...(found.conditions !== null && { 'p.conditions': found.conditions }),
      draft: newDraft(),
    },
  };
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
      site.get(`${address}/${list}/:act`, async (asking, request, reply) => {
        const errand = await errandAt(site, asking, place(request), list, paramsOf(request).act!);
        return reply.send(await firstPage(site, asking, errand, begun(site, errand, queryOf(request))));
      });
      site.postDraft(`${address}/${list}/:act`, async (asking, form, request, reply) =>
        continued(
          site,
          asking,
          await errandAt(site, asking, place(request), list, paramsOf(request).act!),
          form,
          reply,
        ),
      );
    }
  }
  site.get('/proposals/:proposal/counter', async (asking, request, reply) => {
    const { errand, form } = await counterOf(site, asking, paramsOf(request).proposal!);
    return reply.send(await firstPage(site, asking, errand, form));
  });
  site.postDraft('/proposals/:proposal/counter', async (asking, form, request, reply) => {
    const { errand } = await counterOf(site, asking, paramsOf(request).proposal!);
    const { counters } = errand;
    const changed = form['revision'] !== undefined && form['revision'] !== counters!.revision;
    return continued(site, asking, { ...errand, counters: { ...counters!, changed } }, form, reply);
  });
}
