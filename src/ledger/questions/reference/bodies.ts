import { z } from 'zod';
import { NOT_IN_DISPUTE } from '../../../../projections/claims.js';
import { byMeasure } from '../../../../projections/entry-indexes.js';
import { fundPosition, totalFigures, type PartnerPosition } from '../../../../projections/position.js';
import { holdersOf } from '../../../../projections/succession.js';
import { isKnown } from '../../../domain/grammar/remembered.js';
import { londonDay } from '../../../domain/calendar.js';
import { moneyText, NO_MONEY, total, type Pence } from '../../../domain/money.js';
import { byText } from '../../../domain/order.js';
import { stillOpen, type OpenProposal } from '../../../domain/grammar/proposal.js';
import { actingFor, heirsOf, successionsKnown } from '../../../domain/grammar/succession.js';
import { refuse } from '../../../domain/rules.js';
import { SignedMoney } from '../../../domain/values.js';
import { disputeStream, fundStream, kindOf, offerSentence, placed, REGISTER_STREAM } from '../../catalogue.js';
import type { Ledger } from '../../ledger.js';
import { claimsOfArea } from '../disputes/claims.js';
import { ClaimSum, Disclosure } from '../disputes/claims-text.js';
import { Known, knownThen, type KnownThen } from '../known.js';
import { tableKnown } from '../proposal-then.js';
import {
  AreaAtTwoDates,
  entriesUnder,
  fundsOf,
  inText,
  KnownAt,
  Nothing,
  OfArea,
  OwedText,
  positionAt,
  query,
  Stamp,
  fundEver,
  SuccessionsText,
  successionsText,
  type FundAtDates,
} from '../question.js';

/**
 * Bodies that end, the bodies that follow them, and what passes to a successor.
 * Source: docs/sources.md, Reorganisation; docs/questions.md, 13.
 */

export const successions = query({
  name: 'successions',
  path: '/successions',
  about: 'Every change of bodies: which ended, which follow, from which day, by which shares and instrument.',
  params: Nothing,
  options: z.strictObject({ 'known-at': KnownAt.optional() }),
  answer: z.object({
    ...Known,
    successions: z.array(
      SuccessionsText.element.extend({
        shares: z.array(
          z.object({
            predecessor: z.string(),
            successor: z.string(),
            area: z.string().nullable(),
            source: z.string().nullable(),
            share: z.string(),
          }),
        ),
        reversed: z.boolean().meta({ description: 'Whether it was taken back. It then never took effect.' }),
      }),
    ),
  }),
  async run(ledger, asked) {
    const { model } = ledger;
    const { size, text } = knownThen(ledger, asked['known-at']);
    const upTo = model.knownRevision(REGISTER_STREAM, size);
    const known = model.register().successions.filter(({ revision }) => revision <= upTo);
    const texts = successionsText({ successions: known });
    return {
      ...text,
      successions: known.map(({ shares, ...each }, index) => ({
        ...texts[index]!,
        shares: shares.map(({ area = null, source = null, ...share }) => ({ ...share, area, source })),
        reversed: !isKnown(each, upTo),
      })),
    };
  },
  table: (answer) => ({
    columns: ['from', 'mode', 'predecessors', 'successors', 'instrument', 'revision', 'reversed'],
    rows: answer.successions.map((each) => [
      each.effective,
      each.mode,
      each.predecessors.join(', '),
      each.successors.join(', '),
      each.instrument,
      each.revision,
      each.reversed ? 'yes' : 'no',
    ]),
  }),
});

const RowText = z.object({ partner: z.string(), source: z.string(), figures: OwedText });
const DueText = z.object({
  fund: z.string(),
  predecessor: z.string(),
  successors: z.array(z.string()),
  source: z.string(),
  item: z.string(),
  due: z.string(),
  amount: SignedMoney,
});
const ClaimsRow = z.object({ partner: z.string(), claimedBy: ClaimSum, claimedAgainst: ClaimSum });

