import { z } from 'zod';
import { append, assign, drop, put } from '../grammar/change.js';
import { dayInWords, financialYear } from '../calendar.js';
import { keeperFact, type Fact } from '../grammar/fact.js';
import type { FactData, LedgerEvent } from '../grammar/event.js';
import { ACCEPTANCE_FACTS } from './money/acceptance.js';
import { BESIDE_FACTS } from './money/beside-the-pool.js';
import { AGREEMENT_FACTS } from './agreement/agreement.js';
import { CONTRIBUTION_FACTS } from './money/contributions.js';
import { DISTRICT_FACTS } from './money/districts.js';
import { GRANT_FACTS } from './money/grants.js';
import { LIFE_CYCLE_FACTS } from './plan/life-cycle.js';
import { MEMBERSHIP_FACTS } from './membership.js';
import { preview } from './plan/minima.js';
import { PERFORMANCE_FACTS } from './money/performance.js';
import { INCOME_FACTS } from './year/income.js';
import { PERIOD_FACTS } from './year/periods.js';
import { PLAN_FACTS } from './plan/plan.js';
import { BALANCE_FACTS } from './year/balances.js';
import { RESERVE_FACTS } from './year/reserves.js';
import { RETURN_FACTS } from './year/returns.js';
import { SPENDING_FACTS } from './year/spending.js';
import { keepReferences, referenceWarnings } from './references.js';
import { emptyFund, evolvePostings, opened, type FundState, type FactOnItem } from './state.js';
import { ALL_LIMITS, limitsHold } from './limits.js';
import { isClosed, outsideYear, factsOnItem } from './checks.js';
import { RISK_SHARE_FACTS } from './agreement/risk-share.js';
import { STATEMENT_FACTS } from './money/statements.js';
import { isMoneyless, MONEYLESS, moneylessFact } from './moneyless-facts.js';
import { takeBack } from '../grammar/remembered.js';
import { keepTestInput } from './plan/test-inputs.js';
import { reversalFact, reversedBy, type Reversal } from '../grammar/reversal.js';
import { sameText } from '../grammar/same.js';
import { refuse, type Refusal } from '../rules.js';
import { EffectiveDay } from '../values.js';
import { sourceOf } from '../sources.js';
import type { Kind } from '../grammar/kind.js';
import { Area, Host, Partner } from '../grammar/fields.js';
import { chosenFrom } from '../grammar/asked.js';

/** The stream of one fund: `fund-<area>-<financial year>`. Its facts stand in the files of `fund/`, by subject. */

const OPENING: Fact<FundState> = keeperFact({
  name: 'FundOpened',
  title: 'Open a fund for a year',
  group: 'fund',
  about:
    'Opens the pooled fund of one area for one financial year, with its host and its partners; the ledger’s keeper opens it.',
  suggests: ({ year = '' }) => ({ effective: financialYear(year)?.first }),
  input: z.strictObject({
    effective: EffectiveDay.meta({ description: 'The first day of the year.' }),
    area: Area,
    year: chosenFrom(
      'financial years',
      z
        .string()
        .refine((label) => financialYear(label) !== undefined, { error: 'must be a financial year such as "2016-17"' })
        .meta({ title: 'Financial year', description: 'The year of the fund, from 1 April to 31 March.' }),
    ),
    host: Host,
    partners: z
      .array(Partner)
      .min(2, { error: 'a pooled fund has at least two partners' })
      .max(60)
      .refine((partners) => new Set(partners).size === partners.length, { error: 'must name each partner once' })
      .meta({ title: 'Partners', description: 'The bodies that pool money in the fund, the host among them.' }),
  }),
  wayBack: 'A fund stays open for ever.',
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
  evolve(state, data) {
    const { area, host, partners } = data;
    assign(state, 'opened', { area, host, partners, members: [], year: financialYear(data.year)! });
  },
  sentence: (data) =>
    `The fund of ${data.area} for ${data.year} was opened, hosted by ${data.host}, with ${data.partners.length} partners.`,
});

