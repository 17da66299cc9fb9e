import { z } from 'zod';
import { endingInWords, offeredAs } from '../../domain/grammar/proposal.js';
import type { Command } from '../../domain/grammar/command.js';
import type { SentFact } from '../../domain/grammar/event.js';
import { mandatesOn, withoutMandate } from '../../domain/grammar/mandate.js';
import { READING_ROLES } from '../../domain/roles.js';
import { refuse, Refusal, RULES } from '../../domain/rules.js';
import { Name } from '../../domain/values.js';
import type { Sight } from '../access.js';
import { act, wouldRefuse } from '../act.js';
import { ask } from '../ask.js';
import { canonical, fundStream, KINDS, sha256 } from '../catalogue.js';
import type { Ledger } from '../ledger.js';
import { createQueues } from './queues.js';
import { todayOf } from './stamp.js';
import type { Done } from './submission.js';
import { rollForwardQuery, RollForwardOptions, RollForwardText, StepText } from '../questions/fund/roll-forward.js';
import type { Table } from '../questions/question.js';

/**
 * Opens next year’s fund from a fund: all that the officer may do of it, in one go. Each step is a separate act,
 * decided as if the officer had sent it. Steps that only another body may do are listed and remain to be done. So
 * officers repeat this until no step is left.
 */
export const OpenNextYearAsked = z.strictObject({
  partner: Name.optional().meta({ description: 'The partner you act for; only where you are mandated for several.' }),
  uplift: RollForwardOptions.shape.uplift,
  without: RollForwardOptions.shape.without,
});

const OUTCOMES = ['opened', 'recorded', 'proposed', 'ended', 'refused'] as const;

export const OpenNextYearAnswer = RollForwardText.extend({
  done: z
    .array(
      StepText.omit({ facts: true }).extend({
        outcome: z.enum(OUTCOMES).meta({
          description:
            'What came of it. Ended: it was proposed under the same key before, and that proposal is no longer on the table.',
        }),
        proposal: z.string().nullable(),
        rule: z.string().nullable().meta({ description: 'The rule that refused it; null where it was done.' }),
        why: z.string().nullable().meta({ description: 'Why it was refused, or how its proposal ended; else null.' }),
        warnings: z.array(z.string()),
      }),
    )
    .meta({
      description: 'What was tried, in this order, and what came of it. What is done already is not tried again.',
    }),
}).meta({ id: 'OpenNextYear' });

export type OpenNextYearText = z.output<typeof OpenNextYearAnswer>;

export interface OpeningNextYear {
  readonly officer: string;
  readonly signedInBy: string;
  readonly sight: Sight;
  /** The officer’s idempotency key: sent again, no step is done twice. */
  readonly key: string;
  readonly correlation: string;
  /** Where it is only asked about: what is left to do is told, and nothing is tried. */
  readonly dryRun?: boolean;
  /** Told of each event that is recorded, by its type. */
  onRecorded?(type: string): void;
}

type Step = z.output<typeof StepText>;

const DONE = { open: 'opened', record: 'recorded', propose: 'proposed' } as const;

const commandOf = ({ act: how, facts }: Step): Command =>
  how === 'propose'
    ? { act: 'propose', ...offeredAs(facts as unknown as SentFact[]) }
    : { act: 'post', fact: facts[0] as unknown as SentFact };

/** Whether something was done. */
export const isDone = ({ outcome }: Pick<OpenNextYearText['done'][number], 'outcome'>): boolean =>
  outcome !== 'refused' && outcome !== 'ended';

async function whole(ledger: Ledger, fund: string, asked: z.output<typeof OpenNextYearAsked>, sight: Sight) {
  const found = await ask(ledger, sight, rollForwardQuery, { fund, uplift: asked.uplift, without: asked.without });
  return found instanceof Refusal ? found : (found as unknown as RollForwardText);
}

/**
 * The same while steps are being done: if somebody else has recorded or proposed an item meanwhile with another sum,
 * its rise is dropped.
 */
async function wholeStill(ledger: Ledger, fund: string, asked: z.output<typeof OpenNextYearAsked>, sight: Sight) {
  const found = await whole(ledger, fund, asked, sight);
  if (!(found instanceof Refusal)) return found;
  const plain = await whole(ledger, fund, {}, sight);
  if (plain instanceof Refusal) return plain;
  const toDo = new Set(plain.items.flatMap(({ state, from }) => (state === 'to-do' ? [from] : [])));
  const uplift = new Map([...(asked.uplift ?? [])].filter(([name]) => toDo.has(name)));
  const without = new Set([...(asked.without ?? [])].filter((name) => toDo.has(name)));
  return whole(ledger, fund, { uplift, without }, sight);
}

/** How a proposal ended that was made under the same key before; undefined where it is on the table. */
async function endedBefore(ledger: Ledger, stream: string, { outcome, replayed }: Done): Promise<string | undefined> {
  if (!replayed || outcome.proposal === undefined) return undefined;
  const ended = (await ledger.stateOf('fund', stream)).ended.get(outcome.proposal);
  return (
    ended &&
    `It was proposed under this key before, and ${endingInWords(ended.how, KINDS.fund.byName)}. Send another key to propose it again.`
  );
}

/** The roll forwards under way in each ledger, by the fund that they open: one at a time. */
const underWay = new WeakMap<Ledger, ReturnType<typeof createQueues>>();

