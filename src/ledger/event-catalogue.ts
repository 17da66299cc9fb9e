import type { z } from 'zod';
import type { Fact } from '../domain/grammar/fact.js';
import { inFull } from '../domain/grammar/naming.js';
import { pagesOf } from '../domain/grammar/pages.js';
import { GROUPS, inGroups } from '../domain/grammar/groups.js';
import { PROPOSAL_EVENTS } from '../domain/grammar/proposal.js';
import { RULE_CHANGES } from '../domain/grammar/rule-versions.js';
import { LINE_CATEGORIES, SOURCES } from '../domain/sources.js';
import { KINDS, StoredMetadata, WHEREABOUTS } from './catalogue.js';
import { fieldTable, kindInWords } from './field-words.js';

/** The catalogue of events as a page, written from the declarations: nobody lists the facts twice. */
const SIGNED: Readonly<Record<Fact<unknown>['signature'], string>> = {
  none: 'counts as soon as it is posted',
  'second-officer': 'a second officer of the same partner signs',
  'other-side': 'the other side signs',
};

const STEPS: Readonly<Record<keyof typeof PROPOSAL_EVENTS, string>> = {
  ProposalMade: 'A fact, or the facts of a deal, wait for signatures, with their whole text, conditions and last day.',
  ProposalCountered: 'The other side replaces the terms, and it now waits for the side that made it.',
  ProposalSigned: 'A body signs a deal while others must still sign: it posts nothing and ends nothing.',
  ProposalAgreed:
    'Signed: all signatures and the exact text, recorded together with the fact itself, or with every fact of the deal in its order.',
  ProposalDeclined: 'The side that it waited for declines it, with a reason.',
  ProposalWithdrawn: 'The side that made it takes it back, with a reason.',
  ProposalLapsed: 'Its last day passed; recorded by the service.',
};

function factText(fact: Fact<unknown>): string {
  const added = addedTo(fact);
  const signature = fact.signedAs ? 'signed as its original was' : SIGNED[fact.signature];
  const roles = fact.signedAs ? 'as its original' : fact.roles.join(', ');
  return [
    `### \`${fact.name}\``,
    `**${fact.title}** (${GROUPS[fact.group].toLowerCase()}). ${fact.about}`,
    fact.byService
      ? '- Recorded by the service itself; nobody posts it.'
      : `- Posted by: ${roles}; ${signature}${fact.signerRoles ? ` (${fact.signerRoles.join(', ')})` : ''}.`,
    ...(fact.happened ? ['- Dated today at the latest: it is recorded once it has happened.'] : []),
    ...(fact.holdsClaims
      ? ['- Shown whole to those alone who see the cases of the area: it holds the exact sum of open claims.']
      : []),
    ...(fact.freshSignIn ? ['- A page asks whoever records it to have signed in a short while before.'] : []),
    `- ${fact.reversible ? 'Can be reversed, once.' : `Cannot be reversed. ${fact.wayBack!}`}`,
    fieldTable(fact.input.shape),
    `Asked for in this order, each group on one page: ${pagesOf(fact)
      .map((page) => page.map((name) => `\`${name}\``).join(', '))
      .join('; ')}.`,
    ...(Object.keys(added).length > 0
      ? ['The decision adds, and the event holds:', fieldTable(added, 'recorded')]
      : []),
  ].join('\n\n');
}

/** What is recorded beside what is sent: fields that the decision adds, and lists to the items of which it adds something. */
export const addedTo = ({ input, stored }: Fact<unknown>): Readonly<Record<string, z.ZodType>> =>
  Object.fromEntries(
    (Object.entries(stored.shape) as [string, z.ZodType][]).filter(([name, type]) => {
      const sent = (input.shape as Readonly<Record<string, z.ZodType | undefined>>)[name];
      return sent === undefined || kindInWords(inFull(sent)) !== kindInWords(type);
    }),
  );

const yesOrNo = (is: boolean): string => (is ? 'yes' : 'no');

/** The sources of funding, as facts name them. */
const sourceTable = (): string =>
  [
    '| code | name | must it be paid? | who pays it | kind | a grant? | in the pool? | years | where it says so |',
    '|---|---|---|---|---|---|---|---|---|',
    ...SOURCES.map(
      ({ code, name, duty, payer, kind, grant, beside, from, until, evidence }) =>
        `| \`${code}\` | ${name} | ${duty} | ${payer} | ${kind} | ${yesOrNo(grant)} | ${yesOrNo(!beside)} | ${from} ${until === undefined ? 'on' : `to ${until}`} | ${evidence} |`,
    ),
  ].join('\n');

const categoryTable = (): string =>
  [
    '| code | name | effect on the requirement |',
    '|---|---|---|',
    ...LINE_CATEGORIES.map(({ code, name, effect }) => `| \`${code}\` | ${name} | ${effect} |`),
  ].join('\n');

/** The page, in Markdown. */
export function eventCatalogue(): string {
  const kinds = Object.values(KINDS).map((kind) =>
    [`## ${WHEREABOUTS[kind.name].about}`, ...inGroups([...kind.byName.values()]).map(factText)].join('\n\n'),
  );
  const changes = Object.entries(RULE_CHANGES).map(([name, { from, why }]) => `| \`${name}\` | ${from} | ${why} |`);
  const steps = Object.entries(STEPS).map(([name, words]) => `| \`${name}\` | ${words} |`);
  return `${[
    '# Events',
    'Written by `bcf-ledger catalogue` from the declarations in `src/domain`; not edited by hand.',
    'Fields with a question mark may be left out. Money is text with two places, `"1234.50"`; a day is `YYYY-MM-DD`; a name is lower-case letters, digits and dashes; a revision is that of an event of the same stream.',
    '## What every event carries beside its data',
    'The service writes it. `export` and `/v1/events` give it as `metadata`, beside the stream, the revision, the type, the identifier and the hash of the event.',
    fieldTable(StoredMetadata.shape, 'recorded'),
    ...kinds,
    '## Steps of a proposal, in any stream',
    ['| event | what it means |', '|---|---|', ...steps].join('\n'),
    '## Sources of funding',
    'What `source` names. The question `sources` answers the same.',
    sourceTable(),
    '## Categories of plan lines',
    'What `category` of a plan line names.',
    categoryTable(),
    '## Versions of the rules',
    'Every act is judged by the rules of the day on which it was recorded. A change holds from the version of the rules that is named; acts by earlier ones stay as they were decided.',
    ['| change | from | what and why |', '|---|---|---|', ...changes].join('\n'),
  ].join('\n\n')}\n`;
}
