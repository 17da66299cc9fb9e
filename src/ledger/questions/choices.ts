import { z } from 'zod';
import { known } from '../../../projections/fund-facts.js';
import { FINANCIAL_YEARS, dayInWords, type Day } from '../../domain/calendar.js';
import { asAt, cellsOf, sumsOf } from '../../domain/dispute/claim.js';
import { DISPUTE_KINDS, nameOfCode } from '../../domain/dispute/reference.js';
import { caseOf, notClosed, type DisputeState, type OpenCase } from '../../domain/dispute/state.js';
import { capacitiesOf } from '../../domain/fund/plan/plan-years.js';
import { standsAt, type FundState, type Item } from '../../domain/fund/state.js';
import { NO_MONEY, pounds } from '../../domain/money.js';
import { purposesOf } from '../../domain/fund/year/spending.js';
import { CHOICES_NAMES } from '../../domain/grammar/asked.js';
import { Refusal } from '../../domain/rules.js';
import type { StreamKind } from '../../domain/grammar/event.js';
import { mandatesOn } from '../../domain/grammar/mandate.js';
import type { KeptAs } from '../../domain/grammar/remembered.js';
import { rulesOn } from '../../domain/register/reference-state.js';
import type { Coded } from '../../domain/reference/rule-sets.js';
import { SUPPLIER_CLASSES } from '../../domain/reference/supplier-classes.js';
import { inForce, LINE_CATEGORIES, sourceOf, SOURCES } from '../../domain/sources.js';
import { Code, Name } from '../../domain/values.js';
import { todayOf } from '../acts/stamp.js';
import {
  disputeStream,
  fundStream,
  KINDS,
  offerSentence,
  placed,
  sentenceOf,
  streamOf,
  WHEREABOUTS,
  type AnyKind,
} from '../catalogue.js';
import type { Ledger } from '../ledger.js';
import type { Offered } from '../../domain/grammar/proposal.js';
import { onTheTable } from './proposal-then.js';
import { planHashAt } from './fund/plan-year.js';
import {
  fundsOf,
  nameOf,
  Nothing,
  OfArea,
  OfFund,
  query,
  fundAtDates,
  type FundAtDates,
  type Query,
  type Seeing,
} from './question.js';

/**
 * The choices for a field of a fact, in words: everything behind the names and lists that a form offers. A field for a
 * new name or for free text has none.
 */

const ChoiceText = z.object({
  value: z.string().meta({ description: 'The value of the field if this is chosen.' }),
  words: z.string().meta({ description: 'What people call it.' }),
  about: z
    .string()
    .nullable()
    .meta({ description: 'What distinguishes it from others of the same name; null if nothing does.' }),
  wordings: z.array(z.string()).meta({
    description:
      'Other names that the year’s templates have for it. Each may be sent in its place; capitals and spaces do not matter.',
  }),
});

type ChoiceText = z.output<typeof ChoiceText>;

/** How many of the latest events are offered to choose from. */
const EVENTS_LOOKED_AT = 200;

/** Years are offered from the first year of the Better Care Fund to so many years after this one. */
const FIRST_YEAR = '2015-16';
const YEARS_AHEAD = 6;

const choice = (
  value: string,
  words: string,
  about: string | null = null,
  wordings: readonly string[] = [],
): ChoiceText => ({ value, words, about, wordings: [...wordings] });
const listed = (list: readonly Coded[]): ChoiceText[] =>
  list.map(({ code, name, wordings = [] }) =>
    choice(
      code,
      name,
      null,
      wordings.map(({ wording }) => wording),
    ),
  );

/** What is asked in addition to the name of the choices. */
interface Given {
  readonly source?: string | undefined;
  readonly line?: string | undefined;
  readonly case?: string | undefined;
  readonly among?: string | undefined;
}

interface At {
  readonly ledger: Ledger;
  readonly kind: StreamKind;
  /** The fund, or the area; empty for the register. */
  readonly name: string;
  readonly stream: string;
  readonly given: Given;
  readonly seeing: Seeing;
}

type ChoicesOf = (at: At) => ChoiceText[] | Promise<ChoiceText[]>;

const bodies = (ledger: Ledger, names: Iterable<string>): ChoiceText[] =>
  [...names].map((each) => choice(each, nameOf(ledger, each)));

const sourceName = (code: string): string => sourceOf(code)!.name;

const outlineOf = ({ ledger, name }: At) => ledger.model.fund(name)?.outline.opened;

