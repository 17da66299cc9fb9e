import fc from 'fast-check';
import t from 'tap';
import { factOf } from '../../src/domain/grammar/kind.js';
import { CaseReference } from '../../src/domain/dispute/cases.js';
import { KINDS } from '../../src/ledger/catalogue.js';
import { csvCell } from '../../src/ledger/csv.js';
import type { Choice } from '../../src/web/forms/choosing.js';
import type { Fields } from '../../src/web/forms/shapes.js';
import { readTable, tabled, tableWith, type TableRead } from '../../src/web/forms/table.js';
import type { Form } from '../../src/web/site.js';
import { typedDay, typedMoney } from '../../src/web/typed.js';
import { caseNamed } from '../support/disputes.js';
import { property } from '../support/property.js';

/** A table is read as the rows that its author meant, or a line has an error. It is never read as other rows. */

const fieldsOf = (kind: 'dispute' | 'register', type: string): Fields => factOf(KINDS[kind], type).input.shape;
const CASES = Array.from({ length: 30 }, (_each, at) => caseNamed(`read ${at}`)).filter(
  (each) => CaseReference.safeParse(each).success,
);
const choice = (value: string, words = value): Choice => ({ value, words, about: null, wordings: [] });
const choices = CASES.map((each) => choice(each));
const LINES = tabled(fieldsOf('dispute', 'DisputeSettled')['lines']!)!;
const read = (text: string): TableRead => readTable(LINES, 'f.lines', {}, text, () => choices);

interface Row {
  readonly case: string;
  readonly agreed: string | undefined;
  readonly abandoned: string | undefined;
  readonly through: string | undefined;
  readonly closes: string | undefined;
}

/** The rows that a form holds. */
const rowsIn = (form: Form): Row[] =>
  Array.from({ length: Number(form['f.lines.count']) }, (_each, row) => {
    const own = (name: string): string | undefined => form[`f.lines.${row}.${name}`];
    return {
      case: own('case') ?? '',
      agreed: typedMoney(own('agreed') ?? ''),
      abandoned: typedMoney(own('abandoned') ?? ''),
      through: typedDay(own('through-day') ?? '', own('through-month') ?? '', own('through-year') ?? ''),
      closes: own('closes'),
    };
  });

const TITLES = ['Case', 'Agreed', 'Given up', 'Through', 'Closes the case', 'Note', 'Ref'] as const;
type Written = Readonly<Record<(typeof TITLES)[number], string>>;

/** A sum in pence as people and spreadsheets write it. */
const STYLES: readonly ((pence: number) => string)[] = [
  (pence) => (pence / 100).toFixed(2),
  (pence) => `£${(pence / 100).toLocaleString('en-GB', { minimumFractionDigits: 2 })}`,
  (pence) => (pence / 100).toLocaleString('en-GB', { minimumFractionDigits: 2 }),
  (pence) => String(pence / 100),
];
const sums = fc
  .tuple(fc.oneof(fc.integer({ min: 0, max: 99_999_999 }), fc.constantFrom(0, 100, 60_000, 160_000)), fc.nat(3))
  .map(([pence, style]) => STYLES[style]!(pence));
const texts = fc
  .array(fc.constantFrom('a', ' ', '"', '""', ',', ';', '\t', '\n', '1', "'", '£600.00', 'Total'), { maxLength: 6 })
  .map((each) => each.join(''));
const plain = fc.constantFrom('', 'see letter', 'a1');
const writtenBy = (text: fc.Arbitrary<string>): fc.Arbitrary<Written[]> =>
  fc
    .array(
      fc.record({
        Agreed: sums,
        'Given up': sums,
        Through: fc.constantFrom('', '31/03/2019', '2019-03-31', '31 March 2019'),
        'Closes the case': fc.constantFrom('', 'yes', 'No'),
        Note: text,
        Ref: text,
      }),
      { minLength: 1, maxLength: 5 },
    )
    .map((rows) => rows.map((row, at) => ({ Case: CASES[at]!, ...row })));
const orders = fc.shuffledSubarray([...TITLES], { minLength: TITLES.length });
const separators = fc.constantFrom('\t', ';', ',');

