import { z } from 'zod';
import { offeredAs } from '../../domain/grammar/proposal.js';
import type { Command } from '../../domain/grammar/command.js';
import type { SentFact } from '../../domain/grammar/event.js';
import { mandatesOn } from '../../domain/grammar/mandate.js';
import { READING_ROLES } from '../../domain/roles.js';
import { refuse, Refusal } from '../../domain/rules.js';
import { Name } from '../../domain/values.js';
import type { Sight } from '../access.js';
import { act } from '../act.js';
import { ask } from '../ask.js';
import { canonical, fundStream, sha256 } from '../catalogue.js';
import type { Ledger } from '../ledger.js';
import { todayOf } from './stamp.js';
import { rollForwardQuery, RollForwardOptions, RollForwardText, StepText } from '../questions/fund/roll-forward.js';
import type { Table } from '../questions/question.js';

/**
 * Opens next year’s fund from a fund: all that the officer may do of it, in one go. Each step is an act of its own, decided as if
 * the officer had sent it: what is another body’s to do is told, and stays to be done. So it is done again, by the same
 * officer or by others, until nothing is left.
 */
export const OpenNextYearAsked = z.strictObject({
  partner: Name.optional().meta({ description: 'The partner you act for; only where you are mandated for several.' }),
  uplift: RollForwardOptions.shape.uplift,
  without: RollForwardOptions.shape.without,
});

const OUTCOMES = ['opened', 'recorded', 'proposed', 'refused'] as const;

export const OpenNextYearAnswer = RollForwardText.extend({
  done: z
    .array(
      StepText.omit({ facts: true }).extend({
        outcome: z.enum(OUTCOMES),
        proposal: z.string().nullable(),
        rule: z.string().nullable().meta({ description: 'The rule that refused it; null where it was done.' }),
        why: z.string().nullable(),
        warnings: z.array(z.string()),
      }),
    )
    .meta({
      description: 'What was tried, in this order, and what came of it. What was done before is not tried again.',
    }),
}).meta({ id: 'OpenNextYear' });

export type OpenNextYearText = z.output<typeof OpenNextYearAnswer>;

export interface OpeningNextYear {
  readonly officer: string;
  readonly signedInBy: string;
  readonly sight: Sight;
  /** The officer’s own name for it: sent again, no step is done twice. */
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

async function whole(ledger: Ledger, fund: string, asked: z.output<typeof OpenNextYearAsked>, sight: Sight) {
  const found = await ask(ledger, sight, rollForwardQuery, { fund, uplift: asked.uplift, without: asked.without });
  return found instanceof Refusal ? found : (found as unknown as RollForwardText);
}

/** Refuses who acts for nobody: whoever holds no mandate today, or only such as read. */
function readsOnly(ledger: Ledger, officer: string): Refusal | undefined {
  const held = mandatesOn(ledger.model.register(), officer, todayOf(ledger));
  if (held.length === 0) return refuse('not_mandated', `${officer} holds no mandate today.`);
  return held.every(({ role }) => READING_ROLES.includes(role))
    ? refuse('role_not_allowed', `${officer} reads, and may open, record or propose nothing.`)
    : undefined;
}

/**
 * Opens the next year’s fund, or does what is left of it. Resolves to what is open, recorded and on the table then, with what came
 * of each step; or to the rule by which it cannot be asked for at all.
 */
export async function openNextYear(
  ledger: Ledger,
  fund: string,
  asked: z.output<typeof OpenNextYearAsked>,
  { officer, signedInBy, sight, key, correlation, dryRun = false, onRecorded }: OpeningNextYear,
): Promise<OpenNextYearText | Refusal> {
  const before = await whole(ledger, fund, asked, sight);
  if (before instanceof Refusal) return before;
  const mayNot = readsOnly(ledger, officer);
  if (mayNot) return mayNot;
  if (dryRun) return { ...before, done: [] };
  const done: OpenNextYearText['done'] = [];
  for (const step of before.steps) {
    const command = commandOf(step);
    const found = await act(ledger, sight, {
      kind: 'fund',
      stream: fundStream(before.next),
      command,
      officer,
      actingFor: asked.partner,
      signedInBy,
      key: `${key} ${sha256(canonical(command))}`,
      correlation,
      evidence: [],
    });
    const refused = found instanceof Refusal ? found : undefined;
    if (!(found instanceof Refusal) && !found.replayed) for (const { type } of found.outcome.events) onRecorded?.(type);
    done.push({
      act: step.act,
      sentences: step.sentences,
      bodies: step.bodies,
      signs: step.signs,
      outcome: refused ? 'refused' : DONE[step.act],
      proposal: found instanceof Refusal ? null : (found.outcome.proposal ?? null),
      rule: refused?.rule ?? null,
      why: refused?.detail ?? null,
      warnings: found instanceof Refusal ? [] : [...(found.outcome.warnings ?? [])],
    });
    // Nothing can be said in a fund that is not open.
    if (refused && step.act === 'open') break;
  }
  const after = await whole(ledger, fund, asked, sight);
  return after instanceof Refusal ? after : { ...after, done };
}

/** What came of each step, and what waits for whom, as a table. */
export const openNextYearTable = ({ next, done, waiting }: OpenNextYearText): Table => ({
  columns: ['what', 'where', 'sentence', 'for', 'why'],
  rows: [
    ...done.map(({ outcome, sentences, signs, bodies, why }) => [
      outcome,
      next,
      sentences.join(' '),
      (outcome === 'refused' ? bodies : signs).join(' or '),
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
