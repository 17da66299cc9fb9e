import { z } from 'zod';
import { PARTNER_KINDS } from '../../domain/register.js';
import { Refusal } from '../../domain/rules.js';
import { SOURCES } from '../../domain/sources.js';
import { allFacts, fundStream } from '../catalogue.js';
import type { Ledger } from '../ledger.js';
import { Nothing, OfFund, PartnerName, query, standing, type Table } from './query.js';

/** What there is: funds, partners, sources of funding, and the facts that can be recorded. */

const FundText = z.object({
  fund: z.string(),
  area: z.string(),
  year: z.string(),
  host: z.string(),
  partners: z.array(z.string()),
  closedThrough: z
    .int()
    .meta({ description: 'The last accounting period closed, 1 (April) to 12 (March); 0 where none is.' }),
  revision: z.string(),
});

function fundText(ledger: Ledger, fund: string): z.input<typeof FundText> {
  const { own, revision } = ledger.model.stream('fund', fundStream(fund));
  const { area, year, host, partners } = own.opened!;
  return {
    fund,
    area,
    year: year.label,
    host,
    partners: [...partners],
    closedThrough: own.closedThrough,
    revision: String(revision),
  };
}

const fundTable = (funds: readonly z.output<typeof FundText>[]): Table => ({
  columns: ['fund', 'host', 'partners', 'closed through', 'revision'],
  rows: funds.map((each) => [
    each.fund,
    each.host,
    String(each.partners.length),
    each.closedThrough === 0 ? '' : `P${each.closedThrough}`,
    each.revision,
  ]),
});

export const funds = query({
  name: 'funds',
  path: '/funds',
  about: 'The funds in the ledger.',
  params: Nothing,
  options: Nothing,
  answer: z.object({ funds: z.array(FundText) }),
  run: async (ledger) => ({ funds: ledger.model.funds().map((each) => fundText(ledger, each)) }),
  table: (answer) => fundTable(answer.funds),
  seenBy: (answer, sees) => ({ funds: answer.funds.filter((each) => sees(each.fund)) }),
});

export const fund = query({
  name: 'fund',
  path: '/funds/{fund}',
  about: 'One fund: its host, its partners, the last period closed, and its revision.',
  params: OfFund,
  options: Nothing,
  answer: FundText,
  async run(ledger, asked) {
    const at = standing(ledger, asked.fund, {});
    return at instanceof Refusal ? at : fundText(ledger, asked.fund);
  },
  table: (answer) => fundTable([answer]),
  revision: (answer) => answer.revision,
});

export const partners = query({
  name: 'partners',
  path: '/partners',
  about: 'The partners in the register.',
  params: Nothing,
  options: Nothing,
  answer: z.object({ partners: z.array(z.object({ ...PartnerName, kind: z.string() })) }),
  run: async (ledger) => ({
    partners: [...ledger.model.register().partners].map(([partner, { name, kind }]) => ({
      partner,
      name,
      kind: PARTNER_KINDS[kind],
    })),
  }),
  table: (answer) => ({
    columns: ['partner', 'name', 'kind'],
    rows: answer.partners.map((each) => [each.partner, each.name, each.kind]),
  }),
});

const SourceText = z.object({
  code: z.string(),
  name: z.string(),
  duty: z.string(),
  kind: z.string(),
  grant: z.boolean(),
  from: z.string(),
  until: z.string().nullable(),
  evidence: z.string(),
  proven: z.boolean(),
});

export const sources = query({
  name: 'sources',
  path: '/sources',
  about: 'The sources of funding, as dated reference data; what is not proven says so.',
  params: Nothing,
  options: Nothing,
  answer: z.object({ sources: z.array(SourceText) }),
  run: async () => ({ sources: SOURCES.map((source) => ({ ...source, until: source.until ?? null })) }),
  table: (answer) => ({
    columns: ['code', 'name', 'duty', 'kind', 'from', 'until', 'proven'],
    rows: answer.sources.map((each) => [
      each.code,
      each.name,
      each.duty,
      each.kind,
      each.from,
      each.until ?? '',
      each.proven ? 'yes' : 'no',
    ]),
  }),
});

export const facts = query({
  name: 'facts',
  path: '/facts',
  about: 'Every fact that can be recorded: whose it is, who signs it, and the rule it comes from.',
  params: Nothing,
  options: Nothing,
  answer: z.object({
    facts: z.array(
      z.object({
        type: z.string(),
        stream: z.string(),
        about: z.string(),
        signature: z.string(),
        roles: z.array(z.string()),
        reversible: z.boolean(),
      }),
    ),
  }),
  run: async () => ({
    facts: allFacts().map(({ kind, fact: each }) => ({
      type: each.name,
      stream: kind.name,
      about: each.about,
      signature: each.signedAs ? 'as the original' : each.signature,
      roles: [...each.roles],
      reversible: each.reversible,
    })),
  }),
  table: (answer) => ({
    columns: ['fact', 'stream', 'signature', 'about'],
    rows: answer.facts.map((each) => [each.type, each.stream, each.signature, each.about]),
  }),
});
