import { dayNumber, dayOfNumber, instantText, type Day, type Instant } from '../src/domain/calendar.js';
import { DISPUTE } from '../src/domain/dispute/facts.js';
import type { LedgerEvent, Metadata } from '../src/domain/grammar/event.js';
import { FUND } from '../src/domain/fund/facts.js';
import { REGISTER } from '../src/domain/register/facts.js';
import { Refusal } from '../src/domain/rules.js';
import type { Command } from '../src/domain/grammar/command.js';
import { evolve } from '../src/domain/grammar/evolve.js';
import { decide } from '../src/domain/grammar/stream.js';
import { factOf, initialStream, type Kind, type StreamState } from '../src/domain/grammar/kind.js';
import { disputeStream, encode, fundStream, REGISTER_STREAM, sha256 } from '../src/ledger/catalogue.js';
import type { EventStore, NewEvent } from '../src/store/event-store.js';
import {
  AREA,
  caseAct,
  COUNTY,
  FIRST,
  PARTNERS,
  plannedCase,
  PROTOCOL,
  remember,
  settlement,
  SETTLEMENT_DAYS,
  settlementPaid,
  TAKEN_BACK,
  type Act,
  type CaseMaking,
} from './dispute-facts.js';
import { contextOf } from './context.js';
import type { Data } from './facts.js';
import type { Random } from './random.js';

/**
 * Makes the disputes of one area of any number of cases from a seed. Every act is decided by the rules as an officer's
 * would be, proposals and signatures included, and what they refuse is not recorded; only the officers' requests and the
 * wait for the disk after each are left out.
 */

export const YEARS = [
  '2016-17',
  '2017-18',
  '2018-19',
  '2019-20',
  '2020-21',
  '2021-22',
  '2022-23',
  '2023-24',
  '2024-25',
];
export const fundOf = (year: string): string => `${AREA}-${year}`;

export interface Made {
  readonly events: number;
  readonly facts: ReadonlyMap<string, number>;
  readonly refused: ReadonlyMap<string, number>;
}

/** With fewer cases there is nothing to settle. */
export const CASES_MIN = 500;
const EVENTS_PER_APPEND = 200;
const APPENDS_AT_ONCE = 100;
/** A mix that the rules refuse more of is not the mix that is described. */
const REFUSED_PART_MAX = 0.1;
const PAID_AFTER_DAYS = 28;

