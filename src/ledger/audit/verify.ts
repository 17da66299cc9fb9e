import { hexOf } from '../../../evidence/tree.js';
import type { Entry } from '../../../projections/entry.js';
import type { LedgerEvent } from '../../domain/grammar/event.js';
import { holdsProposal, initialStream, type StreamState } from '../../domain/grammar/kind.js';
import { isProposalEvent, textsOf } from '../../domain/grammar/proposal.js';
import { passOver } from '../../domain/grammar/evolve.js';
import type { RegisterState } from '../../domain/register/state.js';
import type { EventStore, EventPosition, LedgerDamaged, RecordedEvent } from '../../store/event-store.js';
import { asItLies } from '../../store/pages.js';
import { canonical, decode, kindOf, KINDS, REGISTER_STREAM } from '../catalogue.js';
import { createStanding, judgedAsStored } from '../memory/standing.js';
import { isOneActWith, type Agreed, type Before, type Check, type Checking } from './checks/check.js';
import { DECISIONS } from './checks/decisions.js';
import { AS_BUILT, BALANCE, figures, type Verified } from './checks/figures.js';
import { MANDATES } from './checks/mandates.js';
import { OPENING } from './checks/opening.js';
import { REQUESTS } from './checks/requests.js';
import { SEQUENCE } from './checks/sequence.js';
import { SIGNATURES } from './checks/signatures.js';
import { halfSettled } from './half-settled.js';
import { asFarAsReadable } from './readable.js';
import { createTreeCheck } from './tree-check.js';

/**
 * Checks a whole ledger from its stored bytes, without asking the service that wrote it. Each finding names the event.
 * It only reads, so it can be run on a copy.
 */
const checksOf = (verified: Verified) =>
  [
    {
      name: 'loss',
      promise: 'Everything that was noted beside a file is in it: no act that was acknowledged is gone.',
    },
    {
      name: 'structure',
      promise: 'The store finds nothing wrong with its own structure: of a file, its pages, tables and indexes.',
    },
    { name: 'decodes', promise: 'Every event can be read, and its bytes are canonical.' },
    SEQUENCE,
    OPENING,
    MANDATES,
    SIGNATURES,
    REQUESTS,
    DECISIONS,
    BALANCE,
    {
      name: 'tree',
      promise:
        'Every leaf and every subtree that a file keeps is the hash of the bytes of its events; none is missing, and none is of events that are gone.',
    },
    figures(verified),
  ] as const satisfies readonly Check[];

/** Every check: its name, and what is so of a ledger that is well. */
export const CHECKS: readonly Pick<Check, 'name' | 'promise'>[] = checksOf(AS_BUILT);

export type CheckName = ReturnType<typeof checksOf>[number]['name'];

interface Problem {
  readonly check: CheckName;
  readonly where: string;
  readonly words: string;
}

interface Verification {
  /** How many events there are, and the root of their tree (evidence/tree.ts) in hexadecimal, from their bytes. */
  readonly size: number;
  readonly root: string;
  readonly streams: number;
  /** How many of the events are void. */
  readonly voids: number;
  /** The settlements of which only one half is signed, each in a sentence: nothing is wrong with them. */
  readonly halfSettled: readonly string[];
  /** The first findings of each check. */
  readonly problems: readonly Problem[];
  /** How many findings there are of each check that found something. */
  readonly found: Readonly<Partial<Record<CheckName, number>>>;
}

/** Findings of one check beyond this many are counted but not kept: the first ones say what is wrong. */
const PROBLEMS_MAX = 100;

/**
 * Runs every check over every event, in ledger order. `onEvents` is told how many are done. Rejects where the store cannot
 * be read at all; what is damaged in it is a finding.
 */
