import { z } from 'zod';
import type { Entry } from '../../../../projections/entry.js';
import { londonDay } from '../../../domain/calendar.js';
import { FUND } from '../../../domain/fund/facts.js';
import { rollForward, yearAfterThat, type Going, type RolledForward } from '../../../domain/fund/roll-forward.js';
import { opened, type FundState } from '../../../domain/fund/state.js';
import { DEAL_TEXT_MAX } from '../../../domain/grammar/deal.js';
import type { LedgerEvent, SentFact } from '../../../domain/grammar/event.js';
import type { Context } from '../../../domain/grammar/fact.js';
import { factOf, type StreamState } from '../../../domain/grammar/kind.js';
import { DEAL_FACTS_MAX, textsOf } from '../../../domain/grammar/proposal.js';
import { RULES_NOW } from '../../../domain/grammar/rule-versions.js';
import { demandsOf, type Demands } from '../../../domain/grammar/sides.js';
import { moneyText, pounds } from '../../../domain/money.js';
import { refuse, Refusal } from '../../../domain/rules.js';
import { Name, SignedMoney } from '../../../domain/values.js';
import { decisionContext } from '../../acts/decision-context.js';
import { fundStream } from '../../catalogue.js';
import type { Ledger } from '../../ledger.js';
import { Known, knownThen } from '../known.js';
import { allOf, foundInNext, nameOfFact, STATES, type Found, type State } from './found-in-next.js';
import { nameOf, OfFund, query, type Seeing } from '../question.js';

/**
 * What opens next year’s fund: the opening itself, and the acts that continue this year’s items in it. Items that the
 * next fund has recorded, or that are proposed there, are shown as such, so the question can be asked again at any time
 * for what is left to do.
 */

const kind = FUND;

/** The longest list of names: enough for a fund with as many contributions as a form can send. */
const LIST_LENGTH_MAX = 512 * 1024;

const PERCENT = /^-?(0|[1-9]\d{0,2})(\.\d{1,4})?$/;

/** A rise in words, for whoever has to write one. */
export const RISE_WORDS = 'a number of per cent above -100 and below 1,000, with at most four decimals';

/** Whether a text is a rise ({@link RISE_WORDS}). */
export const isRise = (percent: string): boolean => PERCENT.test(percent) && Number(percent) > -100;

/** By how many per cent each named contribution rises: `norwich-add=1.79,council-add=-2`. */
export const Uplift = z
  .string()
  .max(LIST_LENGTH_MAX)
  .transform((text, context): ReadonlyMap<string, string> => {
    const asked = text.split(',').map((each) => each.trim().split('='));
    const rises = new Map(asked as [string, string][]);
    const wrong = asked.find(([, percent, ...more]) => percent === undefined || more.length > 0 || !isRise(percent));
    const twice = asked.find(([name], at) => asked.findIndex((each) => each[0] === name) < at);
    if (!wrong && !twice) return rises;
    context.addIssue({
      code: 'custom',
      message: wrong
        ? `must be names with ${RISE_WORDS} each, such as "norwich-add=1.79,council-add=-2"; "${wrong.join('=')}" is not`
        : `must name each contribution once; "${twice![0]!}" is named twice`,
    });
    return z.NEVER;
  })
  .meta({
    description:
      'By how many per cent contributions rise or fall: each by its name in this year, separated by commas. The new sum is rounded to the penny, half to even.',
    examples: ['norwich-add=1.79'],
  });

/** The items that the officer leaves out: `norwich-add,council-add`. */
const Without = z
  .string()
  .max(LIST_LENGTH_MAX)
  .transform((text): ReadonlySet<string> => new Set(text.split(',').map((each) => each.trim())))
  .meta({
    description: 'The items to leave out: each by its name in this year, separated by commas.',
    examples: ['norwich-add'],
  });

export const RollForwardOptions = z.strictObject({
  uplift: Uplift.optional(),
  without: Without.optional(),
  officer: Name.optional().meta({
    description: 'The officer who would load the acts as a file. Left out, no file is written.',
  }),
});

const BY_CHOICE = 'You chose to leave it out.';

const FactText = z.object({ type: z.string(), data: z.looseObject({}) });