/** The financial year of the fund. For anything that is not in a fund, the year of today. */
function yearOf(at: At): string {
  const today = todayOf(at.ledger);
  return outlineOf(at)?.year.label ?? FINANCIAL_YEARS.find(({ first, last }) => first <= today && today <= last)!.label;
}

const rulesOf = (at: At) => rulesOn(at.ledger.model.register().reference, yearOf(at), todayOf(at.ledger), Infinity);

/** The bodies of a stream. The register has all of them. */
function partners(at: At): ChoiceText[] {
  const { ledger, kind, stream } = at;
  if (kind === 'register' || at.given.among === 'register')
    return bodies(ledger, ledger.model.register().partners.keys());
  if (kind === 'dispute') return bodies(ledger, ledger.model.stream('dispute', stream).own.opened!.partners.keys());
  const found = fundNow(at);
  return bodies(ledger, new Set([...found.partners, ...found.opened]));
}

/** The fund now. Choices are given for open funds only. */
const fundNow = ({ ledger, name }: At): FundAtDates => fundAtDates(ledger, name, {}) as FundAtDates;

const fundState = async ({ ledger, name }: At): Promise<FundState> =>
  (await ledger.stateOf('fund', fundStream(name))).own;

/** The items of one kind that have not been taken back, each in words. */
const items =
  <Kind extends Item['kind']>(
    kind: Kind,
    words: (item: Extract<Item, { kind: Kind }>, name: string, at: At, state: FundState) => string,
  ): ChoicesOf =>
  async (at) => {
    if (at.kind !== 'fund') return [];
    const state = await fundState(at);
    const { items: all, named, reversed } = state;
    return [...all].flatMap(([name, item]) =>
      item.kind === kind && !reversed.has(named.get(name)!)
        ? [choice(name, words(item as never, name, at, state), name)]
        : [],
    );
  };

/** The facts that a fund keeps under a name, as known now, without those that have been taken back. */
const kept = ({ ledger, name }: At, keptAs: KeptAs) =>
  known(ledger.model.fund(name)!.facts, keptAs, Infinity)
    .filter(({ reversed }) => reversed === undefined)
    .map(({ data }) => data);

const text = (value: unknown): string => String(value);

/** What a line that has not been taken back is called. */
const lineWords = (at: At, line: string): string =>
  text(kept(at, 'line').find((each) => each['line'] === line)!['description']);

/** The lines of the plan, limited to some categories if these are named. */
const lines: ChoicesOf = async (at) => {
  if (at.kind !== 'fund') return [];
  const some = at.given.among?.split(',');
  const said = new Map(kept(at, 'line').map((data) => [text(data['line']), data]));
  const all = await items('line', (_line, name) => text(said.get(name)!['description']))(at);
  return some ? all.filter(({ value }) => some.includes(text(said.get(value)!['category']))) : all;
};

const schemes: ChoicesOf = (at) => {
  if (at.kind !== 'fund') return [];
  const found = [...kept(at, 'line'), ...kept(at, 'description')].flatMap((data) => {
    const scheme = data['scheme'] as { scheme: string; title: string } | undefined;
    return scheme ? [[scheme.scheme, scheme.title] as const] : [];
  });
  return [...new Map(found)].map(([scheme, title]) => choice(scheme, title, scheme));
};

/** Choices that the disputes of an area have. A fund and the register have none. */
const ofDisputes =
  (choices: (own: DisputeState, at: At) => ChoiceText[]): ChoicesOf =>
  (at) =>
    at.kind === 'dispute' ? choices(at.ledger.model.stream('dispute', at.stream).own, at) : [];

/** What is in dispute of a case today, in words. */
function inDispute(found: OpenCase, today: Day): string {
  if (notClosed(found)) return 'settled';
  const { open } = sumsOf(cellsOf(found.terms, asAt(today)));
  return open === NO_MONEY ? 'nothing in dispute' : `${pounds(open)} in dispute`;
}

/** The cases of an area; if the open ones are asked for, without those that a settlement has closed. */
const cases = ofDisputes((own, { ledger, given }) => {
  const today = todayOf(ledger);
  return [...own.cases.keys()].flatMap((id) => {
    const found = caseOf(own, id);
    if (found instanceof Refusal || (given.among === 'open' && notClosed(found))) return [];
    const { terms } = found;
    const { kind, claimant, respondent, effective } = terms.raised;
    const [of] = nameOfCode(DISPUTE_KINDS, kind).split(/[:,]/);
    return [
      choice(
        id,
        `${nameOf(ledger, claimant.at(-1)!.partner)} against ${nameOf(ledger, respondent.at(-1)!.partner)}: ${of!}, from ${dayInWords(effective)}; ${inDispute(found, today)}`,
        id.slice(0, 8),
      ),
    ];
  });
});

