import { z } from 'zod';
import { instantOf, type Instant } from '../../domain/calendar.js';
import { replacingTexts } from '../../domain/grammar/naming.js';
import { DEAL_FACTS_MAX, offeredAs } from '../../domain/grammar/proposal.js';
import { readAs, type Fault } from '../../domain/faults.js';
import { refuse, Refusal } from '../../domain/rules.js';
import { halfIn, termsOf, type Command } from '../../domain/grammar/command.js';
import { EffectiveDay, Evidence, Name, words } from '../../domain/values.js';
import type { SentFact, StreamKind } from '../../domain/grammar/event.js';
import { canonical, fundStream, KINDS, placed, REGISTER_STREAM, sha256, WHEREABOUTS } from '../catalogue.js';
import { scopedKey } from '../memory/key-table.js';
import type { SettableClock } from '../clock.js';
import type { Ledger } from '../ledger.js';
import { COMMANDS, remedyOf } from '../remedies.js';
import { OPERATOR } from '../access.js';
import { act } from '../act.js';
import { OutcomeUnknown, StoreBusy } from '../../store/event-store.js';
import type { ReferenceState } from '../../domain/register/reference-state.js';
import { factInCodes, meaningsOf } from './in-codes.js';
import { understood } from './request.js';
import type { Done, Outcome, Submission } from './submission.js';

/**
 * Loads files of acts: opening a ledger, a year's plan, a demonstration. Each step is decided like any other act, by the
 * officer that it names, so a file can do nothing that the officers could not. Loading a file again changes nothing.
 */
const Text = z
  .strictObject({ type: z.string(), data: z.record(z.string(), z.unknown()) })
  .meta({ description: 'A fact: its type, and its data as docs/events.md lists it.' });

const Offer = z.union([Text, z.array(Text).min(1).max(DEAL_FACTS_MAX)]);

const Label = z
  .string()
  .regex(/^@?[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'must be a label that an earlier step has under "as"' });

const acts = {
  post: Text.optional().meta({ description: 'A fact that counts as soon as it is posted.' }),
  propose: Offer.optional().meta({
    description: 'A fact that waits for a signature; or a list of facts, a deal: they are signed whole or not at all.',
  }),
  counter: Label.optional().meta({
    description:
      'A proposal, to put other terms in its place: those under `with`. Its label or its identifier, as below too.',
  }),
  with: Offer.optional().meta({
    description: 'The other terms of `counter`: the whole fact, or every fact of a deal.',
  }),
  agree: Label.optional().meta({ description: 'A proposal, to sign it.' }),
  decline: Label.optional().meta({ description: 'A proposal, to decline it; with a `reason`.' }),
  withdraw: Label.optional().meta({
    description: 'A proposal of one’s own, to take it back; with a `reason`.',
  }),
};
const ACTS = ['post', 'propose', 'counter', 'agree', 'decline', 'withdraw'] as const;

const STEP = {
  at: z
    .string()
    .refine((text) => instantOf(text) !== undefined, {
      error: 'must be a UTC instant such as "2016-05-27T10:00:00Z"',
    })
    .optional()
    .meta({
      description:
        'The recorded instant, in UTC. Only in a demonstration ledger; all steps of a load have it, or none.',
    }),
  officer: Name.meta({ description: 'Who acts: an officer in the register, with a mandate on the day.' }),
  partner: Name.optional().meta({
    description: 'The partner acted for; only where the officer is mandated for several.',
  }),
  in: Name.meta({ description: 'Where: the name of a fund, `register`, or `disputes-` and an area.' }),
  as: Name.optional().meta({ description: 'A label by which later steps of the file refer to this one.' }),
  ...acts,
  reason: words(500).optional().meta({ description: 'Why a proposal is declined or withdrawn.' }),
  conditions: words(1000).optional().meta({ description: 'The conditions of a proposal or a counter.' }),
  expires: EffectiveDay.optional().meta({ description: 'The last day on which it can be signed, inclusive.' }),
  otherHalf: Label.optional().meta({
    description:
      'Of a proposal: the other half of the same settlement, made before in another fund or among disputes. The label of its step, or its identifier.',
  }),
  adjustment: z
    .strictObject({ reason: words(500) })
    .optional()
    .meta({ description: 'Marks a prior-period adjustment of a closed period, with its reason.' }),
  evidence: Evidence.optional(),
  synthetic: words(300)
    .optional()
    .meta({ description: 'What in this step is not in the sources; recorded with it as evidence.' }),
};

