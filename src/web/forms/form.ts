import { randomUUID } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { financialYear, type FinancialYear } from '../../domain/calendar.js';
import { readAs } from '../../domain/faults.js';
import type { FactData, SentFact, StreamKind } from '../../domain/grammar/event.js';
import type { Fact } from '../../domain/grammar/fact.js';
import { namedBy } from '../../domain/grammar/naming.js';
import { halfIn, type Command } from '../../domain/grammar/command.js';
import { offeredAs } from '../../domain/grammar/proposal.js';
import { refuse, Refusal } from '../../domain/rules.js';
import { Code, Name, type EvidenceList } from '../../domain/values.js';
import { act, recordedUnder } from '../../ledger/act.js';
import type { Done } from '../../ledger/acts/submission.js';
import { KINDS, streamOf, sha256 } from '../../ledger/catalogue.js';
import { askedOf, type Given } from '../asking.js';
import type { Html } from '../html.js';
import type { Asking, Form, Site } from '../site.js';
import { lookUp, type Looked } from './choosing.js';
import { filled } from './filling.js';
import { DEAL, partOf, partsRefused, placedAt, type DealDraft } from './parts.js';
import { nameIn, named, readFields, reading, type Fault } from './reading.js';
import { shapeOf, type Fields } from './shapes.js';
import { fieldsAt, stepsOf, type Step } from './steps.js';

/** What a filled-in form amounts to: a fact, tried against the rules, and recorded. */

/** What an officer fills in a form for. */
export interface Errand {
  /** The address to which the form is sent. */
  readonly address: string;
  /** The page for an officer who leaves the form, and its name. */
  readonly back: { readonly href: string; readonly content: string };
  readonly kind: StreamKind;
  /** The fund or the area; empty for the register. A form that opens one has no name yet. */
  readonly name: string;
  readonly fact: Fact<unknown>;
  /** Whether the fact waits for a signature, by its declaration. */
  readonly isProposed: boolean;
  /** The address at which several facts are gathered into a deal; undefined if they cannot be. */
  readonly dealAt?: string | undefined;
  /** The deal that the form is of, or of which it fills in a part. */
  readonly deal?: DealDraft | undefined;
  /** What is done after recording, before the officer is led on. */
  readonly recorded?: (reply: FastifyReply) => void;
  /** The proposal that the form counters, as the officer has read it. */
  readonly counters?: {
    readonly proposal: string;
    readonly revision: string;
    /** What has happened to it, if its terms have changed since the officer read them. */
    readonly news?: Html | undefined;
  };
}

/** The financial year of the fund that a form is about; undefined if it is about no open fund. */
export const yearOf = ({ kind, name }: Errand): FinancialYear | undefined =>
  kind === 'fund' ? financialYear(name.slice(-'2016-17'.length)) : undefined;

/** What follows from the answers so far, by the fact’s declaration. */
export function suggestedIn(errand: Errand, form: Form): Readonly<Record<string, unknown>> {
  const answers = Object.fromEntries(Object.keys(errand.fact.input.shape).map((each) => [each, form[nameIn(each)]]));
  return errand.fact.suggests?.(answers, yearOf(errand)) ?? {};
}

/** The names of fields that the form carries from page to page. */
export const TRAVELS = /^([fp]|made)\./;

/** Where a form carries the name that it made itself for a field, so that it is told from one that the officer typed. */
const madeAt = (field: string): string => `made.${field}`;

/** Answers that narrow the choices of other fields. An answer that its type does not accept is left out. */
function answeredIn(form: Form): Given {
  const given = (name: string, type: z.ZodType): string | undefined => {
    const text = form[nameIn(name)];
    return type.safeParse(text).success ? text : undefined;
  };
  return { source: given('source', Code), line: given('line', Name), case: given('case', z.uuid()) };
}

/** Whether a form is for a whole deal. */
export const isWholeDeal = ({ fact }: Errand): boolean => fact === DEAL;

