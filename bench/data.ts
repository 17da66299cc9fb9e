import { dayNumber, dayOfNumber, instantText, type Day, type Instant } from '../src/domain/calendar.js';
import type { FactData, LedgerEvent, Metadata } from '../src/domain/grammar/event.js';
import { FUND } from '../src/domain/fund/facts.js';
import { REGISTER } from '../src/domain/register/facts.js';
import { Refusal } from '../src/domain/rules.js';
import { evolve } from '../src/domain/grammar/evolve.js';
import { factOf, initialStream, type Kind, type StreamState } from '../src/domain/grammar/kind.js';
import { encode, fundStream, REGISTER_STREAM, sha256 } from '../src/ledger/catalogue.js';
import type { EventStore, NewEvent } from '../src/store/event-store.js';
import {
  FIRST,
  HOST,
  LAST,
  nextFact,
  OFFICER,
  openingFacts,
  RECORDED_FROM,
  RECORDED_UNTIL,
  registerFacts,
  remember,
  SHAPE,
  type Data,
  type Making,
} from './facts.js';
import { contextOf } from './context.js';
import { createRandom, type Random } from './random.js';

/**
 * Makes a ledger of any size from a seed, recorded evenly through its year, every fifth fact back-dated by up to 120
 * days. Each fact is completed and evolved by its own declaration and written by the store's own append; only the
 * decision is left out, since a million would take too long.
 */

export const EVENTS_MIN = 1_000;
const BACK_DATED = 0.2;
const BACK_DAYS_MAX = 120;
const EVENTS_PER_APPEND = 100;
/** Appends that wait together share a commit; a million events in small commits would wait for the disk. */
const APPENDS_AT_ONCE = 200;

/** Writes a ledger of exactly so many events into an empty store. */
export async function makeLedger(store: EventStore, events: number, seed: number, shape = SHAPE): Promise<void> {
  if (events < EVENTS_MIN) throw new RangeError(`A ledger to be measured has at least ${EVENTS_MIN} events.`);
  const random = createRandom(seed);
  const pace = (RECORDED_UNTIL - RECORDED_FROM) / events;
  let made = 0;
  // All funds are open at the first instant, because a question about a fund that is not open yet is refused.
  let opening = true;
  let appended = 0;
  let appends: Promise<unknown>[] = [];

  const metadataOf = (text: string): Metadata => ({
    schemaVersion: 1,
    recordedAt: instantText((opening ? RECORDED_FROM : Math.floor(RECORDED_FROM + made * pace)) as Instant),
    officer: OFFICER,
    partner: HOST,
    role: 'finance-officer',
    signedInBy: 'benchmark',
    key: `fact-${made}`,
    request: sha256(text),
    correlation: `import-${appended}`,
    evidence: [],
  });

  /** Completes a fact as its declaration does, evolves its stream by it, and returns it. */
  function make<State>(
    kind: Kind<State>,
    stream: StreamState<State>,
    type: string,
    sent: Data,
    original?: LedgerEvent,
  ) {
    const id = idFrom(random, made);
    const looking = contextOf(register, stream.stream, LAST, original);
    const context = {
      ...looking.context,
      officer: OFFICER,
      proposals: new Map(),
      adjustment: false,
      ...(original && { original }),
    };
    const fact = factOf(kind, type);
    const data = fact.complete ? fact.complete(sent, stream.own, context) : sent;
    if (data instanceof Refusal) throw new Error(`${type} cannot be made: ${data.detail}`);
    const rests = looking.rests();
    const metadata: Metadata = { ...metadataOf(id), ...(rests && { rests }) };
    const event: LedgerEvent = {
      id,
      stream: stream.stream,
      revision: stream.revision + 1,
      position: '',
      type,
      data: data as FactData,
      metadata,
    };
    evolve(kind, stream, event);
    made++;
    return event;
  }

  async function append(batch: readonly LedgerEvent[]): Promise<void> {
    const { stream, revision } = batch[0]!;
    appends.push(store.append(stream, revision === 0 ? 'no_stream' : BigInt(revision - 1), batch.map(stored)));
    appended++;
    if (appends.length === APPENDS_AT_ONCE) await settled();
  }

  async function settled(): Promise<void> {
    await Promise.all(appends);
    appends = [];
  }

  const register = initialStream(REGISTER, REGISTER_STREAM);
  await append(registerFacts(shape).map(([type, data]) => make(REGISTER, register, type, data)));
  const funds: Making[] = shape.funds.map((fund) => ({
    shape,
    stream: initialStream(FUND, fundStream(fund)),
    contributions: [],
    reversible: [],
    risk: undefined,
    revisedOn: new Map(),
  }));
  for (const [index, fund] of funds.entries()) {
    await append(openingFacts(shape.funds[index]!, fund).map(([type, data]) => make(FUND, fund.stream, type, data)));
  }
  opening = false;
  while (made < events) {
    const fund = random.pick(funds);
    const batch: LedgerEvent[] = [];
    while (batch.length < EVENTS_PER_APPEND && made < events) {
      const today = dayOfNumber(Math.floor((RECORDED_FROM + made * pace) / 86_400_000));
      const { type, data, original } = nextFact(fund, random, dayFor(random, today));
      const event = make(FUND, fund.stream, type, data, original);
      remember(fund, event, random);
      batch.push(event);
    }
    await append(batch);
  }
  await settled();
}

const stored = ({ id, type, data, metadata }: LedgerEvent): NewEvent => encode(id, type, data, metadata);

/**
 * Ids ascend, so that the store's index of them grows at its end and a million are made quickly. Nothing that is timed
 * reads the index.
 */
function idFrom(random: Random, number: number): string {
  const rest = random.hex(24);
  return `${number.toString(16).padStart(8, '0')}-${rest.slice(0, 4)}-5${rest.slice(4, 7)}-8${rest.slice(7, 10)}-${rest.slice(10, 22)}`;
}

/** The day that a fact recorded on a day takes effect: the same, or up to 120 days before, but never before the year. */
function dayFor(random: Random, today: Day): Day {
  if (!random.chance(BACK_DATED)) return today;
  const day = dayOfNumber(dayNumber(today) - 1 - random.below(BACK_DAYS_MAX));
  return day < FIRST ? FIRST : day;
}
