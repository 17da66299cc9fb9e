import { z } from 'zod';
import { among, chosenFrom, codeOrWording, oneOf, suggesting } from './asked.js';
import { naming, type Named } from './naming.js';
import { ROLE_WORDS } from '../roles.js';
import {
  Amount,
  Code,
  EffectiveDay,
  Money,
  Name,
  reference,
  Revision,
  SignedAmount,
  SignedMoney,
  Sum,
  TOLD,
  words,
} from '../values.js';

/**
 * The types of fields. A type says what a field may hold, what it names, and how people call it: its title, and a sentence
 * that helps to fill it in. Documentation, terminal and forms take their words from here. A type checks; it fills in nothing.
 */

/** A type under words of its own. */
export const field = <S extends z.ZodType>(type: S, title: string, description: string): S =>
  type.meta({ title, description });

// What names something

/** A body in the register, by its name there. A body that has ended is refused for days from its end on. */
export const PartnerRef = naming(Name, 'partner');
/** A body that may have ended, or that ends by the fact that names it. */
export const NamedPartner = chosenFrom('bodies in the register', Name);
export const OfficerRef = naming(Name, 'officer');
export const AreaRef = naming(Name, 'area');
export const FundRef = naming(Name, 'fund');
export const SourceRef = naming(Code, 'source');
/** An event of the same stream, by its revision. */
export const EventRef = naming(Revision, 'event');
export const ProposalRef = naming(z.uuid(), 'proposal');
/** Something that facts of the same stream are about, by its name there: a contribution, a plan line, a settlement. */
export const ItemRef = (kind: Named) => naming(Name, kind);

// Bodies and officers

export const Partner = field(PartnerRef, 'Partner', 'The body that the fact is about.');
export const Payer = field(PartnerRef, 'Who pays', 'The body that pays the money.');
export const Payee = field(PartnerRef, 'Who is paid', 'The body that the money goes to.');
export const Host = field(PartnerRef, 'Host', 'The partner that holds the pool.');
export const Holder = field(PartnerRef, 'Who holds the grant', 'The body that the grant is paid to.');
export const District = field(PartnerRef, 'District council', 'The council that the money is passed down to.');
export const Claimant = field(PartnerRef, 'Claimant', 'The body that claims.');
export const Respondent = field(PartnerRef, 'Respondent', 'The body that the claim is against.');
export const Creditor = field(PartnerRef, 'Who is owed', 'The body that the money is owed to.');
export const Debtor = field(PartnerRef, 'Who owes', 'The body that owes the money.');
export const Successor = field(PartnerRef, 'Successor', 'The body that takes over.');
export const Predecessor = field(NamedPartner, 'Predecessor', 'The body that ends.');
export const Lead = field(PartnerRef, 'Lead commissioner', 'The partner that commissions the line.');
export const RiskTaker = field(PartnerRef, 'Who bears the excess', 'The partner that bears what is above the limit.');
export const Commissioner = field(PartnerRef, 'Commissioner', 'The partner that commissions.');
export const Parties = field(z.array(Partner), 'Parties', 'The bodies that the agreement binds.');
export const Officer = field(OfficerRef, 'Officer', 'The officer, by the pseudonym in the register.');
export const Area = field(AreaRef, 'Area', 'The Health and Wellbeing Board area.');

// Money

const sourceOf = (type: typeof SourceRef) =>
  field(type, 'Source of funding', 'Where the money comes from, as the national template names it.');
