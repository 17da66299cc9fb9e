import fc from 'fast-check';
import t from 'tap';
import type { SentFact } from '../../../src/domain/grammar/event.js';
import { Refusal } from '../../../src/domain/rules.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { fact, figures, gap } from '../../support/figures.js';
import { contribution, line, NORTH, PARTNERS, SOUTH, type TestLedger } from '../../support/ledger.js';
import { asyncProperty } from '../../support/property.js';
import { openedLedger } from '../../support/rules-alone.js';

/**
 * If every fact of a deal is accepted, the deal is the same as its facts one by one. If one is refused, nothing is
 * recorded.
 */

const HISTORIES = Number(process.env['BCF_PROPERTY_RUNS'] ?? 40);
const DAYS = ['2016-04-01', '2016-04-01', '2016-07-01', '2016-10-01'] as const;

const part = fc.record({
  what: fc.constantFrom('agree', 'agree', 'agree', 'vary', 'withdraw', 'line', 'line', 'revise', 'vire'),
  pick: fc.nat(1_000),
  other: fc.nat(1_000),
  payer: fc.constantFrom(NORTH, SOUTH),
  day: fc.constantFrom(...DAYS),
  pounds: fc.integer({ min: 1, max: 900 }),
});
type Part = typeof part extends fc.Arbitrary<infer T> ? T : never;

/**
 * The facts of a deal’s parts. A new item is named after its place; other parts are about an item named before, or
 * nearly so.
 */
function asFacts(parts: readonly Part[]): SentFact[] {
  return parts.map((each, at) => {
    const named = (pick: number, whats: readonly Part['what'][]): number => {
      const those = parts.flatMap(({ what }, place) => (whats.includes(what) && place <= at + 1 ? [place] : []));
      return those.length === 0 ? 0 : those[pick % those.length]!;
    };
    const { what, pick, other } = each;
    const of: Part['what'][] = ['vary', 'withdraw'].includes(what) ? ['agree'] : ['line'];
    const isNew = what === 'agree' || what === 'line';
    return asFact({
      ...each,
      item: isNew ? at : named(pick, of),
      to: named(other, of),
      payer: payerOf(parts, each, at),
    });
  });
}

/** The payer. A withdrawal nearly always has the payer of its contribution. */
const payerOf = (parts: readonly Part[], { what, pick, payer }: Part, at: number): string => {
  if (what !== 'withdraw') return payer;
  const agreed = parts.filter((each, place) => each.what === 'agree' && place <= at + 1);
  return agreed.length === 0 ? payer : agreed[pick % agreed.length]!.payer;
};

type Resolved = Omit<Part, 'payer'> & { readonly item: number; readonly to: number; readonly payer: string };

function asFact({ what, item, to, payer, day, pounds }: Resolved): SentFact {
  const amount = `${pounds}.00`;
  const effective = day;
  switch (what) {
    case 'agree':
      return fact('ContributionAgreed', contribution({ contribution: `extra-${item}`, payer, amount, effective }));
    case 'vary':
      return fact('ContributionVaried', {
        effective,
        contribution: `extra-${item}`,
        now: amount,
        reason: 'Changed',
      });
    case 'withdraw':
      return fact('DiscretionaryPaymentWithdrawn', {
        effective,
        payer,
        of: { contribution: `extra-${item}` },
        amount,
        noticeGiven: day,
        reason: 'Deficit',
      });
    case 'line':
      return fact('PlanLineSet', line({ line: `line-${item}`, amount, effective }));
    case 'revise':
      return fact('PlanLineRevised', { effective, line: `line-${item}`, now: amount, reason: 'Revised' });
    default:
      return fact('BudgetVired', {
        effective,
        moves: [
          { line: `line-${item}`, change: `-${amount}` },
          { line: `line-${to}`, change: amount },
        ],
        reason: 'Moved',
      });
  }
}

const OFFICERS = PARTNERS.flatMap((partner) => [`${partner}-finance`, `${partner}-chief`]);

