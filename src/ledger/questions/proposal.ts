import { z } from 'zod';
import type { Day, Instant } from '../../domain/calendar.js';
import type { StreamKind } from '../../domain/grammar/event.js';
import type { Entry } from '../../../projections/entry.js';
import { FACTS, lastBefore } from '../../../projections/entry-indexes.js';
import { moneyText } from '../../domain/money.js';
import {
  endingInWords,
  replacedBy,
  textsOf,
  type Offered,
  type OpenProposal,
  type ProposalEvent,
} from '../../domain/grammar/proposal.js';
import { mandatesOn } from '../../domain/grammar/mandate.js';
import { actingFor } from '../../domain/grammar/succession.js';
import { refuse, Refusal } from '../../domain/rules.js';
import { SignedMoney } from '../../domain/values.js';
import { OPERATOR } from '../access.js';
import { wouldRefuse } from '../act.js';
import { kindOf, KINDS, offerSentence, placed, sentenceOf } from '../catalogue.js';
import { todayOf } from '../acts/stamp.js';
import type { Ledger } from '../ledger.js';
import { Known, knownThen } from './known.js';
import { proposalIn, STATES, streamThen, type Terms } from './proposal-then.js';
import { settlementOf, SettlementText } from './settlement.js';
import { DocumentText, documentText, KnownAt, query, SEES_ALL, type Seeing, type Table } from './question.js';

/** One whole proposal: its terms, its steps, how it ended, and who can sign it. */

export const ProposalText = z.object({
  proposal: z.string(),
  revision: z
    .string()
    .meta({ description: 'The revision at which its terms last changed. Send it as If-Match when you answer.' }),
  fact: z.object({ type: z.string(), data: z.looseObject({}) }),
  sentence: z.string(),
  facts: z
    .array(z.object({ type: z.string(), data: z.looseObject({}), sentence: z.string() }))
    .meta({ description: 'Every fact of a deal, in the order in which they are recorded; one fact if it is no deal.' }),
  by: z.string(),
  officer: z.string(),
  awaiting: z.array(z.string()),
  needs: z.array(z.object({ fact: z.int(), bodies: z.array(z.string()) })).meta({
    description:
      'The signatures that a deal still lacks. Each is for the fact at a place of `facts`, from 0, by an officer of any one of the bodies. Empty if it is no deal.',
  }),
  given: z
    .array(z.object({ officer: z.string(), partner: z.string(), role: z.string(), facts: z.array(z.int()) }))
    .meta({
      description: 'The signatures under a deal so far, each with the places of the facts that it is for.',
    }),
  signature: z.string(),
  conditions: z.string().nullable(),
  expires: z.string().nullable(),
  otherHalf: z
    .object({ kind: z.enum(['fund', 'dispute']), in: z.string(), proposal: z.string() })
    .nullable()
    .meta({ description: 'The proposal that it names as the other half of a settlement; null if it names none.' }),
});

export type ProposalText = z.output<typeof ProposalText>;

export const proposalText = (stream: string, proposal: Terms): ProposalText => ({
  proposal: proposal.id,
  revision: String(proposal.revision),
  fact: { type: proposal.fact.type, data: proposal.fact.data },
  sentence: offerSentence(kindOf(stream), proposal),
  facts: textsOf(proposal).map(({ type, data }) => ({
    type,
    data,
    sentence: sentenceOf({ stream, type, data } as never),
  })),
  by: proposal.by,
  officer: proposal.officer,
  awaiting: [...proposal.awaiting],
  needs: (proposal.deal?.needs ?? []).map(({ fact, bodies }) => ({ fact, bodies: [...bodies] })),
  given: (proposal.deal?.given ?? []).map(({ facts, ...each }) => ({ ...each, facts: [...facts] })),
  signature: proposal.signature,
  conditions: proposal.conditions ?? null,
  expires: proposal.expires ?? null,
  otherHalf: proposal.otherHalf ?? null,
});

export const OfProposal = z.strictObject({
  proposal: z
    .uuid({ error: 'must be the identifier of a proposal' })
    .meta({ description: 'The proposal, by its identifier.' }),
});

const StepText = z.object({
  revision: z.string(),
  type: z.string(),
  recordedAt: z.string(),
  officer: z.string(),
  partner: z.string(),
  role: z.string(),
  sentence: z.string(),
  reason: z
    .string()
    .nullable()
    .meta({ description: 'Why it was declined or withdrawn, as its officer wrote; null for other steps.' }),
});

