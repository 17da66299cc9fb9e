import fc from 'fast-check';
import { daysAfter, londonDay, type Day } from '../../src/domain/calendar.js';
import type { FactData } from '../../src/domain/grammar/event.js';
import { exactly, moneyText } from '../../src/domain/money.js';
import { Refusal } from '../../src/domain/rules.js';
import type { Command } from '../../src/domain/grammar/command.js';
import type { Submission } from '../../src/ledger/acts/submission.js';
import { COUNTY, EAST, NORTH, SOUTH, WEST, type TestLedger } from './ledger.js';

/**
 * Random histories of a fund: offers, counters, agreements, withdrawals, receipts, grants, plan lines and reversals,
 * with days before and after those already used. Refused moves are part of the history, and must leave nothing behind.
 */
interface Move {
  readonly what:
    | 'offer'
    | 'counter'
    | 'agree'
    | 'decline'
    | 'withdraw-offer'
    | 'withdraw-agreed'
    | 'vary'
    | 'receive'
    | 'grant'
    | 'tranche'
    | 'risk'
    | 'reduce'
    | 'pass-down'
    | 'line'
    | 'revise'
    | 'assume'
    | 'state'
    | 'reverse';
  readonly payer: string;
  readonly pence: number;
  /** Days after the first day of the fund's year. */
  readonly day: number;
  readonly pick: number;
  readonly recurrent: boolean;
  /** Hours between this act and the one before. */
  readonly hours: number;
}

const WHATS: readonly Move['what'][] = [
  'offer',
  'offer',
  'offer',
  'counter',
  'agree',
  'agree',
  'agree',
  'decline',
  'withdraw-offer',
  'withdraw-agreed',
  'vary',
  'receive',
  'grant',
  'tranche',
  'risk',
  'reduce',
  'pass-down',
  'line',
  'revise',
  'assume',
  'state',
  'reverse',
  'reverse',
];

export const histories = (maxLength = 60): fc.Arbitrary<Move[]> =>
  fc.array(
    fc.record({
      what: fc.constantFrom(...WHATS),
      payer: fc.constantFrom(NORTH, SOUTH, COUNTY),
      pence: fc.integer({ min: 1, max: 500_000_000 }),
      day: fc.integer({ min: 0, max: 364 }),
      pick: fc.nat(1_000),
      recurrent: fc.boolean(),
      hours: fc.integer({ min: 0, max: 60 }),
    }),
    { minLength: 20, maxLength, size: 'max' },
  );

const FIRST = '2016-04-01' as Day;

interface Played {
  readonly accepted: number;
  readonly refused: number;
}

type Sent = readonly [officer: string, command: Command];

/**
 * Plays a history into a ledger, and calls back after each move. Every act is sent twice, and must be recorded once.
 */
export async function play(
  ledger: TestLedger,
  moves: readonly Move[],
  after?: (move: number) => void | Promise<void>,
): Promise<Played> {
  const contributions: { readonly name: string; readonly payer: string }[] = [];
  let time = ledger.clock.now();
  let accepted = 0;
  let refused = 0;
  for (const [index, move] of moves.entries()) {
    time = (time + move.hours * 3_600_000) as typeof time;
    ledger.clock.set(time);
    for (const [officer, command] of sendings(ledger, move, index, contributions)) {
      const more: Partial<Submission> = { key: `move-${index}-${command.act}-${officer}` };
      const head = await ledger.store.head();
      const done = await ledger.submit(officer, command, more);
      if (done instanceof Refusal) {
        refused++;
        if ((await ledger.store.head()) !== head) throw new Error(`A refused ${command.act} left an event.`);
        continue;
      }
      accepted++;
      const settled = await ledger.store.head();
      const again = await ledger.submit(officer, command, more);
      if (again instanceof Refusal || !again.replayed)
        throw new Error(`A repeated ${command.act} was not answered as before.`);
      if ((await ledger.store.head()) !== settled) throw new Error(`A repeated ${command.act} was recorded twice.`);
    }
    await after?.(index);
  }
  return { accepted, refused };
}

