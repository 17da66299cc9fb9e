import { z } from 'zod';
import { dayInWords, FINANCIAL_YEARS, LAST_DAY, monthsAfter, type Day } from '../../calendar.js';
import { completedFact, recast, fact, type Context, type Fact } from '../../grammar/fact.js';
import { sectorOf, type Sector } from '../../register/state.js';
import { FINANCE } from '../../roles.js';
import type { RegisterState } from '../../register/state.js';
import { followedByWords, leftOut, type NextYear, type Onward } from '../../grammar/next-year.js';
import { NO_MONEY } from '../../money.js';
import { family } from '../../grammar/succession.js';
import { refuse, Refusal } from '../../rules.js';
import { EffectiveDay } from '../../values.js';
import { AgreementTerms } from './agreement-terms.js';
import { partnersOf, ruleInWords } from './risk-rule.js';
import { inForce, ofKind, type KeptAs } from '../../grammar/remembered.js';
import type { MoneylessFact } from '../moneyless-facts.js';
import { inOrder, nameWasReversed, partnerIsIn } from '../checks.js';
import { opened, type FundState, type Opened } from '../state.js';
import { AgreementName, Clause, Effective, Parties, Partner, Reason, SchemeName } from '../../grammar/fields.js';
import { naming } from '../../grammar/naming.js';
import { actingBody, among, newName } from '../../grammar/asked.js';

/**
 * The section 75 agreement of a fund: its terms as data, how they vary, notice, and its end.
 * Source: docs/sources.md, Section 75 terms; Acts and corrections.
 */

/** What rests on an agreement: its variations, notice, its end, and the risk shared under it. */
export const itemOfAgreement = (agreement: string): string => `agreement/${agreement}`;

// What stands

/** Notice that a partner gave: of the whole agreement, or of some of its schemes. */
interface Notice {
  readonly revision: number;
  readonly given: Day;
  readonly partner: string;
  readonly schemes: readonly string[];
  /** The earliest last day that the notice allows, inclusive. */
  readonly earliest: Day;
  readonly reason: string;
}

/** An agreement as it stands on a day: the terms last signed, and what notice has been given. */
export interface Agreement {
  readonly agreement: string;
  readonly signedRevision: number;
  readonly effective: Day;
  readonly parties: readonly string[];
  readonly terms: AgreementTerms;
  /**
   * The first day of the present terms: of the last variation, or of the signing. The terms name bodies as of that day.
   */
  readonly termsFrom: Day;
  /** Where these terms were signed: the revision of the agreement, or of its last variation. */
  readonly termsRevision: number;
  /** The partners whose officers signed them, and the parties that have accepted them since. */
  readonly signers: readonly string[];
  readonly accepted: readonly { readonly revision: number; readonly partner: string }[];
  readonly variations: readonly { readonly revision: number; readonly effective: Day; readonly clause: string }[];
  readonly notices: readonly Notice[];
  readonly ended: readonly { readonly revision: number; readonly lastDay: Day; readonly schemes: readonly string[] }[];
  /** Its last day as now known, inclusive: of its term, or as it was terminated. */
  readonly lastDay: Day;
}

interface Signed {
  readonly agreement: string;
  readonly parties: readonly string[];
  readonly terms: AgreementTerms;
}

const TermsField = AgreementTerms.meta({ title: 'Terms', description: 'The terms that the ledger acts on.' });

/** What is sent when notice is given, and what the decision adds. */
const noticeInput = {
  effective: EffectiveDay.meta({ title: 'Given on', description: 'The day on which notice is given.' }),
  agreement: AgreementName,
  partner: actingBody(Partner),
  schemes: z
    .array(SchemeName)
    .min(1)
    .max(60)
    .optional()
    .meta({ title: 'Schemes', description: 'The schemes that notice is given of; left out, the whole agreement.' }),
  reason: Reason,
};
const NoticeStored = z.strictObject({
  ...noticeInput,
  months: z.int().meta({ description: 'The months of notice that the agreement asks for.' }),
  earliest: EffectiveDay.meta({ description: 'The first day on which what notice is given of may end.' }),
});

