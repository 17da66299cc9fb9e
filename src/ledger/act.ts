import { refuse, type Refusal } from '../domain/rules.js';
import type { FactData, SentFact } from '../domain/grammar/event.js';
import { noSuchHalf } from '../domain/grammar/half.js';
import { factOf } from '../domain/grammar/kind.js';
import { isExpired, textsOf, type Offered } from '../domain/grammar/proposal.js';
import { OPERATOR, seesArea, seesFund, type Sight } from './access.js';
import { KINDS, placed, sha256 } from './catalogue.js';
import type { Ledger } from './ledger.js';
import { scopedKey } from './memory/key-table.js';
import { todayOf } from './acts/stamp.js';
import type { Done, Submission } from './acts/submission.js';

/**
 * The door for acts. HTTP, the terminal, pages and files act here and nowhere else: it first checks whether acts can be
 * recorded, and whether the officer may see what the act is about; then the key, the revision that was read, the
 * mandate and the rules, or a dry run of them.
 *
 * Resolves to the act as it is recorded, or to the first rule that refuses it; a refused act leaves nothing behind.
 */
export async function act(ledger: Ledger, sight: Sight, submission: Submission): Promise<Done | Refusal> {
  return refusedAtTheDoor(ledger, sight, submission) ?? submitted(ledger, submission);
}

/** Why an act would be refused now, by the same door; undefined where it would not be. Nothing is recorded. */
export async function wouldRefuse(ledger: Ledger, sight: Sight, submission: Submission): Promise<Refusal | undefined> {
  return refusedAtTheDoor(ledger, sight, submission) ?? ledger.wouldRefuse(submission);
}

const refusedAtTheDoor = (ledger: Ledger, sight: Sight, submission: Submission): Refusal | undefined =>
  ledger.unsound()?.refusal ?? mayAct(ledger, sight, submission) ?? hasRoom(ledger, sight, submission);

const isOffer = ({ command }: Submission): boolean => command.act === 'propose' || command.act === 'counter';

/** How many proposals of each officer are being submitted, so that proposals sent at the same time count together. */
const underWay = new WeakMap<Ledger, Map<string, number>>();

async function submitted(ledger: Ledger, submission: Submission): Promise<Done | Refusal> {
  if (!isOffer(submission)) return ledger.submit(submission);
  const { officer } = submission;
  const counts = underWay.get(ledger) ?? new Map<string, number>();
  underWay.set(ledger, counts);
  const add = (more: number): void => {
    const count = (counts.get(officer) ?? 0) + more;
    if (count === 0) counts.delete(officer);
    else counts.set(officer, count);
  };
  add(1);
  try {
    return await ledger.submit(submission);
  } finally {
    add(-1);
  }
}

/**
 * Refuses to name as the other half of a settlement a proposal that the officer may not see, as if it did not exist.
 */
function halfHidden({ model }: Ledger, sight: Sight, id: string | undefined): Refusal | undefined {
  const stream = id === undefined ? undefined : model.madeIn(id);
  return stream === undefined || sight.seesEvents(stream) ? undefined : noSuchHalf(id!);
}

/** Refuses an act on a fund, or on the disputes of an area, that the officer may not see. */
function mayAct(ledger: Ledger, sight: Sight, { kind, stream, command }: Submission): Refusal | undefined {
  const { name } = placed(stream);
  const hidden = command.act === 'propose' && halfHidden(ledger, sight, command.otherHalf);
  if (hidden) return hidden;
  if (kind === 'fund') return seesFund(ledger, name, sight);
  if (kind !== 'dispute') return undefined;
  const byKeeper = command.act === 'post' && factOf(KINDS[kind], command.fact.type).byKeeper === true;
  return seesArea(ledger, name, sight, byKeeper ? 'totals' : 'cases');
}

/** How much one officer may have on the table at once, in all funds together. */
export const OPEN_PROPOSALS_MAX = 250;
export const OPEN_PROPOSALS_TEXT_MAX = 512 * 1024;

/** The lengths of the texts on the table, in characters. Each is computed once, not at each attempt. */
const lengths = new WeakMap<FactData, number>();

function lengthOf(data: FactData): number {
  const length = lengths.get(data) ?? JSON.stringify(data).length;
  lengths.set(data, length);
  return length;
}

const lengthOfAll = (offered: Offered<SentFact>): number =>
  textsOf(offered).reduce((sum, { data }) => sum + lengthOf(data), 0);

/** Where an officer’s act was first recorded under a key; undefined if none was. */
export const recordedUnder = (
  { model }: Ledger,
  { officer, key, stream }: Pick<Submission, 'officer' | 'key' | 'stream'>,
): { readonly stream: string; readonly revision: number } | undefined =>
  model.acted(scopedKey(officer, sha256(key)), stream);

/** Refuses another proposal of an officer who already has too many, or too long ones, on the table. */
function hasRoom(ledger: Ledger, sight: Sight, submission: Submission): Refusal | undefined {
  const { model } = ledger;
  const { command, officer } = submission;
  if ((command.act !== 'propose' && command.act !== 'counter') || sight === OPERATOR) return undefined;
  const today = todayOf(ledger);
  const own = model
    .openProposals()
    .filter(({ proposal }) => proposal.officer === officer && !isExpired(proposal, today));
  const length = own.reduce((sum, { proposal }) => sum + lengthOfAll(proposal), lengthOfAll(command));
  const many = own.length + (underWay.get(ledger)?.get(officer) ?? 0);
  const isFull = many >= OPEN_PROPOSALS_MAX || length > OPEN_PROPOSALS_TEXT_MAX;
  // A proposal already recorded under the same key gets its first answer.
  if (!isFull || recordedUnder(ledger, submission)) return undefined;
  return refuse(
    'too_many_proposals',
    `${officer} has ${many} proposals on the table; with this one they would have ${length} characters of text.`,
  );
}
