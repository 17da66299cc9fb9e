import { z } from 'zod';
import { readAs } from '../../domain/faults.js';
import type { FactData, SentFact, StreamKind } from '../../domain/grammar/event.js';
import { isDealFact } from '../../domain/grammar/deal.js';
import { fact, type Fact } from '../../domain/grammar/fact.js';
import { OtherHalf } from '../../domain/grammar/half.js';
import { Adjustment, DEAL_FACTS_MAX, ProposalTerms } from '../../domain/grammar/proposal.js';
import { refuse, type Refusal } from '../../domain/rules.js';
import { Evidence } from '../../domain/values.js';
import { LoadFile } from '../../ledger/acts/load.js';
import { KINDS, sentenceOf, streamOf } from '../../ledger/catalogue.js';
import { button, textarea } from '../components/fields.js';
import { details } from '../components/words.js';
import { html, type Html } from '../html.js';
import type { Names } from '../names.js';
import type { Form } from '../site.js';
import { filled } from './filling.js';

/**
 * The draft of a deal: the facts gathered for it. The form carries it, like everything that is typed. It is read again
 * at each request, and facts that the place does not take are dropped.
 */
export interface DealDraft {
  readonly parts: readonly SentFact[];
  /** The proposal that the deal counters, as the officer has read it. */
  readonly counters?: { readonly proposal: string; readonly revision: string } | undefined;
}

/** The form of a whole deal. It asks only for the deal’s documents. */
export const DEAL: Fact<unknown> = fact({
  name: 'Deal',
  title: 'Make a deal',
  group: 'corrections',
  about: 'Several facts that are signed together, all or none.',
  input: z.strictObject({}),
  signature: 'other-side',
  roles: [],
  effective: 'any-day',
  reversible: false,
  sides: () => ({ acts: [], signs: [] }),
  sentence: () => 'A deal.',
});

const Sent = z.object({
  parts: z.array(z.object({ type: z.string(), data: z.looseObject({}) })),
  counters: z.object({ proposal: z.uuid(), revision: z.string().regex(/^\d{1,15}$/) }).optional(),
});