type StepFields = z.output<z.ZodObject<typeof STEP>>;

/** The field that each act needs, by the name of the act. */
const NEEDS = { counter: 'with', decline: 'reason', withdraw: 'reason' } as const;

const Step = z.strictObject(STEP).superRefine((step: StepFields, context) => {
  const does = ACTS.filter((name) => step[name] !== undefined);
  if (does.length !== 1) {
    context.addIssue({ code: 'custom', message: `must do exactly one of ${ACTS.join(', ')}` });
    return;
  }
  for (const [name, needed] of Object.entries(NEEDS) as [keyof typeof NEEDS, 'with' | 'reason'][]) {
    if (step[name] === undefined || step[needed] !== undefined) continue;
    context.addIssue({ code: 'custom', path: [needed], message: `is missing: "${name}" needs it` });
  }
});

export const LoadFile = z.strictObject({
  title: words(200).meta({ description: 'What the file is.' }),
  about: words(4000).optional().meta({ description: 'What it is about, at more length.' }),
  sources: z
    .record(z.string(), words(500))
    .optional()
    .meta({ description: 'Where its figures come from, each under a name of your own.' }),
  steps: z.array(Step).min(1).meta({ description: 'The acts, in the order in which they are done.' }),
});

/** The fields of a step, for the page that describes them. */
export const STEP_FIELDS: Readonly<Record<string, z.ZodType>> = STEP;

export type LoadFile = z.output<typeof LoadFile>;
type Step = z.output<typeof Step>;

/** A load that stopped: at which step, and why. The steps before it are recorded. */
export class LoadStopped extends Error {
  readonly refusal: Refusal | undefined;

  constructor(where: string, why: Refusal | string, more = '') {
    super(
      `${where}: ${why instanceof Refusal ? `${why.detail} (${why.rule}) ${remedyOf(why.rule, COMMANDS)}` : why}${more}`,
    );
    this.name = 'LoadStopped';
    this.refusal = why instanceof Refusal ? why : undefined;
  }
}

export interface NamedFile {
  readonly name: string;
  readonly content: unknown;
}

interface Planned {
  readonly where: string;
  /** Its facts as they were read, with what labels stand for left open. */
  readonly facts: readonly SentFact[];
  /** What its labels stand for: earlier steps of its file; a label of none stays as it is. */
  readonly refers: readonly (Planned | string)[];
  /** The key by an earlier program, which derived it in another way. Ledgers hold acts under such keys. */
  readonly formerKey: string;
  readonly file: string;
  readonly step: Step;
}

/** A placeholder for the meaning of a label while a file is only checked. */
const UNKNOWN_YET = { proposal: '00000000-0000-4000-8000-000000000000', revision: '0' };

/** A fault of a file: in which step, counted from 1, and in which of its fields. */
function faultText({ path, words: what }: Fault): string {
  const [top, index, ...rest] = path;
  const at = top === 'steps' && index !== undefined ? [`step ${Number(index) + 1}`, ...rest] : path;
  return `${at.map(String).join(', ') || 'the file'}: ${what}`;
}

const named = (label: string): string => label.replace(/^@/, '');

/** The form in which a fact is sent. The facts of a file are checked before their labels. */
const inputOf = (type: string, kind: StreamKind): z.ZodType => KINDS[kind].byName.get(type)!.input;

/** The facts of a step. */
const textsIn = ({ post, propose, with: other }: Step): readonly z.output<typeof Text>[] =>
  [post ?? [], propose ?? [], other ?? []].flat();

