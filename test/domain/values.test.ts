import t from 'tap';
import { z } from 'zod';
import { readAs } from '../../src/domain/faults.js';
import { Amount, EffectiveDay, holdsNhsNumber, Name, reference, words } from '../../src/domain/values.js';

/** 943 476 5919 is the published example of a valid NHS number; its check digit is 9. */
t.test('ten digits with a valid check digit are shaped like an NHS number, however they are spaced', async (t) => {
  for (const text of [
    '9434765919',
    'patient 943 476 5919 came',
    '943-476-5919',
    '9 4 3 4 7 6 5 9 1 9',
    'x9434765919.',
  ]) {
    t.ok(holdsNhsNumber(text), text);
  }
  for (const text of [
    '9434765918',
    '943476591',
    '94347659190',
    '12-34-56 12345678',
    '£7,000,000.00',
    '2016-04-01 to 2017-03-31',
  ]) {
    t.notOk(holdsNhsNumber(text), text);
  }
});

t.test('nor do invisible signs, other digits or neighbours hide an NHS number', async (t) => {
  for (const text of [
    'Patient 943 476 5919 12 May',
    '9434765919 2 visits',
    '12 visits of 943  476  5919',
    '943/476/5919',
    '943_476_5919',
    '943\u00A0476\u00A05919',
    '943\u200B4765919',
    '\uFF19\uFF14\uFF13\uFF14\uFF17\uFF16\uFF15\uFF19\uFF11\uFF19',
    'patient-943-476-5919',
  ]) {
    t.ok(holdsNhsNumber(text), text);
  }
  t.notOk(Name.safeParse('patient-943-476-5919').success);
});

t.test('nor do letters between its digits, or the digits of another script', async (t) => {
  for (const text of [
    '943x476x5919',
    '943 x 476 x 5919',
    '943a4765919',
    '9x4x3x4x7x6x5x9x1x9',
    '9a4b3c4d7e6f5g9h1i9',
    '٩٤٣٤٧٦٥٩١٩',
    '९४३ ४७६ ५९१९',
    '\u{1E959}\u{1E954}\u{1E953}\u{1E954}\u{1E957}\u{1E956}\u{1E955}\u{1E959}\u{1E951}\u{1E959}',
    '\u{116E3}\u{116DE}\u{116DD}\u{116DE}\u{116E1}\u{116E0}\u{116DF}\u{116E3}\u{116DB}\u{116E3}',
    '9\u03014765919 943 476 5919',
  ]) {
    t.ok(holdsNhsNumber(text), text);
  }
});

t.test('money, days, references and digests are what they are', async (t) => {
  for (const text of [
    '£94,347,659.19',
    'from £94,347,659.19 to £1,234,567.89',
    '2019-04-01 12',
    '2018/19 - 2019/20',
    'of 2018-2019 and 2019-2020',
    '01/04/2019 - 31/03/2020',
    '31/03/2023 & 30/06/2023',
    'from 1.4.2019 to 31.3.2020',
    'on 2016-04-01, 2017-03-31 and 2018-03-31',
    'BACS 12345678, minute C/12 of 30 April 2019',
    '6158e32f-7fd2-4cef-93fd-d29dd78439c4',
    '943a476b-5919-4cef-93fd-d29dd78439c4',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '943a476a5919e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495',
    '9ab4cd3ef4gh7ij6kl5mn9op1qr9',
    '943ab4765919',
  ]) {
    t.notOk(holdsNhsNumber(text), text);
  }
  t.ok(holdsNhsNumber('94347659-19ab-4cef-93fd-d29dd78439c4'), 'a reference that is made of one');
  t.ok(holdsNhsNumber('from 2018/19 on, 943 476 5919'), 'beside a year');
  t.ok(holdsNhsNumber('2018-22 000 4'), 'two numbers that are no financial year');
});

t.test('text that cannot be seen, or turns the reading round, is refused', async (t) => {
  for (const text of ['a\u202Eb', 'a\u200Bb', '\uD800x', 'a\uFFFDb'])
    t.notOk(words(20).safeParse(text).success, JSON.stringify(text));
});