/** The facts that are offered. For a deal these are all its parts, with the one being filled in at its place. */
const offeredBy = (errand: Errand, fact: SentFact, form: Form): readonly SentFact[] => {
  if (!errand.deal) return [fact];
  return isWholeDeal(errand) ? errand.deal.parts : placedAt(errand.deal.parts, partOf(form), fact);
};

/** Looks up the choices of the fields of some steps. */
export const lookedUp = (site: Site, { sight }: Asking, errand: Errand, steps: readonly Step[], form: Form) =>
  lookUp(
    site.ledger,
    sight,
    placeOf(errand),
    steps.flatMap((step) => fieldsAt(step).map(([, field]) => field)),
    answeredIn(form),
  );

/** The place from which the choices of a form come. For a form that opens a fund or an area, it is the register. */
const placeOf = ({ kind, name }: Errand): { kind: StreamKind; name: string } =>
  name === '' ? { kind: 'register', name } : { kind, name };

/** The whole content of a form; or the step that has an error, or has not been shown yet. */
export type Whole =
  | { readonly data: FactData; readonly form: Form; readonly papers: Papers; readonly looked: Looked }
  | { readonly at: number; readonly faults: readonly Fault[] };

interface Papers {
  readonly evidence: EvidenceList;
  readonly conditions?: string;
  readonly expires?: string;
  readonly otherHalf?: string;
  readonly adjustment?: { readonly reason: string };
}

export function wholeOf(steps: readonly Step[], form: Form, looked: Looked): Whole {
  const values: Record<string, unknown> = {};
  const papers: Record<string, unknown> = {};
  for (const [at, step] of steps.entries()) {
    const read = reading(form, looked);
    Object.assign(step.prefix === 'f' ? values : papers, readFields(step.fields, read, step.prefix));
    if (read.faults.length > 0 || read.unfolds) return { at, faults: read.faults };
  }
  return { data: values as FactData, form, papers: { evidence: [], ...(papers as Partial<Papers>) }, looked };
}

/** How many numbers are tried for a name that is taken. */
const NAMES_TRIED = 100;
const TAKEN: ReadonlySet<string> = new Set(['identifier_used', 'partner_exists']);

/**
 * A random reference that the type of a case accepts. Some random references look like an NHS number and are not
 * accepted.
 */
function newReference(field: z.ZodType): string {
  let reference = randomUUID();
  while (!field.safeParse(reference).success) reference = randomUUID();
  return reference;
}

/** The data with the reference of a new case that the officer has read: it is asked for on no page, and carried by the form. */
function withReferenceRead(fields: Fields, data: FactData, form: Form): FactData {
  const read = Object.entries(fields).flatMap(([name, field]): [string, string][] => {
    const reference = form[madeAt(name)];
    return isReference(field) &&
      data[name] === undefined &&
      reference !== undefined &&
      field.safeParse(reference).success
      ? [[name, reference]]
      : [];
  });
  return { ...data, ...Object.fromEntries(read) };
}

const isReference = (field: z.ZodType): boolean => shapeOf(field).kind === 'new-name' && namedBy(field) === 'case';

/** The data with the names that the form makes. Number 1 gives the name itself; number 2 gives it with `-2`. */
function withNames(fields: Fields, data: FactData, number: number): FactData {
  const references = Object.entries(fields).flatMap(([name, field]): [string, string][] =>
    isReference(field) && data[name] === undefined ? [[name, newReference(field)]] : [],
  );
  let tried = 1;
  const isUsed = (): boolean => tried++ < number;
  return named(fields, { ...data, ...Object.fromEntries(references) }, isUsed) as FactData;
}

/** A fact that was tried: the act as it would be sent, and the answer of the rules. */
export interface Tried {
  readonly fact: SentFact;
  /** Everything that would be offered; for a deal, every part. */
  readonly offered: readonly SentFact[];
  readonly command: Command;
  readonly found: Done | Refusal;
  /** The form with the names that were made. Sent again, it gives the same fact. */
  readonly form: Form;
}