/** What a step says of proposals beside its facts: labels, or the identifiers of those that are no steps of the file. */
const labelsOf = (step: Step): string[] =>
  [...ACTS.map((name) => step[name]), step.otherHalf].filter((each) => typeof each === 'string');

const isIdentifier = (text: string): boolean => z.uuid().safeParse(text).success;

/** The labels that a step refers to, as proposals or as events. */
function references(step: Step): { readonly proposals: string[]; readonly events: string[] } {
  const proposals = labelsOf(step).filter((label) => !isIdentifier(label));
  const events: string[] = [];
  for (const text of textsIn(step)) {
    replacingTexts(inputOf(text.type, kindOfStep(step)), text.data, (value, what) => {
      if (value.startsWith('@')) (what === 'event' ? events : proposals).push(value);
      return value;
    });
  }
  return { proposals: proposals.map(named), events: events.map(named) };
}

/** Throws {@link LoadStopped} where a step refers to one that is not before it, or that is no proposal where it must be. */
function checkLabels(planned: readonly Planned[]): void {
  const labelled = new Map<string, Step>();
  for (const { where, file, step } of planned) {
    const { proposals, events } = references(step);
    for (const label of [...proposals, ...events]) {
      if (!labelled.has(`${file}@${label}`)) {
        throw new LoadStopped(where, `no earlier step of this file is labelled "${label}".`);
      }
    }
    for (const label of proposals) {
      const { propose, counter } = labelled.get(`${file}@${label}`)!;
      if (!propose && !counter) throw new LoadStopped(where, `the step labelled "${label}" is not a proposal.`);
    }
    if (step.as) labelled.set(`${file}@${step.as}`, step);
  }
}

/** Numbers what is the same: the first is 1, the next 2. `next` says it with its number, and `take` uses the number up. */
function counting() {
  const times = new Map<string, number>();
  return {
    next: (text: string): string => `${text} ${(times.get(text) ?? 0) + 1}`,
    take: (text: string): void => void times.set(text, (times.get(text) ?? 0) + 1),
  };
}

/**
 * What a step would record, as one text that is the same for all ways to write the step. Labels, empty lists, blanks
 * around words and understood values make no difference; nor does the choice among officers of a body, so that nothing
 * is recorded twice when a colleague loads the file again. A label is replaced by the key of its step.
 */
const recordedBy = (
  { step, facts }: Planned,
  refers: readonly string[],
  reference: ReferenceState,
  upTo: number,
): string =>
  sha256(
    canonical({
      act: ACTS.find((name) => step[name] !== undefined)!,
      in: step.in,
      at: step.at,
      facts: facts.map((fact) =>
        understood(KINDS[kindOfStep(step)], factInCodes(whereOf(step), fact, reference, upTo)),
      ),
      refers,
      reason: step.reason,
      conditions: step.conditions,
      expires: step.expires,
      adjustment: step.adjustment,
      evidence: step.evidence ?? [],
      synthetic: step.synthetic,
    }),
  );

/**
 * A key that a step may have, and the revisions of the register for which it has it: from one, inclusive, to another,
 * exclusive.
 */
interface StepKey {
  readonly key: string;
  /** What it would record by them. */
  readonly records: string;
  readonly from: number;
  readonly below: number;
}

interface LoadKeys {
  /** The keys that a step may have, by what its words have meant one after another: the last is today’s. */
  of(each: Planned, reference: ReferenceState): readonly StepKey[];
  /** Says under which of them it is recorded. */
  take(each: Planned, key: StepKey): void;
}

/**
 * The keys of one load. A step's key is derived from what it would record: the same step is the same act under any file
 * name, spelling or order, and for any loader; if it occurs twice in one load, it is two acts. What a step would record
 * depends on the rules of its year when its turn comes, because an earlier step may publish them. A step that was
 * loaded before had the rules of that time, so it is looked up under the key that it had then.
 */