t.test(
  'what shows nothing is refused in what is sent, and read where it was recorded by an earlier program',
  async (t) => {
    const signs = {
      'line separator': '\u2028',
      'paragraph separator': '\u2029',
      'Hangul filler': '\u3164',
      'halfwidth Hangul filler': '\uFFA0',
      'Hangul choseong filler': '\u115F',
      'Hangul jungseong filler': '\u1160',
      'blank of Braille': '\u2800',
      'grapheme joiner': '\u034F',
      'Khmer vowel that is not shown': '\u17B4',
      'Mongolian selector': '\u180B',
      'selector after a letter': '\uFE0F',
      'selector of many': '\u{E0100}',
    };
    const Sent = z.strictObject({ list: z.array(z.strictObject({ reason: words(20) })) });
    for (const [name, sign] of Object.entries(signs)) {
      const sent = { list: [{ reason: 'as it is' }, { reason: `a${sign}b` }] };
      t.same(
        readAs(Sent, sent),
        { faults: [{ path: ['list', 1, 'reason'], words: 'must hold no control characters or invisible signs' }] },
        name,
      );
      t.ok(Sent.safeParse(sent).success, `${name}: what is stored is read`);
    }
    for (const sign of ['\u00AD', '\u200B', '\u202E']) {
      t.notOk(words(20).safeParse(`a${sign}b`).success, 'what was refused always is');
    }
    for (const text of ['two\nlines\tof it', 'Mōrena, café', '\u2714\uFE0F done', '한국어', '£5 – “so”', 'a\u00A0b']) {
      t.match(readAs(words(20), text), { value: text });
    }
  },
);

t.test('a reference may be shaped like an NHS number, and is otherwise held to what words are', async (t) => {
  const Reference = reference(20);
  t.equal(Reference.parse(' 943 476 5919 '), '943 476 5919');
  t.equal(Reference.parse('PO 4500123456'), 'PO 4500123456');
  t.match(Reference.safeParse('a\u0000b').error?.issues[0]?.message, /control/);
  t.match(Reference.safeParse('x'.repeat(21)).error?.issues[0]?.message, /at most 20/);
  t.notOk(words(20).safeParse('943 476 5919').success, 'prose may not');
});

t.test('a check digit of ten is no NHS number, and of eleven is nought', async (t) => {
  t.notOk(holdsNhsNumber('1000000010'), 'remainder 1 would need the digit ten');
  t.ok(holdsNhsNumber('0000000000'));
});

t.test('free text refuses what could name a patient, control characters and nothing at all', async (t) => {
  const Text = words(20);
  t.equal(Text.parse('  about this much '), 'about this much');
  t.match(Text.safeParse('943 476 5919').error?.issues[0]?.message, /NHS number/);
  t.match(Text.safeParse('a\u0000b').error?.issues[0]?.message, /control/);
  t.match(Text.safeParse('   ').error?.issues[0]?.message, /empty/);
  t.match(Text.safeParse('x'.repeat(21)).error?.issues[0]?.message, /at most 20/);
  t.ok(Text.safeParse('two\nlines').success);
});

t.test('an amount of nothing is not an amount', async (t) => {
  t.match(Amount.safeParse('0.00').error?.issues[0]?.message, /more than 0.00/);
  t.ok(Amount.safeParse('0.01').success);
  t.match(Amount.safeParse(7).error?.issues[0]?.message, /JSON number/);
  t.match(Amount.safeParse('10000000000.00').error?.issues[0]?.message, /at most 9999999999.99/);
  t.match(Amount.safeParse('7.001').error?.issues[0]?.message, /exactly two places/);
});

t.test('an effective day is real, and within the life of the Better Care Fund', async (t) => {
  t.match(EffectiveDay.safeParse('2017-02-30').error?.issues[0]?.message, /real day/);
  t.match(EffectiveDay.safeParse('1999-01-01').error?.issues[0]?.message, /between 2013-04-01 and 2099-03-31/);
  t.match(EffectiveDay.safeParse(20170101).error?.issues[0]?.message, /YYYY-MM-DD/);
});

t.test('a name is lower-case letters, digits and single dashes', async (t) => {
  for (const good of ['norwich-ccg', 'a1', '2016-17']) t.ok(Name.safeParse(good).success, good);
  for (const bad of ['Norwich', 'a--b', '-a', 'a-', 'a b', '', '(pool)', 'x'.repeat(65)])
    t.notOk(Name.safeParse(bad).success, bad);
});
