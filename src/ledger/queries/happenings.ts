import { z } from 'zod';
import { instantText, type Instant } from '../../domain/calendar.js';
import { refuse, Refusal } from '../../domain/rules.js';
import { fundStream, REGISTER_STREAM, sentenceOf } from '../catalogue.js';
import type { Ledger } from '../ledger.js';
import { EntryText, entryText, KnownAt, Nothing, OfFund, query, standing, type Table } from './query.js';

/** What happened, and what waits for a signature. */

const LIMIT_WORDS = 'must be a whole number from 1 to 500';

const PageOptions = {
  'known-at': KnownAt.optional(),
  after: z
    .string()
    .regex(/^(0|[1-9]\d*)$/, { error: 'must be the "next" of an earlier page' })
    .optional()
    .meta({ description: 'The cursor given as "next" by the page before.' }),
  limit: z.coerce
    .number({ error: LIMIT_WORDS })
    .int({ error: LIMIT_WORDS })
    .min(1, { error: LIMIT_WORDS })
    .max(500, { error: LIMIT_WORDS })
    .default(100)
    .meta({ description: 'How many facts at the most, 1 to 500; 100 where it is left out.' }),
};

const TimelinePage = {
  knownAt: z.string(),
  entries: z.array(EntryText),
  next: z.string().nullable().meta({ description: 'The cursor of the next page, or null on the last.' }),
};

async function timelineOf(
  ledger: Ledger,
  stream: string,
  asked: { 'known-at'?: Instant | undefined; after?: string | undefined; limit: number },
) {
  const knownAt = asked['known-at'] ?? ledger.model.now(ledger.clock);
  const { size } = ledger.model.prefix(knownAt);
  const after = asked.after === undefined ? -1 : Number(asked.after);
  const entries = await ledger.entries(stream, size, { after, limit: asked.limit + 1 });
  const page = entries.slice(0, asked.limit);
  return {
    knownAt: instantText(knownAt),
    entries: page.map(entryText),
    next: entries.length > page.length ? String(page.at(-1)!.revision) : null,
  };
}

const timelineTable = ({ entries }: { readonly entries: readonly z.output<typeof EntryText>[] }): Table => ({
  columns: ['revision', 'recorded at', 'effective', 'officer', 'partner', 'what'],
  rows: entries.map((entry) => [
    entry.revision,
    entry.recordedAt,
    entry.effective,
    entry.officer,
    entry.partner,
    entry.sentence,
  ]),
});

export const timeline = query({
  name: 'timeline',
  path: '/funds/{fund}/timeline',
  about: 'What happened in a fund, in the order in which it was recorded, each fact in a sentence.',
  params: OfFund,
  options: z.strictObject(PageOptions),
  answer: z.object({ fund: z.string(), ...TimelinePage }),
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, {});
    if (at instanceof Refusal) return at;
    return { fund: asked.fund, ...(await timelineOf(ledger, fundStream(asked.fund), asked)) };
  },
  table: timelineTable,
});

export const registerTimeline = query({
  name: 'register-timeline',
  path: '/register/timeline',
  about: 'What happened in the register: partners, officers and their mandates.',
  params: Nothing,
  options: z.strictObject(PageOptions),
  answer: z.object(TimelinePage),
  run: (ledger, asked) => timelineOf(ledger, REGISTER_STREAM, asked),
  table: timelineTable,
});

const ProposalText = z.object({
  proposal: z.string(),
  revision: z
    .string()
    .meta({ description: 'The revision at which its terms last changed: send it as If-Match to answer.' }),
  fact: z.object({ type: z.string(), data: z.looseObject({}) }),
  sentence: z.string(),
  by: z.string(),
  officer: z.string(),
  awaiting: z.array(z.string()),
  signature: z.string(),
  conditions: z.string().nullable(),
  expires: z.string().nullable(),
});

function proposalsIn(ledger: Ledger, stream: string): z.input<typeof ProposalText>[] {
  return ledger.model
    .openProposals()
    .filter((each) => each.stream === stream)
    .map(({ proposal }) => ({
      proposal: proposal.id,
      revision: String(proposal.revision),
      fact: { type: proposal.fact.type, data: proposal.fact.data },
      sentence: sentenceOf({ stream, type: proposal.fact.type, data: proposal.fact.data } as never),
      by: proposal.by,
      officer: proposal.officer,
      awaiting: [...proposal.awaiting],
      signature: proposal.signature,
      conditions: proposal.conditions ?? null,
      expires: proposal.expires ?? null,
    }));
}

const proposalsTable = ({ proposals }: { readonly proposals: readonly z.output<typeof ProposalText>[] }): Table => ({
  columns: ['proposal', 'revision', 'what', 'by', 'waits for', 'expires'],
  rows: proposals.map((each) => [
    each.proposal,
    each.revision,
    each.sentence,
    each.by,
    each.awaiting.join(' or '),
    each.expires ?? '',
  ]),
});

export const proposals = query({
  name: 'proposals',
  path: '/funds/{fund}/proposals',
  about: 'What waits for a signature in a fund now.',
  params: OfFund,
  options: Nothing,
  answer: z.object({ fund: z.string(), proposals: z.array(ProposalText) }),
  async run(ledger, { fund }) {
    const at = standing(ledger, fund, {});
    return at instanceof Refusal ? at : { fund, proposals: proposalsIn(ledger, fundStream(fund)) };
  },
  table: proposalsTable,
});

export const registerProposals = query({
  name: 'register-proposals',
  path: '/register/proposals',
  about: 'What waits for a signature in the register now.',
  params: Nothing,
  options: Nothing,
  answer: z.object({ proposals: z.array(ProposalText) }),
  run: async (ledger) => ({ proposals: proposalsIn(ledger, REGISTER_STREAM) }),
  table: proposalsTable,
});

const OfProposal = z.strictObject({ proposal: z.uuid({ error: 'must be the identifier of a proposal' }) });

const oneProposal = (found: z.input<typeof ProposalText>[], id: string) =>
  found.find((each) => each.proposal === id) ??
  refuse('proposal_unknown', `No proposal ${id} waits for a signature here.`);

export const proposal = query({
  name: 'proposal',
  path: '/funds/{fund}/proposals/{proposal}',
  about: 'One proposal that waits for a signature in a fund; its ETag is what a signer sends as If-Match.',
  params: OfFund.extend(OfProposal.shape),
  options: Nothing,
  answer: ProposalText,
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, {});
    return at instanceof Refusal ? at : oneProposal(proposalsIn(ledger, fundStream(asked.fund)), asked.proposal);
  },
  table: (answer) => proposalsTable({ proposals: [answer] }),
  revision: (answer) => answer.revision,
});

export const registerProposal = query({
  name: 'register-proposal',
  path: '/register/proposals/{proposal}',
  about: 'One proposal that waits for a signature in the register.',
  params: OfProposal,
  options: Nothing,
  answer: ProposalText,
  run: async (ledger, asked) => oneProposal(proposalsIn(ledger, REGISTER_STREAM), asked.proposal),
  table: (answer) => proposalsTable({ proposals: [answer] }),
  revision: (answer) => answer.revision,
});
