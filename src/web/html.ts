/** Makes HTML from text. A value in a template is escaped, unless it is HTML itself. */

/**
 * A piece of a page. Only {@link html} and {@link joined} make one from text, and they escape it. A page has tens of
 * thousands of pieces, so a piece only keeps what it is made of, and the whole page is put together once.
 */
export class Html {
  readonly #strings: readonly string[];
  readonly #values: readonly Content[];

  /** @param strings HTML, with a value after each but the last */
  constructor(strings: readonly string[], values: readonly Content[] = []) {
    this.#strings = strings;
    this.#values = values;
  }

  get text(): string {
    return this.bytes().toString();
  }

  /** In UTF-8. Parts are encoded some at a time: one text of a whole page would only be copied. */
  bytes(): Buffer {
    const encoded: Buffer[] = [];
    const parts: string[] = [];
    const encode = (): void => {
      encoded.push(Buffer.from(parts.join('')));
      parts.length = 0;
    };
    this.write(parts, encode);
    encode();
    return Buffer.concat(encoded);
  }

  /** Adds its parts to a list. `encode` takes them off the list. */
  write(parts: string[], encode: () => void): void {
    const strings = this.#strings;
    const values = this.#values;
    parts.push(strings[0]!);
    for (let at = 0; at < values.length; at++) {
      write(values[at], parts, encode);
      parts.push(strings[at + 1]!);
    }
    if (parts.length >= PARTS_AT_ONCE) encode();
  }
}

const PARTS_AT_ONCE = 500;

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
const IS_ESCAPED = /[&<>"']/;

const escaped = (text: string): string =>
  // Few texts have a sign to escape.
  IS_ESCAPED.test(text) ? text.replace(ESCAPED, (character) => ESCAPES[character]!) : text;

function write(content: Content, parts: string[], encode: () => void): void {
  if (typeof content === 'string') parts.push(escaped(content));
  else if (content instanceof Html) content.write(parts, encode);
  else if (typeof content === 'number') parts.push(String(content));
  else if (content) for (const each of content) write(each, parts, encode);
}

/**
 * The tag of every template: `` html`<p>${anything}</p>` ``. Values may stand in text, or in an attribute within
 * quotes.
 */
export const html = (strings: TemplateStringsArray, ...values: readonly Content[]): Html => new Html(strings, values);

/** Pieces one after the other, with `between` in between. */
export const joined = (pieces: readonly Content[], between: Content = ''): Html => {
  const [first, ...rest] = pieces;
  return html`${first}${rest.map((each) => html`${between}${each}`)}`;
};

/** Pieces in one line, with a bar after each but the last. A line that wraps ends with a bar, and none begins with one. */
export const beside = (pieces: readonly Content[]): Html => joined(pieces, '\u00a0| ');

/** The same piece with its parts joined, for one that stands in thousands of places. */
export const joinedUp = (piece: Html): Html => new Html([piece.text]);

/** The words of a piece, without its elements. */
export const withoutElements = (content: Content): Html =>
  new Html([html`${content}`.text.replace(/<[^>]*>/g, '').trim()]);

/** Attributes of an element: `true` gives a name alone; undefined and false are left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Attributes as they stand in a tag, each after a space. Their names come from the program and are not escaped. */
export function attributes(all: Attributes): Html {
  // Every cell of every table has some.
  let text = '';
  for (const name in all) {
    const value = all[name];
    if (value === undefined || value === false) continue;
    text += value === true ? ` ${name}` : ` ${name}="${typeof value === 'string' ? escaped(value) : value}"`;
  }
  return new Html([text]);
}

/** Joins the names of classes; undefined and false are left out. */
export function classes(...names: readonly (string | false | undefined)[]): string {
  let text = '';
  for (const name of names) if (name) text += text === '' ? name : ` ${name}`;
  return text;
}
