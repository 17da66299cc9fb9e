import { z } from 'zod';
import type { Instant } from '../../domain/calendar.js';
import type { StreamKind } from '../../domain/grammar/event.js';
import { GROUPS, type Group } from '../../domain/grammar/groups.js';
import { needsInWords, PROPOSAL_EVENTS } from '../../domain/grammar/proposal.js';
import { Refusal } from '../../domain/rules.js';
import { Name } from '../../domain/values.js';
import { KINDS, streamOf, WHEREABOUTS, type AnyKind } from '../catalogue.js';
import type { HistoryEntry, Ledger } from '../ledger.js';
import { Known, knownThen } from './known.js';
import { OfProposal, ProposalText, proposalTable, proposalText, WholeProposal, wholeProposal } from './proposal.js';
import { onTheTable, tableKnown } from './proposal-then.js';
import {
  EntryText,
  entryText,
  KnownAt,
  NextPage,
  Nothing,
  OfArea,
  OfFund,
  PageOptions,
  query,
  type Answer,
  type Asked,
  type Query,
  type Table,
} from './question.js';

/** What happened, and what waits for a signature: the same questions for every kind of stream. */

/** How many events of a stream are searched for one page of a filtered history. */
const LOOKED_MAX = 2_000;
const LOOKED_AT_ONCE = 200;

const GROUP_NAMES = Object.keys(GROUPS) as [Group, ...Group[]];

const TimelineOptions = PageOptions.extend({
  order: z.enum(['oldest', 'newest']).default('oldest').meta({
    description: 'Which comes first, by the time of recording; left out, the oldest.',
  }),
  group: z.enum(GROUP_NAMES).optional().meta({
    description:
      'Only facts of this group, and the steps of their proposals. Pages before the last may then hold fewer rows than the limit, or none.',
  }),
  partner: Name.optional().meta({ description: 'Only what officers of this partner did.' }),
});

