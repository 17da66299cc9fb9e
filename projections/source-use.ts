import { minus, NO_MONEY, plus, total, type Pence } from '../src/domain/money.js';
import { PLAN, POOL, type Measure, type Posting } from '../src/domain/postings.js';
import type { Entry } from './entry.js';
import type { Kept } from './fund-facts.js';
import { sumOver, type View } from './view.js';

/**
 * How much of each grant, and of the money carried in, has come, been spent and for which purpose, and is left. Plan lines
 * name a source, so spending is of a source, and of all its grants together.
 * Source: docs/sources.md, Instalments and carry-forward; docs/questions.md, 7 and 20.
 */
interface SourceUse {
  readonly source: string;
  /** The grants of the source, or the sums carried in, by name. */
  readonly items: readonly string[];
  /** The purposes that they are bound to; none where none is stated. */
  readonly purposes: readonly string[];
  readonly agreed: Pence;
  readonly received: Pence;
  readonly spent: Pence;
  /** Owed for what the period has cost, and not paid yet. */
  readonly accrued: Pence;
  /** Passed down to districts; how the districts spend it is not recorded. */
  readonly passedDown: Pence;
  readonly returned: Pence;
  /** Set aside for a later year and not drawn. */
  readonly setAside: Pence;
  /** Drawn from what was set aside, for a later year’s fund. */
  readonly drawn: Pence;
  /**
   * received − spent − accrued − passed down − returned − set aside − drawn; negative if more went out than was
   * received.
   */
  readonly unspent: Pence;
  /** Spending by purpose: the stated purposes in their order, and last the spending that names none. */
  readonly byPurpose: readonly { readonly purpose: string | undefined; readonly spent: Pence }[];
  /** Spending outside the stated purposes; 0 if none is stated. */
  readonly outside: Pence;
}

export const SOURCE_USE = [
  'agreed',
  'received',
  'spent',
  'accrued',
  'passedDown',
  'returned',
  'setAside',
  'drawn',
  'unspent',
] as const satisfies readonly (keyof SourceUse)[];

/** The purpose that a fact spends on: its own, or that of the fact that it reverses. */
function purposeOf({ reverses, data }: Entry): string | undefined {
  const said = reverses !== undefined ? (data['fact'] as Pick<Entry, 'data'>).data : data;
  return said['purpose'] as string | undefined;
}

function spentByPurpose(entries: readonly Entry[], { on }: View, source: string) {
  const sums = new Map<string | undefined, Pence>();
  const spends = ({ measure, holder, source: of, on: day }: Posting): boolean =>
    measure === 'spent' && holder === PLAN && of === source && day <= on;
  for (const entry of entries) {
    const spent = entry.postings.filter(spends).reduce<Pence>((sum, each) => plus(sum, each.pence), NO_MONEY);
    const purpose = purposeOf(entry);
    sums.set(purpose, plus(sums.get(purpose) ?? NO_MONEY, spent));
  }
  const named = [...sums.keys()].filter((purpose) => purpose !== undefined).sort();
  return [...named, undefined]
    .map((purpose) => ({ purpose, spent: sums.get(purpose) ?? NO_MONEY }))
    .filter(({ spent }) => spent !== NO_MONEY);
}

interface Bound {
  readonly item: string;
  readonly source: string;
  readonly purposes: readonly string[];
}

function boundBy({ keptAs, data }: Kept): Bound {
  const said = data as unknown as {
    grant: string;
    carryIn: string;
    source: string;
    purpose: string;
    purposes?: string[];
  };
  return keptAs === 'grant'
    ? { item: said.grant, source: said.source, purposes: said.purposes ?? [] }
    : { item: said.carryIn, source: said.source, purposes: [said.purpose] };
}

/**
 * @param brought the determinations and the sums carried in that are in force on the view’s day
 * @param entries the facts of the fund that are known; those that move nothing that was spent may be left out
 */
export function sourceUses(view: View, brought: readonly Kept[], entries: readonly Entry[]): SourceUse[] {
  const bound = brought.map(boundBy);
  return [...new Set(bound.map(({ source }) => source))].sort().map((source) => {
    const own = bound.filter((each) => each.source === source);
    const purposes = [...new Set(own.flatMap((each) => each.purposes))].sort();
    const of = (measure: Measure): Pence =>
      sumOver(view, (account) => account.measure === measure && account.source === source && account.holder !== POOL);
    const received = of('received');
    const gone = {
      spent: of('spent'),
      accrued: of('accrued'),
      passedDown: of('passedDown'),
      returned: of('returned'),
      setAside: of('carriedForward'),
      drawn: of('drawn'),
    };
    const byPurpose = spentByPurpose(entries, view, source);
    const outside = byPurpose
      .filter(({ purpose }) => purposes.length > 0 && !purposes.includes(purpose ?? ''))
      .reduce((sum, each) => plus(sum, each.spent), NO_MONEY);
    return {
      source,
      items: own.map(({ item }) => item),
      purposes,
      agreed: of('agreed'),
      received,
      ...gone,
      unspent: minus(received, total(Object.values(gone))),
      byPurpose,
      outside,
    };
  });
}
