import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { hexOf } from '../../evidence/tree.js';
import { instantOf } from '../domain/calendar.js';
import type { Fact } from '../domain/grammar/fact.js';
import type { FactData, FactText, LedgerEvent, Metadata, SentFact, StreamKind } from '../domain/grammar/event.js';
import { DISPUTE } from '../domain/dispute/facts.js';
import type { DisputeState } from '../domain/dispute/state.js';
import { FUND } from '../domain/fund/facts.js';
import type { FundState } from '../domain/fund/state.js';
import {
  isProposalEvent,
  offeredInWords,
  proposalSentence,
  textsOf,
  type Offered,
} from '../domain/grammar/proposal.js';
import { REGISTER } from '../domain/register/facts.js';
import type { RegisterState } from '../domain/register/state.js';
import { ROLES } from '../domain/roles.js';
import { RULES_NOW, rulesOf } from '../domain/grammar/rule-versions.js';
import { factOf, type Kind } from '../domain/grammar/kind.js';
import { formOf, withTexts } from '../domain/grammar/texts.js';
import { Evidence, Name, words } from '../domain/values.js';
import { leafOf } from '../store/leaf.js';
import type { NewEvent, RecordedEvent } from '../store/event-store.js';
import { quickCheck } from './quick-check.js';

/**
 * The catalogue of everything that can be in the ledger, and the single place where stored bytes become events and
 * events become stored bytes. Stored shapes never change: a new shape is a new version of its fact, and the old one is
 * upcast here and nowhere else.
 */

/** Kinds whose state types are their own; those who handle any kind see it as unknown. */
export type AnyKind = Kind<unknown>;

export const KINDS: Readonly<Record<StreamKind, AnyKind>> = {
  register: REGISTER,
  fund: FUND,
  dispute: DISPUTE,
};

export type StateOf<K extends StreamKind> = {
  readonly register: RegisterState;
  readonly fund: FundState;
  readonly dispute: DisputeState;
}[K];

/** Where the streams of each kind are: in the store, at the service, and in words. Addresses and loading follow from it. */
interface Whereabouts {
  /** The text before the first dash of a stream's name, or the whole name where there is one stream only. */
  readonly category: string;
  /** The address under /v1; what stands in braces names the stream among those of its kind. */
  readonly path: string;
  readonly param?: 'fund' | 'area';
  /** How documentation and help title it. */
  readonly title: string;
  readonly about: string;
}

export const WHEREABOUTS: Readonly<Record<StreamKind, Whereabouts>> = {
  register: {
    category: 'register',
    path: '/register',
    title: 'Register',
    about: 'Stream `register`: partners, officers and their mandates',
  },
  fund: {
    category: 'fund',
    path: '/funds/{fund}',
    param: 'fund',
    title: 'Fund',
    about: 'Streams `fund-<area>-<year>`: the pooled fund of one area for one financial year',
  },
  dispute: {
    category: 'disputes',
    path: '/areas/{area}/disputes',
    param: 'area',
    title: 'Disputes',
    about: 'Streams `disputes-<area>`: who pays for which care, in one area',
  },
};

const KIND_NAMES = Object.keys(WHEREABOUTS) as StreamKind[];

/** The categories of the ledger's streams, for a store that holds more than the ledger. */
export const CATEGORIES: readonly string[] = KIND_NAMES.map((kind) => WHEREABOUTS[kind].category);

/** The stream of a kind: the one of the register, a fund’s by its name, an area’s disputes by the area. */
export const streamOf = (kind: StreamKind, name = ''): string => {
  const { category, param } = WHEREABOUTS[kind];
  return param ? `${category}-${name}` : category;
};
export const REGISTER_STREAM = streamOf('register');
/** The area of a fund, which is named by its area and its year: `norfolk-2016-17` is of `norfolk`. */
export const areaOfFund = (fund: string): string => fund.replace(/-[^-]+-[^-]+$/, '');
export const fundStream = (fund: string): string => streamOf('fund', fund);
export const disputeStream = (area: string): string => streamOf('dispute', area);

interface Placed {
  readonly kind: StreamKind;
  /** The fund or the area; empty for the register. */
  readonly name: string;
}

/** What a stream is of. Throws {@link UnreadableEvent} for one of no kind that this version knows. */
export function placed(stream: string): Placed {
  const dash = stream.indexOf('-');
  const category = dash < 0 ? stream : stream.slice(0, dash);
  const kind = KIND_NAMES.find((each) => WHEREABOUTS[each].category === category);
  if (kind) return { kind, name: dash < 0 ? '' : stream.slice(dash + 1) };
  throw new UnreadableEvent(`Stream ${stream} is of no kind that this version knows.`);
}

/** The kind of a stream. Throws {@link UnreadableEvent} where this version knows none. */
export const kindOf = (stream: string): AnyKind => KINDS[placed(stream).kind];

/** An event that this version cannot read. The projector stops at it: a balance that skipped it would be wrong. */
class UnreadableEvent extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'UnreadableEvent';
  }
}

