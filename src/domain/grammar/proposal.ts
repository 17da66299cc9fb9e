import { z } from 'zod';
import { dayInWords, type Day } from '../calendar.js';
import type { EarlierVersion, FactData, FactText, Signature } from './event.js';
import { negated } from '../money.js';
import type { Posting } from '../postings.js';
import { ROLES, type Role } from '../roles.js';
import { inForce } from './rule-versions.js';
import { EffectiveDay, Name, words } from '../values.js';

/**
 * A proposal: a fact that waits for a signature. It carries the whole text that would be recorded; it posts to what is
 * *proposed*, never to what is agreed; and every step that ends it repeats the text, so that each event explains itself.
 *
 * A deal is a proposal of several facts of one stream, which are recorded whole or not at all: see deal.ts. A proposal of one
 * fact is stored without the fields of a deal.
 */

/** The most facts that one deal holds. */
export const DEAL_FACTS_MAX = 20;

// Facts

const Text = z.strictObject({
  type: z.string(),
  version: z.int(),
  data: z.looseObject({ effective: EffectiveDay }),
});

/** The facts of a deal after its first, in their order. */
const Further = z
  .array(Text)
  .min(1)
  .max(DEAL_FACTS_MAX - 1)
  .optional();

/** The other half of a settlement, as it is recorded: see half.ts. */
const Half = z.strictObject({ kind: z.enum(['fund', 'dispute']), in: Name, proposal: z.uuid() });

export type Half = z.output<typeof Half>;

const common = {
  proposal: z.uuid(),
  effective: EffectiveDay,
  fact: Text,
  further: Further,
  otherHalf: Half.optional(),
};
/** What an officer gives beside a fact that waits for a signature. */
export const ProposalTerms = {
  conditions: words(1000).optional().meta({
    title: 'Conditions',
    description: 'What the offer depends on, in words that the other side signs too.',
  }),
  expires: EffectiveDay.optional().meta({
    title: 'Last day to sign',
    description: 'The last day on which it can be signed, inclusive.',
  }),
};

/** What marks a fact of a closed period. */
export const Adjustment = z
  .strictObject({
    reason: words(500).meta({ title: 'Reason', description: 'Why a closed period is adjusted.' }),
  })
  .optional()
  .meta({
    title: 'Prior-period adjustment',
    description: 'Marks a prior-period adjustment of a closed period, with its reason.',
  });

const signed = { officer: Name, partner: Name, role: z.enum(ROLES) };
/** The places of the facts of a deal that a signature is for. */
const Places = z.array(z.int().min(0));
const Signed = z.strictObject({ ...signed, facts: Places.optional() });
const SignedDeal = z.strictObject({ ...signed, facts: Places });

/** What a deal still takes: of each of its facts, by its place from 0, the bodies any one of which must sign. */
const Needs = z.array(z.strictObject({ fact: z.int().min(0), bodies: z.array(Name).min(1) })).min(1);

const onTheTable = {
  signature: z.enum(['second-officer', 'other-side']),
  awaiting: z.array(Name).min(1),
  conditions: words(1000).optional(),
  expires: EffectiveDay.optional(),
  needs: Needs.optional(),
  /** Of a deal, what its maker’s own signature stands for: the places of the facts that the maker is a side of. */
  signs: Places.optional(),
};

/** Declares a step: its stored shape, which of its fields hold the text of a fact, and the versions before. */
const step = <Stored extends z.ZodObject>(
  stored: Stored,
  texts: readonly string[] = ['fact', 'further'],
  earlier: readonly Pick<EarlierVersion, 'lift'>[] = [],
) => ({ stored, texts, earlier, version: earlier.length + 1 });

/** Each step of a proposal, by the name of its event. */
export const PROPOSAL_EVENTS = {
  ProposalMade: step(z.strictObject({ ...common, ...onTheTable })),
  ProposalCountered: step(z.strictObject({ ...common, ...onTheTable, replaces: Text, replacesFurther: Further }), [
    'fact',
    'further',
    'replaces',
    'replacesFurther',
  ]),
  ProposalSigned: step(z.strictObject({ ...common, signature: SignedDeal, needs: Needs })),
  ProposalAgreed: step(
    z.strictObject({ ...common, signatures: z.array(Signed).min(2), conditions: words(1000).optional() }),
  ),
  ProposalDeclined: step(z.strictObject({ ...common, reason: words(500) })),
  ProposalWithdrawn: step(z.strictObject({ ...common, reason: words(500) })),
  ProposalLapsed: step(z.strictObject(common)),
} as const;

const ENDINGS: Readonly<Record<string, string>> = {
  ProposalAgreed: 'it was signed',
  ProposalDeclined: 'it was declined',
  ProposalWithdrawn: 'it was withdrawn',
  ProposalLapsed: 'its last day passed',
};

/**
 * How a proposal ended: by a step of its own, or by a fact that took it off the table.
 * @param titles the facts that may have, by their names
 */
export const endingInWords = (how: string, titles: ReadonlyMap<string, { readonly title: string }>): string =>
  ENDINGS[how] ?? `it was taken off the table by “${titles.get(how)!.title}”`;