const rowsOf = (partners: readonly PartnerPosition[]): z.input<typeof RowText>[] =>
  partners.flatMap(({ partner, sources }) =>
    sources.map(({ source, figures }) => ({ partner, source, figures: inText(figures) })),
  );

/** What passed with the bodies in one fund: the same sums under the old names and under the new. */
function movedIn(at: FundAtDates) {
  const { fund, recorded, inheritance } = at;
  const ended = new Set(inheritance.successions.flatMap(({ predecessors }) => predecessors));
  const heirs = new Set(inheritance.successions.flatMap(({ successors }) => successors));
  const concerned = ({ partner }: PartnerPosition): boolean => ended.has(partner) || heirs.has(partner);
  const before = fundPosition(recorded, holdersOf(recorded)).partners.filter(concerned);
  const after = positionAt(at).partners.filter(concerned);
  return {
    fund,
    before: rowsOf(before),
    after: rowsOf(after),
    totalBefore: inText(totalFigures(before.map((each) => each.total))),
    totalAfter: inText(totalFigures(after.map((each) => each.total))),
  };
}

/** Instalments of ended bodies that fall due after the day. Their successors pay or receive them. */
async function notYetDue(ledger: Ledger, at: FundAtDates): Promise<z.input<typeof DueText>[]> {
  const { successions } = at.inheritance;
  const ended = new Set(successions.flatMap(({ predecessors }) => predecessors));
  const rows = new Map<string, Omit<z.input<typeof DueText>, 'amount'> & { amounts: Pence[] }>();
  for (const { postings } of await entriesUnder(ledger, at, byMeasure, 'due')) {
    for (const { measure, holder, source, item, on, pence } of postings) {
      if (measure !== 'due' || on <= at.on || !ended.has(holder)) continue;
      const key = `${on} ${item} ${holder}`;
      const successors = heirsOf(successions, holder, at.area);
      const row = rows.get(key) ?? {
        fund: at.fund,
        predecessor: holder,
        successors,
        source,
        item,
        due: on,
        amounts: [],
      };
      row.amounts.push(pence);
      rows.set(key, row);
    }
  }
  return [...rows]
    .map(([key, { amounts, ...row }]) => ({ key, row: { ...row, amount: moneyText(total(amounts)) } }))
    .filter(({ row }) => row.amount !== moneyText(NO_MONEY))
    .sort((a, b) => byText(a.key, b.key))
    .map(({ row }) => row);
}

const ProposalRow = z.object({
  stream: z.string(),
  proposal: z.string(),
  sentence: z.string(),
  by: z.string(),
  byNow: z.array(z.string()),
  awaiting: z.array(z.string()),
  awaitingNow: z.array(z.string()),
});

/**
 * Proposals that were open at an instant, of bodies that had ended or were to end by its day, and the bodies that
 * answered for them.
 */
async function proposalsOf(
  ledger: Ledger,
  area: string,
  streams: readonly string[],
  { instant, size }: KnownThen,
): Promise<z.input<typeof ProposalRow>[]> {
  const { model } = ledger;
  const today = londonDay(instant);
  const known = successionsKnown(model.register().successions, model.knownRevision(REGISTER_STREAM, size));
  const now = (bodies: readonly string[], { fact }: OpenProposal): string[] =>
    actingFor(known, bodies, { area, today, effective: fact.data.effective });
  const tables = await Promise.all(
    streams.map(async (stream) => ({
      stream,
      open: (await tableKnown(ledger, stream, size)).open,
    })),
  );
  return tables
    .flatMap(({ stream, open }) => [...stillOpen(open, today).values()].map((proposal) => ({ stream, proposal })))
    .map(({ stream, proposal }) => ({
      stream,
      proposal: proposal.id,
      sentence: offerSentence(kindOf(stream), proposal),
      by: proposal.by,
      byNow: now([proposal.by], proposal),
      awaiting: [...proposal.awaiting],
      awaitingNow: now(proposal.awaiting, proposal),
    }))
    .filter(({ by, byNow, awaiting, awaitingNow }) => byNow.join() !== by || awaitingNow.join() !== awaiting.join());
}

