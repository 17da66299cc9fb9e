import { RULES, type RuleCode } from '../domain/rules.js';
import { QUERIES } from './questions/all.js';

/**
 * What a rule says to do, for whoever is told. Rules name questions and acts in braces, `{funds}` or `{post}`, and each
 * face says where they are: over HTTP by their addresses, on a terminal by their commands.
 */
export interface Ways {
  question(name: string): string;
  readonly acts: Readonly<Record<Way, string>>;
  /** What else rules mention that is called differently, or is nowhere, for whoever is told. */
  readonly words?: Readonly<Record<string, string>>;
}

/** How something is done: where an act is sent, and how it says what only some acts say. */
type Way =
  | 'post'
  | 'propose'
  | 'load'
  | 'send-again'
  | 'as-partner'
  | 'as-adjustment'
  | 'as-one-more'
  | 'left-open'
  | 'leave-known-out';

/** The address of a question, from where it differs between funds and areas: `/v1/funds`, `…/proposals`. */
function addressOf(name: string): string {
  const { path } = QUERIES.find((each) => each.name === name)!;
  return `GET ${path.includes('}/') ? path.replace(/^.*\}/, '…') : `/v1${path}`}`;
}

/** What an act says in JSON, however it is sent. */
const IN_JSON = {
  'as-partner': 'Name the partner in the field "partner"',
  'as-adjustment': 'with "adjustment": {"reason": …}',
  'as-one-more': 'with "again": true and a reason',
  'left-open': 'send "closes": false',
  'leave-known-out': 'leave known-at out',
};

export const ADDRESSES: Ways = {
  question: addressOf,
  acts: {
    post: 'POST …/facts',
    propose: 'POST …/proposals',
    load: 'bcf-ledger load',
    'send-again': 'Send the same request again with the same Idempotency-Key',
    ...IN_JSON,
  },
};

export const COMMANDS: Ways = {
  question: (name) => `bcf-ledger ${name}`,
  acts: {
    post: '"post" in a file of acts',
    propose: '"propose" in a file of acts',
    load: 'bcf-ledger load',
    'send-again': 'Load the same file again',
    ...IN_JSON,
  },
  // A terminal shows the detail first, and names the rule after it.
  words: { 'the detail': 'the words before the rule' },
};

const filled = (text: string, { question, acts, words = {} }: Ways): string =>
  Object.entries(words).reduce(
    (said, [word, own]) => said.replaceAll(word, own),
    text.replace(/\{([a-z-]+)\}/g, (_, name: string) =>
      name in acts ? acts[name as keyof typeof acts] : question(name),
    ),
  );

/** What to do about a refusal, in the words of a face. */
export const remedyOf = (rule: RuleCode, ways: Ways): string => filled(RULES[rule].remedy, ways);

/** Why there is the rule, in the words of a face. */
export const whyOf = (rule: RuleCode, ways: Ways): string => filled(RULES[rule].why, ways);
