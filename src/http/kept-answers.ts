import type { Instant } from '../domain/calendar.js';
import type { Sight } from '../ledger/access.js';
import { sha256 } from '../ledger/catalogue.js';
import { todayOf } from '../ledger/acts/stamp.js';
import type { Ledger } from '../ledger/ledger.js';

/**
 * Answers as they were sent, for the next who asks the same. What a question that names its instant is answered depends
 * on the ledger, the day, the address, what the asker may see, this version of the program, and whether its instant is
 * settled, and on nothing else: so an answer is kept under all of them, whole, and everything is dropped when an event is
 * taken or a day begins. The tag of an answer is the digest of the same, so who has the tag has the answer. An answer that
 * can still change is kept until its instant is past: from then on it is worked out anew, and may be settled.
 */
export interface KeptAnswers {
  /** What is kept of an answer, or what it can be kept in. */
  of(sight: Sight, url: string): KeptAnswer;
  /** Keeps an answer that was worked out, unless it is a long one, and gives it its tag. */
  keep(answer: KeptAnswer, of: Settled, body: Buffer): GivenAnswer;
}

export interface KeptAnswer {
  /** What its tag is made of, beside whether it is settled. */
  readonly of: string;
  /** Its instant, where it is not settled. */
  openUntil: Instant | undefined;
  given: GivenAnswer | undefined;
}

export interface GivenAnswer {
  readonly tag: string;
  /** Its bytes, where they are kept: a text would be put together and encoded anew each time. */
  readonly body: Buffer | undefined;
}

interface Settled {
  readonly settled: boolean;
  readonly knownAt: Instant;
}

const ANSWERS_MAX = 2_000;
const URL_LENGTH_MAX = 512;
/** What is longer is worked out again: kept answers take no more than some 32 MiB. */
const BODY_BYTES_MAX = 16 * 1024;

export function createKeptAnswers(ledger: Ledger, version: string): KeptAnswers {
  const { clock, settling } = ledger;
  const kept = new Map<string, KeptAnswer>();
  let keptAt = '';

  const mayBeSettledNow = ({ openUntil }: KeptAnswer): boolean =>
    openUntil !== undefined && (openUntil <= clock.now() || settling.isSettled(openUntil));

  return {
    of(sight, url) {
      const at = `${ledger.model.position()!} ${todayOf(ledger)}`;
      if (at !== keptAt) kept.clear();
      keptAt = at;
      const key = `${sight.key} ${url}`;
      const found = kept.get(key);
      if (found && !mayBeSettledNow(found)) return found;
      const answer: KeptAnswer = {
        of: `${version} ${at} ${key}`,
        openUntil: undefined,
        given: undefined,
      };
      if (url.length > URL_LENGTH_MAX) return answer;
      if (kept.size >= ANSWERS_MAX) kept.clear();
      kept.set(key, answer);
      return answer;
    },
    keep(answer, { settled, knownAt }, body) {
      const tag = `"${sha256(`${answer.of} ${settled}`).slice(0, 32)}"`;
      if (!settled) answer.openUntil = knownAt;
      answer.given = { tag, body: body.length <= BODY_BYTES_MAX ? body : undefined };
      return answer.given;
    },
  };
}