const variationInput = {
  effective: Effective,
  agreement: AgreementName,
  clause: Clause,
  terms: TermsField,
  reason: Reason,
};

const terminationInput = {
  effective: EffectiveDay.meta({ title: 'Last day', description: 'The last day, inclusive.' }),
  agreement: AgreementName,
  notice: among(
    ['notice'],
    naming(
      z.string().regex(/^(0|[1-9]\d{0,14})$/, { error: 'must be the revision at which notice was given' }),
      'event',
    ),
  ).meta({ title: 'Notice', description: 'The notice that the agreement ends by.' }),
  reason: Reason,
};
const TerminationStored = z.strictObject({
  ...terminationInput,
  schemes: z
    .array(SchemeName)
    .max(60)
    .meta({ description: 'The schemes that end by it; none where the whole agreement does.' }),
});

/**
 * Every agreement that had been signed by a day, inclusive, as known at a revision, in the order of signing. Those whose
 * last day has passed are among them.
 */
export function agreementsOn(facts: readonly MoneylessFact[], on: Day, upTo?: number): Agreement[] {
  const standing = inForce(facts, { on, upTo });
  return ofKind(standing, 'agreement').map((signed) => {
    const { revision, data } = signed;
    const { agreement, parties, terms, effective } = data as unknown as Signed & { readonly effective: Day };
    const own = standing.filter((each) => each.data['agreement'] === agreement);
    const of = (keptAs: KeptAs) => ofKind(own, keptAs);
    const varied = of('variation');
    const last = varied.at(-1) ?? signed;
    const lastTerms = (last === signed ? terms : last.data['terms']) as AgreementTerms;
    const ended = of('termination').map((each) => {
      const { effective: lastDay, schemes } = each.data as unknown as z.output<typeof TerminationStored>;
      return { revision: each.revision, lastDay, schemes };
    });
    const whole = ended.find(({ schemes }) => schemes.length === 0);
    return {
      agreement,
      signedRevision: revision,
      effective,
      parties,
      terms: lastTerms,
      termsFrom: last.data.effective,
      termsRevision: last.revision,
      // An agreement and its variations are signed, always.
      signers: last.signers!,
      accepted: of('acceptance')
        .filter((each) => each.data['terms'] === String(last.revision))
        .map((each) => ({ revision: each.revision, partner: each.data['partner'] as string })),
      variations: varied.map((each) => ({
        revision: each.revision,
        effective: each.data.effective,
        clause: each.data['clause'] as string,
      })),
      notices: of('notice').map((each) => {
        const {
          effective: given,
          partner,
          schemes,
          earliest,
          reason,
        } = each.data as unknown as z.output<typeof NoticeStored>;
        return { revision: each.revision, given, partner, schemes: schemes ?? [], earliest, reason };
      }),
      ended,
      lastDay: whole?.lastDay ?? lastTerms.to,
    };
  });
}

/**
 * The last day of a scheme under an agreement, inclusive: its own, where the terms give it one; the day on which it was
 * ended by notice, unless terms of a later day have a rule for it again; else the agreement’s.
 * Source: docs/sources.md, Section 75 terms (duration, termination).
 */
export function lastDayOfScheme(
  { terms, termsFrom, ended, lastDay }: Pick<Agreement, 'terms' | 'termsFrom' | 'ended' | 'lastDay'>,
  scheme: string,
): Day {
  const own = terms.riskShares.find((each) => each.scheme === scheme);
  const byNotice = ended.findLast(({ schemes }) => schemes.includes(scheme))?.lastDay ?? lastDay;
  const resumed = own !== undefined && termsFrom > byNotice;
  return [own?.until ?? lastDay, resumed ? lastDay : byNotice].sort()[0]!;
}

/** The facts of the agreements that were signed in one fund, as far as they are known. */
export interface SignedIn {
  readonly fund: string;
  readonly facts: readonly MoneylessFact[];
}

export interface FundAgreement extends Agreement {
  /** The fund in which it was signed: this year’s, or one of a year before. */
  readonly fund: string;
}

const fundOf = ({ area }: Pick<Opened, 'area'>, label: string): string => `${area}-${label}`;
export const fundNameOf = (of: Pick<Opened, 'area' | 'year'>): string => fundOf(of, of.year.label);

