import { yearAfterThat } from '../domain/fund/roll-forward.js';
import type { StreamKind } from '../domain/grammar/event.js';
import { seesArea } from '../ledger/access.js';
import { askedOf } from './asking.js';
import { waysToAct } from './layout.js';
import type { Asking, Site } from './site.js';

/** An act that an officer may do at a place. Lists and links show only these, so that no link leads to a refusal. */
export interface OpenAct {
  readonly type: string;
  readonly title: string;
  readonly group: string;
  readonly about: string;
  readonly proposed: boolean;
}

const QUESTIONS = {
  fund: ['open-acts', 'fund'],
  dispute: ['dispute-open-acts', 'area'],
  register: ['register-open-acts', undefined],
} as const satisfies Readonly<Record<StreamKind, readonly [string, string | undefined]>>;

/**
 * What an officer may do in a fund, in the disputes of an area, or in the register. Throws {@link Refused} if they may
 * not see it.
 */
export async function openActsAt(
  { ledger }: Site,
  { sight, session }: Asking,
  kind: StreamKind,
  name: string,
): Promise<readonly OpenAct[]> {
  const [question, of] = QUESTIONS[kind];
  const asked = { ...(of !== undefined && { [of]: name }), officer: session.officer };
  return (await askedOf<{ acts: readonly OpenAct[] }>(ledger, sight, question, asked)).acts;
}

/**
 * Links to the two lists of a place: acts that need a signature, and all others. An officer who may do nothing of a list
 * gets no link to it.
 */
export async function waysToActAt(site: Site, asking: Asking, kind: StreamKind, name: string, path: string) {
  const acts = await openActsAt(site, asking, kind, name);
  const own = [true, false].filter((proposed) => acts.some((each) => each.proposed === proposed));
  return own.length > 0 && waysToAct(path, own);
}

/**
 * Whether the page that rolls a fund forward is open to an officer who sees the fund. It shows next year’s fund, so where
 * that is open already they must see it too.
 */
export function maySeeNextYear({ ledger: { model } }: Site, { sight }: Asking, fund: string): boolean {
  const { area, year } = model.fund(fund)!.outline.opened!;
  const next = yearAfterThat(year);
  if (!next) return false;
  const name = `${area}-${next.label}`;
  return model.fund(name) === undefined || sight.sees(name);
}

/** Whether an officer may make a deal at a place that they see. One part of it that they may propose is enough. */
export async function mayDealAt(site: Site, asking: Asking, kind: StreamKind, name: string): Promise<boolean> {
  // A deal of disputes is about cases, so the officer must see cases.
  if (kind === 'dispute' && seesArea(site.ledger, name, asking.sight, 'cases')) return false;
  return (await openActsAt(site, asking, kind, name)).length > 0;
}
