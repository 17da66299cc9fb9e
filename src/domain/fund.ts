import { z } from 'zod';
import { dayInWords, financialYear } from './calendar.js';
import { completedFact, fact, type Context, type Fact, type FactData, type LedgerEvent } from './facts.js';
import { CONTRIBUTION_FACTS } from './fund/contributions.js';
import { GRANT_FACTS } from './fund/grants.js';
import { PERIOD_FACTS } from './fund/periods.js';
import { PLAN_FACTS } from './fund/plan.js';
import {
  emptyFund,
  evolvePostings,
  isClosed,
  limitsHold,
  LIMITS,
  opened,
  standingOn,
  type FundState,
  type Standing,
} from './fund/state.js';
import { STATEMENT_FACTS } from './fund/statements.js';
import { inverted } from './postings.js';
import { refuse, Refusal } from './rules.js';
import { sourceOf } from './sources.js';
import type { Kind } from './stream.js';
import { EffectiveDay, Name, words } from './values.js';

/** The stream of one fund: `fund-<area>-<financial year>`. Its facts stand in the files of `fund/`, by subject. */

const OPENING: Fact<FundState> = fact({
  name: 'FundOpened',
  about:
    'Opens the pooled fund of one area for one financial year, with its host and its partners; the ledger’s keeper opens it (domain.md 1, 6).',
  input: z.strictObject({
    effective: EffectiveDay,
    area: Name,
    year: z.string().refine((label) => financialYear(label) !== undefined, {
      error: 'must be a financial year such as "2016-17"',
    }),
    host: Name,
    partners: z
      .array(Name)
      .min(2, { error: 'a pooled fund has at least two partners' })
      .max(60)
      .refine((partners) => new Set(partners).size === partners.length, { error: 'must name each partner once' }),
  }),
  signature: 'none',
  roles: ['pool-manager', 'registrar', 'chief-finance-officer'],
  effective: 'any-day',
  reversible: false,
  sides: (_data, _state, { register }) => ({ acts: register.ledger ? [register.ledger.keeper] : [], signs: [] }),
  check(data, state: FundState, { register }) {
    const name = `${data.area}-${data.year}`;
    if (state.opened) return refuse('fund_exists', `${name} is open already.`);
    if (data.effective !== financialYear(data.year)!.first) {
      return refuse(
        'effective_outside_year',
        `A fund opens on the first day of its year, ${financialYear(data.year)!.first}.`,
      );
    }
    const unknown = data.partners.find((partner) => !register.partners.has(partner));
    if (unknown) return refuse('partner_unknown', `${unknown} is not registered as a partner.`);
    return data.partners.includes(data.host)
      ? undefined
      : refuse('not_in_fund', `The host, ${data.host}, must be one of the fund’s partners.`);
  },
  postings: () => [],
  evolve(state, data) {
    const { area, host, partners } = data;
    state.opened = { area, host, partners, year: financialYear(data.year)! };
  },
  sentence: (data) =>
    `The fund of ${data.area} for ${data.year} was opened, hosted by ${data.host}, with ${data.partners.length} partners.`,
});

const Revision = z
  .string()
  .regex(/^(0|[1-9]\d*)$/, { error: 'must be the revision of an event of this fund, such as "17"' });

const reversalInput = { effective: EffectiveDay, reverses: Revision, reason: words(500) };

const WAYS_BACK: Readonly<Record<string, string>> = {
  FundOpened: 'A fund stays open for ever.',
  FactReversed: 'Post the original fact again under a new name.',
  PeriodClosed: 'Propose PeriodReopened.',
  PeriodReopened: 'Propose PeriodClosed.',
};

const REVERSAL: Fact<FundState> = completedFact({
  name: 'FactReversed',
  about:
    'Undoes exactly one fact, once, from its own effective date on; signed as the original was; never itself reversed.',
  input: z.strictObject(reversalInput),
  stored: z.strictObject({
    ...reversalInput,
    fact: z.strictObject({ type: z.string(), version: z.int(), data: z.looseObject({ effective: EffectiveDay }) }),
  }),
  signature: 'none',
  roles: [],
  effective: 'any-day',
  reversible: false,
  limits: Object.keys(LIMITS),
  signedAs(data, context) {
    const original = reversible(data.reverses, context);
    return original instanceof Refusal ? original : { fact: reversibleFacts.get(original.type)!, data: original.data };
  },
  sides: () => ({ acts: [], signs: [] }),
  complete(data, _state, context) {
    // That there is an original, and a reversible one, has been seen when its signatures were looked up.
    const { type, metadata, data: original } = context.original!;
    return { ...data, fact: { type, version: metadata.schemaVersion, data: original } };
  },
  check(data, state: FundState) {
    const original = reversibleFacts.get(data.fact.type)!;
    const began = data.fact.data.effective;
    if (state.reversed.has(Number(data.reverses))) {
      return refuse('already_reversed', `The fact at revision ${data.reverses} has been reversed already.`);
    }
    if (data.effective < began) {
      return refuse(
        'reversal_too_early',
        `The original takes effect on ${dayInWords(began)}; the reversal would on ${dayInWords(data.effective)}.`,
      );
    }
    const { last } = opened(state).year;
    if (data.effective > last && data.effective > began) {
      return refuse(
        'effective_outside_year',
        `A reversal takes effect by the end of the fund’s year, ${dayInWords(last)}.`,
      );
    }
    if (
      data.effective !== began &&
      (original.endsProposal?.(data.fact.data) ?? bringsCompulsoryMoney(original, data.fact.data))
    ) {
      return refuse('reversal_day_fixed', `The original takes effect on ${dayInWords(began)}; so must its reversal.`);
    }
    return nothingRestsOn(state, original, data.fact.data, Number(data.reverses));
  },
  postings: (data) => inverted(reversibleFacts.get(data.fact.type)!.postings(data.fact.data), data.effective),
  evolve: (state, data) => void state.reversed.add(Number(data.reverses)),
  sentence: (data) =>
    `Reversed from ${dayInWords(data.effective)}: “${reversibleFacts.get(data.fact.type)!.sentence(data.fact.data)}” because ${data.reason}`,
});