/** The draft in a form; undefined if the form carries none. */
export function dealIn(kind: StreamKind, form: Form): DealDraft | undefined {
  const text = form['deal'];
  if (text === undefined) return undefined;
  const sent = Sent.safeParse(jsonOf(text));
  if (!sent.success) return { parts: [] };
  const parts = sent.data.parts.flatMap(({ type, data }): SentFact[] => {
    const declared = KINDS[kind].facts.find((each) => each.name === type && isDealFact(KINDS[kind], each));
    const read = declared && readAs(declared.input, data);
    return read && 'value' in read ? [{ type, data: read.value as FactData }] : [];
  });
  return { parts, counters: sent.data.counters };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A form that carries a draft. */
export const withDeal = (form: Form, draft: DealDraft): Form => ({ ...form, deal: JSON.stringify(draft) });

/** The parts with a fact put in the place of another, or at the end. */
export function placedAt(parts: readonly SentFact[], part: number | undefined, one: SentFact): SentFact[] {
  const at = part !== undefined && part < parts.length ? part : parts.length;
  return [...parts.slice(0, at), one, ...parts.slice(at + 1)];
}

/**
 * Why these parts cannot be sent; undefined if they can. The draft keeps too many parts, so that its officer can take
 * some out.
 */
export const partsRefused = (parts: readonly SentFact[]): Refusal | undefined => {
  if (parts.length === 0) return refuse('fields_invalid', 'The deal has no parts yet.');
  if (parts.length <= DEAL_FACTS_MAX) return undefined;
  return refuse('deal_too_large', `The deal has ${parts.length} parts; ${DEAL_FACTS_MAX} are the most.`);
};

/** The number of the part that a form is about; undefined for a new part. */
export const partOf = (form: Form): number | undefined =>
  /^\d{1,2}$/.test(form['part'] ?? '') ? Number(form['part']) : undefined;

/**
 * A part in words. If its data are not enough for its sentence, the title of the fact, because the decision adds what
 * is missing.
 */
export function partInWords(kind: StreamKind, { type, data }: SentFact, names: Names): string {
  const { title } = KINDS[kind].byName.get(type)!;
  try {
    const said = sentenceOf({ stream: streamOf(kind, 'x'), type, data } as never);
    return said.includes('undefined') ? title : names.in(said);
  } catch {
    return title;
  }
}

/** A draft that was kept as a file of acts, with its terms as fields of a form. */
export interface Opened {
  readonly parts: readonly SentFact[];
  readonly terms: Form;
}

/**
 * The place at which a file is opened: the form of a deal of a fund or an area, or of a deal that counters a proposal.
 */
interface Opening {
  readonly kind: StreamKind;
  readonly name: string;
  readonly deal?: DealDraft | undefined;
}

/** Reads a file that holds the draft of a deal of a place, or says why it does not. */
export function openedFile({ kind, name, deal }: Opening, text: string): Opened | Refusal {
  const none = (why: string): Refusal =>
    refuse('fields_invalid', `The file holds no deal that can be opened here: ${why}`);
  const read = readAs(LoadFile, jsonOf(text.replace(/^\ufeff/, '')));
  if ('faults' in read) return none('it is not a file of acts, or only a part of it was pasted.');
  const [step, ...others] = read.value.steps;
  const offered = step?.propose ?? step?.with;
  if (!step || others.length > 0 || !offered) return none('it must have one step, which proposes the deal.');
  const here = kind === 'fund' ? name : streamOf(kind, name);
  if (step.in !== here) return none(`it is of ${step.in}, and this is ${here}.`);
  if (step.counter !== undefined && step.counter !== deal?.counters?.proposal)
    return none('it is a counter-offer. Open the proposal that it counters, choose Counter, and open the file there.');
  const texts = [offered].flat();
  const parts = dealIn(kind, { deal: JSON.stringify({ parts: texts }) })!.parts;
  const wrong = texts.findIndex(({ type }, at) => parts[at]?.type !== type);
  if (wrong >= 0) return none(`part ${wrong + 1} has a fault in its form.`);
  const { partner = '', conditions, expires, otherHalf, adjustment, evidence } = step;
  return {
    parts,
    terms: {
      partner,
      ...(evidence !== undefined && filled(Evidence, 'p.evidence', evidence)),
      ...(adjustment !== undefined && filled(Adjustment, 'p.adjustment', adjustment)),
      ...(conditions !== undefined && filled(ProposalTerms.conditions, 'p.conditions', conditions)),
      ...(expires !== undefined && filled(ProposalTerms.expires, 'p.expires', expires)),
      ...(otherHalf !== undefined && filled(OtherHalf, 'p.otherHalf', otherHalf)),
    },
  };
}

const openFile = html`${details({
  summary: 'Open a draft that you or somebody else has saved',
  content: html`${textarea({ name: 'file', label: { content: 'The text of the file' }, hint: { content: 'Open the file, select all of it, copy it, and paste it here.' } })}${button({ content: 'Open the draft', name: 'go', value: 'part-open', classes: 'govuk-button--secondary' })}`,
})}`;

const small = (content: string, value: string, about: string): Html =>
  html`<button class="bcf-link-button govuk-link" type="submit" name="go" value="${value}">${content}<span class="govuk-visually-hidden"> ${about}</span></button>`;

/** The parts of a deal in their order, with buttons for each, and the ways to add a part and to save the draft. */
export const partsList = (kind: StreamKind, { parts }: DealDraft, names: Names): Html =>
  html`<h2 class="govuk-heading-m">Its parts</h2>
    ${
      parts.length === 0
        ? html`<p class="govuk-body">It has no parts yet.</p>`
        : html`<dl class="govuk-summary-list">${parts.map(
            (part, at) =>
              html`<div class="govuk-summary-list__row">
                <dt class="govuk-summary-list__key">Part ${at + 1}</dt>
                <dd class="govuk-summary-list__value">${partInWords(kind, part, names)}</dd>
                <dd class="govuk-summary-list__actions"><ul class="govuk-summary-list__actions-list">
                  <li class="govuk-summary-list__actions-list-item">${small('Change', `part-edit ${at}`, `part ${at + 1}`)}</li>
                  ${at > 0 && html`<li class="govuk-summary-list__actions-list-item">${small('Move up', `part-up ${at}`, `part ${at + 1}`)}</li>`}
                  <li class="govuk-summary-list__actions-list-item">${small('Remove', `part-drop ${at}`, `part ${at + 1}`)}</li>
                </ul></dd>
              </div>`,
          )}</dl>`
    }
    <div class="bcf-buttons">${parts.length < DEAL_FACTS_MAX && button({ content: parts.length === 0 ? 'Add the first part' : 'Add a part', name: 'go', value: 'part-more', classes: 'govuk-button--secondary' })}${parts.length > 0 && button({ content: 'Save the draft as a file', name: 'go', value: 'part-file', classes: 'govuk-button--secondary' })}</div>${parts.length === 0 && openFile}`;