/** Whether a proposal ended before it was signed. */
export const endedUnsigned = (how: string): boolean => how !== 'ProposalAgreed';

type Events = { readonly [Name in keyof typeof PROPOSAL_EVENTS]: (typeof PROPOSAL_EVENTS)[Name]['stored'] };
type WithText<Data> = Omit<Data, 'fact' | 'further' | 'replaces' | 'replacesFurther'> & Offered;

export type ProposalEvent =
  | { readonly type: 'ProposalMade'; readonly data: FactData & WithText<z.output<Events['ProposalMade']>> }
  | {
      readonly type: 'ProposalCountered';
      readonly data: FactData &
        WithText<z.output<Events['ProposalCountered']>> & {
          readonly replaces: FactText;
          readonly replacesFurther?: readonly FactText[] | undefined;
        };
    }
  | { readonly type: 'ProposalSigned'; readonly data: FactData & WithText<z.output<Events['ProposalSigned']>> }
  | { readonly type: 'ProposalAgreed'; readonly data: FactData & WithText<z.output<Events['ProposalAgreed']>> }
  | {
      readonly type: 'ProposalDeclined' | 'ProposalWithdrawn';
      readonly data: FactData & WithText<z.output<Events['ProposalDeclined']>>;
    }
  | { readonly type: 'ProposalLapsed'; readonly data: FactData & WithText<z.output<Events['ProposalLapsed']>> };

/** Whether an event is a step of a proposal. Its data has been checked against its schema when it was read. */
export const isProposalEvent = <E extends { readonly type: string; readonly data: FactData }>(
  event: E,
): event is E & ProposalEvent => event.type in PROPOSAL_EVENTS;

/** What is offered: one fact, or the facts of a deal. */
export interface Offered<Text = FactText> {
  readonly fact: Text;
  readonly further?: readonly Text[] | undefined;
}

/** Every fact that is offered, in its order. */
export const textsOf = <Text>({ fact, further = [] }: Offered<Text>): readonly Text[] => [fact, ...further];

/** What a counter took the place of. */
export const replacedBy = ({
  replaces: fact,
  replacesFurther: further,
}: {
  readonly replaces: FactText;
  readonly replacesFurther?: readonly FactText[] | undefined;
}): Offered => ({ fact, further });

/** Texts as an offer says them: the first, and the others where there are any. */
export const offeredAs = <Text>([fact, ...further]: readonly Text[]): Offered<Text> => ({
  fact: fact!,
  ...(further.length > 0 && { further }),
});

/** The partners who signed each fact that is recorded next, in their order, where an event says that they did. */
export function signersIn(event: { readonly type: string; readonly data: FactData }): string[][] {
  if (!isProposalEvent(event) || event.type !== 'ProposalAgreed') return [];
  const { signatures } = event.data;
  return textsOf(event.data).map((_text, at) =>
    signatures.filter(({ facts }) => facts?.includes(at) ?? true).map(({ partner }) => partner),
  );
}

// State

/** What a deal still takes: the signature of an officer of any one of the bodies, for the fact at a place, from 0. */
export interface Need {
  readonly fact: number;
  readonly bodies: readonly string[];
}

/** A signature under a deal, with the places of the facts that it is for. */
export interface DealSignature {
  readonly officer: string;
  readonly partner: string;
  readonly role: Role;
  readonly facts: readonly number[];
}

/** What is kept of a deal beside its texts. */
export interface DealState {
  /** What it still takes. */
  readonly needs: readonly Need[];
  /** What was given: the first is of whoever made the deal. */
  readonly given: readonly DealSignature[];
}

/** A deal as its maker puts it on the table; nothing of a proposal of one fact. */
export const dealMade = (
  { needs, signs }: { readonly needs?: readonly Need[] | undefined; readonly signs?: readonly number[] | undefined },
  { officer, partner, role }: { readonly officer: string; readonly partner: string; readonly role: string },
): { readonly deal?: DealState } =>
  needs ? { deal: { needs, given: [{ officer, partner, role: role as Role, facts: signs! }] } } : {};

/** A deal after one more signature, while others are missing. */
export const dealSigned = (
  { given }: DealState,
  { signature, needs }: { readonly signature: DealSignature; readonly needs: readonly Need[] },
): DealState => ({ needs, given: [...given, signature] });

export interface OpenProposal extends Offered {
  readonly id: string;
  readonly signature: Signature;
  /** Who made it, or countered it last. */
  readonly by: string;
  readonly officer: string;
  readonly role: Role | 'service';
  /** The partners one of whose officers must sign. */
  readonly awaiting: readonly string[];
  /** The revision of the stream at which its terms last changed: what a signer has read. */
  readonly revision: number;
  readonly conditions?: string;
  /** The last day on which it can be signed, inclusive. */
  readonly expires?: Day;
  readonly adjustment?: { readonly reason: string };
  /** Of a deal, what was signed and what is still to sign. */
  readonly deal?: DealState;
  /** The other half of the settlement that it is half of, where it names one. */
  readonly otherHalf?: Half;
  /** The version of the rules by which its terms were decided. */
  readonly rules: number;
}

