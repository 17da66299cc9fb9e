import type { z } from 'zod';
import type { Day, FinancialYear } from '../calendar.js';
import type { EarlierVersion, FactData, LedgerEvent, Signature } from './event.js';
import { NOTHING_PREVIEWED } from './preview.js';
import type { Pence } from '../money.js';
import type { Posting } from '../postings.js';
import type { Refusal } from '../rules.js';
import type { OpenProposal } from './proposal.js';
import type { Register } from './mandate.js';
import type { Group } from './groups.js';
import type { Role } from '../roles.js';
import type { KeptAs } from './remembered.js';
import { inForce, type RuleChange } from './rule-versions.js';
import { inFull } from './naming.js';
import type { NextYear, Onward } from './next-year.js';

/** The two sides of a fact. Where no signature is needed only `acts` matters. */
export interface Sides {
  /** The partners whose officers may post the fact, or propose it. */
  readonly acts: readonly string[];
  /** The partners one of whose officers must sign. */
  readonly signs: readonly string[];
  /**
   * If the content of the fact restricts who may act: the roles, and the words for them, such as “the chief executive”.
   */
  readonly only?: { readonly roles: readonly Role[]; readonly who: string };
}

/**
 * What decisions may look at of other streams. The grammar knows none of them: a stream that shows something to others
 * adds it to this type, in the file of its state.
 */
export interface World {
  /** The SHA-256 of a value’s canonical JSON, in lower-case hexadecimal. */
  digest(value: unknown): string;
}

/** What a decision may look at beside the state of its own stream. */
export interface Context extends World {
  readonly today: Day;
  /** The version of the rules to decide by: see rule-versions.ts. */
  readonly rules: number;
  /** Who posts, proposes or signs. */
  readonly officer: string;
  readonly register: Register;
  /** The proposals of the same stream that wait for a signature. */
  readonly proposals: ReadonlyMap<string, OpenProposal>;
  /** The one of them that is being signed or countered. */
  readonly answering?: string;
  /** The event that a reversal names, where it names one. */
  readonly original?: LedgerEvent | undefined;
  /** Whether the fact is marked as a prior-period adjustment. */
  readonly adjustment: boolean;
  /** The area that the stream is of, where it is open and of one. */
  readonly area?: string | undefined;
}

/**
 * One business fact, declared once. The HTTP routes and their OpenAPI, the command line, the projections and the tests
 * all follow from this declaration. `In` is what an officer sends; `Stored` is what is recorded, where a decision adds
 * what the fact rests on (the amount that stood before, the original of a reversal) so that an event explains itself.
 */
