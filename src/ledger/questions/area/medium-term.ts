import { z } from 'zod';
import {
  bridgeOf,
  categoriesOf,
  ROW_KINDS,
  YEAR_MOVES,
  yearGap,
  yearPlan,
  type RowTotal,
  type Step,
} from '../../../../projections/medium-term.js';
import { inside } from '../../../domain/chart.js';
import { FINANCIAL_YEARS, financialYear, type FinancialYear, type Instant } from '../../../domain/calendar.js';
import { moneyText, NO_MONEY, plus, signedPence, total, type Pence } from '../../../domain/money.js';
import { byKey, byText } from '../../../domain/order.js';
import { refuse, Refusal } from '../../../domain/rules.js';
import { SignedMoney } from '../../../domain/values.js';
import { fundStream } from '../../catalogue.js';
import type { Ledger } from '../../ledger.js';
import {
  AskedDepartment,
  DepartmentOption,
  departmentsAt,
  DepartmentText,
  departmentUnknown,
  linesAsked,
} from '../fund/departments.js';
import { BothSettled, Known, knownThen } from '../known.js';
import { rowsOf } from '../rows.js';
import { halvesSigned } from '../settlement.js';
import {
  EntryText,
  entryText,
  fundsOf,
  inText,
  KnownAt,
  OfArea,
  query,
  fundEver,
  type Seeing,
  type FundAtDates,
} from '../question.js';

/**
 * Several years of one area: the gap of each year as known at an instant, and why the gaps changed between two
 * instants.
 */

const Year = z
  .string()
  .refine((label) => financialYear(label) !== undefined, { error: 'must be a financial year such as "2018-19"' });

const Years = {
  from: Year.optional().meta({
    description: 'The first year. Left out, the first for which the area had a fund by then.',
  }),
  to: Year.optional().meta({ description: 'The last year. Left out, the last for which the area had a fund by then.' }),
  department: DepartmentOption,
};

