/** A text in quotes, with what follows it where it is a name; or a bracket. Valid JSON is nothing else that matters here. */
const TOKENS = /"((?:[^"\\]|\\.)*)"(\s*:)?|[{}]/g;

/**
 * A name that occurs twice in one object of a JSON text; undefined if there is none. Programs differ in which of the
 * two values they take. The text must be valid JSON: other faults are not looked for.
 */
export function repeatedName(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, written = '', named] of json.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (named !== undefined) {
      // "a" and "\u0061" are one name.
      const name = written.includes('\\') ? (JSON.parse(`"${written}"`) as string) : written;
      const names = open.at(-1)!;
      if (names.has(name)) return name;
      names.add(name);
    }
  }
  return undefined;
}