export const StepText = z.object({
  act: z.enum(['open', 'record', 'propose']).meta({
    description:
      'Whether the step opens the fund, records a fact that counts at once, or proposes facts that must be signed.',
  }),
  facts: z.array(FactText).meta({ description: 'The facts of the step; several if it is a deal.' }),
  sentences: z.array(z.string()),
  bodies: z.array(z.string()).meta({ description: 'The bodies whose officers can take the step.' }),
  signs: z
    .array(z.string())
    .meta({ description: 'The bodies whose officers must sign it afterwards; empty if nobody must.' }),
});

export const RollForwardText = z.object({
  fund: z.string(),
  ...Known,
  next: z.string().meta({ description: 'The fund of the next year.' }),
  year: z.string(),
  isOpen: z.boolean().meta({ description: 'Whether the fund of the next year is open.' }),
  host: z.string(),
  partners: z.array(z.object({ partner: z.string(), name: z.string() })).meta({
    description:
      'The partners on the last day of the year, or the bodies that follow them on the first day of the next. Once the fund is open, its own partners.',
  }),
  items: z
    .array(
      z.object({
        name: z.string(),
        type: z.string(),
        sentence: z.string(),
        was: SignedMoney.meta({ description: 'Its sum on the last day of this year.' }),
        amount: SignedMoney.meta({
          description:
            'Its sum in the next year. If it is proposed in that year’s fund, the sum offered; if it is recorded there, its sum on the last day of that year.',
        }),
        uplift: z
          .string()
          .nullable()
          .meta({ description: 'By how many per cent it was asked to rise; null if it was not.' }),
        mayRise: z.boolean().meta({ description: 'Whether it is a contribution, which can be asked to rise.' }),
        from: z.string().meta({ description: 'Its name in this year.' }),
        revision: z.string().meta({ description: 'Its revision in this year’s fund.' }),
        state: z.enum(STATES).meta({
          description:
            'Whether it is still to do, is proposed in the next year’s fund, is recorded there, or was recorded there and taken back.',
        }),
        proposal: z
          .string()
          .nullable()
          .meta({ description: 'The proposal that offers it. If there are several, the first.' }),
        notes: z.array(z.string()).meta({ description: 'What to look at before it is signed.' }),
      }),
    )
    .meta({ description: 'The items that continue in the next year.' }),
  leftOut: z
    .array(
      z.object({
        what: z.string(),
        why: z.string(),
        revision: z.string().nullable(),
        name: z
          .string()
          .nullable()
          .meta({ description: 'Its name in this year, if it is left out by choice; otherwise null.' }),
      }),
    )
    .meta({ description: 'The items that do not continue, and why.' }),
  totals: z
    .object({
      requirement: SignedMoney,
      contributions: SignedMoney.meta({ description: 'The total of the contributions that continue.' }),
      beside: SignedMoney.meta({ description: 'The total of the funding beside the pool that continues.' }),
    })
    .meta({
      description:
        'The totals of what continues: plan lines as they count in the requirement, contributions, and funding beside the pool. An item that is already offered or recorded counts with its own sum.',
    }),
  steps: z.array(StepText).meta({ description: 'The steps that are left, in this order.' }),
  waiting: z
    .array(
      z.object({ proposal: z.string(), sentences: z.array(z.string()), by: z.string(), awaiting: z.array(z.string()) }),
    )
    .meta({ description: 'The proposals in the next year’s fund, and the bodies that they wait for.' }),
  file: z
    .looseObject({})
    .nullable()
    .meta({ description: 'The steps that are left, as a file of acts to load; null if no officer was named.' }),
});

export type RollForwardText = z.output<typeof RollForwardText>;

/** The state of next year’s fund, or the state that it would have once it is opened. */
function stateNext(state: StreamState<FundState>, { opening }: RolledForward): FundState {
  if (kind.isOpen(state.own)) return state.own;
  const own = kind.initial();
  factOf(kind, kind.opener).evolve(own, opening, {} as LedgerEvent);
  return own;
}

/** What a decision on a fund may look at, for rules that are tried without a particular officer. */
function contextOf(ledger: Ledger, stream: string, area: string): Context {
  const today = londonDay(ledger.model.now(ledger.clock));
  const { context } = decisionContext(ledger.model, { stream, today, rules: RULES_NOW, originals: [] });
  return { ...context, officer: '', proposals: new Map(), adjustment: false, area };
}

