import { z } from 'zod';
import { FIGURES } from '../../../projections/position.js';
import { GAP_FIGURES } from '../../../projections/gap.js';
import { readAs } from '../../domain/faults.js';
import { DEAL_FACTS_MAX, offeredAs, offeredInWords } from '../../domain/grammar/proposal.js';
import type { FactData, SentFact } from '../../domain/grammar/event.js';
import { exactly, moneyText, signedPence } from '../../domain/money.js';
import { mandatesOn } from '../../domain/grammar/mandate.js';
import type { Day } from '../../domain/calendar.js';
import { refuse, Refusal, type RuleCode } from '../../domain/rules.js';
import { Name, SignedMoney, words } from '../../domain/values.js';
import type { Sight } from '../access.js';
import { ask } from '../ask.js';
import { fundStream, KINDS, offerSentence, sentenceOf } from '../catalogue.js';
import { todayOf } from './stamp.js';
import type { Ledger } from '../ledger.js';
import { TestText } from '../minimum-tests-text.js';
import { gap, position } from '../questions/fund/figures.js';
import { minimumTestsQuery } from '../questions/fund/minimum-tests.js';
import {
  GapText,
  On,
  OwedText,
  PartnerName,
  Stamp,
  fundAtDates,
  type Asked,
  type Query,
  type Table,
} from '../questions/question.js';
import { riskShare } from '../questions/fund/risk-share.js';
import { scratchOf } from '../audit/scratch.js';

/** What if: several acts are tried on a fund one after another, figures are asked before and after, and nothing is recorded. */

const ACTS_MAX = 20;

const Fact = z.strictObject({ type: z.string(), data: z.looseObject({}) });

const Act = z
  .strictObject({
    fact: Fact.optional(),
    facts: z.array(Fact).min(1).max(DEAL_FACTS_MAX).optional(),
    proposal: z.uuid({ error: 'must be the identifier of a proposal' }).optional(),
    counters: z.uuid({ error: 'must be the identifier of a proposal' }).optional().meta({
      description: 'The open proposal that the fact, or the deal, counters.',
    }),
    adjustment: z.strictObject({ reason: words(500) }).optional(),
  })
  .refine(({ fact, facts, proposal }) => [fact, facts, proposal].filter((each) => each !== undefined).length === 1, {
    error: 'must hold a fact, the facts of a deal, or the proposal that is signed, and one of them alone',
  })
  .refine(({ proposal, counters }) => proposal === undefined || counters === undefined, {
    error: 'counters a proposal with a fact, or with the facts of a deal',
  });

export const WhatIfAsked = z.strictObject({
  on: On.optional(),
  partner: Name.optional().meta({ description: 'The partner you act for; only where you are mandated for several.' }),
  acts: z.array(Act).min(1).max(ACTS_MAX).meta({
    description:
      'Facts, deals and open proposals, tried in this order, each on what those before it have left. A fact that needs a second signature, and a deal, are tried as if they were proposed and signed by whoever must.',
  }),
});

const beforeAndAfter = <S extends z.ZodType>(schema: S) => z.object({ before: schema, after: schema });

export const WhatIfAnswer = z
  .object({
    fund: z.string(),
    ...Stamp,
    acts: z.array(
      z.object({
        sentence: z.string().meta({ description: 'The fact in words; empty where it cannot be read.' }),
        signedBy: z.string().nullable().meta({
          description: 'The officer who was taken to sign it, of a deal the last; null where none must, or none can.',
        }),
        refusal: z
          .object({ code: z.string(), detail: z.string() })
          .nullable()
          .meta({ description: 'The rule that refuses it; the acts after it are tried without it.' }),
      }),
    ),
    gap: beforeAndAfter(GapText).extend({ change: GapText }),
    partners: z.array(z.object({ ...PartnerName, ...beforeAndAfter(OwedText).shape })),
    tests: z.array(
      z.object({
        test: z.string(),
        title: z.string(),
        before: TestText.pick({ verdict: true, margin: true, why: true }),
        after: TestText.pick({ verdict: true, margin: true, why: true }),
      }),
    ),
    riskShare: z.array(z.object({ ...PartnerName, before: SignedMoney, after: SignedMoney })),
  })
  .meta({ id: 'WhatIf' });

type WhatIfAnswer = z.input<typeof WhatIfAnswer>;
export type Foretold = Omit<WhatIfAnswer, 'partners' | 'riskShare'>;
type Tried = WhatIfAnswer['acts'][number];