const SignerText = z.object({
  officer: z.string(),
  partner: z.string(),
  role: z.string(),
  limit: SignedMoney.nullable().meta({
    description: 'The most that one act of this officer may move; null for no limit.',
  }),
  able: z.boolean(),
  rule: z
    .string()
    .nullable()
    .meta({ description: 'The rule that prevents this officer from signing now; null if they can sign.' }),
  why: z.string().nullable().meta({ description: 'The same in words.' }),
});

export const WholeProposal = ProposalText.extend({
  kind: z.enum(['register', 'fund', 'dispute']),
  in: z.string().meta({ description: 'The fund, or the area, in which it was made; empty for the register.' }),
  ...Known,
  state: z.enum(STATES),
  settlement: SettlementText.nullable().meta({
    description:
      'The settlement in two places of which it is a half, with the state of the other half; null if it is no half.',
  }),
  ending: z.string().nullable().meta({ description: 'How it ended, in words; null while it is on the table.' }),
  replaces: z
    .object({ type: z.string(), data: z.looseObject({}) })
    .nullable()
    .meta({ description: 'The fact that its last counter-offer replaced; null if nobody has countered it.' }),
  replaced: z
    .array(z.object({ type: z.string(), data: z.looseObject({}), sentence: z.string() }))
    .meta({ description: 'Every fact that its last counter-offer replaced, in their order.' }),
  steps: z.array(StepText).meta({ description: 'What was done with it, in the order in which it was recorded.' }),
  documents: z
    .array(DocumentText)
    .meta({ description: 'The documents that its steps name, each once, with their digests.' }),
  recorded: z
    .object({ id: z.string(), revision: z.string(), recordedAt: z.string(), sentence: z.string() })
    .nullable()
    .meta({ description: 'The fact that its signature recorded, for a deal the first; null if it is not signed.' }),
  records: z
    .array(z.object({ id: z.string(), revision: z.string(), recordedAt: z.string(), sentence: z.string() }))
    .meta({ description: 'Every fact that its last signature recorded, in their order.' }),
  signers: z.array(SignerText).meta({
    description:
      'The officers of the side that it waits for, and whether each could sign it now. Empty if the proposal has ended, or if an earlier instant is asked about.',
  }),
});

type WholeProposal = z.input<typeof WholeProposal>;

/**
 * The bodies that a proposal waits for, any one of which may sign, with the effective day of their fact; for a deal,
 * one entry for each need.
 */
export const sidesToSign = (
  proposal: OpenProposal,
): { readonly bodies: readonly string[]; readonly effective: Day }[] =>
  (proposal.deal?.needs ?? [{ fact: 0, bodies: proposal.awaiting }]).map(({ fact, bodies }) => ({
    bodies,
    effective: textsOf(proposal)[fact]!.data.effective,
  }));

/** Whether each officer of the side that a proposal waits for could sign it now, as the rules themselves say. */
async function signersOf(ledger: Ledger, kind: StreamKind, stream: string, proposal: OpenProposal) {
  const { id, revision } = proposal;
  const register = ledger.model.register();
  const today = todayOf(ledger);
  const area = KINDS[kind].area((await ledger.stateOf(kind, stream)).own);
  const sides = sidesToSign(proposal).flatMap(({ bodies, effective }) =>
    actingFor(register.successions, bodies, { area, today, effective }),
  );
  const signers: WholeProposal['signers'][number][] = [];
  for (const officer of register.mandates.keys()) {
    for (const { partner, role, limit } of mandatesOn(register, officer, today)) {
      if (!sides.includes(partner)) continue;
      const refusal = await wouldRefuse(ledger, OPERATOR, {
        kind,
        stream,
        command: { act: 'agree', proposal: id },
        officer,
        actingFor: partner,
        signedInBy: 'dry-run',
        key: `signers ${id} ${revision} ${partner} ${role}`,
        correlation: id,
        evidence: [],
      });
      signers.push({
        officer,
        partner,
        role,
        limit: limit === undefined ? null : moneyText(limit),
        able: refusal === undefined,
        rule: refusal?.rule ?? null,
        why: refusal?.detail ?? null,
      });
    }
  }
  return signers;
}

/** Why a proposal was declined or withdrawn; null for its other steps. */
const reasonOf = (step: ProposalEvent): string | null =>
  step.type === 'ProposalDeclined' || step.type === 'ProposalWithdrawn' ? step.data.reason : null;

/** The documents of several steps, each once, because the signer may name the same documents as the offer. */
const documentsOf = (steps: readonly Entry[]) => [
  ...new Map(
    steps.flatMap(({ evidence }) => evidence.map((each) => [JSON.stringify(documentText(each)), documentText(each)])),
  ).values(),
];

