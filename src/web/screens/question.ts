import { onceEach } from '../../domain/once-each.js';
import { askedAsFile, askedOf, nextPage, shapeOf, type Answer, type Question } from '../asking.js';
import { breadcrumbs, pagination } from '../components/ways.js';
import { details } from '../components/words.js';
import {
  addressOf as datedAddress,
  addressWith,
  answerUnless,
  dateControl,
  datesInWords,
  faultsAbove,
  type DateName,
  type Faulty,
  type TwoDates,
} from '../dates.js';
import { printedSource, sourceOf } from '../foot.js';
import { day, small, yearName } from '../format.js';
import { html, type Content, type Html } from '../html.js';
import { page, paragraph } from '../layout.js';
import { waysToActAt } from '../open-acts.js';
import { namesFor } from '../names.js';
import type { Asking, FastifyReply, Site } from '../site.js';
import { answerPart, definitionsOf, goesBeyond, type Data, type Showing } from './answer.js';
import { caseName, figuresNamed } from './answer-words.js';
import { answerDated, knownBy, pageIn } from './dated.js';
import { findingOf } from './findings.js';
import { datesOf, fieldsFor, othersOf, type Named } from './filters.js';
import { fileLink, titled, ways } from './parts.js';
import { DERIVED, filled, pageOf, placeOf, placesOfArea, questionTitle, whereaboutsOf } from './places.js';

/**
 * The page of a question, made from its declaration: the fields for what can be asked, every figure of the answer with
 * its name and meaning, the link to the next page, and the answer as a file for a spreadsheet.
 */

type Given = Readonly<Record<string, string>>;
type Asked = Readonly<Record<string, string | undefined>>;

/** Lists in which each row is a stream and names the stream’s last fact. */
const STREAMS: Readonly<Record<string, 'fund' | 'disputes'>> = { funds: 'fund', areas: 'disputes' };

/**
 * The address of a fact’s page, in the stream that its revision belongs to; undefined if the officer may not see the
 * stream.
 */
function factAddress({ sight }: Asking, question: string, answer: Answer, given: Given) {
  const area = given['area'] ?? (answer['area'] as string | undefined);
  const fundOf = (at: Data): string | undefined => {
    if (typeof at['fund'] === 'string') return at['fund'];
    if (given['fund'] !== undefined) return given['fund'];
    return area !== undefined && typeof at['year'] === 'string' ? `${area}-${at['year']}` : undefined;
  };
  return (revision: string, at: Data): string | undefined => {
    const stream = STREAMS[question] ?? at['stream'];
    if (stream === 'disputes') {
      const of = area ?? (at['area'] as string);
      return sight.seesCases(of)
        ? filled('/areas/{area}/disputes/history/{revision}', { area: of, revision })
        : undefined;
    }
    const isOfRegister = stream === 'register' || 'predecessors' in at || (given['fund'] ?? area) === undefined;
    if (isOfRegister && stream !== 'fund') return filled('/register/history/{revision}', { revision });
    const fund = fundOf(at);
    return fund === undefined || !sight.sees(fund)
      ? undefined
      : filled('/funds/{fund}/history/{revision}', { fund, revision });
  };
}

/** The addresses of things that have a page of their own, by the field that names them. */
function addressOf(given: Given) {
  const { fund, area } = given;
  return (field: string, name: string): string | undefined => {
    if (field === 'case' && area !== undefined) return placeOf('dispute-case', { area, case: name });
    if (field === 'settlement' && area !== undefined) return placeOf('settlement', { area, settlement: name });
    if (field === 'settlements' && area !== undefined) return placeOf('settlement', { area, settlement: name });
    if (field === 'return' && fund !== undefined) return placeOf('return', { fund, return: name });
    return undefined;
  };
}

interface Moment {
  readonly on?: string;
  readonly knownAt?: string;
  readonly settled?: boolean;
}

/** The dates of an answer in words, for captions and the foot. An answer with two pairs of dates shows both. */
export function datesOfAnswer(answer: Answer): string {
  const { knownAt, on, settled, from, to } = answer as Moment & { readonly from?: Moment; readonly to?: Moment };
  if (knownAt !== undefined) return datesInWords({ ...(typeof on === 'string' && { on }), knownAt, settled });
  if (from?.knownAt !== undefined && to?.knownAt !== undefined)
    return `First: ${small(datesInWords({ ...from, knownAt: from.knownAt }))}. Then: ${small(datesInWords({ ...to, knownAt: to.knownAt }))}`;
  return '';
}