/** The stages of the protocol of a case. Without a case, the stages of every protocol of the area. */
const stages = ofDisputes((own, { given }) => {
  const goesBy = given.case === undefined ? undefined : own.goesBy.get(given.case);
  const all = goesBy ? [goesBy] : own.protocols.map(({ data }) => data);
  return [
    ...new Map(all.flatMap((each) => each.stages).map(({ stage, title }) => [stage, choice(stage, title)])).values(),
  ];
});

/**
 * The facts in force of a stream, the latest first, limited to some types if these are given. Otherwise those that can
 * be taken back.
 */
const events: ChoicesOf = async ({ ledger, kind, stream, given }) => {
  const { last } = ledger.model.stream(kind, stream);
  const { entries } = await ledger.history(stream, ledger.model.size(), {
    after: Math.max(-1, last - EVENTS_LOOKED_AT),
    limit: EVENTS_LOOKED_AT,
  });
  const undone = new Set(entries.map(({ reverses }) => reverses));
  const of = given.among?.split(',');
  return entries
    .filter(({ type, keptAs, revision, why }) => {
      if (why !== undefined || undone.has(String(revision))) return false;
      return of ? of.includes(type) || of.includes(keptAs ?? '') : KINDS[kind].byName.get(type)?.reversible === true;
    })
    .map(({ revision, sentence, recordedAt }) =>
      choice(String(revision), sentence, `recorded on ${dayInWords(recordedAt.slice(0, 10) as never)}`),
    )
    .reverse();
};

/** The purposes of a source today, or of the source of a line. Without either, the purposes of every source. */
const purposes: ChoicesOf = async (at) => {
  if (at.kind !== 'fund') return [];
  const state = await fundState(at);
  const line = at.given.line === undefined ? undefined : state.items.get(at.given.line);
  const source = at.given.source ?? (line?.kind === 'line' ? line.source : undefined);
  const sources = source === undefined ? [...state.spending.purposed.keys()] : [source];
  const { on } = fundNow(at);
  const found = new Set(sources.flatMap((each) => purposesOf(state, each, on)));
  return [...found].map((each) => choice(each, each.replaceAll('-', ' ')));
};

const yearInWords = (label: string): string => `${label.slice(0, 4)} to 20${label.slice(-2)}`;

function fundInWords({ model }: Ledger, fund: string): string {
  const { area, year } = model.fund(fund)!.outline.opened!;
  return `${capital(area.replaceAll('-', ' '))}, ${yearInWords(year.label)}`;
}

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/**
 * Proposals that may be the other half of a settlement: those of the area’s other funds and of its disputes, open or
 * signed.
 */
const otherHalves: ChoicesOf = async ({ ledger, kind, name, stream, seeing }) => {
  const { model } = ledger;
  const area = kind === 'fund' ? model.fund(name)!.outline.opened!.area : name;
  const funds = fundsOf(ledger, area).filter((each) => seeing.sees(each));
  const places = [
    ...funds.map((each) => ({ stream: fundStream(each), words: `In the fund of ${fundInWords(ledger, each)}` })),
    ...(model.area(area) && seeing.seesCases(area)
      ? [{ stream: disputeStream(area), words: `Among the disputes of ${area.replaceAll('-', ' ')}` }]
      : []),
  ].filter((each) => each.stream !== stream);
  const found: ChoiceText[] = [];
  for (const { stream: other, words } of places) {
    const of: AnyKind = KINDS[placed(other).kind];
    const there = model.stream(placed(other).kind, other);
    const open = onTheTable(there, model.now(ledger.clock));
    const after = Math.max(-1, there.last - EVENTS_LOOKED_AT);
    const { entries } = await ledger.history(other, model.size(), { after, limit: EVENTS_LOOKED_AT });
    const signed = entries.filter(({ type, why }) => type === 'ProposalAgreed' && why === undefined);
    found.push(
      ...[...open.values()].map((each) => choice(each.id, offerSentence(of, each), words)),
      ...signed
        .map(({ data }) => choice(text(data['proposal']), offerSentence(of, data as unknown as Offered), words))
        .reverse(),
    );
  }
  return found;
};