/** What a move sends, and by whom: one act; or a proposal with its signature, if the history is not about offers. */
function sendings(
  { ledger }: TestLedger,
  move: Move,
  index: number,
  contributions: { name: string; payer: string }[],
): Sent[] {
  const effective = daysAfter(FIRST, move.day);
  const small = move.what === 'receive' || move.what === 'tranche' || move.what === 'risk' || move.what === 'reduce';
  const amount = moneyText(
    exactly(
      small || move.what === 'pass-down' || move.what === 'withdraw-agreed' ? Math.ceil(move.pence / 20) : move.pence,
    ),
  );
  const name = `item-${index}`;
  const fact = (type: string, data: object) => ({ type, data: { effective, ...data } as FactData });
  const pick = <Each>(all: readonly Each[]): Each | undefined => all[move.pick % Math.max(all.length, 1)];
  const open = ledger.model.openProposals().map((each) => each.proposal);
  const items = [...ledger.model.stream('fund', 'fund-testshire-2016-17').own.items];
  const named = (kind: string) => pick(items.filter(([, item]) => item.kind === kind))?.[0] ?? 'nothing';
  const officers = (partner: string): Sent[0] => `${partner}-finance`;
  const later = daysAfter(effective, move.pick % 90);
  // Every third offer can be signed for a few days only.
  const expires = move.pick % 3 === 0 ? { expires: daysAfter(londonDay(ledger.clock.now()), move.pick % 7) } : {};
  switch (move.what) {
    case 'offer':
      contributions.push({ name, payer: move.payer });
      return [
        [
          officers(move.payer),
          {
            act: 'propose',
            ...expires,
            fact: fact('ContributionAgreed', {
              contribution: name,
              payer: move.payer,
              source: move.payer === COUNTY ? 'LA_ADD' : move.pick % 4 === 0 ? 'NHS_MIN' : 'NHS_ADD',
              amount,
              recurrent: move.recurrent,
              instalments: [{ due: later, amount }],
            }),
          },
        ],
      ];
    case 'counter': {
      const proposal = pick(open.filter((each) => each.fact.type === 'ContributionAgreed'));
      if (!proposal) return [];
      const { data } = proposal.fact;
      return [
        [
          officers(proposal.awaiting[0]!),
          {
            act: 'counter',
            ...expires,
            proposal: proposal.id,
            fact: {
              type: 'ContributionAgreed',
              data: { ...data, amount, instalments: [{ due: data.effective, amount }] },
            },
          },
        ],
      ];
    }
    case 'agree':
    case 'decline': {
      const proposal = pick(open);
      if (!proposal) return [];
      const [signer = ''] = proposal.awaiting;
      return [
        [
          signer === proposal.by ? `${signer}-chief` : officers(signer),
          move.what === 'agree'
            ? { act: 'agree', proposal: proposal.id }
            : { act: 'decline', proposal: proposal.id, reason: 'no' },
        ],
      ];
    }
    case 'withdraw-offer': {
      const proposal = pick(open.filter((each) => each.fact.type === 'ContributionAgreed'));
      if (!proposal) return [];
      const offered = proposal.fact.data as unknown as { payer: string; amount: string };
      const data = {
        payer: offered.payer,
        of: { proposal: proposal.id },
        amount: offered.amount,
        noticeGiven: effective,
        reason: 'saving',
      };
      return [[officers(offered.payer), { act: 'propose', fact: fact('DiscretionaryPaymentWithdrawn', data) }]];
    }
    case 'withdraw-agreed': {
      const from = pick(contributions);
      if (!from) return [];
      const data = {
        payer: from.payer,
        of: { contribution: from.name },
        amount,
        noticeGiven: effective,
        reason: 'saving',
      };
      return [[officers(from.payer), { act: 'propose', fact: fact('DiscretionaryPaymentWithdrawn', data) }]];
    }
    case 'vary': {
      const of = pick(contributions);
      if (!of) return [];
      return [
        [
          officers(of.payer),
          { act: 'propose', fact: fact('ContributionVaried', { contribution: of.name, now: amount, reason: 'need' }) },
        ],
      ];
    }
    case 'receive': {
      const data = { contribution: named('contribution'), amount, bankReference: 'BACS', reason: 'as paid' };
      return [[officers(COUNTY), { act: 'post', fact: fact('ContributionReceived', data) }]];
    }
    case 'grant': {
      const half = moneyText(exactly(Math.floor(move.pence / 2) + 1));
      const rest = moneyText(exactly(Math.max(1, move.pence - Math.floor(move.pence / 2) - 1)));
      const whole = moneyText(
        exactly(Math.floor(move.pence / 2) + 1 + Math.max(1, move.pence - Math.floor(move.pence / 2) - 1)),
      );
      const data = {
        grant: name,
        holder: COUNTY,
        source: 'DFG',
        amount: whole,
        recurrent: move.recurrent,
        determination: 'test',
        tranches: [
          { due: later, amount: half },
          { due: daysAfter(later, 30), amount: rest },
        ],
        passDown: {
          by: later,
          shares: [
            { district: EAST, amount: half },
            { district: WEST, amount: rest },
          ],
        },
      };
      return [[officers(COUNTY), { act: 'post', fact: fact('GrantDetermined', data) }]];
    }
    case 'tranche':
      return [
        [
          officers(COUNTY),
          { act: 'post', fact: fact('GrantTrancheReceived', { grant: named('grant'), amount, bankReference: 'BACS' }) },
        ],
      ];
    case 'risk':
      return [
        [
          officers(COUNTY),
          {
            act: 'post',
            fact: fact(move.recurrent ? 'GrantPutAtRisk' : 'GrantRiskLifted', {
              grant: named('grant'),
              amount,
              cause: 'targets',
            }),
          },
        ],
      ];
    case 'reduce':
      return [
        [
          officers(COUNTY),
          { act: 'post', fact: fact('GrantReduced', { grant: named('grant'), amount, cause: 'targets' }) },
        ],
      ];
    case 'pass-down':
      return [
        [
          officers(COUNTY),
          {
            act: 'propose',
            fact: fact('GrantPassedDown', { grant: named('grant'), district: move.recurrent ? EAST : WEST, amount }),
          },
        ],
      ];
    case 'line': {
      const category = move.pick % 3 === 0 ? 'saving' : 'base';
      const data = {
        line: name,
        description: 'a line',
        category,
        source: 'NHS_ADD',
        recurrent: move.recurrent,
        amount,
      };
      return [['pool-manager', { act: 'post', fact: fact('PlanLineSet', data) }]];
    }
    case 'revise':
      return [
        [
          'pool-manager',
          { act: 'post', fact: fact('PlanLineRevised', { line: named('line'), now: amount, reason: 'need' }) },
        ],
      ];
    case 'assume': {
      const data = {
        assumption: name,
        partner: COUNTY,
        source: 'NHS_ADD',
        recurrent: move.recurrent,
        amount,
        basis: 'budget',
      };
      return [[officers(COUNTY), { act: 'post', fact: fact('AssumptionStated', data) }]];
    }
    case 'state':
      return [
        [
          officers(COUNTY),
          {
            act: 'post',
            fact: fact('GapStated', { claimant: 'Press', statedOn: effective, amount, basis: 'a report' }),
          },
        ],
      ];
    case 'reverse': {
      const reverses = String(move.pick % Math.max(1, ledger.model.places('fund-testshire-2016-17').length));
      const act = fact('FactReversed', { reverses, reason: 'mistake' });
      return [
        [move.recurrent ? officers(COUNTY) : 'pool-manager', { act: 'post', fact: act }],
        [officers(move.payer), { act: 'propose', fact: act }],
      ];
    }
  }
}
