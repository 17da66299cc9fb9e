import { z } from 'zod';
import type { Entry } from '../../../../projections/entry.js';
import { keptInForce, type Kept } from '../../../../projections/fund-facts.js';
import { LAST_DAY, type Day } from '../../../domain/calendar.js';
import type { FactData } from '../../../domain/grammar/event.js';
import {
  addFigure,
  byReturnOrder,
  countInto,
  figureChanges,
  figureKey,
  inReturnOrder,
  OPEN_CLAIMS,
  returnFigures,
  type FigureSums,
  type ReturnFigure,
} from '../../../domain/fund/year/return-figures.js';
import { approvalOf } from '../../../domain/fund/plan/plan-years.js';
import { ReturnFigureText, sealed } from '../../../domain/fund/year/returns.js';
import { moneyText, NO_MONEY, signedPence, type Pence } from '../../../domain/money.js';
import { refuse, Refusal } from '../../../domain/rules.js';
import { Name, SignedMoney } from '../../../domain/values.js';
import { canonical, disputeStream, fundStream, sha256 } from '../../catalogue.js';
import type { Ledger } from '../../ledger.js';
import { viewOf } from '../../memory/read-model.js';
import { claimsAlong, claimsAt } from '../disputes/claims.js';
import {
  AtTwoDates,
  EntryText,
  entryText,
  KnownAt,
  OfFund,
  query,
  Stamp,
  fundAtDates,
  fundThen,
  type FundAtDates,
} from '../question.js';

/** Returns: as filed, as the same days are known now, and what has changed in between. */

interface Filed extends FactData {
  readonly effective: Day;
  readonly return: string;
  readonly kind: string;
  readonly on: Day;
  readonly replaces?: string;
  readonly nil?: boolean;
  readonly note?: string;
  readonly figures: readonly z.output<typeof ReturnFigureText>[];
  readonly claimsKnownTo: string | null;
  readonly digest: string;
}

interface KeptReturn {
  readonly kept: Kept;
  readonly filed: Filed;
  readonly figures: readonly ReturnFigure[];
  readonly approval: z.output<typeof ApprovalText>;
}

const ApprovalText = z
  .object({
    on: z.string().meta({ description: 'The day of the approval.' }),
    statement: z.string(),
  })
  .nullable()
  .meta({ description: 'The approval of the return; null if there is none.' });

/** The returns filed up to a size of the ledger, in the order of filing. */
const returnsAt = ({ model, upTo }: Pick<FundAtDates, 'model' | 'upTo'>): KeptReturn[] => {
  const approvals = keptInForce(model.facts, 'return-approval', { on: LAST_DAY, upTo }).map(
    ({ data }) => data as unknown as { readonly effective: Day; readonly return: string; readonly statement: string },
  );
  return keptInForce(model.facts, 'return', { on: LAST_DAY, upTo }).map((kept) => {
    const filed = kept.data as unknown as Filed;
    const approved = approvals.find((each) => each.return === filed.return);
    return {
      kept,
      filed,
      figures: filed.figures.map((each) => ({ ...each, amount: signedPence(each.amount) })),
      approval: approved ? { on: approved.effective, statement: approved.statement } : null,
    };
  });
};

/** The figures of a cut-off as known at a size of the ledger, with claims up to a revision of the disputes. */
function figuresAt(ledger: Ledger, at: FundAtDates, on: Day, size: number, claimsKnownTo: number): ReturnFigure[] {
  const open = claimsAt(ledger, { ...at, on }, claimsKnownTo).total;
  return returnFigures(viewOf(at.model, on, size), open);
}

const claimsRevision = ({ claimsKnownTo }: Filed): number => (claimsKnownTo === null ? -1 : Number(claimsKnownTo));

/**
 * A return holds the exact sum of the open claims. An asker who may not see cases of the area gets the other figures,
 * but no digest of them all: with the digest, they could try sums until one fits.
 */
const CLAIMS_KEY = figureKey(OPEN_CLAIMS);
const withoutClaims = <Figure extends Omit<ReturnFigure, 'amount'>>(figures: readonly Figure[]): Figure[] =>
  figures.filter((each) => figureKey(each) !== CLAIMS_KEY);

const Digest = z
  .string()
  .nullable()
  .meta({ description: 'Null if you may not see cases, because a return holds the exact sum of the open claims.' });

const inText = (figures: readonly ReturnFigure[]): z.output<typeof ReturnFigureText>[] =>
  figures.map((each) => ({ ...each, amount: moneyText(each.amount) }));