/** Refuses an officer who has no mandate today, or only mandates to read. */
function readsOnly(ledger: Ledger, officer: string): Refusal | undefined {
  const register = ledger.model.register();
  const held = mandatesOn(register, officer, todayOf(ledger));
  if (held.length === 0) return withoutMandate(register, officer);
  return held.every(({ role }) => READING_ROLES.includes(role))
    ? refuse('role_not_allowed', `${officer} reads, and may open, record or propose nothing.`)
    : undefined;
}

const FORBIDDEN = 403;

/**
 * Whether an officer may take at least one of the steps that are left. A fund that is not open yet takes no step before
 * it is opened, so only its opening counts. Each step is tried, and nothing is recorded.
 */
export async function mayTakeStep(
  ledger: Ledger,
  { next, isOpen, steps }: Pick<RollForwardText, 'next' | 'isOpen' | 'steps'>,
  by: Pick<OpeningNextYear, 'officer' | 'signedInBy' | 'sight'>,
): Promise<boolean> {
  if (readsOnly(ledger, by.officer)) return false;
  for (const step of steps.filter((each) => isOpen || each.act === 'open')) {
    const refusal = await wouldRefuse(ledger, by.sight, {
      kind: 'fund',
      stream: fundStream(next),
      command: commandOf(step),
      officer: by.officer,
      signedInBy: by.signedInBy,
      key: `could open ${next}`,
      correlation: next,
      evidence: [],
    });
    if (!refusal || RULES[refusal.rule].status !== FORBIDDEN) return true;
  }
  return false;
}

/**
 * Opens the next year’s fund, or does the steps that are left. Resolves to what is then open, recorded and proposed,
 * with the result of each step; or to the refusal of the whole act.
 */
export async function openNextYear(
  ledger: Ledger,
  fund: string,
  asked: z.output<typeof OpenNextYearAsked>,
  by: OpeningNextYear,
): Promise<OpenNextYearText | Refusal> {
  const { officer, sight, dryRun = false } = by;
  const before = await whole(ledger, fund, asked, sight);
  if (before instanceof Refusal) return before;
  const mayNot = readsOnly(ledger, officer);
  if (mayNot) return mayNot;
  if (dryRun) return { ...before, done: [] };
  const inTurn = underWay.get(ledger) ?? createQueues();
  underWay.set(ledger, inTurn);
  return inTurn(before.next, () => doneInTurn(ledger, fund, asked, by));
}

/** Does one step after the other. The next fund is looked at again before each: others act in it meanwhile. */
async function doneInTurn(
  ledger: Ledger,
  fund: string,
  asked: z.output<typeof OpenNextYearAsked>,
  by: OpeningNextYear,
): Promise<OpenNextYearText | Refusal> {
  const done: OpenNextYearText['done'] = [];
  const tried = new Set<string>();
  for (;;) {
    const now = await wholeStill(ledger, fund, asked, by.sight);
    if (now instanceof Refusal) return now;
    const step = now.steps.find((each) => !tried.has(canonical(commandOf(each))));
    // Nothing can be said in a fund that is not open.
    const isStopped = !now.isOpen && done.length > 0;
    if (!step || isStopped) return { ...now, done };
    tried.add(canonical(commandOf(step)));
    done.push(await triedStep(ledger, now.next, step, { ...by, partner: asked.partner }));
  }
}

/** Acts as the officer would, and tells what came of it. */
async function triedStep(
  ledger: Ledger,
  next: string,
  step: Step,
  {
    officer,
    partner: actingFor,
    signedInBy,
    sight,
    key,
    correlation,
    onRecorded,
  }: OpeningNextYear & { readonly partner: string | undefined },
): Promise<OpenNextYearText['done'][number]> {
  const command = commandOf(step);
  const stream = fundStream(next);
  const found = await act(ledger, sight, {
    kind: 'fund',
    stream,
    command,
    officer,
    actingFor,
    signedInBy,
    key: `${key} ${sha256(canonical(command))}`,
    correlation,
    evidence: [],
  });
  const told = { act: step.act, sentences: step.sentences, bodies: step.bodies, signs: step.signs };
  if (found instanceof Refusal)
    return { ...told, outcome: 'refused', proposal: null, rule: found.rule, why: found.detail, warnings: [] };
  if (!found.replayed) for (const { type } of found.outcome.events) onRecorded?.(type);
  const ended = await endedBefore(ledger, stream, found);
  return {
    ...told,
    outcome: ended === undefined ? DONE[step.act] : 'ended',
    proposal: found.outcome.proposal ?? null,
    rule: null,
    why: ended ?? null,
    warnings: [...(found.outcome.warnings ?? [])],
  };
}

/** What came of each step, and what waits for whom, as a table. */
export const openNextYearTable = ({ next, done, waiting }: OpenNextYearText): Table => ({
  columns: ['what', 'where', 'sentence', 'for', 'why'],
  rows: [
    ...done.map(({ outcome, sentences, signs, bodies, why }) => [
      outcome,
      next,
      sentences.join(' '),
      (isDone({ outcome }) ? signs : bodies).join(' or '),
      why ?? '',
    ]),
    ...waiting.map(({ proposal, sentences, awaiting }) => [
      'waits for signature',
      proposal,
      sentences.join(' '),
      awaiting.join(' or '),
      '',
    ]),
  ],
});