/** The area’s funds of the years before a fund’s own, nearest first, whether they were opened or not. */
export const fundsBefore = (of: Pick<Opened, 'area' | 'year'>): string[] =>
  FINANCIAL_YEARS.filter(({ last }) => last < of.year.first)
    .map(({ label }) => fundOf(of, label))
    .reverse();

const signedIn = (fund: string, { agreements: facts }: FundState): SignedIn => ({ fund, facts });

/** The agreements that a decision can read: of its own fund and, when it asks for them, of earlier funds. */
function* seenBy(state: FundState, { fund }: Pick<Context, 'fund'>): Generator<SignedIn> {
  const own = opened(state);
  yield signedIn(fundNameOf(own), state);
  for (const name of fundsBefore(own)) {
    const other = fund(name);
    if (other) yield signedIn(name, other);
  }
}

/**
 * The agreement in force on a day, inclusive: one that was signed in the fund itself, or else in the nearest fund of the
 * years before whose term runs on. Undefined where there is none. Source: docs/sources.md, Section 75 terms (duration).
 */
export function agreementAmong(funds: Iterable<SignedIn>, on: Day): FundAgreement | undefined {
  for (const { fund, facts } of funds) {
    const found = agreementsOn(facts, on).find(({ lastDay }) => on <= lastDay);
    if (found) return { ...found, fund };
  }
  return undefined;
}

/** The agreement in force on a day, inclusive, as a decision knows it now. */
export const agreementOn = (state: FundState, on: Day, context: Pick<Context, 'fund'>): FundAgreement | undefined =>
  agreementAmong(seenBy(state, context), on);

/** The agreement in force on a day, inclusive, as known now, or the refusal (`agreement_missing`) if there is none. */
export function agreementInForce(state: FundState, on: Day, context: Pick<Context, 'fund'>): FundAgreement | Refusal {
  return (
    agreementOn(state, on, context) ??
    refuse('agreement_missing', `No section 75 agreement of this fund is in force on ${dayInWords(on)}.`)
  );
}

/**
 * The first day on which the announced change may take effect: the day of the notice so many whole months later, or
 * the last day that the ledger supports. Source: docs/sources.md, Section 75 terms; Acts and corrections.
 */
export function noticeDue(given: Day, months: number): Day {
  const due = monthsAfter(given, months);
  return due < LAST_DAY ? due : LAST_DAY;
}

/** The notice that an agreement requires before a payment is withdrawn, and whether it was shorter than required. */
interface NoticeAsked {
  readonly months: number;
  /** The first day after the full notice period. */
  readonly due: Day;
  readonly within: boolean;
}

/**
 * The notice that the agreement in force requires for a payment; undefined without an agreement. A short notice is
 * recorded, never refused. Source: docs/sources.md, Section 75 terms; Acts and corrections; docs/questions.md, 18.
 */
export function noticeAsked(
  agreement: Agreement | undefined,
  { effective, noticeGiven }: { readonly effective: Day; readonly noticeGiven: Day },
): NoticeAsked | undefined {
  if (!agreement) return undefined;
  const { noticeMonths: months } = agreement.terms;
  const due = noticeDue(noticeGiven, months);
  return { months, due, within: effective < due };
}

/** The named agreement as it stands on a day, where it was signed in this fund and is in force then. */
export function named(state: FundState, agreement: string, on: Day, context: Context): Agreement | Refusal {
  const found = agreementsOn(state.agreements, on).find((each) => each.agreement === agreement);
  if (found && on <= found.lastDay) return found;
  const elsewhere = found ? undefined : agreementOn(state, on, context);
  const why = found
    ? `: it ended on ${dayInWords(found.lastDay)}`
    : elsewhere?.agreement === agreement
      ? ` here: it was signed in ${elsewhere.fund}, and what is done about it is posted there`
      : '';
  return refuse('reference_unknown', `No agreement named "${agreement}" is in force on ${dayInWords(on)}${why}.`);
}

// Decide

const partiesOf = (state: FundState, agreement: string): readonly string[] =>
  agreementsOn(state.agreements, LAST_DAY).find((each) => each.agreement === agreement)?.parties ?? [];