interface Item extends Found {
  readonly going: Going;
  readonly name: string;
}

/** The readable part of a name. The names of agreements are kept apart from those of items with money. */
const called = (name: string): string => name.split('/').at(-1)!;

interface Step {
  readonly act: 'record' | 'propose';
  readonly facts: readonly SentFact[];
  readonly demands: Pick<Demands, 'acts' | 'signs' | 'signature'>;
}

/**
 * Steps from facts. A fact that one body may record alone becomes a record; facts that the same bodies sign become one
 * offer, with as many facts as a deal can hold.
 */
function stepsOf(facts: readonly SentFact[], state: FundState, context: Context): Step[] {
  const steps: { act: Step['act']; facts: SentFact[]; demands: Step['demands']; key: string; length: number }[] = [];
  for (const fact of facts) {
    const demands = demandsOf(factOf(kind, fact.type), fact.data, state, context);
    const act = demands.signature === 'none' ? 'record' : 'propose';
    const key = JSON.stringify([demands.signature, demands.acts, demands.signs]);
    const length = JSON.stringify(fact).length + 1;
    const room = steps.find(
      (each) =>
        act === 'propose' &&
        each.key === key &&
        each.facts.length < DEAL_FACTS_MAX &&
        each.length + length <= DEAL_TEXT_MAX,
    );
    if (room) {
      room.facts.push(fact);
      room.length += length;
    } else steps.push({ act, facts: [fact], demands, key, length: length + 2 });
  }
  return [...steps.filter(({ act }) => act === 'record'), ...steps.filter(({ act }) => act === 'propose')];
}

const sentence = ({ type, data }: SentFact): string => factOf(kind, type).sentence(data);

/**
 * An officer of any one of these bodies can take the step. If either side may propose, both are listed, and each is
 * signed by the other.
 */
const stepText = ({ act, facts, demands: { acts, signs, signature } }: Step): z.input<typeof StepText> => ({
  act,
  facts: facts.map(({ type, data }) => ({ type, data })),
  sentences: facts.map(sentence),
  bodies: [...new Set(signature === 'other-side' ? [...acts, ...signs] : acts)],
  signs: signature === 'none' ? [] : [...new Set(signature === 'other-side' ? [...acts, ...signs] : acts)],
});

/** The steps that are left, as a file of acts that the officer loads. */
const fileOf = (fund: string, next: string, officer: string, steps: readonly z.input<typeof StepText>[]) => ({
  title: `${next}, opened from ${fund}`,
  steps: steps.map(({ act, facts }) => ({
    officer,
    in: next,
    ...(act === 'propose' ? { propose: facts.length === 1 ? facts[0] : facts } : { post: facts[0] }),
  })),
});

/** A fact of this year as it was recorded. */
const entryAt = (entries: readonly Entry[], revision: number): Entry =>
  entries.find((each) => each.revision === revision)!;

const WHERE: Readonly<Record<Exclude<State, 'to-do'>, (next: string) => string>> = {
  offered: (next) => `proposed in ${next}`,
  recorded: (next) => `recorded in ${next}`,
  'taken-back': (next) => `taken back in ${next}`,
};

/**
 * What to check in the next year’s fund: an item with another sum than this year’s, and offers that are there twice.
 */
const notesOn = ({ state, proposals, stands, going: { stood } }: Item, next: string): string[] => [
  ...(state !== 'to-do' && stands !== stood
    ? [`It is ${WHERE[state](next)}, with ${pounds(stands)}. This year it is ${pounds(stood)}.`]
    : []),
  ...(proposals.length > 1
    ? [
        `It is proposed ${proposals.length} times. Sign one of the proposals, and have the others declined or withdrawn.`,
      ]
    : []),
];