export async function makeDisputes(store: EventStore, cases: number, random: Random): Promise<Made> {
  let today = FIRST;
  let events = 0;
  const facts = new Map<string, number>();
  const refused = new Map<string, number>();
  let waiting: LedgerEvent[] = [];
  let appends: Promise<unknown>[] = [];

  const register = initialStream(REGISTER, REGISTER_STREAM);
  const area = initialStream(DISPUTE, disputeStream(AREA));
  const log: LedgerEvent[] = [];

  async function flush(): Promise<void> {
    const [first] = waiting;
    if (first) {
      const expected = first.revision === 0 ? 'no_stream' : BigInt(first.revision - 1);
      appends.push(store.append(first.stream, expected, waiting.map(stored)));
      waiting = [];
    }
    if (appends.length < APPENDS_AT_ONCE) return;
    await Promise.all(appends);
    appends = [];
  }

  /** Decides one command and takes its events; the refusal where there is one. */
  async function submit<State>(
    kind: Kind<State>,
    stream: StreamState<State>,
    command: Command,
    officer: string,
  ): Promise<Refusal | undefined> {
    const text = 'fact' in command ? command.fact : stream.open.get(command.proposal)!.fact;
    const reverses = text.data['reverses'];
    const original = reverses === undefined ? undefined : log[Number(reverses)]!;
    const { context, rests } = contextOf(register, stream.stream, today, original);
    const newProposal = `${random.hex(8)}-0000-4000-8000-${random.hex(12)}`;
    const decision = decide(kind, stream, command, { officer, newProposal }, context);
    if (decision instanceof Refusal) return decision;
    if (waiting.length >= EVENTS_PER_APPEND || (waiting[0] && waiting[0].stream !== stream.stream)) await flush();
    const key = `act-${events}`;
    for (const { type, version, data } of decision.events) {
      const hex = random.hex(32);
      const id = `${events.toString(16).padStart(8, '0')}-${hex.slice(0, 4)}-4${hex.slice(5, 8)}-a${hex.slice(9, 12)}-${hex.slice(12, 24)}`;
      const metadata: Metadata = {
        schemaVersion: version,
        recordedAt: instantText((dayNumber(today) * 86_400_000 + 36_000_000) as Instant),
        officer,
        partner: decision.partner,
        role: decision.role,
        signedInBy: 'benchmark',
        key,
        request: sha256(key),
        correlation: 'benchmark',
        evidence: [],
        ...(rests() && { rests: rests()! }),
      };
      const { stream: name, revision } = stream;
      const event: LedgerEvent = { id, stream: name, revision: revision + 1, position: '', type, data, metadata };
      evolve(kind, stream, event);
      if (name === area.stream) log.push(event);
      waiting.push(event);
      events++;
    }
    return undefined;
  }

  /** Does an act with the signatures that its fact asks for; says whether it is recorded. */
  async function perform<State>(kind: Kind<State>, stream: StreamState<State>, act: Act): Promise<boolean> {
    const fact = factOf(kind, act.type);
    const reversed = act.type === 'FactReversed' ? log[Number(act.data['reverses'])]! : undefined;
    const signature = reversed ? factOf(kind, reversed.type).signature : fact.signature;
    // A fact that one partner recorded alone is reversed by the same partner.
    const by = reversed && signature !== 'other-side' ? reversed.metadata.partner : act.by;
    const sent = { type: act.type, data: fact.input.parse(act.data) as Data as LedgerEvent['data'] };
    let refusal: Refusal | undefined;
    if (signature === 'none') {
      refusal = await submit(kind, stream, { act: 'post', fact: sent }, `${by}-chief`);
    } else {
      refusal = await submit(kind, stream, { act: 'propose', fact: sent }, `${by}-finance`);
      const proposal = [...stream.open.keys()].at(-1);
      const signs = signature === 'other-side' ? act.signs! : by;
      refusal ??= await submit(kind, stream, { act: 'agree', proposal: proposal! }, `${signs}-chief`);
    }
    // What a claimant revises downwards is signed by a second officer.
    if (refusal?.rule === 'reduction_signed') return perform(kind, stream, { ...act, type: 'ClaimReduced' });
    const counted = refusal ? `${act.type}: ${refusal.rule}` : act.type;
    const counts = refusal ? refused : facts;
    counts.set(counted, (counts.get(counted) ?? 0) + 1);
    return refusal === undefined;
  }

  async function open<State>(kind: Kind<State>, stream: StreamState<State>, type: string, data: Data, signs?: string) {
    if (await perform(kind, stream, { type, data: { effective: FIRST, ...data }, by: COUNTY, signs })) return;
    throw new Error(`${type} is refused: ${[...refused.keys()].join(', ')}`);
  }

  const partners = PARTNERS.map(([partner]) => partner);
  for (const [partner, kind] of PARTNERS) {
    const officers = ['finance', 'chief'].map((of) => ({
      officer: `${partner}-${of}`,
      role: of === 'chief' ? 'chief-finance-officer' : 'finance-officer',
    }));
    const opens = { ledger: 'Benchmark', demonstration: false };
    const data = { partner, name: partner, kind, officers, ...(partner === COUNTY && opens) };
    await open(REGISTER, register, partner === COUNTY ? 'LedgerOpened' : 'PartnerRegistered', data);
  }
  for (const year of YEARS) {
    const fund = initialStream(FUND, fundStream(fundOf(year)));
    const effective = `${year.slice(0, 4)}-04-01`;
    await open(FUND, fund, 'FundOpened', { effective, area: AREA, year, host: COUNTY, partners });
  }
  await open(DISPUTE, area, 'DisputesOpened', { area: AREA, partners });
  await open(DISPUTE, area, 'DisputeProtocolAdopted', { protocol: PROTOCOL }, 'north-ccg');

  const all: CaseMaking[] = [];
  const schedule: [day: number, act: () => Promise<void>][] = [];
  for (let index = 0; index < cases; index++) {
    const { making, acts } = plannedCase(random);
    all.push(making);
    for (const [day, type] of acts) {
      schedule.push([
        day,
        async () => {
          const act = caseAct(type, making, area.own, day, random);
          if (act && (await perform(DISPUTE, area, act))) remember(making, act);
        },
      ]);
    }
  }
  for (const effective of SETTLEMENT_DAYS) {
    schedule.push([dayNumber(effective), () => settle(effective)]);
    if (effective === TAKEN_BACK) continue;
    const paidOn = dayNumber(effective) + PAID_AFTER_DAYS;
    schedule.push([paidOn, () => paySettlement(`settlement-${effective}`, paidOn)]);
  }

  async function settle(effective: Day): Promise<void> {
    const act = settlement(all, area.own, effective, random);
    if (!(await perform(DISPUTE, area, act))) return;
    if (effective === TAKEN_BACK) {
      const data = { effective, reverses: String(area.revision), reason: 'Signed for the wrong body' };
      if (await perform(DISPUTE, area, { type: 'FactReversed', data, by: act.by, signs: act.signs })) return;
    }
    for (const [making, through] of act.settled) making.last.set('settled', through);
  }

  async function paySettlement(name: string, day: number): Promise<void> {
    for (const act of settlementPaid(area.own, name, day)) await perform(DISPUTE, area, act);
  }

  for (const [day, act] of schedule.sort(([a], [b]) => a - b)) {
    today = dayOfNumber(day);
    await act();
  }
  await flush();
  await Promise.all(appends);

  const total = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total(refused) > REFUSED_PART_MAX * total(facts)) {
    throw new Error(`The rules refused too much of the mix: ${JSON.stringify([...refused])}`);
  }
  return { events, facts, refused };
}

const stored = ({ id, type, data, metadata }: LedgerEvent): NewEvent => encode(id, type, data, metadata);
