import { deepStrictEqual } from 'node:assert/strict';
import type { Test } from 'tap';
import { instantText, londonDay } from '../../src/domain/calendar.js';
import type { LedgerEvent, Metadata, SentFact } from '../../src/domain/grammar/event.js';
import { RULES_NOW } from '../../src/domain/grammar/rule-versions.js';
import { decide, type Command, type Decision } from '../../src/domain/grammar/stream.js';
import { asStored } from '../../src/domain/grammar/texts.js';
import { SERVICE } from '../../src/domain/register/state.js';
import { Refusal } from '../../src/domain/rules.js';
import { decisionContext } from '../../src/ledger/acts/decision-context.js';
import { requestOf } from '../../src/ledger/acts/request.js';
import { stampNow } from '../../src/ledger/acts/stamp.js';
import type { Done, Outcome, Submission } from '../../src/ledger/acts/submission.js';
import { eventId } from '../../src/ledger/acts/submit.js';
import { decode, encode, KINDS, placed, REGISTER_STREAM, sentenceOf, sha256 } from '../../src/ledger/catalogue.js';
import { settableClock, type SettableClock } from '../../src/ledger/clock.js';
import { openLedger, type Ledger } from '../../src/ledger/ledger.js';
import { testText } from '../../src/ledger/minimum-tests-text.js';
import { withDisputes } from './disputes.js';
import type { EventStore } from '../../src/store/event-store.js';
import { eventsInMemory } from './events-in-memory.js';
import { at, opened, TestLedger } from './ledger.js';

/**
 * The rules alone, for tests of the domain: given what has been recorded, an act, and then its events or a refusal. An act
 * is decided on the states of the streams, and its events move them on; they are kept in a list. No file is written and no
 * key is looked up. Each act is decided twice, and the second decision must be the first: deciding changes nothing.
 */

const plain = (decided: Decision | Refusal): unknown => {
  if (decided instanceof Refusal) return { rule: decided.rule, detail: decided.detail };
  const { preview, ...rest } = decided;
  return { ...rest, warnings: preview?.warnings };
};

const byService = (stream: string, command: Command, key: string): Submission => ({
  kind: placed(stream).kind,
  stream,
  command,
  officer: SERVICE,
  signedInBy: 'service',
  key,
  correlation: key,
  evidence: [],
});

