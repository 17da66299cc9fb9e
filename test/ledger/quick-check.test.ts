import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { z } from 'zod';
import { isProposalEvent, PROPOSAL_EVENTS } from '../../src/domain/grammar/proposal.js';
import { factOf } from '../../src/domain/grammar/kind.js';
import { Amount, Code, EffectiveDay, Evidence, Name, words } from '../../src/domain/values.js';
import { kindOf } from '../../src/ledger/catalogue.js';
import { load, planLoad } from '../../src/ledger/acts/load.js';
import { quickCheck, type QuickCheck } from '../../src/ledger/quick-check.js';
import { emptyLedger } from '../support/ledger.js';
import { property } from '../support/property.js';

const checks = new WeakMap<z.ZodType, QuickCheck>();

/** A check is worked out from its schema once. */
function checkOf(schema: z.ZodType): QuickCheck {
  const check = checks.get(schema) ?? quickCheck(schema);
  checks.set(schema, check);
  return check;
}

/** The promise of a check: if it says yes, zod accepts the value and returns it unchanged. */
function keepsItsWord(schema: z.ZodType, value: unknown): boolean {
  if (!checkOf(schema)(value)) return true;
  const { success, data } = schema.safeParse(value);
  return success && isDeepStrictEqual(data, value);
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Values to put in the place of any part of an event: of the wrong type, out of range, or nearly right. */
const WRONG: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e21,
  '',
  ' ',
  'x',
  'x'.repeat(2_000),
  ' at the edge ',
  '0.00',
  '1.234',
  '12345678901234.00',
  '2017-02-30',
  '1999-01-01',
  '943 476 5919',
  'no\u200bthing',
  '\ud83d\ude00',
  'é',
  [],
  ['x'],
  {},
  { x: 1 },
];

/** A value with one part replaced, left out, doubled or extended. */
function changed(value: Json, picks: readonly number[]): Json {
  const [pick = 0, ...rest] = picks;
  if (typeof value !== 'object' || value === null || rest.length === 0) return WRONG[pick % WRONG.length]!;
  if (Array.isArray(value)) {
    if (value.length === 0 || pick % 5 === 0) return [...value, WRONG[pick % WRONG.length]!];
    if (pick % 7 === 0) return [...value, ...value];
    const at = pick % value.length;
    return value.map((each, index) => (index === at ? changed(each, rest) : each));
  }
  const names = Object.keys(value);
  if (names.length === 0 || pick % 11 === 0) return { ...value, [pick % 2 ? '__proto__x' : 'constructor']: 1 };
  if (pick % 13 === 0) return JSON.parse(`{"__proto__":1,${JSON.stringify(value).slice(1)}`) as Json;
  const name = names[pick % names.length]!;
  if (pick % 3 === 0) return Object.fromEntries(Object.entries(value).filter(([each]) => each !== name));
  return { ...value, [name]: changed(value[name]!, rest) };
}

t.test(
  'every event of the demonstration is accepted without asking zod, and none that zod would refuse or change',
  async (t) => {
    const { ledger, clock } = await emptyLedger(t);
    const scenarios = fileURLToPath(new URL('../../../scenarios', import.meta.url));
    const files = readdirSync(scenarios).map((name) => ({
      name,
      content: JSON.parse(readFileSync(join(scenarios, name), 'utf8')) as unknown,
    }));
    await load(planLoad(files), { ledger, clock, signedInBy: 'file' });
    const events: { readonly schema: z.ZodType; readonly data: Json }[] = [];
    for (let after: string | undefined; ;) {
      const page = await ledger.store.readAll({ after });
      for (const { stream, type, data } of page) {
        const read = { type, data: JSON.parse(data) as { [name: string]: Json } };
        const schema = isProposalEvent(read as never)
          ? PROPOSAL_EVENTS[type as keyof typeof PROPOSAL_EVENTS].stored
          : factOf(kindOf(stream), type).stored;
        events.push({ schema, data: read.data });
      }
      after = page.at(-1)?.position;
      if (after === undefined) break;
    }
    t.ok(events.length > 100, `${events.length} events`);
    for (const { schema, data } of events) {
      if (!checkOf(schema)(data) || !keepsItsWord(schema, data)) t.fail(JSON.stringify(data));
    }
    let said = 0;
    property(
      t,
      fc.property(fc.nat(), fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), (pick, picks) => {
        const { schema, data } = events[pick % events.length]!;
        const value = changed(data, picks);
        if (checkOf(schema)(value)) said++;
        return keepsItsWord(schema, value);
      }),
      2_000,
    );
    t.comment(`of 2000 changed events ${said} were still well formed`);
  },
);

