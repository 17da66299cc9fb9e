import { z } from 'zod';
import { gapOf } from '../../../projections/gap.js';
import { overdueNow } from '../../../projections/succession.js';
import { signingOf } from '../../domain/grammar/fact.js';
import { RULES_NOW } from '../../domain/grammar/rule-versions.js';
import { dayNumber, londonDay } from '../../domain/calendar.js';
import { moneyText, NO_MONEY, plus, type Pence } from '../../domain/money.js';
import type { FactText } from '../../domain/grammar/event.js';
import { isExpired, textsOf, type OpenProposal } from '../../domain/grammar/proposal.js';
import { mandatesOn, withoutMandate, type Mandate } from '../../domain/grammar/mandate.js';
import { actingFor } from '../../domain/grammar/succession.js';
import type { Role } from '../../domain/roles.js';
import { Refusal } from '../../domain/rules.js';
import { factOf } from '../../domain/grammar/kind.js';
import { Name, SignedMoney } from '../../domain/values.js';
import { fundStream, KINDS, offerSentence, placed } from '../catalogue.js';
import { ProposalText } from './proposal.js';
import { onTheTable, tableKnown } from './proposal-then.js';
import type { Ledger } from '../ledger.js';
import {
  DeadlineText,
  deadlinesNear,
  FailingText,
  periodsToClose,
  PeriodsText,
  returnsToFile,
  ReturnsText,
  testsFailing,
} from './falls-due.js';
import { ofFundToday } from './fund-today.js';
import { Known, knownThen } from './known.js';
import {
  AtTwoDates,
  GapText,
  inText,
  nameOf,
  Nothing,
  positionAt,
  query,
  SEES_ALL,
  fundAtDates,
  type FundAtDates,
} from './question.js';

/** What waits for an officer, what the officer waits for, and what has fallen due; and an overview of all funds. */

const Waiting = z.object({
  proposal: z.string(),
  kind: z.enum(['register', 'fund', 'dispute']),
  in: z.string().meta({ description: 'The fund, or the area; empty for the register.' }),
  sentence: z.string(),
  by: z.string(),
  officer: z.string(),
  awaiting: z.array(z.string()),
  needs: ProposalText.shape.needs,
  expires: z.string().nullable(),
  daysLeft: z.int().nullable().meta({
    description: 'How many days are left to sign it, today included; null if it has no last day.',
  }),
});

type Waiting = z.output<typeof Waiting>;

const MandateText = z.object({
  partner: z.string(),
  name: z.string(),
  role: z.string(),
  limit: SignedMoney.nullable().meta({ description: 'The most that one act may move; null for no limit.' }),
});

const mandateText = (ledger: Ledger, { partner, role, limit }: Mandate): z.input<typeof MandateText> => ({
  partner,
  name: nameOf(ledger, partner),
  role,
  limit: limit === undefined ? null : moneyText(limit),
});

const OverdueText = z.object({
  fund: z.string(),
  partner: z.string(),
  name: z.string(),
  amount: SignedMoney.meta({ description: 'What is overdue today: due less received.' }),
});

export const OfOfficer = z.strictObject({
  officer: Name.meta({ description: 'The officer, by name in the register.', examples: ['norfolk-finance'] }),
});

interface ActsFor {
  readonly partner: string;
  readonly role: Role;
}

/** Whether a proposal waits for an officer with these mandates. Whether they may sign is for the rules to say. */
function awaits(ledger: Ledger, stream: string, proposal: OpenProposal, officer: string, held: readonly ActsFor[]) {
  const { kind: kindName } = placed(stream);
  const { needs, given } = proposal.deal ?? { needs: [{ fact: 0, bodies: proposal.awaiting }], given: [] };
  const rolesOf = (at: number): readonly Role[] => {
    const fact = factOf(KINDS[kindName], textsOf(proposal)[at]!.type);
    const { signerRoles } = signingOf(fact, { rules: RULES_NOW });
    // If the maker of a deal is not a side of a part, one of the part’s signatures must be in a role that may propose
    // it.
    return (given[0]?.facts.includes(at) ?? true) ? signerRoles : [...fact.roles, ...signerRoles];
  };
  const signed = new Set(given.flatMap((each) => (each.officer === officer ? each.facts : [])));
  return (
    (proposal.deal !== undefined || officer !== proposal.officer) &&
    needs.some(({ fact, bodies }) => {
      const sides = sidesOf(ledger, stream, textsOf(proposal)[fact]!, bodies);
      return (
        !signed.has(fact) && held.some(({ partner, role }) => sides.includes(partner) && rolesOf(fact).includes(role))
      );
    })
  );
}

