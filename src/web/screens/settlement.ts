import type { StreamKind } from '../../domain/grammar/event.js';
import { fundsOf } from '../../ledger/questions/question.js';
import { PART_WORDS } from '../../domain/grammar/half.js';
import { details, insetText } from '../components/words.js';
import { areaName, fundName } from '../format.js';
import { html, type Html } from '../html.js';
import { paragraph } from '../layout.js';
import type { Names } from '../names.js';
import type { Asking, Site } from '../site.js';
import { mayDealAt } from '../open-acts.js';

/** A settlement in two places, as each half shows it, and the links for making the other half. */

interface Half {
  readonly kind: 'fund' | 'dispute';
  readonly in: string;
  readonly proposal: string;
  readonly state: keyof typeof PART_WORDS;
  /** What the half offers; null if the reader may not see it. */
  readonly sentence: string | null;
}

export interface Settlement {
  readonly isWhole: boolean;
  readonly words: string;
  readonly others: readonly Half[];
}

const placeOf = ({ kind, in: name }: Pick<Half, 'kind' | 'in'>): string =>
  kind === 'fund' ? `the fund of ${fundName(name)}` : `the disputes of ${areaName(name)}`;

const otherHalf = (half: Half, names: Names): Html => {
  const words = half.sentence === null ? 'you may not see what it says.' : names.in(half.sentence);
  const said =
    half.sentence === null ? words : html`<a class="govuk-link" href="/proposals/${half.proposal}">${words}</a>`;
  return paragraph(html`The other half, in ${placeOf(half)}, ${PART_WORDS[half.state]}: ${said}`);
};

/** The part of a proposal’s page about the settlement that it is half of; false if it is no half. */
export const settlementPart = (settlement: Settlement | null, names: Names): Html | false =>
  settlement !== null &&
  insetText({
    content: html`<h2 class="govuk-heading-s">${settlement.isWhole ? 'A settlement in several places: all of it is signed' : 'Half of a settlement'}</h2>${settlement.others.map((each) => otherHalf(each, names))}`,
  });

/** Whether the other half can still be made: there is none, or each one has ended unsigned. */
const isAlone = (settlement: Settlement | null): boolean =>
  settlement === null || settlement.others.every(({ state }) => state !== 'open' && state !== 'agreed');

interface Of {
  readonly kind: string;
  readonly in: string;
  readonly proposal: string;
  readonly state: string;
  readonly settlement: Settlement | null;
}

/** The places in which an officer can make the other half of a proposal: other years of the area, and its disputes. */
export async function makeOtherHalf(site: Site, asking: Asking, of: Of): Promise<Html | false> {
  const [{ ledger }, { sight }] = [site, asking];
  const { kind, in: name, proposal, state, settlement } = of;
  if (kind === 'register' || (state !== 'open' && state !== 'agreed') || !isAlone(settlement)) return false;
  const area = kind === 'fund' ? ledger.model.fund(name)!.outline.opened!.area : name;
  const funds = fundsOf(ledger, area).filter((fund) => fund !== (kind === 'fund' && name) && sight.sees(fund));
  const all: readonly { readonly href: string; readonly words: string; readonly at: readonly [StreamKind, string] }[] =
    [
      ...(kind === 'fund' && ledger.model.area(area) && sight.seesCases(area)
        ? [
            {
              href: `/areas/${area}/disputes/deal`,
              at: ['dispute', area] as const,
              words: `In ${placeOf({ kind: 'dispute', in: area })}`,
            },
          ]
        : []),
      ...funds.map((fund) => ({
        href: `/funds/${fund}/deal`,
        at: ['fund', fund] as const,
        words: `In ${placeOf({ kind: 'fund', in: fund })}`,
      })),
    ];
  const places = [];
  for (const each of all) if (await mayDealAt(site, asking, ...each.at)) places.push(each);
  return (
    places.length > 0 &&
    details({
      summary: 'Is it half of a settlement? Make the other half',
      content: html`${paragraph('A settlement may be in two places: part of it here, and part in another year’s fund or in the disputes. Each half is signed separately. Until both are signed, the pages of each say that it is half of a settlement.')}<ul class="govuk-list">${places.map(({ href, words }) => html`<li><a class="govuk-link" href="${href}?p.otherHalf=${proposal}">${words}</a></li>`)}</ul>`,
    })
  );
}
