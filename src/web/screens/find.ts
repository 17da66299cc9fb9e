import { refuse } from '../../domain/rules.js';
import { askedOf } from '../asking.js';
import { button, input } from '../components/fields.js';
import { taskList } from '../components/lists.js';
import { areaName, fundName, instant } from '../format.js';
import { html, type Html } from '../html.js';
import { heading, page, paragraph } from '../layout.js';
import { namesFor, type Names } from '../names.js';
import { Refused } from '../refused.js';
import type { Asking, Site } from '../site.js';
import { caseName } from './answer-words.js';
import { filled, placeOf } from './places.js';
import { askedIn } from '../dates.js';

/** The page that finds a name, a reference or a sum, and a case by its identifier alone, as a letter gives it. */

interface Found {
  readonly kind: 'area' | 'fund' | 'body' | 'proposal' | 'case' | 'fact';
  readonly name: string;
  readonly area: string | null;
  readonly fund: string | null;
  readonly revision: string | null;
  readonly recordedAt: string | null;
}

interface Answer {
  readonly text: string;
  readonly found: readonly Found[];
  readonly looked: number;
  readonly whole: boolean;
}

/** The address of a found thing’s page. */
function placeOfFound({ kind, name, area, fund, revision }: Found): string {
  if (kind === 'area') return filled('/areas/{area}', { area: name });
  if (kind === 'fund') return filled('/funds/{fund}', { fund: name });
  if (kind === 'body') return placeOf('partners');
  if (kind === 'proposal') return filled('/proposals/{name}', { name });
  if (kind === 'case') return placeOf('dispute-case', { area: area!, case: name });
  if (fund !== null) return placeOf('event', { fund, revision: revision! });
  return area === null
    ? placeOf('register-event', { revision: revision! })
    : placeOf('dispute-event', { area, revision: revision! });
}

function titleOfFound({ kind, name }: Found, names: Names): string {
  if (kind === 'area') return areaName(name);
  if (kind === 'fund') return fundName(name);
  if (kind === 'proposal') return 'A proposal';
  return kind === 'case' ? caseName(name) : kind === 'fact' ? names.in(name) : name;
}

const whereIs = ({ fund, area }: Found): string =>
  fund !== null ? fundName(fund) : area !== null ? `Disputes of ${areaName(area)}` : 'The register';

const KINDS: Readonly<Record<Found['kind'], string>> = {
  area: 'Area',
  fund: 'Fund',
  body: 'Body',
  proposal: 'Proposal',
  case: 'Case',
  fact: 'Fact',
};

const foundList = ({ found }: Answer, names: Names): Html =>
  taskList({
    idPrefix: 'found',
    items: found.map((each) => ({
      title: { content: titleOfFound(each, names) },
      href: placeOfFound(each),
      ...(each.kind === 'fact' && { hint: `${whereIs(each)}, recorded on ${instant(each.recordedAt!)}` }),
      status: { content: KINDS[each.kind] },
    })),
  });

export function registerFind(site: Site): void {
  site.get('/find', async ({ sight, around }, request, reply) => {
    const text = (askedIn(request.url)['text'] ?? '').slice(0, TEXT_MAX);
    const answer = await askedOf<Answer>(site.ledger, sight, 'find', { text });
    const names = await namesFor(site.ledger, sight, site.people);
    const isAsked = text.trim() !== '';
    const title = isAsked ? `Find: ${text}` : 'Find';
    const main = html`${heading('Find')}
      <form method="get" action="/find" novalidate class="bcf-screen">
        ${input({
          name: 'text',
          label: { content: 'A name, a reference or a sum', classes: 'govuk-label--s' },
          hint: { content: 'For example Norwich, a bank reference, or 1,600,000' },
          value: text,
          classes: 'govuk-!-width-two-thirds',
        })}${button({ content: 'Find' })}
      </form>
      ${isAsked && (answer.found.length === 0 ? paragraph('Nothing was found among what you may see.') : foundList(answer, names))}
      ${isAsked && !answer.whole && paragraph(`The newest ${answer.looked.toLocaleString('en-GB')} facts were looked through, and there are more. The history of a fund shows them all.`)}`;
    return reply.send(page(around, { title, section: 'find', main }));
  });

  site.get('/cases/:case', async (asking, request, reply) => {
    const { case: name } = request.params as { case: string };
    return site.redirect(reply, placeOf('dispute-case', { area: await areaOfCase(site, asking, name), case: name }));
  });
}

const TEXT_MAX = 100;

/**
 * The area of the disputes that hold a case. Officers who may not see the case get the same answer as if it did not
 * exist.
 */
async function areaOfCase(site: Site, { sight }: Asking, name: string): Promise<string> {
  const { found } = await askedOf<Answer>(site.ledger, sight, 'find', { text: name.slice(0, TEXT_MAX) });
  const area = found.find(({ kind }) => kind === 'case')?.area;
  if (!area) throw new Refused(refuse('name_unknown', 'No register of disputes that you may see holds this case.'));
  return area;
}
