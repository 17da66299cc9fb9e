import { rule } from '../../grammar/rule.js';

/** Rules of reference data, of the plan in full, and of its minimum tests. */
export const PLAN_RULES = {
  called_the_same: rule(
    422,
    'Two codes of a list are called the same',
    'No name of a code in the rules of a year is the name, a wording or the code of another code of the same list: what is called so could not be told apart.',
    'Give each code of the list a name of its own.',
  ),
  publication_stands: rule(
    409,
    'A publication stands already',
    'Of each allocation, and of each year’s rules, one publication is in force; another names the one that it revises.',
    'Give the revision named in the detail under "revises".',
  ),
  minima_do_not_fit: rule(
    422,
    'The minima do not fit the allocation',
    'What must be spent on social care and outside hospital is part of the minimum NHS contribution.',
    'Correct the sums; leave minima out for any other source.',
  ),
  scheme_not_in_rules: rule(
    422,
    'The rules of the year do not list that',
    'Scheme types, areas of spend and providers are the lists of the fund’s year, by their codes or as the year’s template words them; {rule-set} gives them.',
    'Use one of those named in the detail.',
  ),
  virement_not_balanced: rule(
    422,
    'A virement leaves the requirement as it is',
    'Virement moves budget between lines inside the approved total: what some lines gain, others lose.',
    'Correct the changes; the detail says by how much they differ.',
  ),
  capital_and_revenue: rule(
    422,
    'Capital and revenue are not moved into one another',
    'A capital grant pays for capital, and revenue for revenue; which a source is, is reference data.',
    'Move budget between lines of one kind; GET /v1/sources says which is which.',
  ),
  line_cannot_fall: rule(
    422,
    'A saving or income is above zero',
    'What a saving or income takes out of the plan is written above zero; only a base, a pressure, inflation or a change of funding can be below zero.',
    'Write the sum without its minus; for what is taken out of the plan otherwise, choose the category of what it was.',
  ),
  line_keeps_sign: rule(
    422,
    'The line would change its sign',
    'A plan line stays above zero, or below it, as it was set: so that what is added and what is taken out can be told apart.',
    'Revise this one to 0.00 at the most, and set another line for the rest.',
  ),
  more_than_planned: rule(
    422,
    'It is more than the line has',
    'No plan line changes its sign, on any day from the effective date on.',
    'Lower the amount, or move money to the line first.',
  ),
  minimum_breached: rule(
    422,
    'A national minimum would be missed',
    'The minimum NHS contribution is pooled in full, and of it the minima for social care and for services outside hospital are spent so (NHS Act 2006, section 223GA). What passes may not be made to fail.',
    'Agree the whole allocation; move money between lines in one BudgetVired; ask {minimum-tests} beforehand, with the proposal.',
  ),
} as const;
