import { z } from 'zod';
import { instantOf, type Instant } from '../domain/calendar.js';
import { refuse, Refusal } from '../domain/rules.js';
import { termsOf, type Command } from '../domain/stream.js';
import { EffectiveDay, Evidence, Name, words } from '../domain/values.js';
import type { StreamKind } from '../domain/facts.js';
import { allFacts, canonical, fundStream, placed, REGISTER_STREAM, sha256, WHEREABOUTS } from './catalogue.js';
import type { SettableClock } from './clock.js';
import type { Ledger } from './ledger.js';
import { scopedKey } from './read-model.js';
import type { Outcome, Submission } from './submit.js';

/**
 * Loads files of acts: opening a ledger, a year's plan, a demonstration. Each step is decided like any other act, by the
 * officer that it names, so a file can do nothing that the officers could not. Loading a file again changes nothing.
 */
const Text = z.strictObject({ type: z.string(), data: z.record(z.string(), z.unknown()) });

const act = {
  post: Text.optional(),
  propose: Text.optional(),
  counter: z.string().optional(),
  with: Text.optional(),
  agree: z.string().optional(),
  decline: z.string().optional(),
  withdraw: z.string().optional(),
};
const ACTS = ['post', 'propose', 'counter', 'agree', 'decline', 'withdraw'] as const;

const Step = z
  .strictObject({
    at: z
      .string()
      .refine((text) => instantOf(text) !== undefined, {
        error: 'must be a UTC instant such as "2016-05-27T10:00:00Z"',
      })
      .optional()
      .meta({ description: 'The recorded instant; only in a demonstration ledger.' }),
    officer: Name,
    partner: Name.optional(),
    in: Name.meta({ description: 'The fund, "register", or "disputes-" and the area.' }),
    as: Name.optional().meta({ description: 'A label by which later steps refer to this one, as "@label".' }),
    ...act,
    reason: words(500).optional(),
    conditions: words(1000).optional(),
    expires: EffectiveDay.optional(),
    adjustment: z.strictObject({ reason: words(500) }).optional(),
    evidence: Evidence.optional(),
    synthetic: words(300)
      .optional()
      .meta({ description: 'What in this step is not in the sources; recorded with it as evidence.' }),
  })
  .refine((step) => ACTS.filter((name) => step[name] !== undefined).length === 1, {
    error: `must do exactly one of ${ACTS.join(', ')}`,
  });

export const LoadFile = z.strictObject({
  title: words(200),
  about: words(4000).optional(),
  sources: z.record(z.string(), words(500)).optional(),
  steps: z.array(Step).min(1),
});

export type LoadFile = z.output<typeof LoadFile>;
type Step = z.output<typeof Step>;

/** A load that stopped: which step, and why. What came before it stands. */
export class LoadStopped extends Error {
  readonly refusal: Refusal | undefined;

