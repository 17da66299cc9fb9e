import t from 'tap';
import { z } from 'zod';
import { fromItsDay, namingsIn, replacingTexts } from '../../../src/domain/grammar/naming.js';
import { EventRef, ItemRef, PartnerRef, ProposalRef, SourceRef } from '../../../src/domain/grammar/fields.js';
import { EffectiveDay } from '../../../src/domain/values.js';
import { allFacts } from '../../../src/ledger/catalogue.js';

/** What is looked at of a schema as JSON Schema describes it. */
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

t.test('every field of every fact has a title and a sentence', async (t) => {
  for (const { fact } of allFacts()) {
    const described = z.toJSONSchema(fact.input, { io: 'input', unrepresentable: 'any', reused: 'inline' });
    for (const [path, { title, description }] of fieldsOf(described as Described, fact.name)) {
      t.match(title, /^\S.*\S$/, `${path} has a title`);
      t.match(description, /^[A-Z“].+[.)]$/s, `${path} has a sentence`);
    }
  }
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