function keysOfLoad(): LoadKeys {
  const times = counting();
  const taken = new Map<Planned, string>();
  return {
    of(each, reference) {
      const refers = each.refers.map((to) => (typeof to === 'string' ? to : taken.get(to)!));
      const meanings = meaningsOf(whereOf(each.step), each.facts, reference);
      return meanings.map((from, index) => {
        const records = recordedBy(each, refers, reference, from);
        return { key: times.next(records), records, from, below: meanings[index + 1] ?? Infinity };
      });
    },
    take(each, { key, records }) {
      times.take(records);
      taken.set(each, key);
    },
  };
}

/**
 * Checks files whole, every fact in them and every label, and puts their steps in the order of their recorded instants,
 * ties in the order given.
 */
export function planLoad(files: readonly NamedFile[]): Planned[] {
  const former = counting();
  const formerKeyOf = (step: Step): string => {
    const text = sha256(canonical(step));
    const key = former.next(text);
    former.take(text);
    return key;
  };
  const steps = files.flatMap(({ name, content }) => {
    const read = readAs(LoadFile, content);
    if ('faults' in read) {
      throw new LoadStopped(name, `it is not a file of acts.\n${read.faults.map(faultText).join('\n')}`);
    }
    const labelled = new Map<string, Planned>();
    return read.value.steps.map((step, index): Planned => {
      const where = `${name}, step ${index + 1}`;
      const refers = labelsOf(step);
      const standIn =
        (text: string) =>
        (label: string): string => {
          refers.push(label);
          return text;
        };
      const facts = textsIn(step).map((text) =>
        factIn(text, kindOfStep(step), standIn(UNKNOWN_YET.revision), standIn(UNKNOWN_YET.proposal), where),
      );
      const planned: Planned = {
        where,
        facts,
        refers: refers.map((label) => labelled.get(named(label)) ?? label),
        formerKey: formerKeyOf(step),
        file: name,
        step,
      };
      if (step.as) labelled.set(step.as, planned);
      return planned;
    });
  });
  const timed = steps.filter(({ step }) => step.at !== undefined);
  if (timed.length > 0 && timed.length < steps.length) {
    const { where } = steps.find(({ step }) => step.at === undefined)!;
    throw new LoadStopped(where, 'it has no recorded instant, but others have: give all of them one, or none.');
  }
  const planned = steps.sort((a, b) => (instantOf(a.step.at ?? '') ?? 0) - (instantOf(b.step.at ?? '') ?? 0));
  checkLabels(planned);
  return planned;
}

/** The stream that a step is in: a fund by its name, any other by the name of the stream itself. */
const streamOfStep = (step: Step): string =>
  step.in === REGISTER_STREAM || step.in.startsWith(`${WHEREABOUTS.dispute.category}-`) ? step.in : fundStream(step.in);

const kindOfStep = (step: Step): StreamKind => placed(streamOfStep(step)).kind;

const whereOf = (step: Step) => ({ kind: kindOfStep(step), stream: streamOfStep(step) });

interface Loading {
  readonly ledger: Ledger;
  /** The ledger's own clock, where it may be set to the recorded instants of a demonstration. */
  readonly clock: SettableClock;
  readonly signedInBy: string;
  /** How long each step is tried again where others who post at the same time are ahead of it. */
  readonly patienceMs?: number;
  onStep?(done: number, of: number): void;
}

const PATIENCE_MS = 60_000;

interface Loaded {
  readonly recorded: number;
  readonly replayed: number;
  /** What acts break without being refused, each under the step that it is of. */
  readonly warnings: readonly string[];
}