const FACTS: readonly Fact<FundState>[] = [
  OPENING,
  ...MEMBERSHIP_FACTS,
  ...PLAN_FACTS,
  ...CONTRIBUTION_FACTS,
  ...GRANT_FACTS,
  ...DISTRICT_FACTS,
  ...STATEMENT_FACTS,
  ...BESIDE_FACTS,
  ...SPENDING_FACTS,
  ...INCOME_FACTS,
  ...RESERVE_FACTS,
  ...BALANCE_FACTS,
  ...PERFORMANCE_FACTS,
  ...RETURN_FACTS,
  ...PERIOD_FACTS,
  ...AGREEMENT_FACTS,
  ...ACCEPTANCE_FACTS,
  ...RISK_SHARE_FACTS,
  ...LIFE_CYCLE_FACTS,
];

const reversibleFacts = new Map(FACTS.filter((each) => each.reversible).map((each) => [each.name, each]));

const REVERSAL = reversalFact<FundState>({
  place: 'fund',
  facts: FACTS,
  wayBack: 'Post the original fact again under a new name.',
  limits: ALL_LIMITS,
  reversed: (state) => state.reversed,
  check(state, original, { effective, reverses, fact: { data } }, context) {
    const { last } = opened(state).year;
    if (effective > last && effective > data.effective) {
      return refuse(
        'effective_outside_year',
        `A reversal takes effect by the end of the fund’s year, ${dayInWords(last)}.`,
      );
    }
    if (
      effective !== data.effective &&
      (original.undoneWhole ?? original.endsProposal?.(data) ?? bringsCompulsoryMoney(original, data))
    ) {
      return refuse(
        'reversal_day_fixed',
        `The original takes effect on ${dayInWords(data.effective)}; so must its reversal.`,
      );
    }
    return (
      nothingRestsOn(state, original, data, Number(reverses)) ??
      original.staysWhile?.(data, state, context, Number(reverses))
    );
  },
  evolve: (state, { reverses }, revision) => put(state.reversed, Number(reverses), revision),
});

const FUND_FACTS: readonly Fact<FundState>[] = [...FACTS, REVERSAL];

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
  for (const item of named === undefined ? itemsOf(fact, data) : [named]) {
    const others = factsOnItem(state, item).filter(
      ([other, { level }]) =>
        named !== undefined || (fact.level !== undefined && other > revision && level === 'states'),
    );
    if (others.length > 0) {
      return refuse(
        'others_rest_on_it',
        `On "${item}" rest the facts at revision ${others.map(([other]) => other).join(', ')}.`,
      );
    }
  }
  return undefined;
}

/** Every item that a fact rests on, and whether the fact moves the item's level. */
const standsOn = (fact: Fact<FundState>, data: FactData): [item: string, level: FactOnItem['level']][] => [
  ...itemsOf(fact, data).map((item): [string, FactOnItem['level']] => [item, fact.level]),
  ...[fact.needs?.(data) ?? []].flat().map((item): [string, FactOnItem['level']] => [item, undefined]),
];

/** Changes which facts that stand say the same as one; nothing where no value of it tells it apart. */
function changeAlike(
  state: FundState,
  fact: Fact<FundState>,
  data: FactData,
  changed: (revisions: readonly number[]) => readonly number[],
): void {
  const same = sameText(fact, data);
  if (same === undefined) return;
  for (const item of itemsOf(fact, data)) {
    if (!state.alike.has(item)) put(state.alike, item, new Map<string, readonly number[]>());
    const alike = state.alike.get(item)!;
    const revisions = changed(alike.get(same) ?? []);
    if (revisions.length > 0) put(alike, same, revisions);
    else drop(alike, same);
  }
}

/** The items that a fact changes or counts on. */
const itemsOf = (fact: Fact<FundState>, data: FactData): readonly string[] => [fact.restsOn?.(data) ?? []].flat();

/** What is asked of a fund before any figure. It is kept apart from its other state, which only decisions need. */
export interface FundOutline extends Pick<FundState, 'opened' | 'closedThrough'> {
  /** The funds that money was moved from or to, by facts that were reversed too. */
  readonly otherFunds: readonly string[];
}

const OUTLINE_FACTS: ReadonlySet<string> = new Set(
  [OPENING, ...MEMBERSHIP_FACTS, ...PERIOD_FACTS].map(({ name }) => name),
);

