import type { ListName } from '../grammar/asked.js';
import { RULE_SETS, type Coded, type RuleSet } from '../reference/rule-sets.js';

/** Which code of a list of the year’s rules a text stands for: a code, its name, or what the year’s templates call it. */

const LISTS: Partial<Readonly<Record<ListName, (rules: RuleSet) => readonly Coded[]>>> = {
  'scheme types of the year': ({ schemeTypes }) => schemeTypes,
  'areas of spend of the year': ({ areasOfSpend }) => areasOfSpend,
  'kinds of provider of the year': ({ providers }) => providers,
};

/** A text without its blanks and capitals: templates differ in these alone. */
export const plain = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/g, '');

/** What a code is called in a list: by its name, and by each wording of the year’s templates. */
export const calledIn = ({ name, wordings = [] }: Coded): string[] => [name, ...wordings.map(({ wording }) => wording)];

/** What each plain text of a list stands for; none where it would stand for two codes. */
function readAsCodes(list: readonly Coded[]): Map<string, string | undefined> {
  const codes = new Map<string, string | undefined>();
  for (const each of list) {
    for (const text of new Set([each.code, ...calledIn(each)].map(plain))) {
      codes.set(text, codes.has(text) ? undefined : each.code);
    }
  }
  // A code stands for itself, whatever else is called so.
  for (const { code } of list) codes.set(code, code);
  return codes;
}

const known = new WeakMap<readonly Coded[], Map<string, string | undefined>>();

function codesOf(list: readonly Coded[]): Map<string, string | undefined> {
  let codes = known.get(list);
  if (!codes) known.set(list, (codes = readAsCodes(list)));
  return codes;
}

/** The code that a text stands for in a list, whatever its capitals and blanks; undefined where it stands for none. */
export const codeIn = (list: readonly Coded[], text: string): string | undefined => codesOf(list).get(plain(text));

/** The same in a list of a year’s rules, by the name of the list; the text itself where it stands for none. */
export const codeByRules = (rules: RuleSet, list: ListName, text: string): string =>
  codeIn(LISTS[list]?.(rules) ?? [], text) ?? text;

/** Of a text that no list of the year knows: the code that it stands for in the templates of other years. */
export function codeElsewhere(of: (rules: RuleSet) => readonly Coded[], text: string): string | undefined {
  for (const rules of RULE_SETS) {
    const code = codeIn(of(rules), text);
    if (code !== undefined) return code;
  }
  return undefined;
}
