import { z } from 'zod';
import type { StreamKind } from '../../domain/grammar/event.js';
import { pence, pounds } from '../../domain/money.js';
import { SOURCES } from '../../domain/sources.js';
import { disputeStream, fundStream, REGISTER_STREAM } from '../catalogue.js';
import type { HistoryEntry, Ledger } from '../ledger.js';
import { Nothing, query, SEES_ALL, type Seeing } from './question.js';

/** Finds things by a name, a reference or a sum. */

const FOUND_MAX = 50;
/** How many of the newest facts are searched, over everything that the asker may see. */
const LOOKED_MAX = 1_000;
const LOOKED_AT_ONCE = 200;

const FoundText = z.object({
  kind: z.enum(['area', 'fund', 'body', 'proposal', 'case', 'fact']),
  name: z.string().meta({ description: 'For a fact, its sentence.' }),
  area: z.string().nullable(),
  fund: z.string().nullable(),
  revision: z.string().nullable().meta({ description: 'For a fact, its revision in its stream.' }),
  recordedAt: z.string().nullable(),
});

type Found = z.input<typeof FoundText>;

const NOWHERE = { area: null, fund: null, revision: null, recordedAt: null };

/**
 * Names and words in the form in which they are compared: without differences in spaces, commas and apostrophes, and
 * with years such as 2016-17 and 2016 to 2017 alike.
 */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/’/g, "'")
    .replace(/\b(20\d\d) to 20(\d\d)\b/g, '$1 $2')
    .replace(/[-_,\s]+/g, ' ')
    .trim();

const SUM = /^£?\s*(\d{1,3}(?:,\d{3})+|\d+)(\.\d{2})?$/;
/** A sum in millions, as papers write it: £1.6 million, 1.6m. */
const MILLIONS = /^£?\s*(\d{1,6})(?:\.(\d{1,6}))?\s*(?:m|million)$/i;