  constructor(where: string, why: Refusal | string, more = '') {
    super(`${where}: ${why instanceof Refusal ? `${why.detail} (${why.rule})` : why}${more}`);
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
  readonly key: string;
  readonly file: string;
  readonly step: Step;
}

/** Stands for what a label will mean, while a file is only checked. */
const UNKNOWN_YET = { proposal: '00000000-0000-4000-8000-000000000000', revision: '0' };

/**
 * Checks files whole, every fact in them too, and puts their steps in the order of their recorded instants, ties in the
 * order given. A step's key is what it says: the same step is the same act, whatever its file is called or however it is
 * moved; said twice in one load, it is two acts.
 */
export function planLoad(files: readonly NamedFile[]): Planned[] {
  const times = new Map<string, number>();
  const steps = files.flatMap(({ name, content }) => {
    const parsed = LoadFile.safeParse(content);
    if (!parsed.success) throw new LoadStopped(name, `it is not a file of acts.\n${z.prettifyError(parsed.error)}`);
    return parsed.data.steps.map((step, index): Planned => {
      const where = `${name}, step ${index + 1}`;
      for (const text of [step.post, step.propose, step.with]) {
        if (text)
          factIn(
            text,
            kindOfStep(step),
            () => UNKNOWN_YET.revision,
            () => UNKNOWN_YET.proposal,
            where,
          );
      }
      const says = sha256(canonical(step));
      const time = (times.get(says) ?? 0) + 1;
      times.set(says, time);
      return { where, key: `${says} ${time}`, file: name, step };
    });
  });
  const timed = steps.filter(({ step }) => step.at !== undefined);
  if (timed.length > 0 && timed.length < steps.length) {
    const { where } = steps.find(({ step }) => step.at === undefined)!;
    throw new LoadStopped(where, 'it has no recorded instant, but others have: give all of them one, or none.');
  }
  return steps.sort((a, b) => (instantOf(a.step.at ?? '') ?? 0) - (instantOf(b.step.at ?? '') ?? 0));
}

/** The stream that a step is in: a fund by its name, any other by the name of the stream itself. */
const streamOfStep = (step: Step): string =>
  step.in === REGISTER_STREAM || step.in.startsWith(`${WHEREABOUTS.dispute.category}-`) ? step.in : fundStream(step.in);

const kindOfStep = (step: Step): StreamKind => placed(streamOfStep(step)).kind;

interface Loading {
  readonly ledger: Ledger;
  /** The ledger's own clock, where it may be set to the recorded instants of a demonstration. */
  readonly clock: SettableClock;
  readonly signedInBy: string;
  onStep?(done: number, of: number): void;
}

interface Loaded {
  readonly recorded: number;
  readonly replayed: number;
}

/** Loads a plan step by step. Throws {@link LoadStopped} at the first step that is refused. */
export async function load(
  planned: readonly Planned[],
  { ledger, clock, signedInBy, onStep }: Loading,
): Promise<Loaded> {
  const labels = new Map<string, Outcome>();
  let replayed = 0;
  for (const [index, { where, key, file, step }] of planned.entries()) {
    const before = index === 0 ? '' : ` The ${index} before it stand; correct it and load again.`;
    const stop = (why: Refusal) => new LoadStopped(where, why, before);
    const submission = submissionOf(step, labels, key, file, signedInBy, where);
    if (step.at !== undefined) {
      const refusal = setClock(ledger, clock, step, submission.stream, scopedKey(step.officer, sha256(key)));
      if (refusal) throw stop(refusal);
    }
    const done = await ledger.submit(submission);
    if (done instanceof Refusal) throw stop(done);
    if (step.as) labels.set(`${file}@${step.as}`, done.outcome);
    if (done.replayed) replayed++;
    onStep?.(index + 1, planned.length);
  }
  return { recorded: planned.length - replayed, replayed };
}

/** Only a demonstration ledger, or one that is about to be opened as one, takes its instants from the file; forwards. */
function setClock(ledger: Ledger, clock: SettableClock, step: Step, stream: string, key: string): Refusal | undefined {
  if (ledger.model.acted(key, stream)) return undefined;
  const opened = ledger.model.register().ledger;
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
  const outcomeOf = (label: string): Outcome => {
    const outcome = labels.get(`${file}@${label.replace(/^@/, '')}`);
    if (!outcome) throw new LoadStopped(where, `no earlier step of this file is labelled "${label}".`);
    return outcome;
  };
  const kind = kindOfStep(step);
  return {
    kind,
    stream: streamOfStep(step),
    command: commandOf(step, kind, outcomeOf, where),
    officer: step.officer,
    actingFor: step.partner,
    signedInBy,
    key,
    correlation: file,
    evidence: [...(step.evidence ?? []), ...(step.synthetic ? [{ reference: `synthetic: ${step.synthetic}` }] : [])],
  };
}

function commandOf(step: Step, kind: string, outcomeOf: (label: string) => Outcome, where: string): Command {
  const { adjustment, reason = '' } = step;
  const terms = termsOf(step);
  const proposal = (label: string): string => {
    const id = outcomeOf(label).proposal;
    if (id === undefined) throw new LoadStopped(where, `the step labelled "${label}" is not a proposal.`);
    return id;
  };
  const revision = (label: string): string => outcomeOf(label).events.at(-1)!.revision;
  const fact = (text: z.output<typeof Text>) => factIn(text, kind, revision, proposal, where);
  if (step.post) return { act: 'post', fact: fact(step.post), ...(adjustment && { adjustment }) };
  if (step.propose) return { act: 'propose', fact: fact(step.propose), ...terms, ...(adjustment && { adjustment }) };
  if (step.agree) return { act: 'agree', proposal: proposal(step.agree), ...(adjustment && { adjustment }) };
  if (step.decline) return { act: 'decline', proposal: proposal(step.decline), reason };
  if (step.withdraw) return { act: 'withdraw', proposal: proposal(step.withdraw), reason };
  if (!step.with) throw new LoadStopped(where, 'a counter needs its terms under "with".');
  return { act: 'counter', proposal: proposal(step.counter!), fact: fact(step.with), ...terms };
}

/** The fields that name an event of the same stream by its revision. */
const REVISION_FIELDS: ReadonlySet<string> = new Set(['reverses', 'revises', 'notice']);

/** Reads a fact, after putting what labels stand for in their place: a proposal's identifier, or a fact's revision. */
function factIn(
  text: z.output<typeof Text>,
  kind: string,
  revision: (label: string) => string,
  proposal: (label: string) => string,
  where: string,
) {
  const declared = allFacts().find((each) => each.kind.name === kind && each.fact.name === text.type);
  if (!declared) throw new LoadStopped(where, `"${text.type}" is not a fact of a ${kind}.`);
  const filled = z.record(z.string(), z.unknown()).parse(
    JSON.parse(JSON.stringify(text.data), (field, value: unknown) => {
      if (typeof value !== 'string' || !value.startsWith('@')) return value;
      return REVISION_FIELDS.has(field) ? revision(value) : proposal(value);
    }),
  );
  const data = declared.fact.input.safeParse(filled);
  if (!data.success) throw new LoadStopped(where, `${text.type} is not as it must be.\n${z.prettifyError(data.error)}`);
  return { type: text.type, data: data.data as never };
}
