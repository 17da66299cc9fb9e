import { Refusal } from '../domain/rules.js';
import { OPERATOR } from '../ledger/access.js';
import { ask } from '../ledger/ask.js';
import type { Ledger } from '../ledger/ledger.js';
import { QUERIES } from '../ledger/questions/all.js';
import { z } from 'zod';
import { tableText, withCommas } from './output.js';

/** One question of the demonstration, which nobody could answer in 2016. The demonstration ledger answers it. */
interface Question {
  readonly asked: string;
  readonly query: string;
  readonly with: Readonly<Record<string, string>>;
  say(answer: never): string;
}

const figures = (answer: Readonly<Record<string, unknown>>, names: readonly string[]): string =>
  names.map((name) => `${name} ${withCommas(String(answer[name]))}`).join('; ');

interface GapAnswer extends Readonly<Record<string, unknown>> {
  readonly stated: readonly { readonly amount: string; readonly claimant: string; readonly statedOn: string }[];
  readonly fundedBy: readonly { readonly name: string; readonly recurrent: string; readonly oneOff: string }[];
}

interface SettlementAnswer extends Readonly<Record<string, unknown>> {
  readonly payments: readonly { readonly payer: string; readonly paid: string }[];
  readonly writeOffs: readonly { readonly creditor: string; readonly writtenOff: string }[];
  readonly net: readonly { readonly name: string; readonly net: string }[];
}

