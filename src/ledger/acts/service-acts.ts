import type { SentFact } from '../../domain/grammar/event.js';
import { SERVICE } from '../../domain/grammar/mandate.js';
import type { Command } from '../../domain/grammar/command.js';
import { Refusal } from '../../domain/rules.js';
import { placed, REGISTER_STREAM } from '../catalogue.js';
import type { Clock } from '../clock.js';
import type { ReadModel } from '../memory/read-model.js';
import { todayOf } from './stamp.js';
import type { Done, Submission } from './submission.js';

/** Acts of the service itself, without an officer. They are submitted in the same way as officers’ acts. */
export interface ServiceActs {
  /** Ends every proposal that nobody can sign any more. Returns how many lapsed. */
  lapseExpired(): Promise<number>;
  /** Records in the register what the service itself has to say; under the same key once. */
  note(fact: SentFact, key: string): Promise<Done | Refusal>;
}

const byService = (stream: string, command: Command, key: string, correlation: string): Submission => ({
  kind: placed(stream).kind,
  stream,
  command,
  officer: SERVICE,
  signedInBy: 'service',
  key,
  correlation,
  evidence: [],
});

export const serviceActs = (
  submit: (submission: Submission) => Promise<Done | Refusal>,
  ledger: { readonly model: ReadModel; readonly clock: Clock },
): ServiceActs => ({
  async lapseExpired() {
    const today = todayOf(ledger);
    const due = ledger.model
      .openProposals()
      .filter(({ proposal }) => proposal.expires !== undefined && proposal.expires < today);
    let lapsed = 0;
    for (const { stream, proposal } of due) {
      const command = { act: 'lapse', proposal: proposal.id } as const;
      const key = `lapse ${proposal.id} ${proposal.revision}`;
      const outcome = await submit(byService(stream, command, key, proposal.id));
      if (!(outcome instanceof Refusal)) lapsed++;
    }
    return lapsed;
  },
  note: (fact, key) => submit(byService(REGISTER_STREAM, { act: 'note', fact }, key, key)),
});
