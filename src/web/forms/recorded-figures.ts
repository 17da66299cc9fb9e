import { dayInWords } from '../../domain/calendar.js';
import { factOf } from '../../domain/grammar/kind.js';
import { KINDS } from '../../ledger/catalogue.js';
import { askedOf, questionNamed, type Answer } from '../asking.js';
import { html, type Html } from '../html.js';
import { paragraph } from '../layout.js';
import { placeOf } from '../screens/places.js';
import { isLonger, partOfAnswer, showingFor } from '../screens/question.js';
import type { Text } from '../screens/terms.js';
import type { Asking, Site } from '../site.js';
import type { Errand } from './form.js';

/** The figures that facts of a fund would record, as the officer may see them. Facts that record no figures have none. */
export async function figuresRecorded(
  site: Site,
  asking: Asking,
  { kind, name: fund }: Pick<Errand, 'kind' | 'name'>,
  facts: readonly Text[],
): Promise<Html[]> {
  const parts: Html[] = [];
  for (const { type, data } of facts) {
    const of = factOf(KINDS[kind], type).recordsAnswer?.(data);
    if (!of) continue;
    const given = { fund };
    const answer = await askedOf<Answer>(site.ledger, asking.sight, of.question, { fund, on: of.on });
    const showing = await showingFor(site, asking, of.question, answer, given);
    const question = questionNamed(of.question);
    const more = html`<a class="govuk-link" href="${placeOf(of.question, given, { on: of.on })}">All of them</a>`;
    parts.push(
      html`<h2 class="govuk-heading-m">What it records, on ${dayInWords(of.on)}</h2>${partOfAnswer(question, answer, showing)}${isLonger(question, answer, showing) && paragraph(more)}`,
    );
  }
  return parts;
}
