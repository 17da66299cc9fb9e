import { z } from 'zod';
import { NOT_IN_DISPUTE, type InDispute } from '../../../../projections/claims.js';
import { changedBy, compare } from '../../../../projections/compare.js';
import { keptInForce, known } from '../../../../projections/fund-facts.js';
import { GAP_FIGURES, gapOf, type Gap } from '../../../../projections/gap.js';
import { gapByDay, gapByKnowledge } from '../../../../projections/gap-history.js';
import { passDowns } from '../../../../projections/pass-down.js';
import { linesStanding, planOf } from '../../../../projections/plan.js';
import { fundPosition } from '../../../../projections/position.js';
import { byHolderShown, statement } from '../../../../projections/statement.js';
import { statementNow } from '../../../../projections/statement-now.js';
import { dayInWords, type Instant } from '../../../domain/calendar.js';
import { USE_FIGURES } from '../../../domain/fund/money/use-of-money.js';
import { moneyText, negated, NO_MONEY, pounds, type Pence, type Share as ShareOfWhole } from '../../../domain/money.js';
import { heirsOf } from '../../../domain/grammar/succession.js';
import { AskedDepartment, DepartmentOption, departmentUnknown, DepartmentText, linesAsked } from './departments.js';
import { refuse, Refusal } from '../../../domain/rules.js';
import { EffectiveDay, Share, SignedMoney } from '../../../domain/values.js';
import {
  claimsAlong,
  claimsSeen,
  disclosureOf,
  instantKnown,
  moving,
  NO_CLAIMS_ALONG,
  releasesFor,
} from '../disputes/claims.js';
import { ClaimSum, Disclosure, type DisclosureText } from '../disputes/claims-text.js';
import { compareTold, historyTold } from './gap-told.js';
import { BothSettled } from '../known.js';
import { rowsOf } from '../rows.js';
import {
  AtTwoDates,
  changesOf,
  entriesOf,
  entriesUnder,
  EntryText,
  entryText,
  FiguresText,
  GapText,
  inText,
  isIn,
  KnownAt,
  nameOf,
  OfFund,
  OfPartner,
  On,
  PartnerName,
  partnerUnknown,
  POSITION_FIGURES,
  query,
  SourcesText,
  Stamp,
  positionAt,
  fundAtDates,
  type FundAtDates,
  SuccessionsText,
  successionsText,
} from '../question.js';
import { totalWithUse, usesAt, withUse } from './use.js';

/** The figures of a fund. Each is a balance, or a formula over balances, on a day, as known at an instant. */

const CLAIMS = ['claimedBy', 'claimedAgainst'] as const satisfies readonly (keyof InDispute)[];
/**
 * Open claims of the fund’s year stand beside what is agreed, and are never part of it. They have no source of funding.
 */
const InDisputeText = z
  .object({ claimedBy: ClaimSum, claimedAgainst: ClaimSum })
  .meta({ description: 'Open claims of the fund’s year: those that the partner makes, and those made on it.' });

/** Figures that are zero for most partners. A terminal leaves them out if they are, to have room for the others. */
const MINOR_FIGURES = [
  'agreedRecurrent',
  'agreedOneOff',
  'withdrawn',
  'atRisk',
  'assumed',
  ...USE_FIGURES,
  ...CLAIMS,
] as const satisfies readonly ((typeof POSITION_FIGURES)[number] | (typeof CLAIMS)[number])[];

