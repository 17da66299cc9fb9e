import { z } from 'zod';
import { keptInForce } from '../../../../projections/fund-facts.js';
import {
  BALANCE_FIGURES,
  balancesTotal,
  openingBalances,
  type BalanceFigures,
} from '../../../../projections/opening-balances.js';
import { Refusal } from '../../../domain/rules.js';
import { SignedMoney } from '../../../domain/values.js';
import { AtTwoDates, inText, nameOf, OfFund, PartnerName, query, Stamp, fundAtDates } from '../question.js';

/** The reserves and provisions that the bodies of a fund had when its year began. */

const FiguresText = {
  opening: SignedMoney.meta({ description: 'Its sum on the first day of the year.' }),
  plannedUse: SignedMoney.meta({ description: 'What is planned to be used of it in the year.' }),
  used: SignedMoney.meta({ description: 'What was used of it by the day.' }),
  closing: SignedMoney.meta({ description: 'opening − used: what is left.' }),
  plannedClosing: SignedMoney.meta({
    description: 'opening − plannedUse: what is left if everything planned is used.',
  }),
};

/** What the sums of an answer cover. */
const SUMS = { reserves: 'All reserves', provisions: 'All provisions', total: 'Reserves and provisions' } as const;

const only = (of: BalanceFigures) =>
  inText(
    Object.fromEntries(BALANCE_FIGURES.map((name) => [name, of[name]])) as Record<
      (typeof BALANCE_FIGURES)[number],
      BalanceFigures['opening']
    >,
  );

export const balances = query({
  name: 'balances',
  path: '/funds/{fund}/balances',
  about:
    'The reserves and provisions that bodies had when the year began, from before this ledger: opening, planned use, use and closing, with their origin. They stand beside the pool.',
  params: OfFund,
  options: AtTwoDates,
  answer: z.object({
    fund: z.string(),
    ...Stamp,
    balances: z.array(
      z.object({
        balance: z.string(),
        type: z.enum(['reserve', 'provision']),
        purpose: z.string(),
        ...PartnerName,
        origin: z.string(),
        ...FiguresText,
      }),
    ),
    reserves: z.object(FiguresText).meta({ description: 'All reserves together.' }),
    provisions: z.object(FiguresText).meta({ description: 'All provisions together.' }),
    total: z.object(FiguresText).meta({ description: 'Reserves and provisions together.' }),
  }),
  async run(ledger, asked) {
    const at = fundAtDates(ledger, asked.fund, asked);
    if (at instanceof Refusal) return at;
    const all = openingBalances(
      at.view,
      keptInForce(at.model.facts, 'balance', at),
      keptInForce(at.model.facts, 'balance-plan', at),
    );
    const of = (type: string) => all.filter((each) => each.type === type);
    return {
      fund: asked.fund,
      ...at.stamp,
      balances: all.map((each) => ({
        balance: each.balance,
        type: each.type as 'reserve' | 'provision',
        purpose: each.purpose,
        partner: each.holder,
        name: nameOf(ledger, each.holder),
        origin: each.origin,
        ...only(each),
      })),
      reserves: only(balancesTotal(of('reserve'))),
      provisions: only(balancesTotal(of('provision'))),
      total: only(balancesTotal(all)),
    };
  },
  sums: 'apart',
  table: (answer) => ({
    columns: ['balance', 'type', 'purpose', 'whose', ...BALANCE_FIGURES, 'origin'],
    rows: [
      ...answer.balances.map((each) => [
        each.balance,
        each.type,
        each.purpose,
        each.name,
        ...BALANCE_FIGURES.map((name) => each[name]),
        each.origin,
      ]),
    ],
    totals: (Object.keys(SUMS) as (keyof typeof SUMS)[]).map((of) => [
      SUMS[of],
      '',
      '',
      '',
      ...BALANCE_FIGURES.map((name) => answer[of][name]),
      '',
    ]),
  }),
});