/**
 * Who acts and who signs for facts that bind all parties: councils on one side, NHS bodies on the other. On the host's
 * side only the host, or its successor, signs: it holds the pool, and is bound only by what it has signed.
 */
export function sidesOf(
  parties: readonly string[],
  { host, area }: Pick<Opened, 'host' | 'area'>,
  on: Day,
  register: RegisterState,
): { acts: string[]; signs: string[] } {
  const hosts = family(register.successions, host, on, area);
  const { acts, signs } = sectorsOf(parties, register);
  const withHost = (side: string[]): string[] => {
    const own = side.filter((each) => hosts.includes(each));
    return own.length > 0 ? own : side;
  };
  return { acts: withHost(acts), signs: withHost(signs) };
}

function sectorsOf(parties: readonly string[], register: RegisterState): { acts: string[]; signs: string[] } {
  const of = (sector: Sector): string[] =>
    parties.filter((party) => {
      const partner = register.partners.get(party);
      return partner !== undefined && sectorOf(partner.kind) === sector;
    });
  return { acts: of('local-government'), signs: of('nhs') };
}

/** Whether a body is a party to an agreement on a day: one that signed it, or that follows one of those by then. */
export const isParty = (parties: readonly string[], body: string, day: Day, { register, area }: Context): boolean =>
  parties.some((party) => family(register.successions, party, day, area).includes(body));

/** The terms must hold together: their days in order, and every body that they name a party on their first day. */
function termsFit(
  terms: AgreementTerms,
  parties: readonly string[],
  effective: Day,
  context: Context,
): Refusal | undefined {
  if (terms.from > terms.to || effective < terms.from || effective > terms.to) {
    return refuse(
      'days_out_of_order',
      `The term runs from ${dayInWords(terms.from)} to ${dayInWords(terms.to)}; this takes effect on ${dayInWords(effective)}.`,
    );
  }
  const { underspend, riskShares, defaultRule } = terms;
  const names = [
    ...[...riskShares.map(({ rule }) => rule), defaultRule].flatMap(partnersOf),
    ...(underspend.kind === 'to-partner' ? [underspend.partner] : []),
  ];
  const stranger = names.find((name) => !isParty(parties, name, effective, context));
  return stranger === undefined
    ? undefined
    : refuse('not_a_party', `The terms name ${stranger}; the parties are ${parties.join(', ')}.`);
}

function partiesFit(
  parties: readonly string[],
  effective: Day,
  state: FundState,
  register: RegisterState,
): Refusal | undefined {
  for (const party of parties) {
    const outside = partnerIsIn(state, party, effective, { register });
    if (outside) return outside;
  }
  const { acts, signs } = sectorsOf(parties, register);
  if (acts.length === 0 || signs.length === 0) {
    return refuse('not_a_party', 'A section 75 agreement is between a council and an NHS body at least.');
  }
  const { host, area } = opened(state);
  return family(register.successions, host, effective, area).some((each) => parties.includes(each))
    ? undefined
    : refuse('not_a_party', `${host} hosts the fund, and is no party.`);
}

/** The agreement of a name: one that was reversed keeps its name too. */
function agreementNameIsFree({ agreements }: Pick<FundState, 'agreements'>, name: string): Refusal | undefined {
  const signed = ofKind(agreements, 'agreement');
  const under = (called: string) => signed.find(({ data }) => data['agreement'] === called);
  const found = under(name);
  if (!found) return undefined;
  return found.reversed === undefined
    ? refuse('identifier_used', `"${name}" already names an agreement of this fund.`)
    : nameWasReversed(name, found.reversed.revision, (called) => under(called) !== undefined);
}

/**
 * Refuses a second agreement: on no day between two days, both inclusive, may another agreement of this fund, or of a
 * fund whose year its term reaches, be in force. A change of an agreement of this fund passes that agreement as
 * `itself`.
 */
