import { z } from 'zod';
import { approvalOf } from '../../../projections/audit.js';
import type { Entry } from '../../../projections/entry.js';
import { isStep, STEPS, type EntryIndex } from '../../../projections/entry-indexes.js';
import type { StreamKind } from '../../domain/grammar/event.js';
import { onceEach } from '../../domain/once-each.js';
import { refuse } from '../../domain/rules.js';
import { Revision } from '../../domain/values.js';
import { hashOf, KINDS, streamOf, WHEREABOUTS, type AnyKind } from '../catalogue.js';
import type { Ledger } from '../ledger.js';
import { whyVoidInWords } from '../memory/standing.js';
import { isWhole, shownOf } from '../shown.js';
import { signatory, SignatoryText } from './fund/audit.js';
import { Known, knownThen } from './known.js';
import { proposalOf, settlementOf, SettlementText } from './settlement.js';
import {
  DocumentText,
  documentText,
  EntryText,
  entryText,
  KnownAt,
  Nothing,
  OfArea,
  OfFund,
  query,
  type Query,
} from './question.js';

/**
 * One whole event: its content, who approved it by which mandate, what depends on it, and its hash. The question is the
 * same for every kind of stream.
 */

const RestingText = EntryText.pick({ revision: true, type: true, recordedAt: true, sentence: true });

const EventText = EntryText.extend({
  id: z.string(),
  role: z.string(),
  signedInBy: z.string().meta({ description: 'How the officer signed in.' }),
  documents: z.array(DocumentText).meta({ description: 'The documents that support it, with their digests.' }),
  data: z.looseObject({}).meta({ description: 'As docs/events.md lists it for its type.' }),
  withheld: z.boolean().meta({
    description:
      'True of a return if you may not see cases of the area. Its hash is left out, and of its data only the day is shown.',
  }),
  settlement: SettlementText.nullable().meta({
    description:
      'For a step of a proposal, and for what its signature recorded: the settlement in two places of which it is a half; null if it is no half.',
  }),
  reason: z.string().nullable().meta({ description: 'The reason given for adjusting a closed period.' }),
  conditions: z.string().nullable(),
  by: z.array(SignatoryText).meta({
    description:
      'Who posted it, or proposed and signed it, with their mandates on that day; empty for a step of a proposal.',
  }),
  void: z.boolean().meta({ description: 'Whether it is void and changes nothing.' }),
  why: z.string().nullable().meta({ description: 'Why it is void; null if it is not.' }),
  reversedBy: z.string().nullable().meta({ description: 'The revision that takes it back; null if none does.' }),
  resting: z.array(RestingText).meta({
    description: 'The later facts of the same stream that take it back, change what it opened, or need it.',
  }),
  hash: z.string().nullable().meta({
    description:
      'The event’s leaf hash in the ledger’s tree; null if something of the event is not shown to you, its data or a stream that it rests on.',
  }),
});

const restingText = ({ revision, type, recordedAt, sentence }: Entry) => ({
  revision: String(revision),
  type,
  recordedAt,
  sentence,
});

/** What a fact takes back, and the names that it changes or needs: under these, what rests on another is found. */
const restingOn = onceEach((kind: AnyKind): EntryIndex => ({ type, data, reverses }) => {
  const fact = kind.byName.get(type);
  const names = [fact?.restsOn?.(data) ?? [], fact?.needs?.(data) ?? []].flat();
  return new Set([...(reverses === undefined ? [] : [revisionNamed(reverses)]), ...names.map(nameNamed)]);
});

const revisionNamed = (revision: string): string => `revision ${revision}`;
const nameNamed = (name: string): string => `name ${name}`;

/** The later facts that take an event back, or rest on the name that it brought into use, in ledger order. */
async function restingOnIt(ledger: Ledger, kind: AnyKind, stream: string, entry: Entry, size: number) {
  const name = kind.byName.get(entry.type)?.names?.(entry.data);
  const under = [revisionNamed(String(entry.revision)), ...(name === undefined ? [] : [nameNamed(name)])];
  const found = new Map<number, Entry>();
  for (const each of under)
    for (const later of await ledger.entriesUnder(stream, size, restingOn(kind), each))
      if (later.revision > entry.revision) found.set(later.revision, later);
  return [...found.values()].sort((one, other) => one.revision - other.revision);
}

