import { FIRST_DAY, instantOf, knownAtInstant, LAST_DAY, londonDay } from '../domain/calendar.js';
import { dayEndedBy } from '../ledger/known-words.js';
import { button, dateInput, errorSummary, hiddenField } from './components/fields.js';
import { capital, day, instant, timeOfDay } from './format.js';
import { beside, html, type Content, type Html } from './html.js';
import { typedDay, whyNoDay } from './typed.js';

/**
 * The dates of every figure, in one control. They are part of the page’s address, so a page can be kept, mailed and
 * printed.
 */

export interface TwoDates {
  readonly on?: string | undefined;
  readonly knownAt?: string | undefined;
}

type Asked = Readonly<Record<string, string | undefined>>;

/** A date that a question takes. An officer types it in three fields whose names begin with `prefix`. */
interface DateWords {
  readonly prefix: string;
  readonly title: string;
  /** The beginning of an error message about the date. */
  readonly what: string;
}

const dateWords = (prefix: string, title: string, what = 'The day that you ask about'): DateWords => ({
  prefix,
  title,
  what,
});

const KNOWN = 'The day on which it was known';

/** The dates by their names in questions. A date of what was known means the end of that day. */
const DATES = {
  on: dateWords('on', 'On'),
  'known-at': dateWords('known', 'As known at the end of', KNOWN),
  'known-on': dateWords('known-on', 'As known on', KNOWN),
  from: dateWords('from', 'From', 'The first day'),
  'from-on': dateWords('from-on', 'First: on'),
  'from-known-at': dateWords('from-known', 'First: as known at the end of', KNOWN),
  'to-on': dateWords('to-on', 'Then: on'),
  'to-known-at': dateWords('to-known', 'Then: as known at the end of', KNOWN),
  'known-from': dateWords('known-from', 'First: as known at the end of', KNOWN),
  'known-to': dateWords('known-to', 'Then: as known at the end of', KNOWN),
} as const satisfies Readonly<Record<string, DateWords>>;

export type DateName = keyof typeof DATES;

export const isDateName = (name: string): name is DateName => Object.hasOwn(DATES, name);

const isKnown = (name: DateName): boolean => name.includes('known');

/** A day typed in three fields, in the ledger’s form. Empty if nothing was typed; undefined if it is not a day. */
function typed(asked: Asked, prefix: string): string | undefined {
  const [of = '', month = '', year = ''] = ['day', 'month', 'year'].map((part) => asked[`${prefix}-${part}`]?.trim());
  if (of === '' && month === '' && year === '') return '';
  return typedDay(of, month, year);
}

/**
 * The same. If the officer left the day as the form gave it, the moment that was asked for is kept: the form has no
 * field for hours, and the same moment is asked for again.
 */
function typedMoment(asked: Asked, name: DateName): string | undefined {
  const { prefix } = DATES[name];
  const of = typed(asked, prefix);
  const moment = asked[momentField(prefix)];
  return moment !== undefined && of !== undefined && of !== '' && momentIn(moment) === of ? moment : of;
}

const momentField = (prefix: string): string => `${prefix}-moment`;

/** The day in London of an instant within a day. Undefined for the end of a day, for a day, and for any other text. */
function momentIn(knownAt: string): string | undefined {
  const at = instantOf(knownAt);
  return at === undefined || dayEndedBy(knownAt) !== undefined ? undefined : londonDay(at);
}

/** What a request asks for. If a field occurs twice, the last counts, as in a form. */
export const askedIn = (url: string): Asked => Object.fromEntries(new URLSearchParams(url.split('?')[1]));

