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
 */

// Facts

const Text = z.strictObject({
  type: z.string(),
  version: z.int(),
  data: z.looseObject({ effective: EffectiveDay }),
});

const common = { proposal: z.uuid(), effective: EffectiveDay, fact: Text };
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

const onTheTable = {
  signature: z.enum(['second-officer', 'other-side']),
  awaiting: z.array(Name).min(1),
  conditions: words(1000).optional(),
  expires: EffectiveDay.optional(),
};
const Signed = z.strictObject({ officer: Name, partner: Name, role: z.enum(ROLES) });

/** Declares a step: its stored shape, which of its fields hold the text of a fact, and the versions before. */
const step = <Stored extends z.ZodObject>(
  stored: Stored,
  texts: readonly string[] = ['fact'],
  earlier: readonly Pick<EarlierVersion, 'lift'>[] = [],
) => ({ stored, texts, earlier, version: earlier.length + 1 });

/** Each step of a proposal, by the name of its event. */
export const PROPOSAL_EVENTS = {
  ProposalMade: step(z.strictObject({ ...common, ...onTheTable })),
  ProposalCountered: step(z.strictObject({ ...common, ...onTheTable, replaces: Text }), ['fact', 'replaces']),
  ProposalAgreed: step(
    z.strictObject({ ...common, signatures: z.array(Signed).length(2), conditions: words(1000).optional() }),
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

type Events = { readonly [Name in keyof typeof PROPOSAL_EVENTS]: (typeof PROPOSAL_EVENTS)[Name]['stored'] };
type WithText<Data> = Omit<Data, 'fact' | 'replaces'> & { readonly fact: FactText };

export type ProposalEvent =
  | { readonly type: 'ProposalMade'; readonly data: FactData & WithText<z.output<Events['ProposalMade']>> }
  | {
      readonly type: 'ProposalCountered';
      readonly data: FactData & WithText<z.output<Events['ProposalCountered']>> & { readonly replaces: FactText };
    }
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

/** The partners who signed what is recorded next, where an event says that they did. */
export const signersIn = (event: { readonly type: string; readonly data: FactData }): string[] =>
  isProposalEvent(event) && event.type === 'ProposalAgreed' ? event.data.signatures.map(({ partner }) => partner) : [];

// State

export interface OpenProposal {
  readonly id: string;
  readonly fact: FactText;
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
  /** The version of the rules by which its terms were decided. */
  readonly rules: number;
}

/**
 * The last day after which a proposal is off the table by itself: the one that it names, inclusive, where its terms were
 * decided by rules that say so. By earlier ones it stayed until its lapse was recorded.
 */
export const lastDayOf = ({ expires, rules }: { readonly expires?: Day | undefined; readonly rules: number }) =>
  inForce('offers_expire', { rules }) ? expires : undefined;

/** Whether a proposal is off the table on a day because its last day has passed. */
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
  switch (type) {
    case 'ProposalMade':
      return proposes(data.fact, data.proposal);
    case 'ProposalCountered':
      return [...undone(proposes(data.replaces, data.proposal)), ...proposes(data.fact, data.proposal)];
    default:
      return undone(proposes(data.fact, data.proposal));
  }
}

// Sentences

/** A step of a proposal in words; `said` is the sentence of the fact that it carries. */
export function proposalSentence({ type, data }: ProposalEvent, by: string, said: string): string {
  switch (type) {
    case 'ProposalMade':
      return `${by} proposed: “${said}”${terms(data)} Waits for ${data.awaiting.join(' or ')}.`;
    case 'ProposalCountered':
      return `${by} countered: “${said}”${terms(data)} Waits for ${data.awaiting.join(' or ')}.`;
    case 'ProposalAgreed':
      return `${data.signatures.map((each) => `${each.officer} (${each.partner})`).join(' and ')} signed: “${said}”${terms(data)}`;
    case 'ProposalDeclined':
      return `${by} declined: “${said}” because ${data.reason}`;
    case 'ProposalWithdrawn':
      return `${by} withdrew its proposal: “${said}” because ${data.reason}`;
    case 'ProposalLapsed':
      return `Nobody signed in time, and it lapsed: “${said}”`;
  }
}

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
