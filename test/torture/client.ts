import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { REGISTER_STREAM } from '../../src/ledger/catalogue.js';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.js';
import type { RecordedEvent } from '../../src/store/event-store.js';
import { contribution, FUND, line } from '../support/ledger.js';
import { FILE, type Case } from './room.js';
import { DEADLINE_MS, Hung, type Served } from './service.js';

/** A client that posts acts under keys, notes which were acknowledged, and checks afterwards what became of them. */

export interface Act {
  readonly key: string;
  readonly officer: string;
  readonly path: string;
  readonly fact: { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
  /** The answer that acknowledged it; undefined if none did. */
  acknowledged?: string;
  /** The code of the refusal in its last answer; undefined if it was acknowledged, or the connection was cut. */
  refused?: string | undefined;
}

export interface Answered {
  readonly status: number;
  readonly body: string;
  /** The refusal in words; undefined if the answer is none, or holds a fault of the program. */
  readonly words?: string | undefined;
  readonly code?: string | undefined;
}

/** Refusals after which the act may still be recorded. Every other refusal means that it is not. */
const MAY_BE_RECORDED: ReadonlySet<string> = new Set(['store_unavailable', 'outcome_unknown', 'ledger_replaced']);

/** Makes acts of the same kind that all differ, so that a doubled or altered record shows. */
export function actsOf({ random, seed }: Pick<Case, 'random' | 'seed'>) {
  let made = 0;
  // In letters, because ten digits in a row may look like the number of a patient.
  const letters = String(seed).replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)]!);
  const one = (): Act => {
    const name = `t-${letters}-${++made}`;
    const amount = `${1 + random.below(999_999)}.00`;
    const facts = `/v1/funds/${FUND}/facts`;
    switch (random.below(3)) {
      case 0: {
        const data = { effective: '2016-04-01', claimant: name, statedOn: '2016-04-01', amount, basis: 'a report' };
        return { key: name, officer: 'county-finance', path: facts, fact: { type: 'GapStated', data } };
      }
      case 1: {
        const fact = { type: 'PlanLineSet', data: line({ line: name, amount }) };
        return { key: name, officer: 'pool-manager', path: facts, fact };
      }
      default: {
        const fact = { type: 'ContributionAgreed', data: contribution({ contribution: name, amount }) };
        return { key: name, officer: 'north-ccg-finance', path: `/v1/funds/${FUND}/proposals`, fact };
      }
    }
  };
  return (count: number): Act[] => Array.from({ length: count }, one);
}

async function request(url: string, init: RequestInit): Promise<Answered | undefined> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  try {
    const answer = await fetch(url, { ...init, signal });
    const body = await answer.text();
    return { status: answer.status, body, ...(!answer.ok && refusalIn(body)) };
  } catch (error) {
    if ((error as Error).name === 'TimeoutError') throw new Hung(url);
    // The connection was refused or cut, because the service has ended.
    return undefined;
  }
}

function refusalIn(body: string): Pick<Answered, 'words' | 'code'> {
  try {
    const { code, title, detail = '' } = JSON.parse(body) as { code?: string; title?: string; detail?: string };
    if (code === undefined || title === undefined || code === 'internal_error') return {};
    return { code, words: `${title}: ${detail}` };
  } catch {
    return {};
  }
}

// The service may close a kept connection just as it is used again.
const headersOf = ({ room }: Pick<Case, 'room'>, officer: string) => ({
  authorization: `Bearer ${room.tokens[officer]!}`,
  connection: 'close',
});

/** Posts one act; undefined where the connection was cut. */
export async function post(of: Pick<Case, 'room'>, { address }: Served, act: Act): Promise<Answered | undefined> {
  const answer = await request(`${address}${act.path}`, {
    method: 'POST',
    headers: {
      ...headersOf(of, act.officer),
      'content-type': 'application/json',
      'idempotency-key': act.key,
    },
    body: JSON.stringify({ fact: act.fact }),
  });
  if (answer?.status === 201) act.acknowledged = answer.body;
  act.refused = answer?.code;
  return answer;
}

export const get = (
  of: Pick<Case, 'room'>,
  { address }: Served,
  path: string,
  officer = 'auditor',
): Promise<Answered | undefined> => request(`${address}${path}`, { headers: headersOf(of, officer) });

/**
 * Posts several acts at a time until all are answered, or nobody answers any more. `each` is called with every answer.
 */
export async function postAll(
  of: Pick<Case, 'room'>,
  service: Served,
  acts: readonly Act[],
  each: (answer: Answered, act: Act) => void = () => undefined,
  atOnce = 4,
): Promise<void> {
  const waiting = [...acts];
  let gone = false;
  const worker = async (): Promise<void> => {
    for (let act = waiting.shift(); act && !gone; act = waiting.shift()) {
      const answer = await post(of, service, act);
      if (answer) each(answer, act);
      else gone = true;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** All events of the ledger of a folder, in use or at rest. */
export async function eventsIn(folder: string): Promise<RecordedEvent[]> {
  const store = openSqliteEventStore({ file: join(folder, FILE), readOnly: true });
  try {
    const all: RecordedEvent[] = [];
    for (let after: string | undefined; ;) {
      const page = await store.readAll({ after });
      if (page.length === 0) return all;
      all.push(...page);
      after = page.at(-1)!.position;
    }
  } finally {
    await store.close();
  }
}

/** How often each key is recorded, by its digest, with the data of what it recorded. */
export async function recordedIn(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const { data, metadata, stream } of await eventsIn(folder)) {
    if (stream === REGISTER_STREAM) continue;
    const { key } = JSON.parse(metadata) as { key: string };
    found.set(key, [...(found.get(key) ?? []), data]);
  }
  return found;
}

const digestOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Checks for each act that it is there as often as it must be: once if it was acknowledged, and never twice. */
export async function holdToActs(tried: Case, folder: string, acts: readonly Act[], when: string): Promise<boolean> {
  const recorded = await recordedIn(folder);
  let holds = true;
  const wrong = (outcome: 'lost' | 'doubled' | 'silent', words: string): void => {
    holds = false;
    tried.note(outcome, words);
  };
  for (const act of acts) {
    const there = recorded.get(digestOf(act.key)) ?? [];
    if (there.length > 1) wrong('doubled', `${act.key} is recorded ${there.length} times ${when}`);
    else if (act.acknowledged === undefined) {
      if (there.length > 0 && act.refused !== undefined && !MAY_BE_RECORDED.has(act.refused))
        wrong('silent', `${act.key} was refused as ${act.refused} and is recorded ${when}`);
    } else if (there.length === 0) wrong('lost', `${act.key} was acknowledged and is not there ${when}`);
    else if (!there[0]!.includes(`"amount":"${String(act.fact.data['amount'])}"`))
      wrong('lost', `${act.key} was acknowledged and is another ${when}: ${there[0]!}`);
  }
  return holds;
}