/** An address with options; empty ones are left out. */
export function addressWith(path: string, asked: Asked): string {
  const given = Object.entries(asked).filter(
    (each): each is [string, string] => each[1] !== undefined && each[1] !== '',
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

export const addressOf = (path: string, { on, knownAt }: TwoDates): string =>
  addressWith(path, { on, 'known-at': knownAt });

/**
 * What the address asks for: the options of a question, or an address with the dates that were typed, or the dates that
 * are not days, with the other options.
 */
export type AskedRead =
  | { readonly given: Asked }
  | { readonly goTo: string }
  | { readonly wrong: readonly DateName[]; readonly others: Asked };

/**
 * Reads what a page is asked. `dates` are the dates that may have been typed, and `others` the page’s other options.
 * The rest of the address is ignored.
 */
export function readAsked(
  path: string,
  asked: Asked,
  dates: readonly DateName[],
  others: readonly string[],
): AskedRead {
  const rest = Object.fromEntries(others.map((name) => [name, asked[name]]));
  if (!dates.some((name) => `${DATES[name].prefix}-day` in asked))
    return { given: { ...Object.fromEntries(dates.map((name) => [name, asked[name]])), ...rest } };
  const read = dates.map((name) => [name, typedMoment(asked, name)] as const);
  const wrong = read.flatMap(([name, value]) => (value === undefined ? [name] : []));
  return wrong.length > 0
    ? { wrong, others: rest }
    : { goTo: addressWith(path, { ...Object.fromEntries(read), ...rest }) };
}

/** A request that a page cannot answer. Its fields keep what was typed, and the reason is shown above the page. */
export interface Faulty {
  /** Everything that was sent, as the fields of the form send it. */
  readonly asked: Asked;
  /** The dates with errors. */
  readonly wrong: readonly DateName[];
  /** Why it was refused, if the error is not in a date. */
  readonly why?: Html;
  /** An option that is at fault, with the words that its field shows, unless they are those of a date. */
  readonly said?: Said;
}

/** What is wrong with an option of a page. */
export interface Said {
  readonly option: string;
  readonly words: string;
}

/** The dates of an address in the form in which fields send them, with all other options. */
export const asTyped = (asked: Asked, dates: readonly DateName[]): Asked => ({
  ...asked,
  ...(Object.assign({}, ...dates.map((name) => typedFields(DATES[name].prefix, asked[name] ?? ''))) as Asked),
});

function typedFields(prefix: string, value: string): Asked {
  // A text that is not a real day is shown all the same, so that it can be corrected.
  const [, year = '', month = '', of = ''] = /^(\d{1,4})-(\d{1,2})-(\d{1,2})$/.exec(momentIn(value) ?? value) ?? [];
  const fields = { day: String(Number(of) || ''), month: String(Number(month) || ''), year };
  return {
    ...Object.fromEntries(Object.entries(fields).map(([part, text]) => [`${prefix}-${part}`, text])),
    ...(momentIn(value) !== undefined && { [momentField(prefix)]: value }),
  };
}

/** What is wrong with a typed date: it is not a day, or its year is outside the ledger’s years. */
function faultOf(name: DateName, { asked, said }: Faulty): string {
  if (said?.option === name) return said.words;
  const { prefix, what } = DATES[name];
  const [of = '', month = '', year = ''] = ['day', 'month', 'year'].map((part) => asked[`${prefix}-${part}`]);
  return typed(asked, prefix) === undefined || typed(asked, prefix) === ''
    ? `${what} ${whyNoDay(of, month, year)}`
    : `${what} must be from ${day(FIRST_DAY)} to ${day(LAST_DAY)}`;
}

interface Shown {
  readonly path: string;
  /** The page’s dates with their values. */
  readonly dates: Readonly<Partial<Record<DateName, string | undefined>>>;
  /** Everything that was asked. Options that are not dates are sent along. */
  readonly asked: Asked;
  readonly faulty?: Faulty | undefined;
  /** Whether anything of the page’s subject was known at the end of a day; left out, something always was. */
  readonly wasKnown?: (on: string) => boolean;
  /** The other fields of the form. Options without a field are sent along as hidden fields. */
  readonly more?: readonly OtherField[];
}

/** A field beside the dates, for an option by its name. */
export interface OtherField {
  readonly name: string;
  readonly field: Html;
}

/** Options that say where in a list a page begins. With other dates the list begins at the first row. */
const PLACES = new Set(['after', 'page']);

/** Hidden fields for options without a field: with another date, the history of one body stays that of the body. */
const alongside = ({ asked, dates, more = [] }: Shown): Html[] =>
  Object.entries(asked).flatMap(([name, value]) =>
    value === undefined || value === '' || name in dates || PLACES.has(name) || more.some((each) => each.name === name)
      ? []
      : [hiddenField(name, value)],
  );

function field(name: DateName, { faulty, dates, asked }: Shown): Html {
  const { prefix, title } = DATES[name];
  const sent = faulty?.asked;
  // If no instant was asked for, the field stays empty.
  const value = isKnown(name) ? asked[name] && dayOf(asked[name]) : dates[name];
  const moment = sent?.[momentField(prefix)] ?? asked[name] ?? '';
  const isMoment = momentIn(moment) !== undefined;
  const [year = '', month = '', of = ''] = (value ?? '').split('-');
  const values = sent ?? {
    [`${prefix}-day`]: String(Number(of) || ''),
    [`${prefix}-month`]: String(Number(month) || ''),
    [`${prefix}-year`]: year,
  };
  const legend = isMoment ? title.replace('at the end of', 'on') : title;
  const fields = dateInput({
    id: prefix,
    namePrefix: prefix,
    fieldset: { legend: { content: legend, classes: 'govuk-fieldset__legend--s' } },
    ...(isMoment && { hint: { content: `At ${timeOfDay(moment)}. If you change the day: at the end of that day` } }),
    values,
    ...(faulty?.wrong.includes(name) && { errorMessage: { content: faultOf(name, faulty) } }),
  });
  return html`${fields}${isMoment && hiddenField(momentField(prefix), moment)}`;
}

/** The day in London of an instant, or of a day, that was asked for. */
const dayOf = (knownAt: string): string => londonDay(knownAtInstant(knownAt)!);

/**
 * What a page answers. If the request was refused there is no answer: other figures below the error could be taken for
 * the ones that were asked for.
 */
export const answerUnless = (faulty: Faulty | undefined, answer: Content): Content =>
  faulty === undefined
    ? answer
    : html`<p class="govuk-body">No figures are shown, because what was asked has no answer. Put it right above, or ask about now.</p>`;

/** The error messages above a page. */
export const faultsAbove = (faulty: Faulty | undefined): Html | false =>
  faulty !== undefined &&
  (faulty.why ??
    errorSummary({
      title: 'There is a problem',
      errors: faulty.wrong.map((name) => ({
        content: faultOf(name, faulty),
        href: `#${DATES[name].prefix}-day`,
      })),
    }));

/**
 * The two dates of a page’s figures, in words. If facts may still be recorded before the end of the day, it adds that
 * the figures may change.
 */
export function datesInWords({
  on,
  knownAt,
  settled = true,
}: {
  readonly on?: string | undefined;
  readonly knownAt: string;
  readonly settled?: boolean | undefined;
}): string {
  const known = instantInWords(knownAt);
  const words = on === undefined ? capital(known) : `On ${day(on)}, ${known}`;
  return settled || dayEndedBy(knownAt) === undefined ? words : `${words}, which may still change`;
}

/** The instant at which a comparison begins if none is asked for: it is before every ledger. */
const BEFORE_ALL = 0;
const isBeforeAll = (knownAt: string): boolean => Date.parse(knownAt) === BEFORE_ALL;

function instantInWords(knownAt: string): string {
  if (isBeforeAll(knownAt)) return 'before anything was known';
  const ended = dayEndedBy(knownAt);
  return ended === undefined ? `as known on ${instant(knownAt)}` : `as known at the end of ${day(ended)}`;
}

/** An instant of what was known, in words. The end of a day is named by the day. */
export function knownInWords(knownAt: string): string {
  if (isBeforeAll(knownAt)) return 'Before anything was known';
  const ended = dayEndedBy(knownAt);
  return ended === undefined ? instant(knownAt) : `The end of ${day(ended)}`;
}

const link = (href: string, text: string): Html => html`<a class="govuk-link" href="${href}">${text}</a>`;

/** Links to the three usual questions, for a page that takes both dates. */
function threeLinks({ path, dates, asked, faulty, wasKnown = () => true }: Shown): Html | false {
  if (!('on' in dates && 'known-at' in dates)) return false;
  const { on = '' } = dates;
  const rest = Object.fromEntries(Object.entries(asked).filter(([name]) => !PLACES.has(name)));
  const at = (more: Asked): string => addressWith(path, { ...rest, on: undefined, 'known-at': undefined, ...more });
  if (faulty) return html`<span class="bcf-screen">${link(at({}), 'Now')}</span>`;
  const then = wasKnown(on)
    ? link(at({ on, 'known-at': on }), 'That day, as known then')
    : 'Nothing about it was known on that day';
  return html`<span class="bcf-screen"> ${beside([link(at({}), 'Now'), link(at({ on }), 'That day, as known now'), then])}</span>`;
}

/** The control: the dates, the page’s other options, and the dates in words. */
export const dateControl = (shown: Shown, words: string): Html =>
  html`<div class="bcf-dates">
    <form method="get" action="${shown.path}" novalidate>
      <div class="bcf-dates__fields">${(Object.keys(shown.dates) as DateName[]).map((name) => field(name, shown))}${(shown.more ?? []).map((each) => each.field)}${alongside(shown)}${button({ content: 'Show', classes: 'govuk-button--secondary' })}</div>
    </form>
    <p class="govuk-body">${words !== '' && !shown.faulty && `${words}.`}${threeLinks(shown)}</p>
  </div>`;