/** Records a fact through any officer who may: posted, or proposed and signed. Returns the refusal if nobody can. */
async function recorded(ledger: TestLedger, sent: SentFact): Promise<Refusal | undefined> {
  let why: Refusal | undefined;
  for (const officer of OFFICERS) {
    const posted = await ledger.submit(officer, { act: 'post', fact: sent });
    if (!(posted instanceof Refusal)) return undefined;
    const proposed = await ledger.submit(officer, { act: 'propose', fact: sent });
    const refused = proposed instanceof Refusal ? proposed : await signedBySome(ledger, proposed.outcome.proposal!);
    if (!refused) return undefined;
    if (!WHO.includes(refused.rule) && refused.rule !== 'signature_not_needed') return refused;
    if (!WHO.includes(posted.rule) && posted.rule !== 'signature_needed') return posted;
    why = refused;
  }
  return why;
}

/** Rules about who acts. Another officer may succeed. */
const WHO: readonly string[] = ['wrong_partner', 'role_not_allowed', 'same_officer', 'same_partner', 'not_mandated'];

/** Signs a proposal as every officer who can, until it is recorded. */
async function signedBySome(ledger: TestLedger, proposal: string): Promise<Refusal | undefined> {
  let why: Refusal | undefined;
  for (const officer of [...OFFICERS, ...OFFICERS]) {
    const signed = await ledger.submit(officer, { act: 'agree', proposal });
    if (!(signed instanceof Refusal)) {
      if (signed.outcome.events[0]!.type === 'ProposalAgreed') return undefined;
    } else {
      why = signed;
      if (!WHO.includes(signed.rule)) return signed;
    }
  }
  return why;
}

const told = (ledger: TestLedger) =>
  DAYS.map((day) => [gap(ledger, day), PARTNERS.map((partner) => figures(ledger, partner, day))]);

t.test('a deal equals its facts one by one where all are accepted, and nothing where one is refused', async (t) => {
  let accepted = 0;
  let refused = 0;
  const rules: string[] = [];
  await asyncProperty(
    t,
    fc.asyncProperty(
      fc.array(part, { maxLength: 6 }),
      fc.array(part, { minLength: 2, maxLength: 4 }),
      fc.constantFrom('county-finance', 'north-ccg-finance'),
      async (before, parts, maker) => {
        const [together, oneByOne] = [await openedLedger(t), await openedLedger(t)];
        const all = asFacts([...before, ...parts]);
        for (const ledger of [together, oneByOne]) {
          for (const each of all.slice(0, before.length)) await recorded(ledger, each);
        }
        const [first, ...further] = all.slice(before.length);
        const unmoved = told(together);
        const head = await together.store.head();
        const made = await together.submit(maker, { act: 'propose', fact: first!, further });
        if (made instanceof Refusal) {
          if (WHO.includes(made.rule) || made.rule === 'signature_not_needed' || made.rule === 'not_in_fund') return;
          refused++;
          rules.push(made.rule);
          const at = Number(/^Part (\d+) of the deal/.exec(made.detail)![1]) - 1;
          for (const each of [first!, ...further].slice(0, at)) {
            const why = await recorded(oneByOne, each);
            if (why) throw new Error(`alone it is refused: ${why.rule}`);
          }
          const why = await recorded(oneByOne, [first!, ...further][at]!);
          if (why?.rule !== made.rule) throw new Error(`${made.rule} in the deal, ${why?.rule ?? 'accepted'} alone`);
          if ((await together.store.head()) !== head) throw new Error('A refused deal left an event.');
        } else {
          accepted++;
          const why = await signedBySome(together, made.outcome.proposal!);
          if (why) throw new Error(`signed, it is refused: ${why.rule}: ${why.detail}`);
          for (const each of [first!, ...further]) {
            const alone = await recorded(oneByOne, each);
            if (alone) throw new Error(`alone it is refused: ${alone.rule}`);
          }
          if (JSON.stringify(told(together)) !== JSON.stringify(told(oneByOne))) throw new Error('The figures differ.');
        }
        if (made instanceof Refusal && JSON.stringify(told(together)) !== JSON.stringify(unmoved))
          throw new Error('A refused deal moved a figure.');
        const { problems } = await verify(together.store);
        if (problems.length > 0) throw new Error(JSON.stringify(problems));
      },
    ),
    HISTORIES,
  );
  t.comment(`${accepted} deals accepted, ${refused} refused: ${[...new Set(rules)].sort().join(', ')}`);
  t.ok(accepted > 0 && refused > 0, 'both ends were met');
});