const QUESTIONS: readonly Question[] = [
  {
    asked: 'Gap of norfolk-2016-17, on 2016-04-01, known at 2016-04-30',
    query: 'gap',
    with: { fund: 'norfolk-2016-17', on: '2016-04-01', 'known-at': '2016-04-30' },
    say: (answer: GapAnswer) => figures(answer, ['requirement', 'funded', 'soft', 'hard']),
  },
  {
    asked: 'The same day, known at 2016-06-30',
    query: 'gap',
    with: { fund: 'norfolk-2016-17', on: '2016-04-01', 'known-at': '2016-06-30' },
    say: (answer: GapAnswer) =>
      [
        figures(answer, ['soft', 'hard']),
        ...answer.stated.map((each) => `stated ${withCommas(each.amount)} by ${each.claimant}, ${each.statedOn}`),
      ].join('; '),
  },
  {
    asked: 'On 2017-03-31, known at 2017-06-30',
    query: 'gap',
    with: { fund: 'norfolk-2016-17', on: '2017-03-31', 'known-at': '2017-06-30' },
    say: (answer: GapAnswer) =>
      [
        figures(answer, ['funded', 'gap', 'recurrentGap']),
        ...answer.fundedBy.map((each) => `one-off ${withCommas(each.oneOff)} by ${each.name}`),
      ].join('; '),
  },
  {
    asked: 'Why did the first two differ?',
    query: 'compare',
    with: {
      fund: 'norfolk-2016-17',
      'from-on': '2016-04-01',
      'from-known-at': '2016-04-30',
      'to-on': '2016-04-01',
      'to-known-at': '2016-06-30',
    },
    say: (answer: {
      readonly change: { readonly hard: string };
      readonly movers: readonly {
        readonly type: string;
        readonly partner: string;
        readonly changes: { readonly hard?: string };
      }[];
    }) =>
      `${answer.movers.length} × ${[...new Set(answer.movers.map((mover) => mover.type))].join(', ')}, hard ` +
      `${answer.movers.map((mover) => `${mover.partner} ${withCommas(mover.changes.hard!)}`).join(' + ')} = ${withCommas(answer.change.hard)}`,
  },
  {
    asked: 'What of Suffolk’s 2016-17 would be carried into 2017-18',
    query: 'roll-forward',
    with: { fund: 'suffolk-2016-17' },
    say: (answer: { readonly totals: Record<string, string>; readonly leftOut: readonly unknown[] }) =>
      `plan lines ${withCommas(answer.totals['requirement']!)}; contributions ${withCommas(answer.totals['contributions']!)}; ${answer.leftOut.length} minimum contributions are set by the rules of the new year`,
  },
  ...['2016-05-31', '2016-06-08', '2016-06-13'].map((knownAt): Question => ({
    asked: `A deal of five groups and the council (invented), on 2016-06-01, known at ${knownAt}`,
    query: 'gap',
    with: { fund: 'norfolk-deal-2016-17', on: '2016-06-01', 'known-at': knownAt },
    say: (answer: GapAnswer) => figures(answer, ['requirement', 'funded', 'soft', 'hard']),
  })),
  {
    asked: 'Norfolk County Council, IBCF_2017, norfolk-2017-18, on 2017-07-31',
    query: 'partner-position',
    with: { fund: 'norfolk-2017-18', partner: 'norfolk-county-council', on: '2017-07-31' },
    say: (answer: {
      readonly sources: readonly { readonly source: string; readonly figures: Record<string, string> }[];
    }) =>
      figures(answer.sources.find((each) => each.source === 'IBCF_2017')!.figures, [
        'agreed',
        'due',
        'received',
        'overdue',
        'outstanding',
      ]),
  },
  ...(['2017-07-24', '2017-07-25'] as const).map((on): Question => ({
    asked: `Plan lines on ${on}, ${on === '2017-07-24' ? 'before' : 'after'} the change agreed in July 2017`,
    query: 'plan',
    with: { fund: 'norfolk-2017-18', on },
    say: (answer: {
      readonly requirement: string;
      readonly lines: readonly { readonly line: string; readonly amount: string }[];
    }) =>
      ['market-stability', 'mental-health-delayed-transfers']
        .map((line) => `${line} ${withCommas(answer.lines.find((each) => each.line === line)?.amount ?? '0.00')}`)
        .concat(`total ${withCommas(answer.requirement)}`)
        .join('; '),
  })),
  {
    asked: 'norfolk-2018-19 once the warning of September 2017 is known',
    query: 'position',
    with: { fund: 'norfolk-2018-19', on: '2018-04-01', 'known-at': '2017-09-30' },
    say: (answer: { readonly total: Record<string, string> }) => figures(answer.total, ['agreed', 'atRisk']),
  },
  {
    asked: 'The paper of 4 September 2017: adult social care at P4',
    query: 'monitoring',
    with: {
      fund: 'norfolk-social-care-2017-18',
      period: '4',
      department: 'Adult social services',
      overspend: 'above-nothing',
    },
    say: (answer: { readonly total: Record<string, string>; readonly lines: readonly unknown[] }) =>
      `${answer.lines.length} lines; ${figures(answer.total, ['budget', 'forecast', 'variance'])}`,
  },
  {
    asked: 'Its savings',
    query: 'monitoring',
    with: { fund: 'norfolk-social-care-2017-18', period: '4' },
    say: (answer: { readonly lowering: readonly Record<string, string>[] }) =>
      answer.lowering.map((each) => figures(each, ['planned', 'forecast', 'atRisk'])).join('; '),
  },
  {
    asked: 'Its reserves, and the provision beside them',
    query: 'balances',
    with: { fund: 'norfolk-social-care-2017-18', on: '2017-09-04' },
    say: (answer: Readonly<Record<'reserves' | 'provisions', Record<string, string>>>) =>
      `${figures(answer.reserves, ['opening', 'plannedUse', 'plannedClosing'])}; provision ${withCommas(answer.provisions['opening']!)}`,
  },
  ...(['2017-06-30', '2017-06-29'] as const).map((knownAt): Question => ({
    asked: `DFG of norfolk-2017-18, on 2017-06-30, known at ${knownAt}`,
    query: 'pass-down',
    with: { fund: 'norfolk-2017-18', on: '2017-06-30', 'known-at': knownAt },
    say: (answer: {
      readonly grants: readonly {
        readonly passedDown: string;
        readonly inFull: boolean;
        readonly districts: readonly { readonly name: string; readonly shortfall: string }[];
      }[];
    }) =>
      answer.grants
        .map(({ passedDown, inFull, districts }) =>
          [
            `passed down ${withCommas(passedDown)}`,
            inFull ? 'in full' : 'not in full',
            ...districts
              .filter((each) => each.shortfall !== '0.00')
              .map((each) => `${each.name} lacks ${withCommas(each.shortfall)}`),
          ].join('; '),
        )
        .join(' '),
  })),
  ...(
    [
      ['2018-12-31', '2019-01-15', 'the third quarter, before the panel of March 2019'],
      ['2018-12-31', '2019-03-31', 'the third quarter, after it'],
      ['2019-03-31', '2019-03-31', 'the whole claim'],
    ] as const
  ).map(([on, knownAt, what]): Question => ({
    asked: `A dispute of £1,400 a week: ${what}, on ${on}, known at ${knownAt}`,
    query: 'dispute-case',
    with: { area: 'norfolk', case: '6158e32f-7fd2-4cef-93fd-d29dd78439c4', on, 'known-at': knownAt },
    say: (answer: Readonly<Record<string, string>>) => figures(answer, ['claimed', 'agreed', 'abandoned', 'open']),
  })),
  {
    asked: 'Disputes of norfolk on 2023-07-30, before the settlement',
    query: 'disputes',
    with: { area: 'norfolk', on: '2023-07-30' },
    say: (answer: Readonly<Record<string, string>>) => figures(answer, ['openCases', 'open']),
  },
  {
    asked: 'The settlement of norfolk, on 2023-09-30',
    query: 'settlement',
    with: { area: 'norfolk', settlement: 'norfolk-2023', on: '2023-09-30' },
    say: (answer: SettlementAnswer) =>
      [
        figures(answer, ['claimed', 'open']),
        ...answer.payments.map(({ payer, paid }) => `${payer} paid ${withCommas(paid)}`),
        ...answer.writeOffs.map(({ creditor, writtenOff }) => `${creditor} wrote off ${withCommas(writtenOff)}`),
        ...answer.net
          .filter(({ net }) => !net.startsWith('-'))
          .map(({ name, net }) => `net to ${name} ${withCommas(net)}`),
      ].join('; '),
  },
  {
    asked: 'Gap of lancashire-2023-24 on 2024-03-31: assumed, not agreed',
    query: 'gap',
    with: { fund: 'lancashire-2023-24', on: '2024-03-31' },
    say: (answer: GapAnswer) => figures(answer, ['funded', 'assumed', 'openClaims', 'exposure']),
  },
];

/** Asks the demonstration ledger its questions, and prints a table of questions and answers. */
export async function demonstrationTable(ledger: Ledger, width?: number): Promise<string> {
  const rows: [string, string][] = [];
  for (const { asked, query: name, with: given, say } of QUESTIONS) {
    const query = QUERIES.find((each) => each.name === name)!;
    const answer = await ask(
      ledger,
      OPERATOR,
      query,
      z.object({ ...query.params.shape, ...query.options.shape }).parse(given),
    );
    rows.push([asked, answer instanceof Refusal ? answer.detail : say(answer as never)]);
  }
  return tableText({ columns: ['asked', 'answer'], rows }, width);
}
