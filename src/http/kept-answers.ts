import type { Instant } from '../domain/calendar.js';
import type { Sight } from '../ledger/access.js';
import { sha256 } from '../ledger/catalogue.js';
import { todayOf } from '../ledger/acts/stamp.js';
import type { Ledger } from '../ledger/ledger.js';

/**
 * Keeps answers as they were sent, for the next asker of the same question. If a question names its instant, its answer
 * depends on the ledger, the day, the address, the asker’s sight, this version of the program, and whether the instant
 * is settled. The whole answer is kept under all of these. Everything is dropped when an event is taken or a day
 * begins.
 *
 * The tag of an answer is a digest of the same things, so a client with the tag has the answer. An answer that can
 * still change is kept until its instant is past. Then it is worked out again, and may be settled.
 */
export interface KeptAnswers {
  /** The kept answer, or the place where one can be kept. */
  of(sight: Sight, url: string): KeptAnswer;
  /** Keeps an answer that was worked out and gives it its tag. The bytes of a long answer are not kept. */
  keep(answer: KeptAnswer, of: Settled, body: Buffer): GivenAnswer;
}

export interface KeptAnswer {
  /** What its tag is made of, except whether it is settled. */
  readonly of: string;
  /** The answer’s instant, if it is not settled. */
  openUntil: Instant | undefined;
  given: GivenAnswer | undefined;
}

export interface GivenAnswer {
  readonly tag: string;
  /** Its bytes, if they are kept. A text would have to be joined and encoded again each time. */
  readonly body: Buffer | undefined;
}

interface Settled {
  readonly settled: boolean;
  readonly knownAt: Instant;
}

const ANSWERS_MAX = 2_000;
const URL_LENGTH_MAX = 512;
/** A longer answer is worked out again, so that kept answers take about 32 MiB at most. */
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
