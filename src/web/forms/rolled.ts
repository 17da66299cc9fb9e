import { RULES, type RuleCode } from '../../domain/rules.js';
import { isDone, type OpenNextYearText } from '../../ledger/acts/open-next-year.js';
import type { Carried } from '../carried.js';
import { table } from '../components/lists.js';
import { notificationBanner, warningText } from '../components/words.js';
import { counted, fundName, instant } from '../format.js';
import { html, type Content, type Html } from '../html.js';
import { subheading } from '../layout.js';
import type { Names } from '../names.js';
import { scrolling } from '../screens/parts.js';

/**
 * The receipt of the button that rolls a fund forward: how many steps were done and how many were not, always, and
 * each step as far as the address of a page has room.
 */

/** How long a receipt is shown: after that the page says nothing of what the button did. */
export const RECEIPT_MS = 15 * 60_000;

/** What the officer asks for: rises by name, and what is left out. */
export interface Choices {
  readonly uplift?: string;
  readonly without?: string;
}

type Tried = OpenNextYearText['done'][number];

/** What was not done for one kind of reason. */
interface NotDone {
  /** The rule that refused it; null if its proposal was made before and has ended. */
  readonly rule: string | null;
  readonly count: number;
  readonly told: readonly Pick<Tried, 'act' | 'sentences' | 'why'>[];
}

export interface Receipt {
  /** When the button was pressed, in milliseconds since 1970. */
  readonly at: number;
  readonly done: { readonly count: number; readonly told: readonly Pick<Tried, 'act' | 'sentences'>[] };
  readonly notDone: readonly NotDone[];
  readonly warnings: { readonly count: number; readonly told: readonly string[] };
}

/** A receipt, with whose it is and what they asked for. */
export interface Sealed extends Receipt {
  readonly officer: string;
  readonly fund: string;
  /** What the officer has left out, or changed, of what is still to do. Undefined if an address does not hold it. */
  readonly choices?: Choices;
}

/** So many steps of each kind are told, if an address does not hold more. */
const TOLD = [Infinity, 20, 5, 1, 0];

/** Steps in groups of one key each, in the order in which the keys come first. */
function grouped<Of, Key>(steps: readonly Of[], keyOf: (step: Of) => Key): (readonly [key: Key, of: readonly Of[]])[] {
  const groups = new Map<Key, Of[]>();
  for (const step of steps) {
    const group = groups.get(keyOf(step)) ?? [];
    groups.set(keyOf(step), group);
    group.push(step);
  }
  return [...groups];
}

/** The steps in an order in which each reason comes once before any comes again. */
function reasonsFirst(steps: readonly Tried[]): readonly Tried[] {
  const firsts = new Set(grouped(steps, ({ why }) => why).map(([, [first]]) => first));
  return [...steps.filter((step) => firsts.has(step)), ...steps.filter((step) => !firsts.has(step))];
}

/** What is told of the steps that were tried: all of them counted, and at most `most` of each kind in words. */
function toldOf(tried: readonly Tried[], most: number): Omit<Receipt, 'at'> {
  const done = tried.filter(isDone);
  const warnings = [...new Set(tried.flatMap((step) => step.warnings))];
  const notDone = tried.filter((step) => !isDone(step));
  return {
    done: { count: done.length, told: done.slice(0, most).map(({ act, sentences }) => ({ act, sentences })) },
    notDone: grouped(notDone, ({ rule }) => rule).map(([rule, steps]) => ({
      rule,
      count: steps.length,
      told: reasonsFirst(steps)
        .slice(0, most)
        .map(({ act, sentences, why }) => ({ act, sentences, why })),
    })),
    warnings: { count: warnings.length, told: warnings.slice(0, most) },
  };
}

/** The receipt as a text for an address. What the officer left out matters more than each step in words. */
export function carriedBy(
  { carry }: Carried,
  { choices, ...of }: Omit<Sealed, keyof Receipt> & Pick<Receipt, 'at'>,
  tried: readonly Tried[],
): string | undefined {
  for (const kept of [{ ...of, choices }, of]) {
    for (const most of TOLD) {
      const text = carry({ ...kept, ...toldOf(tried, most) } satisfies Sealed);
      if (text !== undefined) return text;
    }
  }
  return undefined;
}

/** Sentences that are proposed together as one deal, in a list. */
const sentencesOf = (sentences: readonly string[], names: Names): Content =>
  sentences.length === 1
    ? names.in(sentences[0]!)
    : html`<ol class="govuk-list govuk-list--number govuk-!-margin-bottom-0">${sentences.map((each) => html`<li>${names.in(each)}</li>`)}</ol>`;

const ACTS = { record: 'Record', propose: 'Propose' } as const;

/**
 * A step that is not done: what it would do to the fund `next`. Sentences of facts may say that something happened, so
 * a fund that would be opened is named, and a fact that would be recorded stands as what is to be recorded.
 */
