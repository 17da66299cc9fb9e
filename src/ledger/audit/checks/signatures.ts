import type { FactData, FactText, LedgerEvent, Signature } from '../../../domain/grammar/event.js';
import { signingOf } from '../../../domain/grammar/fact.js';
import { factOf } from '../../../domain/grammar/kind.js';
import { isProposalEvent } from '../../../domain/grammar/proposal.js';
import { rulesOf } from '../../../domain/grammar/rule-versions.js';
import { asStored, textOf } from '../../../domain/grammar/texts.js';
import type { RegisterState } from '../../../domain/register/state.js';
import { canonical, kindOf } from '../../catalogue.js';
import type { Check, Report } from './check.js';

export const SIGNATURES = {
  name: 'signatures',
  promise:
    'Every fact that needs two signatures has them: two people, and two partners where the other side must sign, unless both sides have become one body; and after every agreement stands the fact agreed, word for word.',
  begin({ register }, report) {
    /** The facts that were recorded as adjustments of closed periods, by stream and revision. */
    const adjusted = new Set<string>();
    /** Where the agreement is that was the last event of a stream. */
    const agreements = new Map<string, string>();
    return {
      event({ event, where, agreed, isVoid }) {
        const { stream, revision, metadata } = event;
        agreements.delete(stream);
        if (event.type === 'ProposalAgreed') agreements.set(stream, where);
        if (isVoid) return;
        checkSigned(event, agreed, register(), adjusted, (words) => report(where, words));
        if (metadata.adjustment) adjusted.add(`${stream} ${revision}`);
      },
      end() {
        for (const where of agreements.values()) report(where, 'the fact agreed does not follow it.');
      },
    };
  },
} as const satisfies Check;

type Say = (words: Parameters<Report>[1]) => void;

function checkSigned(
  event: LedgerEvent,
  agreed: LedgerEvent | undefined,
  register: RegisterState,
  adjusted: ReadonlySet<string>,
  say: Say,
): void {
  const needed = isProposalEvent(event) ? 'none' : signatureNeeded(event, adjusted);
  if (agreed && isAgreedBy(agreed, event)) return checkSigners(event, agreed, needed, register, say);
  if (agreed) say(`it is not what was agreed at revision ${agreed.revision}.`);
  else if (needed !== 'none') say(`${event.type} does not follow an agreement to it.`);
}

/** Whether a fact is the one that an agreement is to, word for word as both are stored. */
function isAgreedBy(agreed: LedgerEvent, event: LedgerEvent): boolean {
  const kind = kindOf(event.stream);
  return (
    !isProposalEvent(event) &&
    canonical(asStored(kind, agreed.data['fact'] as FactText)) === canonical(asStored(kind, textOf(kind, event)))
  );
}

function checkSigners(
  { metadata }: LedgerEvent,
  agreed: LedgerEvent,
  needed: Signature,
  register: RegisterState,
  say: Say,
): void {
  const signatures = agreed.data['signatures'] as { officer: string; partner: string; role: string }[];
  const officers = new Set(signatures.map((each) => each.officer));
  const partners = new Set(signatures.map((each) => each.partner));
  if (officers.size < 2) say(`${[...officers].join()} signed it twice.`);
  if (needed === 'other-side' && partners.size < 2 && !followsOthers(register, signatures[0]!.partner))
    say(`only ${[...partners].join()} signed it.`);
  const second = signatures.at(-1)!;
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