const OF: Readonly<Record<string, ChoicesOf>> = {
  partner: partners,
  'bodies-in-the-register': ({ ledger }) => bodies(ledger, ledger.model.register().partners.keys()),
  officer({ ledger }) {
    const register = ledger.model.register();
    const today = todayOf(ledger);
    return [...register.mandates.keys()].flatMap((officer) => {
      const held = mandatesOn(register, officer, today);
      return held.length === 0 ? [] : [choice(officer, `${officer}, of ${nameOf(ledger, held[0]!.partner)}`, null)];
    });
  },
  // Everybody may know whose disputes are kept here, but not which other areas have funds.
  area: ({ ledger: { model }, seeing }) =>
    [
      ...new Set([
        ...model.areas(),
        ...model.funds().flatMap((each) => (seeing.sees(each) ? [model.fund(each)!.outline.opened!.area] : [])),
      ]),
    ]
      .sort()
      .map((each) => choice(each, each.replaceAll('-', ' '))),
  fund: ({ ledger, seeing }) =>
    ledger.model
      .funds()
      .filter((each) => seeing.sees(each))
      .map((each) => choice(each, fundInWords(ledger, each))),
  source(at) {
    const year = outlineOf(at)?.year.label;
    const some = at.given.among;
    const fits = ({ grant, beside, entersBy }: (typeof SOURCES)[number]): boolean =>
      beside !== undefined || some === 'beside'
        ? beside === 'funding' && some === 'beside'
        : some === undefined || (some === 'grants' ? grant : !grant && entersBy === undefined);
    return listed(SOURCES.filter((each) => (year === undefined || inForce(each, year)) && fits(each)));
  },
  event: events,
  proposal: ({ ledger, kind, stream }) =>
    [...ledger.model.stream(kind, stream).open.values()].map(({ id, fact }) =>
      choice(id, sentenceOf({ stream, type: fact.type, data: fact.data } as never)),
    ),
  case: cases,
  contribution: items(
    'contribution',
    ({ payer, source }, name, at, state) =>
      `${nameOf(at.ledger, payer)}, ${sourceName(source)}, ${pounds(standsAt(state, 'agreed', name, fundNow(at).on))}`,
  ),
  grant: items(
    'grant',
    ({ holder, source }, _name, { ledger }) => `${sourceName(source)}, held by ${nameOf(ledger, holder)}`,
  ),
  line: lines,
  commitment: items('commitment', ({ line }, name, at) => `${name}, on ${lineWords(at, line)}`),
  assumption: items('assumption', (_item, name) => name.replaceAll('-', ' ')),
  beside: items(
    'beside',
    ({ holder, source }, _name, { ledger }) => `${nameOf(ledger, holder)}, ${sourceName(source)}`,
  ),
  reserve: items('reserve', ({ source, toYear }) => `${sourceName(source)}, set aside for ${yearInWords(toYear)}`),
  'carry-in': items('carry-in', ({ from, cameFrom }) => `${sourceName(cameFrom)}, from the fund ${from}`),
  balance: items(
    'balance',
    ({ type, holder }, name, { ledger }) => `${name.replaceAll('-', ' ')}, a ${type} of ${nameOf(ledger, holder)}`,
  ),
  pot: items('pot', ({ payer }, _name, { ledger }) => `Held back by ${nameOf(ledger, payer)}`),
  scheme: schemes,
  agreement: (at) =>
    at.kind === 'fund'
      ? kept(at, 'agreement').map((data) =>
          choice(text(data['agreement']), (data['terms'] as { reference: string }).reference, text(data['agreement'])),
        )
      : [],
  condition: async (at) =>
    at.kind === 'fund'
      ? (await fundState(at)).lifeCycle.flatMap(({ data }) =>
          ((data['conditions'] ?? []) as { condition: string; words: string }[]).map(({ condition, words }) =>
            choice(condition, words, condition),
          ),
        )
      : [],
  settlement: ofDisputes(({ settlements }) =>
    [...settlements.keys()].map((each) => choice(each, each.replaceAll('-', ' '))),
  ),
  return: async (at) =>
    at.kind === 'fund'
      ? [...(await fundState(at)).returns].map(([name, { kind, on }]) =>
          choice(name, `${kind.replaceAll('-', ' ')}, to ${dayInWords(on)}`, name),
        )
      : [],
  protocol: ({ ledger, kind, name }) => {
    const area = kind === 'fund' ? ledger.model.fund(name)!.outline.opened!.area : name;
    const adopted = ledger.model.area(area) ? ledger.model.stream('dispute', disputeStream(area)).own.protocols : [];
    const titles = new Map(adopted.map(({ data: { protocol, title } }) => [protocol, title]));
    return [...titles].map(([protocol, title]) =>
      choice(protocol, title === protocol ? protocol.replaceAll('-', ' ') : title, protocol),
    );
  },
  stage: stages,
  'line-categories': () => listed(LINE_CATEGORIES),
  'kinds-of-supplier': () => listed(SUPPLIER_CLASSES),
  'scheme-types-of-the-year': (at) => listed(rulesOf(at).schemeTypes),
  'areas-of-spend-of-the-year': (at) => listed(rulesOf(at).areasOfSpend),
  'kinds-of-provider-of-the-year': (at) => listed(rulesOf(at).providers),
  'capacities-of-the-year': (at) => capacitiesOf(yearOf(at)).map(({ capacity, title }) => choice(capacity, title)),
  'financial-years'(at) {
    const now = FINANCIAL_YEARS.findIndex(({ first }) => first > todayOf(at.ledger));
    return FINANCIAL_YEARS.slice(0, now + YEARS_AHEAD)
      .filter(({ label }) => label >= FIRST_YEAR)
      .map(({ label }) => choice(label, yearInWords(label)));
  },
  'purposes-of-the-source': purposes,
  'other-halves': otherHalves,
  'plan-of-the-fund'(at) {
    if (at.kind !== 'fund') return [];
    const found = fundNow(at);
    return [choice(planHashAt(found), `The plan on ${dayInWords(found.on)}`)];
  },
};

