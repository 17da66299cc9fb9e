import { rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { createRandom } from '../../bench/random.js';
import { toolsHere } from './calls.js';
import { clocks, CLOCKS } from './clocks.js';
import { damage, DAMAGE, TAKEN_BACK_KIND, takenBack, WHOLE_KIND, wholeTakenBack } from './damage.js';
import { FAILING, failingWrites } from './failing-writes.js';
import { dismissJudge } from './judging.js';
import { kills, KILLS } from './kills.js';
import { power, POWER } from './power.js';
import { makeRoom, type Case, type Room, type Tools } from './room.js';
import { Hung } from './service.js';
import { Tally } from './tally.js';
import { TWO, twoProcesses } from './two-processes.js';

/** Everything that can be tried, each in a file of its own. A case is one try, with a seed of its own. */
export const KINDS: Readonly<Record<string, (tried: Case) => Promise<void>>> = {
  [KILLS]: kills,
  [POWER]: power,
  [FAILING]: failingWrites,
  [DAMAGE]: damage,
  [TAKEN_BACK_KIND]: takenBack,
  [WHOLE_KIND]: wholeTakenBack,
  [CLOCKS]: clocks,
  [TWO]: twoProcesses,
};

const WORDS_MAX = 600;

export interface Campaign {
  readonly seed: number;
  readonly kinds?: readonly string[] | undefined;
  /** Kinds in addition to {@link KINDS}, by name. */
  readonly others?: typeof KINDS;
  /** Whether to try another round of one case for each kind, after so many rounds. */
  goesOn(rounds: number): boolean;
  say(words: string): void;
}

/**
 * Tries a case of each kind in turn. The same seed makes the same choices, and a case can be repeated by its own seed
 * alone.
 */
export async function campaign({ seed, kinds = Object.keys(KINDS), others, goesOn, say }: Campaign): Promise<Tally> {
  const tally = new Tally();
  const all = { ...KINDS, ...others };
  const tools = toolsHere();
  say(`Seed ${seed}. Node ${process.version}, ${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}).`);
  const room = await makeRoom();
  try {
    for (let round = 0; goesOn(round); round++) {
      for (const kind of kinds) await tryOne(kind, all[kind]!, { room, seed: seed + round, tools, tally, say });
    }
  } finally {
    dismissJudge();
    rmSync(room.folder, { recursive: true, force: true });
  }
  return tally;
}

interface Turn {
  readonly room: Room;
  readonly seed: number;
  readonly tools: Tools;
  readonly tally: Tally;
  say(words: string): void;
}

async function tryOne(
  kind: string,
  one: (tried: Case) => Promise<void>,
  { room, seed, tools, tally, say }: Turn,
): Promise<void> {
  const note: Case['note'] = (outcome, words = '') => {
    if (tally.note(kind, seed, outcome, words)) say(`${kind}, seed ${seed}: ${outcome}. ${words.slice(0, WORDS_MAX)}`);
  };
  try {
    await one({ room, random: createRandom(seed), seed, tools, tally, note });
  } catch (error) {
    if (!(error instanceof Hung))
      throw new Error(`${kind}, seed ${seed}: ${(error as Error).message}`, { cause: error });
    note('hung', error.message);
  }
}