/**
 * The last day of a proposal, inclusive, after which it expires without an event; undefined if it names none, or if
 * earlier rules decided its terms. Then it stays on the table until its lapse is recorded.
 */
export const lastDayOf = ({ expires, rules }: { readonly expires?: Day | undefined; readonly rules: number }) =>
  inForce('offers_expire', { rules }) ? expires : undefined;

/**
 * Whether a proposal is off the table on a day because its last day has passed. On its last day it is still on the
 * table.
 */
export const isExpired = (proposal: Pick<OpenProposal, 'expires' | 'rules'>, today: Day): boolean =>
  (lastDayOf(proposal) ?? today) < today;

/** The proposals that are still on the table on a day. */
export function stillOpen(open: ReadonlyMap<string, OpenProposal>, today: Day): ReadonlyMap<string, OpenProposal> {
  for (const proposal of open.values()) {
    if (isExpired(proposal, today)) return new Map([...open].filter(([, each]) => !isExpired(each, today)));
  }
  return open;
}

// Postings

type Proposes = (text: FactText, proposal: string) => Posting[];

const undone = (postings: Posting[]): Posting[] =>
  postings.map((posting) => ({ ...posting, pence: negated(posting.pence) }));

/** What a step of a proposal moves on the table: making it puts the text there, every other step takes it off. */
export function proposalPostings({ type, data }: ProposalEvent, proposes: Proposes): Posting[] {
  const all = (offered: Offered): Posting[] => textsOf(offered).flatMap((text) => proposes(text, data.proposal));
  switch (type) {
    case 'ProposalMade':
      return all(data);
    case 'ProposalCountered':
      return [...undone(all(replacedBy(data))), ...all(data)];
    case 'ProposalSigned':
      return [];
    default:
      return undone(all(data));
  }
}

// Sentences

/** What a deal says in words: its facts in their order, numbered; of one fact, that fact. */
export const offeredInWords = (said: readonly string[]): string =>
  said.length === 1 ? said[0]! : `A deal of ${said.length}: ${said.map((each, at) => `(${at + 1}) ${each}`).join(' ')}`;

const signerInWords = ({ officer, partner }: { readonly officer: string; readonly partner: string }): string =>
  `${officer} (${partner})`;

/** A step of a proposal in words; `said` is the sentence of what it carries. */
export const proposalSentence = (step: ProposalEvent, by: string, said: string): string =>
  `${stepInWords(step, by, said)}${step.data.otherHalf ? ` ${halfInWords(step.data.otherHalf)}` : ''}`;

/** What is said of a proposal that names the other half of a settlement. */
const halfInWords = (half: Half): string => `Half of a settlement; the other half is ${placeOfHalf(half)}.`;

/** Where the other half of a settlement is, in words. */
export const placeOfHalf = ({ kind, in: name }: Pick<Half, 'kind' | 'in'>): string =>
  kind === 'fund' ? `in the fund ${name}` : `among the disputes of ${name}`;

function stepInWords({ type, data }: ProposalEvent, by: string, said: string): string {
  switch (type) {
    case 'ProposalMade':
      return `${by} proposed: “${said}”${terms(data)} Waits for ${awaitedInWords(data)}.`;
    case 'ProposalCountered':
      return `${by} countered: “${said}”${terms(data)} Waits for ${awaitedInWords(data)}.`;
    case 'ProposalSigned':
      return `${signerInWords(data.signature)} signed: “${said}”. Waits for ${needsInWords(data.needs)} too.`;
    case 'ProposalAgreed':
      return `${data.signatures.map(signerInWords).join(' and ')} signed: “${said}”${terms(data)}`;
    case 'ProposalDeclined':
      return `${by} declined: “${said}” because ${data.reason}`;
    case 'ProposalWithdrawn':
      return `${by} withdrew its proposal: “${said}” because ${data.reason}`;
    case 'ProposalLapsed':
      return `Nobody signed in time, and it lapsed: “${said}”`;
  }
}

/** Whose signatures a deal still takes: for each fact any one of its bodies. */
export function needsInWords(needs: readonly Need[]): string {
  const sides = [...new Set(needs.map(({ bodies }) => bodies.join(' or ')))];
  return sides.map((each) => (sides.length > 1 && each.includes(' or ') ? `(${each})` : each)).join(' and ');
}

interface Awaiting {
  readonly awaiting: readonly string[];
  readonly needs?: readonly Need[] | undefined;
}

/** Whom a proposal waits for: any one of the bodies, or what each fact of a deal takes. */
export const awaitedInWords = ({ awaiting, needs }: Awaiting): string =>
  needs === undefined ? awaiting.join(' or ') : needsInWords(needs);

const terms = ({
  conditions,
  expires,
}: {
  readonly conditions?: string | undefined;
  readonly expires?: Day | undefined;
}): string =>
  `${conditions ? `, on condition that ${conditions}` : ''}${expires ? `, until ${dayInWords(expires)}` : ''}.`.replace(
    /^\.$/,
    '',
  );
