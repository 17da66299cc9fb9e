import fc from 'fast-check';
import { isDeepStrictEqual as same } from 'node:util';
import t from 'tap';
import type { z } from 'zod';
import { dayOfNumber } from '../../src/domain/calendar.js';
import { namedBy } from '../../src/domain/grammar/naming.js';
import { factOf } from '../../src/domain/grammar/kind.js';
import { allFacts, KINDS } from '../../src/ledger/catalogue.js';
import { fieldOf } from '../../src/web/forms/fields.js';
import { filledWith } from '../../src/web/forms/filling.js';
import { nameIn, readField, readFields, reading } from '../../src/web/forms/reading.js';
import { isOptional, shapeOf, titleOf, type Fields } from '../../src/web/forms/shapes.js';
import { html } from '../../src/web/html.js';
import { property } from '../support/property.js';

/**
 * Every fact has a form. The form sends what was filled in, and text that an officer typed never becomes part of the
 * page’s HTML.
 */

const name = fc.constantFrom('home-care', 'north-ccg', 'a', 'extra-care-2');
const text = fc.constantFrom(
  'A letter of 4 June 2017',
  'x',
  '<script>alert(1)</script>',
  `" onfocus="alert(1)`,
  "it's & 'that'",
);
const money = fc
  .integer({ min: 1, max: 999_999_999 })
  .map((pence) => `${Math.floor(pence / 100)}.${String(pence % 100).padStart(2, '0')}`);

const NAMED: Readonly<Record<string, fc.Arbitrary<string>>> = {
  source: fc.constantFrom('NHS_ADD', 'LA_ADD'),
  event: fc.nat(500).map(String),
  proposal: fc.uuid({ version: 4 }),
  case: fc.uuid({ version: 4 }),
};

/** Any value that a field’s own type accepts. */
function held(field: z.ZodType): fc.Arbitrary<unknown> {
  const shape = shapeOf(field);
  switch (shape.kind) {
    case 'day':
      return fc.integer({ min: 16_000, max: 25_000 }).map(dayOfNumber);
    case 'money':
      return shape.signed ? fc.tuple(fc.constantFrom('', '-'), money).map((parts) => parts.join('')) : money;
    case 'percent':
      return fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom('1/3', '5/12'));
    case 'period':
      return fc.integer({ min: 1, max: 12 });
    case 'whole':
      return fc.integer({ min: shape.least, max: shape.most });
    case 'yes-no':
      return fc.boolean();
    case 'choice':
      return shape.choices.from === 'codes'
        ? fc.constantFrom(...Object.keys(shape.choices.codes))
        : (NAMED[namedBy(field) ?? ''] ?? name);
    case 'name':
    case 'new-name':
      return name;
    case 'text':
      return text;
    case 'object':
      return heldFields(shape.fields);
    case 'list':
      return fc.array(held(shape.element), {
        minLength: Math.max(shape.least, isOptional(field) ? 1 : 0),
        maxLength: shape.least + 2,
      });
    case 'alternatives':
      return fc.oneof(...shape.alternatives.map(({ fields, value }) => heldFields(fields).map(value)));
  }
}

const heldFields = (fields: Fields): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(Object.entries(fields).map(([each, field]) => [each, held(field)])), {
    noNullPrototype: true,
    requiredKeys: Object.entries(fields)
      .filter(([, field]) => !isOptional(field))
      .map(([each]) => each),
  });

const textsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsIn)
      : [];

for (const { fact } of allFacts()) {
  t.test(`what a form of ${fact.name} holds is what was filled in, and its page shows it as text`, async (t) => {
    const fields = fact.input.shape as Fields;
    property(
      t,
      fc.property(heldFields(fields), (data) => {
        const form = filledWith(fields, data);
        const choices = textsIn(data).map((value) => ({ value, words: value, about: null, wordings: [] }));
        const looked = () => choices;
        const read = reading(form, looked);
        const found = readFields(fields, read);
        const pages = Object.entries(fields).map(
          ([each, field]) => html`${fieldOf(field, nameIn(each), { form, looked, faults: read.faults })}`.text,
        );
        const isText = pages.every((page) => !/<script|" onfocus/.test(page));
        return isText && !read.unfolds && same(found, data);
      }),
      20,
    );
  });
}

t.test('no two fields that a form asks for have the same title', async (t) => {
  for (const { fact } of allFacts()) {
    const titles = Object.values(fact.input.shape as Fields).map(titleOf);
    t.equal(new Set(titles).size, titles.length, `${fact.name}: ${titles.join(', ')}`);
  }
});

t.test('shares that are not the whole are told in the per cent that was typed', (t) => {
  const { interim } = factOf(KINDS.dispute, 'DisputeRaised').input.shape as Record<string, z.ZodType>;
  const told = (claimant: string, respondent: string, other?: string) => {
    const third = other && { 'f.interim.others.count': '1', 'f.interim.others.0.share': other };
    const shares = { 'f.interim.claimant': claimant, 'f.interim.respondent': respondent };
    const partner = { 'f.interim.others.0.partner': 'third-ccg', 'f.interim.others.0.from': 'claimant' };
    const read = reading({ ...shares, ...(third && { ...third, ...partner }) }, () => [
      { value: 'third-ccg', words: 'Third', about: null, wordings: [] },
    ]);
    readField(interim!, 'f.interim', read);
    return read.faults.map(({ words }) => words);
  };
  t.same(told('40', '60'), []);
  t.same(told('1/3', '2/3'), []);
  t.same(told('40', '40', '20'), [], 'with a third body');
  t.same(told('40', '50'), ['Who pays meanwhile must add up to 100.00%; they add up to 90.00%']);
  t.same(told('150', '50'), ['Claimant must be at most 100%']);
  t.end();
});
