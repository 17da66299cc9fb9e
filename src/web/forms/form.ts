import { createHash, randomUUID } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { readAs } from '../../domain/faults.js';
import type { FactData, SentFact, StreamKind } from '../../domain/grammar/event.js';
import type { Fact } from '../../domain/grammar/fact.js';
import { namedBy } from '../../domain/grammar/naming.js';
import { halfIn, type Command } from '../../domain/grammar/command.js';
import { offeredAs } from '../../domain/grammar/proposal.js';
import { refuse, Refusal } from '../../domain/rules.js';
import { Code, Name, type EvidenceList } from '../../domain/values.js';
import { act } from '../../ledger/act.js';
import type { Done } from '../../ledger/acts/submission.js';
import { KINDS, streamOf } from '../../ledger/catalogue.js';
import { askedOf, type Given } from '../asking.js';
import type { Asking, Form, Site } from '../site.js';
import { lookUp, type Looked } from './choosing.js';
import { filled } from './filling.js';
import { DEAL, partOf, partsRefused, placedAt, type DealDraft } from './parts.js';
import { nameIn, named, readFields, reading, type Fault } from './reading.js';
import { shapeOf, type Fields } from './shapes.js';
import { fieldsAt, stepsOf, type Step } from './steps.js';

/** What a filled-in form comes to: the fact that it holds, tried against the rules, and recorded. */

/** What somebody fills a form in for. */
export interface Errand {
  /** Where the form is sent. */
  readonly address: string;
  /** Where whoever gives it up goes, and how that place is called. */
  readonly back: { readonly href: string; readonly content: string };
  readonly kind: StreamKind;
  /** The fund or the area; empty for the register. A form that opens one has none yet. */
  readonly name: string;
  readonly fact: Fact<unknown>;
  /** Whether it waits for a signature, as far as its declaration says. */
  readonly isProposed: boolean;
  /** Where several facts are gathered and proposed together; undefined where that cannot be. */
  readonly dealAt?: string | undefined;
  /** The deal that it is the form of, or that it fills in a part of. */
  readonly deal?: DealDraft | undefined;
  /** What is done once it is recorded, before whoever sent it is led on. */
  readonly recorded?: (reply: FastifyReply) => void;
  /** The proposal that it takes the place of, as the officer has read it. */
  readonly counters?: {
    readonly proposal: string;
    readonly revision: string;
    /** Whether its terms are others than those that the officer has read. */
    readonly changed?: boolean;
  };
}

/** The form as it travels: what was typed, with what nobody has to type. */
export const TRAVELS = /^[fp]\./;

/** Answers that narrow the choices of other fields, where each is written as its type says: others are not asked with. */
function answeredIn(form: Form): Given {
  const given = (name: string, type: z.ZodType): string | undefined => {
    const text = form[nameIn(name)];
    return type.safeParse(text).success ? text : undefined;
  };
  return { source: given('source', Code), line: given('line', Name), case: given('case', z.uuid()) };
}

/** Whether a form is of a whole deal. */
export const isWholeDeal = ({ fact }: Errand): boolean => fact === DEAL;

/** The facts that are offered: of a deal all of them, with the one that is filled in at its place. */
const offeredBy = (errand: Errand, fact: SentFact, form: Form): readonly SentFact[] => {
  if (!errand.deal) return [fact];
  return isWholeDeal(errand) ? errand.deal.parts : placedAt(errand.deal.parts, partOf(form), fact);
};

/** Looks up what the fields of some steps may hold. */
export const lookedUp = (site: Site, { sight }: Asking, errand: Errand, steps: readonly Step[], form: Form) =>
  lookUp(
    site.ledger,
    sight,
    placeOf(errand),
    steps.flatMap((step) => fieldsAt(step).map(([, field]) => field)),
    answeredIn(form),
  );

/** Where the choices of a form come from: of what opens a fund or an area, the register. */
const placeOf = ({ kind, name }: Errand): { kind: StreamKind; name: string } =>
  name === '' ? { kind: 'register', name } : { kind, name };

/** What a form holds whole; or the step at which something is wrong, or not shown yet. */
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

