import { DISPUTE_RULES } from './dispute/rules.js';
import { SPENDING_RULES } from './fund/year/spending-rules.js';
import { PLAN_RULES } from './fund/plan/plan-rules.js';
import { REQUEST_RULES } from './request-rules.js';
import { SERVICE_RULES } from './service-rules.js';
import { ENDED_RULES, PUBLISHED_RULES, SUCCESSION_RULES } from './register/rules.js';
import { rule, type Rule } from './grammar/rule.js';
import { PLAN_YEAR_RULES } from './fund/plan/plan-year-rules.js';

/**
 * Every rule that can refuse a request, by its stable code. The code is the last part of the `type` of a problem
 * document and the name of the page that explains the rule; a code is never reused for another meaning.
 * They stand by subject. Which of several is named where more than one would refuse: grammar/refusal-order.ts.
 */
export const RULES = {
  ...REQUEST_RULES,

  ...ENDED_RULES,

  // Who may act.
  not_mandated: rule(
    403,
    'You hold no mandate today',
    'Officers act under a mandate in the register, from its first day to its last; the token alone gives no right.',
    'Ask your partner’s registrar to record a mandate.',
  ),
  partner_unclear: rule(
    403,
    'It is not clear for which partner you act',
    'You are mandated for more than one partner.',
    '{as-partner}.',
  ),
  not_your_fund: rule(
    403,
    'Your partner is not in this fund',
    'Officers see and post to the funds that their own partner is in; the keeper’s officers see all.',
    'Ask an officer of a partner in the fund.',
  ),
  not_your_area: rule(
    403,
    'Your partner is not in the disputes of this area',
    'Cases are seen by the officers of the area’s partners; a mandate as api-client shows totals only.',
    'Ask an officer of a partner in the area.',
  ),
  wrong_partner: rule(
    403,
    'This is not your partner’s to do',
    'Officers act only for their own partner.',
    'Ask an officer of the partner named in the detail.',
  ),
  role_not_allowed: rule(
    403,
    'Your role may not do this',
    'Each fact names the roles that may post or sign it.',
    'Ask an officer who holds one of the roles named in the detail.',
  ),
  over_limit: rule(
    403,
    'The amount is above your limit',
    'A mandate may carry a limit for any one act.',
    'Ask an officer with a higher limit.',
  ),
  same_officer: rule(
    403,
    'The same person cannot sign twice',
    'Four eyes: what one officer proposes another must sign.',
    'Ask another officer to sign.',
  ),
  own_mandate: rule(
    403,
    'Nobody proposes or signs a mandate of their own',
    'Four eyes: a mandate, its role and its limit are for two other officers of the partner to give.',
    'Ask two other officers of your partner, one to propose it and one to sign it.',
  ),
  same_partner: rule(
    403,
    'The other side must sign',
    'What binds two partners is signed by both.',
    'Ask an officer of the other partner to sign.',
  ),

  // Whether the act fits the ledger as it stands.
  ledger_not_open: rule(
    409,
    'The ledger has not been opened',
    'The first fact of a ledger is LedgerOpened: who keeps it, and its first officers, two at least.',
    'Load a file that opens it: {load}.',
  ),
  ledger_open: rule(
    409,
    'The ledger is open already',
    'A ledger is opened once.',
    'Use the ledger as it is, or start another in a new file.',
  ),
  fund_unknown: rule(
    404,
    'There is no such fund',
    'A fund is named by its area and financial year, such as norfolk-2016-17, and exists once it is opened.',
    'Check the name; {funds} lists them.',
  ),
  cursor_of_other_dates: rule(
    422,
    'That cursor is of another listing',
    'All pages of a listing are of one instant, and of one day: those of its first page.',
    'Leave the dates out and send the cursor alone; or leave the cursor out and begin anew.',
  ),
  not_known_then: rule(
    404,
    'It was not known at that instant',
    'Before anybody recorded that a fund, or an area’s register of disputes, is there, no figure of it was known: not even nothing.',
    'Ask what was known at a later instant, or {leave-known-out}.',
  ),
  fund_exists: rule(
    409,
    'The fund is open already',
    'An area has one fund a financial year.',
    'Use the fund as it is.',
  ),
  fund_name_wrong: rule(
    422,
    'The fund’s name does not fit its area and year',
    'A fund is named area, dash, financial year: norfolk-2016-17.',
    'Correct the name, the area or the year.',
  ),
  area_unknown: rule(
    404,
    'The ledger has nothing of that area',
    'An area is known by its funds, and by its register of disputes, which the ledger’s keeper opens once with DisputesOpened.',
    'Check the area: {funds} lists the funds, {areas} the areas whose disputes are kept.',
  ),
  area_exists: rule(
    409,
    'The disputes of that area are open already',
    'An area’s disputes are opened once.',
    'Use them as they are.',
  ),
  area_name_wrong: rule(
    422,
    'The address and the area do not fit',
    'An area’s disputes are opened at its own address.',
    'Correct the address or the area.',
  ),
  partner_unknown: rule(
    404,
    'There is no such partner',
    'Partners are registered before they act.',
    'Check the name; {partners} lists them.',
  ),
  partner_exists: rule(
    409,
    'The partner is registered already',
    'A partner’s name stands for one body for ever.',
    'Use another name.',
  ),
  keeper_officer: rule(
    409,
    'That officer acts for the keeper of the ledger',
    'The keeper registers bodies. Were its own officers the first of another body, it could act for both sides of a deal.',
    'Name two officers of the body itself.',
  ),
  officer_reserved: rule(
    422,
    'That name is the service’s own',
    'What the service itself records stands under a name that no officer has: else nobody could tell the two apart.',
    'Give the officer another name in the register.',
  ),
  officer_mandated: rule(
    409,
    'The officer holds that mandate already',
    'One mandate per officer, partner and role at a time.',
    'End the mandate that stands first.',
  ),
  mandate_unknown: rule(
    404,
    'There is no such mandate in force',
    'Only a mandate that stands can be ended.',
    'Check the officer, partner and role.',
  ),
  officers_too_few: rule(
    422,
    'A partner needs two officers',
    'Four eyes need two people from the first day.',
    'Name at least two different officers.',
  ),
  ...SUCCESSION_RULES,
  ...PUBLISHED_RULES,
  share_unfit: rule(
    422,
    'That share does not fit the grant',
    'What a district is owed of a grant comes out of another district’s share, or out of what is in no share.',
    'Name the district whose share it comes out of, or a smaller sum.',
  ),
  host_stays: rule(
    422,
    'That partner stays',
    'A fund has a host and one partner more, from its first day to its last.',
    'Where the host is to be another, its successors follow it; the fund of the next year is opened with whoever hosts it.',
  ),
  not_in_fund: rule(
    422,
    'That partner is not in this fund',
    'A fund’s partners are named when it is opened, and some join and leave during its year; what the other side signs needs a partner on the other side.',
    'Check the partner, the day, or the fund.',
  ),
  not_in_area: rule(
    422,
    'That partner is not in the disputes of this area',
    'An area’s partners are named when its disputes are opened.',
    'Check the partner, or the area.',
  ),
  proposal_unknown: rule(
    404,
    'There is no such proposal here',
    'Proposals are named by the identifier given when they were made.',
    'Check the identifier; {proposals} lists them.',
  ),
  proposal_ended: rule(
    409,
    'The proposal has ended',
    'A proposal is agreed, declined, withdrawn or lapsed once, and then stands as it is.',
    'Read how it ended. If it was signed, its fact is recorded, and nothing is left to do. If it ended unsigned and is still wanted, make a new proposal.',
  ),
  proposal_open: rule(
    409,
    'Another proposal of this is on the table',
    'Of two proposals on one matter the older could be signed last, and would stand.',
    'Sign, counter, decline or withdraw the proposal named in the detail first.',
  ),
  proposal_expired: rule(
    409,
    'The proposal has expired',
    'A proposal may name its last day. From the day after it, in London, it is off the table: nobody can sign, counter, decline or withdraw it.',
    'Ask for a new proposal.',
  ),
  counter_differs: rule(
    422,
    'A counter-proposal must be of the same kind and for the same payment',
    'A counter replaces the terms on the table, not the subject.',
    'Decline this proposal and make another.',
  ),
  not_countered: rule(
    422,
    'This kind of proposal cannot be countered',
    'What waits for a second officer of the same partner is signed or declined as it stands.',
    'Decline it, and let it be made again.',
  ),
  not_in_deal: rule(
    422,
    'That cannot be part of a deal',
    'A deal holds facts of one fund, or of one area’s disputes, that officers post or propose. They may rest on one another by name. What the ledger’s keeper does for others (it opens funds and disputes), what the register holds, and a return (it holds the exact sum of open claims) stand by themselves.',
    'Leave it out of the deal, and record it by itself.',
  ),
  half_unknown: rule(
    422,
    'There is no such other half',
    'A settlement in two places is two proposals, each in its own fund or among the disputes of its area. The second names the first, which has been made and which you may see.',
    'Look up the identifier of the proposal that was made first, and name it.',
  ),
  half_here: rule(
    422,
    'The other half of a settlement is in another place',
    'Several things of one fund, or of one area’s disputes, are signed whole as one deal; halves are for a settlement that is in two funds, or in a fund and among disputes.',
    'Counter the proposal that is on the table with a deal of all that belongs to it.',
  ),
  half_not_yours: rule(
    422,
    'You are no side of the other half',
    'A settlement in two places is of one area, and of the bodies that settle: whoever makes its second half is a side of the first.',
    'Propose it without another half, or ask a body that made or signs the first half to propose it.',
  ),
  half_ended: rule(
    422,
    'The other half has ended unsigned',
    'What was declined, taken back or not signed in time is half of no settlement any more.',
    'Have the other half made again, and name the new proposal; or propose this without another half.',
  ),
  deal_too_large: rule(
    422,
    'The deal is too long',
    'A deal holds at most 20 facts, the texts of which come to 200 kilobytes at most, so that whoever signs can read it.',
    'Make two deals of it.',
  ),
  signature_needed: rule(
    409,
    'This fact needs a second signature',
    'It counts only once it has been signed by a second officer, or by the other side.',
    'Propose it instead: {propose}. The other signer then agrees to it.',
  ),
  signature_not_needed: rule(
    409,
    'This fact needs no second signature',
    'Only facts that wait for a signature are proposed.',
    'Post it as it is: {post}. Of a deal, post each of its facts by itself.',
  ),
  effective_outside_year: rule(
    422,
    'The effective date is outside the fund’s year',
    'A fund holds one financial year, 1 April to 31 March, both days included.',
    'Use a day in the year, or the fund of the other year.',
  ),
  period_closed: rule(
    409,
    'That accounting period is closed',
    'A closed period takes no new fact unless it is marked a prior-period adjustment, with a reason and a second signature. What was filed stays as filed.',
    'Use an open period, or propose it {as-adjustment}.',
  ),
  adjustment_not_needed: rule(
    409,
    'No closed period is touched',
    'Only a fact effective in a closed period is a prior-period adjustment.',
    'Leave "adjustment" out.',
  ),
  period_out_of_order: rule(
    409,
    'Periods close in order and reopen in reverse order',
    'A closed period rests on the ones before it.',
    'Close or reopen the period named in the detail first.',
  ),
  period_not_ended: rule(
    409,
    'The period has not ended',
    'A period is closed once its last day is over, in London: what it holds is not known before.',
    'Close it on the day after its last one, or later.',
  ),
  source_unknown: rule(
    422,
    'There is no such source of funding',
    'Sources are reference data, each with its first and last day.',
    'Check the code; {sources} lists them.',
  ),
  source_not_in_force: rule(
    422,
    'That source of funding is not in force in this year',
    'Each source has its first and last financial year.',
    'Check the source, or the year; {sources} lists the first and last day of each.',
  ),
  source_beside_pool: rule(
    422,
    'That money stands beside the pool',
    'Council tax, a body’s own base, revenue support grant and aligned budgets are not pooled: nothing of the pool is paid from them.',
    'State it by FundingBesideStated; for what is paid into the pool, use the source of the contribution.',
  ),
  source_in_pool: rule(
    422,
    'That money is the pool’s',
    'Beside the pool stands only what is not pooled: council tax, a body’s own base, revenue support grant, aligned budgets.',
    'Post a contribution or a grant instead; {sources} says which is which.',
  ),
  source_is_grant: rule(
    422,
    'That source is a government grant',
    'Grants enter by a determination, not by a contribution.',
    'Post GrantDetermined.',
  ),
  source_not_grant: rule(
    422,
    'That source is not a government grant',
    'Only grants are determined; other money is agreed as a contribution.',
    'Propose ContributionAgreed.',
  ),
  compulsory_source: rule(
    422,
    'A compulsory source cannot be withdrawn or fall',
    'Only NHS_ADD and LA_ADD can be withdrawn; a compulsory source never falls below its allocation or determination (NHS Act 2006, section 223GA; the grants’ determinations).',
    'Check the source. A lower determination is posted as GrantReduced.',
  ),
  source_wrong_sector: rule(
    422,
    'That source is not paid by that kind of body',
    'NHS bodies pay the NHS’s sources, councils their own.',
    'Check the payer and the source.',
  ),
  category_unknown: rule(
    422,
    'There is no such category of plan line',
    'Categories are reference data.',
    'Use one of the categories named in the detail.',
  ),
  identifier_used: rule(
    409,
    'That name is used already',
    'Each plan line, contribution, grant, case and settlement has a name of its own for ever, even after a reversal.',
    'Choose another name; where the old one was reversed, the detail says one that is free.',
  ),
  name_unknown: rule(
    404,
    'There is nothing of that name here',
    'A question names what the ledger holds, on the day and as known at the instant that are asked about.',
    'Check the name, the day and known-at; the detail says what was looked for.',
  ),
  reference_unknown: rule(
    422,
    'It refers to something that is not here',
    'A fact can only follow one that the ledger holds.',
    'Check the name; the detail says what was looked for.',
  ),
  schedule_mismatch: rule(
    422,
    'The parts do not add up to the whole',
    'Instalments, tranches and shares must add up to the amount, to the penny.',
    'Correct the parts or the amount; the detail gives both sums.',
  ),
  nothing_to_change: rule(
    422,
    'It would change nothing',
    'A change to the amount that stands is not a fact.',
    'Check the amount.',
  ),
  reprofiled_within: rule(
    422,
    'A reprofiling is between two years',
    'Its two halves are in the funds of two years, and sum to zero.',
    'Name the other year.',
  ),
  in_the_future: rule(
    422,
    'That day has not come yet',
    'What has happened is recorded once it has.',
    'Correct the day, or record it when it has happened.',
  ),
  ...DISPUTE_RULES,
  changed_since_proposed: rule(
    409,
    'What it rests on has changed since it was proposed',
    'The signed text names what stood before; that has moved since.',
    'Make a new proposal from the present state.',
  ),
  before_it_began: rule(
    422,
    'It comes before what it is about',
    'A contribution, a plan line or a claim can be changed from its own first day on; what is done about a case comes after its raising.',
    'Use that day or a later one.',
  ),
  later_change_stands: rule(
    409,
    'A later change states what stands from its day on',
    'Changes that name an amount are made in the order of their days, so that what was signed stays what stands.',
    'Reverse the later change first, or make this one effective from its day on.',
  ),
  others_rest_on_it: rule(
    409,
    'Other facts rest on it',
    'What others change or count on is not taken away from under them.',
    'Reverse the facts named in the detail first.',
  ),
  reversal_day_fixed: rule(
    422,
    'This reversal takes effect on the original’s own day',
    'It says that the original was never so: an offer that was never withdrawn, or compulsory money that was never due. Compulsory money cannot be ended part-way.',
    'Use the original’s effective date.',
  ),
  expiry_passed: rule(
    422,
    'The last day to sign has passed already',
    'A proposal can be signed until the end of its last day.',
    'Give a later day, or none.',
  ),
  more_than_a_fund_holds: rule(
    422,
    'The fund’s movements would be too large to be added exactly',
    'What stands in one fund stays below £999,999,999,999.99, and what one partner has ever offered or assumed in it below half of £499,999,999,999.99, so that no sum is ever rounded. What is reversed from its own first day stands no more.',
    'Check the amount; reverse what is too large.',
  ),
  already_reversed: rule(
    409,
    'That fact has been reversed already',
    'A fact is reversed once.',
    'Post a new fact if one is needed.',
  ),
  not_reversible: rule(
    422,
    'That event cannot be reversed',
    'A reversal, a proposal’s steps, a closing and the opening of a fund are never reversed; each has its own way back.',
    'See the detail for the way back.',
  ),
  reversal_too_early: rule(
    422,
    'A reversal cannot take effect before what it reverses',
    'A fact cannot be undone before it was done.',
    'Use the original’s effective date or a later one.',
  ),
  more_than_agreed: rule(
    422,
    'It is more than is agreed',
    'Limits hold on every day from the effective date on, not only today.',
    'Lower the amount, or agree more first.',
  ),
  more_than_proposed: rule(
    422,
    'It is more than is on the table',
    'Limits hold on every day from the effective date on.',
    'Check the proposal and the amount.',
  ),
  withdrawn_whole: rule(
    422,
    'An offer is withdrawn whole',
    'What is on the table is one text; to offer less, make another proposal.',
    'Withdraw the whole amount offered.',
  ),
  more_than_scheduled: rule(
    422,
    'The instalments would run ahead of what is agreed',
    'No more can fall due than is agreed, on any day.',
    'Give the whole new plan of instalments.',
  ),
  below_received: rule(
    422,
    'That much has been received already',
    'Money already paid is not withdrawn or reduced one-sidedly; a variation agreed by both sides can lower it.',
    'Lower the amount, or propose a variation.',
  ),
  reason_needed: rule(
    422,
    'It needs a reason',
    'A receipt above the agreed sum is recorded with the reason, and so is a payment that is recorded once more.',
    'Give the field "reason"; or agree a variation first.',
  ),
  recorded_already: rule(
    409,
    'The same is recorded already',
    'A payment of the same day, sum and reference, for the same thing, would count twice.',
    'Where there is another payment, send it {as-one-more}.',
  ),
  again_not_needed: rule(
    422,
    'There is none like it',
    'What is marked as one more stands beside another of the same day, sum and reference.',
    'Leave the field "again" out.',
  ),
  more_than_at_risk: rule(
    422,
    'It is more than is at risk',
    'Only risk that was recorded can be lifted.',
    'Check the amount.',
  ),
  more_than_determined: rule(
    422,
    'It is more than was determined',
    'Receipts, risk and reductions stay within the grant’s determination.',
    'Check the amount and the grant.',
  ),
  more_than_received: rule(
    422,
    'It is more than has been received',
    'Only what was received is recovered; on every day from the effective date on.',
    'Check the amount and the day; what has not come yet is reduced.',
  ),
  more_than_share: rule(
    422,
    'It is more than the district’s share',
    'A grant is passed down within the shares of its determination.',
    'Check the district and the amount.',
  ),

  // Reference data, the plan in full, and its minimum tests.
  ...PLAN_RULES,
  // Spending, reserves, performance and returns.
  ...SPENDING_RULES,
  ...PLAN_YEAR_RULES,
  recorded_clock_refused: rule(
    409,
    'Recorded dates cannot be given here',
    'The recorded instant is set by the service. Only a demonstration ledger may replay a recorded clock, and only forwards.',
    'Leave the recorded dates out, or load into a new demonstration ledger.',
  ),

  too_many_proposals: rule(
    422,
    'You have too much on the table',
    'An officer may have 250 proposals open at once, with 512 kilobytes of text in all, so that nobody buries the others’.',
    'Wait for answers, or withdraw what is out of date: {proposals} lists them.',
  ),

  // The service.
  ...SERVICE_RULES,
} as const satisfies Record<string, Rule>;

