/** Makes HTML from text. A value in a template is escaped, unless it is HTML itself. */

/** A piece of a page. Only {@link html} and {@link joined} make one from text, and they escape it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template may hold. A list stands for all its values; false, null and undefined stand for nothing. */
export type Content = Html | string | number | false | null | undefined | readonly Content[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const ESCAPED = /[&<>"']/g;

const written = (content: Content): string => {
  if (content instanceof Html) return content.text;
  if (content === false || content === null || content === undefined) return '';
  if (typeof content === 'object') {
    let text = '';
    for (const each of content) text += written(each);
    return text;
  }
  return String(content).replace(ESCAPED, (character) => ESCAPES[character]!);
};

/**
 * The tag of every template: `` html`<p>${anything}</p>` ``. Values may stand in text, or in an attribute within
 * quotes.
 */
export const html = (strings: TemplateStringsArray, ...values: readonly Content[]): Html => {
  // A loop and one text, because a page is made of thousands of pieces.
  let text = strings[0]!;
  for (let at = 0; at < values.length; at++) text += written(values[at]) + strings[at + 1]!;
  return new Html(text);
};

/** Pieces one after the other, with `between` in between. */
export const joined = (pieces: readonly Content[], between: Content = ''): Html =>
  new Html(pieces.map(written).join(written(between)));

/** The words of a piece, without its elements. */
export const withoutElements = (content: Content): Html =>
  new Html(
    written(content)
      .replace(/<[^>]*>/g, '')
      .trim(),
  );

/** Attributes of an element: `true` gives a name alone; undefined and false are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Attributes as they stand in a tag, each after a space. Their names come from the program and are not escaped. */
export function attributes(all: Attributes): Html {
  // Every cell of every table has some.
  let text = '';
  for (const name in all) {
    const value = all[name];
    if (value === undefined || value === false) continue;
    text += value === true ? ` ${name}` : ` ${name}="${written(value)}"`;
  }
  return new Html(text);
}

/** Joins the names of classes; undefined and false are left out. */
export function classes(...names: readonly (string | false | undefined)[]): string {
  let text = '';
  for (const name of names) if (name) text += text === '' ? name : ` ${name}`;
  return text;
}