function standsAlone(
  state: FundState,
  { from, to, itself }: { readonly from: Day; readonly to: Day; readonly itself?: string },
  context: Context,
): Refusal | undefined {
  const of = opened(state);
  const later = FINANCIAL_YEARS.filter(({ first }) => first > of.year.last && first <= to).flatMap(({ label }) => {
    const other = context.fund(fundOf(of, label));
    return other ? [signedIn(fundOf(of, label), other)] : [];
  });
  const other = [...seenBy(state, context), ...later]
    .flatMap(({ fund, facts }) => agreementsOn(facts, LAST_DAY).map((each): FundAgreement => ({ ...each, fund })))
    .filter(({ fund, agreement }) => !(fund === fundNameOf(of) && agreement === itself))
    .find(({ effective, lastDay }) => lastDay >= from && effective <= to);
  return other
    ? refuse(
        'agreement_stands',
        `"${other.agreement}" of ${other.fund} is in force from ${dayInWords(other.effective)} to ${dayInWords(other.lastDay)}.`,
      )
    : undefined;
}

/** A fact that ends an agreement cannot be reversed if the agreement would then run into another. */
function standsAloneWithout(
  { agreement, effective }: { readonly agreement: string; readonly effective: Day },
  state: FundState,
  context: Context,
  revision: number,
): Refusal | undefined {
  const without = state.agreements.filter((each) => each.revision !== revision);
  const restored = agreementsOn(without, LAST_DAY).find((each) => each.agreement === agreement)!;
  return standsAlone(state, { from: effective, to: restored.lastDay, itself: agreement }, context);
}

/** The signed shares of a variance under an agreement of this fund that stand, in the order of recording. */
export const sharesUnder = ({ riskShares }: Pick<FundState, 'riskShares'>, agreement: string): MoneylessFact[] =>
  inForce(riskShares, { on: LAST_DAY }).filter(
    ({ data }) => data['agreement'] === agreement && data['signedIn'] === undefined,
  );

/** Terms cannot change, and schemes cannot end, before a day as at which a variance was shared by these terms. */
function sharedLater(
  state: FundState,
  { agreement, effective }: { readonly agreement: string; readonly effective: Day },
  isOf: (scheme: string) => boolean,
): Refusal | undefined {
  const later = sharesUnder(state, agreement).find(
    ({ data }) => data.effective > effective && isOf(data['scheme'] as string),
  );
  return later
    ? refuse(
        'later_change_stands',
        `Revision ${later.revision} shares the variance of "${later.data['scheme'] as string}" as at ${dayInWords(later.data.effective)}; this would change its terms from ${dayInWords(effective)}.`,
      )
    : undefined;
}

/** A variation cannot be reversed while a share signed by its terms stands. */
function sharedBy(
  state: FundState,
  { agreement, effective }: { readonly agreement: string; readonly effective: Day },
  revision: number,
): Refusal | undefined {
  const resting = sharesUnder(state, agreement).filter(
    (each) => each.revision > revision && each.data.effective >= effective,
  );
  return resting.length === 0
    ? undefined
    : refuse(
        'others_rest_on_it',
        `By its terms the facts at revision ${resting.map((each) => each.revision).join(', ')} share a variance.`,
      );
}

/**
 * An agreement whose term continues applies in the next year unchanged. One that ends with the year is offered again
 * for the next year only, with the terms as last varied, unless a body that it names has a successor.
 */
function offeredAgain(state: FundState, agreement: string, { ends, year, named: called, followers }: NextYear): Onward {
  const stands = agreementsOn(state.agreements, ends).find((each) => each.agreement === agreement)!;
  const { lastDay, parties, terms } = stands;
  if (lastDay > ends) return leftOut(`It runs to ${dayInWords(lastDay)}, and holds in ${year.label} as it stands.`);
  if (lastDay < ends) return leftOut(`It ended on ${dayInWords(lastDay)}.`);
  const gone = parties.find((party) => followers(party)[0] !== party);
  if (gone !== undefined) return leftOut(`${followedByWords(gone, followers(gone))}: state its terms anew.`);
  // A scheme that ended before the agreement has no rule any more; one that ends with it is offered again with it.
  const riskShares = terms.riskShares
    .filter(({ scheme }) => lastDayOfScheme(stands, scheme) === ends)
    .map(({ scheme, rule }) => ({ scheme, rule }));
  return {
    data: {
      effective: year.first,
      agreement: called(agreement),
      parties: [...parties],
      terms: { ...terms, reference: called(terms.reference), from: year.first, to: year.last, riskShares },
    },
    stood: NO_MONEY,
    stands: NO_MONEY,
    notes: [
      `Its term ends on ${dayInWords(ends)}: these are its terms for ${year.label}. Check the reference of the paper before it is signed.`,
    ],
  };
}

