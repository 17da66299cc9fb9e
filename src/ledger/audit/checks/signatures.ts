import type { FactData, LedgerEvent, Signature } from '../../../domain/grammar/event.js';
import { signingOf } from '../../../domain/grammar/fact.js';
import { factOf } from '../../../domain/grammar/kind.js';
import { isProposalEvent, textsOf, type Offered } from '../../../domain/grammar/proposal.js';
import { rulesOf } from '../../../domain/grammar/rule-versions.js';
import { asStored, textOf } from '../../../domain/grammar/texts.js';
import type { RegisterState } from '../../../domain/register/state.js';
import { canonical, kindOf } from '../../catalogue.js';
import type { Agreed, Check, Report } from './check.js';

export const SIGNATURES = {
  name: 'signatures',
  promise:
    'Every fact that needs two signatures has them: two people, and two partners where the other side must sign, unless both sides have become one body; and after every agreement stand the facts agreed, word for word and in their order.',
  begin({ register }, report) {
    /** The facts that were recorded as adjustments of closed periods, by stream and revision. */
    const adjusted = new Set<string>();
    /** Where the agreement is to facts of which some are to come, by stream. */
    const agreements = new Map<string, string>();
    return {
      event({ event, where, agreed, isVoid }) {
        const { stream, revision, metadata } = event;
        if (!agreed || agreed.part === agreed.of - 1 || !isAgreedBy(agreed, event)) agreements.delete(stream);
        if (event.type === 'ProposalAgreed') agreements.set(stream, where);
        if (isVoid) return;
        checkSigned(event, agreed, register(), adjusted, (words) => report(where, words));
        if (metadata.adjustment) adjusted.add(`${stream} ${revision}`);
      },
      end() {
        for (const where of agreements.values()) report(where, 'what was agreed does not follow it.');
      },
    };
  },
} as const satisfies Check;

type Say = (words: Parameters<Report>[1]) => void;

function checkSigned(
  event: LedgerEvent,
  agreed: Agreed | undefined,
  register: RegisterState,
  adjusted: ReadonlySet<string>,
  say: Say,
): void {
  const needed = isProposalEvent(event) ? 'none' : signatureNeeded(event, adjusted);
  if (agreed && isAgreedBy(agreed, event)) return checkSigners(event, agreed, needed, register, say);
  if (agreed) say(`it is not what was agreed at revision ${agreed.by.revision}.`);
  else if (needed !== 'none') say(`${event.type} does not follow an agreement to it.`);
}

/** Whether a fact is the one that an agreement is to at its place, word for word as both are stored. */
function isAgreedBy({ by, part }: Agreed, event: LedgerEvent): boolean {
  const kind = kindOf(event.stream);
  return (
    !isProposalEvent(event) &&
    canonical(asStored(kind, textsOf(by.data as unknown as Offered)[part]!)) ===
      canonical(asStored(kind, textOf(kind, event)))
  );
}

function checkSigners(
  { metadata }: LedgerEvent,
  { by, part, of }: Agreed,
  needed: Signature,
  register: RegisterState,
  say: Say,
): void {
  const all = by.data['signatures'] as { officer: string; partner: string; role: string; facts?: number[] }[];
  // A signature under a deal is for some of its facts.
  const signatures = all.filter(({ facts }) => facts?.includes(part) ?? true);
  const officers = new Set(signatures.map((each) => each.officer));
  const partners = new Set(signatures.map((each) => each.partner));
  if (officers.size < (needed === 'none' && of > 1 ? 1 : 2)) say(`${[...officers].join()} signed it twice.`);
  if (needed === 'other-side' && partners.size < 2 && !followsOthers(register, signatures[0]!.partner))
    say(`only ${[...partners].join()} signed it.`);
  const second = all.at(-1)!;
  if (second.officer !== metadata.officer || second.partner !== metadata.partner)
    say('its last signature is not that of the officer who recorded it.');
}

/** Whether a body follows others: both sides of a fact may have become that one body, two of whose officers sign. */
const followsOthers = ({ successions }: RegisterState, partner: string): boolean =>
  successions.some(({ reversed, successors }) => reversed === undefined && successors.includes(partner));

/**
 * The signature that a recorded fact must have had: a reversal's is its original's; an adjustment's, and that of what
 * undoes one, is at least a second.
 */
function signatureNeeded({ stream, type, data, metadata }: LedgerEvent, adjusted: ReadonlySet<string>): Signature {
  const kind = kindOf(stream);
  const original = data['fact'] as { type: string; data: FactData } | undefined;
  const { signature } = signingOf(factOf(kind, original?.type ?? type), { rules: rulesOf(metadata) });
  const adjusts = metadata.adjustment ?? adjusted.has(`${stream} ${kind.referredTo({ type, data }) ?? ''}`);
  return signature === 'none' && adjusts ? 'second-officer' : signature;
}