/** Decides and evolves on what a ledger remembers. */
function acting({ model, clock, store, projector, folded }: Ledger): Pick<Ledger, 'submit' | 'lapseExpired' | 'note'> {
  const keys = new Set<string>();

  /** The event that a reversal names, on whichever way it comes to be decided. */
  async function originalOf({ kind, stream, command }: Submission): Promise<LedgerEvent | undefined> {
    const { open } = model.stream(kind, stream);
    const named = 'fact' in command ? command.fact : 'proposal' in command && open.get(command.proposal)?.fact;
    const revision = named && KINDS[kind].referredTo(named);
    if (!revision) return undefined;
    const [event] = await store.readStream(stream, { after: BigInt(revision) - 1n, limit: 1 });
    return event && decode(event);
  }

  async function submit(submission: Submission): Promise<Done | Refusal> {
    const { kind: kindName, stream, command, officer, actingFor, evidence, correlation, signedInBy } = submission;
    if (submission.ifMatch !== undefined || keys.has(submission.key))
      throw new Error('Keys that are used again, and revisions that were read, are for tests of the ledger.');
    keys.add(submission.key);
    // What the state of a fund rests on is folded by the ledger when it is first asked for, and kept.
    for (const fund of model.funds()) await folded('fund', `fund-${fund}`);
    const kind = KINDS[kindName];
    const state = model.stream(kindName, stream);
    const now = stampNow({ model, clock }, store.floor?.known());
    const key = sha256(submission.key);
    const id = eventId(officer, key, 0);
    const given = { stream, today: londonDay(now), rules: RULES_NOW, original: await originalOf(submission) };
    const decideNow = () => {
      const looking = decisionContext(model, given);
      const asking = { officer, actingFor, newProposal: id };
      return { decision: decide(kind, state, command, asking, looking.context), rests: looking.rests() };
    };
    const { decision, rests } = decideNow();
    const again = decideNow();
    deepStrictEqual(plain(again.decision), plain(decision), 'decided again, it is the same');
    deepStrictEqual(again.rests, rests, 'and rests on the same');
    if (decision instanceof Refusal) return decision;

    const added = decision.events.map((text, index) => {
      const { type, version, data } = asStored(kind, text);
      const metadata: Metadata = {
        schemaVersion: version,
        rules: RULES_NOW,
        recordedAt: instantText(now),
        officer,
        partner: decision.partner,
        role: decision.role,
        signedInBy,
        key,
        request: requestOf(submission),
        correlation,
        ...(index > 0 && { causation: id }),
        evidence,
        ...(decision.adjustment && { adjustment: decision.adjustment }),
        ...(rests && { rests }),
      };
      return encode(index === 0 ? id : eventId(officer, key, index), type, data, metadata);
    });
    const expected = state.last < 0 ? 'no_stream' : BigInt(state.last);
    const first = state.last + 1;
    const events = added.map((event, index) =>
      decode({ ...event, stream, revision: BigInt(first + index), position: '' }),
    );
    const outcome = outcomeOf(events, decision);
    if (submission.dryRun) {
      const tests = decision.preview?.tests && { tests: decision.preview.tests().map(testText) };
      return { outcome: { ...outcome, ...tests }, replayed: false };
    }
    const { position } = await store.append(stream, expected, added);
    await projector.whenTaken(position);
    return { outcome: { ...outcome, position, recordedAt: instantText(now) }, replayed: false };
  }

  return {
    submit,
    async lapseExpired() {
      const today = londonDay(model.now(clock));
      let lapsed = 0;
      for (const { stream, proposal } of model.openProposals()) {
        if (proposal.expires === undefined || proposal.expires >= today) continue;
        const key = `lapse ${proposal.id} ${proposal.revision}`;
        const done = await submit(byService(stream, { act: 'lapse', proposal: proposal.id }, key));
        if (!(done instanceof Refusal)) lapsed++;
      }
      return lapsed;
    },
    note: (fact: SentFact, key: string) => submit(byService(REGISTER_STREAM, { act: 'note', fact }, key)),
  };
}

function outcomeOf(events: readonly LedgerEvent[], { preview }: Decision): Outcome {
  const last = events.at(-1)!;
  const proposal = events[0]!.data['proposal'];
  return {
    stream: last.stream,
    revision: String(last.revision),
    ...(typeof proposal === 'string' && { proposal }),
    events: events.map((event) => ({
      id: event.id,
      type: event.type,
      revision: String(event.revision),
      sentence: sentenceOf(event),
    })),
    ...(preview && preview.warnings.length > 0 && { warnings: preview.warnings }),
  };
}

/** The rules alone, with nothing recorded. */
export const emptyLedger = (t: Test): Promise<TestLedger> =>
  over(t, eventsInMemory(), settableClock(at('2016-03-01T09:00:00Z')));

/** The rules alone, on what a ledger has recorded, read from its first event on. */
export const readAnew = (t: Test, { store, clock }: TestLedger): Promise<TestLedger> => over(t, store, clock);

async function over(t: Test, store: EventStore, clock: SettableClock): Promise<TestLedger> {
  const remembered = await openLedger(store, clock, { clockMsMax: Infinity });
  const ledger = new TestLedger({ ...remembered, ...acting(remembered) }, store, clock, 'in memory');
  t.teardown(() => ledger.close());
  return ledger;
}

/** The same with the test ledger’s partners and the fund `testshire-2016-17`, hosted by the county. */
export const openedLedger = async (t: Test, demonstration = false): Promise<TestLedger> =>
  opened(await emptyLedger(t), demonstration);

/** The same with the area’s disputes; the clock stands at 1 November 2018. */
export const disputing = async (t: Test): Promise<TestLedger> => withDisputes(await openedLedger(t));