export const Source = sourceOf(SourceRef);
/** A source that a partner pays from, and that no grant and no earlier year brings. */
export const ContributionSource = sourceOf(among(['contributions'], SourceRef));
/** Money that is not pooled. */
export const BesideSource = sourceOf(among(['beside'], SourceRef));
export const GrantSource = sourceOf(among(['grants'], SourceRef));
export const CameFrom = field(
  SourceRef,
  'Where it came from',
  'The source of the money in the fund that it comes from.',
);
export const AmountOf = field(Amount, 'Amount', 'The sum in pounds and pence.');
export const AmountOrNothing = field(Money, 'Amount', 'The sum in pounds and pence; 0.00 where there is none.');
export const WorkedOutSum = field(Sum, 'Amount', 'The sum in pounds and pence, as the ledger works it out.');
export const LineAmount = field(
  SignedAmount,
  'Amount',
  'The sum in pounds and pence: below zero for what is taken out, such as funding that ends, and 0.00 where nothing is planned. A saving or income is above zero.',
);
export const LineStandsAt = field(
  SignedAmount,
  'New amount',
  'What it stands at from the effective day on; below zero where the line is.',
);
export const LineStood = field(SignedMoney, 'Amount before', 'What it stood at before.');
export const NowStandsAt = field(Money, 'New amount', 'What it stands at from the effective day on.');
export const Was = field(Sum, 'Amount before', 'What it stood at before.');
export const AmountChange = field(SignedMoney, 'Change', 'By how much it changes; negative where it falls.');
export const Recurrent = field(
  z.boolean().meta({ [TOLD]: ['This year only', 'Every year'] }),
  'How often',
  'Whether the money comes every year.',
);
export const WriteOffLimit = field(Money, 'Limit', 'The most that one write-off may come to.');
/** The number of a paper or a payment: it may be shaped like an NHS number, and is then warned of the first time. */
export const Reference = (max: number, title: string, description: string) => field(reference(max), title, description);
export const BankReference = Reference(80, 'Bank reference', 'What the bank statement says of the payment.');
/** A refund is for the care of one person: what names it is prose, and may be shaped like no NHS number. */
export const RefundReference = field(words(80), 'Bank reference', 'What the bank statement says of the payment.');
export const Net = field(Amount, 'Net amount', 'What was paid, without VAT.');
export const Vat = field(suggesting({ value: '0.00' }, Money), 'VAT', 'The VAT on it; 0.00 where there is none.');
export const Recoverable = field(
  suggesting({ value: '0.00' }, Money),
  'Recoverable VAT',
  'The part of the VAT that is recovered.',
);
export const Outturn = field(SignedAmount, 'Forecast outturn', 'What the whole year is forecast to come to.');
export const Achieved = field(
  Money,
  'Achieved so far',
  'What a line that lowers cost has saved or brought in by the last day of the period.',
);
export const SocialCare = field(Money, 'Adult social care', 'The least to be spent on adult social care.');
export const OutOfHospital = field(
  Money,
  'Out of hospital',
  'The least to be spent on care out of hospital that the NHS commissions.',
);
export const Abandoned = field(Money, 'Given up', 'What the claimant gives up.');

// Names of what the fact is about

export const ContributionName = field(
  ItemRef('contribution'),
  'Contribution',
  'The contribution, by its name in the fund.',
);
export const GrantName = field(ItemRef('grant'), 'Grant', 'The grant, by its name in the fund.');
export const LineName = field(ItemRef('line'), 'Plan line', 'The line of the plan, by its name in the fund.');
export const AgreementName = field(
  ItemRef('agreement'),
  'Agreement',
  'The section 75 agreement, by its name in the fund.',
);
export const CommitmentName = field(
  ItemRef('commitment'),
  'Commitment',
  'The order or contract, by its name in the fund.',
);
export const BesideName = field(
  ItemRef('beside'),
  'Funding beside the pool',
  'What a body has beside the pool, by its name in the fund.',
);
export const AssumptionName = field(ItemRef('assumption'), 'Assumption', 'The assumption, by its name in the fund.');
export const ReserveName = field(ItemRef('reserve'), 'Reserve', 'The reserve, by its name in the fund.');
export const BalanceName = field(
  ItemRef('balance'),
  'Reserve or provision',
  'The opening reserve or provision, by its name in the fund.',
);
export const CarryInName = field(
  ItemRef('carryIn'),
  'Money carried in',
  'The money carried in, by its name in the fund.',
);
export const PotName = field(ItemRef('pot'), 'Performance pot', 'The pot, by its name in the fund.');
export const ConditionName = field(
  ItemRef('condition'),
  'Condition',
  'The condition of approval, by its name in the fund.',
);
export const SettlementName = field(ItemRef('settlement'), 'Settlement', 'The settlement, by its name in the area.');
export const ReturnName = field(ItemRef('return'), 'Return', 'The return, by its name in the fund.');
export const ProtocolName = field(
  ItemRef('protocol'),
  'Dispute protocol',
  'The protocol that disputes of the area go by.',
);
export const StageName = field(ItemRef('stage'), 'Stage', 'The stage of the protocol.');
export const DisputeProtocolName = field(
  ItemRef('protocol'),
  'Dispute protocol',
  'The dispute protocol of the area that the agreement goes by.',
);
export const ReplacedReturn = field(
  ItemRef('return'),
  'Return that it replaces',
  'The return that was filed before and is replaced.',
);
export const SchemeName = field(ItemRef('scheme'), 'Scheme', 'The scheme, by its name in the plan.');
export const ReprofileName = field(Name, 'Reprofiling', 'A name that both halves of the reprofiling carry.');
export const FundName = field(FundRef, 'Fund', 'The fund that the money comes from.');
export const SignedIn = field(
  FundRef,
  'Fund of the agreement',
  'The fund in which the agreement was signed, where it is another.',
);
export const DrawnInto = field(FundRef, 'Fund that it goes to', 'The fund of the later year that the money goes to.');

