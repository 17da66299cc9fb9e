import { Refusal, RULES, type RuleCode } from '../domain/rules.js';
import type { Rule } from '../domain/grammar/rule.js';
import { remedyOf, type Ways } from '../ledger/remedies.js';
import { errorSummary } from './components/fields.js';
import { html, type Html } from './html.js';
import { heading, paragraph } from './layout.js';

/** Thrown inside a request, and answered with a page that says which rule refuses, why, and what to do. */
export class Refused extends Error {
  readonly refusal: Refusal;
  /** The option of a question that cannot be read, and what is wrong with it. */
  readonly fault: { readonly option: string; readonly words: string } | undefined;

  constructor(refusal: Refusal, fault?: Refused['fault']) {
    super(refusal.detail);
    this.name = 'Refused';
    this.refusal = refusal;
    this.fault = fault;
  }
}

/** Returns an answer. Throws {@link Refused} if it is a refusal. */
export function answered<T>(found: T | Refusal): T {
  if (found instanceof Refusal) throw new Refused(found);
  return found;
}

/** How remedies name things on pages, where API addresses mean nothing. */
const WAYS: Ways = {
  question: (name) => `the page of ${name.replaceAll('-', ' ')}`,
  acts: {
    post: 'the form',
    propose: 'a proposal',
    load: 'whoever runs the service',
    'send-again': 'Press the same button again',
    'as-partner': 'Say below who you act for',
    'as-adjustment': 'as an adjustment of a closed period: give its reason under “Documents and conditions”',
    'as-one-more': 'and say so under “One more of the same”',
    'left-open': 'say that the case stays open',
    'leave-known-out': 'leave the day on which it was known empty',
  },
  words: { 'the detail': 'the text above', 'known-at': 'the day on which it was known' },
};

/** What a refusal is called, what was refused and what to do, as a page says it. */
interface Said {
  readonly title: string;
  readonly why?: string;
  readonly remedy: string;
}

/** Refusals of a request itself: their rules speak to programs, and a browser’s reader is told this instead. */
const OF_A_BROWSER: Partial<Record<RuleCode, Said>> = {
  method_not_allowed: {
    title: 'Nothing can be sent to this page',
    why: 'This page only shows something. What you sent to it is not recorded.',
    remedy: 'Open the page again, and use its own buttons.',
  },
  request_malformed: {
    title: 'What your browser sent cannot be read',
    why: 'It is not written as browsers write it. Nothing of it is recorded.',
    remedy: 'Open the page again. If this comes again, tell whoever runs the service.',
  },
  request_too_slow: {
    title: 'What you sent did not arrive in time',
    why: 'Your connection was too slow, or was cut off. Nothing of it is recorded.',
    remedy: 'Go back and send it again.',
  },
  address_too_long: {
    title: 'The address is too long',
    why: 'No page of this service has so long an address.',
    remedy: 'If you copied the address, check where it ends. If you filled in a form, enter less in it.',
  },
  headers_too_large: {
    title: 'Your browser sent too much beside the address',
    why: 'It keeps more cookies for this address than the service reads.',
    remedy: 'Remove the cookies that your browser keeps for this address, then sign in again.',
  },
  body_too_large: {
    title: 'What you sent is too large',
    why: 'It is more than this page takes at once. Nothing of it is recorded.',
    remedy: 'Go back and send less: a shorter text, a shorter table, or a smaller file.',
  },
  body_not_supported: {
    title: 'What you sent cannot be read here',
    why: 'This page takes its own forms only. What you sent is not recorded.',
    remedy: 'Open the page again, and use its own buttons.',
  },
  body_not_json: {
    title: 'What you sent cannot be read here',
    why: 'This page takes its own forms only. What you sent is not recorded.',
    remedy: 'Open the page again, and use its own buttons.',
  },
  body_compressed: {
    title: 'What you sent cannot be read here',
    why: 'It arrived compressed, and forms are sent as they are. Nothing of it is recorded.',
    remedy: 'Open the page again, and use its own buttons.',
  },
  // The limit may be of pages, of files, or of attempts to sign in: the refusal says which, and how long to wait.
  too_many_requests: {
    title: 'You have reached a limit',
    remedy: 'Wait that long. Then open the page again, or go back and send again what you sent.',
  },
};

/** A refusal as a whole page says it. */
const saidOf = ({ rule, detail }: Refusal): Required<Said> => {
  const own = OF_A_BROWSER[rule];
  const { title }: Rule = RULES[rule];
  return { title, remedy: remedyOf(rule, WAYS), ...own, why: own?.why ?? detail };
};

/** How names of bodies, sources and facts in the ledger’s words are shown. */
interface Telling {
  in(sentence: string): string;
}

const AS_IT_IS: Telling = { in: (sentence) => sentence };

/**
 * A refusal as an officer reads it: the words of the rule, what to do, and in small print its code. `request` is the
 * identifier under which the service has logged a failure; undefined if nothing failed.
 */
export function refusedPage(
  refusal: Refusal,
  request?: string,
  names: Telling = AS_IT_IS,
): { readonly title: string; readonly main: Html } {
  const { title, why, remedy } = saidOf(refusal);
  const main = html`${errorSummary({
    title: 'There is a problem',
    description: html`${names.in(why)}`,
    errors: [],
  })}${heading(title)}${paragraph(names.in(remedy))}${paragraph(html`<a class="govuk-link" href="/">Go to your tasks</a>`)}<p class="govuk-body-s">Rule: ${refusal.rule}${request !== undefined && `. The request’s identifier: ${request}`}</p>`;
  return { title: `Error: ${title}`, main };
}

/** What was refused, and what to do. */
export const refusedInWords = ({ rule, detail }: Refusal, names: Telling): string =>
  `${names.in(detail)} ${names.in(remedyOf(rule, WAYS))}`;

/** So many refused items of one list are told one by one. */
const ITEMS_TOLD = 50;

/** The rule’s name stands on a line of its own, for whoever asks the service or a program about it. */
const ruleLine = ({ rule }: Refusal): Html => html`<span class="bcf-rule"> Rule: ${rule}</span>`;

/**
 * The same above the page on which the officer was working, which stays as it was. Of a list, item by item: each leads to the
 * content of the page.
 */
export const refusedAbove = (refusal: Refusal, names: Telling): Html =>
  errorSummary(
    refusal.each.length > 1
      ? {
          title: 'There is a problem',
          description: html`${refusal.each.length} items are refused; at most ${ITEMS_TOLD} of them are told here. ${names.in(remedyOf(refusal.rule, WAYS))}${ruleLine(refusal)}`,
          errors: refusal.each
            .slice(0, ITEMS_TOLD)
            .map((each) => ({ content: names.in(each.refusal.detail), href: '#main' })),
        }
      : {
          title: 'There is a problem',
          description: html`${refusedInWords(refusal, names)}${ruleLine(refusal)}`,
          errors: [],
        },
  );
