/** HTML that is made from text: what stands in a template is escaped, unless it is HTML itself. */

/** A piece of a page. Only {@link html} and {@link joined} make one from text, and they escape it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: nothing where it is left out, and all of a list. */
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

/** The tag of every template: `` html`<p>${anything}</p>` ``. Values stand in text, or in an attribute within quotes. */
export const html = (strings: TemplateStringsArray, ...values: readonly Content[]): Html => {
  // Pages are made of thousands of these.
  let text = strings[0]!;
  for (let at = 0; at < values.length; at++) text += written(values[at]) + strings[at + 1]!;
  return new Html(text);
};

/** Pieces one after the other, with something between them. */
export const joined = (pieces: readonly Content[], between: Content = ''): Html =>
  new Html(pieces.map(written).join(written(between)));

/** Attributes of an element: `true` is a name alone, and what is left out, or false, is not there. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Attributes as they stand in a tag, each with a space before it. Names are the program’s own. */
export const attributes = (all: Attributes): Html =>
  joined(
    Object.entries(all).map(([name, value]) =>
      value === undefined || value === false ? '' : value === true ? html` ${name}` : html` ${name}="${value}"`,
    ),
  );

/** Names of classes, without those that are left out. */
export const classes = (...names: readonly (string | false | undefined)[]): string => names.filter(Boolean).join(' ');