/** Facts of the fund, and of its area’s disputes, that changed a return’s figures after it was filed. */
async function moversSince(ledger: Ledger, at: FundAtDates, { kept, filed }: KeptReturn) {
  const walk = claimsAlong(ledger, at);
  const since = (stream: string, after: number) => ledger.entries(stream, at.size, after);
  const ofFund = (await since(fundStream(at.fund), kept.revision)).map((entry) => {
    const sums: FigureSums = new Map();
    for (const posting of entry.postings) if (posting.on <= filed.on) countInto(sums, posting, posting.pence);
    return { entry, stream: 'fund' as const, changes: inReturnOrder(sums) };
  });
  const ofDisputes = (await since(disputeStream(at.area), claimsRevision(filed))).map((entry) => {
    const sums: FigureSums = new Map();
    addFigure(sums, OPEN_CLAIMS, walk.changedBy(entry, filed.on));
    return { entry, stream: 'disputes' as const, changes: inReturnOrder(sums) };
  });
  return [...ofFund, ...ofDisputes]
    .filter(({ changes }) => changes.length > 0)
    .sort((a, b) => a.entry.place - b.entry.place);
}

const ReturnText = {
  return: z.string(),
  kind: z.string(),
  on: z.string().meta({ description: 'The cut-off: the last day that the return reports, inclusive.' }),
  filedOn: z.string(),
  recordedAt: z.string(),
  revision: z.string(),
  nil: z.boolean().meta({ description: 'Whether it was filed as having nothing to report.' }),
  replaces: z.string().nullable(),
  replacedBy: z.string().nullable(),
  approval: ApprovalText,
  awaits: z.string().nullable().meta({
    description: 'Who must approve it, in words; null if nobody must, or it is approved or replaced.',
  }),
  digest: Digest,
};

const replacing = (filed: Filed, all: readonly KeptReturn[]): string | null =>
  all.find((each) => each.filed.replaces === filed.return)?.filed.return ?? null;

const awaited = (asked: { readonly who: string } | undefined): string | null =>
  asked ? `${asked.who.slice(0, 1).toUpperCase()}${asked.who.slice(1)} must approve it.` : null;

const returnText = (
  { kept, filed, approval }: KeptReturn,
  all: readonly KeptReturn[],
  { year }: Pick<FundAtDates, 'year'>,
) => ({
  return: filed.return,
  kind: filed.kind,
  on: filed.on,
  filedOn: filed.effective,
  recordedAt: kept.recordedAt,
  revision: String(kept.revision),
  nil: filed.nil ?? false,
  replaces: filed.replaces ?? null,
  replacedBy: replacing(filed, all),
  approval,
  awaits: approval || replacing(filed, all) !== null ? null : awaited(approvalOf(year.label)),
  digest: filed.digest,
});

export const filedReturns = query({
  name: 'returns',
  path: '/funds/{fund}/returns',
  about: 'The returns that a fund has filed, and how many figures of each have changed since.',
  params: OfFund,
  options: z.strictObject({ 'known-at': KnownAt.optional() }),
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    returns: z.array(z.object({ ...ReturnText, figuresMoved: z.int() })),
  }),
  async run(ledger, asked, { seesClaims }) {
    const at = fundThen(ledger, asked.fund, asked['known-at']);
    if (at instanceof Refusal) return at;
    const all = returnsAt(at);
    return {
      fund: asked.fund,
      ...at.stamp,
      returns: all.map((each) => {
        const moved = figureChanges(each.figures, figuresAt(ledger, at, each.filed.on, at.size, Infinity));
        return seesClaims(at.area)
          ? { ...returnText(each, all, at), figuresMoved: moved.length }
          : { ...returnText(each, all, at), digest: null, figuresMoved: withoutClaims(moved).length };
      }),
    };
  },
  table: (answer) => ({
    columns: [
      'return',
      'kind',
      'as at',
      'filed on',
      'replaces',
      'replaced by',
      'figures moved since',
      'digest',
      'approved on',
    ],
    rows: answer.returns.map((each) => [
      each.return,
      each.kind,
      each.on,
      each.filedOn,
      each.replaces ?? '',
      each.replacedBy ?? '',
      String(each.figuresMoved),
      each.digest ?? '',
      each.approval?.on ?? '',
    ]),
  }),
});

const FigureSides = z.object({
  section: z.enum(['income', 'spending', 'total']),
  source: z.string(),
  line: z.string(),
  figure: z.string(),
  filed: SignedMoney,
  now: SignedMoney,
  change: SignedMoney,
});

function sides(filed: readonly ReturnFigure[], now: readonly ReturnFigure[]): z.output<typeof FigureSides>[] {
  const amounts = (figures: readonly ReturnFigure[]): Map<string, Pence> =>
    new Map(figures.map((each) => [figureKey(each), each.amount]));
  const [before, after, moved] = [amounts(filed), amounts(now), amounts(figureChanges(filed, now))] as const;
  const names = new Map([...filed, ...now].map((each) => [figureKey(each), each]));
  return [...names].sort(byReturnOrder).map(([key, { section, source, line, figure }]) => {
    const of = (from: ReadonlyMap<string, Pence>): string => moneyText(from.get(key) ?? NO_MONEY);
    return { section, source, line, figure, filed: of(before), now: of(after), change: of(moved) };
  });
}

const Mover = EntryText.extend({
  stream: z.enum(['fund', 'disputes']),
  changes: z.array(ReturnFigureText),
});

