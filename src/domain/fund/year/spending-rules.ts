import { rule, type Rule } from '../../grammar/rule.js';

/** The rules of spending, reserves, pay for performance and returns, in the order in which they are looked at. */
export const SPENDING_RULES = {
  line_is_saving: rule(
    422,
    'Nothing is spent on a saving',
    'A line that reduces the requirement is met by costs that do not arise.',
    'Use a line that adds to the plan.',
  ),
  line_saves_nothing: rule(
    422,
    'Only a line that lowers cost achieves something',
    'What was saved or came in is said of savings and income; what a line that adds to the plan has cost is recorded as spending.',
    'Leave the field "achieved" out, or use a line of savings or income.',
  ),
  outturn_below_nothing: rule(
    422,
    'A saving or income is forecast above nothing',
    'What a saving or income is forecast to save or bring in lowers cost by as much; below nothing it would raise it.',
    'Write the forecast without its minus, or 0.00 where nothing is expected.',
  ),
  supplier_class_unknown: rule(
    422,
    'There is no such class of supplier',
    'Classes of supplier are reference data.',
    'Use one of the classes named in the detail.',
  ),
  vat_beyond_recovery: rule(
    422,
    'More VAT would be recovered than there is',
    'A line bears the cost and the VAT that is not recovered; VAT follows the body that delivers.',
    'Correct the fields "vat" and "recoverable".',
  ),
  purpose_not_allowed: rule(
    422,
    'That money is not for this purpose',
    'A grant is spent, and carried forward, only for the purposes of its determination; so is money carried in.',
    'Name one of the purposes in the detail, or none where none are stated.',
  ),
  period_day_wrong: rule(
    422,
    'That is not the last day of the period',
    'What is stated as at a period is effective on its last day.',
    'Use the day named in the detail.',
  ),
  accrual_not_there: rule(
    422,
    'That is not what it settles',
    'What settles an accrual is an invoice of the same line, dated after the day that it was accrued on.',
    'Name the revision of the accrual, as the timeline shows it, or leave "settles" out.',
  ),
  cost_after_year: rule(
    422,
    'The fund’s year is over for that cost',
    'A cost is borne by one year. Until 31 March it is recorded there; later only the invoice of what was accrued on that day, which names the accrual, within a year of it and up to the sum accrued.',
    'Name the accrual of P12 in "settles"; what was not accrued is recorded in the fund of the year that it is dated in.',
  ),
  more_than_committed: rule(
    422,
    'It is more than is committed',
    'Only what was committed, and is neither spent nor released, can be released; on every day from the effective date on.',
    'Check the commitment and the amount.',
  ),
  more_than_held: rule(
    422,
    'It is more than the pool holds',
    'Money set aside for a later year, or given back, was received and is neither spent nor owed nor passed down; on every day. What was passed down is not spent again.',
    'Lower the amount; or reverse what was set aside, given back, accrued or passed down first.',
  ),
  more_than_reserved: rule(
    422,
    'It is more than is in the reserve',
    'A reserve is drawn down to nothing and no further, on every day.',
    'Check the reserve and the amount.',
  ),
  balance_opens_with_year: rule(
    422,
    'An opening balance stands from the first day of the year',
    'Reserves and provisions are stated as they stood when the year began; what happens to them afterwards is their use.',
    'Date it on the first day of the fund’s year.',
  ),
  drawn_too_early: rule(
    422,
    'A reserve is drawn in the year that it is for',
    'Money is set aside for a later year, and leaves the reserve on the first day of that year or after it.',
    'Give a day from the one named in the detail on; or reverse the reserve, if the money is needed now.',
  ),
  drawn_too_late: rule(
    422,
    'A reserve is drawn in the year that it is for',
    'What is drawn enters the fund of that year, on one of its days; after the last of them no fund could take it in.',
    'Give a day of that year. What is not used can be set aside again, from the fund of that year or, once the reserve is reversed, from this one.',
  ),
  more_than_drawn: rule(
    422,
    'It is more than was drawn',
    'Money enters a fund from a reserve of an earlier year once it has been drawn there, and once only, on every day.',
    'Draw it first, where it has not been: propose ReserveDrawn in the fund of the earlier year.',
  ),
  reserve_for_another: rule(
    422,
    'That reserve is for another fund',
    'A reserve is carried into the fund of its own area, or of a body that follows its host, in the year that it was set aside for.',
    'Check the reserve and the fund.',
  ),
  year_not_later: rule(
    422,
    'That is not a later year',
    'Money is set aside for a year after the fund’s own.',
    'Correct the field "toYear".',
  ),
  source_enters_otherwise: rule(
    422,
    'That source does not enter by a contribution',
    'Money carried in comes from a reserve, and pay for performance from a pot, each by a fact of its own.',
    'Post the fact named in the detail.',
  ),
  nothing_to_release: rule(
    409,
    'Nothing more has been earned of the pot',
    'What is released in all is pot × min(1, achieved ÷ planned).',
    'Post PerformanceMeasured first, or leave it.',
  ),
  return_day_wrong: rule(
    422,
    'A return of that kind has another cut-off',
    'Quarterly returns report to the end of their quarter, and a year-end return to 31 March; each is filed on or after that day.',
    'Use the day named in the detail.',
  ),
  return_stands: rule(
    409,
    'A return stands until another replaces it',
    'What was filed stays as filed. A second return of one kind and cut-off says which it takes the place of.',
    'Name in "replaces" the return that stands, as the detail says; or leave it out where none does.',
  ),
} as const satisfies Record<string, Rule>;