t.test('what is accepted, and what is left to zod', async (t) => {
  const says = (schema: z.ZodType, value: unknown, expected: boolean) => {
    t.equal(checkOf(schema)(value), expected, `${JSON.stringify(value)} as ${schema.type}`);
    t.ok(keepsItsWord(schema, value));
  };
  for (const [schema, yes, no] of [
    [Name, ['norwich-ccg'], ['Norwich', '', 'a'.repeat(65), 'nhs-943-476-5919', 1]],
    [Code, ['NHS_ADD'], ['nhs']],
    [Amount, ['1.00'], ['0.00', '1', 1]],
    [EffectiveDay, ['2016-04-01'], ['2016-02-30', '1999-01-01', 20160401]],
    [words(5), ['five!', 'é'], ['', ' x', 'x ', '123456', '\u200b']],
    [z.uuid(), ['6158e32f-7fd2-4cef-93fd-d29dd78439c4'], ['x', 1]],
    [z.int().positive(), [1, 2], [0, -1, 1.5, '1', NaN]],
    [z.int().min(1).max(12), [1, 12], [0, 13]],
    [z.int().lt(12), [11], [12]],
    [z.boolean(), [true, false], [0, 'true']],
    [z.enum(['a', 'b']), ['a'], ['c', 0]],
    [z.literal('a'), ['a'], ['b']],
    [z.union([z.literal('0.00'), Amount]), ['0.00', '1.00'], ['0']],
    [z.array(Name).min(1), [['a']], [[], ['A'], 'a']],
    [z.array(Name).length(2), [['a', 'b']], [['a'], ['a', 'b', 'c']]],
    [z.string().min(2), ['abc'], ['a']],
    [z.string().length(2), [], ['ab']],
    [Evidence, [[], [{ reference: 'x', page: 1 }]], [[{}], [{ reference: 'x', page: 0 }], [{ reference: 'x', of: 1 }]]],
    [z.strictObject({ a: Name.optional() }), [{}, { a: 'x' }], [{ b: 1 }, { a: 1 }, { a: undefined }, [], null, 'a']],
    [z.looseObject({ a: Name }), [{ a: 'x' }, { a: 'x', b: 1 }], [{ b: 1 }, JSON.parse('{"a":"x","__proto__":1}')]],
    [z.strictObject({ a: Name.optional() }), [], [JSON.parse('{"__proto__":1}')]],
    [z.record(Name, z.int()), [{}, { a: 1 }], [null, 'a', [], { A: 1 }, { a: 'x' }, JSON.parse('{"__proto__":1}')]],
    [z.strictObject({ a: Name }).refine(({ a }) => a !== 'b'), [{ a: 'a' }], [{ a: 'b' }]],
    [z.string().transform((text) => text.toUpperCase()), ['A'], ['a']],
    [z.array(z.string().optional()), [['a', undefined]], []],
  ] as const) {
    for (const value of yes) says(schema, value, true);
    for (const value of no) says(schema, value, false);
  }
});

t.test('of a part that it does not know it never says yes', async (t) => {
  for (const [schema, value] of [
    [z.any(), 1],
    [z.number(), 1],
    [z.email(), 'a@example.org'],
    [z.coerce.string(), 'a'],
    [z.object({ a: Name }), { a: 'a' }],
    [z.strictObject({ constructor: Name }), { constructor: 'a' }],
    [z.string().regex(/a/g), 'a'],
    [z.string().regex(/a/y), 'a'],
    [z.string().startsWith('a'), 'a'],
    [z.int().multipleOf(2), 2],
    [z.string().superRefine(() => undefined), 'a'],
    [z.string().pipe(z.string()), 'a'],
    [z.string().transform((text, context) => (context.value === text ? text : '')), 'a'],
    [z.union([EffectiveDay, Name]), 'a'],
    [z.stringFormat('known', /a/), 'a'],
  ] as const) {
    t.ok(schema.safeParse(value).success);
    t.notOk(checkOf(schema)(value), schema.type);
  }
});