/** What every event carries beside its business data, as it is stored. The service writes it. */
export const StoredMetadata = z.strictObject({
  schemaVersion: z.int().positive().meta({ description: 'The version of the stored shape of its fact.' }),
  rules: z.int().min(2).optional().meta({ description: 'The version of the rules that decided it; left out, 1.' }),
  recordedAt: z
    .string()
    .refine((text) => instantOf(text) !== undefined)
    .meta({ description: 'The instant at which it was recorded, in UTC.' }),
  officer: Name.meta({ description: 'Who did it, by the pseudonym in the register.' }),
  partner: Name.meta({ description: 'The body for which they acted.' }),
  role: z
    .enum([...ROLES, 'service'])
    .meta({ description: 'The role in which they acted; `service` where the service did it itself.' }),
  signedInBy: z.string().meta({ description: 'How they were known: by which way of signing in.' }),
  key: z.string().meta({ description: 'The SHA-256 of the idempotency key of the act.' }),
  request: z
    .string()
    .meta({ description: 'The SHA-256 of the request, so that a key that is used for another is recognised.' }),
  correlation: z
    .string()
    .meta({ description: 'What the act belongs to: the identifier of the request, or the name of the file.' }),
  causation: z.string().optional().meta({ description: 'Of an act with several events, the identifier of the first.' }),
  evidence: Evidence,
  adjustment: z
    .strictObject({ reason: words(500) })
    .optional()
    .meta({ description: 'Why it takes effect in a closed period, where it does.' }),
  rests: z
    .record(z.string(), z.string().regex(/^(no_stream|0|[1-9]\d*)$/))
    .optional()
    .meta({
      description:
        'For each other stream that its decision looked at, the last revision that stood, or `no_stream`. Left out where there was none.',
    }),
});

/** Canonical JSON (RFC 8785): the one way in which a value is written, so that it has one hash for ever. */
export function canonical(value: unknown): string {
  return canonicalize(value)!;
}

export const sha256 = (text: string): string => hash('sha256', text);

/** The data and metadata of an event that somebody is shown, each as canonical JSON. */
export type ShownPart = Pick<RecordedEvent, 'data' | 'metadata'>;

/** The leaf hash of an event in the ledger’s tree, in hexadecimal. */
export const hashOf = (event: RecordedEvent): string => hexOf(leafOf(event));

/**
 * An event as one line of JSON, with its leaf hash; data and metadata as they are stored, byte for byte.
 * @param why in words, why it is void; left out where it stands
 * @param shown what is shown, where somebody may not see all of it. The hash is that of the whole event: with it they
 * could try what is left out until it fits, so it is left out too
 */
export function eventLine(event: RecordedEvent, why?: string, shown: ShownPart = event): string {
  const { position, stream, revision, id, type } = event;
  const isVoid = why !== undefined && { void: true, why };
  const { data, metadata } = shown;
  const ofWhole = data === event.data && metadata === event.metadata && { hash: hashOf(event) };
  const withheld = data !== event.data && { withheld: true };
  const named = { position, stream, revision: String(revision), id, type };
  const head = JSON.stringify({ ...named, ...ofWhole, ...withheld, ...isVoid });
  return `${head.slice(0, -1)},"data":${data},"metadata":${metadata}}`;
}

export function encode(id: string, type: string, data: FactData, metadata: Metadata): NewEvent {
  return { id, type, data: canonical(data), metadata: canonical(metadata) };
}

/** Reads a stored event: checks its shape, and brings an older one up to date. Throws {@link UnreadableEvent}. */
export function decode(recorded: RecordedEvent, kind: AnyKind = kindOf(recorded.stream)): LedgerEvent {
  const { id, stream, position, type } = recorded;
  try {
    const metadata = accepted(StoredMetadata, JSON.parse(recorded.metadata) as Metadata);
    if (rulesOf(metadata) > RULES_NOW) throw new Error(newerRules(rulesOf(metadata)));
    const text = { type, version: metadata.schemaVersion, data: JSON.parse(recorded.data) as FactData };
    const { data, stored } = upToDate(kind, text);
    const event = { id, stream, revision: Number(recorded.revision), position, type, data, metadata };
    return stored ? { ...event, stored } : event;
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new UnreadableEvent(`${type} at revision ${recorded.revision} of ${stream} cannot be read: ${why}`, error);
  }
}

/** A value that a schema accepts, as it is: what is stored is as the schema made it then. Throws the schema’s error. */
function accepted<T>(schema: z.ZodType, value: T): T {
  if (!quickCheck(schema)(value)) schema.parse(value);
  return value;
}

const newerRules = (rules: number): string =>
  `it was recorded by a newer program: this ledger holds acts by rules ${rules}; this program knows rules ` +
  `1 to ${RULES_NOW}. Use the newer program.`;

/** A text in the present version of its fact, and every text in it; with the stored one, where that is another. */
function upToDate(kind: AnyKind, text: FactText): FactText {
  const { type, version } = text;
  const { version: newest, stored, earlier, texts } = formOf(kind, type);
  if (version > newest) throw new Error(`version ${version} is newer than ${newest}, which this program knows`);
  let older = version < newest;
  let { data } = text;
  if (older) for (const { lift } of earlier!.slice(version - 1)) data = lift(data);
  data = accepted(stored, data);
  if (texts) {
    data = withTexts(kind, { type, data }, (each) => {
      const now = upToDate(kind, each);
      older ||= now.stored !== undefined;
      return now;
    });
  }
  return older ? { type, version: newest, data, stored: text } : text;
}

/** Says an event in one sentence, without names of database fields or code. */
export function sentenceOf(event: LedgerEvent): string {
  const kind = kindOf(event.stream);
  if (!isProposalEvent(event)) return factOf(kind, event.type).sentence(event.data);
  return proposalSentence(event, event.metadata.partner, offerSentence(kind, event.data));
}

/** What is offered in words: one fact in a sentence, or the facts of a deal in their order. */
export const offerSentence = (kind: AnyKind, offered: Offered<SentFact>): string =>
  offeredInWords(textsOf(offered).map(({ type, data }) => factOf(kind, type).sentence(data)));

/** Every fact of every kind, with the kind it belongs to: what routes, documentation and the command line walk over. */
export const allFacts = (): { readonly kind: AnyKind; readonly fact: Fact<unknown> }[] =>
  Object.values(KINDS).flatMap((kind) => kind.facts.map((fact) => ({ kind, fact })));