/** The foot of a printed answer: its dates and its source, if it has them. */
export const footOf = async (site: Site, asking: Pick<Asking, 'sight'>, answer: Answer): Promise<string> =>
  [datesOfAnswer(answer).replace(/[^.]$/, '$&.'), await printedSource(site, asking, answer)]
    .filter((each) => each !== '')
    .join(' ');

/** What the answer to a question is shown with, for one officer. */
export async function showingFor(
  site: Site,
  asking: Asking,
  question: string,
  answer: Answer,
  given: Given,
  number = 1,
): Promise<Showing> {
  return {
    names: await namesFor(site.ledger, asking.sight, site.people),
    people: site.people,
    addressOf: addressOf(given),
    factAddress: factAddress(asking, question, answer, given),
    dates: datesOfAnswer(answer),
    given: new Set(Object.keys(given)),
    page: number,
  };
}

/** A sentence that says which figures are rounded, and for which day, for officers who may not see cases. */
const disclosure = (answer: Answer): Html | false =>
  answer['disclosed'] === 'rounded' &&
  paragraph(
    answer['release']
      ? `Claims are rounded, and shown as they stood on ${day(answer['release'] as string)}, because you may not see cases.`
      : 'Claims are not shown yet, because you may not see cases. They are shown, rounded, after the end of a month.',
  );

/** The meaning of each figure of a page. */
export const workedOut = (definitions: ReadonlyMap<string, string>): Html | false =>
  definitions.size > 0 &&
  details({
    summary: 'How this is worked out',
    content: html`<dl class="bcf-definitions">${[...definitions].map(
      ([title, words]) => html`<dt>${title}</dt><dd>${figuresNamed(words)}</dd>`,
    )}</dl>`,
  });

const YEAR_FIRST = 2013;
const YEARS = 18;

/** The financial years since the Better Care Fund was announced, and the next few. */
const years = Array.from({ length: YEARS }, (_, at) => {
  const first = YEAR_FIRST + at;
  return `${first}-${String(first + 1).slice(2)}`;
});

interface Sources {
  readonly sources: readonly { readonly code: string; readonly name: string }[];
}

interface Areas {
  readonly areas: readonly {
    readonly area: string;
    readonly partners: readonly string[];
    readonly protocols: readonly { readonly stages: readonly { readonly stage: string; readonly title: string }[] }[];
  }[];
}

/** The bodies of a fund, or those between which there are disputes in an area; undefined if every body of the register can occur. */
async function bodiesOf({ ledger }: Site, sight: Asking['sight'], { fund, area }: Given) {
  if (fund !== undefined)
    return (await askedOf<{ readonly partners: readonly string[] }>(ledger, sight, 'fund', { fund })).partners;
  if (area === undefined) return undefined;
  const { areas } = await askedOf<Areas>(ledger, sight, 'areas', {});
  return areas.find((each) => each.area === area)?.partners;
}

/** The choices for options that name something: bodies of the fund, sources, areas and years. */
export async function namedFor(site: Site, { sight }: Asking, question: Question, given: Given): Promise<Named> {
  const takes = (name: string): boolean => name in question.options.shape;
  const named: Record<string, { value: string; text: string }[]> = {};
  if (takes('partner')) {
    const { partners } = await askedOf<{
      readonly partners: readonly { readonly partner: string; readonly name: string }[];
    }>(site.ledger, sight, 'partners', {});
    const own = await bodiesOf(site, sight, given);
    named['partner'] = partners
      .filter(({ partner }) => own?.includes(partner) ?? true)
      .map(({ partner, name }) => ({ value: partner, text: name }));
  }
  if (takes('source')) {
    const { sources } = await askedOf<Sources>(site.ledger, sight, 'sources', {});
    named['source'] = sources.map(({ code, name }) => ({ value: code, text: name }));
  }
  if (takes('stage')) {
    const { areas } = await askedOf<Areas>(site.ledger, sight, 'areas', {});
    const stages = areas
      .filter(({ area }) => area === given['area'])
      .flatMap(({ protocols }) =>
        protocols.flatMap((each) => each.stages.map(({ stage, title }) => [stage, title] as const)),
      );
    named['stage'] = [...new Map(stages)].map(([value, text]) => ({ value, text }));
  }
  for (const name of ['from', 'to', 'year'])
    if (takes(name) && question.name !== 'bank-holidays')
      named[name] = years.map((value) => ({ value, text: yearName(value) }));
  return named;
}