/** Sends an act of an officer, or tries it. */
export function sent(
  { ledger }: Site,
  { session, sight }: Asking,
  errand: Errand,
  command: Command,
  more: { readonly form: Form; readonly key: string; readonly evidence: EvidenceList; readonly dryRun: boolean },
): Promise<Done | Refusal> {
  return act(ledger, sight, {
    kind: errand.kind,
    stream: streamFor(errand, command),
    command,
    officer: session.officer,
    actingFor: more.form['partner'] === '' ? undefined : more.form['partner'],
    signedInBy: session.by,
    key: more.key,
    correlation: randomUUID(),
    evidence: more.evidence,
    ...(errand.counters && { ifMatch: Number(errand.counters.revision) }),
    dryRun: more.dryRun,
  });
}

/** The stream in which an act of a form is recorded. */
export const streamFor = ({ kind, name }: Errand, command: Command): string =>
  streamOf(kind, name === '' ? nameMade(command) : name);

/** The fund or area that a fact opens. Its data give the stream its name. */
function nameMade(command: Command): string {
  const { area = '', year } = ('fact' in command ? command.fact.data : {}) as Record<string, unknown> & {
    area?: string;
  };
  return year === undefined ? area : `${area}-${year as string}`;
}

/** The names that open proposals would create. Of two proposals with the same name only one can be signed. */
async function namesOnTheTable(site: Site, { sight }: Asking, { kind, name }: Errand): Promise<ReadonlySet<unknown>> {
  if (name === '') return new Set();
  const [question, place] =
    kind === 'fund'
      ? ['proposals', { fund: name }]
      : kind === 'dispute'
        ? ['dispute-proposals', { area: name }]
        : ['register-proposals', {}];
  const { proposals } = await askedOf<{ proposals: readonly { facts: readonly { data: object }[] }[] }>(
    site.ledger,
    sight,
    question,
    {
      ...place,
      limit: '500',
    },
  );
  return new Set(proposals.flatMap(({ facts }) => facts.flatMap(({ data }): unknown[] => Object.values(data))));
}

/** The fields whose names the form makes: those that are empty, and those that still hold what the form made before. */
function madeNames(
  site: Site,
  { session }: Asking,
  errand: Errand,
  whole: Extract<Whole, { data: FactData }>,
): string[] {
  const { data, form } = whole;
  const fact = { type: errand.fact.name, data };
  const stream = streamFor(errand, { act: 'post', fact });
  // A form that is sent once more keeps its names, so that it gets its first answer.
  const isSent = recordedUnder(site.ledger, { officer: session.officer, key: keyOf(form), stream }) !== undefined;
  return Object.entries(errand.fact.input.shape as Fields)
    .filter(([, field]) => shapeOf(field).kind === 'new-name')
    .map(([name]) => name)
    .filter((name) => data[name] === undefined || (!isSent && form[madeAt(name)] === data[name]));
}

/**
 * Tries the content of a form. By the rules of its fact it is posted, or proposed if it needs a signature. A name that the form
 * makes, now or on an earlier page, skips the names that others hold or have on the table. Nothing is recorded.
 */
export async function tried(
  site: Site,
  asking: Asking,
  errand: Errand,
  answered: Extract<Whole, { data: FactData }>,
): Promise<Tried> {
  const fields = errand.fact.input.shape as Fields;
  const whole = { ...answered, data: withReferenceRead(fields, answered.data, answered.form) };
  const parts = errand.deal?.parts.filter((_part, at) => at !== partOf(whole.form)) ?? [];
  const onTheTable = new Set([
    ...(await namesOnTheTable(site, asking, errand)),
    ...parts.flatMap(({ data }): unknown[] => Object.values(data)),
  ]);
  const brings = Object.entries(fields).filter(([, field]) => shapeOf(field).kind === 'new-name');
  const made = madeNames(site, asking, errand, whole);
  const typed = Object.fromEntries(Object.entries(whole.data).filter(([name]) => !made.includes(name))) as FactData;
  // Names that were made on an earlier page are tried first.
  let number = made.some((name) => whole.data[name] !== undefined) ? -1 : 0;
  for (;;) {
    number++;
    const data = number === 0 ? withNames(fields, whole.data, 1) : withNames(fields, typed, number);
    const isMade = made.length > 0;
    if (isMade && number < NAMES_TRIED && !errand.counters && brings.some(([name]) => onTheTable.has(data[name])))
      continue;
    const fact = { type: errand.fact.name, data };
    const form = {
      ...whole.form,
      ...Object.assign({}, ...brings.map(([name, field]) => filled(field, nameIn(name), data[name]))),
      ...Object.fromEntries(made.map((name) => [madeAt(name), data[name]])),
    } as Form;
    const done = await triedOnce(site, asking, errand, fact, { ...whole, form });
    const isTaken = done.found instanceof Refusal && TAKEN.has(done.found.rule);
    if (!isTaken || !isMade || number >= NAMES_TRIED) return { ...done, form };
  }
}