/** The bodies that today stand for those named in a proposal. */
function sidesOf(ledger: Ledger, stream: string, { data }: FactText, bodies: readonly string[]): string[] {
  const { kind, name } = placed(stream);
  const today = londonDay(ledger.model.now(ledger.clock));
  const area = kind === 'fund' ? ledger.model.fund(name)?.outline.opened?.area : kind === 'dispute' ? name : undefined;
  return actingFor(ledger.model.register().successions, bodies, { area, today, effective: data.effective });
}

function waitingText(stream: string, proposal: OpenProposal, today: string): Waiting {
  const { kind, name } = placed(stream);
  const { id, by, officer, awaiting, expires, deal } = proposal;
  return {
    proposal: id,
    kind,
    in: name,
    sentence: offerSentence(KINDS[kind], proposal),
    by,
    officer,
    awaiting: [...awaiting],
    needs: (deal?.needs ?? []).map(({ fact, bodies }) => ({ fact, bodies: [...bodies] })),
    expires: expires ?? null,
    daysLeft: expires === undefined ? null : dayNumber(expires) - dayNumber(today as never) + 1,
  };
}

/** Proposals that end sooner come first. Those without a last day come last. */
const byDaysLeft = (a: Waiting, b: Waiting): number => (a.daysLeft ?? Infinity) - (b.daysLeft ?? Infinity);

/** What each body of a fund has not paid, those that have left nothing unpaid left out. */
const overdueToday = ofFundToday((ledger, at) => ({
  area: at.area,
  on: at.on,
  host: at.model.outline.opened!.host,
  partners: positionAt(at).partners.flatMap(({ partner, total }) =>
    total.overdue === NO_MONEY ? [] : [{ partner, name: nameOf(ledger, partner), amount: moneyText(total.overdue) }],
  ),
}));

/**
 * What the partners of some mandates have not paid in a fund; for hosts of the pool, also what others have not paid.
 * The unpaid debts of a body that has ended are due from its successors.
 */
function overdueIn(ledger: Ledger, fund: string, partners: ReadonlySet<string>): z.input<typeof OverdueText>[] {
  // If today is outside the fund’s year, the figures are those of the nearest day: an earlier year’s arrears are shown
  // on its last day.
  const { area, on, host, partners: overdue } = overdueToday(ledger, fund);
  if (overdue.length === 0) return [];
  const today = londonDay(ledger.model.now(ledger.clock));
  const { successions } = ledger.model.register();
  // Nearly every body stands for itself, and this is asked of each body of each fund.
  const areTheirs = (body: string): boolean =>
    successions.length === 0
      ? partners.has(body)
      : actingFor(successions, [body], { area, today, effective: on }).some((each) => partners.has(each));
  const holds = areTheirs(host);
  return overdue.filter(({ partner }) => holds || areTheirs(partner)).map((each) => ({ fund, ...each }));
}

