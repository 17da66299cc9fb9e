import t from 'tap';
import { z } from 'zod';
import {
  alternativesOf,
  bringsName,
  choicesInWords,
  choicesOf,
  listOf,
  suggestionInWords,
  suggestionOf,
  totalInWords,
  totalOf,
} from '../../../src/domain/grammar/asked.js';
import { pagesOf } from '../../../src/domain/grammar/pages.js';
import { fromItsDay, inner, namingsIn, replacingTexts } from '../../../src/domain/grammar/naming.js';
import { EventRef, ItemRef, PartnerRef, ProposalRef, SourceRef } from '../../../src/domain/grammar/fields.js';
import { EffectiveDay, Money, SignedMoney } from '../../../src/domain/values.js';
import { allFacts } from '../../../src/ledger/catalogue.js';

/** The parts of a JSON Schema that the test looks at. */
interface Described {
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly items?: Described;
  readonly anyOf?: readonly Described[];
  readonly oneOf?: readonly Described[];
}

/** The fields of a fact at every depth, each under its path. */
function fieldsOf(described: Described, path: string): (readonly [path: string, field: Described])[] {
  const own = Object.entries(described.properties ?? {}).flatMap(([name, field]) => [
    [`${path}.${name}`, field] as const,
    ...fieldsOf(field, `${path}.${name}`),
  ]);
  const parts = [described.items, ...(described.anyOf ?? []), ...(described.oneOf ?? [])];
  return [...own, ...parts.flatMap((each) => (each ? fieldsOf(each, path) : []))];
}

/** The descriptions of types that many fields share. Each field must have its own description. */
const SAID_OF_ANY = [EffectiveDay, Money, SignedMoney].map((type) => type.meta()!.description);

t.test('every field of every fact has a title and a sentence of its own', async (t) => {
  for (const { fact } of allFacts()) {
    const described = z.toJSONSchema(fact.input, { io: 'input', unrepresentable: 'any', reused: 'inline' });
    for (const [path, { title, description }] of fieldsOf(described as Described, fact.name)) {
      t.match(title, /^\S.*\S$/, `${path} has a title`);
      t.match(description, /^[A-Z“].+[.)]$/s, `${path} has a sentence`);
      t.notOk(SAID_OF_ANY.includes(description), `${path} says what it is, and not what any such field is`);
    }
  }
});

/** Every type in the input of a fact, with the fields beside it, each under its path. */
function* typesIn(
  type: z.ZodType,
  path: string,
  beside: readonly string[],
): Generator<readonly [path: string, type: z.ZodType, beside: readonly string[]]> {
  yield [path, type, beside];
  const within = inner(type);
  if (within instanceof z.ZodObject) {
    const shape = within.shape as Readonly<Record<string, z.ZodType>>;
    const names = [...beside, ...Object.keys(shape)];
    for (const [name, field] of Object.entries(shape)) yield* typesIn(field, `${path}.${name}`, names);
  } else if (within instanceof z.ZodArray) yield* typesIn(within.element as z.ZodType, `${path}[]`, beside);
  else if (within instanceof z.ZodUnion)
    for (const option of within.options as z.ZodType[]) yield* typesIn(option, `${path}|`, beside);
}

const allTypes = allFacts().flatMap(({ fact }) => [...typesIn(fact.input, fact.name, [])]);

t.test('every list says what one item is called and how many there may be; every alternative has words', async (t) => {
  let [lists, alternatives] = [0, 0];
  for (const [path, type] of allTypes) {
    const list = listOf(type);
    if (list) {
      lists++;
      t.match(list.item, /^[A-Z]/, `${path}: what an item is called`);
      t.ok(list.atLeast <= list.atMost && list.atMost <= 500, `${path}: ${list.atLeast} to ${list.atMost}`);
    }
    for (const words of alternativesOf(type) ?? []) {
      alternatives++;
      t.match(words, /^[A-Z]/, `${path}: what an alternative is called`);
    }
    const choices = choicesOf(type);
    if (inner(type) instanceof z.ZodEnum) t.equal(choices?.from, 'codes', `${path}: each code has words`);
    if (choices) t.match(choicesInWords(choices), /\S/, `${path}: where its choices come from`);
  }
  t.ok(lists > 20 && alternatives > 20);
});

t.test('what a field suggests or adds up to refers to fields that are there', async (t) => {
  const told = { suggested: 0, added: 0 };
  for (const [path, type, beside] of allTypes) {
    const [suggestion, total] = [suggestionOf(type), totalOf(type)];
    if (suggestion) {
      told.suggested++;
      if ('field' in suggestion) t.ok(beside.includes(suggestion.field), `${path} is suggested as ${suggestion.field}`);
      if ('value' in suggestion) t.ok(type.safeParse(suggestion.value).success, `${path} takes what it suggests`);
      t.match(suggestionInWords(suggestion), /\S/);
    }
    if (total) {
      told.added++;
      if ('field' in total) t.ok(beside.includes(total.field), `${path} adds up to ${total.field}`);
      t.match(totalInWords(total), /\S/);
    }
  }
  t.ok(told.suggested > 20 && told.added > 5);
});