/** Links to more rows of this answer, or to the next page of the question. */
function waysOn(path: string, asked: Asked, question: Question, answer: Answer, showing: Showing): Html | false {
  const { page: number } = showing;
  const next = nextPage(question, answer);
  const more = isLonger(question, answer, showing);
  if (next === undefined && !more && number === 1 && asked['after'] === undefined) return false;
  const at = (change: Asked): string => addressWith(path, { ...asked, ...change });
  return pagination({
    ...((number > 1 || asked['after'] !== undefined) && {
      previous: {
        href: number > 1 ? at({ page: number > 2 ? String(number - 1) : undefined }) : at({ after: undefined }),
        content: number > 1 ? 'Previous page' : 'First page',
      },
    }),
    ...((next !== undefined || more) && {
      next: {
        href: more ? at({ page: String(number + 1) }) : at({ after: next, page: undefined }),
        content: 'Next page',
      },
    }),
  });
}

export const partOfAnswer = (question: Question, answer: Answer, showing: Showing): Html =>
  answerPart(shapeOf(question), answer, showing);

/** Whether an answer has more rows than are shown. */
export const isLonger = (question: Question, answer: Answer, showing: Showing): boolean =>
  goesBeyond(shapeOf(question), answer, showing);

export const definitionsFor = onceEach((question: Question) => definitionsOf(shapeOf(question)));

interface Framed {
  readonly title: string;
  /** What tells its tab from others, where its title alone does not. */
  readonly tab?: string;
  readonly given: Given;
  /** The dates of this page. Links to the pages above it keep them. */
  readonly dates?: TwoDates;
  readonly main: Content;
  readonly isFault?: boolean;
  readonly source?: string;
  /** The pages between the fund, the area or the register and this page. */
  readonly through?: readonly { readonly content: string; readonly href: string }[];
}

/** A page of a fund, an area or the register, with breadcrumbs. */
export function framed(
  { around }: Asking,
  { title, tab = title, given, dates, main, isFault, source, through = [] }: Framed,
): Buffer {
  const { of, above } = whereaboutsOf(given, dates);
  return page(around, {
    title: `${isFault ? 'Error: ' : ''}${tab}, ${of}`,
    section: above[0]!.href === '/funds' ? 'funds' : 'register',
    before: breadcrumbs({ items: [...above, ...through, { content: title }] }),
    main,
    ...(source !== undefined && { source: `${title}, ${of}. ${source}` }),
  });
}

/** A title with the dates that were asked for and the number of the page, so that two tabs can be told apart. */
export function tabOf(title: string, asked: Asked, dates: readonly DateName[], words: string): string {
  const at = dates.some((name) => asked[name]) && words !== '' ? `, ${small(words)}` : '';
  const number = pageIn(asked['page']);
  return `${title}${number > 1 ? ` (page ${number})` : ''}${at}`;
}

/** The title of a page about one thing names the thing. */
function titleOfPage(name: string, given: Given, { names }: Showing): string {
  const { partner } = given;
  if (partner !== undefined) return `${questionTitle(name).replace(/ of$/, '')} of ${names.known(partner) ?? partner}`;
  if (name === 'dispute-case') return caseName(given['case']!);
  if (name === 'settlement') return `Settlement ${given['settlement']!}`;
  if (name === 'return') return `Return ${given['return']!}`;
  return name === 'rule-set' ? `Rules of ${given['year']!}` : questionTitle(name);
}

/** The page above the page of one thing: the list that holds it. */
const ABOVE: Readonly<Record<string, string>> = {
  'dispute-case': 'dispute-cases',
  settlement: 'settlements',
  return: 'returns',
  'rule-set': 'rule-sets',
};

/** The pages between the fund or the area and a page. */
function through(name: string, given: Given, dates: TwoDates, { names }: Showing): { content: string; href: string }[] {
  const { area, fund, partner } = given;
  if (fund !== undefined && partner !== undefined)
    return [
      {
        content: names.known(partner) ?? partner,
        href: datedAddress(filled('/funds/{fund}/partners/{partner}', { fund, partner }), dates),
      },
    ];
  const ofDisputes = area !== undefined && name !== 'disputes' && /^(dispute-|settlement)/.test(name);
  return [...(ofDisputes ? ['disputes'] : []), ...(ABOVE[name] === undefined ? [] : [ABOVE[name]])].map((each) => ({
    content: questionTitle(each),
    href: placeOf(each, given, dates),
  }));
}