interface Declaration<In extends z.ZodObject, Stored extends z.ZodObject, State> {
  readonly name: string;
  /** What an officer does by recording it, as a verb phrase: “Agree a contribution”. */
  readonly title: string;
  readonly group: Group;
  /** The version of the stored schema: one more than there were before it. */
  readonly version: number;
  /** The versions before: the first is version 1. A changed shape is a new version; old ones are upcast where events are read. */
  readonly earlier?: readonly EarlierVersion[];
  /** The fields of the stored data that hold the whole text of another fact. */
  readonly texts?: readonly string[];
  /** One sentence for the documentation, with the source of the rule. */
  readonly about: string;
  readonly input: In;
  /** The question pages of its form, each with the names of its fields, where they are others than pages.ts derives. */
  readonly pages?: readonly (readonly string[])[];
  /**
   * What its form suggests of one field once others are answered, such as the last day of a period: by the answers as they
   * are typed so far, and the year of the fund where there is one.
   */
  suggests?(
    answers: Readonly<Record<string, string | undefined>>,
    year: FinancialYear | undefined,
  ): Readonly<Record<string, unknown>> | undefined;
  readonly stored: Stored;
  readonly signature: Signature;
  readonly roles: readonly Role[];
  /** Roles that may sign, where they differ from those that may propose. */
  readonly signerRoles?: readonly Role[];
  /** How it was signed by the rules before a change of them, where it was signed otherwise. */
  readonly signedBefore?: Signing & { readonly change: RuleChange };
  /** Of a fact about something that has happened, such as a receipt: the day on which it did. A day after today is refused. */
  happened?(data: z.output<In>): Day;
  /**
   * For a payment: the fields that distinguish it from another, such as day, sum and reference. If a standing one has
   * the same values, the fact is refused unless it is marked as one more: its input then has the fields of AGAIN
   * (fields.ts).
   */
  sameAs?(data: z.output<Stored>): readonly string[];
  /** Whether the effective date must lie in the fund's own year. */
  readonly effective: 'in-year' | 'any-day';
  /**
   * Whether it may take effect in a closed period without being an adjustment: what opens and closes periods, and what is
   * said of a period and moves no balance.
   */
  readonly inClosedPeriods?: true;
  readonly reversible: boolean;
  /** Of a fact that is never reversed: what an officer does instead. */
  readonly wayBack?: string;
  /**
   * Whether a reversal must begin on the fact’s own first day, as if the fact had never been. Facts that move no money
   * are reversed so.
   */
  readonly undoneWhole?: true;
  /** Whether the ledger’s keeper does it, also where the keeper is no party to what the stream is about. */
  readonly byKeeper?: true;
  /** Whether it names its own first officers, and is held to their mandates: before it there is no register. */
  readonly bringsOfficers?: true;
  /**
   * Whether it binds a body by the word of one officer, as a signature does: a page asks them to have signed in a short while
   * before they record it.
   */
  readonly freshSignIn?: true;
  /** What its words are kept as, where other facts or questions ask for them later. */
  readonly keptAs?: KeptAs;
  /** Whether the service itself records it. Officers cannot post it. */
  readonly byService?: true;
  /** Whether what is recorded holds the exact sum of open claims: then it is shown whole only to those who see cases. */
  readonly holdsClaims?: true;
  /** Whether it names bodies as earlier facts do. Such a body may have ended since. */
  readonly underItsName?: true;
  /** The limits that it is held to, by their names: quantities that must stay at or above zero on every later day. */
  readonly limits?: readonly string[];
  sides(data: z.output<In>, state: State, context: Context): Sides;
  /**
   * For a fact whose decision fills in fields that were left out: removes values that are understood from what was
   * sent, so that the request can be derived from the event.
   */
  understood?(data: z.output<In>): FactData;
  /** What a counter-proposal must leave as it is; declared by facts that the other side signs. */
  subject?(data: z.output<In>): string;
  /** For a fact that needs the signatures of another fact, that fact: a reversal needs those of its original. */
  signedAs?(data: z.output<In>, context: Context): SignedAs<State> | Refusal;
  /** The sum that an officer's limit is held against, when it is proposed and again when it is signed. */
  amount?(data: z.output<Stored>, state: State, context: Context): Pence;
  /** A refusal of its reversal if something in another stream rests on it. `revision` is the fact's own. */
  staysWhile?(data: z.output<Stored>, state: State, context: Context, revision: number): Refusal | undefined;
  /** Another fund that it moves money from or to. A decision on one of the two looks at both. */
  otherFund?(data: z.output<Stored>): string | undefined;
  /** The name that the fact brings into use. */
  names?(data: z.output<Stored>): string;
  /** The named contribution, line or grant that the fact changes or counts on; a virement changes several. */
  restsOn?(data: z.output<Stored>): string | readonly string[] | undefined;
  /** The name of what it needs and does not change, such as an agreement for a plan. That cannot be reversed before the fact. */
  needs?(data: z.output<Stored>): string | undefined;
  /** Whether it is refused where it would make a minimum test fail: what a partner decides itself, of compulsory money. */
  readonly holdsMinima?: true;
  /** Whether it states what its item stands at from its day on, or moves it by a sum. */
  readonly level?: 'states' | 'moves';
  /** Adds what the fact rests on. Runs once, when it is posted or proposed. */
  complete?(data: z.output<In>, state: State, context: Context): z.output<Stored> | Refusal;
  check(data: z.output<Stored>, state: State, context: Context): Refusal | undefined;
  postings(data: z.output<Stored>): Posting[];
  /**
   * Effects that no rule refuses and that the officer should know, each in one sentence. `postings` are the fact's own.
   */
  warns?(data: z.output<Stored>, state: State, postings: readonly Posting[]): readonly string[];
  /** What a proposal of the fact puts on the table, under the proposal's identifier. */
  proposes?(data: z.output<Stored>, proposal: string): Posting[];
  /** Of a fact with many sums between bodies: what it comes to for each of them, for whoever checks or signs it. */
  byBody?(data: z.output<Stored>): readonly BodySums[];
  /** Of a fact that records figures: the question that answers them on a day, inclusive, for whoever is about to record them. */
  recordsAnswer?(data: z.output<Stored>): { readonly question: string; readonly on: Day };
  evolve(state: State, data: z.output<Stored>, event: LedgerEvent): void;
  /**
   * What it is in the next year, or why it does not go on; left out, it belongs to its own year only. Called for facts
   * that stand on the year’s last day.
   */
  nextYear?(data: z.output<Stored>, state: State, next: NextYear): Onward;
  /** The proposal that the fact takes off the table, where it does; reversing the fact puts it back. */
  endsProposal?(data: z.output<Stored>): string | undefined;
  sentence(data: z.output<Stored>): string;
}