t.test('a form asks for every field of a fact once, and a fact that brings a name asks for a new one', async (t) => {
  for (const { fact } of allFacts()) {
    const shape = fact.input.shape as Readonly<Record<string, z.ZodType>>;
    t.same([...pagesOf(fact)].flat().sort(), Object.keys(shape).sort(), fact.name);
    const brings = Object.entries(shape).filter(([, field]) => bringsName(field));
    if (!fact.names) continue;
    t.equal(brings.length, 1, `${fact.name} brings one name`);
    const [name] = brings[0]!;
    t.match(fact.names({ effective: '2016-04-01', [name]: 'a-name' }), /a-name$/, `${fact.name} brings ${name}`);
  }
  const withdrawal = allFacts().find(({ fact }) => fact.name === 'DiscretionaryPaymentWithdrawn')!.fact;
  t.same(pagesOf(withdrawal)[0], ['of'], 'what is withdrawn is asked for first');
});

const Example = z.strictObject({
  payer: PartnerRef,
  source: SourceRef.optional(),
  settles: EventRef.optional(),
  offer: ProposalRef.optional(),
  lines: z.array(ItemRef('line')).optional(),
  by: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('one'), partner: PartnerRef }),
    z.strictObject({ kind: z.literal('none') }),
  ]),
  sides: z.array(fromItsDay(z.strictObject({ from: EffectiveDay, partner: PartnerRef }))).optional(),
});

t.test('what a fact names is told by the types of its fields', async (t) => {
  const value = {
    payer: 'north-ccg',
    source: 'NHS_ADD',
    settles: '17',
    lines: ['care', 'beds'],
    by: { kind: 'one', partner: 'county' },
    sides: [{ from: '2016-10-01', partner: 'south-ccg' }],
  };
  t.same(namingsIn(Example, value), [
    { named: 'partner', text: 'north-ccg', field: 'payer', from: undefined },
    { named: 'source', text: 'NHS_ADD', field: 'source', from: undefined },
    { named: 'event', text: '17', field: 'settles', from: undefined },
    { named: 'line', text: 'care', field: 'lines', from: undefined },
    { named: 'line', text: 'beds', field: 'lines', from: undefined },
    { named: 'partner', text: 'county', field: 'partner', from: undefined },
    { named: 'partner', text: 'south-ccg', field: 'partner', from: '2016-10-01' },
  ]);
});

t.test('what no type describes names nothing, and is gone through all the same', async (t) => {
  t.same(namingsIn(Example, { other: { payer: 'north-ccg' }, by: { kind: 'unheard-of', partner: 'county' } }), []);
  t.same(namingsIn(Example, { payer: null, lines: 'care', source: 3 }), []);
  t.same(
    replacingTexts(
      Example,
      { payer: '@a', settles: '@b', other: ['@c', 4] },
      (text, named) => `${text} ${named ?? '?'}`,
    ),
    { payer: '@a partner', settles: '@b event', other: ['@c ?', 4] },
  );
});

t.test('a type under other words goes on naming what it names', async (t) => {
  const Payee = PartnerRef.meta({ title: 'Who is paid' }).optional();
  t.equal(namingsIn(z.object({ payee: Payee }), { payee: 'county' })[0]?.named, 'partner');
  t.equal(PartnerRef.meta({ title: 'Who is paid' }).meta()?.title, 'Who is paid');
});

t.test('a form fills in the officer’s own body where the fact is the act of that body alone', (t) => {
  const suggested = allFacts().flatMap(({ fact }) =>
    Object.entries(fact.input.shape as Readonly<Record<string, z.ZodType>>).flatMap(([name, field]) => {
      const suggestion = suggestionOf(field);
      return suggestion && 'body' in suggestion ? [`${fact.name}.${name}`] : [];
    }),
  );
  t.same(suggested.sort(), [
    'AccountingClassConfirmed.partner',
    'AgreementAccepted.partner',
    'AssumptionStated.partner',
    'BalanceOpened.holder',
    'ContributionAgreed.payer',
    'DiscretionaryPaymentWithdrawn.payer',
    'FundingBesideStated.holder',
    'GrantDetermined.holder',
    'MandateEnded.partner',
    'NoticeGiven.partner',
    'OfficerMandated.partner',
    'PerformancePotSet.payer',
    'RefundPaid.payer',
    'SignOffGiven.partner',
    'WriteOffApproved.creditor',
    'WriteOffLimitSet.partner',
  ]);
  t.end();
});
