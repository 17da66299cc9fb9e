import { z } from 'zod';
import type { FactData, FactText, LedgerEvent, SentFact } from '../../domain/grammar/event.js';
import { isProposalEvent, offeredAs, textsOf, type ProposalEvent } from '../../domain/grammar/proposal.js';
import { halfIn, termsOf, type Command } from '../../domain/grammar/command.js';
import { factOf } from '../../domain/grammar/kind.js';
import { asStored, formOf, textOf, textsIn } from '../../domain/grammar/texts.js';
import { canonical, type AnyKind } from '../catalogue.js';
import { fingerprint, understood } from './request.js';

/** What an event shows of its act, in the version in which it was recorded and in today’s. */

/** The command that an event records, in the form of this program’s version. */
export const commandOf = (kind: AnyKind, event: LedgerEvent): Command => commandSaying(kind, event, sentNow(kind));

/**
 * The fingerprints that the request of an event’s act may have. Whether the officer named the partner that they acted for,
 * and said again that what they signed is an adjustment, is not recorded: it is one of the ways in which the act could be asked.
 */
export const requestsOf = (kind: AnyKind, event: LedgerEvent): string[] => fingerprints(kind, event, sentThen(kind));

/** The same where an older version was recorded and the act is asked in the words of this program’s. */
export const requestsNow = (kind: AnyKind, event: LedgerEvent): string[] =>
  fingerprints(kind, event, (text) => understood(kind, sentNow(kind)(text)));

type Saying = (text: FactText) => SentFact;

function fingerprints(kind: AnyKind, event: LedgerEvent, saying: Saying): string[] {
  const { stream, metadata } = event;
  const command = commandSaying(kind, event, saying);
  const { adjustment, ...plain } = command as Command & { adjustment?: unknown };
  const commands = command.act === 'agree' && adjustment ? [command, plain] : [command];
  return commands.flatMap((each) =>
    [undefined, metadata.partner].map((actingFor) =>
      fingerprint({ stream, command: each, actingFor, evidence: metadata.evidence }),
    ),
  );
}

function commandSaying(kind: AnyKind, event: LedgerEvent, saying: Saying): Command {
  const { adjustment } = event.metadata;
  const adjusting = adjustment ? { adjustment } : {};
  if (!isProposalEvent(event)) {
    const fact = saying(textOf(kind, event));
    return factOf(kind, event.type).byService ? { act: 'note', fact } : { act: 'post', fact, ...adjusting };
  }
  const step: ProposalEvent = event;
  const { proposal } = step.data;
  switch (step.type) {
    case 'ProposalMade':
      return {
        act: 'propose',
        ...offeredAs(textsOf(step.data).map(saying)),
        ...termsOf(step.data),
        ...halfIn({ otherHalf: step.data.otherHalf?.proposal }),
        ...adjusting,
      };
    case 'ProposalCountered':
      return { act: 'counter', proposal, ...offeredAs(textsOf(step.data).map(saying)), ...termsOf(step.data) };
    case 'ProposalSigned':
    case 'ProposalAgreed':
      return { act: 'agree', proposal, ...adjusting };
    case 'ProposalDeclined':
      return { act: 'decline', proposal, reason: step.data.reason };
    case 'ProposalWithdrawn':
      return { act: 'withdraw', proposal, reason: step.data.reason };
    case 'ProposalLapsed':
      return { act: 'lapse', proposal };
  }
}

/** A fact as it would be sent now: without what the decision added to it. */
export const sentNow =
  (kind: AnyKind): Saying =>
  ({ type, data }) => ({ type, data: namedBy(factOf(kind, type).input, data) as FactData });

/** A fact as it was sent in the version in which it was recorded, without what was understood then. */
const sentThen =
  (kind: AnyKind): Saying =>
  (text) => {
    const { type, version, data } = text.stored ?? text;
    const fact = factOf(kind, type);
    const form = fact.earlier?.[version - 1] ?? fact;
    const sent = namedBy(form.input, data) as FactData;
    return { type, data: form.understood?.(sent) ?? sent };
  };

/**
 * The parts of a value that a schema names, at any depth, because a decision also adds fields to the items of a list.
 */
function namedBy(schema: z.core.$ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodOptional) return namedBy(schema.def.innerType, value);
  if (schema instanceof z.ZodArray) return (value as unknown[]).map((each) => namedBy(schema.def.element, each));
  if (!(schema instanceof z.ZodObject)) return value;
  const given = value as Readonly<Record<string, unknown>>;
  const named = Object.entries<z.core.$ZodType>(schema.shape).filter(([name]) => name in given);
  return Object.fromEntries(named.map(([name, of]) => [name, namedBy(of, given[name])]));
}

/**
 * Whether a repeated decision equals the recorded event: word for word or, if the text was recorded in an older
 * version, in the form in which that is read. A text that a decision copies, such as the signed text, must always match
 * word for word.
 */
export function isSame(kind: AnyKind, decided: FactText, recorded: FactText): boolean {
  if (canonical(asStored(kind, decided)) === canonical(asStored(kind, recorded))) return true;
  if (decided.stored || !recorded.stored || decided.type !== recorded.type) return false;
  const texts = formOf(kind, decided.type).texts ?? [];
  const others = ({ data }: FactText) =>
    canonical({ ...data, ...Object.fromEntries(texts.map((field) => [field, 0])) });
  return (
    others(decided) === others(recorded) &&
    texts.every((field) => {
      const [one, other] = [textsIn(decided, field), textsIn(recorded, field)];
      return one.length === other.length && one.every((each, at) => isSame(kind, each, other[at]!));
    })
  );
}
