import { hexOf } from '../../../evidence/tree.js';
import { createBalances } from '../../../projections/balances.js';
import type { Entry } from '../../../projections/entry.js';
import { accountKey, imbalance, type Account } from '../../domain/postings.js';
import { instantOf, londonDay, type Day, type Instant } from '../../domain/calendar.js';
import { signingOf, type Fact } from '../../domain/grammar/fact.js';
import type { FactData, FactText, LedgerEvent, Signature } from '../../domain/grammar/event.js';
import { exactly, moneyText, type Pence } from '../../domain/money.js';
import { isProposalEvent } from '../../domain/grammar/proposal.js';
import { type RegisterState } from '../../domain/register/state.js';
import { mandatesOn, SERVICE } from '../../domain/grammar/mandate.js';
import { inForce, rulesOf } from '../../domain/grammar/rule-versions.js';
import { Refusal } from '../../domain/rules.js';
import { decide, evolve, passOver } from '../../domain/grammar/stream.js';
import { factOf, initialStream, type StreamState } from '../../domain/grammar/kind.js';
import { asStored, textOf } from '../../domain/grammar/texts.js';
import { LedgerDamaged, type EventStore, type Position, type RecordedEvent } from '../../store/event-store.js';
import { asItLies, pages } from '../../store/pages.js';
import { canonical, decode, kindOf, KINDS, REGISTER_STREAM, type AnyKind } from '../catalogue.js';
import { decisionContext, type Streams } from '../acts/decision-context.js';
import { entryOf } from '../ledger.js';
import { commandOf, isSame, requestsOf } from '../acts/recorded-act.js';
import { BEHIND_MS_MAX, createStanding, judgedAsStored } from '../memory/standing.js';
import { eventId } from '../acts/event-id.js';
import { createTreeCheck } from './tree-check.js';

/**
 * Checks a whole ledger from its stored bytes, without asking the service that wrote it. Silent checks that find
 * nothing are good news; each finding names the event. It only reads, so it can be run on a copy.
 */
export const CHECKS = {
  loss: 'Everything that was noted beside a file is in it: no act that was acknowledged is gone.',
  structure: 'The store finds nothing wrong with its own structure: of a file, its pages, tables and indexes.',
  decodes: 'Every event can be read, and its bytes are canonical.',
  sequence:
    'Positions go up (by one, in a file), each stream’s revisions go up from 0 without a gap and by no older rules, and no instant goes back (across streams of a cluster it may: an act that is more than a minute behind what stands is void, and by rules 1 and 2 a finding).',
  opening: 'The first event opens the ledger, and each stream’s first event that stands opens it.',
  balance: 'The postings of every event sum to zero.',
  mandates: 'Whoever recorded an event was mandated for that partner, in that role, on that day.',
  signatures:
    'Every fact that needs two signatures has them: two people, and two partners where the other side must sign, unless both sides have become one body; and after every agreement stands the fact agreed, word for word.',
  requests:
    'Every event carries the fingerprint of the request that it records: of its act, its stream and its evidence; and the fact after an agreement carries what the agreement does.',
  decisions:
    'Every event that stands is what the rules decide of the act that it records, on the state of the ledger before it. One is void where a stream that it rests on had moved on, or where it came a minute too late: of that the numbers say all. From rules 3 on it also names every other stream that its decision looks at, and no more.',
  tree: 'Every leaf and every subtree that a file keeps is the hash of the bytes of its events; none is missing, and none is of events that are gone.',
  figures: 'Every balance of the read model equals the sum over the whole log, on sampled pairs of dates.',
} as const;

export type CheckName = keyof typeof CHECKS;

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
  /** The first findings of each check. */
  readonly problems: readonly Problem[];
  /** How many findings there are of each check that found something. */
  readonly found: Readonly<Partial<Record<CheckName, number>>>;
}

/** Findings of one check beyond this many are counted but not kept: the first ones say what is wrong. */
const PROBLEMS_MAX = 100;
/** How many sizes and days of each stream are compared with the sum over the log. */
const SAMPLES_PER_AXIS = 12;

/** What is verified against the log. Others are put in its place only to prove that a check can fail. */
export interface Verified {
  readonly createBalances: typeof createBalances;
  readonly entryOf: typeof entryOf;
}

