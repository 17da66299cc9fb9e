import { sha256 } from '../ledger/catalogue.js';
import { todayOf } from '../ledger/clock.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Sight } from '../ledger/access.js';

/**
 * Answers as they were sent, for the next who asks the same. What a question that names its instant is answered depends
 * on the ledger, the day, the address, what the asker may see, and this version of the program, and on nothing else: so
 * an answer is kept under all of them, whole, and everything is dropped when an event is taken or a day begins. The tag
 * of an answer is the digest of the same, so who has the tag has the answer.
 */
export interface KeptAnswers {
  of(sight: Sight, url: string): KeptAnswer;
}

export interface KeptAnswer {
  readonly tag: string;
  /** The answer's bytes, once it has been given: a text would be put together and encoded anew each time. */
  body: Buffer | undefined;
}

const ANSWERS_MAX = 2_000;
const URL_LENGTH_MAX = 512;
/** What is longer is worked out again: kept answers take no more than some 32 MiB. */
const BODY_BYTES_MAX = 16 * 1024;

export function createKeptAnswers(ledger: Ledger, version: string): KeptAnswers {
  const kept = new Map<string, KeptAnswer>();
  let keptAt = '';
  return {
    of(sight, url) {
      const at = `${ledger.model.position()!} ${todayOf(ledger)}`;
      if (at !== keptAt) kept.clear();
      keptAt = at;
      const key = `${sight.key} ${url}`;
      const found = kept.get(key);
      if (found) return found;
      const answer: KeptAnswer = { tag: `"${sha256(`${version} ${at} ${key}`).slice(0, 32)}"`, body: undefined };
      if (url.length > URL_LENGTH_MAX) return answer;
      if (kept.size >= ANSWERS_MAX) kept.clear();
      kept.set(key, answer);
      return answer;
    },
  };
}

/** Keeps the bytes of an answer, unless it is a long one. */
export function keepBody(answer: KeptAnswer, body: Buffer): void {
  if (body.length <= BODY_BYTES_MAX) answer.body = body;
}
