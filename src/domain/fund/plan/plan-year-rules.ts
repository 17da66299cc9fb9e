import { rule, type Rule } from '../../grammar/rule.js';

/** The rules of the agreement, the risk share and the life cycle of the plan, in the order in which they are looked at. */
export const PLAN_YEAR_RULES = {
  agreement_missing: rule(
    409,
    'No section 75 agreement is in force',
    'Risk is shared, and the plan of a year is put into effect, under a signed agreement.',
    'Propose AgreementSigned.',
  ),
  agreement_stands: rule(
    409,
    'Another agreement is in force',
    'A fund is pooled under one agreement at a time.',
    'Vary it with AgreementVaried, or end it first.',
  ),
  move_not_legal: rule(
    409,
    'The plan cannot move there from where it is',
    'The plan of a year goes from one state to the next by legal steps only.',
    'Take one of the steps that the detail names; {plan-year} lists them.',
  ),
  letter_needed: rule(
    422,
    'That step rests on a letter',
    'Approval, refusal, escalation and direction are said in writing.',
    'Give the field "letter".',
  ),
  conditions_needed: rule(
    422,
    'Conditions belong to an approval with conditions',
    'Such an approval names at least one condition and its last day; no other step sets any.',
    'Give the field "conditions", or leave it out, as the detail says.',
  ),
  sign_off_missing: rule(
    409,
    'The plan is not signed off',
    'A plan is submitted once each capacity that the year asks for has signed the plan as it stands; a sign-off of an earlier plan does not count.',
    'Have whoever the detail names sign the plan off.',
  ),
  plan_changed: rule(
    409,
    'The plan is not the one that was read',
    'A sign-off is bound to the hash of the plan’s lines and agreed contributions on its day.',
    'Read the plan again; {plan-year} gives its hash.',
  ),
  capacity_not_asked: rule(
    422,
    'The year asks for no such sign-off of that partner',
    'In which capacities a plan is signed off, and by which bodies, is dated reference data.',
    'Check the capacity and the partner.',
  ),
  not_a_party: rule(
    422,
    'That body is no party to the agreement',
    'A section 75 agreement is between a council and an NHS body at least, and binds its parties alone (NHS Act 2006, section 75).',
    'Check the parties, and the bodies that the terms name.',
  ),
  terms_not_accepted: rule(
    409,
    'The terms do not bind everybody to whom a share would fall',
    'An agreement is signed by the host and one party of the other side; nobody else bears or keeps a share of a variance under terms that it has not accepted.',
    'Have each party that the detail names post AgreementAccepted, effective on that day or before.',
  ),
  notice_running: rule(
    422,
    'The notice has not run out',
    'An agreement or scheme ends when its notice has run out, and the whole not before its schemes.',
    'Use the day that the detail names, or a later one.',
  ),
} as const satisfies Record<string, Rule>;