export async function verify(
  given: EventStore,
  onEvents?: (done: number) => void,
  verified: Verified = { createBalances, entryOf },
): Promise<Verification> {
  const store = asItLies(given);
  const problems: Problem[] = [];
  const found: Partial<Record<CheckName, number>> = {};
  const report = (check: CheckName, where: string, words: string): void => {
    const count = (found[check] ?? 0) + 1;
    found[check] = count;
    if (count <= PROBLEMS_MAX) problems.push({ check, where, words });
  };
  const standing = createStanding();
  const voids = new Set<string>();
  /** The streams that have an event that stands. */
  const begun = new Set<string>();
  const states = new Map<string, StreamState<unknown>>();
  const register = stateOf(states, REGISTER_STREAM);
  const streams: Streams = {
    stream: (kind, stream) => (states.get(stream) ?? initialStream(KINDS[kind], stream)) as StreamState<never>,
  };
  const heads = new Map<string, bigint>();
  const books = new Map<string, Entry[]>();
  /** The agreement that was the last event of a stream: the next one must be the fact agreed. */
  const agreements = new Map<string, { readonly event: LedgerEvent; readonly where: string }>();
  /** The facts that were recorded as adjustments of closed periods, by stream and revision. */
  const adjusted = new Set<string>();
  /** By which version of the rules the last event of each stream was recorded. */
  const rules = new Map<string, number>();
  /** When the last event of each stream was recorded. */
  const instants = new Map<string, Instant>();
  let after: Position | undefined;
  const lost = store.lost?.();
  if (lost) report('loss', 'the end', lost.words);
  for (const words of (await store.examine?.()) ?? []) report('structure', 'the store', words);
  let last: Instant = 0 as Instant;
  let place = 0;
  const tree = createTreeCheck(store, (where, words) => report('tree', where, words));

  for await (const page of pagesInOrder()) {
    await tree.page(page);
    for (const recorded of page) {
      const where = `position ${recorded.position} (${recorded.stream} revision ${recorded.revision})`;
      checkSequence(recorded, where);
      const event = read(recorded, where);
      if (event) {
        const tried = standing.voidActs(event.metadata.officer, event.metadata.key);
        const isVoid = standing.take(event) !== undefined;
        const agreed = agreements.get(event.stream)?.event;
        agreements.delete(event.stream);
        checkRules(event, where);
        if (!isVoid) checkWhoAndWhere(event, agreed, where);
        checkRequest(event, agreed, where);
        checkIdentifier(event, agreed, tried, where);
        if (isVoid) {
          voids.add(`${event.stream} ${event.revision}`);
          passOver(stateOf(states, event.stream), event);
        } else await checkWhat(event, agreed, where);
        if (event.type === 'ProposalAgreed') agreements.set(event.stream, { event, where });
      } else {
        standing.take(judgedAsStored(recorded));
        begun.add(recorded.stream);
      }
      after = recorded.position;
      place++;
    }
    onEvents?.(place);
  }
  for (const { where } of agreements.values()) report('signatures', where, 'the fact agreed does not follow it.');
  for (const [stream, entries] of books) checkFigures(stream, entries);
  const { size, root } = await tree.end();
  return { size, root: hexOf(root), streams: heads.size, voids: voids.size, problems, found };

  /** Whether an event that stands may stand where it does, by the mandates and signatures that it needs. */
  function checkWhoAndWhere(event: LedgerEvent, agreed: LedgerEvent | undefined, where: string): void {
    checkOpening(event, where);
    checkMandate(event, register.own as RegisterState, where);
    checkSignatures(event, agreed, register.own as RegisterState, where);
  }

  /** Whether it says what the rules make of its act, and what it posts. */
  async function checkWhat(event: LedgerEvent, agreed: LedgerEvent | undefined, where: string): Promise<void> {
    try {
      await checkDecision(event, agreed, where);
      keepEntry(event, where);
    } catch (error) {
      report('decisions', where, `it does not fit what came before it: ${(error as Error).message}`);
    }
    if (event.metadata.adjustment) adjusted.add(`${event.stream} ${event.revision}`);
  }

  /** All pages, as far as they can be read and are in their order: what is missing between two events is for `sequence`. */
  async function* pagesInOrder(): AsyncGenerator<RecordedEvent[]> {
    try {
      yield* pages(store, undefined, 'allowed');
    } catch (error) {
      if (!(error instanceof LedgerDamaged)) throw error;
      report(
        'structure',
        `what comes after position ${after ?? '0'}`,
        `${error.message} Nothing after it was checked.`,
      );
    }
  }

  function checkSequence(recorded: RecordedEvent, where: string): void {
    const head = heads.get(recorded.stream) ?? -1n;
    if (recorded.revision !== head + 1n)
      report('sequence', where, `revision ${head + 1n} of ${recorded.stream} is missing.`);
    heads.set(recorded.stream, recorded.revision);
    if (!store.canFollow(recorded.position, after)) {
      report('sequence', where, `it does not follow position ${after ?? 'none'}: something between them is missing.`);
    }
  }

  function read(recorded: RecordedEvent, where: string): LedgerEvent | undefined {
    try {
      for (const bytes of [recorded.data, recorded.metadata]) {
        if (canonical(JSON.parse(bytes)) !== bytes) report('decodes', where, 'its bytes are not canonical JSON.');
      }
      const event = decode(recorded);
      const at = instantOf(event.metadata.recordedAt)!;
      const before = instants.get(recorded.stream) ?? 0;
      if (at < Math.max(before, mayGoBackTo(event)))
        report('sequence', where, `it was recorded at ${event.metadata.recordedAt}, before the event before it.`);
      instants.set(recorded.stream, at);
      last = store.instantsInOrder ? at : (Math.max(at, last) as Instant);
      return event;
    } catch (error) {
      report('decodes', where, (error as Error).message);
      return undefined;
    }
  }

  /** How early an event may have been recorded, across streams. */
  function mayGoBackTo({ metadata }: LedgerEvent): number {
    if (store.instantsInOrder) return last;
    // What is further behind is void by those rules: who judges what stands sees to it.
    return inForce('late_is_void', { rules: rulesOf(metadata) }) ? 0 : last - BEHIND_MS_MAX;
  }

  function checkOpening({ stream, type }: LedgerEvent, where: string): void {
    if (place === 0 && type !== KINDS.register.opener) report('opening', where, `the ledger begins with ${type}.`);
    const isFirst = !begun.has(stream);
    begun.add(stream);
    if (isFirst && type !== kindOf(stream).opener) report('opening', where, `the stream begins with ${type}.`);
  }

  /** Who records an act has read its stream, and no program reads acts by rules that it does not know. */
  function checkRules({ stream, metadata }: LedgerEvent, where: string): void {
    const [before, now] = [rules.get(stream) ?? 1, rulesOf(metadata)];
    if (now < before) report('sequence', where, `it is by rules ${now}, and the event before it by rules ${before}.`);
    rules.set(stream, Math.max(before, now));
  }

  function mandated(state: RegisterState, officer: string, partner: string, role: string, day: Day): boolean {
    return mandatesOn(state, officer, day).some((each) => each.partner === partner && each.role === role);
  }

  function checkMandate({ stream, type, metadata }: LedgerEvent, state: RegisterState, where: string): void {
    const { officer, partner, role } = metadata;
    // The opening names its own first officers; what the service itself does is looked at with the decision.
    if (kindOf(stream).byName.get(type)?.bringsOfficers) return;
    if (role === 'service') {
      if (officer !== SERVICE)
        report('mandates', where, `${officer} is not the service, and recorded it as the service.`);
      return;
    }
    const day = londonDay(instantOf(metadata.recordedAt)!);
    if (!mandated(state, officer, partner, role, day)) {
      report('mandates', where, `${officer} was not mandated as ${role} of ${partner} on ${day}.`);
    }
  }

  /** Whether a body follows others: both sides of a fact may have become that one body, two of whose officers sign. */
  function followsOthers({ successions }: RegisterState, partner: string): boolean {
    return successions.some(({ reversed, successors }) => reversed === undefined && successors.includes(partner));
  }

  function checkSignatures(
    event: LedgerEvent,
    agreed: LedgerEvent | undefined,
    state: RegisterState,
    where: string,
  ): void {
    const isAgreed =
      agreed !== undefined &&
      !isProposalEvent(event) &&
      canonical(agreedText(agreed)) === canonical(asStored(kindOf(event.stream), textOf(kindOf(event.stream), event)));
    if (agreed && !isAgreed) report('signatures', where, `it is not what was agreed at revision ${agreed.revision}.`);
    const needed = isProposalEvent(event) ? 'none' : signatureNeeded(event);
    if (!isAgreed) {
      if (needed !== 'none' && !agreed)
        report('signatures', where, `${event.type} does not follow an agreement to it.`);
      return;
    }
    const signatures = agreed.data['signatures'] as { officer: string; partner: string; role: string }[];
    const officers = new Set(signatures.map((each) => each.officer));
    const partners = new Set(signatures.map((each) => each.partner));
    if (officers.size < 2) report('signatures', where, `${[...officers].join()} signed it twice.`);
    if (needed === 'other-side' && partners.size < 2 && !followsOthers(state, signatures[0]!.partner))
      report('signatures', where, `only ${[...partners].join()} signed it.`);
    const second = signatures.at(-1)!;
    if (second.officer !== event.metadata.officer || second.partner !== event.metadata.partner) {
      report('signatures', where, 'its last signature is not that of the officer who recorded it.');
    }
  }

  /**
   * The signature that a recorded fact must have had: a reversal's is its original's; an adjustment's, and that of what
   * undoes one, is at least a second.
   */
  function signatureNeeded({ stream, type, data, metadata }: LedgerEvent): Signature {
    const kind = kindOf(stream);
    const fact: Fact<unknown> = factOf(kind, type);
    const original = data['fact'] as { type: string; data: FactData } | undefined;
    const { signature: needed } = signingOf(original ? factOf(kind, original.type) : fact, {
      rules: rulesOf(metadata),
    });
    const adjusts = metadata.adjustment ?? adjusted.has(`${stream} ${kind.referredTo({ type, data }) ?? ''}`);
    return needed === 'none' && adjusts ? 'second-officer' : needed;
  }

  /** Works out the fingerprint of the request anew. */
  function checkRequest(event: LedgerEvent, agreed: LedgerEvent | undefined, where: string): void {
    if (agreed) {
      if (canonical(asOneAct(event)) !== canonical(asOneAct(agreed))) {
        report('requests', where, `it does not carry what the agreement at revision ${agreed.revision} does.`);
      }
      return;
    }
    if (!requestsOf(kindOf(event.stream), event).includes(event.metadata.request)) {
      report('requests', where, 'the fingerprint of its request is not that of its act and evidence.');
    }
  }

  /**
   * Decides the act again, on the state before it, and evolves the state. What was signed together is one act: the fact
   * after an agreement was decided with it.
   */
  async function checkDecision(event: LedgerEvent, agreed: LedgerEvent | undefined, where: string): Promise<void> {
    const state = stateOf(states, event.stream);
    const kind = kindOf(event.stream);
    const wrong = isOneActWith(agreed, event) ? undefined : await decidedOtherwise(event, state, kind);
    if (wrong !== undefined) report('decisions', where, wrong);
    evolve(kind, state, event);
  }

  /** An act has the identifier of its first try, or of one after as many as were void: how many its service had read of. */
  function checkIdentifier(
    { id, metadata }: LedgerEvent,
    agreed: LedgerEvent | undefined,
    tried: number,
    where: string,
  ): void {
    const { officer, key } = metadata;
    const index = isOneActWith(agreed, { metadata }) ? 1 : 0;
    for (let voidActs = 0; voidActs <= tried; voidActs++) if (id === eventId(officer, key, index, voidActs)) return;
    report('decisions', where, 'its identifier is not that of its officer and key.');
  }

  async function decidedOtherwise(
    event: LedgerEvent,
    state: StreamState<unknown>,
    kind: AnyKind,
  ): Promise<string | undefined> {
    const { metadata } = event;
    const command = commandOf(kind, event);
    const named = 'fact' in command ? command.fact : state.open.get(command.proposal)?.fact;
    const revision = named && kind.referredTo(named);
    const [original] =
      revision && !voids.has(`${event.stream} ${revision}`)
        ? await store.readStream(event.stream, { after: BigInt(revision) - 1n, limit: 1 })
        : [];
    const rules = rulesOf(metadata);
    const looking = decisionContext(streams, {
      stream: event.stream,
      today: londonDay(instantOf(metadata.recordedAt)!),
      rules,
      original: original && decode(original),
      claimsKnownTo: claimsKnownTo(event),
    });
    const decision = decide(
      kind,
      state,
      command,
      {
        officer: metadata.officer,
        actingFor: metadata.role === 'service' ? undefined : metadata.partner,
        newProposal: event.data['proposal'] as string,
      },
      looking.context,
    );
    if (decision instanceof Refusal) return `the rules refuse it: ${decision.detail} (${decision.rule})`;
    const { role, partner, events } = decision;
    const same =
      role === metadata.role && partner === metadata.partner && isSame(kind, events[0]!, textOf(kind, event));
    if (!same) return 'the rules decide otherwise of it.';
    return inForce('rests_are_complete', { rules }) ? restsOtherwise(metadata.rests, looking.rests()) : undefined;
  }

  function keepEntry(event: LedgerEvent, where: string): void {
    const entry = verified.entryOf(event, place);
    const difference = imbalance(entry.postings);
    if (difference !== 0) report('balance', where, `its postings sum to ${moneyText(difference)}.`);
    const entries = books.get(event.stream);
    if (entries) entries.push(entry);
    else books.set(event.stream, [entry]);
  }

  function checkFigures(stream: string, entries: readonly Entry[]): void {
    const balances = verified.createBalances();
    for (const entry of entries) balances.add(entry.place, entry.postings);
    const sizes = sampled(entries.map((entry) => entry.place + 1));
    const days = sampled([...new Set(entries.flatMap((entry) => entry.postings.map((posting) => posting.on)))].sort());
    for (const size of sizes) {
      for (const on of days) {
        const sums = sumsOf(entries, on, size);
        for (const account of balances.accounts()) {
          const fast = balances.balance(account, on, size);
          const slow = sums.get(accountKey(account)) ?? 0;
          if (fast !== slow)
            report('figures', `${stream} on ${on} at size ${size}`, difference(account, fast, slow as Pence));
        }
      }
    }
  }
}

