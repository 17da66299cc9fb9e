import type { z } from 'zod';
import type { FactData, FactText, LedgerEvent } from './event.js';
import { PROPOSAL_EVENTS } from './proposal.js';
import { factOf, type Kind } from './kind.js';

/**
 * The texts of facts in their versions. Decisions and answers read a text in the newest version of its fact. A text
 * that was stored in an older version also keeps its stored form. Signatures, records and word-for-word comparisons use
 * the stored form.
 */

/** What facts and the steps of proposals have in common: a stored shape that may have had others before. */
interface Form {
  readonly version: number;
  readonly stored: z.ZodType;
  readonly earlier?: readonly { lift(data: FactData): FactData }[];
  readonly texts?: readonly string[];
}

/** The form of an event of a kind of stream, or of a text in one. Throws where there is none. */
export const formOf = <State>(kind: Kind<State>, type: string): Form =>
  (PROPOSAL_EVENTS as Readonly<Record<string, Form | undefined>>)[type] ?? factOf(kind, type);

/** Data with a function applied to every whole text in it; the same object if no text changes. */
export function withTexts<State>(
  kind: Kind<State>,
  { type, data }: Pick<FactText, 'type' | 'data'>,
  change: (text: FactText) => FactText,
): FactData {
  let changed = data;
  for (const field of formOf(kind, type).texts ?? []) {
    const was = data[field] as FactText | readonly FactText[] | undefined;
    if (was === undefined) continue;
    const now = 'data' in was ? change(was) : changedIn(was, change);
    if (now !== was) changed = { ...changed, [field]: now };
  }
  return changed;
}

/** A list of texts with a function applied to each; the same list if no text changes. */
function changedIn(texts: readonly FactText[], change: (text: FactText) => FactText): readonly FactText[] {
  const now = texts.map(change);
  return now.some((each, at) => each !== texts[at]) ? now : texts;
}

/** The texts in a field of a text: one, several or none. */
export const textsIn = ({ data }: FactText, field: string): readonly FactText[] =>
  [(data[field] as FactText | readonly FactText[] | undefined) ?? []].flat();

/** A text as it is stored: by the version in which it was first recorded, with every text in it. */
export const asStored = <State>(kind: Kind<State>, text: FactText): FactText =>
  text.stored ?? {
    type: text.type,
    version: text.version,
    data: withTexts(kind, text, (each) => asStored(kind, each)),
  };

/** An event as the text that it records. */
export const textOf = <State>(kind: Kind<State>, { type, data, stored }: LedgerEvent): FactText => ({
  type,
  version: formOf(kind, type).version,
  data,
  ...(stored && { stored }),
});