export async function verify(
  given: EventStore,
  onEvents?: (done: number) => void,
  verified: Verified = AS_BUILT,
): Promise<Verification> {
  const store = asItLies(given);
  const findings = createFindings();
  const standing = createStanding();
  const before = createBefore(store);
  const checking: Checking[] = checksOf(verified).flatMap((check: Check) =>
    check.begin ? [check.begin(before, (where, words) => findings.add(check.name as CheckName, where, words))] : [],
  );
  /** The agreement in each stream of which a fact is to come next. */
  const agreements = new Map<string, Agreed>();
  const streams = new Set<string>();
  let after: EventPosition | undefined;
  let place = 0;

  const lost = store.lost?.();
  if (lost) findings.add('loss', 'the end', lost.words);
  for (const words of (await store.examine?.()) ?? []) findings.add('structure', 'the store', words);
  const tree = createTreeCheck(store, (where, words) => findings.add('tree', where, words));

  for await (const page of asFarAsReadable(given, cutShort)) {
    await tree.page(page);
    for (const recorded of page) {
      await look(recorded);
      after = recorded.position;
      place++;
    }
    onEvents?.(place);
  }
  for (const each of checking) each.end?.();
  const { size, root } = await tree.end();
  const { problems, found } = findings;
  return {
    size,
    root: hexOf(root),
    streams: streams.size,
    voids: before.voids(),
    // Of a ledger that is damaged, what is wrong with it comes first.
    halfSettled: problems.length === 0 ? await before.halfSettled() : [],
    problems,
    found,
  };

  /** What is missing between two events is for `sequence`. */
  function cutShort({ message }: LedgerDamaged): void {
    findings.add('structure', `what comes after position ${after ?? '0'}`, `${message} Nothing after it was checked.`);
  }

  async function look(recorded: RecordedEvent): Promise<void> {
    const { stream, revision, position } = recorded;
    const where = `position ${position} (${stream} revision ${revision})`;
    streams.add(stream);
    for (const each of checking) each.stored?.(recorded, where, after);
    const event = read(recorded, where);
    if (!event) {
      standing.take(judgedAsStored(recorded));
      for (const each of checking) each.unread?.(recorded);
      return;
    }
    const tried = standing.voidActs(event.metadata.officer, event.metadata.key);
    const isVoid = standing.take(event) !== undefined;
    const agreed = agreements.get(stream);
    agreements.delete(stream);
    const next = toCome(event, agreed);
    if (next) agreements.set(stream, next);
    // Two checks look at the entry of an event; it is worked out once, and after its decision.
    let known: Entry | undefined;
    const entry = (): Entry => (known ??= verified.entryOf(event, place));
    const looked = { event, where, place, agreed, isVoid, tried, entry };
    try {
      for (const each of checking) {
        const waits = each.event?.(looked);
        if (waits) await waits;
      }
    } catch (error) {
      findings.add('decisions', where, `it does not fit what came before it: ${(error as Error).message}`);
    }
    if (isVoid) before.pass(event);
  }

  function read(recorded: RecordedEvent, where: string): LedgerEvent | undefined {
    try {
      for (const bytes of [recorded.data, recorded.metadata])
        if (canonical(JSON.parse(bytes)) !== bytes) findings.add('decodes', where, 'its bytes are not canonical JSON.');
      return decode(recorded);
    } catch (error) {
      findings.add('decodes', where, (error as Error).message);
      return undefined;
    }
  }
}

/** What should come next in a stream after an event: the first fact of an agreement, or the next one. */
function toCome(event: LedgerEvent, agreed: Agreed | undefined): Agreed | undefined {
  if (isProposalEvent(event)) {
    return event.type === 'ProposalAgreed' ? { by: event, part: 0, of: textsOf(event.data).length } : undefined;
  }
  if (!agreed || agreed.part + 1 === agreed.of || !isOneActWith(agreed.by, event)) return undefined;
  return { ...agreed, part: agreed.part + 1 };
}

function createFindings() {
  const problems: Problem[] = [];
  const found: Partial<Record<CheckName, number>> = {};
  return {
    problems,
    found,
    add(check: CheckName, where: string, words: string): void {
      const count = (found[check] ?? 0) + 1;
      found[check] = count;
      if (count <= PROBLEMS_MAX) problems.push({ check, where, words });
    },
  };
}

/** What stands before each event, as the events come by. */
function createBefore(
  store: EventStore,
): Before & { pass(event: LedgerEvent): void; voids(): number; halfSettled(): Promise<string[]> } {
  const states = new Map<string, StreamState<unknown>>();
  const voids = new Set<string>();
  const state = (stream: string): StreamState<unknown> => {
    const found = states.get(stream) ?? initialStream(kindOf(stream), stream);
    states.set(stream, found);
    return found;
  };
  return {
    store,
    streams: {
      stream: (kind, stream) => (states.get(stream) ?? initialStream(KINDS[kind], stream)) as StreamState<never>,
      madeIn: (proposal) => [...states.values()].find(holdsProposal(proposal))?.stream,
    },
    register: () => state(REGISTER_STREAM).own as RegisterState,
    state,
    isVoid: (stream, revision) => voids.has(`${stream} ${revision}`),
    pass(event) {
      voids.add(`${event.stream} ${event.revision}`);
      passOver(state(event.stream), event);
    },
    voids: () => voids.size,
    halfSettled: () => halfSettled(store, states),
  };
}