export const FUND_FACTS: readonly Fact<FundState>[] = [
  OPENING,
  ...PLAN_FACTS,
  ...CONTRIBUTION_FACTS,
  ...GRANT_FACTS,
  ...STATEMENT_FACTS,
  ...PERIOD_FACTS,
  REVERSAL,
];

const reversibleFacts = new Map(FUND_FACTS.filter((each) => each.reversible).map((each) => [each.name, each]));

/** Whether a fact brings in money of a compulsory source, which is never ended part-way. */
const bringsCompulsoryMoney = (fact: Fact<FundState>, data: FactData): boolean =>
  fact
    .postings(data)
    .some(({ measure, source, pence }) => measure === 'agreed' && pence > 0 && sourceOf(source)?.duty === 'compulsory');

/** A fact is not reversed while others rest on it: on the name that it brought, or on the amount that it changed. */
function nothingRestsOn(
  state: FundState,
  fact: Fact<FundState>,
  data: FactData,
  revision: number,
): Refusal | undefined {
  const named = fact.names?.(data);
  const item = named ?? fact.restsOn?.(data);
  if (item === undefined) return undefined;
  const others = standingOn(state, item).filter(
    ([other, { level }]) => named !== undefined || (fact.level !== undefined && other > revision && level === 'states'),
  );
  return others.length === 0
    ? undefined
    : refuse(
        'others_rest_on_it',
        `On "${item}" rest the facts at revision ${others.map(([other]) => other).join(', ')}.`,
      );
}

/** The event that a reversal names, where it is one that can be reversed. */
function reversible(revision: string, { original }: Context): LedgerEvent | Refusal {
  if (!original) return refuse('reference_unknown', `This fund has no event at revision ${revision}.`);
  if (reversibleFacts.has(original.type)) return original;
  return refuse(
    'not_reversible',
    `${original.type} is never reversed. ${WAYS_BACK[original.type] ?? 'Answer the proposal itself.'}`,
  );
}

export const FUND: Kind<FundState> = {
  name: 'fund',
  facts: FUND_FACTS,
  byName: new Map(FUND_FACTS.map((each) => [each.name, each])),
  opener: 'FundOpened',
  initial: emptyFund,
  isOpen: (state) => state.opened !== undefined,
  notOpen: (stream) => refuse('fund_unknown', `No fund named ${stream.replace(/^fund-/, '')} has been opened.`),
  nameFits: (stream, data) => {
    const name = `${String(data['area'])}-${String(data['year'])}`;
    return stream === `fund-${name}`
      ? undefined
      : refuse('fund_name_wrong', `The address names ${stream.replace(/^fund-/, '')}; the area and year make ${name}.`);
  },
  evolvePostings,
  evolveStanding(state, fact, event) {
    if (fact.name === 'FactReversed') {
      const { reverses, fact: original } = event.data as unknown as {
        reverses: string;
        fact: { type: string; data: FactData };
      };
      const item = reversibleFacts.get(original.type)!.restsOn?.(original.data);
      if (item !== undefined) state.standing.get(item)!.delete(Number(reverses));
      return;
    }
    const item = fact.restsOn?.(event.data);
    if (item === undefined) return;
    const standing = state.standing.get(item) ?? new Map<number, Standing>();
    state.standing.set(item, standing.set(event.revision, { effective: event.data.effective, level: fact.level }));
  },
  limitsHold,
  dayAllowed(state, fact, effective) {
    const { year } = opened(state);
    if (fact.effective === 'any-day' || (effective >= year.first && effective <= year.last)) return undefined;
    return refuse(
      'effective_outside_year',
      `${dayInWords(effective)} is outside ${year.label}, which runs from ${dayInWords(year.first)} to ${dayInWords(year.last)}.`,
    );
  },
  isClosed,
  /** A reversal that takes back a withdrawal puts the offer back on the table. */
  restoresProposal: (event) => {
    if (event.type !== 'FactReversed') return undefined;
    const { type, data } = (event.data as unknown as { fact: { type: string; data: FactData } }).fact;
    return reversibleFacts.get(type)!.endsProposal?.(data);
  },
  referredTo: ({ type, data }) => (type === 'FactReversed' ? String(data['reverses']) : undefined),
};