const Asked = z.strictObject({
  source: Code.optional().meta({
    description: 'The source of funding already chosen. It decides the purposes.',
  }),
  line: Name.optional().meta({ description: 'The plan line already chosen. Its source decides the purposes.' }),
  case: z.uuid({ error: 'must be the reference of a case' }).optional().meta({
    description: 'The case already chosen. Its protocol decides the stages.',
  }),
  among: z.string().max(200).optional().meta({
    description:
      'Limits the choices. For events: the types of facts that may be named, separated by commas; left out, facts that can be taken back. For sources: those of contributions, of grants, or beside the pool. For plan lines: their categories. For cases: `open`, those that no settlement has closed. For bodies: those of the register.',
  }),
});

const ofChoices = {
  choices: z.enum(CHOICES_NAMES as [string, ...string[]]).meta({
    description: 'The name of the choices, as the declaration of the field gives it.',
    examples: ['partner'],
  }),
};

/** The question of choices in one kind of stream. `prefix` distinguishes the names of the questions. */
function choicesIn(kind: StreamKind, prefix: string, isOfCases?: true): Query {
  const { path, param, title } = WHEREABOUTS[kind];
  const params = param === 'fund' ? OfFund : param === 'area' ? OfArea : Nothing;
  return query({
    name: `${prefix}choices`,
    path: `${path}/choices/{choices}`,
    about: `The choices for a field of a fact in ${param ? `a ${title.toLowerCase().replace('disputes', 'dispute')}` : 'the register'}, in words: everything behind the names and lists that a form offers.`,
    params: params.extend(ofChoices),
    options: Asked,
    answer: z.object({ choices: z.array(ChoiceText) }),
    ...(isOfCases && { cases: isOfCases }),
    async run(ledger, of, seeing) {
      const name = param ? String((of as Record<string, unknown>)[param]) : '';
      const stream = streamOf(kind, name);
      if (ledger.model.stream(kind, stream).revision < 0) return KINDS[kind].notOpen(stream);
      const { choices, ...given } = of;
      return { choices: await OF[choices]!({ ledger, kind, name, stream, given, seeing }) };
    },
    table: ({ choices }) => ({
      columns: ['value', 'words', 'about', 'wordings'],
      rows: choices.map(({ value, words, about, wordings }) => [value, words, about ?? '', wordings.join('; ')]),
      minor: ['about', 'wordings'],
    }),
  });
}

export const FUND_CHOICES = choicesIn('fund', '');
export const DISPUTE_CHOICES = choicesIn('dispute', 'dispute-', true);
export const REGISTER_CHOICES = choicesIn('register', 'register-');