/** Refuses to change, or to leave out, an item that next year’s fund already has with another sum. */
function overtaken(
  { state, stands, going }: Item,
  name: string,
  {
    next,
    uplift,
    without,
  }: Pick<z.output<typeof RollForwardOptions>, 'uplift' | 'without'> & { readonly next: string },
): Refusal | undefined {
  if (state === 'to-do') return undefined;
  const where = `"${name}" is ${WHERE[state](next)} already`;
  if (without?.has(name)) return refuse('name_unknown', `${where}, so it cannot be left out here.`);
  // If the rise asked for gives the sum that it already has, nothing is refused.
  return uplift?.has(name) && stands !== going.stands
    ? refuse('name_unknown', `${where} with ${pounds(stands)}, so its rise cannot be changed here.`)
    : undefined;
}

/** The steps that are left to open the next year’s fund from a fund, and those already taken. */
export async function rolledForward(
  ledger: Ledger,
  fund: string,
  { uplift, without, officer }: z.output<typeof RollForwardOptions>,
  seeing: Seeing,
): Promise<z.input<typeof RollForwardText> | Refusal> {
  const of = ledger.model.fund(fund)?.outline.opened;
  if (!of) return refuse('fund_unknown', `There is no fund named ${fund}.`);
  const year = yearAfterThat(of.year);
  if (!year) return refuse('effective_outside_year', `The ledger has no financial year after ${of.year.label}.`);
  const next = `${of.area}-${year.label}`;
  if (ledger.model.fund(next) && !seeing.sees(next))
    return refuse('not_your_fund', `You act for no partner of ${next}, which is open.`);
  const { now, size, text: known } = knownThen(ledger, undefined);
  const register = ledger.model.register();
  const { own: state } = await ledger.stateOf('fund', fundStream(fund));
  const nextState = await ledger.stateOf('fund', fundStream(next));
  const entries = await ledger.entries(fundStream(fund), size);
  const rolled = rollForward(state, entries, kind.byName, { register, year, uplift: (name) => uplift?.get(name) });
  const own = ({ from }: Going): string => namedIn(entryAt(entries, from));
  const rising = rolled.going.filter(({ from }) => isContribution(entryAt(entries, from))).map(own);
  /** Whether a contribution continues without a rise. */
  const isContinued = (name: string): boolean =>
    rollForward(state, entries, kind.byName, { register, year, uplift: () => undefined }).going.some(
      (each) => isContribution(entryAt(entries, each.from)) && own(each) === name,
    );
  const stranger = [...(uplift?.keys() ?? [])].find((name) => !rising.includes(name));
  if (stranger !== undefined && isContinued(stranger))
    return refuse(
      'fields_invalid',
      `A rise of ${uplift!.get(stranger)!} per cent leaves nothing of "${stranger}". Leave it out instead.`,
    );
  if (stranger !== undefined)
    return refuse('name_unknown', `"${stranger}" is not a contribution that continues in ${year.label}.`);
  const unknown = [...(without ?? [])].find((name) => !rolled.going.some((each) => own(each) === name));
  if (unknown !== undefined) return refuse('name_unknown', `Nothing named "${unknown}" continues in ${year.label}.`);
  const today = londonDay(now);
  const isOpen = kind.isOpen(nextState.own);
  const nextEntries = isOpen ? await ledger.entries(fundStream(next), size) : [];
  const items: Item[] = [];
  const taken: { readonly from: number; readonly why: string }[] = [];
  for (const going of rolled.going) {
    const found = foundInNext(nextState, nextEntries, going.fact, today);
    const name = called(nameOfFact(going.fact));
    if ('takenBy' in found)
      taken.push({
        from: going.from,
        why: `The name "${name}" is taken in ${next}: ${sentence(found.takenBy)} Record it there under another name.`,
      });
    else items.push({ ...found, going, name });
  }
  const refused = items.map((each) => overtaken(each, own(each.going), { next, uplift, without })).find(Boolean);
  if (refused) return refused;
  const chosen = items.filter(({ going }) => !without?.has(own(going)));
  const within = stateNext(nextState, rolled);
  const context = contextOf(ledger, fundStream(next), of.area);
  const opener = { type: kind.opener, data: rolled.opening };
  const toDo = chosen.filter((each) => each.state === 'to-do').map(({ fact }) => fact);
  const steps = [
    ...(isOpen
      ? []
      : [
          {
            act: 'open' as const,
            facts: [opener],
            sentences: [sentence(opener)],
            bodies: demandsOf(factOf(kind, kind.opener), opener.data, within, context).acts.slice(),
            signs: [],
          },
        ]),
    ...stepsOf(toDo, within, context).map(stepText),
  ];
  const offered = new Set(chosen.flatMap(({ proposals }) => proposals));
  const { requirement, agreed, beside } = allOf(chosen.map(({ sums }) => sums));
  const { host, partners } = opened(within);
  return {
    fund,
    ...known,
    // The steps that are left change as they are taken.
    settled: false,
    next,
    year: year.label,
    isOpen,
    host,
    partners: partners.map((partner) => ({ partner, name: nameOf(ledger, partner) })),
    items: chosen.map((item) => {
      const { fact, name, state, proposals, stands, going } = item;
      const entry = entryAt(entries, going.from);
      return {
        name,
        type: fact.type,
        sentence: sentence(fact),
        was: moneyText(going.stood),
        amount: moneyText(stands),
        uplift: uplift?.get(namedIn(entry)) ?? null,
        mayRise: isContribution(entry),
        from: namedIn(entry),
        revision: String(going.from),
        state,
        proposal: proposals[0] ?? null,
        notes: [...going.notes, ...notesOn(item, next)],
      };
    }),
    leftOut: [
      ...items.filter(({ going }) => without?.has(own(going))).map(({ going: { from } }) => ({ from, why: BY_CHOICE })),
      ...rolled.left,
      ...taken,
    ].map(({ from, why, ...of }) => ({
      what:
        from === undefined
          ? nameOf(ledger, (of as { readonly partner: string }).partner)
          : entryAt(entries, from).sentence,
      why,
      revision: from === undefined ? null : String(from),
      name: why === BY_CHOICE ? namedIn(entryAt(entries, from!)) : null,
    })),
    totals: {
      requirement: moneyText(requirement),
      contributions: moneyText(agreed),
      beside: moneyText(beside),
    },
    steps,
    waiting: [...offered].map((proposal) => {
      const open = nextState.open.get(proposal)!;
      return {
        proposal,
        sentences: textsOf(open).map(sentence),
        by: open.by,
        awaiting: [...new Set(open.deal ? open.deal.needs.flatMap(({ bodies }) => bodies) : open.awaiting)],
      };
    }),
    file: officer === undefined || steps.length === 0 ? null : fileOf(fund, next, officer, steps),
  };
}

