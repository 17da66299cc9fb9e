import { isDeepStrictEqual } from 'node:util';
import type { SentFact } from '../../domain/grammar/event.js';
import { KINDS } from '../../ledger/catalogue.js';
import { askedOf } from '../asking.js';
import { day } from '../format.js';
import { html, type Html } from '../html.js';
import { paragraph, subheading } from '../layout.js';
import type { Names } from '../names.js';
import { changesTable, type Text } from '../screens/terms.js';
import type { Asking, Site } from '../site.js';
import type { Errand } from './form.js';
import { partInWords } from './parts.js';

/** How a counter-offer differs from the offer that it counters. */

/** The offer that a form counters. */
export interface Offer {
  readonly proposal: string;
  readonly facts: readonly (Text & { readonly data: SentFact['data'] })[];
  readonly conditions: string | null;
  readonly expires: string | null;
}

/** The offer that a form counters; undefined if it counters none. */
export async function offerCountered(site: Site, { sight }: Asking, errand: Errand): Promise<Offer | undefined> {
  const countered = errand.counters ?? errand.deal?.counters;
  return countered && askedOf<Offer>(site.ledger, sight, 'find-proposal', { proposal: countered.proposal });
}

interface Terms {
  readonly conditions?: string | undefined;
  readonly expires?: string | undefined;
}

const listOf = (title: string, parts: readonly string[]): Html | false =>
  parts.length > 0 &&
  html`<p class="govuk-body">${title}</p><ul class="govuk-list govuk-list--bullet">${parts.map((each) => html`<li>${each}</li>`)}</ul>`;

/** What a counter-offer changes of the offer: field by field, or for a deal part by part. */
export function differences(
  { kind }: Errand,
  offer: Offer,
  facts: readonly SentFact[],
  { conditions, expires }: Terms,
  names: Names,
): Html {
  const terms = [
    { title: 'Conditions', was: offer.conditions ?? 'None', now: conditions ?? 'None' },
    {
      title: 'Last day to sign',
      was: offer.expires === null ? 'None' : day(offer.expires),
      now: expires === undefined ? 'None' : day(expires),
    },
  ];
  const isSame = (one: Text, other: Text): boolean =>
    one.type === other.type && isDeepStrictEqual(one.data, other.data);
  const added = facts.filter((each) => !offer.facts.some((other) => isSame(each, other)));
  const gone = offer.facts.filter((each) => !facts.some((other) => isSame(each, other)));
  const isSameTerms = terms.every(({ was, now }) => was === now);
  const [was, now] = [offer.facts[0]!, facts[0]!];
  const isAlone = offer.facts.length === 1 && facts.length === 1;
  const changes =
    added.length + gone.length === 0 && isSameTerms
      ? paragraph('Nothing: your answers are those of the offer.')
      : isAlone
        ? changesTable(KINDS[kind], was, now, names, terms)
        : html`${listOf(
            'Not in your counter-offer:',
            gone.map((each) => partInWords(kind, each, names)),
          )}${listOf(
            'In your counter-offer, and not in the offer:',
            added.map((each) => partInWords(kind, each, names)),
          )}${listOf(
            'Other terms:',
            terms.flatMap((each) => (each.was === each.now ? [] : [`${each.title}: ${each.was}, now ${each.now}`])),
          )}`;
  return html`${subheading('What you change of the offer')}${changes}`;
}
