import { z } from 'zod';
import { inPercent } from '../../domain/money.js';
import { PLAN } from '../../domain/postings.js';
import { ROLE_WORDS, type Role } from '../../domain/roles.js';
import { KINDS } from '../../ledger/catalogue.js';
import { knownInWords } from '../dates.js';
import { areaName, day, fundName, instant, plainly, sum, yearName } from '../format.js';
import { html, type Content } from '../html.js';
import type { Names } from '../names.js';
import type { People } from '../people.js';

/** The titles of an answer’s fields, and their values in words, without codes. */

/** Titles of fields whose own names are not plain words. */
const TITLES: Readonly<Record<string, string>> = {
  atRisk: 'At risk',
  agreedOneOff: 'Agreed, this year only',
  agreedRecurrent: 'Agreed, every year',
  oneOff: 'This year only',
  recurrentGap: 'Gap without one-offs',
  soft: 'Offered, not signed',
  hard: 'Nobody offers (with a minus: more than is required)',
  writeOffs: 'Write-offs',
  requirement: 'Required',
  inDispute: 'In dispute',
  fundedBy: 'Who funds it',
  successions: 'Changes of bodies',
  under: 'Under',
  of: 'Of',
  openClaims: 'Open claims',
  exposure: 'At risk and in dispute',
  gapFrom: 'Gap at first',
  gapTo: 'Gap then',
  knownAt: 'As known at',
  filed: 'As filed',
  now: 'As now known',
  minima: 'Minimum',
  lowering: 'Savings and income',
  pots: 'Sums that depend on performance',
  points: 'Each move',
  along: 'What moves',
  needs: 'Signatures that each part takes',
  at: 'When',
  movers: 'What moved it',
  accrued: 'Accrued',
  payersNow: 'Payers now',
  partiesNow: 'Parties now',
  byNow: 'From, now',
  awaiting: 'Waits for',
  awaitingNow: 'Waits for, now',
  commissioner: 'Who commissions',
  nhs: 'NHS',
  localGovernment: 'Local government',
  balances: 'Reserves and provisions',
  beside: 'Beside the pool',
  nil: 'Nothing to report',
  nothingIn: 'Nothing, it was said, in',
  income: 'Came in',
  plannedUse: 'Planned use',
  plannedClosing: 'Closing, as planned',
  besides: 'Beside the pool, by source',
  effect: 'Adds or saves',
  onGap: 'Effect on the gap',
  ofDepartment: 'Of the department',
  what: 'What',
  to: 'To',
  vatRegime: 'VAT',
  met: 'Met on',
  new: 'New scheme',
  toYear: 'To year',
  onlyForPurposes: 'Spent for its purposes only',
  agrees: 'They agree',
  holds: 'The account adds up',
  intact: 'As it was filed, to the letter',
  interim: 'Respondent pays meanwhile',
  decided: 'Decided',
  raisedOn: 'Raised on',
  dueBy: 'Due by',
  age: 'Age, days',
  daysLate: 'Days late',
  workingDays: 'Working days',
  days: 'Calendar days',
  closedThrough: 'Last period closed',
  count: 'How many',
  netTotal: 'Net',
  net: 'Net',
  proven: 'Proven',
  digest: 'Digest',
  hostName: 'Held by',
  waiting: 'Proposals open',
  figuresMoved: 'Figures that have moved since',
  outsideYear: 'Outside the year',
  planNeeded: 'A plan is needed',
  ringFenced: 'Ring-fenced',
  isOpen: 'Open',
  whatIf: 'If the proposals were signed',
  notBound: 'Not bound',
  missing: 'Missing',
  signOffs: 'Signatures',
  moves: 'What has been done',
  next: 'What can be done next',
  capacities: 'Who signs the plan',
  whoSigns: 'Who must sign',
  signsAs: 'In which role',
  must: 'Who must sign',
  approval: 'Approval',
  awaits: 'What it waits for',
  through: 'Through',
  closes: 'Closes the case',
  before: 'Under the old names',
  after: 'Under the new names',
  totalBefore: 'Total under the old names',
  totalAfter: 'Total under the new names',
};

/** What kind of value a field holds, as far as its title depends on it. */
export type Value = 'sum' | 'list' | 'flag' | 'other';

interface Meaning {
  readonly title: string;
  readonly value?: Value;
  /** A field that must stand beside it. */
  readonly beside?: string;
}

/**
 * Titles of fields whose names have several meanings. The first entry that matches the value and the neighbouring
 * fields counts.
 */
