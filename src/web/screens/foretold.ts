import { minus, moneyText, signedPence } from '../../domain/money.js';
import { sha256 } from '../../ledger/catalogue.js';
import type { Foretold } from '../../ledger/acts/what-if.js';
import { table } from '../components/lists.js';
import { insetText } from '../components/words.js';
import { day, offeredByNobody, sum } from '../format.js';
import { html, type Html } from '../html.js';
import { paragraph } from '../layout.js';
import { scrolling, verdictTag } from './parts.js';

/** What an act on a fund would change: each figure now and after it. */

/** A mark of the figures that an officer has seen before signing. Other figures give another mark. */
export const markOf = (whatIf: Foretold | undefined): string =>
  whatIf === undefined
    ? 'none'
    : sha256(
        JSON.stringify([whatIf.gap, whatIf.tests.map(({ before, after }) => [before.verdict, after.verdict])]),
      ).slice(0, 32);

const MOVED = [
  ['funded', 'Funded'],
  ['soft', 'Offered, not signed'],
  ['hard', 'Nobody offers'],
  ['recurrentGap', 'Gap without one-offs'],
] as const;

/** What a counter-offer would change, beside what the offer that it counters would change. */
function besideTheOffer({ gap, on }: Foretold, offer: Foretold): Html {
  const head = ['Now', 'If the offer is signed', 'If yours is signed', 'Difference'];
  const title = 'If your counter-offer is signed, beside the offer';
  return scrolling(
    title,
    table({
      caption: `${title}: the fund on ${day(on)}, £. The difference is yours less the offer`,
      head: [{ content: 'Figure' }, ...head.map((content) => ({ content, format: 'numeric' }))],
      firstCellIsHeader: true,
      rows: MOVED.map(([figure, name]) => {
        const [offered, own] = [offer.gap.after[figure], gap.after[figure]];
        const sums = [gap.before[figure], offered, own, moneyText(minus(signedPence(own), signedPence(offered)))];
        const title = figure === 'hard' ? 'Nobody offers (with a minus: more than is required)' : name;
        return [{ content: title }, ...sums.map((each) => ({ content: sum(each), format: 'numeric' }))];
      }),
    }),
  );
}

/**
 * The table of changes. Its title, such as “If signed”, names the act. For a counter-offer, what the countered offer would
 * change stands beside it.
 */
export function foretoldPart(what: Foretold, title: string, offer?: Foretold): Html {
  const { gap, tests, on, acts } = what;
  const [tried] = acts;
  if (tried!.refusal) return insetText({ content: `It cannot be signed as it stands: ${tried!.refusal.detail}` });
  const changed = tests.filter(({ before, after }) => before.verdict !== after.verdict);
  const figures =
    offer && !offer.acts[0]!.refusal
      ? besideTheOffer(what, offer)
      : scrolling(
          title,
          table({
            caption: `${title}: the fund on ${day(on)}, £`,
            head: [
              { content: 'Figure' },
              ...['Now', 'After', 'Change'].map((content) => ({ content, format: 'numeric' })),
            ],
            firstCellIsHeader: true,
            rows: MOVED.map(([figure, name]) => {
              const sums = [gap.before[figure], gap.after[figure], gap.change[figure]] as const;
              const row = figure === 'hard' ? offeredByNobody(...sums) : { title: name, sums };
              return [{ content: row.title }, ...row.sums.map((each) => ({ content: sum(each), format: 'numeric' }))];
            }),
          }),
        );
  return html`${figures}${
    changed.length === 0
      ? paragraph('No minimum test changes.')
      : html`<ul class="govuk-list govuk-list--bullet">${changed.map(
          ({ title, before, after }) =>
            html`<li>${title}: ${verdictTag(before.verdict)} now, ${verdictTag(after.verdict)} after</li>`,
        )}</ul>`
  }`;
}