export const position = query({
  name: 'position',
  path: '/funds/{fund}/position',
  about: 'The fund’s position: each partner’s, and their total, on a day, as known at an instant.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    ...Disclosure,
    partners: z.array(z.object({ ...PartnerName, sources: SourcesText, total: FiguresText, inDispute: InDisputeText })),
    total: FiguresText,
    inDispute: InDisputeText,
    successions: SuccessionsText,
  }),
  async run(ledger, asked, seeing) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const { partners, total } = positionAt(at);
    const uses = usesAt(at);
    const used = partners.map((each) => ({ partner: each.partner, ...withUse(each, uses) }));
    const { claims, disclosure } = await claimsSeen(ledger, at, seeing);
    return {
      fund: asked.fund,
      ...at.stamp,
      ...disclosure,
      partners: used.map(({ partner, sources, total: own }) => ({
        partner,
        name: nameOf(ledger, partner),
        sources: sources.map(({ source, figures }) => ({ source, figures: inText(figures) })),
        total: inText(own),
        inDispute: inText(claims.byPartner.get(partner) ?? NOT_IN_DISPUTE),
      })),
      total: inText(totalWithUse(total, used)),
      inDispute: inText({ claimedBy: claims.total, claimedAgainst: claims.total }),
      successions: successionsText(at.inheritance),
    };
  },
  sums: 'apart',
  table: ({ partners, total, inDispute }) => ({
    columns: ['partner', 'source', ...POSITION_FIGURES, ...CLAIMS],
    minor: MINOR_FIGURES,
    rows: [
      ...partners.flatMap(({ name, sources, inDispute: own }) => [
        ...sources.map(({ source, figures }) => [
          name,
          source,
          ...POSITION_FIGURES.map((figure) => figures[figure]),
          '',
          '',
        ]),
        ...(CLAIMS.every((each) => own[each] === '0.00')
          ? []
          : [[name, 'in dispute', ...POSITION_FIGURES.map(() => ''), ...CLAIMS.map((each) => own[each])]]),
      ]),
    ],
    totals: [
      ['Total', '', ...POSITION_FIGURES.map((figure) => total[figure]), ...CLAIMS.map((each) => inDispute[each])],
    ],
  }),
});

export const partnerPositionQuery = query({
  name: 'partner-position',
  path: '/funds/{fund}/partners/{partner}/position',
  about: 'One partner’s position in a fund, by source of funding.',
  params: OfPartner,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...PartnerName,
    ...Stamp,
    ...Disclosure,
    sources: SourcesText,
    total: FiguresText,
    inDispute: InDisputeText,
    successions: SuccessionsText,
  }),
  async run(ledger, asked, seeing) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    if (!isIn(at, asked.partner)) return partnerUnknown(asked.fund, asked.partner);
    const { recorded, view, inheritance } = at;
    const { claims, disclosure } = await claimsSeen(ledger, at, seeing);
    const [own] = positionAt({ recorded, view, inheritance, partners: [asked.partner] }).partners;
    const { sources, total } = withUse(own!, usesAt(at, asked.partner));
    return {
      fund: asked.fund,
      partner: asked.partner,
      name: nameOf(ledger, asked.partner),
      sources: sources.map(({ source, figures }) => ({ source, figures: inText(figures) })),
      total: inText(total),
      inDispute: inText(claims.byPartner.get(asked.partner) ?? NOT_IN_DISPUTE),
      successions: successionsText(at.inheritance),
      ...at.stamp,
      ...disclosure,
    };
  },
  sums: 'apart',
  table: ({ sources, total, inDispute }) => ({
    columns: ['source', ...POSITION_FIGURES, ...CLAIMS],
    minor: MINOR_FIGURES,
    rows: [
      ...sources.map(({ source, figures }) => [source, ...POSITION_FIGURES.map((figure) => figures[figure]), '', '']),
    ],
    totals: [['Total', ...POSITION_FIGURES.map((figure) => total[figure]), ...CLAIMS.map((each) => inDispute[each])]],
  }),
});

const Stated = z.object({
  amount: SignedMoney,
  claimant: z.string(),
  statedOn: z.string(),
  basis: z.string(),
  evidence: z.array(z.string()),
});

const FundedBy = z.object({ ...PartnerName, source: z.string(), recurrent: SignedMoney, oneOff: SignedMoney });

