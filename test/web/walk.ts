import type { Visitor } from './site.js';

/** The pages that an officer reaches by links from their tasks, and the text of a page as its officer reads it. */

export interface Walked {
  readonly path: string;
  readonly body: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** The text of a page, with characters in place of their HTML entities. */
export const plain = (text: string): string =>
  text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, name: string) =>
    code === undefined ? (ENTITIES[name] ?? whole) : String.fromCharCode(Number(code)),
  );

/** The main part of a page, without its navigation. */
export const mainOf = (body: string): string => /<main[\s\S]*<\/main>/.exec(body)![0];

/** The text of a part of a page. */
export const readOf = (part: string): string =>
  plain(
    part
      .replace(
        /<\/(p|li|h\d|tr|div|dt|dd|caption|t[dh]|label|option|text|span|title|desc|button|a|legend|strong)>|<br>/g,
        '\n$&',
      )
      .replace(/<[^>]+>/g, ''),
  )
    .replace(/[ \t]+/g, ' ')
    .replace(/\s*\n\s*/g, '\n')
    .trim();

export interface Link {
  readonly href: string;
  readonly text: string;
}

export const linksOf = (part: string): Link[] =>
  [...part.matchAll(/<a [^>]*href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/g)].map(([, href, text]) => ({
    href: plain(href!),
    text: readOf(text!),
  }));

/** The kind of a page: its address without the name of its subject, and the names of its options. */
function kindOf(path: string): string {
  const [address, asked = ''] = path.split('?') as [string, string?];
  const kind = address
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '{id}')
    .replace(/\/history\/\d+/, '/history/{n}')
    .replace(/^(\/(?:funds|areas)\/)[^/]+/, '$1{of}')
    .replace(/\/partners\/[^/]+/, '/partners/{partner}')
    .replace(/\/(returns|rule-sets|settlements)\/[^/]+/, '/$1/{one}');
  return `${kind}?${[...new URLSearchParams(asked).keys()].sort().join('&')}`;
}

/** How many pages are read from one address, because the service limits the pages per minute. */
const PAGES_OF_A_MACHINE = 200;

/** Visits some pages of every kind to which links lead. Files to download are not pages. */
export async function walk(machine: () => Promise<Visitor>, from: readonly string[], most: number): Promise<Walked[]> {
  const walked: Walked[] = [];
  const seen = new Set(from);
  const counted = new Map<string, number>();
  const waiting = [...from];
  let visitor = await machine();
  let read = 0;
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (++read % PAGES_OF_A_MACHINE === 0) visitor = await machine();
    const { statusCode, body, headers } = await visitor.get(path);
    if (statusCode !== 200 || !String(headers['content-type']).startsWith('text/html')) continue;
    walked.push({ path, body });
    for (const { href } of linksOf(body)) {
      const [next] = href.split('#') as [string];
      const kind = kindOf(next);
      if (!next.startsWith('/') || /format=csv|^\/(assets|docs|sign-)/.test(next) || seen.has(next)) continue;
      const count = counted.get(kind) ?? 0;
      if (count >= most) continue;
      counted.set(kind, count + 1);
      seen.add(next);
      waiting.push(next);
    }
  }
  return walked;
}
