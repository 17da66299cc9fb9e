import { knownAtInstant, londonDay } from '../domain/calendar.js';
import { button, dateInput, errorSummary } from './components/fields.js';
import { day, instant } from './format.js';
import { html, type Html } from './html.js';
import { typedDay } from './typed.js';

/** The two dates of every figure, in one control: they travel in the address, so that a page can be kept, mailed and printed. */

export interface TwoDates {
  readonly on?: string | undefined;
  readonly knownAt?: string | undefined;
}

type Asked = Readonly<Record<string, string | undefined>>;

/** A day that was typed in three fields, as the ledger writes it; empty where nothing was typed, undefined where it is none. */
function typed(asked: Asked, name: string): string | undefined {
  const [of = '', month = '', year = ''] = ['day', 'month', 'year'].map((part) => asked[`${name}-${part}`]?.trim());
  if (of === '' && month === '' && year === '') return '';
  return typedDay(of, month, year);
}

/** What the address asks for: the two dates, or an address with those that were typed, or the fields that hold no day. */
export type DatesRead =
  { readonly dates: TwoDates } | { readonly goTo: string } | { readonly wrong: readonly ('on' | 'known')[] };

export function readDates(path: string, asked: Asked): DatesRead {
  if (!('on-day' in asked)) return { dates: { on: asked['on'], knownAt: asked['known-at'] } };
  const [on, known] = [typed(asked, 'on'), typed(asked, 'known')];
  const wrong = [...(on === undefined ? (['on'] as const) : []), ...(known === undefined ? (['known'] as const) : [])];
  if (on === undefined || known === undefined) return { wrong };
  return { goTo: addressOf(path, { on, knownAt: known }) };
}

export function addressOf(path: string, { on, knownAt }: TwoDates): string {
  const search = new URLSearchParams({ ...(on && { on }), ...(knownAt && { 'known-at': knownAt }) }).toString();
  return search === '' ? path : `${path}?${search}`;
}

const WORDS = {
  on: { title: 'On', fault: 'The day that you ask about must be a real day, like 27 3 2017' },
  known: { title: 'As known at the end of', fault: 'The day on which it was known must be a real day, like 27 3 2017' },
} as const;

interface Shown {
  readonly path: string;
  /** The two dates that the figures were worked out at. */
  readonly on: string;
  readonly knownAt: string;
  readonly asked: TwoDates;
  readonly typed?: Asked;
  readonly wrong?: readonly ('on' | 'known')[];
}

const field = (name: 'on' | 'known', { typed: sent, wrong = [] }: Shown, shown: string): Html => {
  const [year = '', month = '', of = ''] = shown.split('-');
  const values = sent ?? {
    [`${name}-day`]: String(Number(of) || ''),
    [`${name}-month`]: String(Number(month) || ''),
    [`${name}-year`]: year,
  };
  return dateInput({
    id: name,
    namePrefix: name,
    fieldset: { legend: { content: WORDS[name].title, classes: 'govuk-fieldset__legend--s' } },
    values,
    ...(wrong.includes(name) && { errorMessage: { content: WORDS[name].fault } }),
  });
};

export const dateFaults = (wrong: readonly ('on' | 'known')[]): Html | false =>
  wrong.length > 0 &&
  errorSummary({
    title: 'There is a problem',
    errors: wrong.map((name) => ({ content: WORDS[name].fault, href: `#${name}-day` })),
  });

/** The dates in words: what the figures of a page are figures of. */
export const datesInWords = ({ on, knownAt }: { readonly on: string; readonly knownAt: string }): string =>
  `On ${day(on)}, as known on ${instant(knownAt)}`;

/** The control: the dates, and the three questions that people ask most. */
export const dateControl = (shown: Shown): Html => {
  // Where no instant was asked for, it stays left out.
  const known = shown.asked.knownAt ? londonDay(knownAtInstant(shown.asked.knownAt)!) : '';
  return html`<div class="bcf-dates">
    <form method="get" action="${shown.path}" novalidate>
      <div class="bcf-dates__fields">${field('on', shown, shown.on)}${field('known', shown, known)}${button({ content: 'Show', classes: 'govuk-button--secondary' })}</div>
    </form>
    <p class="govuk-body">${datesInWords(shown)}. <a class="govuk-link" href="${shown.path}">Now</a> | <a class="govuk-link" href="${addressOf(shown.path, { on: shown.on })}">That day, as known now</a> | <a class="govuk-link" href="${addressOf(shown.path, { on: shown.on, knownAt: shown.on })}">That day, as known then</a></p>
  </div>`;
};
