import { rule } from '../grammar/rule.js';

/** The rules about disputes, for the table of all rules. Source: docs/sources.md, Acts and corrections; Disputes. */
export const DISPUTE_RULES = {
  days_out_of_order: rule(
    422,
    'The days are not in order',
    'Costs and bodies are given in the order of their days, from the first day of the claim on; care ends after it began; a settlement is of days that have passed. What is done under an agreement is within its term, and notice comes before what it is of.',
    'Correct the day that the detail names.',
  ),
  both_sides: rule(
    422,
    'A body cannot claim from itself',
    'A case has a claimant and a respondent; no partner stands on both sides, on any day.',
    'Check the bodies.',
  ),
  protocol_missing: rule(
    409,
    'The area has no dispute protocol',
    'A dispute goes by the protocol in force, and known, when it is raised.',
    'Adopt one first: propose DisputeProtocolAdopted.',
  ),
  claim_of_nothing: rule(
    422,
    'There is nothing that is claimed',
    'A claim needs a cost, and asks the respondent for more than it pays meanwhile.',
    'Check the costs and the shares.',
  ),
  interim_beyond_claim: rule(
    422,
    'More would be paid meanwhile than is claimed',
    'Interim funding is without prejudice to the claim, and within it.',
    'Check the shares, or concede the claim.',
  ),
  decision_beyond_claim: rule(
    422,
    'More would be decided than is claimed',
    'Every claim is what is agreed, abandoned and still open: a decision lies within the claim.',
    'Have the claim revised first.',
  ),
  reduction_signed: rule(
    409,
    'A second officer signs where a claim falls',
    'Who lowers a claim gives money up, on whichever day; four eyes see it.',
    'Propose ClaimReduced with the same fields; another officer of the claimant signs it.',
  ),
  decided_already: rule(
    409,
    'How those days are split has been decided and signed',
    'What others have signed, one alone does not change.',
    'Use a day after the decision; or propose another split, which both sign; or reverse the decision.',
  ),
  settled_already: rule(
    409,
    'The case is settled',
    'Both sides have signed what the days settled come to.',
    'Use a day after those settled; or reverse the settlement, with both signatures.',
  ),
  stage_unknown: rule(
    422,
    'The protocol has no such stage',
    'A case goes by the protocol that was in force when it was raised.',
    'Use one of the stages named in the detail.',
  ),
  stage_backwards: rule(
    422,
    'A dispute moves forward only',
    'Stages are entered in the order of the protocol, none before the one that the case is in.',
    'Enter a later stage; or reverse the entry that was wrong.',
  ),
  deadline_not_later: rule(
    422,
    'That is not a later deadline',
    'Consent extends a deadline, to a day that is still to come when it is agreed.',
    'Give a later day.',
  ),
  settles_others: rule(
    422,
    'A settlement is between two bodies',
    'All its cases are between the same two, in either direction, on its effective date.',
    'Settle the other cases apart.',
  ),
  nothing_to_settle: rule(
    422,
    'Nothing of that case is left to settle',
    'What was settled before is not settled again.',
    'Leave the case out.',
  ),
  settles_too_much: rule(
    422,
    'It settles more than is claimed',
    'Of every case, what is agreed + abandoned + still open is what is claimed.',
    'Correct the sums; the detail says what is left of the claim.',
  ),
  closes_with_open: rule(
    422,
    'A case is closed only when nothing of it is open',
    'Closing says that nothing of the claim is left.',
    'Agree or abandon the rest, or {left-open}.',
  ),
  more_than_is_due_back: rule(
    422,
    'It is more than is owed',
    'A refund pays what was decided or settled, and no more.',
    'Check the amount; interest goes in its own field.',
  ),
  more_than_abandoned: rule(
    422,
    'It is more than was abandoned',
    'Only what a creditor has given up is written off.',
    'Check the amount.',
  ),
  written_off_already: rule(
    409,
    'More has been written off than would be abandoned',
    'What was given up and written off is not claimed, agreed or decided again.',
    'Reverse the write-off first, or abandon as much as has been written off.',
  ),
  minute_needed: rule(
    422,
    'Above the delegated limit a write-off needs a minute',
    'Each partner sets the sum up to which its officers may write off of a case or a settlement, in all; above it, the decision is minuted. The limit on the day of recording counts too.',
    'Name the minute in the field "minute".',
  ),
  class_reason_needed: rule(
    422,
    'Another class than the rule proposes needs a reason',
    'The rule proposes, the officer confirms; where they differ an auditor must see why.',
    'Give the field "reason", or confirm the class proposed.',
  ),
  more_than_an_area_disputes: rule(
    422,
    'The claims would be too large to be added exactly',
    'All weekly costs and invoices of one area stay below £999,999,999.99, so that no sum is ever rounded.',
    'Check the amount.',
  ),
} as const;