/** What a fact comes to for one body, in pence. */
export interface BodySums {
  readonly body: string;
  readonly pays: Pence;
  readonly receives: Pence;
  readonly givesUp: Pence;
}

export interface SignedAs<State> {
  readonly fact: Fact<State>;
  readonly data: FactData;
}

/** Whose signature a fact needs, and in which roles. */
interface Signing {
  readonly signature: Signature;
  readonly signerRoles: readonly Role[];
}

/** How a fact is signed by a version of the rules. */
export function signingOf<State>(fact: Fact<State>, version: { readonly rules: number }): Signing {
  const { signedBefore, signature, roles, signerRoles = roles } = fact;
  return signedBefore && !inForce(signedBefore.change, version) ? signedBefore : { signature, signerRoles };
}

/** A declaration without its data types, for code that handles any fact. */
export type Fact<State> = Declaration<z.ZodObject, z.ZodObject, State>;

/** What a fact does if its declaration says nothing: no check, no postings, no change of state. */
const NOTHING_MORE = { check: () => undefined, postings: () => [], evolve: () => undefined };

/** What a declaration says of a fact. Checks, postings and changes of state may be left out. */
type Declared<In extends z.ZodObject, Stored extends z.ZodObject, State> = Omit<
  Declaration<In, Stored, State>,
  'version' | keyof typeof NOTHING_MORE
> &
  Partial<Pick<Declaration<In, Stored, State>, keyof typeof NOTHING_MORE>>;

/** Declares a fact whose stored form is what is sent. */
export function fact<In extends z.ZodObject, State>(
  declaration: Omit<Declared<In, In, State>, 'stored' | 'complete'>,
): Fact<State> {
  return { ...NOTHING_MORE, ...declaration, version: versionOf(declaration), stored: recordedAs(declaration.input) };
}

/** Declares a fact to which the decision adds fields: what is recorded is what is sent, and those. */
export function completedFact<In extends z.ZodObject, Adds extends z.ZodRawShape, State>(
  declaration: Completed<In, z.ZodObject<In['shape'] & Adds>, State> & { readonly adds: Adds },
): Fact<State> {
  const stored = declaration.input.extend(declaration.adds);
  return recast<In, z.ZodObject<In['shape'] & Adds>, State>({ ...declaration, stored });
}

/** Declares a fact of which the decision records something of another shape: a list with more in each item, say. */
export function recast<In extends z.ZodObject, Stored extends z.ZodObject, State>(
  declaration: Completed<In, Stored, State> & { readonly stored: Stored },
): Fact<State> {
  const stored = recordedAs(declaration.stored);
  return { ...NOTHING_MORE, ...declaration, stored, version: versionOf(declaration) };
}

/** What may be sent in short is recorded in full. */
const recordedAs = <Of extends z.ZodObject>(type: Of): Of => inFull(type) as Of;

type Completed<In extends z.ZodObject, Stored extends z.ZodObject, State> = Omit<
  Declared<In, Stored, State>,
  'stored'
> &
  Required<Pick<Declaration<In, Stored, State>, 'complete'>>;

const versionOf = ({ earlier = [] }: { readonly earlier?: readonly EarlierVersion[] }): number => earlier.length + 1;

/** Whose act a fact is that the ledger’s keeper posts, for whichever stream it opens or adds to. */
const BY_KEEPER = {
  signature: 'none',
  roles: ['pool-manager', 'registrar', 'chief-finance-officer'],
  byKeeper: true,
  effective: 'any-day',
  reversible: false,
  sides: (_data: unknown, _state: unknown, { register }: Context): Sides => ({
    acts: register.ledger ? [register.ledger.keeper] : [],
    signs: [],
  }),
} as const;

/** Declares a fact that the ledger’s keeper posts, alone and for ever; by other roles where it says so. */
export const keeperFact = <In extends z.ZodObject, State>(
  declaration: Omit<Declared<In, In, State>, 'stored' | 'complete' | keyof typeof BY_KEEPER> & {
    readonly roles?: readonly Role[];
  },
): Fact<State> => fact<In, State>({ ...BY_KEEPER, ...declaration });

/** A kind of stream that keeps no money of a year: it has no limits of its own, no accounting periods and no offers. */
export const NO_BOOKS = {
  evolvePostings: () => undefined,
  evolveStanding: () => undefined,
  evolveAgreed: () => undefined,
  limitsHold: () => undefined,
  dayAllowed: () => undefined,
  isClosed: () => false,
  restoresProposal: () => undefined,
  area: () => undefined,
  preview: () => NOTHING_PREVIEWED,
};