export const succession = query({
  name: 'succession',
  path: '/areas/{area}/succession',
  about:
    'What passes to a successor body in an area, on a day, as known at an instant: the same sums under the old names and the new, fund by fund; instalments not yet due; open claims; and the proposals open at that instant that successors have to answer.',
  params: OfArea,
  options: AreaAtTwoDates,
  answer: z.object({
    area: z.string(),
    ...Stamp,
    ...Disclosure,
    successions: SuccessionsText,
    funds: z.array(
      z.object({
        fund: z.string(),
        before: z.array(RowText),
        after: z.array(RowText),
        totalBefore: OwedText,
        totalAfter: OwedText,
      }),
    ),
    notYetDue: z.array(DueText),
    claims: z.object({ before: z.array(ClaimsRow), after: z.array(ClaimsRow) }).meta({
      description:
        'Open claims of all years. An assigned case passes to its successor; others are held jointly, by the shares.',
    }),
    proposals: z.array(ProposalRow).meta({
      description: 'Proposals that were open at the instant of what was known, whatever the day asked for.',
    }),
  }),
  async run(ledger, asked, seeing) {
    const funds = fundsOf(ledger, asked.area);
    const claims = await claimsOfArea(ledger, asked.area, asked, seeing);
    const { stamp, before, after, inheritance, disclosure } = claims;
    if (funds.length === 0 && !ledger.model.area(asked.area)) {
      return refuse('area_unknown', `There is no fund of ${asked.area}, and no disputes of it have been opened.`);
    }
    const dates = { on: claims.on, 'known-at': asked['known-at'] };
    const at = funds.map((fund) => fundEver(ledger, fund, dates) as FundAtDates);
    const due = await Promise.all(at.map((each) => notYetDue(ledger, each)));
    const named = new Set(inheritance.successions.flatMap((each) => [...each.predecessors, ...each.successors]));
    const rows = (all: typeof before) =>
      [...named].sort().flatMap((partner) => {
        const own = all.byPartner.get(partner) ?? NOT_IN_DISPUTE;
        return own.claimedBy === NO_MONEY && own.claimedAgainst === NO_MONEY ? [] : [{ partner, ...inText(own) }];
      });
    return {
      area: asked.area,
      ...stamp,
      ...disclosure,
      successions: successionsText(inheritance),
      funds: at.map(movedIn).filter((each) => each.before.length + each.after.length > 0),
      notYetDue: due.flat(),
      claims: { before: rows(before), after: rows(after) },
      proposals: await proposalsOf(ledger, asked.area, [...funds.map(fundStream), disputeStream(asked.area)], claims),
    };
  },
  seenBy(answer, { sees, seesCases }) {
    const { area } = answer;
    return {
      ...answer,
      funds: answer.funds.filter(({ fund }) => sees(fund)),
      notYetDue: answer.notYetDue.filter(({ fund }) => sees(fund)),
      proposals: answer.proposals.filter(({ stream }) => {
        const { kind, name } = placed(stream);
        return kind === 'fund' ? sees(name) : seesCases(area);
      }),
    };
  },
  table: ({ funds, claims }) => ({
    columns: ['fund', 'when', 'partner', 'source', 'agreed', 'due', 'received', 'outstanding', 'overdue'],
    rows: [
      ...funds.flatMap(({ fund, before, after }) =>
        [...before.map((row) => ['before', row] as const), ...after.map((row) => ['after', row] as const)].map(
          ([when, { partner, source, figures }]) => [
            fund,
            when,
            partner,
            source,
            figures.agreed,
            figures.due,
            figures.received,
            figures.outstanding,
            figures.overdue,
          ],
        ),
      ),
      ...claims.after.map(({ partner, claimedBy, claimedAgainst }) => [
        'open claims',
        'after',
        partner,
        `makes ${claimedBy}, owes by claims ${claimedAgainst}`,
        '',
        '',
        '',
        '',
        '',
      ]),
    ],
  }),
});