interface Page {
  readonly 'known-at'?: Instant | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

const HappeningText = EntryText.extend({
  void: z.literal(true).optional().meta({
    description:
      'True if the event changes nothing, because a stream that its act was decided on had changed when it was recorded.',
  }),
  why: z.string().optional().meta({ description: 'Why it is void.' }),
});

const happeningText = (entry: HistoryEntry): z.input<typeof HappeningText> => ({
  ...entryText(entry),
  ...(entry.why !== undefined && { void: true, why: entry.why }),
});

const TimelinePage = {
  ...Known,
  entries: z.array(HappeningText),
  next: NextPage,
};

interface TimelineAsked extends Page {
  readonly order: 'oldest' | 'newest';
  readonly group?: Group | undefined;
  readonly partner?: string | undefined;
}

/** The group of a fact. A step of a proposal belongs to the group of the proposed fact. */
const groupOf = (kind: AnyKind, { type, data }: HistoryEntry): Group =>
  kind.byName.get(isStep(type) ? (data as unknown as { readonly fact: { readonly type: string } }).fact.type : type)!
    .group;

const isStep = (type: string): boolean => Object.hasOwn(PROPOSAL_EVENTS, type);

/** How many events of a stream are known at a size of the ledger, including void ones. */
function countKnown({ model }: Ledger, stream: string, size: number): number {
  const places = model.places(stream);
  let count = places.length;
  while (count > 0 && places.at(count - 1)! >= size) count--;
  return count;
}

/** Some entries before a revision, exclusive, the newest first. */
async function before(ledger: Ledger, stream: string, size: number, { from, limit }: { from: number; limit: number }) {
  const after = Math.max(-1, from - 1 - limit);
  const { entries } = await ledger.history(stream, size, { after, limit: from - 1 - after });
  return { entries: entries.filter(({ revision }) => revision < from).reverse(), more: after >= 0 };
}

async function timelineOf(ledger: Ledger, kind: StreamKind, stream: string, asked: TimelineAsked) {
  const { size, text } = knownThen(ledger, asked['known-at']);
  const { order, group, partner, limit } = asked;
  const isAsked = (entry: HistoryEntry): boolean =>
    (group === undefined || groupOf(KINDS[kind], entry) === group) &&
    (partner === undefined || entry.partner === partner);
  const isEverything = group === undefined && partner === undefined;
  const first = order === 'oldest' ? -1 : countKnown(ledger, stream, size);
  let from = asked.after === undefined ? first : Number(asked.after);
  const found: HistoryEntry[] = [];
  let looked = 0;
  let more = true;
  while (more && found.length < limit && (isEverything || limit === Infinity || looked < LOOKED_MAX)) {
    const page = { from, limit: isEverything ? limit : LOOKED_AT_ONCE };
    const read =
      order === 'oldest'
        ? await ledger.history(stream, size, { after: from, limit: page.limit })
        : await before(ledger, stream, size, page);
    looked += read.entries.length;
    const wanted = read.entries.filter(isAsked);
    // Entries beyond the limit are read again for the next page. Only the history without a filter keeps all events of
    // an act on one page.
    const taken = isEverything ? wanted : wanted.slice(0, limit - found.length);
    found.push(...taken);
    const last = taken.length < wanted.length ? taken.at(-1) : read.entries.at(-1);
    more = taken.length < wanted.length || read.more;
    if (last) from = last.revision;
  }
  return { ...text, entries: found.map(happeningText), next: more ? String(from) : null };
}

const timelineTable = ({ entries }: Answer): Table => ({
  columns: ['revision', 'recorded at', 'effective', 'officer', 'partner', 'what'],
  rows: (entries as z.output<typeof HappeningText>[]).map((entry) => [
    entry.revision,
    entry.recordedAt,
    entry.effective,
    entry.officer,
    entry.partner,
    entry.sentence,
  ]),
});

/** The proposals that were open in a stream at an instant; left out, now. */
async function proposalsIn(ledger: Ledger, kind: StreamKind, stream: string, knownAt?: Instant) {
  const { size, instant } = knownThen(ledger, knownAt);
  const table = knownAt === undefined ? ledger.model.stream(kind, stream) : await tableKnown(ledger, stream, size);
  return [...onTheTable(table, instant).values()].map((proposal) => proposalText(stream, proposal));
}

/**
 * The proposals after a revision, in the order in which their terms last changed. One that is countered between two
 * pages comes again, and none is missed.
 */
async function proposalsPage(ledger: Ledger, kind: StreamKind, stream: string, { after, limit, ...of }: Page) {
  const all = (await proposalsIn(ledger, kind, stream, of['known-at'])).sort(
    (a, b) => Number(a.revision) - Number(b.revision),
  );
  const rest = after === undefined ? all : all.filter(({ revision }) => Number(revision) > Number(after));
  const proposals = rest.slice(0, limit);
  return { proposals, next: rest.length > proposals.length ? proposals.at(-1)!.revision : null };
}

const proposalsTable = ({ proposals }: Answer): Table => ({
  columns: ['proposal', 'revision', 'what', 'by', 'waits for', 'expires'],
  rows: (proposals as ProposalText[]).map((each) => [
    each.proposal,
    each.revision,
    each.sentence,
    each.by,
    each.needs.length > 0 ? needsInWords(each.needs) : each.awaiting.join(' or '),
    each.expires ?? '',
  ]),
});

/** The timeline and the proposals of one kind of stream. `prefix` distinguishes the names of the questions. */
function happeningsOf(kind: StreamKind, prefix: string, cases?: true): Query[] {
  const { path, param, title } = WHEREABOUTS[kind];
  const place = `the ${title.toLowerCase()}${param === 'area' ? ' of an area' : ''}`.replace('the fund', 'a fund');
  const params = param === 'fund' ? OfFund : param === 'area' ? OfArea : Nothing;
  const named: z.ZodRawShape = param ? { [param]: z.string() } : {};

  /** The stream asked about, and its name in the answer; or a refusal if it does not exist. */
  function asked(ledger: Ledger, of: Asked): { readonly stream: string; readonly named: Answer } | Refusal {
    const name = param ? (of[param] as string) : '';
    const stream = streamOf(kind, name);
    // A stream exists from its opening fact on.
    return ledger.model.stream(kind, stream).revision >= 0
      ? { stream, named: param ? { [param]: name } : {} }
      : KINDS[kind].notOpen(stream);
  }

  const common = { params, ...(cases && { cases }) };
  return [
    query({
      ...common,
      name: `${prefix}timeline`,
      path: `${path}/timeline`,
      about: `What happened in ${place}, in the order in which it was recorded, each fact in a sentence.`,
      options: TimelineOptions,
      answer: z.object({ ...named, ...TimelinePage }),
      async run(ledger, of) {
        const at = asked(ledger, of);
        return at instanceof Refusal ? at : { ...at.named, ...(await timelineOf(ledger, kind, at.stream, of)) };
      },
      table: timelineTable,
    }),
    query({
      ...common,
      name: `${prefix}proposals`,
      path: `${path}/proposals`,
      about: `The proposals that wait for a signature in ${place} now, or waited for one at an instant.`,
      options: PageOptions,
      answer: z.object({ ...named, ...Known, proposals: z.array(ProposalText), next: NextPage }),
      async run(ledger, of) {
        const at = asked(ledger, of);
        if (at instanceof Refusal) return at;
        const { text } = knownThen(ledger, of['known-at']);
        return { ...at.named, ...text, ...(await proposalsPage(ledger, kind, at.stream, of)) };
      },
      table: proposalsTable,
    }),
    query({
      ...common,
      name: `${prefix}proposal`,
      path: `${path}/proposals/{proposal}`,
      about: `One proposal of ${place}, waiting or ended: its terms, its steps, and who can sign it now. A signer sends its ETag as If-Match.`,
      params: params.extend(OfProposal.shape),
      options: z.strictObject({ 'known-at': KnownAt.optional() }),
      answer: WholeProposal,
      async run(ledger, of, seeing) {
        const at = asked(ledger, of);
        if (at instanceof Refusal) return at;
        const { proposal, 'known-at': knownAt } = of;
        return wholeProposal(ledger, kind, at.stream, proposal, knownAt, seeing);
      },
      table: proposalTable,
      revision: (answer) => answer.revision,
    }),
  ];
}

export const FUND_HAPPENINGS = happeningsOf('fund', '');
export const REGISTER_HAPPENINGS = happeningsOf('register', 'register-');
export const DISPUTE_HAPPENINGS = happeningsOf('dispute', 'dispute-', true);