/** Links for officers who see the cases of an area: what they can do there, and the other pages of its disputes. */
const waysOfDisputes = async (site: Site, asking: Asking, area: string): Promise<Content> =>
  asking.sight.seesCases(area) &&
  html`${await waysToActAt(site, asking, 'dispute', area, `/areas/${area}/disputes`)}${ways(placesOfArea(area, 'cases').filter(({ title }) => title === 'Disputes'))}`;

async function questionPage(
  site: Site,
  asking: Asking,
  question: Question,
  { given, asked, faulty }: { readonly given: Given; readonly asked: Asked; readonly faulty?: Faulty | undefined },
): Promise<Buffer> {
  const number = pageIn(asked['page']);
  const options = { ...asked, page: undefined };
  const answer = await askedOf<Answer>(site.ledger, asking.sight, question.name, { ...given, ...options });
  const showing = await showingFor(site, asking, question.name, answer, given, number);
  const at = { on: asked['on'], knownAt: asked['known-at'] };
  const { above, below } = findingOf(question.name, answer, showing);
  const path = filled(pageOf(question), given);
  const title = titleOfPage(question.name, given, showing);
  const dates = Object.fromEntries(datesOf(question).map((name) => [name, standsAt(answer, name)]));
  const fields = fieldsFor(
    question,
    answer,
    { ...asked, ...faulty?.asked },
    await namedFor(site, asking, question, given),
    { said: faulty?.said },
  );
  const words = datesOfAnswer(answer);
  const control =
    Object.keys(dates).length > 0 || fields.length > 0
      ? dateControl({ path, dates, asked: options, faulty, wasKnown: knownBy(site, given), more: fields }, words)
      : false;
  const file = addressWith(path, { ...options, after: undefined, format: 'csv' });
  const shown = html`${answer['outsideYear'] === true && paragraph('This day is outside the fund’s year.')}${disclosure(answer)}
    ${above}${partOfAnswer(question, answer, showing)}${below}
    ${waysOn(path, asked, question, answer, showing)}
    ${workedOut(definitionsFor(question))}
    ${fileLink(question, file)}
    <p class="govuk-body-s bcf-screen">${sourceOf(answer)}</p>`;
  const main = html`${faultsAbove(faulty)}${titled(title, whereaboutsOf(given).of)}${paragraph(question.about)}${question.name === 'disputes' && (await waysOfDisputes(site, asking, given['area']!))}${control}
    ${answerUnless(faulty, shown)}`;
  return framed(asking, {
    title,
    tab: tabOf(title, asked, datesOf(question), words),
    given,
    main,
    isFault: faulty !== undefined,
    ...(!faulty && { source: await footOf(site, asking, answer) }),
    dates: at,
    through: through(question.name, given, at, showing),
  });
}

/** The value of a date field: the date for which the answer says that it was worked out. */
function standsAt(answer: Answer, name: DateName): string | undefined {
  const { from, to } = answer as { readonly from?: Moment | string; readonly to?: Moment };
  if (name === 'from-on') return (from as Moment).on;
  if (name === 'to-on') return to!.on;
  if (name === 'from') return from as string;
  return answer[name] as string | undefined;
}

/** Sets the headers of a file for a spreadsheet. Returns its text. */
export function asFile(reply: FastifyReply, name: string, text: string): string {
  void reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`);
  return text;
}

export function registerQuestions(site: Site): void {
  for (const question of DERIVED) {
    const dates = datesOf(question);
    const others = othersOf(question);
    site.get(pageOf(question).replace(/\{(\w+)\}/g, ':$1'), async (asking, request, reply) => {
      const given = request.params as Given;
      const path = filled(pageOf(question), given);
      return answerDated(site, asking, request, reply, {
        path,
        dates,
        others: [...others, 'page', 'format'],
        async show({ format, ...wanted }, faulty) {
          if (format !== 'csv') return questionPage(site, asking, question, { given, asked: wanted, faulty });
          const { name, text } = await askedAsFile(site.ledger, asking.sight, question, {
            ...given,
            ...wanted,
            page: undefined,
          });
          return asFile(reply, name, text);
        },
      });
    });
  }
}