export const gap = query({
  name: 'gap',
  path: '/funds/{fund}/gap',
  about:
    'The funding gap on a day, as known at an instant: soft, hard and recurrent, who funds what, and the gaps that were stated.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    ...Disclosure,
    ...GapText.shape,
    fundedBy: z.array(FundedBy),
    stated: z.array(Stated),
  }),
  async run(ledger, asked, seeing) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const { claims, disclosure } = await claimsSeen(ledger, at, seeing);
    return {
      fund: asked.fund,
      ...at.stamp,
      ...disclosure,
      ...inText(gapOf(at.view, claims.total)),
      fundedBy: fundPosition(at.view, at.partners).partners.flatMap(({ partner, sources }) =>
        sources
          .filter(({ figures }) => figures.agreed !== NO_MONEY)
          .map(({ source, figures }) => ({
            partner,
            name: nameOf(ledger, partner),
            source,
            recurrent: moneyText(figures.agreedRecurrent),
            oneOff: moneyText(figures.agreedOneOff),
          })),
      ),
      stated: keptInForce(at.model.facts, 'gap', at).map(({ data, evidence }) => ({
        ...(data as unknown as { amount: string; claimant: string; statedOn: string; basis: string }),
        evidence: evidence.map((each) => each.reference),
      })),
    };
  },
  table: (answer) => ({
    columns: ['figure', 'amount', 'who', 'when'],
    rows: [
      ...GAP_FIGURES.map((figure) => [figure, answer[figure], '', '']),
      ...answer.fundedBy.flatMap(({ name, source, recurrent, oneOff }) => [
        ...(recurrent === '0.00' ? [] : [[`funded, ${source}, recurrent`, recurrent, name, '']]),
        ...(oneOff === '0.00' ? [] : [[`funded, ${source}, one-off`, oneOff, name, '']]),
      ]),
      ...answer.stated.map((each) => ['stated gap', each.amount, each.claimant, each.statedOn]),
    ],
  }),
});

/** Figures that stand beside the gap. A terminal leaves them out if they are zero. */
const MINOR_GAP_FIGURES: readonly (keyof Gap)[] = ['proposed', 'assumed', 'atRisk', 'openClaims', 'exposure'];

const PointText = z.object({ at: z.string(), ...GapText.shape });

export const gapHistory = query({
  name: 'gap-history',
  path: '/funds/{fund}/gap/history',
  about:
    'How the gap moved: from day to day, as known at one instant; or from one state of knowledge to the next, on one day.',
  params: OfFund,
  options: AtTwoDates.extend({
    along: z
      .enum(['days', 'knowledge'])
      .default('knowledge')
      .meta({ description: 'Which of the two dates changes along the history. The other stays the same.' }),
  }),
  answer: z.object({
    fund: z.string(),
    area: z.string(),
    ...Stamp,
    ...Disclosure,
    along: z.string(),
    points: z.array(PointText),
  }),
  async run(ledger, asked, seeing) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const history = asked.along === 'days' ? gapByDay : gapByKnowledge;
    const released = await releasesFor(ledger, at.area, instantKnown(at), seeing);
    // Without claims, no day or instant is a point but for a fact that moves the gap.
    const gapAlone = released !== undefined || ledger.model.area(at.area) === undefined;
    const { entries } = await moving(ledger, at, released, gapAlone);
    const points = history(entries, at.on, at.size, released ? NO_CLAIMS_ALONG : claimsAlong(ledger, at));
    return {
      fund: asked.fund,
      area: at.area,
      ...at.stamp,
      ...(released && disclosureOf(released.at(instantKnown(at)))),
      along: asked.along,
      points: rowsOf(released ? historyTold(points, asked.along, released, at) : points, (point) => ({
        at: point.at,
        ...inText(point.gap),
      })),
    };
  },
  table: ({ points }) => ({
    columns: ['at', ...GAP_FIGURES],
    minor: MINOR_GAP_FIGURES,
    rows: points.map((point) => [point.at, ...GAP_FIGURES.map((figure) => point[figure])]),
  }),
});