const MEANINGS: Readonly<Record<string, readonly Meaning[]>> = {
  by: [
    { title: 'Approved by', value: 'list', beside: 'conditions' },
    { title: 'To be passed down by', beside: 'grant' },
    { title: 'From', beside: 'proposal' },
    { title: 'By' },
  ],
  proposed: [{ title: 'Offered', value: 'sum' }, { title: 'Proposed' }],
  sentence: [{ title: 'Offer', beside: 'proposal' }, { title: 'Offer', beside: 'data' }, { title: 'What happened' }],
  stated: [{ title: 'Gaps that were stated', value: 'list' }, { title: 'Stated' }],
  given: [{ title: 'Signatures given', beside: 'proposal' }, { title: 'Given' }],
  items: [{ title: 'Grants', beside: 'purposes' }, { title: 'Contributions and grants' }],
  recurrent: [{ title: 'How often', value: 'flag' }, { title: 'Every year' }],
  revision: [
    { title: 'Newest fact', beside: 'closedThrough' },
    { title: 'Newest fact of its disputes', beside: 'protocols' },
    { title: 'Fact' },
  ],
};

/**
 * The title of a field: openClaims becomes Open claims. The value is taken to be a figure, if nothing else is given.
 */
export const titleOf = (name: string, value: Value = 'sum', beside: (name: string) => boolean = () => false): string =>
  MEANINGS[name]?.find((each) => (each.value ?? value) === value && (each.beside === undefined || beside(each.beside)))
    ?.title ??
  TITLES[name] ??
  plainly(name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));

/** The definition of a figure, with the titles of other figures in place of their names. */
export const figuresNamed = (words: string): string =>
  words.replace(FIGURE, (name) => `“${titleOf(name).replace(/ \(.*/, '').toLowerCase()}”`);

/** Names of figures that are no words of the page: with capitals inside, or two short ones. */
const FIGURE = /\b[a-z]+(?:[A-Z][a-z]+)+\b|\b(?:soft|hard)\b/g;

/** Fields that hold text or names that somebody wrote. They are shown unchanged. */
const AS_WRITTEN = new Set(
  `agreement allocation balance basis clause commitment conditions condition department description disputeProtocol evidence grant instrument
  items line minute note ofDepartment origin outputs pot publication reason reference reserve return scheme schemes settlement
  settlements statement under unclassified replaces replacedBy purpose purposes title`.split(/\s+/),
);

/** Fields that hold sentences of the ledger, in which bodies and sources have their short names. */
const SENTENCES = new Set(['sentence', 'what', 'why', 'sharedBy', 'ending', 'of']);

/** Whole numbers in basis points, shown as per cent. */
const PERCENT = new Set(['share', 'interim', 'claimed', 'decided', 'nhs', 'localGovernment']);

/** Whole numbers that are accounting periods. The first is April. */
const PERIODS = new Set(['period', 'forecastPeriod', 'closedPeriod', 'closedThrough']);
const MONTHS = 'April May June July August September October November December January February March'.split(' ');

/** A period in words: P12 (March). 0 means that no period is closed. */
export const periodName = (period: number): string => (period === 0 ? 'None' : `P${period} (${MONTHS[period - 1]!})`);

/** Fields whose codes are declared under another name. */
const ALIASES: Readonly<Record<string, string>> = {
  confirmed: 'class',
  proposed: 'class',
  group: 'kind',
  from: 'to',
};

/** What changes along a history, as the page’s field names it. */
export const ALONG: Readonly<Record<string, string>> = { days: 'The day', knowledge: 'What was known' };

/** Words in place of yes and no. */
const YES_OR_NO: Readonly<Record<string, readonly [no: string, yes: string]>> = {
  recurrent: ['This year only', 'Every year'],
  inFull: ['Not in full', 'In full'],
  passed: ['To come', 'Past'],
};

/** Words for an empty value, where “None” would not be clear. */
const NOTHING: Readonly<Record<string, string>> = {
  department: 'Not said',
  limit: 'No limit',
  ofDepartment: 'All of them',
  until: 'No end',
  margin: 'Not applicable',
  expires: 'No last day',
  met: 'Not met',
  forecast: 'No forecast',
  forecastPeriod: 'No forecast',
  variance: 'No forecast',
};

const MONEY = /^-?\d+\.\d{2}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T/;
const YEAR = /^20\d{2}-\d{2}$/;
/** The form of programs’ names for facts and figures: ContributionAgreed, carriedForward. */
const FACT_NAME = /^([A-Z][a-z]+){2,}$/;
const FIELD_NAME = /^[a-z]+([A-Z][a-z]+)+$/;
const IDENTIFIER = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}$/;
const SLUG = /^([a-z0-9]+(-[a-z0-9]+)*|[A-Z][A-Z0-9_]+)$/;