export const tasks = query({
  name: 'tasks',
  path: '/officers/{officer}/tasks',
  about:
    'What an officer has to do today: proposals that wait for their signature, proposals of their partners that others must sign, overdue payments in the funds of their partners, periods to close, returns to file, minimum tests that fail, and deadlines of disputes that are near.',
  params: OfOfficer,
  options: Nothing,
  answer: z.object({
    officer: z.string(),
    on: z.string(),
    ...Known,
    mandates: z.array(MandateText),
    toSign: z.array(Waiting).meta({
      description:
        'Proposals that wait for a partner and a role of the officer’s mandates. The officer’s limit and every other rule are checked when it is signed; the question about the proposal shows what they say now.',
    }),
    waiting: z.array(Waiting).meta({ description: 'Proposals of the officer’s partners that others must sign.' }),
    overdue: z.array(OverdueText).meta({
      description:
        'What the officer’s partners have not paid, and what others have not paid to a pool that these partners host. For a fund of an earlier year: on its last day.',
    }),
    periodsToClose: z.array(PeriodsText).meta({
      description:
        'Accounting periods that have ended and are not closed, in the funds that the officer manages for their host.',
    }),
    returnsToFile: z.array(ReturnsText).meta({
      description:
        'Quarters that have ended and for which no return has been filed, in the funds that the officer manages for their host.',
    }),
    testsFailing: z.array(FailingText).meta({
      description:
        'Minimum tests that fail today, in the funds of the partners for which the officer is a pool manager or finance officer. A fund is tested until its year is closed, and for a year after its end at most.',
    }),
    deadlines: z.array(DeadlineText).meta({
      description:
        'Stages of open cases that have ended or end within 14 days, if a partner of the officer is a side. At most fifty, the nearest.',
    }),
  }),
  async run(ledger, { officer }, seeing = SEES_ALL) {
    const { now, text: known } = knownThen(ledger, undefined);
    const today = londonDay(now);
    const held = mandatesOn(ledger.model.register(), officer, today);
    if (held.length === 0) return withoutMandate(ledger.model.register(), officer);
    const partners = new Set(held.map(({ partner }) => partner));
    const seen = ledger.model.openProposals().filter(({ stream, proposal }) => {
      if (isExpired(proposal, today)) return false;
      const { kind, name } = placed(stream);
      return kind === 'register' || (kind === 'fund' ? seeing.sees(name) : seeing.seesCases(name));
    });
    const text = ({ stream, proposal }: (typeof seen)[number]) => waitingText(stream, proposal, today);
    return {
      officer,
      on: today,
      ...known,
      // Tasks are those of the present moment. They cannot be asked again for the same instant.
      settled: false,
      mandates: held.map((each) => mandateText(ledger, each)),
      toSign: seen
        .filter(({ stream, proposal }) => awaits(ledger, stream, proposal, officer, held))
        .map(text)
        .sort(byDaysLeft),
      waiting: seen
        .filter(({ stream, proposal }) =>
          sidesOf(ledger, stream, proposal.fact, [proposal.by]).some((partner) => partners.has(partner)),
        )
        .map(text)
        .sort(byDaysLeft),
      overdue: ledger.model
        .funds()
        .filter((fund) => seeing.sees(fund))
        .flatMap((fund) => overdueIn(ledger, fund, partners)),
      periodsToClose: periodsToClose(ledger, { held, today, seeing }),
      returnsToFile: returnsToFile(ledger, { held, today, seeing }),
      testsFailing: testsFailing(ledger, { held, today, seeing }),
      deadlines: deadlinesNear(ledger, { held, today, seeing }),
    };
  },
  table: ({
    toSign,
    waiting,
    overdue,
    periodsToClose: periods,
    returnsToFile: returns,
    testsFailing: failing,
    deadlines,
  }) => ({
    columns: ['what', 'where', 'sentence', 'by', 'waits for', 'days left', 'amount'],
    rows: [
      ...toSign.map((each) => ['to sign', ...waitingCells(each)]),
      ...waiting.map((each) => ['waits for others', ...waitingCells(each)]),
      ...overdue.map(({ fund, name, amount }) => ['overdue', fund, '', name, '', '', amount]),
      ...periods.map(({ fund, from, to }) => [
        'to close',
        fund,
        from === to ? `Period ${from} is over.` : `Periods ${from} to ${to} are over.`,
        '',
        '',
        '',
        '',
      ]),
      ...returns.map(({ fund, quarters }) => [
        'return to file',
        fund,
        `${quarters.length === 1 ? 'Quarter' : 'Quarters'} ${quarters.join(', ')}: no return is filed.`,
        '',
        '',
        '',
        '',
      ]),
      ...failing.map(({ fund, test, title, margin }) => ['test fails', fund, `${test}: ${title}`, '', '', '', margin]),
      ...deadlines.map(({ area, case: reference, stage, claimantName, respondentName, daysLeft }) => [
        'deadline',
        area,
        `${stage}: ${claimantName} against ${respondentName}, case ${reference}`,
        '',
        '',
        String(daysLeft),
        '',
      ]),
    ],
  }),
});

const waitingCells = ({ in: where, sentence, by, awaiting, daysLeft }: Waiting): string[] => [
  where,
  sentence,
  by,
  awaiting.join(' or '),
  daysLeft === null ? '' : String(daysLeft),
  '',
];

const PORTFOLIO_FIGURES = ['requirement', 'funded', 'soft', 'hard', 'overdue'] as const;
type PortfolioFigure = (typeof PORTFOLIO_FIGURES)[number];

const PortfolioText = z.object({
  requirement: GapText.shape.requirement,
  funded: GapText.shape.funded,
  soft: GapText.shape.soft,
  hard: GapText.shape.hard,
  overdue: SignedMoney,
});

/** Claims stand beside the gap, and the overview has no figures of them. */
function rowOf(ledger: Ledger, at: FundAtDates): PortfolioRow {
  const { requirement, funded, soft, hard } = gapOf(at.view, NO_MONEY);
  const { area, year, host } = at.model.outline.opened!;
  return {
    fund: at.fund,
    area,
    year: year.label,
    host,
    hostName: nameOf(ledger, host),
    on: at.on,
    figures: {
      requirement,
      funded,
      soft,
      hard,
      overdue: overdueNow(at.recorded, at.view, at.partners, at.inheritance),
    },
  };
}