export const compareQuery = query({
  name: 'compare',
  path: '/funds/{fund}/compare',
  about: 'Why the gap changed between two pairs of dates: the facts that moved each figure, adding up to the change.',
  params: OfFund,
  options: z.strictObject({
    'from-on': On.optional(),
    'from-known-at': KnownAt.optional(),
    'to-on': On.optional(),
    'to-known-at': KnownAt.optional(),
  }),
  answer: z.object({
    fund: z.string(),
    area: z.string(),
    settled: BothSettled,
    from: z.object({ ...Stamp, ...Disclosure, ...GapText.shape }),
    to: z.object({ ...Stamp, ...Disclosure, ...GapText.shape }),
    change: GapText,
    movers: z.array(
      EntryText.extend({
        stream: z.enum(['fund', 'disputes']),
        by: z.enum(['day', 'knowledge']),
        changes: GapText.partial(),
      }),
    ),
    accrued: GapText.partial().meta({
      description:
        'How open claims changed without a single fact: what accrued with the days. If you may not see cases, the whole change of the claims shown to you.',
    }),
  }),
  async run(ledger, asked, seeing) {
    const from = fundAtDates(ledger, asked.fund, { on: asked['from-on'], 'known-at': asked['from-known-at'] });
    if (from instanceof Refusal) return from;
    const to = fundAtDates(ledger, asked.fund, { on: asked['to-on'], 'known-at': asked['to-known-at'] });
    if (to instanceof Refusal) return to;
    const later = Math.max(instantKnown(from), instantKnown(to)) as Instant;
    const released = await releasesFor(ledger, from.area, later, seeing);
    const most = { ...from, size: Math.max(from.size, to.size), instant: later };
    const { entries, isOfDisputes } = await moving(ledger, most, released, true);
    const compared = released
      ? compareTold(entries, from, to, released)
      : compare(entries, from, to, claimsAlong(ledger, from));
    const accrual = compared.movers.find(({ by }) => by === 'accrual');
    const disclosure = (at: FundAtDates): DisclosureText =>
      released ? disclosureOf(released.at(instantKnown(at))) : {};
    return {
      fund: asked.fund,
      area: from.area,
      settled: from.stamp.settled && to.stamp.settled,
      from: { ...from.stamp, ...disclosure(from), ...inText(compared.from) },
      to: { ...to.stamp, ...disclosure(to), ...inText(compared.to) },
      change: inText(compared.change),
      movers: rowsOf(
        compared.movers.filter((each) => each.by !== 'accrual'),
        (mover) => ({
          ...entryText(mover.entry),
          stream: isOfDisputes(mover.entry) ? ('disputes' as const) : ('fund' as const),
          by: mover.by,
          changes: inText(changedBy(mover) as Record<keyof Gap, Pence>),
        }),
      ),
      accrued: inText((accrual ? changedBy(accrual) : {}) as Record<keyof Gap, Pence>),
    };
  },
  sums: 'among',
  table: ({ from, to, change, movers, accrued }) => ({
    columns: ['revision', 'what', 'recorded at', ...GAP_FIGURES],
    minor: MINOR_GAP_FIGURES,
    rows: [
      ['', `From ${from.on}, known at ${from.knownAt}`, '', ...GAP_FIGURES.map((figure) => from[figure])],
      ...movers.map((mover) => [
        mover.revision,
        mover.sentence,
        mover.recordedAt,
        ...GAP_FIGURES.map((figure) => mover.changes[figure] ?? ''),
      ]),
      ...(Object.keys(accrued).length === 0
        ? []
        : [['', 'Claims accrued', '', ...GAP_FIGURES.map((figure) => accrued[figure] ?? '')]]),
      ['', 'Change', '', ...GAP_FIGURES.map((figure) => change[figure])],
      ['', `To ${to.on}, known at ${to.knownAt}`, '', ...GAP_FIGURES.map((figure) => to[figure])],
    ],
  }),
});

const StatementText = z.object({
  on: z.string(),
  source: z.string(),
  agreed: SignedMoney,
  due: SignedMoney,
  received: SignedMoney,
  outstanding: SignedMoney,
  ...EntryText.shape,
  what: z.string().meta({
    description: 'What the line says: the fact, or that an instalment of it fell due.',
  }),
  stream: z
    .enum(['fund', 'register'])
    .meta({ description: 'The stream of the revision. Changes of bodies are in the register.' }),
});

/** A line in words, for a fact of an earlier line: an instalment of it fell due, or is no longer due. */
function lineInWords(
  { sentence, revision }: { readonly sentence: string; readonly revision: number },
  { agreed, due, received }: { readonly agreed: Pence; readonly due: Pence; readonly received: Pence },
): string {
  if (agreed !== NO_MONEY || received !== NO_MONEY) return sentence;
  return due > 0
    ? `An instalment of ${pounds(due)} fell due, under revision ${revision}.`
    : `${pounds(negated(due))} is due no longer, under revision ${revision}.`;
}