// Days and periods

export const Effective = field(
  suggesting({ day: 'today' }, EffectiveDay),
  'Effective day',
  'The day from which it counts, inclusive.',
);

export const DueDay = field(EffectiveDay, 'Due', 'The day on which it falls due, inclusive.');
export const DueChanges = field(
  z.array(z.strictObject({ due: DueDay, change: AmountChange })),
  'Changes of instalments',
  'By how much more, or less, falls due on which day: it moves the instalments that stood before.',
);
export const DueBy = field(EffectiveDay, 'Due by', 'The last day, inclusive.');
export const ByDay = field(EffectiveDay, 'By', 'The last day, inclusive.');
export const FromDay = field(EffectiveDay, 'From', 'The first day, inclusive.');
export const LastDay = field(EffectiveDay, 'Until', 'The last day, inclusive.');
export const OnDay = field(EffectiveDay, 'On', 'The day.');
export const Through = field(EffectiveDay, 'Through', 'The last day of care that is settled, inclusive.');
export const Panel = field(EffectiveDay, 'Panel', 'The day on which the panel sits.');
export const RaisedOn = field(
  suggesting({ day: 'today' }, EffectiveDay),
  'Raised on',
  'The day on which the dispute was raised.',
);
export const DecidedOn = field(
  suggesting({ day: 'today' }, EffectiveDay),
  'Decided on',
  'The day on which it was decided.',
);
export const StatedOn = field(
  suggesting({ day: 'today' }, EffectiveDay),
  'Stated on',
  'The day on which the gap was stated.',
);
export const NoticeGiven = field(
  suggesting({ day: 'today' }, EffectiveDay),
  'Notice given',
  'The day on which notice was given.',
);
export const DeadlineDay = field(EffectiveDay, 'Day', 'The day of the deadline, inclusive.');

// Reasons and papers

