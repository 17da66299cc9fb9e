import type { SentFact, StreamKind } from '../../domain/grammar/event.js';
import type { Command } from '../../domain/grammar/command.js';
import { offeredAs, textsOf, type Offered } from '../../domain/grammar/proposal.js';
import { factOf, type StreamState } from '../../domain/grammar/kind.js';
import type { RegisterState } from '../../domain/register/state.js';
import type { EvidenceList } from '../../domain/values.js';
import { canonical, KINDS, sha256, type AnyKind } from '../catalogue.js';
import { commandInCodes } from './in-codes.js';
import type { Prepared } from './submission.js';

/** What is asked, of which stream, for whom, and on which evidence. */
interface Requested {
  readonly stream: string;
  readonly command: Command;
  readonly actingFor?: string | undefined;
  readonly evidence: EvidenceList;
}

/** The fingerprint of a request. It tells whether a key that is used again stands for the same act. */
export function requestOf({ kind, command, ...asked }: Requested & { readonly kind: StreamKind }): string {
  const plain = 'fact' in command ? { ...command, ...understoodOffer(KINDS[kind], command) } : command;
  return fingerprint({ ...asked, command: plain });
}

/** An act in the codes of the rules that a register has, with its fingerprint. */
export const inCodesBy = (
  act: Omit<Prepared, 'request' | 'codesOf'>,
  { last, own: { reference } }: StreamState<RegisterState>,
): Prepared => {
  const command = commandInCodes(act, act.sent, reference);
  return { ...act, command, request: requestOf({ ...act, command }), codesOf: last };
};

/** A fact as it would be sent by somebody who leaves out what is understood. */
export const understood = (kind: AnyKind, { type, data }: SentFact): SentFact => ({
  type,
  data: factOf(kind, type).understood?.(data) ?? data,
});

const understoodOffer = (kind: AnyKind, offered: Offered<SentFact>): Offered<SentFact> =>
  offeredAs(textsOf(offered).map((fact) => understood(kind, fact)));

/** The same of a request whose fact is without what is understood. */
export const fingerprint = ({ stream, command, actingFor, evidence }: Requested): string =>
  sha256(canonical({ stream, command, actingFor: actingFor ?? null, evidence }));