export const statementQuery = query({
  name: 'statement',
  path: '/funds/{fund}/partners/{partner}/statement',
  about:
    'A partner’s statement of account, with the balance outstanding after each line; opening + movements = closing.',
  params: OfPartner,
  options: AtTwoDates.extend({
    from: EffectiveDay.optional().meta({
      description: 'The first day, inclusive. Left out, the first day of the fund’s year.',
    }),
  }),
  answer: z.object({
    fund: z.string(),
    ...PartnerName,
    from: z.string(),
    ...Stamp,
    opening: SignedMoney,
    lines: z.array(StatementText),
    closing: SignedMoney,
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    if (!isIn(at, asked.partner)) return partnerUnknown(asked.fund, asked.partner);
    const from = asked.from ?? at.year.first;
    if (asked.from !== undefined && from > at.on)
      return refuse(
        'days_out_of_order',
        `The first day, ${dayInWords(from)}, is after ${dayInWords(at.on)}, on which the statement ends.`,
      );
    const changes = await changesOf(ledger, at);
    const span = { from, on: at.on, size: at.size };
    const { opening, lines, closing } =
      changes.length === 0
        ? statement(await entriesUnder(ledger, at, byHolderShown, asked.partner), asked.partner, span)
        : statementNow(await entriesOf(ledger, at), changes, asked.partner, at.area, span);
    const ofRegister = new Set(changes.map(({ entry }) => entry));
    return {
      fund: asked.fund,
      partner: asked.partner,
      name: nameOf(ledger, asked.partner),
      from,
      ...at.stamp,
      opening: moneyText(opening),
      lines: rowsOf(lines, ({ on, source, entry, agreed, due, received, outstanding }) => ({
        on,
        source,
        ...inText({ agreed, due, received, outstanding }),
        ...entryText(entry),
        what: lineInWords(entry, { agreed, due, received }),
        stream: ofRegister.has(entry) ? ('register' as const) : ('fund' as const),
      })),
      closing: moneyText(closing),
    };
  },
  sums: 'among',
  table: ({ opening, lines, closing }) => ({
    columns: ['on', 'source', 'what', 'agreed', 'due', 'received', 'outstanding', 'recorded at', 'revision'],
    rows: [
      ['', '', 'Opening', '', '', '', opening, '', ''],
      ...lines.map((line) => [
        line.on,
        line.source,
        line.what,
        line.agreed,
        line.due,
        line.received,
        line.outstanding,
        line.recordedAt,
        line.revision,
      ]),
      ['', '', 'Closing', '', '', '', closing, '', ''],
    ],
  }),
});

const SchemeText = z.object({
  scheme: z.string(),
  title: z.string(),
  type: z.string(),
  subType: z.string().nullable(),
  areaOfSpend: z.string(),
  commissioner: z
    .object({ nhs: Share, localGovernment: Share })
    .meta({ description: 'In basis points, or as fractions.' }),
  provider: z.string(),
  deliveredBy: z.array(z.string()).meta({ description: 'The bodies that provide it, if they are named.' }),
  outputs: z.string().nullable(),
  new: z.boolean(),
});

const SCHEME_COLUMNS = [
  'scheme',
  'title',
  'type',
  'sub-type',
  'area of spend',
  'NHS commissioned %',
  'council commissioned %',
  'provider',
  'delivered by',
  'outputs',
  'new',
];

/** A share in per cent, without the sign; a fraction is unchanged. */
const percentCell = (share: ShareOfWhole): string => (typeof share === 'number' ? String(share / 100) : share);

const schemeCells = (of: z.output<typeof SchemeText> | null): string[] =>
  of
    ? [
        of.scheme,
        of.title,
        of.type,
        of.subType ?? '',
        of.areaOfSpend,
        percentCell(of.commissioner.nhs),
        percentCell(of.commissioner.localGovernment),
        of.provider,
        of.deliveredBy.join(', '),
        of.outputs ?? '',
        of.new ? 'new' : 'existing',
      ]
    : SCHEME_COLUMNS.map(() => '');

export const plan = query({
  name: 'plan',
  path: '/funds/{fund}/plan',
  about: 'The spending plan: each line in force, and the requirement that they add up to.',
  params: OfFund,
  options: AtTwoDates.extend({ department: DepartmentOption }),
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    ofDepartment: AskedDepartment,
    lines: z.array(
      z.object({
        line: z.string(),
        description: z.string(),
        category: z.string(),
        effect: z.enum(['adds', 'reduces']),
        source: z.string(),
        recurrent: z.boolean(),
        department: DepartmentText,
        amount: SignedMoney.meta({
          description: 'As written in the plan: a saving is positive, a deduction from the plan is negative.',
        }),
        onGap: SignedMoney.meta({
          description: 'What the line adds to the requirement, and so to the gap; negative if it lowers both.',
        }),
        scheme: SchemeText.nullable().meta({
          description: 'The dimensions of the national template; null if nobody has described the line.',
        }),
      }),
    ),
    requirement: SignedMoney,
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const unknown = departmentUnknown([at], asked.department);
    if (unknown) return unknown;
    const { view, has } = linesAsked(at, asked.department);
    const { lines, requirement } = planOf(
      view,
      linesStanding(
        view,
        keptInForce(at.model.facts, 'line', at),
        known(at.model.facts, 'line', at.upTo).filter(({ data }) => has(data['line'] as string)),
      ),
      keptInForce(at.model.facts, 'description', at),
    );
    return {
      fund: asked.fund,
      ...at.stamp,
      ofDepartment: asked.department ?? null,
      lines: lines.map((line) => ({
        ...line,
        department: line.department ?? null,
        amount: moneyText(line.amount),
        onGap: moneyText(line.onGap),
        scheme: line.scheme
          ? {
              ...line.scheme,
              subType: line.scheme.subType ?? null,
              deliveredBy: [...(line.scheme.deliveredBy ?? [])],
              outputs: line.scheme.outputs ?? null,
            }
          : null,
      })),
      requirement: moneyText(requirement),
    };
  },
  sums: 'apart',
  table: ({ lines, requirement }) => ({
    columns: ['line', 'description', 'category', 'source', 'recurrent', 'amount', ...SCHEME_COLUMNS, 'department'],
    rows: [
      ...lines.map((line) => [
        line.line,
        line.description,
        line.category,
        line.source,
        line.recurrent ? 'recurrent' : 'one-off',
        line.onGap,
        ...schemeCells(line.scheme),
        line.department ?? '',
      ]),
    ],
    totals: [['Requirement', '', '', '', '', requirement, ...schemeCells(null), '']],
  }),
});