/** The facts that an agreement recorded: they follow it. */
async function recordedBy(ledger: Ledger, stream: string, { revision, data }: Entry & ProposalEvent, size: number) {
  const facts = await ledger.entriesUnder(stream, size, FACTS);
  const first = lastBefore(facts, revision) + 1;
  const last = revision + textsOf(data as unknown as Offered).length;
  return facts.slice(first, lastBefore(facts, last + 1) + 1);
}

/** A proposal as known at an instant; left out, now, with who can sign it. */
export async function wholeProposal(
  ledger: Ledger,
  kind: StreamKind,
  stream: string,
  id: string,
  knownAt?: Instant,
  seeing: Seeing = SEES_ALL,
): Promise<WholeProposal | Refusal> {
  const { size, instant, text: known } = knownThen(ledger, knownAt);
  const there = await streamThen(ledger, stream, { size, instant });
  const found = proposalIn(there, id, { size, instant });
  if (!found) return refuse('proposal_unknown', `No proposal ${id} was made here.`);
  const { steps, open, how, state } = found;
  const agreed = steps.find(({ type }) => type === 'ProposalAgreed');
  const records = (agreed ? await recordedBy(ledger, stream, agreed, size) : []).map(
    ({ id: event, revision, recordedAt, sentence }) => ({
      id: event,
      revision: String(revision),
      recordedAt,
      sentence,
    }),
  );
  const countered = steps.findLast(({ type }) => type === 'ProposalCountered') as
    Extract<ProposalEvent, { type: 'ProposalCountered' }> | undefined;
  return {
    ...proposalText(stream, found.terms),
    kind,
    in: placed(stream).name,
    ...known,
    state,
    settlement: await settlementOf(ledger, stream, id, { size, instant }, seeing),
    ending: how === undefined ? null : endingInWords(how, KINDS[kind].byName),
    replaces: countered ? { type: countered.data.replaces.type, data: countered.data.replaces.data } : null,
    replaced: countered
      ? textsOf(replacedBy(countered.data)).map(({ type, data }) => ({
          type,
          data,
          sentence: sentenceOf({ stream, type, data } as never),
        }))
      : [],
    steps: steps.map((step) => {
      const { revision, type, recordedAt, officer, partner, role, sentence } = step;
      const reason = reasonOf(step);
      return { revision: String(revision), type, recordedAt, officer, partner, role, sentence, reason };
    }),
    documents: documentsOf(steps),
    recorded: records[0] ?? null,
    records,
    signers: open && knownAt === undefined ? await signersOf(ledger, kind, stream, open) : [],
  };
}

export const proposalTable = (answer: z.output<typeof WholeProposal>): Table => ({
  columns: ['what', 'who', 'when', 'revision'],
  rows: [
    [answer.sentence, answer.by, '', answer.revision],
    ...answer.steps.map(({ sentence, officer, recordedAt, revision }) => [sentence, officer, recordedAt, revision]),
    ...(answer.settlement === null ? [] : [[answer.settlement.words, '', '', '']]),
    ...(answer.ending === null ? [] : [[`It has ended: ${answer.ending}.`, '', '', '']]),
    ...answer.signers.map(({ officer, partner, able, why }) => [
      able ? `can sign for ${partner}` : why!,
      officer,
      '',
      '',
    ]),
  ],
});

const maySee = (seeing: Seeing, stream: string): boolean => {
  const { kind, name } = placed(stream);
  return kind === 'register' || (kind === 'fund' ? seeing.sees(name) : seeing.seesCases(name));
};

/** Finds the stream of a proposal by its identifier alone, which a receipt or a mailed link gives. */
export const proposalAnywhere = query({
  name: 'find-proposal',
  path: '/proposals/{proposal}',
  about:
    'One proposal by its identifier alone, wherever it was made, waiting or ended. A proposal that you may not see is refused as if it did not exist.',
  params: OfProposal,
  options: z.strictObject({ 'known-at': KnownAt.optional() }),
  answer: WholeProposal,
  async run(ledger, { proposal, 'known-at': knownAt }, seeing = SEES_ALL) {
    const stream = ledger.model.madeIn(proposal);
    return stream !== undefined && maySee(seeing, stream)
      ? wholeProposal(ledger, placed(stream).kind, stream, proposal, knownAt, seeing)
      : refuse('proposal_unknown', `No proposal ${proposal} was made here.`);
  },
  table: proposalTable,
  revision: (answer) => answer.revision,
});