/** Loads a plan step by step. Throws {@link LoadStopped} at the first step that is refused; the steps before it stay. */
export async function load(
  planned: readonly Planned[],
  { ledger, clock, signedInBy, patienceMs = PATIENCE_MS, onStep }: Loading,
): Promise<Loaded> {
  const labels = new Map<string, Outcome>();
  const keys = keysOfLoad();
  const warnings: string[] = [];
  let replayed = 0;
  for (const [index, each] of planned.entries()) {
    const { where, file, step } = each;
    const before = index === 0 ? '' : ` The ${index} before it stand; correct it and load again.`;
    const stop = (why: Refusal) => new LoadStopped(where, why, before);
    const possible = keys.of(each, ledger.model.register().reference);
    const recorded = await actOf(ledger, each, possible);
    const key = possible.find((one) => one.key === recorded?.key) ?? possible.at(-1)!;
    keys.take(each, key);
    const submission = submissionOf(step, labels, key.key, file, signedInBy, where);
    if (step.at !== undefined && !recorded) {
      const refusal = setClock(ledger, clock, step);
      if (refusal) throw stop(refusal);
    }
    // The ledger does not record whether the partner acted for was named. It is the same act in both cases.
    const sent = recorded
      ? [recorded.partner, undefined].map((actingFor) => ({
          ...submission,
          officer: recorded.officer,
          key: recorded.key,
          actingFor,
        }))
      : [submission];
    let done: Done | Refusal | undefined;
    for (const one of sent) {
      done = await persistently(() => act(ledger, OPERATOR, one), patienceMs);
      if (!(done instanceof Refusal && done.rule === 'key_reused')) break;
    }
    if (!done || done instanceof Refusal) throw stop(done!);
    if (step.as) labels.set(`${file}@${step.as}`, done.outcome);
    if (done.replayed) replayed++;
    warnings.push(...(done.outcome.warnings ?? []).map((warning) => `${where}: ${warning}`));
    onStep?.(index + 1, planned.length);
  }
  return { recorded: planned.length - replayed, replayed, warnings };
}

interface Recorded {
  readonly officer: string;
  readonly key: string;
  readonly partner: string;
}

/**
 * If a step was loaded before: by which officer and under which key. An officer of the same body counts; another body
 * may state the same fact in the same words, and both are recorded. An act under an earlier meaning of the step’s words
 * counts if it was recorded while they had that meaning; an act under today's meaning always counts.
 */
async function actOf(
  ledger: Ledger,
  { step, formerKey }: Planned,
  keys: readonly StepKey[],
): Promise<Recorded | undefined> {
  const { model } = ledger;
  const { mandates } = model.register();
  const bodies = step.partner ? [step.partner] : (mandates.get(step.officer) ?? []).map(({ partner }) => partner);
  const ever = [keys.at(-1)!.key, formerKey].map((key) => ({ key, from: -1, below: Infinity }));
  for (const { key, from, below } of [...keys, ...ever]) {
    for (const officer of new Set([step.officer, ...mandates.keys()])) {
      const acted = model.acted(scopedKey(officer, sha256(key)), streamOfStep(step));
      if (!acted) continue;
      const known = model.knownRevision(REGISTER_STREAM, model.places(acted.stream).at(acted.revision)!);
      if (known < from || known >= below) continue;
      const [entry] = await ledger.entries(acted.stream, model.size(), acted.revision - 1);
      if (!entry || (officer !== step.officer && !bodies.includes(entry.partner))) continue;
      return { officer, key, partner: entry.partner };
    }
  }
  return undefined;
}

/**
 * Submits a step, and again if others posted first or the answer was lost. A step always has the same key, so it is
 * recorded once.
 */
async function persistently(submit: () => Promise<Done | Refusal>, patienceMs: number): Promise<Done | Refusal> {
  const until = performance.now() + patienceMs;
  const isLate = (): boolean => performance.now() >= until;
  for (;;) {
    try {
      const done = await submit();
      if (!(done instanceof Refusal) || done.rule !== 'conflict' || isLate()) return done;
    } catch (error) {
      const mayPass = error instanceof StoreBusy || error instanceof OutcomeUnknown;
      if (!mayPass || isLate()) throw error;
    }
  }
}