const meant = (rows: readonly Written[]): Row[] =>
  rows.map((row) => ({
    case: row.Case,
    agreed: typedMoney(row.Agreed.replace(/(\.\d)$/, '$10')),
    abandoned: typedMoney(row['Given up'].replace(/(\.\d)$/, '$10')),
    through: row.Through === '' ? undefined : '2019-03-31',
    closes: row['Closes the case'] === '' ? undefined : row['Closes the case'].toLowerCase(),
  }));

type CellOf = (cell: string, separator: string) => string;
const textOf = (rows: readonly Written[], order: readonly (keyof Written)[], separator: string, cell: CellOf): string =>
  [order.join(separator), ...rows.map((row) => order.map((title) => cell(row[title], separator)).join(separator))].join(
    '\n',
  );

/** Fails unless a text is read as the rows that are meant, or gets an error. */
function saysOrTells(text: string, rows: readonly Written[]): boolean {
  const { form, faults } = read(text);
  return faults.length > 0 || JSON.stringify(rowsIn(form)) === JSON.stringify(meant(rows));
}

t.test('a table that a spreadsheet writes is read as its rows', async (t) => {
  property(
    t,
    fc.property(writtenBy(texts), orders, separators, (rows, order, separator) => {
      const { form, faults } = read(textOf(rows, order, separator, csvCell));
      // A note of several lines may be rows, and 20,400 may be one sum.
      return faults.length > 0
        ? faults.some((each) => /further down|may be one sum/.test(each))
        : JSON.stringify(rowsIn(form)) === JSON.stringify(meant(rows));
    }),
  );
});

t.test('a table without quotation marks where it needs them is read as its rows, or told to be wrong', async (t) => {
  property(
    t,
    fc.property(writtenBy(texts), orders, separators, (rows, order, separator) =>
      saysOrTells(
        textOf(rows, order, separator, (cell) => cell),
        rows,
      ),
    ),
  );
});

t.test('so is one whose sums have commas, and whose last cells are left off', async (t) => {
  property(
    t,
    fc.property(writtenBy(plain), orders, separators, (rows, order, separator) => {
      const text = textOf(rows, order, separator, (cell) => cell);
      return saysOrTells(text.replace(/[,;\t]+$/gm, ''), rows);
    }),
  );
});

t.test('so is one in which a quotation mark, a separator or a line break is typed too many', async (t) => {
  property(
    t,
    fc.property(
      writtenBy(texts),
      orders,
      separators,
      fc.constantFrom('"', '\n', undefined),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (rows, order, separator, sign, where) => {
        const text = textOf(rows, order, separator, csvCell);
        const begin = text.indexOf('\n') + 1;
        const at = begin + Math.floor(where * (text.length - begin));
        return saysOrTells(`${text.slice(0, at)}${sign ?? separator}${text.slice(at)}`, rows);
      },
    ),
  );
});