const PassDownText = {
  share: SignedMoney,
  passedDown: SignedMoney,
  waived: SignedMoney,
  shortfall: SignedMoney,
};

export const passDown = query({
  name: 'pass-down',
  path: '/funds/{fund}/pass-down',
  about: 'Whether each grant that must be passed down has been, district by district, and what is missing.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    grants: z.array(
      z.object({
        grant: z.string(),
        holder: z.string(),
        source: z.string(),
        by: z.string(),
        inFull: z.boolean(),
        ...PassDownText,
        districts: z.array(z.object({ district: z.string(), name: z.string(), ...PassDownText })),
      }),
    ),
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const kept = (keptAs: 'grant' | 'grant-share') => keptInForce(at.model.facts, keptAs, at);
    const grants = passDowns(at.view, { determined: kept('grant'), added: kept('grant-share') }, ({ district }) =>
      heirsOf(at.inheritance.successions, district, at.area),
    );
    return {
      fund: asked.fund,
      ...at.stamp,
      grants: grants.map(({ share, passedDown, waived, shortfall, districts, ...grant }) => ({
        ...grant,
        ...inText({ share, passedDown, waived, shortfall }),
        districts: districts.map(({ district, ...figures }) => ({
          district,
          name: nameOf(ledger, district),
          ...inText(figures),
        })),
      })),
    };
  },
  sums: 'apart',
  table: ({ grants }) => ({
    columns: ['grant', 'district', 'share', 'passed down', 'waived', 'shortfall'],
    rows: grants.flatMap(({ grant, districts }) =>
      districts.map((each) => [grant, each.name, each.share, each.passedDown, each.waived, each.shortfall]),
    ),
    totals: grants.map(({ grant, share, passedDown, waived, shortfall }) => [
      grant,
      'Total',
      share,
      passedDown,
      waived,
      shortfall,
    ]),
  }),
});