const rowToday = ofFundToday(rowOf);

interface PortfolioRow {
  readonly fund: string;
  readonly area: string;
  readonly year: string;
  readonly host: string;
  readonly hostName: string;
  readonly on: string;
  readonly figures: Readonly<Record<PortfolioFigure, Pence>>;
}

/**
 * The sums of each financial year. Years are not added together, because one year’s gap says nothing about another’s.
 */
const yearsOf = (rows: readonly PortfolioRow[]) =>
  [...new Set(rows.map(({ year }) => year))].sort().map((year) => {
    const own = rows.filter((each) => each.year === year);
    const sum = (name: PortfolioFigure) => own.reduce((all, { figures }) => plus(all, figures[name]), NO_MONEY);
    return {
      year,
      requirement: moneyText(sum('requirement')),
      funded: moneyText(sum('funded')),
      soft: moneyText(sum('soft')),
      hard: moneyText(sum('hard')),
      overdue: moneyText(sum('overdue')),
    };
  });

export const portfolio = query({
  name: 'portfolio',
  path: '/portfolio',
  about: 'Every fund that you may see, one row each, at two dates: what is required, funded, offered and overdue.',
  params: Nothing,
  options: AtTwoDates,
  answer: z.object({
    on: z.string().nullable().meta({
      description:
        'The effective day asked for; null if none was. Each fund then has its own: today, or the nearest day of its year.',
    }),
    ...Known,
    funds: z.array(
      z.object({
        fund: z.string(),
        area: z.string(),
        year: z.string(),
        host: z.string(),
        hostName: z.string(),
        on: z.string(),
        ...PortfolioText.shape,
        waiting: z.int().meta({ description: 'How many proposals waited for a signature, as known then.' }),
      }),
    ),
    years: z
      .array(z.object({ year: z.string(), ...PortfolioText.shape }))
      .meta({ description: 'The sums of the funds of each financial year.' }),
  }),
  async run(ledger, asked, seeing = SEES_ALL) {
    const { size, instant, text: known } = knownThen(ledger, asked['known-at']);
    const isToday = asked.on === undefined && asked['known-at'] === undefined;
    const rows = ledger.model.funds().flatMap((fund): PortfolioRow[] => {
      if (!seeing.sees(fund)) return [];
      if (isToday) return [rowToday(ledger, fund)];
      const at = fundAtDates(ledger, fund, asked);
      // A fund that was not in the ledger then has no row.
      return at instanceof Refusal ? [] : [rowOf(ledger, at)];
    });
    const waiting = new Map<string, number>();
    for (const { fund } of rows) {
      const stream = fundStream(fund);
      const table =
        asked['known-at'] === undefined ? ledger.model.stream('fund', stream) : await tableKnown(ledger, stream, size);
      waiting.set(fund, onTheTable(table, instant).size);
    }
    return {
      on: asked.on ?? null,
      ...known,
      funds: rows.map(({ figures, ...row }) => ({ ...row, ...inText(figures), waiting: waiting.get(row.fund)! })),
      years: yearsOf(rows),
    };
  },
  sums: 'apart',
  table: ({ funds, years }) => ({
    columns: ['fund', 'on', ...PORTFOLIO_FIGURES, 'waiting'],
    rows: funds.map((each) => [
      each.fund,
      each.on,
      ...PORTFOLIO_FIGURES.map((name) => each[name]),
      String(each.waiting),
    ]),
    totals: years.map((each) => [`Total ${each.year}`, '', ...PORTFOLIO_FIGURES.map((name) => each[name]), '']),
  }),
});

export const officers = query({
  name: 'officers',
  path: '/officers',
  about: 'The officers who hold a mandate today, by name in the register, with their mandates.',
  params: Nothing,
  options: Nothing,
  answer: z.object({ officers: z.array(z.object({ officer: z.string(), mandates: z.array(MandateText) })) }),
  async run(ledger) {
    const register = ledger.model.register();
    const today = londonDay(ledger.model.now(ledger.clock));
    return {
      officers: [...register.mandates.keys()].flatMap((officer) => {
        const held = mandatesOn(register, officer, today);
        return held.length === 0 ? [] : [{ officer, mandates: held.map((each) => mandateText(ledger, each)) }];
      }),
    };
  },
  table: ({ officers: all }) => ({
    columns: ['officer', 'partner', 'role', 'limit'],
    rows: all.flatMap(({ officer, mandates }) =>
      mandates.map(({ name, role, limit }) => [officer, name, role, limit ?? '']),
    ),
  }),
});
