import { hiddenFields } from '../components/fields.js';
import { breadcrumbs } from '../components/ways.js';
import { small } from '../format.js';
import { html, type Content, type Html } from '../html.js';
import { page } from '../layout.js';
import { placeName } from '../screens/tasks.js';
import type { Asking, Form } from '../site.js';
import { TRAVELS, type Errand } from './form.js';
import { withDeal } from './parts.js';

/** What surrounds every page of a form: its title, the way back, and the draft, which the form carries along. */

export const isOf = (at: string, name: string): boolean =>
  name === at || name.startsWith(`${at}.`) || name.startsWith(`${at}-`);

/** The values of the form for fields that the page does not show. */
function travelling(form: Form, shown: readonly string[]): Form {
  return Object.fromEntries(
    Object.entries(form).filter(([name]) => TRAVELS.test(name) && !shown.some((at) => isOf(at, name))),
  );
}

/** A form, its officer, and what is filled in. */
export interface Around {
  readonly asking: Asking;
  readonly errand: Errand;
  readonly form: Form;
}

/** The form of each part carries the draft of its deal. */
const dealCarried = ({ deal }: Errand, { part }: Form): Form =>
  deal ? { ...withDeal({}, deal), ...(part !== undefined && { part }) } : {};

/** The hidden fields of the draft: its marks, and what was typed on other pages. */
export const draftOf = ({ asking, errand, form }: Around, shown: readonly string[], carried: Form): Html =>
  hiddenFields({
    token: asking.around.token,
    whose: asking.draftMark,
    draft: form['draft'] ?? '',
    partner: form['partner'] ?? '',
    ...(errand.counters && { revision: errand.counters.revision }),
    ...dealCarried(errand, form),
    ...carried,
    ...travelling(form, shown),
  });

/** The fund, the disputes of an area, or the register, for which the form is filled in. */
const whereIs = ({ kind, name }: Errand): string =>
  placeName(name === '' ? { kind: 'register', in: name } : { kind, in: name });

/** What the form is for, above the title of each page. */
const captionOf = ({ fact, counters }: Errand): string =>
  counters ? `Counter-offer: ${small(fact.title)}` : fact.title;

/** A page of a form, with any content. */
export function shell(
  { asking, errand }: Around,
  {
    title,
    above,
    isWrong,
    content,
  }: { readonly title: string; readonly above?: Content; readonly isWrong: boolean; readonly content: Content },
): Buffer {
  const main = html`${errand.counters?.news}${above}<span class="govuk-caption-l">${captionOf(errand)}</span><h1 class="govuk-heading-l">${title}</h1>${content}`;
  return page(asking.around, {
    title: `${isWrong ? 'Error: ' : ''}${title} – ${captionOf(errand)}, ${whereIs(errand)}`,
    section: errand.kind === 'fund' ? 'funds' : 'tasks',
    before: breadcrumbs({ items: [errand.back, { content: captionOf(errand) }] }),
    main,
  });
}

export const formPage = (
  around: Around,
  {
    shown,
    carried,
    content,
    ...more
  }: {
    readonly title: string;
    readonly above?: Content;
    readonly shown: readonly string[];
    readonly carried: Form;
    readonly content: Content;
    readonly isWrong: boolean;
  },
): Buffer =>
  shell(around, {
    ...more,
    content: html`<form method="post" action="${around.errand.address}" novalidate>
      ${draftOf(around, shown, carried)}
      ${content}
    </form>`,
  });