export const Reverses = field(EventRef, 'What is taken back', 'The fact that is taken back, by its revision.');
export const Reason = field(words(500), 'Reason', 'Why, in a sentence that others can understand later.');
export const ShortReason = field(words(300), 'Reason', 'Why, in a sentence.');
export const Cause = field(words(500), 'Cause', 'What puts the money at risk, or takes it away.');
export const Basis = field(words(500), 'Basis', 'What the sum rests on: a paper, a letter, a calculation.');
export const MeasuredBasis = field(words(300), 'Basis', 'What the measurement rests on.');
export const InterestBasis = field(words(120), 'Basis', 'What the interest is worked out from.');
/** What a payment says that is told apart by nothing from one that is recorded: see `sameAs` in fact.ts. */
export const AGAIN = {
  again: field(
    suggesting({ value: false }, z.boolean().meta({ [TOLD]: ['The only one', 'One more'] })),
    'One more',
    'Whether there is another of the same day, sum and reference, and this is one more. It then needs a reason.',
  ).optional(),
  reason: Reason.optional(),
};
export const Department = field(
  words(60),
  'Department',
  'Whose line it is within the body, such as “Adult social care”. Every question of the plan can be asked of one department.',
);
export const Note = field(words(500), 'Note', 'Anything that a reader should know.');
export const ShortNote = field(words(300), 'Note', 'Anything that a reader should know.');
export const Clause = field(words(120), 'Clause', 'The clause of the agreement that it rests on.');
export const Schedule = field(words(120), 'Schedule', 'The section 75 schedule under which it is paid.');
export const Minute = field(words(120), 'Minute', 'The minute of the decision.');
export const Consent = field(words(120), 'Consent', 'Where the district consents: a letter, a minute.');
export const Letter = field(words(200), 'Letter', 'The letter that it rests on.');
export const Publication = field(words(200), 'Publication', 'The publication that says so.');
export const Instrument = field(words(200), 'Instrument', 'The order or scheme by which it happens.');
export const Determination = field(words(120), 'Determination', 'The number or title of the determination.');
export const PaperReference = Reference(120, 'Reference', 'The number of the paper: an invoice, an order, a contract.');
export const DecisionReference = field(words(80), 'Decision', 'The reference of the decision.');
export const SignOffStatement = field(words(500), 'Statement', 'What the signatory confirms.');
export const ConditionWords = field(words(500), 'Condition', 'What must be done.');
export const GapClaimant = field(
  words(200),
  'Who states the gap',
  'The body or person that says how large the gap is.',
);

// The plan

export const LineDescription = field(words(200), 'Description', 'What the line pays for, as the plan says it.');
export const LineCategory = field(
  chosenFrom('line categories', Name),
  'Category',
  'The category under which the plan adds it up.',
);
export const SchemeTitle = field(words(200), 'Title', 'The title that people know it by.');
export const ShortTitle = field(words(120), 'Title', 'The title that people know it by.');
export const SchemeType = field(
  codeOrWording('scheme types of the year'),
  'Scheme type',
  'One of the scheme types of the year’s rules, by its code or as the year’s template words it.',
);
export const SubType = field(words(120), 'Sub-type', 'The sub-type of the national template.');
export const AreaOfSpend = field(
  codeOrWording('areas of spend of the year'),
  'Area of spend',
  'One of the areas of spend of the year’s rules, by its code or as the year’s template words it.',
);
export const Provider = field(
  codeOrWording('kinds of provider of the year'),
  'Provider',
  'One of the kinds of provider of the year’s rules, by its code or as the year’s template words it.',
);
export const Outputs = field(words(200), 'Outputs', 'What the scheme delivers, in numbers.');
export const IsNew = field(
  suggesting({ value: false }, z.boolean().meta({ [TOLD]: ['Existing', 'New'] })),
  'New or existing',
  'Whether the scheme begins in this year.',
);
export const Purpose = field(chosenFrom('purposes of the source', Name), 'Purpose', 'What the money may be used for.');
export const SupplierClass = field(
  chosenFrom('kinds of supplier', Name),
  'Kind of supplier',
  'The kind of supplier: it decides the VAT.',
);
export const SignOffCapacity = field(
  chosenFrom('capacities of the year', Name),
  'Capacity',
  'The capacity in which the signatory signs the plan off.',
);
export const Unit = field(words(120), 'Unit', 'What is counted.');
export const Unpublished = field(words(120), 'What is due', 'What has to be done by the day.');
export const PlanNeeded = field(suggesting({ value: true }, z.boolean()), 'Plan', 'Whether the year needs a plan.');

// The register

export const LedgerTitle = field(words(120), 'Name of the ledger', 'What people call this ledger.');
export const FullName = field(words(120), 'Full name', 'The name in full, as it stands on letters.');
export const Demonstration = field(
  suggesting({ value: false }, z.boolean()),
  'Demonstration',
  'Whether the ledger only demonstrates: its figures bind nobody.',
);
export const RoleField = field(oneOf(ROLE_WORDS), 'Role', 'The role that the officer acts in.');
export const TemplateCode = field(Name, 'Code', 'The code that facts name it by.');