interface AskedYears {
  readonly area: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * The years asked for, each with the area’s fund if there was one at this size of the ledger, so that a fund opened
 * later changes no answer. Years with a fund that the asker may not see are left out.
 */
function yearsOf(
  ledger: Ledger,
  { area, from, to }: AskedYears,
  size: number,
  { sees }: Pick<Seeing, 'sees'>,
): { readonly year: FinancialYear; readonly fund: string | undefined }[] | Refusal {
  const funds = fundsOf(ledger, area).filter((fund) => ledger.model.knownRevision(fundStream(fund), size) >= 0);
  if (funds.length === 0) return refuse('area_unknown', `No fund of ${area} was open by then.`);
  const labels = funds.map((fund) => fund.slice(area.length + 1));
  const first = from ?? labels[0]!;
  const last = to ?? labels.at(-1)!;
  const years = FINANCIAL_YEARS.filter(({ label }) => label >= first && label <= last);
  if (years.length === 0)
    return refuse('days_out_of_order', `The first year, ${first}, is after the last year, ${last}.`);
  return years
    .map((year) => ({ year, fund: funds[labels.indexOf(year.label)] }))
    .filter(({ fund }) => fund === undefined || sees(fund));
}

/** A fund on the last day of its year, as known at an instant; undefined if it had not been opened by then. */
function atYearEnd(ledger: Ledger, fund: string | undefined, year: FinancialYear, knownAt: Instant) {
  if (fund === undefined) return undefined;
  const at = fundEver(ledger, fund, { on: year.last, 'known-at': knownAt }) as FundAtDates;
  return ledger.model.knownRevision(fundStream(fund), at.size) < 0 ? undefined : at;
}

const linesSet = ({ model }: FundAtDates) => model.facts.kept.get('line')!;

const PartText = z.object({ name: z.string(), amount: SignedMoney });
const partsOf = (sums: ReadonlyMap<string, Pence>): z.input<typeof PartText>[] =>
  [...sums]
    .filter(([, amount]) => amount !== NO_MONEY)
    .sort(byKey)
    .map(([name, amount]) => ({ name, amount: moneyText(amount) }));

const CategoryLine = z.object({
  year: z.string(),
  category: z.string(),
  line: z.string(),
  department: DepartmentText,
  amount: SignedMoney,
});

/** The lines of a plan by category. The lines of a category add up to it. */
function linesByCategory(
  at: FundAtDates,
  lines: ReadonlyMap<string, Pence>,
  categories: ReadonlyMap<string, string>,
): z.input<typeof CategoryLine>[] {
  const departments = departmentsAt(at);
  return partsOf(lines)
    .map(({ name, amount }) => ({
      year: at.year.label,
      category: categories.get(name)!,
      line: name,
      department: departments.get(name) ?? null,
      amount,
    }))
    .sort((one, other) => byText(one.category, other.category));
}

const FIGURES = ['requirement', 'funded', 'beside', 'gap', 'soft', 'hard', 'recurrentGap'] as const;

/** The figures of a year. */
const FiguresText = {
  ...(Object.fromEntries(FIGURES.map((name) => [name, SignedMoney])) as Record<
    (typeof FIGURES)[number],
    typeof SignedMoney
  >),
  funded: SignedMoney.meta({ description: 'What is agreed in the pool.' }),
  beside: SignedMoney.meta({
    description: 'Money of the bodies beside the pool. It counts only here, and in no figure of the pool.',
  }),
  gap: SignedMoney.meta({ description: 'requirement − funded − beside.' }),
};

const sumOf = (amounts: readonly string[]): string => moneyText(total(amounts.map(signedPence)));

export const mediumTerm = query({
  name: 'medium-term',
  path: '/areas/{area}/medium-term',
  about:
    'Several years of one area: requirement by category, funding by source, what bodies have beside the pool, and the gap of each, on the last day of the year, as known at an instant.',
  params: OfArea,
  options: z.strictObject({ ...Years, 'known-at': KnownAt.optional() }),
  answer: z.object({
    area: z.string(),
    ...Known,
    ofDepartment: AskedDepartment,
    years: z.array(
      z.object({
        year: z.string(),
        on: z.string(),
        fund: z.string().nullable().meta({ description: 'Null if no fund of the year was open by then.' }),
        requirements: z.array(PartText).meta({ description: 'By category. Savings are negative.' }),
        funding: z.array(PartText).meta({ description: 'In the pool, by source.' }),
        besides: z.array(PartText).meta({
          description: 'Beside the pool, by source: council tax, revenue support grant, aligned budgets.',
        }),
        ...FiguresText,
      }),
    ),
    lines: z.array(CategoryLine).meta({
      description:
        'The plan lines of each year. The lines of a category add up to it. Savings and deductions are negative.',
    }),
  }),
  async run(ledger, asked, seeing) {
    const { instant, size, text } = knownThen(ledger, asked['known-at']);
    const years = yearsOf(ledger, asked, size, seeing);
    if (years instanceof Refusal) return years;
    const columns = years.map(({ year, fund }) => ({ year, at: atYearEnd(ledger, fund, year, instant) }));
    const unknown = departmentUnknown(
      columns.flatMap(({ at }) => at ?? []),
      asked.department,
    );
    if (unknown) return unknown;
    const lines: z.input<typeof CategoryLine>[] = [];
    return {
      area: asked.area,
      ...text,
      ofDepartment: asked.department ?? null,
      years: columns.map(({ year, at }) => {
        const view = at && linesAsked(at, asked.department).view;
        const gap = view && yearGap(view);
        const plan = view && yearPlan(view, categoriesOf(linesSet(at)));
        if (plan) lines.push(...linesByCategory(at, plan.lines, categoriesOf(linesSet(at))));
        const figures = Object.fromEntries(FIGURES.map((name) => [name, gap?.[name] ?? NO_MONEY]));
        return {
          year: year.label,
          on: year.last,
          fund: at?.fund ?? null,
          requirements: partsOf(plan?.requirement ?? new Map<string, Pence>()),
          funding: partsOf(plan?.funded ?? new Map<string, Pence>()),
          besides: partsOf(plan?.beside ?? new Map<string, Pence>()),
          ...inText(figures as Record<(typeof FIGURES)[number], Pence>),
        };
      }),
      lines,
    };
  },
  table: ({ years, lines }) => ({
    columns: ['year', 'what', 'amount'],
    rows: years.flatMap(({ year, requirements, funding, besides, ...figures }) => [
      ...requirements.flatMap(({ name, amount }) => [
        ...lines
          .filter((each) => each.year === year && each.category === name)
          .map((each) => [year, `requires, ${name}: ${each.line}`, each.amount]),
        [year, `requires, ${name}`, amount],
      ]),
      ...funding.map(({ name, amount }) => [year, `funded, ${name}`, amount]),
      ...besides.map(({ name, amount }) => [year, `beside the pool, ${name}`, amount]),
      ...FIGURES.map((name) => [year, name, figures[name]]),
    ]),
  }),
});

const CellText = z.object({ year: z.string(), change: SignedMoney });
const RowText = z.object({
  kind: z.enum(ROW_KINDS),
  row: z.string().meta({
    description: 'The category, the name of the reprofiling, or the source of funding, in the pool or beside it.',
  }),
  cells: z.array(CellText),
  total: SignedMoney,
  missing: z.array(z.string()).meta({
    description: 'For a reprofiling: the other years that it names whose half is not in this answer.',
  }),
  difference: SignedMoney.meta({
    description:
      'For a reprofiling: the difference between its halves, if both are in this answer. The difference is not a move between years. Zero for other rows.',
  }),
  halves: z
    .array(
      z.object({
        year: z.string(),
        otherYear: z.string(),
        change: SignedMoney,
        otherChange: SignedMoney.meta({ description: 'The sum of the other half in the other year.' }),
        difference: SignedMoney.nullable().meta({
          description: 'The difference of the two: change + otherChange; null if one of them is not in this answer.',
        }),
      }),
    )
    .meta({ description: 'For a reprofiling: its two halves side by side, for each pair of years.' }),
});
const LineText = z.object({
  category: z.string(),
  line: z.string(),
  department: DepartmentText,
  year: z.string(),
  change: SignedMoney,
});
const FactText = EntryText.extend({
  year: z.string(),
  kind: z.enum(ROW_KINDS),
  row: z.string(),
  change: SignedMoney,
  otherYear: z.string().nullable(),
});

type FactText = z.input<typeof FactText>;

const Bridge = z.object({
  area: z.string(),
  settled: BothSettled,
  ofDepartment: AskedDepartment,
  from: z.object(Known),
  to: z.object(Known),
  years: z.array(
    z.object({
      year: z.string(),
      on: z.string(),
      fund: z.string().nullable(),
      gapFrom: SignedMoney,
      gapTo: SignedMoney,
      change: SignedMoney,
    }),
  ),
  rows: z.array(RowText).meta({
    description:
      'How much each row changed the gap of each year. More funding lowers the gap. Rows and columns add up.',
  }),
  lines: z.array(LineText).meta({
    description:
      'How much each plan line changed the gap of each year, without moves between years. The lines of a category add up to its row.',
  }),
  change: SignedMoney,
  settlements: z
    .array(
      z.object({ year: z.string(), fund: z.string(), proposal: z.string(), sentence: z.string(), words: z.string() }),
    )
    .meta({
      description:
        'Settlements of which one half was signed here between the two instants, and the other half is not signed by the second.',
    }),
  facts: z
    .array(FactText)
    .meta({ description: 'The facts behind each cell, in the order in which they were recorded.' }),
});

/** The total of the facts of one row: by year, and for a reprofiling by pair of years. */
interface Row {
  readonly kind: FactText['kind'];
  readonly row: string;
  readonly byYear: Map<string, Pence>;
  readonly pairs: Map<string, Pair>;
}

/** Two years between which a reprofiling moves money, the earlier first, and the sums of its halves in each. */
interface Pair {
  readonly years: readonly [string, string];
  readonly halves: Map<string, Pence>;
}

const addTo = (sums: Map<string, Pence>, year: string, change: Pence): void =>
  void sums.set(year, plus(sums.get(year) ?? NO_MONEY, change));

/** The pair of years of a half. Both halves of a pair give the same one. */
function pairOf({ pairs }: Row, year: string, otherYear: string): Pair {
  const years = year < otherYear ? ([year, otherYear] as const) : ([otherYear, year] as const);
  const pair = pairs.get(years.join()) ?? { years, halves: new Map<string, Pence>() };
  pairs.set(years.join(), pair);
  return pair;
}

/**
 * The halves of a reprofiling side by side. A half that is not in the answer has no sum, and the pair then has no
 * difference.
 */
function halvesOf({ pairs }: Row) {
  const all = [...pairs].sort(byKey).map(([, { years, halves }]) => {
    const [first, second] = years.map((year) => halves.get(year) ?? NO_MONEY) as [Pence, Pence];
    return {
      years,
      first,
      second,
      isWhole: first !== NO_MONEY && second !== NO_MONEY,
      difference: plus(first, second),
    };
  });
  return all.filter(({ first, second }) => first !== NO_MONEY || second !== NO_MONEY);
}

/** The plan lines category by category. */
const inOrder = (lines: readonly LineText[]): LineText[] =>
  lines
    .map((line) => [keyOf(line), line] as const)
    .sort(byKey)
    .map(([, line]) => line);

type LineText = z.input<typeof LineText>;
const keyOf = ({ category, line, year }: LineText): string => JSON.stringify([category, line, year]);

/** The rows that totals of single years add up to, over the years that are shown. */
function bridgeRows(totals: readonly RowTotal[], years: readonly string[]): z.input<typeof RowText>[] {
  const ofKinds = new Map<Row['kind'], Map<string, Row>>();
  for (const { kind, row, year, change, otherYear } of totals) {
    const ofKind = inside(ofKinds, kind, () => new Map<string, Row>());
    const found = inside(ofKind, row, (): Row => ({ kind, row, byYear: new Map(), pairs: new Map() }));
    addTo(found.byYear, year, change);
    if (otherYear !== undefined) addTo(pairOf(found, year, otherYear).halves, year, change);
  }
  const rows = [...ofKinds.values()].flatMap((ofKind) =>
    [...ofKind.values()].map((row) => [`${ROW_KINDS.indexOf(row.kind)} ${row.row}`, row] as const),
  );
  return rows.sort(byKey).map(([, found]) => {
    const { kind, row, byYear } = found;
    const halves = halvesOf(found);
    const missing = halves.flatMap(({ years: pair, first, isWhole }) =>
      isWhole ? [] : [pair[first === NO_MONEY ? 0 : 1]],
    );
    const differences = halves.filter(({ isWhole }) => isWhole).map(({ difference }) => difference);
    return {
      kind,
      row,
      cells: years.map((year) => ({ year, change: moneyText(byYear.get(year) ?? NO_MONEY) })),
      total: moneyText(total(byYear.values())),
      missing: [...new Set(missing)].sort(),
      difference: moneyText(total(differences)),
      halves: halves.map(({ years: pair, first, second, isWhole, difference }) => ({
        year: pair[0],
        otherYear: pair[1],
        change: moneyText(first),
        otherChange: moneyText(second),
        difference: isWhole ? moneyText(difference) : null,
      })),
    };
  });
}

/** What is wrong with the halves of a reprofiling, in words: years without a half, and halves that differ. */
const halvesInWords = ({ missing, halves }: z.input<typeof RowText>): string =>
  [
    ...missing,
    ...halves.flatMap(({ year, otherYear, difference }) =>
      difference === null || difference === moneyText(NO_MONEY)
        ? []
        : [`the halves of ${year} and ${otherYear} differ by ${difference}`],
    ),
  ].join(', ');

/** The lines of a category as rows of the table: for each year, and in total. */
function lineRows(
  lines: readonly LineText[],
  category: string,
  years: readonly { readonly year: string }[],
): string[][] {
  const own = lines.filter((each) => each.category === category);
  return [...new Set(own.map(({ line }) => line))].map((line) => {
    const changes = years.map(
      ({ year }) => own.find((each) => each.line === line && each.year === year)?.change ?? moneyText(NO_MONEY),
    );
    return [`requirement, ${category}: ${line}`, ...changes, sumOf(changes), ''];
  });
}

/** An instant before anything was recorded. */
const BEFORE_ALL = 0 as Instant;

const KnownFrom = KnownAt.meta({
  description:
    'The first state of knowledge: a UTC instant, or a day, which means its end in London. Left out, the time before anything was recorded.',
});

export const bridge = query({
  name: 'bridge',
  path: '/areas/{area}/bridge',
  about:
    'Why the gaps of several years changed between two instants. Rows are categories, reprofilings and sources, in the pool and beside it; columns are years; both add up. Each cell has the facts behind it.',
  params: OfArea,
  options: z.strictObject({ ...Years, 'known-from': KnownFrom.optional(), 'known-to': KnownAt.optional() }),
  answer: Bridge,
  async run(ledger, asked, seeing) {
    const from = knownThen(ledger, asked['known-from'] ?? BEFORE_ALL);
    const to = knownThen(ledger, asked['known-to']);
    const size = Math.max(from.size, to.size);
    const years = yearsOf(ledger, asked, size, seeing);
    if (years instanceof Refusal) return years;
    const latest = from.size > to.size ? from : to;
    const ends = years.map(({ year, fund }) => ({ year, fund, at: atYearEnd(ledger, fund, year, latest.instant) }));
    const unknown = departmentUnknown(
      ends.flatMap(({ at }) => at ?? []),
      asked.department,
    );
    if (unknown) return unknown;
    const columns = ends.map(({ year, fund, at: last }) => {
      // The lines of a department are the same at both instants, so that the columns add up.
      const of = last && linesAsked(last, asked.department);
      const gapKnown = (knownAt: Instant): Pence => {
        const at = atYearEnd(ledger, fund, year, knownAt);
        return at && of ? yearGap(of.in(at.view)).gap : NO_MONEY;
      };
      const [gapFrom, gapTo] = [gapKnown(from.instant), gapKnown(to.instant)];
      return { year: year.label, on: year.last, fund: fund ?? null, last, of, gapFrom, gapTo, change: gapTo - gapFrom };
    });
    const ofFunds: (readonly Step[])[] = [];
    const totals: RowTotal[] = [];
    const lines: LineText[] = [];
    const settlements: z.input<typeof Bridge>['settlements'] = [];
    for (const { year, on, fund, last, of } of columns) {
      if (fund === null || !last || !of) continue;
      const gathered = await ledger.gathered(fundStream(fund), size, YEAR_MOVES);
      const halves = await halvesSigned(ledger, fundStream(fund), { from: from.size, to }, seeing);
      settlements.push(...halves.map((each) => ({ year, fund, ...each })));
      const learnt = { year, on, fromSize: from.size, toSize: to.size, counts: of.counts };
      const categories = categoriesOf(linesSet(last));
      const departments = departmentsAt(last);
      const bridged = bridgeOf(gathered, categories, learnt);
      ofFunds.push(bridged.steps);
      totals.push(...bridged.totals);
      for (const [line, change] of bridged.lines) {
        if (change === NO_MONEY) continue;
        const department = departments.get(line) ?? null;
        lines.push({ category: categories.get(line)!, line, department, year, change: moneyText(change) });
      }
    }
    // The steps of each fund are in this order already.
    const found = ofFunds.length === 1 ? ofFunds[0]! : ofFunds.flat().sort((a, b) => a.entry.place - b.entry.place);
    return {
      area: asked.area,
      settled: from.text.settled && to.text.settled,
      ofDepartment: asked.department ?? null,
      from: from.text,
      to: to.text,
      years: columns.map(({ year, on, fund, gapFrom, gapTo, change }) => ({
        year,
        on,
        fund,
        ...inText({ gapFrom, gapTo, change: change as Pence }),
      })),
      rows: bridgeRows(
        totals,
        columns.map(({ year }) => year),
      ),
      lines: inOrder(lines),
      settlements,
      change: moneyText(columns.reduce((sum, { change }) => plus(sum, change as Pence), NO_MONEY)),
      facts: rowsOf(found, factText),
    };
  },
  sums: 'among',
  table: ({ years, rows, lines, change, settlements }) => ({
    columns: ['what', ...years.map(({ year }) => year), 'all years', 'missing halves'],
    rows: [
      ['Gap as known first', ...years.map(({ gapFrom }) => gapFrom), sumOf(years.map(({ gapFrom }) => gapFrom)), ''],
      ...rows.flatMap((each) => [
        ...(each.kind === 'requirement' ? lineRows(lines, each.row, years) : []),
        [`${each.kind}, ${each.row}`, ...each.cells.map((cell) => cell.change), each.total, halvesInWords(each)],
      ]),
      ['Change', ...years.map((year) => year.change), change, ''],
      ['Gap as known then', ...years.map(({ gapTo }) => gapTo), sumOf(years.map(({ gapTo }) => gapTo)), ''],
      ...settlements.map(({ sentence, words }) => [sentence, ...years.map(() => ''), '', words]),
    ],
  }),
});

const factText = ({ entry, kind, row, change, otherYear, year }: Step): FactText => ({
  ...entryText(entry),
  year,
  kind,
  row,
  change: moneyText(change),
  otherYear: otherYear ?? null,
});