t.test('what can be read in two ways is told for its line, with what to do', async (t) => {
  const [a, b, c] = CASES as [string, string, string];
  const head = 'Case,Agreed,Given up,Note';
  for (const [text, ...faults] of [
    [
      `Case,Agreed,Given up\n${a},1,600.00,0.00`,
      'Line 2: This line has 4 cells, and the first line has 3. If a sum or a text holds a comma, leave it out, or put quotation marks around the cell',
    ],
    [`${head}\n${a},1,600.00,0.00`, /^Line 2: “1,600.00” may be one sum or the sums of several columns/],
    [`${head}\n${a},20,400,see letter`],
    [`${head}\n${a},20.00,400.00,0.00`],
    [`${head}\n${a},"1","600.00",0.00`],
    [
      `${head}\n${a},1.00,0.00,"see letter\n${b},2.00,0.00,\n${c},3.00,0.00,`,
      'Line 2: A quotation mark begins a cell, and none ends it. Delete it, or write one at each end of the cell',
    ],
    [`${head}\n${a},1.00,0.00,"see letter\n${b},2.00,0.00,x"`, /^Line 2: .* ends 1 line further down/],
    [`${head}\n${a},1.00,0.00,"see letter,\nand the next"\n${b},2.00,0.00,`],
    [`${head}\n${a},"1\n600.00",0.00,`, /^Line 2: Agreed goes over more than one line/],
    [`${head}\n,,,see letter\n${b},2.00,0.00,`, /^Line 2: The columns that are read are empty/],
    [`Case,Agreed,Given up,"No\nte"\n${a},1.00,0.00,`, /name of a column in the first line has a line break/],
    [`Case,Agreed,Given up,Abandoned\n${a},1.00,0.00,5.00`, /names the column “Given up” twice/],
    [`"Case; id",Case,Agreed,Given up\nx,${a},1.00,0.00`],
    [`${head}\nTotal Care CIC,1.00,0.00,\n${a},2.00,0.00,`, /^Line 2: .* nothing is called “Total Care CIC”/],
    [`${head}\nTotal,1.00,0.00,\n${a},2.00,0.00,`, /^Line 2: .* nothing is called “Total”/],
    [`${head}\n${a},2.00,0.00,\nTotal Care CIC,1.00,0.00,`, /^Line 3: .* nothing is called “Total Care CIC”/],
    [`${head}\n${a},2.00,0.00,\nTotal of 1,2.00,0.00,\nGrand total:,2.00,,`],
  ] as const) {
    const found = read(text).faults;
    t.match(found, faults, text);
    t.equal(found.length, faults.length, `${text}\n${found.join('\n')}`);
  }
  const three = read(
    `${head}\n${a},1,0,\n${b},1,0,\n${c},1,0,`.replaceAll(',', '\t').replace(`${a}\t1\t0\t`, `${a}\t1\t0\t"see letter`),
  );
  t.strictSame([three.faults, three.form['f.lines.count']], [[], '3'], 'a copied note may begin with a quotation mark');
});

t.test('a place for which something new may be chosen may hold something new', async (t) => {
  const of = tabled(fieldsOf('register', 'PartnerSucceeded')['shares']!)!;
  const bodies = [choice('old-ccg', 'Old CCG'), choice('new-icb', 'Twin'), choice('other-icb', 'Twin')];
  const head = 'Predecessor,Successor,Area,Source of funding,Share';
  const words = (row: string): readonly string[] =>
    readTable(of, 'f.shares', {}, `${head}\n${row}`, () => bodies).faults.filter((each) => /called/.test(each));
  t.strictSame(words('Old CCG,new-icb,A new area,old-ccg,10000'), []);
  t.match(words('Old CCG,new-icb,twin,old-ccg,10000'), [/^Line 2: Area must be one name: 2 are called “twin”/]);
  t.match(words('Old CCG,A new body,A new area,old-ccg,10000'), [
    /Successor must be .*: nothing is called “A new body”/,
  ]);
});

t.test('rows are put below those of a table, which stands as it was typed', async (t) => {
  const [a, b] = CASES as [string, string];
  const row = { case: b, agreed: '1.00', 'given up': '2.00', open: '3.00', claimant: 'A, B' };
  const typed = `Note;Case;Agreed;Abandoned;Claimant\n"x";${a};5;0;`;
  t.equal(tableWith(LINES, `${typed}\n\n`, [row], ['Open']), `${typed}\n;${b};1.00;2.00;A, B\n`);
  t.equal(
    tableWith(LINES, '', [row], ['Claimant', 'Open']),
    `Case,Agreed,Given up,Through,Closes the case,Claimant,Open\n${b},1.00,2.00,,,"A, B",3.00\n`,
  );
});

t.test('a line with fewer cells than the first is not read: a cell may be missing anywhere in it', (t) => {
  const [first = ''] = CASES;
  const { faults, form } = read(`Case,Agreed,Given up,Through\n${first},100.00,0.00, late\n${first},100.00,0.00`);
  t.same(faults, [
    'Line 2: Through must be a real day, like 27 3 2017',
    'Line 3: This line has 3 cells, and the first line has 4. Write a comma for an empty cell too',
  ]);
  t.equal(form['f.lines.count'], '1');
  const semicolons = read(`Case;Agreed;Given up\n${first};100.00`);
  t.match(semicolons.faults.join(), 'Write a semicolon for an empty cell too');
  const copied = read(`Case\tAgreed\tGiven up\tThrough\n${first}\t100.00\t0.00`);
  t.same(copied.faults, [], 'lines that are copied from a spreadsheet may end before the last columns');
  t.end();
});