/** The text to look for in sentences: a sum in the form that sentences use, and any other text as typed. */
function wanted(text: string): string {
  const [, millions, parts = ''] = MILLIONS.exec(text.trim()) ?? [];
  if (millions !== undefined) return wanted(`${millions}${parts.padEnd(6, '0')}`);
  const [, whole, part = '.00'] = SUM.exec(text.trim()) ?? [];
  return plain(
    whole === undefined ? text : pounds(pence(`${whole.replaceAll(',', '').replace(/^0+(?=\d)/, '')}${part}`)),
  );
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A stream that the asker may see, and its place. */
interface Seen {
  readonly kind: StreamKind;
  readonly stream: string;
  readonly fund: string | null;
  readonly area: string | null;
}

/** The streams that the asker may see, those of the latest years first. */
function streamsSeen({ model }: Ledger, seeing: Seeing): Seen[] {
  const funds = model
    .funds()
    .filter((fund) => seeing.sees(fund))
    .map((fund) => ({ fund, ...model.fund(fund)!.outline.opened! }))
    .sort((a, b) => b.year.first.localeCompare(a.year.first));
  return [
    ...funds.map(({ fund, area }) => ({ kind: 'fund' as const, stream: fundStream(fund), fund, area })),
    ...model
      .areas()
      .filter((area) => seeing.seesCases(area))
      .map((area) => ({ kind: 'dispute' as const, stream: disputeStream(area), fund: null, area })),
    { kind: 'register', stream: REGISTER_STREAM, fund: null, area: null },
  ];
}

/** A thing with an identifier of its own. */
function byIdentifier({ model }: Ledger, id: string, streams: readonly Seen[]): Found[] {
  return streams.flatMap(({ kind, stream, fund, area }): Found[] => {
    const { open, ended } = model.stream(kind, stream);
    const isProposal = open.has(id) || ended.has(id);
    const isCase = kind === 'dispute' && model.stream('dispute', stream).own.cases.has(id);
    return [
      ...(isProposal ? [{ ...NOWHERE, kind: 'proposal' as const, name: id, fund, area }] : []),
      ...(isCase ? [{ ...NOWHERE, kind: 'case' as const, name: id, fund, area }] : []),
    ];
  });
}

/** Areas, funds and bodies by their names. */
function byName({ model }: Ledger, needle: string, streams: readonly Seen[]): Found[] {
  const areas = [...new Set(streams.flatMap(({ area }) => area ?? []))];
  const funds = streams.flatMap(({ fund, area }) => (fund === null ? [] : [{ fund, area }]));
  const isNamed = (...names: readonly string[]): boolean => names.some((name) => plain(name).includes(needle));
  return [
    ...areas.filter((area) => isNamed(area)).map((area) => ({ ...NOWHERE, kind: 'area' as const, name: area, area })),
    ...funds
      .filter(({ fund }) => isNamed(fund))
      .map(({ fund, area }) => ({ ...NOWHERE, kind: 'fund' as const, name: fund, fund, area })),
    ...[...model.register().partners]
      .filter(([partner, { name }]) => isNamed(partner, name))
      .map(([, { name }]) => ({ ...NOWHERE, kind: 'body' as const, name })),
  ];
}

/** The short names in sentences: north-ccg, NHS_ADD. */
const SHORT = /[a-z0-9]+(?:-[a-z0-9]+)+|[A-Z][A-Z0-9_]+/g;
const SOURCE_NAMES: ReadonlyMap<string, string> = new Map(SOURCES.map(({ code, name }) => [code, name]));

/** What a fact is called, as words: DiscretionaryPaymentWithdrawn as Discretionary Payment Withdrawn. */
const inWords = (type: string): string => type.replace(/(?!^)[A-Z]/g, ' $&');

/**
 * Tells whether a fact’s sentence, or what the fact is called, holds the words, as the ledger writes it, or with the names of bodies and sources
 * that pages show.
 */
function saying({ model }: Ledger, needle: string): (entry: HistoryEntry) => boolean {
  const { partners } = model.register();
  const inFull = (sentence: string): string =>
    sentence.replace(SHORT, (word) => partners.get(word)?.name ?? SOURCE_NAMES.get(word) ?? word);
  return ({ type, sentence, evidence }) =>
    [sentence, inFull(sentence), inWords(type), ...evidence.map(({ reference }) => reference)].some((text) =>
      plain(text).includes(needle),
    );
}

export const find = query({
  name: 'find',
  path: '/find',
  about:
    'What has a name, a reference or a sum, among everything that you may see: areas, funds, bodies, proposals, cases, and the newest facts that mention it.',
  params: Nothing,
  options: z.strictObject({
    text: z.string().max(100, { error: 'must be 100 characters at the most' }).default('').meta({
      description: 'A name, a reference, a sum such as 1,600,000, or an identifier. Left out, nothing is found.',
    }),
  }),
  answer: z.object({
    text: z.string(),
    found: z.array(FoundText),
    looked: z.int().meta({ description: 'How many facts were searched, the newest of each fund and area.' }),
    whole: z.boolean().meta({
      description: 'Whether all facts that you may see were searched, and everything found is in the answer.',
    }),
  }),
  async run(ledger, { text }, seeing = SEES_ALL) {
    const needle = wanted(text);
    if (needle === '') return { text, found: [], looked: 0, whole: true };
    const streams = streamsSeen(ledger, seeing);
    const named = UUID.test(text.trim())
      ? byIdentifier(ledger, text.trim().toLowerCase(), streams)
      : byName(ledger, needle, streams);
    const says = saying(ledger, needle);
    const facts: Found[] = [];
    const size = ledger.model.size();
    let looked = 0;
    let whole = true;
    for (const { stream, fund, area } of streams) {
      let from = ledger.model.places(stream).length;
      while (from > 0 && looked < LOOKED_MAX && facts.length < FOUND_MAX) {
        const after = Math.max(-1, from - 1 - LOOKED_AT_ONCE);
        const { entries } = await ledger.history(stream, size, { after, limit: from - 1 - after });
        const page = entries.filter(({ revision }) => revision < from).reverse();
        looked += page.length;
        for (const entry of page) {
          if (!says(entry)) continue;
          const { revision, recordedAt, sentence } = entry;
          facts.push({ kind: 'fact', name: sentence, fund, area, revision: String(revision), recordedAt });
        }
        from = after + 1;
      }
      if (from > 0) whole = false;
    }
    if (facts.length > FOUND_MAX) whole = false;
    return { text, found: [...named, ...facts.slice(0, FOUND_MAX)], looked, whole };
  },
  table: ({ found }) => ({
    columns: ['kind', 'name', 'area', 'fund', 'revision', 'recorded at'],
    rows: found.map((each) => [
      each.kind,
      each.name,
      each.area ?? '',
      each.fund ?? '',
      each.revision ?? '',
      each.recordedAt ?? '',
    ]),
  }),
});
