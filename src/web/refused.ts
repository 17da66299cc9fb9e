import { Refusal } from '../domain/rules.js';
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
};

/**
 * A refusal as an officer reads it: the words of the rule, what to do, and in small print its code. `request` is the
 * identifier under which the service has logged a failure; undefined if nothing failed.
 */
export const refusedPage = (title: string, { rule, detail }: Refusal, request?: string): Html =>
  html`${errorSummary({
    title: 'There is a problem',
    description: html`${detail}`,
    errors: [],
  })}${heading(title)}${paragraph(remedyOf(rule, WAYS))}${paragraph(html`<a class="govuk-link" href="/">Go to your tasks</a>`)}<p class="govuk-body-s">Rule: ${rule}${request !== undefined && `. The request’s identifier: ${request}`}</p>`;

/** The same above the page on which the officer was working, which stays as it was. */
export const refusedAbove = ({ rule, detail }: Refusal, names: { in(sentence: string): string }): Html =>
  errorSummary({
    title: 'There is a problem',
    description: html`${names.in(detail)} ${remedyOf(rule, WAYS)} <span class="govuk-body-s">(Rule: ${rule})</span>`,
    errors: [],
  });