/** Keeps an outline, from its beginning or from a kept one. The facts that change it can never be reversed. */
export function fundOutline(kept?: FundOutline): { readonly outline: FundOutline; take(event: LedgerEvent): void } {
  const outline = { ...emptyFund(), ...kept, otherFunds: [...(kept?.otherFunds ?? [])] };
  return {
    outline,
    take({ type, ...event }) {
      const of = FUND.byName.get(type);
      if (OUTLINE_FACTS.has(type)) of!.evolve(outline, event.data, { type, ...event });
      const other = of?.otherFund?.(event.data);
      if (other !== undefined && !outline.otherFunds.includes(other)) outline.otherFunds.push(other);
    },
  };
}

export const FUND: Kind<FundState> = {
  name: 'fund',
  facts: FUND_FACTS,
  byName: new Map(FUND_FACTS.map((each) => [each.name, each])),
  opener: OPENING.name,
  deals: true,
  initial: emptyFund,
  isOpen: (state) => state.opened !== undefined,
  area: (state) => state.opened?.area,
  notOpen: (stream) => refuse('fund_unknown', `No fund named ${stream.replace(/^fund-/, '')} has been opened.`),
  nameFits: (stream, data) => {
    const name = `${String(data['area'])}-${String(data['year'])}`;
    return stream === `fund-${name}`
      ? undefined
      : refuse('fund_name_wrong', `The address names ${stream.replace(/^fund-/, '')}; the area and year make ${name}.`);
  },
  evolvePostings,
  evolveAgreed(state, signers) {
    assign(state, 'signers', signers);
  },
  evolveStanding(state, fact, event) {
    const { keptAs } = fact;
    const [signers = [], ...rest] = state.signers;
    if (state.signers.length > 0) assign(state, 'signers', rest);
    keepReferences(state, fact, event.data, event.revision);
    keepTestInput(state.tested.facts, { ...event, keptAs, reverses: reversedBy(event) });
    if (keptAs && isMoneyless(keptAs))
      append(state[MONEYLESS[keptAs]], moneylessFact(event, keptAs, fact.signature === 'none' ? [] : signers));
    const name = fact.names?.(event.data);
    if (name !== undefined) put(state.named, name, event.revision);
    if (fact.name === REVERSAL.name) {
      const { reverses, fact: original } = event.data as Reversal;
      const reversed = reversibleFacts.get(original.type)!;
      for (const [item] of standsOn(reversed, original.data)) drop(state.standing.get(item)!, Number(reverses));
      changeAlike(state, reversed, original.data, (revisions) => revisions.filter((each) => each !== Number(reverses)));
      for (const facts of [state.agreements, state.riskShares, state.lifeCycle, state.spending.measured])
        takeBack(facts, Number(reverses), { revision: event.revision, on: event.data.effective });
      return;
    }
    for (const [item, level] of standsOn(fact, event.data)) {
      if (!state.standing.has(item)) put(state.standing, item, new Map<number, FactOnItem>());
      put(state.standing.get(item)!, event.revision, { effective: event.data.effective, level });
    }
    changeAlike(state, fact, event.data, (revisions) => [...revisions, event.revision]);
  },
  alike(state, fact, data) {
    const same = sameText(fact, data)!;
    for (const item of itemsOf(fact, data)) {
      const [first] = state.alike.get(item)?.get(same) ?? [];
      if (first !== undefined) return first;
    }
    return undefined;
  },
  limitsHold,
  preview(state, fact, data, postings, context) {
    const of = fact.name === REVERSAL.name ? reversibleFacts.get((data as Reversal).fact.type)! : fact;
    const found = preview(state, fact, data, postings, context, of.holdsMinima === true);
    const warnings = [...(fact.warns?.(data, state, postings) ?? []), ...referenceWarnings(state, fact, data)];
    return warnings.length === 0 ? found : { ...found, warnings: [...found.warnings, ...warnings] };
  },
  dayAllowed(state, fact, effective) {
    const { year } = opened(state);
    return fact.effective === 'any-day' ? undefined : outsideYear(year, effective);
  },
  isClosed,
  /** A reversal that takes back a withdrawal puts the offer back on the table. */
  restoresProposal: (event) => {
    if (event.type !== REVERSAL.name) return undefined;
    const { type, data } = (event.data as Reversal).fact;
    return reversibleFacts.get(type)!.endsProposal?.(data);
  },
  referredTo: reversedBy,
};