interface Node {
  readonly 'x-codes'?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
}

let declared: Map<string, Readonly<Record<string, string>>> | undefined;

/** The words of every code that a fact declares, by the name of the field. */
function codesOf(name: string): Readonly<Record<string, string>> {
  if (!declared) {
    declared = new Map();
    const look = (node: Node, field: string): void => {
      if (node['x-codes']) declared!.set(field, { ...declared!.get(field), ...node['x-codes'] });
      for (const [each, of] of Object.entries(node.properties ?? {})) look(of, each);
      for (const each of [node.items ?? [], node.anyOf ?? []].flat()) look(each, field);
    };
    for (const kind of Object.values(KINDS))
      for (const { input } of kind.byName.values())
        look(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Node, '');
  }
  return declared.get(ALIASES[name] ?? name) ?? {};
}

/** A code in words, by its field; if no fact declares it, its own letters made readable. */
export const codeInWords = (name: string, code: string): string => codesOf(name)[code] ?? plainly(code);

/** How names of bodies, sources and officers are shown. */
export interface Telling {
  readonly names: Names;
  readonly people: People;
  /** The address of a thing that a field names, such as a case; undefined if it has no page. */
  addressOf?(field: string, name: string): string | undefined;
}

const link = (href: string, text: string): Content => html`<a class="govuk-link" href="${href}">${text}</a>`;

/** A case by the first part of its identifier. That is enough to tell cases apart, and to read out on the telephone. */
export const caseName = (name: string): string => `Case ${name.slice(0, 8)}`;

const UNDER = /,? under revision \d+\.$/;

/** A line of a statement of account. The line of an instalment names the fact under which it fell due, instead of its revision. */
export const withItsFact = (what: string, sentence: string): string => what.replace(UNDER, ` under: ${sentence}`);

/** A role in words. Acts of the service itself have no role. */
export const roleName = (role: string): string => (role === 'service' ? 'The service' : ROLE_WORDS[role as Role]);

/** A value of an answer in words. Money has no pound sign, because the title of its column or its caption has one. */
export function told(name: string, value: unknown, telling: Telling): Content {
  if (value === null || value === undefined) return NOTHING[name] ?? 'None';
  if (typeof value === 'boolean') return (YES_OR_NO[name] ?? ['No', 'Yes'])[value ? 1 : 0];
  if (typeof value === 'number')
    return PERCENT.has(name) ? inPercent(value) : PERIODS.has(name) ? periodName(value) : value.toLocaleString('en-GB');
  return toldText(name, value as string, telling);
}

/**
 * What a posting belongs to. Money on the table is of its proposal, because no contribution has a name yet; a district’s
 * share of a grant is named by both.
 */
function itemInWords(item: string, names: Names): Content {
  if (IDENTIFIER.test(item)) return link(`/proposals/${item}`, 'The proposal');
  const [of, body] = item.split('/') as [string, string?];
  return body === undefined ? item : `${of}, ${names.known(body) ?? body}`;
}

function toldText(name: string, text: string, telling: Telling): Content {
  const { names, people } = telling;
  if (text === '') return 'None';
  const address = telling.addressOf?.(name, text);
  if (address !== undefined)
    return link(address, name === 'case' ? caseName(text) : YEAR.test(text) ? yearName(text) : text);
  if (SENTENCES.has(name)) return names.in(text);
  if (name === 'item') return itemInWords(text, names);
  if (AS_WRITTEN.has(name)) return text;
  if (MONEY.test(text)) return sum(text);
  if (DAY.test(text)) return day(text);
  if (INSTANT.test(text)) return name === 'knownAt' ? knownInWords(text) : instant(text);
  if (name === 'case') return caseName(text);
  if (name === 'officer') return people.nameOf(text);
  if (name === 'area') return areaName(text);
  if (name === 'along') return ALONG[text] ?? text;
  if (name === 'role' || name === 'signsAs') return roleName(text);
  if (name === 'fund') return text.includes('-') ? link(`/funds/${text}`, fundName(text)) : text;
  if (YEAR.test(text)) return yearName(text);
  const [, least] = /^from-(\d+)$/.exec(text) ?? [];
  if (least !== undefined) return `From £${Number(least).toLocaleString('en-GB')}`;
  if (text === PLAN) return 'The plan';
  if (FACT_NAME.test(text)) return names.in(text);
  if (FIELD_NAME.test(text)) return titleOf(text);
  if (!SLUG.test(text)) return text;
  return codesOf(name)[text] ?? names.known(text) ?? plainly(text.replaceAll('_', ' '));
}