const termsInWords = ({ reference, from, to, noticeMonths, defaultRule }: AgreementTerms): string =>
  `${reference}, from ${dayInWords(from)} to ${dayInWords(to)}, ${noticeMonths} months’ notice, risk shared ${ruleInWords(defaultRule)} unless a scheme has a rule of its own`;

export const AGREEMENT_FACTS: readonly Fact<FundState>[] = [
  fact({
    name: 'AgreementSigned',
    title: 'Sign the section 75 agreement',
    group: 'agreement',
    keptAs: 'agreement',
    about:
      'The section 75 agreement under which the fund is pooled, with the terms that the ledger acts on; a council and an NHS body sign (SI 2000/617, regulation 8: not proven).',
    input: z.strictObject({
      effective: Effective,
      agreement: newName(AgreementName, []),
      parties: z
        .array(Partner)
        .min(2)
        .max(60)
        .refine((parties) => new Set(parties).size === parties.length, { error: 'must name each party once' })
        .meta({ title: 'Parties', description: 'The bodies that the agreement binds.' }),
      terms: TermsField,
    }),
    signature: 'other-side',
    roles: FINANCE,
    effective: 'in-year',
    reversible: true,
    undoneWhole: true,
    sides: (data, state: FundState, { register }) => sidesOf(data.parties, opened(state), data.effective, register),
    subject: (data) => data.agreement,
    names: (data) => itemOfAgreement(data.agreement),
    nextYear: ({ agreement }, state: FundState, next) => offeredAgain(state, agreement, next),
    check: (data, state: FundState, context) =>
      partiesFit(data.parties, data.effective, state, context.register) ??
      agreementNameIsFree(state, data.agreement) ??
      termsFit(data.terms, data.parties, data.effective, context) ??
      standsAlone(state, { from: data.effective, to: data.terms.to }, context),
    sentence: (data) =>
      `${data.parties.join(', ')} signed the section 75 agreement "${data.agreement}" (${termsInWords(data.terms)}).`,
  }),
  completedFact({
    name: 'AgreementVaried',
    title: 'Vary the agreement',
    group: 'agreement',
    keptAs: 'variation',
    about:
      'Varies the agreement from a day of its term on, naming the clause; the new terms are stated in full, and both sides sign. It is posted to the fund in which the agreement was signed, also for a day of a later year.',
    input: z.strictObject(variationInput),
    adds: { parties: Parties },
    signature: 'other-side',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    undoneWhole: true,
    level: 'states',
    restsOn: (data) => itemOfAgreement(data.agreement),
    sides: (data, state: FundState, { register }) =>
      sidesOf(partiesOf(state, data.agreement), opened(state), data.effective, register),
    subject: (data) => data.agreement,
    complete(data, state: FundState, context) {
      const stands = named(state, data.agreement, data.effective, context);
      if (stands instanceof Refusal) return stands;
      return (
        inOrder(state, itemOfAgreement(data.agreement), stands.effective, data.effective) ?? {
          ...data,
          parties: [...stands.parties],
        }
      );
    },
    check: (data, state: FundState, context) =>
      sharedLater(state, data, () => true) ??
      termsFit(data.terms, data.parties, data.effective, context) ??
      standsAlone(state, { from: data.effective, to: data.terms.to, itself: data.agreement }, context),
    staysWhile: (data, state, context, revision) =>
      sharedBy(state, data, revision) ?? standsAloneWithout(data, state, context, revision),
    sentence: (data) =>
      `The agreement "${data.agreement}" was varied in ${data.clause} (${termsInWords(data.terms)}): ${data.reason}`,
  }),
  recast({
    name: 'NoticeGiven',
    title: 'Give notice',
    group: 'agreement',
    keptAs: 'notice',
    about:
      'A party gives notice of the agreement, or of some of its schemes; the earliest day on which they can end is recorded with it (Law Insider, termination and default; duration and exit strategy).',
    input: z.strictObject(noticeInput),
    stored: NoticeStored,
    signature: 'second-officer',
    roles: FINANCE,
    signerRoles: ['chief-finance-officer'],
    effective: 'any-day',
    reversible: true,
    undoneWhole: true,
    restsOn: (data) => itemOfAgreement(data.agreement),
    sides: (data) => ({ acts: [data.partner], signs: [data.partner] }),
    complete(data, state: FundState, context) {
      const stands = named(state, data.agreement, data.effective, context);
      if (stands instanceof Refusal) return stands;
      if (!isParty(stands.parties, data.partner, data.effective, context)) {
        return refuse('not_a_party', `${data.partner} is no party to "${data.agreement}".`);
      }
      const { noticeMonths, schemeNoticeMonths } = stands.terms;
      const months = data.schemes ? (schemeNoticeMonths ?? noticeMonths) : noticeMonths;
      return { ...data, months, earliest: noticeDue(data.effective, months) };
    },
    staysWhile(data, state, _context, revision) {
      const ended = inForce(ofKind(state.agreements, 'termination'), { on: LAST_DAY }).filter(
        (each) => each.data['agreement'] === data.agreement && each.data['notice'] === String(revision),
      );
      return ended.length === 0
        ? undefined
        : refuse(
            'others_rest_on_it',
            `By this notice something was ended at revision ${ended.map((each) => each.revision).join(', ')}.`,
          );
    },
    sentence: (data) =>
      `${data.partner} gave ${data.months} months’ notice of ${data.schemes ? `the schemes ${data.schemes.join(', ')} of ` : ''}the agreement "${data.agreement}", ` +
      `to end on ${dayInWords(data.earliest)} at the earliest: ${data.reason}`,
  }),
  recast({
    name: 'AgreementTerminated',
    title: 'End the agreement',
    group: 'agreement',
    keptAs: 'termination',
    about:
      'Ends the agreement, or the schemes of which notice was given, not before the notice has run out, and the whole not before its schemes; both sides sign.',
    input: z.strictObject(terminationInput),
    stored: TerminationStored,
    signature: 'other-side',
    roles: FINANCE,
    effective: 'any-day',
    reversible: true,
    undoneWhole: true,
    level: 'states',
    restsOn: (data) => itemOfAgreement(data.agreement),
    sides: (data, state: FundState, { register }) =>
      sidesOf(partiesOf(state, data.agreement), opened(state), data.effective, register),
    subject: (data) => `${data.agreement} by notice ${data.notice}`,
    complete(data, state: FundState, context) {
      const stands = named(state, data.agreement, data.effective, context);
      if (stands instanceof Refusal) return stands;
      const late = inOrder(state, itemOfAgreement(data.agreement), stands.effective, data.effective);
      if (late) return late;
      const notice = stands.notices.find(({ revision }) => String(revision) === data.notice);
      if (!notice) {
        return refuse('reference_unknown', `No notice of "${data.agreement}" was given at revision ${data.notice}.`);
      }
      if (data.effective < notice.earliest) {
        return refuse(
          'notice_running',
          `The notice of ${dayInWords(notice.given)} runs until ${dayInWords(notice.earliest)}.`,
        );
      }
      const longer = stands.terms.riskShares.find(
        ({ scheme, until }) => until !== undefined && lastDayOfScheme(stands, scheme) > data.effective,
      );
      if (notice.schemes.length === 0 && longer) {
        return refuse('notice_running', `The scheme "${longer.scheme}" runs until ${dayInWords(longer.until!)}.`);
      }
      return { ...data, schemes: [...notice.schemes] };
    },
    check: (data, state: FundState) =>
      sharedLater(state, data, (scheme) => data.schemes.length === 0 || data.schemes.includes(scheme)),
    staysWhile: standsAloneWithout,
    sentence: (data) =>
      `${data.schemes.length === 0 ? 'The' : `The schemes ${data.schemes.join(', ')} of the`} agreement "${data.agreement}" ended on ${dayInWords(data.effective)}, by the notice at revision ${data.notice}: ${data.reason}`,
  }),
];