const moverText = ({
  entry,
  stream,
  changes,
}: {
  entry: Entry;
  stream: 'fund' | 'disputes';
  changes: ReturnFigure[];
}) => ({
  ...entryText(entry),
  stream,
  changes: inText(changes),
});

/** What a return is about, in every row of its table, because a file of it may be read alone. */
const RETURN_COLUMNS = ['fund', 'return', 'as at', 'filed on'];

const returnCells = (of: {
  readonly fund: string;
  readonly return: string;
  readonly on: string;
  readonly filedOn: string;
}) => [of.fund, of.return, of.on, of.filedOn];

export const filedReturn = query({
  name: 'return',
  path: '/funds/{fund}/returns/{return}',
  about:
    'One return: each figure as filed, as the same days are known now, and the change, which is an adjustment of a prior period. Also the facts behind the change, and how far earlier returns had changed when this one was filed.',
  params: OfFund.extend({
    return: Name.meta({ description: 'The return, by its name.', examples: ['norfolk-2018-19-q3'] }),
  }),
  options: z.strictObject({ 'known-at': KnownAt.optional() }),
  answer: z.object({
    fund: z.string(),
    area: z.string(),
    ...Stamp,
    ...ReturnText,
    note: z.string().nullable(),
    intact: z.boolean().meta({ description: 'Whether the digest matches the figures.' }),
    figures: z.array(FigureSides),
    movers: z.array(Mover).meta({
      description: 'The facts recorded after it was filed that changed its figures. They add up to the changes.',
    }),
    earlier: z
      .array(z.object({ return: z.string(), kind: z.string(), on: z.string(), changes: z.array(ReturnFigureText) }))
      .meta({
        description:
          'Returns of earlier cut-offs, with the adjustments of prior periods that were known when this one was filed.',
      }),
  }),
  async run(ledger, asked) {
    const now = fundThen(ledger, asked.fund, asked['known-at']);
    if (now instanceof Refusal) return now;
    const all = returnsAt(now);
    const found = all.find(({ filed }) => filed.return === asked.return);
    if (!found) return refuse('name_unknown', `${asked.fund} had filed no return "${asked.return}" at that instant.`);
    const { kept, filed, figures } = found;
    // The fund exists: it was found above.
    const at = fundAtDates(ledger, asked.fund, { ...asked, on: filed.on }) as FundAtDates;
    const before = all.filter((each) => each.kept.place < kept.place && each.filed.on < filed.on);
    return {
      fund: asked.fund,
      area: at.area,
      ...at.stamp,
      ...returnText(found, all, now),
      note: filed.note ?? null,
      intact: sha256(canonical(sealed({ fund: asked.fund, ...filed }))) === filed.digest,
      figures: sides(figures, figuresAt(ledger, at, filed.on, at.size, Infinity)),
      movers: (await moversSince(ledger, at, found)).map(moverText),
      earlier: before.map((each) => ({
        return: each.filed.return,
        kind: each.filed.kind,
        on: each.filed.on,
        changes: inText(
          figureChanges(each.figures, figuresAt(ledger, at, each.filed.on, kept.place, claimsRevision(filed))),
        ),
      })),
    };
  },
  seenBy: (answer, { seesClaims }) =>
    seesClaims(answer.area)
      ? answer
      : {
          ...answer,
          digest: null,
          figures: withoutClaims(answer.figures),
          movers: answer.movers.filter(({ stream }) => stream === 'fund'),
          earlier: answer.earlier.map((each) => ({ ...each, changes: withoutClaims(each.changes) })),
        },
  table: ({ figures, movers, ...of }) => ({
    inFiles: RETURN_COLUMNS,
    columns: [...RETURN_COLUMNS, 'what', 'section', 'source', 'line', 'figure', 'filed', 'now', 'change', 'moved by'],
    rows: [
      ...figures.map((each) => [
        ...returnCells(of),
        'figure',
        each.section,
        each.source,
        each.line,
        each.figure,
        each.filed,
        each.now,
        each.change,
        '',
      ]),
      ...movers.flatMap(({ changes, stream, revision, sentence }) =>
        changes.map((each) => [
          ...returnCells(of),
          'moved by',
          each.section,
          each.source,
          each.line,
          each.figure,
          '',
          '',
          each.amount,
          `${sentence} (${stream}, revision ${revision})`,
        ]),
      ),
    ],
  }),
});

export const returnFiguresQuery = query({
  name: 'return-figures',
  path: '/funds/{fund}/return-figures',
  about: 'What a return for a day would report, as known at an instant: the figures that filing it would record.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({ fund: z.string(), ...Stamp, figures: z.array(ReturnFigureText) }),
  async run(ledger, asked, { seesClaims }) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const figures = figuresAt(ledger, at, at.on, at.size, Infinity);
    return {
      fund: asked.fund,
      ...at.stamp,
      figures: inText(seesClaims(at.area) ? figures : withoutClaims(figures)),
    };
  },
  table: ({ figures }) => ({
    columns: ['section', 'source', 'line', 'figure', 'amount'],
    rows: figures.map((each) => [each.section, each.source, each.line, each.figure, each.amount]),
  }),
});
