import { rule } from './grammar/rule.js';

/**
 * Refusals by the service for any request: another act was recorded first, or the service, its store or its file has a
 * fault.
 */
export const SERVICE_RULES = {
  conflict: rule(
    409,
    'Others were posting at the same time',
    'Every decision is made on the present state; this one met others too often.',
    '{send-again}.',
  ),
  store_unavailable: rule(
    503,
    'The ledger’s store cannot be reached',
    'Nothing is accepted that is not on disk. Where the disk failed just as an act was written, it may be recorded all the same.',
    'Ask again. Of an act: {send-again}. It is recorded once. The operator’s health page says more.',
  ),
  store_busy: rule(
    503,
    'Another program is writing to the ledger',
    'One program writes at a time. This act waited for a few seconds and has not been recorded; figures go on being answered.',
    '{send-again}, after some seconds (the Retry-After header says how many). Where it lasts, ask the operator which program holds the ledger’s file.',
  ),
  clock_in_doubt: rule(
    503,
    'This machine’s clock cannot be trusted now',
    'Every act is stamped with the instant at which it is recorded, and a wrong stamp stays for ever. Nothing is recorded while the clock is far from the ledger’s last instant or from the clock of the event store, or has just been set.',
    '{send-again}, later. Ask the operator to look at the clock of the machine.',
  ),
  not_read_yet: rule(
    503,
    'This service has not read so far yet',
    'Services that share a ledger each read all of it; this one is behind, or there is no event at that position.',
    'Ask again, or leave wait-for out.',
  ),
  outcome_unknown: rule(
    503,
    'It is not known whether the act was recorded',
    'The store did not answer in time, or what the act rests on moved each time that it was recorded.',
    '{send-again}: it is recorded once.',
  ),
  events_hidden: rule(
    503,
    'The store no longer gives what it has recorded',
    'An answer from a part of the record would be wrong, so none is given. What was recorded still counts, and figures stand.',
    'Tell the operator, who can undo what hides the events as docs/operations.md says, and then ask again: an act that was recorded is not repeated.',
  ),
  read_model_faulted: rule(
    503,
    'Figures have stopped at an earlier state',
    'An event could not be read; a wrong balance is worse than none, so it is not skipped.',
    'Tell the operator; bcf-ledger verify names the event.',
  ),
  ledger_replaced: rule(
    503,
    'The ledger’s file is not the one that was opened',
    'An act counts only where it is kept. The file of the ledger, or its log, was removed or replaced while the service ran, so nothing more is recorded; figures are answered as they stood.',
    'Tell the operator: stop the service, put the right file in place, run bcf-ledger verify, and start again.',
  ),
  ledger_damaged: rule(
    503,
    'The ledger’s file is damaged',
    'What is read of the file is not what was recorded. No figure is answered from it, and nothing is recorded in it.',
    'Tell the operator: stop the service, run bcf-ledger verify, and restore a backup.',
  ),
  internal_error: rule(
    500,
    'Something went wrong in the service',
    'This is a fault of the service, not of your request.',
    'Send the request’s identifier to the operator.',
  ),
} as const;