/** The stored event of a stream at a revision, and why it is void, if it is. */
async function storedAt({ store, model }: Ledger, stream: string, revision: number) {
  const [recorded] = await store.readStream(stream, { after: BigInt(revision) - 1n, limit: 1 });
  const why = model.whyVoid(stream, revision);
  return { recorded: recorded!, why: why && whyVoidInWords(why) };
}

function eventOf(kind: StreamKind, prefix: string, cases?: true): Query {
  const { path, param, title } = WHEREABOUTS[kind];
  const place = `the ${title.toLowerCase()}${param === 'area' ? ' of an area' : ''}`.replace('the fund', 'a fund');
  const params = param === 'fund' ? OfFund : param === 'area' ? OfArea : Nothing;
  const named: z.ZodRawShape = param ? { [param]: z.string() } : {};
  return query({
    name: `${prefix}event`,
    path: `${path}/timeline/{revision}`,
    about: `One event of ${place}: its sentence, every field, who approved it by which mandate of that day, its documents, what rests on it, and its hash.`,
    params: params.extend({
      revision: Revision.meta({ description: 'The event, by its number in its stream, from 0.', examples: ['0'] }),
    }),
    options: z.strictObject({ 'known-at': KnownAt.optional() }),
    answer: z.object({ ...named, ...Known, ...EventText.shape }),
    ...(cases && { cases }),
    async run(ledger, asked, seeing) {
      const name = param ? (asked as unknown as Record<string, string>)[param]! : '';
      const stream = streamOf(kind, name);
      if (ledger.model.stream(kind, stream).revision < 0) return KINDS[kind].notOpen(stream);
      const { size, instant, text } = knownThen(ledger, asked['known-at']);
      const revision = Number(asked.revision);
      const { entries } = await ledger.history(stream, size, { after: revision - 1, limit: 1 });
      const [entry] = entries;
      if (entry?.revision !== revision)
        return refuse('name_unknown', `There is no event at revision ${asked.revision} here.`);
      const { recorded, why } = await storedAt(ledger, stream, revision);
      const steps = await ledger.entriesUnder(stream, size, STEPS);
      const approved = why !== undefined || isStep(entry) ? undefined : approvalOf(entry, steps);
      const proposal = proposalOf(steps, revision);
      const register = await ledger.registerAt(size);
      const resting = await restingOnIt(ledger, KINDS[kind], stream, entry, size);
      const shown = shownOf(recorded, ledger.model)(seeing);
      const withheld = shown.data !== recorded.data;
      return {
        ...(param ? { [param]: name } : {}),
        ...text,
        ...entryText(entry),
        documents: entry.evidence.map(documentText),
        id: entry.id,
        role: entry.role,
        signedInBy: (JSON.parse(recorded.metadata) as { readonly signedInBy: string }).signedInBy,
        data: withheld ? { effective: entry.effective } : entry.data,
        withheld,
        settlement:
          proposal === undefined ? null : await settlementOf(ledger, stream, proposal, { size, instant }, seeing),
        reason: entry.adjustment?.reason ?? null,
        conditions: approved?.conditions ?? null,
        by: approved ? approved.by.map((each) => signatory(register, each)) : [],
        void: why !== undefined,
        why: why ?? null,
        reversedBy: resting.find((later) => later.reverses === asked.revision)?.revision.toString() ?? null,
        resting: resting.map(restingText),
        hash: isWhole(recorded, shown) ? hashOf(recorded) : null,
      };
    },
    table: (answer) => ({
      columns: ['what', 'value'],
      rows: [
        ['sentence', answer.sentence],
        ['recorded at', answer.recordedAt],
        ['effective', answer.effective],
        ['officer', answer.officer],
        ['partner', answer.partner],
        ['documents', answer.evidence.join('; ')],
        ...answer.by.map((each) => [each.act, `${each.officer} (${each.partner}, ${each.role}) on ${each.on}`]),
        ...(answer.settlement === null ? [] : [['settlement', answer.settlement.words]]),
        ...answer.resting.map((each) => ['rests on it', `${each.revision}: ${each.sentence}`]),
        ['hash', answer.hash ?? 'withheld'],
      ],
    }),
  });
}

export const fundEvent = eventOf('fund', '');
export const registerEvent = eventOf('register', 'register-');
export const disputeEvent = eventOf('dispute', 'dispute-', true);