/** The names that the form had made, and that others have taken since: each with what the form makes instead. */
export const renamed = (before: Form, after: Form): { readonly was: string; readonly now: string }[] =>
  Object.entries(after).flatMap(([at, now]) => {
    const was = before[at];
    return at.startsWith(madeAt('')) && was !== undefined && was !== now ? [{ was, now }] : [];
  });

/** Tries a fact as it is, or says what is wrong with it. */
export async function triedOnce(
  site: Site,
  asking: Asking,
  errand: Errand,
  { type, data }: SentFact,
  { form, papers }: Extract<Whole, { data: FactData }>,
): Promise<Omit<Tried, 'form'>> {
  const read = readAs(errand.fact.input, data);
  if ('faults' in read) {
    const [{ path, words }] = read.faults as [(typeof read.faults)[number]];
    const found = refuse('fields_invalid', `"${path.map(String).join('.')}" ${words}.`);
    const fact = { type, data };
    return { fact, offered: [fact], command: { act: 'post', fact }, found };
  }
  const fact = { type, data: read.value as FactData };
  const { evidence, conditions, expires, otherHalf, adjustment } = papers;
  const terms = {
    ...(conditions !== undefined && { conditions }),
    ...(expires !== undefined && { expires: expires as never }),
  };
  const adjusting = adjustment && { adjustment };
  const dry = { form, key: `tried ${type} ${errand.address}`, evidence, dryRun: true };
  const post: Command = { act: 'post', fact, ...adjusting };
  const offered = offeredBy(errand, fact, form);
  const countered = errand.counters ?? errand.deal?.counters;
  const propose: Command = countered
    ? { act: 'counter', proposal: countered.proposal, ...offeredAs(offered), ...terms }
    : { act: 'propose', ...offeredAs(offered), ...terms, ...halfIn({ otherHalf }), ...adjusting };
  const cannotBeSent = partsRefused(offered);
  if (cannotBeSent) return { fact, offered, command: propose, found: cannotBeSent };
  if (!countered && !errand.isProposed && !errand.deal) {
    const posted = await sent(site, asking, errand, post, dry);
    if (!(posted instanceof Refusal) || posted.rule !== 'signature_needed')
      return { fact, offered, command: post, found: posted };
  }
  const proposed = await sent(site, asking, errand, propose, dry);
  if (proposed instanceof Refusal && proposed.rule === 'signature_not_needed' && !errand.deal)
    return { fact, offered, command: post, found: await sent(site, asking, errand, post, dry) };
  return { fact, offered, command: propose, found: proposed };
}

/** The idempotency key of a draft, so that a draft sent twice is recorded once. */
export const keyOf = (form: Form): string => sha256(`form ${form['draft'] ?? ''}`);

export const newDraft = (): string => randomUUID();

/** The steps of a form. A part of a deal has no documents of its own. */
export const stepsFor = (errand: Errand): Step[] => {
  const { fact, kind, isProposed } = errand;
  const countered = errand.counters ?? errand.deal?.counters;
  const steps = stepsOf(fact, { isProposed, mayBeHalf: isProposed && KINDS[kind].deals && !countered });
  return errand.deal && !isWholeDeal(errand) ? steps.filter(({ prefix }) => prefix === 'f') : steps;
};
