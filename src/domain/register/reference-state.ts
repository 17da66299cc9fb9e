import type { Day } from '../calendar.js';
import {
  shippedRuleSet,
  type AreaOfSpend,
  type Coded,
  type DueDate,
  type RuleSet,
  type Uplift,
} from '../reference/rule-sets.js';
import { lastInForce, type Remembered } from '../grammar/remembered.js';
import { byKey } from '../order.js';
import type { EvidenceList } from '../values.js';
import type { Proclaimed } from '../working-days.js';

/**
 * What has been published of allocations and rules, each publication kept with the revision of the register at which it
 * was recorded, so that any earlier state of knowledge can be asked.
 */
export interface Allocation {
  readonly effective: Day;
  readonly area: string;
  readonly year: string;
  readonly payer: string;
  readonly source: string;
  /** Money as text, as published. */
  readonly amount: string;
  readonly minima?: { readonly socialCare: string; readonly outOfHospital: string } | undefined;
  readonly publication: string;
  readonly revises?: string | undefined;
}

/** A code as it is published: its wordings are words, and the publication is their evidence. */
type Published<Each extends Coded> = Omit<Each, 'wordings'> & { readonly wordings?: readonly string[] | undefined };

interface PublishedRules {
  readonly effective: Day;
  readonly year: string;
  readonly planNeeded: boolean;
  readonly uplifts: readonly Uplift[];
  readonly schemeTypes: readonly Published<Coded>[];
  readonly areasOfSpend: readonly Published<AreaOfSpend>[];
  readonly providers: readonly Published<Coded>[];
  readonly dueDates: readonly DueDate[];
  readonly conditions: readonly string[];
  readonly publication: string;
  readonly revises?: string | undefined;
}

export interface Publication<Data extends { readonly effective: Day }> extends Remembered<Data> {
  readonly evidence: EvidenceList;
}

/** The publications of one thing in their order: each but the first revises the one before it, none takes effect earlier. */
export type Chain<Data extends { readonly effective: Day }> = readonly Publication<Data>[];

export interface ReferenceState {
  readonly allocations: ReadonlyMap<string, Chain<Allocation>>;
  readonly ruleSets: ReadonlyMap<string, Chain<PublishedRules>>;
  /** Bank holidays that were proclaimed, in the order of recording, each known from the day on which it was recorded. */
  readonly holidays: readonly Proclaimed[];
}

export const emptyReference = (): ReferenceState => ({ allocations: new Map(), ruleSets: new Map(), holidays: [] });

export const allocationKey = ({ area, year, payer, source }: Pick<Allocation, 'area' | 'year' | 'payer' | 'source'>) =>
  `${area}|${year}|${payer}|${source}`;

/** The publication of a chain in force on a day, inclusive, as known at a revision of the register, inclusive. */
const inForceOf = <Data extends { readonly effective: Day }>(chain: Chain<Data>, on: Day, upTo: number) =>
  lastInForce(chain, { on, upTo });

/** The chains of an area and a year, or of every one where it is left out; by area, year, payer and source. */
export const allocationChains = (
  { allocations }: ReferenceState,
  { area, year }: { readonly area?: string | undefined; readonly year?: string | undefined },
): Chain<Allocation>[] =>
  [...allocations]
    .filter(
      ([, [first]]) =>
        (area ?? first!.data.area) === first!.data.area && (year ?? first!.data.year) === first!.data.year,
    )
    .sort(byKey)
    .map(([, chain]) => chain);

/** Of each chain the publication in force on a day, inclusive, as known at a revision of the register, inclusive. */
export const inForceAmong = <Data extends { readonly effective: Day }>(
  chains: readonly Chain<Data>[],
  on: Day,
  upTo: number,
): Publication<Data>[] => chains.flatMap((chain) => inForceOf(chain, on, upTo) ?? []);

export interface RulesInForce extends RuleSet {
  /** The revision of the register at which they were published; none where they are those shipped. */
  readonly published?: Publication<PublishedRules>;
}

/**
 * The rules of a financial year in force on a day, inclusive, as known at a revision of the register, inclusive: those
 * published, or else those shipped.
 */
export function rulesOn({ ruleSets }: ReferenceState, year: string, on: Day, upTo: number): RulesInForce {
  const published = inForceOf(ruleSets.get(year) ?? [], on, upTo);
  if (!published) return shippedRuleSet(year);
  const known = readRules.get(published.data);
  if (known) return known;
  const rules = publishedRules(published);
  readRules.set(published.data, rules);
  return rules;
}

/** Published rules as they are read: each publication is read once. */
const readRules = new WeakMap<PublishedRules, RulesInForce>();

function publishedRules(published: Publication<PublishedRules>): RulesInForce {
  const { data } = published;
  const proven = { evidence: data.publication, proven: true };
  const worded = <Each extends Coded>(list: readonly Published<Each>[]): Each[] =>
    list.map(({ wordings, ...each }) => ({
      ...each,
      ...(wordings && { wordings: wordings.map((wording) => ({ wording, ...proven })) }),
    })) as unknown as Each[];
  return {
    ...data,
    schemeTypes: worded(data.schemeTypes),
    areasOfSpend: worded(data.areasOfSpend),
    providers: worded(data.providers),
    uplifts: data.uplifts.map((each) => ({ ...each, ...proven })),
    dueDates: data.dueDates.map((each) => ({ ...each, ...proven })),
    conditions: data.conditions.map((words) => ({ words, ...proven })),
    notes: [],
    ...proven,
    published,
  };
}