/** The name of the item that a fact of this year opened. */
const namedIn = ({ type, data }: Entry): string => called(nameOfFact({ type, data }));

const isContribution = ({ keptAs }: Entry): boolean => keptAs === 'contribution';

const WORDS: Readonly<Record<State, string>> = {
  'to-do': 'to do',
  offered: 'offered',
  recorded: 'recorded',
  'taken-back': 'taken back',
};

export const rollForwardQuery = query({
  name: 'roll-forward',
  path: '/funds/{fund}/roll-forward',
  about:
    'How to open next year’s fund from this one: its partners, the plan lines and contributions that recur, with instalments a year later, and who takes and signs each step. Also the steps already taken, and the items that do not continue, with the reason.',
  params: OfFund,
  options: RollForwardOptions,
  answer: RollForwardText,
  run: (ledger, asked, seeing) => rolledForward(ledger, asked.fund, asked, seeing),
  table: ({ next, isOpen, items, leftOut, steps, waiting }) => ({
    columns: ['what', 'name', 'this year', 'next year', 'state', 'sentence'],
    rows: [
      ['fund', next, '', '', isOpen ? 'open' : 'to open', ''],
      ...items.map((each) => ['goes on', each.name, each.was, each.amount, WORDS[each.state], each.sentence]),
      ...items.flatMap(({ name, notes }) => notes.map((note) => ['look at', name, '', '', '', note])),
      ...leftOut.map(({ what, why }) => ['left out', '', '', '', why, what]),
      ...steps.map(({ act, bodies, facts }) => [
        `${act}, ${facts.length}`,
        '',
        '',
        '',
        `by ${bodies.join(' or ')}`,
        '',
      ]),
      ...waiting.map(({ proposal, awaiting, sentences }) => [
        'waits',
        proposal,
        '',
        '',
        `for ${awaiting.join(' or ')}`,
        sentences.join(' '),
      ]),
    ],
  }),
});