export type RuleCode = keyof typeof RULES;

/** A refusal: what was refused, under which rule. It leaves no event behind. */
export class Refusal {
  readonly rule: RuleCode;
  /** One or two sentences for a finance officer: what was refused, with the names, amounts and days in it. */
  readonly detail: string;
  /** Of a list of which several items are refused: each of them with its place in the data, such as `lines`, 3. */
  readonly each: readonly RefusedItem[];

  constructor(code: RuleCode, detail: string, each: readonly RefusedItem[] = []) {
    this.rule = code;
    this.detail = detail;
    this.each = each;
  }
}

/** One refused item of a list: the field of the list, its number from 0, and why. */
export interface RefusedItem {
  readonly at: readonly [list: string, item: number];
  readonly refusal: Refusal;
}

export const refuse = (code: RuleCode, detail: string): Refusal => new Refusal(code, detail);

/** Refuses a page that is one too many in a minute. `to` is whoever asks; `seconds` is how long they wait. */
export const tooManyPages = (most: number, to: string, seconds: number): Refusal =>
  refuse('too_many_requests', `Only ${most} pages a minute are sent to ${to}; try again in ${seconds} seconds.`);

/** Refuses a file that is one too many in an hour of one officer. `seconds` is how long they wait. */
export const tooManyFiles = (most: number, seconds: number): Refusal => {
  const minutes = Math.ceil(seconds / 60);
  const wait = minutes === 1 ? '1 minute' : `${minutes} minutes`;
  return refuse('too_many_requests', `An officer may send ${most} files an hour; try again in ${wait}.`);
};