export function stepOf({ act, sentences }: Pick<Tried, 'act' | 'sentences'>, next: string, names: Names): Html {
  if (act === 'open') return html`<strong>Open the fund ${fundName(next)}</strong>`;
  const what = sentences.length === 1 ? 'this' : `these ${sentences.length} together`;
  return html`<strong>${ACTS[act]} ${what}:</strong><br>${sentencesOf(sentences, names)}`;
}

const DONE = { open: 'Opened', record: 'Recorded', propose: 'Proposed' } as const;

const steps = (count: number): string => counted(count, 'step');

/** How many steps were done and how many were not, with what was done. */
export function receiptBanner({ at, done, notDone }: Receipt, names: Names): Html {
  const refused = notDone.reduce((sum, { count }) => sum + count, 0);
  const when = instant(new Date(at).toISOString());
  if (done.count + refused === 0)
    return notificationBanner({
      text: `${when}: nothing was left to do when your turn came. You or others had done it already.`,
    });
  const counts = [
    `Done: ${done.count === 0 ? 'nothing' : steps(done.count)}.`,
    ...(refused > 0 ? [`Not done: ${steps(refused)}. The reasons stand below.`] : []),
  ];
  const more = done.count - done.told.length;
  return notificationBanner({
    ...(done.count > 0 && { type: 'success' }),
    content: html`<p class="govuk-notification-banner__heading">${counts.join(' ')}</p>${
      done.count > 0 &&
      html`<ul class="govuk-list govuk-list--bullet">${done.told.map(
        ({ act, sentences }) =>
          html`<li>${DONE[act]}: ${sentences.length === 1 ? names.in(sentences[0]!) : `${sentences.length} together, as a deal`}</li>`,
      )}${more > 0 && html`<li>${more} more, which the page shows below</li>`}</ul>`
    }<p class="govuk-body">${when}.</p>`,
  });
}

/** The rows of what was not done for one kind of reason: the same reason is said once. */
function rowsOf({ rule, count, told }: NotDone, next: string, names: Names) {
  const more = count - told.length;
  const kind =
    rule === null ? 'It was proposed before, and that proposal has ended.' : `${RULES[rule as RuleCode].title}.`;
  return [
    ...grouped(told, ({ why }) => why).map(([why, same]) => [
      { content: html`${same.map((step) => html`<div>${stepOf(step, next, names)}</div>`)}` },
      { content: names.in(why!) },
    ]),
    ...(more > 0
      ? [
          [
            { content: told.length === 0 ? steps(more) : `${more} more` },
            { content: told.length === 0 ? kind : `For the same kind of reason: ${kind}` },
          ],
        ]
      : []),
  ];
}

/** What was not done, with the reasons, the warnings, and what the receipt does not keep. */
export function notDonePart({ notDone, warnings, choices }: Sealed, next: string, names: Names): Html {
  const more = warnings.count - warnings.told.length;
  return html`${warnings.told.map((each) => warningText({ content: names.in(each) }))}${
    more > 0 && warningText({ content: `${counted(more, 'more warning')} came with it. The fund’s pages show them.` })
  }${
    choices === undefined &&
    warningText({
      content:
        'What you typed and left out is too long to be kept here. Leave it out again before you press the button again.',
    })
  }${
    notDone.length > 0 &&
    html`${subheading('What you could not do')}${scrolling(
      'What you could not do',
      table({
        caption: 'What you could not do',
        captionClasses: 'govuk-visually-hidden',
        firstCellIsHeader: true,
        head: [{ content: 'Not done' }, { content: 'Why' }],
        rows: notDone.flatMap((each) => rowsOf(each, next, names)),
      }),
    )}`
  }`;
}

/** Where a form that was sent leads. */
export interface Led {
  /** The address of its receipt. */
  readonly to: string;
  /** Whether it has done any step. */
  readonly hasDone: boolean;
}

/** A form that was sent. */
interface Sent {
  readonly led: Promise<Led>;
  /** When it was done, in milliseconds since 1970; undefined while it is under way. */
  doneAt: number | undefined;
}

/**
 * Remembers the forms that were sent to this service, as long as their receipts are shown. A form that is sent twice,
 * as by a double click, is done once and leads to one receipt.
 */
export function createSent(now: () => number) {
  const sent = new Map<string, Sent>();
  const get = (key: string): Sent | undefined => {
    for (const [each, { doneAt }] of sent) if (doneAt !== undefined && now() - doneAt > RECEIPT_MS) sent.delete(each);
    return sent.get(key);
  };
  return {
    get,
    /** The same, if it is done already. */
    done: (key: string): Sent | undefined => (get(key)?.doneAt === undefined ? undefined : get(key)),
    /** Does what a form asks for, and remembers where it leads. What fails is forgotten. */
    begin(key: string, act: () => Promise<Led>): Promise<Led> {
      const led = act();
      const own: Sent = { led, doneAt: undefined };
      sent.set(key, own);
      led.then(
        () => (own.doneAt = now()),
        () => sent.delete(key),
      );
      return led;
    },
  };
}

export type SentForms = ReturnType<typeof createSent>;