/** A name that is taken gets the next higher number, so many times. */
const NAMES_TRIED = 100;
const TAKEN: ReadonlySet<string> = new Set(['identifier_used', 'partner_exists']);

/** A random reference that the type of a case takes: some look like an NHS number. */
function newReference(field: z.ZodType): string {
  let reference = randomUUID();
  while (!field.safeParse(reference).success) reference = randomUUID();
  return reference;
}

/** The data with the names that the form makes: the first choice of each is number 1, the next ends in `-2`. */
function withNames(fields: Fields, data: FactData, number: number): FactData {
  const references = Object.entries(fields).flatMap(([name, field]): [string, string][] =>
    shapeOf(field).kind === 'new-name' && namedBy(field) === 'case' && data[name] === undefined
      ? [[name, newReference(field)]]
      : [],
  );
  let tried = 1;
  const isUsed = (): boolean => tried++ < number;
  return named(fields, { ...data, ...Object.fromEntries(references) }, isUsed) as FactData;
}

/** A fact that was tried: as what it would be sent, and what the rules say. */
export interface Tried {
  readonly fact: SentFact;
  /** All that would be offered: of a deal, every part. */
  readonly offered: readonly SentFact[];
  readonly command: Command;
  readonly found: Done | Refusal;
  /** The form with the names that were made: sent again, it is the same fact. */
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
  const { kind, name } = errand;
  return act(ledger, sight, {
    kind,
    stream: streamOf(kind, name === '' ? nameMade(command) : name),
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

/** The fund or area that a fact opens: its stream has the name that its own data give it. */
function nameMade(command: Command): string {
  const { area = '', year } = ('fact' in command ? command.fact.data : {}) as Record<string, unknown> & {
    area?: string;
  };
  return year === undefined ? area : `${area}-${year as string}`;
}

/** The names that proposals on the table would bring: only one of two could be signed. */
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

/**
 * Tries what a form holds: posted where it needs no signature, proposed where it does, as the rules say. Names that
 * others have are passed over. Nothing is recorded.
 */
export async function tried(
  site: Site,
  asking: Asking,
  errand: Errand,
  whole: Extract<Whole, { data: FactData }>,
): Promise<Tried> {
  const fields = errand.fact.input.shape as Fields;
  const parts = errand.deal?.parts.filter((_part, at) => at !== partOf(whole.form)) ?? [];
  const onTheTable = new Set([
    ...(await namesOnTheTable(site, asking, errand)),
    ...parts.flatMap(({ data }): unknown[] => Object.values(data)),
  ]);
  const brings = Object.entries(fields).filter(([, field]) => shapeOf(field).kind === 'new-name');
  for (let number = 1; ; number++) {
    const data = withNames(fields, whole.data, number);
    const isMade = brings.some(([name]) => whole.data[name] === undefined);
    if (isMade && number < NAMES_TRIED && !errand.counters && brings.some(([name]) => onTheTable.has(data[name])))
      continue;
    const fact = { type: errand.fact.name, data };
    const form = {
      ...whole.form,
      ...Object.assign({}, ...brings.map(([name, field]) => filled(field, nameIn(name), data[name]))),
    } as Form;
    const done = await triedOnce(site, asking, errand, fact, { ...whole, form });
    const isTaken = done.found instanceof Refusal && TAKEN.has(done.found.rule);
    if (!isTaken || !isMade || number >= NAMES_TRIED) return { ...done, form };
  }
}

async function triedOnce(
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

/** The key of a draft: sent twice, it is recorded once. */
export const keyOf = (form: Form): string =>
  createHash('sha256')
    .update(`form ${form['draft'] ?? ''}`)
    .digest('hex');

export const newDraft = (): string => randomUUID();

/** The steps of a form. The papers of a part are those of its deal. */
export const stepsFor = (errand: Errand): Step[] => {
  const { fact, kind, isProposed } = errand;
  const countered = errand.counters ?? errand.deal?.counters;
  const steps = stepsOf(fact, { isProposed, mayBeHalf: isProposed && KINDS[kind].deals && !countered });
  return errand.deal && !isWholeDeal(errand) ? steps.filter(({ prefix }) => prefix === 'f') : steps;
};