/** What an event should name that its act rests on and does not, or the other way about. Where they stood is judged by who says what is void. */
function restsOtherwise(
  named: Readonly<Record<string, string>> = {},
  looked: Readonly<Record<string, string>> = {},
): string | undefined {
  const missing = Object.keys(looked).find((stream) => !(stream in named));
  if (missing !== undefined) return `its decision looks at ${missing}, which it does not name among what it rests on.`;
  const beyond = Object.keys(named).find((stream) => !(stream in looked));
  return beyond && `it names ${beyond} among what it rests on, which its decision does not look at.`;
}

const difference = (account: Account, fast: Pence, slow: Pence): string =>
  `${accountKey(account)} is ${moneyText(fast)} in the read model and ${moneyText(slow)} in the log.`;

function sampled<Each>(all: readonly Each[]): Each[] {
  const step = Math.max(1, Math.ceil(all.length / SAMPLES_PER_AXIS));
  return all.filter((_, index) => index % step === 0 || index === all.length - 1);
}

function sumsOf(entries: readonly Entry[], on: Day, size: number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const entry of entries) {
    if (entry.place >= size) break;
    for (const posting of entry.postings) {
      if (posting.on > on) continue;
      const key = accountKey(posting);
      sums.set(key, exactly((sums.get(key) ?? 0) + posting.pence));
    }
  }
  return sums;
}

/** Whether an event was recorded in one act with the agreement right before it. */
const isOneActWith = (agreed: LedgerEvent | undefined, { metadata }: Pick<LedgerEvent, 'metadata'>): boolean =>
  agreed?.metadata.key === metadata.key;

/** The text that an agreement is to, as it is stored. */
const agreedText = (agreed: LedgerEvent): FactText => asStored(kindOf(agreed.stream), agreed.data['fact'] as FactText);

/** What two events of one act have in common: all but the version of their schemas, and what caused the second. */
const asOneAct = ({ metadata }: LedgerEvent) => ({ ...metadata, schemaVersion: 1, causation: '' });

function stateOf(states: Map<string, StreamState<unknown>>, stream: string): StreamState<unknown> {
  const state = states.get(stream) ?? initialStream(kindOf(stream), stream);
  states.set(stream, state);
  return state;
}

/** How much of the area’s disputes a recorded return says that it counted. */
function claimsKnownTo({ data }: LedgerEvent): number | undefined {
  const revision = data['claimsKnownTo'];
  if (revision === undefined) return undefined;
  return revision === null ? -1 : Number(revision);
}
