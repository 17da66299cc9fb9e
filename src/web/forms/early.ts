import type { Day } from '../../domain/calendar.js';
import type { FactData } from '../../domain/grammar/event.js';
import { Refusal, RULES } from '../../domain/rules.js';
import { namesFor } from '../names.js';
import { refusedInWords } from '../refused.js';
import type { Asking, Form, Site } from '../site.js';
import type { Looked } from './choosing.js';
import { lookedUp, suggestedIn, triedOnce, type Errand } from './form.js';
import { nameIn, readFields, reading, type Fault } from './reading.js';
import { shapeOf, type Fields } from './shapes.js';
import type { Step } from './steps.js';
import { supposed, type Supposing } from './supposed.js';

/**
 * Asks the rules about the answers so far, before the later pages of a form are filled in. The answers are tried together with
 * several sets of supposed answers to the other questions, on days far apart. If all are refused, no later answer is likely
 * to change that, and the officer is told; they can go on all the same. The reason is shown at the field of this page without
 * whose answer it would be another, or none.
 */

type Values = Readonly<Record<string, unknown>>;

interface Question {
  readonly site: Site;
  readonly asking: Asking;
  readonly errand: Errand;
  readonly form: Form;
  readonly looked: Looked;
  /** The fields of later pages. */
  readonly later: Fields;
  /** What the answers so far suggest of them. */
  readonly suggested: Values;
  readonly days: readonly [Day, Day, Day];
}

/**
 * Whether a reason can be met on a page that is filled in later, or only on request: what the remedy of its rule says, such
 * as that the act is an adjustment of a closed period.
 */
const isMetLater = ({ rule }: Refusal): boolean => rule === 'fields_invalid' || RULES[rule].remedy.includes('{as-');

/** What the rules say of some answers with a set of supposed ones; undefined if they would not refuse them. */
async function refusalOf(
  { site, asking, errand, form, looked, later, days, suggested }: Question,
  given: Values,
  set: Supposing,
): Promise<Refusal | undefined> {
  // What is suggested is one answer that somebody could give. In other sets it would hide that another day is accepted.
  const data = supposed(later, set === 0 ? { ...suggested, ...given } : given, { set, looked, days });
  if (!data) return undefined;
  const whole = { data: data as FactData, form, papers: { evidence: [] }, looked };
  const { found } = await triedOnce(site, asking, errand, { type: errand.fact.name, data: whole.data }, whole);
  return found instanceof Refusal ? found : undefined;
}

const isSame = (one: Refusal, other: Refusal | undefined): boolean =>
  one.rule === other?.rule && one.detail === other.detail;

/**
 * What the rules refuse of the answers on a page with all sets of supposed answers; none if they refuse nothing yet. A part
 * of a deal may rest on another part, and is tried with the deal.
 */
export async function refusedEarly(
  site: Site,
  asking: Asking,
  errand: Errand,
  { steps, at, form }: { readonly steps: readonly Step[]; readonly at: number; readonly form: Form },
  days: readonly [Day, Day, Day],
): Promise<readonly Fault[]> {
  if (errand.deal) return [];
  const own = steps.filter(({ prefix }) => prefix === 'f');
  const looked = await lookedUp(site, asking, errand, own, form);
  const answered = steps.slice(0, at + 1).filter(({ prefix }) => prefix === 'f');
  const read = reading(form, looked);
  const given: Values = Object.assign({}, ...answered.map(({ fields }) => readFields(fields, read))) as Values;
  // An earlier page with an error is shown again before anything is sent.
  if (read.faults.length > 0 || read.unfolds) return [];
  const asked = new Set(answered.flatMap(({ fields }) => Object.keys(fields)));
  const shape = errand.fact.input.shape as Fields;
  const later = Object.fromEntries(Object.entries(shape).filter(([name]) => !asked.has(name)));
  const suggested = Object.fromEntries(
    Object.entries(suggestedIn(errand, form)).filter(([name, value]) => name in later && value !== undefined),
  );
  const question = { site, asking, errand, form, looked, later, days, suggested };
  const refusal = await refusalOf(question, given, 0);
  if (!refusal || isMetLater(refusal)) return [];
  // Another rule may be first to refuse the same answers on an earlier day.
  const [onLaterDay, onEarlierDay] = [await refusalOf(question, given, 1), await refusalOf(question, given, 2)];
  if (!isSame(refusal, onLaterDay) || !onEarlierDay) return [];
  const { fields } = steps[at]!;
  const names = await namesFor(site.ledger, asking.sight, site.people);
  const items = refusal.each.filter(({ at: [list] }) => list in fields);
  if (items.length > 0)
    return items.map(({ at: [list, item], refusal: { detail } }) => ({
      at: firstOf(shape, list, item),
      words: names.in(detail),
    }));
  const found = await fieldOf(question, given, fields, refusal);
  return found === undefined ? [] : [{ at: nameIn(found), words: refusedInWords(refusal, names) }];
}

/** The first field of an item of a list, where its error is shown. */
function firstOf(shape: Fields, list: string, item: number): string {
  const at = `${nameIn(list)}.${item}`;
  const of = shapeOf(shape[list]!);
  const row = shapeOf((of as Extract<typeof of, { kind: 'list' }>).element) as Extract<typeof of, { kind: 'object' }>;
  return `${at}.${Object.keys(row.fields)[0]!}`;
}

/** The field of a page whose answer a refusal depends on: rather one with which nothing at all would be refused. */
async function fieldOf(question: Question, given: Values, fields: Fields, refusal: Refusal) {
  let found: string | undefined;
  for (const [name, field] of Object.entries(fields)) {
    if (given[name] === undefined) continue;
    for (const set of [0, 1] as const) {
      const other = supposed({ [name]: field }, {}, { ...question, set })?.[name];
      if (other === undefined || JSON.stringify(other) === JSON.stringify(given[name])) continue;
      const now = await refusalOf(question, { ...given, [name]: other }, 0);
      if (!now) return name;
      if (!isSame(refusal, now)) found ??= name;
    }
  }
  return found;
}