/** Only a demonstration ledger, or one that is about to be opened as one, takes its instants from the file; forwards. */
function setClock(ledger: Ledger, clock: SettableClock, step: Step): Refusal | undefined {
  const opened = ledger.model.register().ledger;
  if (!opened && step.post?.type !== KINDS.register.opener) {
    return refuse(
      'ledger_not_open',
      `${step.at!} is before the ledger is opened. Steps are done in the order of their instants, "at"; the first is the one that opens the ledger.`,
    );
  }
  const demonstration = opened ? opened.demonstration : step.post?.data['demonstration'] === true;
  if (!demonstration) {
    return refuse(
      'recorded_clock_refused',
      'This is not a demonstration ledger, so the file may not say when it was recorded.',
    );
  }
  const at: Instant = instantOf(step.at!)!;
  if (at < ledger.model.lastRecorded()) {
    return refuse(
      'recorded_clock_refused',
      `${step.at!} is before the last recorded instant of this ledger; recorded instants never go back.`,
    );
  }
  clock.set(at);
  return undefined;
}

function submissionOf(
  step: Step,
  labels: ReadonlyMap<string, Outcome>,
  key: string,
  file: string,
  signedInBy: string,
  where: string,
): Submission {
  // Every label was looked for when the load was planned.
  const outcomeOf = (label: string): Outcome => labels.get(`${file}@${named(label)}`)!;
  const { kind, stream } = whereOf(step);
  return {
    kind,
    stream,
    command: commandOf(step, kind, outcomeOf, where),
    officer: step.officer,
    actingFor: step.partner,
    signedInBy,
    key,
    correlation: file,
    evidence: [...(step.evidence ?? []), ...(step.synthetic ? [{ reference: `synthetic: ${step.synthetic}` }] : [])],
  };
}

function commandOf(step: Step, kind: StreamKind, outcomeOf: (label: string) => Outcome, where: string): Command {
  const { adjustment, reason } = step;
  const terms = termsOf(step);
  const proposal = (said: string): string => (isIdentifier(said) ? said : outcomeOf(said).proposal!);
  const revision = (label: string): string => outcomeOf(label).events.at(-1)!.revision;
  const fact = (text: z.output<typeof Text>) => factIn(text, kind, revision, proposal, where);
  const offer = (texts: z.output<typeof Offer>) => offeredAs([texts].flat().map(fact));
  if (step.post) return { act: 'post', fact: fact(step.post), ...(adjustment && { adjustment }) };
  if (step.propose)
    return {
      act: 'propose',
      ...offer(step.propose),
      ...terms,
      ...halfIn({ otherHalf: step.otherHalf && proposal(step.otherHalf) }),
      ...(adjustment && { adjustment }),
    };
  if (step.agree) return { act: 'agree', proposal: proposal(step.agree), ...(adjustment && { adjustment }) };
  // What these need was looked for when the file was read.
  if (step.decline) return { act: 'decline', proposal: proposal(step.decline), reason: reason! };
  if (step.withdraw) return { act: 'withdraw', proposal: proposal(step.withdraw), reason: reason! };
  return { act: 'counter', proposal: proposal(step.counter!), ...offer(step.with!), ...terms };
}

/** Reads a fact, after putting what labels stand for in their place: a proposal's identifier, or a fact's revision. */
function factIn(
  text: z.output<typeof Text>,
  kind: StreamKind,
  revision: (label: string) => string,
  proposal: (label: string) => string,
  where: string,
) {
  const declared = KINDS[kind].facts.find(({ name }) => name === text.type);
  if (!declared) throw new LoadStopped(where, `"${text.type}" is not a fact of a ${kind}.`);
  const filled = replacingTexts(declared.input, text.data, (value, what) => {
    if (!value.startsWith('@')) return value;
    return what === 'event' ? revision(value) : proposal(value);
  });
  const read = readAs(declared.input, filled);
  if ('faults' in read) {
    const faults = read.faults.map(({ path, words: what }) => `${['data', ...path].join('.')}: ${what}`);
    throw new LoadStopped(where, `${text.type} is not as it must be.\n${faults.join('\n')}`);
  }
  return { type: text.type, data: read.value as never };
}