/** Who tries the acts, and how they are known. */
export interface Trying {
  readonly officer: string;
  /** What they may see of the figures. */
  readonly sight: Sight;
  readonly signedInBy: string;
}

/** Why one officer cannot sign, and another may. */
const OTHERS_MAY: readonly RuleCode[] = [
  'not_mandated',
  'wrong_partner',
  'role_not_allowed',
  'over_limit',
  'same_partner',
  'same_officer',
];

/** Tries acts on a scratch of a fund. */
class Trial {
  readonly #scratch: Ledger;
  readonly #stream: string;
  readonly #by: Trying;
  #keys = 0;

  constructor(scratch: Ledger, stream: string, by: Trying) {
    this.#scratch = scratch;
    this.#stream = stream;
    this.#by = by;
  }

  #submit(command: Parameters<Ledger['submit']>[0]['command'], officer: string, actingFor?: string) {
    return this.#scratch.submit({
      kind: 'fund',
      stream: this.#stream,
      command,
      officer,
      actingFor,
      signedInBy: this.#by.signedInBy,
      key: `what-if ${++this.#keys}`,
      correlation: 'what-if',
      evidence: [],
    });
  }

  /** Signs a proposal: as the officer who asks where they can, or else as the first officer who can. */
  async sign(proposal: string, adjustment?: { readonly reason: string }): Promise<Tried> {
    const { open } = await this.#scratch.stateOf('fund', this.#stream);
    const found = open.get(proposal);
    const sentence = found ? offerSentence(KINDS.fund, found) : '';
    const register = this.#scratch.model.register();
    const today = todayOf(this.#scratch);
    const command = { act: 'agree' as const, proposal, ...(adjustment && { adjustment }) };
    const may = [...new Set([this.#by.officer, ...register.mandates.keys()])].flatMap((officer) =>
      mandatesOn(register, officer, today).map(({ partner }) => ({ officer, partner })),
    );
    let first: Refusal | undefined;
    // A deal takes several signatures: whoever could not sign before another did may do so after.
    for (let signed = true; signed;) {
      signed = false;
      for (const { officer, partner } of may) {
        const done = await this.#submit(command, officer, partner);
        if (!(done instanceof Refusal)) {
          if (done.outcome.events[0]!.type === 'ProposalAgreed') return { sentence, signedBy: officer, refusal: null };
          signed = true;
          continue;
        }
        first ??= done;
        if (!OTHERS_MAY.includes(done.rule)) return refused(sentence, done);
      }
    }
    // In a fund there are officers always: a body never has fewer than two.
    return refused(sentence, first!);
  }

  /** Counters a proposal with other terms, and signs those; `adjustment` is for the signature, as a counter carries none. */
  async counter(
    proposal: string,
    facts: readonly SentFact[],
    partner?: string,
    adjustment?: { readonly reason: string },
  ): Promise<Tried> {
    const sentence = offeredInWords(facts.map((fact) => sentenceSafely(this.#stream, fact)));
    const countered = await this.#submit({ act: 'counter', proposal, ...offeredAs(facts) }, this.#by.officer, partner);
    return countered instanceof Refusal ? refused(sentence, countered) : this.sign(proposal, adjustment);
  }

  /** Proposes a deal and signs it. */
  async deal(facts: readonly SentFact[], partner?: string, adjustment?: { readonly reason: string }): Promise<Tried> {
    const sentence = offeredInWords(facts.map((fact) => sentenceSafely(this.#stream, fact)));
    const command = { act: 'propose' as const, ...offeredAs(facts), ...(adjustment && { adjustment }) };
    const proposed = await this.#submit(command, this.#by.officer, partner);
    return proposed instanceof Refusal ? refused(sentence, proposed) : this.sign(proposed.outcome.proposal!);
  }

  /** Posts a fact, or proposes and signs it where it needs a second signature. */
  async record(fact: SentFact, partner?: string, adjustment?: { readonly reason: string }): Promise<Tried> {
    const sentence = sentenceSafely(this.#stream, fact);
    const more = adjustment && { adjustment };
    const posted = await this.#submit({ act: 'post', fact, ...more }, this.#by.officer, partner);
    if (!(posted instanceof Refusal))
      return { sentence: posted.outcome.events[0]!.sentence, signedBy: null, refusal: null };
    const proposed = await this.#submit({ act: 'propose', fact, ...more }, this.#by.officer, partner);
    if (!(proposed instanceof Refusal)) return this.sign(proposed.outcome.proposal!);
    return refused(sentence, proposed.rule === 'signature_not_needed' ? posted : proposed);
  }
}

const refused = (sentence: string, { rule, detail }: Refusal): Tried => ({
  sentence,
  signedBy: null,
  refusal: { code: rule, detail },
});

/** A fact in words, where what was sent is enough for words: what a decision adds is not there yet. */
function sentenceSafely(stream: string, { type, data }: SentFact): string {
  try {
    return sentenceOf({ stream, type, data } as never);
  } catch {
    return type;
  }
}

/** What was sent as a fact of a fund, read by the fact’s own schema. */
function factRead({ type, data }: { readonly type: string; readonly data: unknown }): SentFact | Refusal {
  const fact = KINDS.fund.byName.get(type);
  if (!fact) return refuse('fields_invalid', `"${type}" is not a fact of a fund.`);
  const read = readAs(fact.input, data);
  if ('value' in read) return { type, data: read.value as FactData };
  const [{ path, words: why }] = read.faults as [(typeof read.faults)[number]];
  return refuse('fields_invalid', `${path.map(String).join('.')}: ${why}.`);
}

/**
 * Tries acts on a fund, one after another, and answers its figures on a day before and after them, as now known. Nothing
 * is recorded. What a rule refuses is told act by act, and the others are tried all the same.
 */
export const whatIf = (
  ledger: Ledger,
  fund: string,
  asked: z.output<typeof WhatIfAsked>,
  by: Trying,
): Promise<WhatIfAnswer | Refusal> =>
  tellingBoth(ledger, fund, asked, by, async (scratch, at) => {
    const before = [await gapAndTests(scratch, by.sight, at), await bodiesIn(scratch, by.sight, at)] as const;
    return async () => ({
      ...comparedInAll(before[0], await gapAndTests(scratch, by.sight, at)),
      ...comparedByBody(before[1], await bodiesIn(scratch, by.sight, at)),
    });
  });

/** What a page shows of it: the gap and the minimum tests. What each body has costs several times as much to work out. */
export const foretell = (
  ledger: Ledger,
  fund: string,
  asked: z.output<typeof WhatIfAsked>,
  by: Trying,
): Promise<Foretold | Refusal> =>
  tellingBoth(ledger, fund, asked, by, async (scratch, at) => {
    const before = await gapAndTests(scratch, by.sight, at);
    return async () => comparedInAll(before, await gapAndTests(scratch, by.sight, at));
  });

/** Tries acts between two looks at the figures: `looked` looks before them, and returns what looks after them and compares. */
async function tellingBoth<Figures extends object>(
  ledger: Ledger,
  fund: string,
  { on, partner, acts }: z.output<typeof WhatIfAsked>,
  by: Trying,
  looked: (scratch: Ledger, at: { readonly fund: string; readonly on: Day }) => Promise<() => Promise<Figures>>,
): Promise<(Pick<WhatIfAnswer, 'fund' | keyof typeof Stamp | 'acts'> & Figures) | Refusal> {
  const unsound = ledger.unsound();
  if (unsound) return unsound.refusal;
  const at = fundAtDates(ledger, fund, { on });
  if (at instanceof Refusal) return at;
  const scratch = await scratchOf(ledger, fundStream(fund));
  try {
    const after = await looked(scratch, { fund, on: at.on });
    const tried = await triedOn(new Trial(scratch, fundStream(fund), by), { partner, acts });
    return { fund, ...at.stamp, acts: tried, ...(await after()) };
  } finally {
    scratch.release();
  }
}

async function triedOn(
  trial: Trial,
  { partner, acts }: Pick<z.output<typeof WhatIfAsked>, 'partner' | 'acts'>,
): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const { fact, facts, proposal, counters, adjustment } of acts) {
    if (proposal !== undefined) {
      tried.push(await trial.sign(proposal, adjustment));
      continue;
    }
    const read = (facts ?? [fact!]).map(factRead);
    const fault = read.find((each) => each instanceof Refusal);
    if (fault) tried.push(refused('', fault));
    else if (counters !== undefined) tried.push(await trial.counter(counters, read as SentFact[], partner, adjustment));
    else if (facts && facts.length > 1) tried.push(await trial.deal(read as SentFact[], partner, adjustment));
    else tried.push(await trial.record(read[0] as SentFact, partner, adjustment));
  }
  return tried;
}

/** A question’s answer about a fund that is there, at a day that has been chosen. */
const answerOf = async <A>(query: Query, ledger: Ledger, sight: Sight, asked: Asked): Promise<A> =>
  (await ask(ledger, sight, query, asked)) as A;

interface InAll {
  readonly gap: z.output<typeof GapText>;
  readonly tests: readonly z.output<typeof TestText>[];
}

const gapAndTests = async (ledger: Ledger, sight: Sight, asked: Asked): Promise<InAll> => ({
  gap: gapIn(await answerOf(gap, ledger, sight, asked)),
  tests: (await answerOf<Pick<InAll, 'tests'>>(minimumTestsQuery, ledger, sight, asked)).tests,
});

/** The figures of a gap alone. */
const gapIn = (answer: z.output<typeof GapText>): z.output<typeof GapText> =>
  Object.fromEntries(GAP_FIGURES.map((name) => [name, answer[name]])) as z.output<typeof GapText>;

const changeOf = (before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>, name: string) =>
  moneyText(exactly(signedPence(after[name]!) - signedPence(before[name]!)));

const brief = ({ verdict, why, margin }: InAll['tests'][number]) => ({ verdict, why, margin });

const comparedInAll = (before: InAll, after: InAll): Pick<WhatIfAnswer, 'gap' | 'tests'> => ({
  gap: {
    before: before.gap,
    after: after.gap,
    change: Object.fromEntries(GAP_FIGURES.map((name) => [name, changeOf(before.gap, after.gap, name)])) as z.output<
      typeof GapText
    >,
  },
  tests: before.tests.map((test, index) => ({
    test: test.test,
    title: test.title,
    before: brief(test),
    after: brief(after.tests[index]!),
  })),
});

interface ByBody {
  readonly partners: readonly {
    readonly partner: string;
    readonly name: string;
    readonly total: z.output<typeof OwedText>;
  }[];
  readonly riskShare: readonly { readonly partner: string; readonly name: string; readonly amount: string }[];
}

const bodiesIn = async (ledger: Ledger, sight: Sight, asked: Asked): Promise<ByBody> => ({
  partners: (await answerOf<Pick<ByBody, 'partners'>>(position, ledger, sight, asked)).partners,
  riskShare: (await answerOf<{ partners: ByBody['riskShare'] }>(riskShare, ledger, sight, asked)).partners,
});

const NONE = '0.00';
/** The figures of a body that is no partner. */
const NOTHING_OWED = Object.fromEntries(Object.keys(OwedText.shape).map((name) => [name, NONE])) as z.output<
  typeof OwedText
>;

function comparedByBody(before: ByBody, after: ByBody): Pick<WhatIfAnswer, 'partners' | 'riskShare'> {
  const names = (all: readonly { readonly partner: string; readonly name: string }[]) => [
    ...new Map(all.map(({ partner, name }) => [partner, name])),
  ];
  const totalOf = (all: ByBody, partner: string) =>
    all.partners.find((each) => each.partner === partner)?.total ?? NOTHING_OWED;
  const shareOf = (all: ByBody, partner: string) =>
    all.riskShare.find((each) => each.partner === partner)?.amount ?? NONE;
  return {
    // A body that joins or leaves is a partner on one side of the comparison alone.
    partners: names([...before.partners, ...after.partners]).map(([partner, name]) => ({
      partner,
      name,
      before: totalOf(before, partner),
      after: totalOf(after, partner),
    })),
    riskShare: names([...before.riskShare, ...after.riskShare]).map(([partner, name]) => ({
      partner,
      name,
      before: shareOf(before, partner),
      after: shareOf(after, partner),
    })),
  };
}

/** The figures that moved, for a terminal. */
export function whatIfTable({ gap: moved, partners, tests, riskShare: shares }: z.output<typeof WhatIfAnswer>): Table {
  const rows: [string, string, string, string][] = [
    ...GAP_FIGURES.map((name): [string, string, string, string] => ['', name, moved.before[name], moved.after[name]]),
    ...partners.flatMap(({ name: who, before, after }) =>
      FIGURES.map((name): [string, string, string, string] => [who, name, before[name], after[name]]),
    ),
    ...tests.map(({ test, before, after }): [string, string, string, string] => [
      '',
      test,
      before.verdict,
      after.verdict,
    ]),
    ...shares.map(({ name, before, after }): [string, string, string, string] => [name, 'risk share', before, after]),
  ];
  return {
    columns: ['who', 'figure', 'before', 'after'],
    rows: rows.filter(([, , before, after]) => before !== after),
  };
}
