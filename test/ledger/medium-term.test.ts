import fc from 'fast-check';
import t from 'tap';
import { z } from 'zod';
import { signedPence, total } from '../../src/domain/money.js';
import { QUERIES } from '../../src/ledger/questions/all.js';
import { SEES_ALL } from '../../src/ledger/questions/question.js';
import { asked as ask } from '../support/asking.js';
import { contribution, COUNTY, FUND, line, NORTH, openedLedger, openFund, type TestLedger } from '../support/ledger.js';
import { asyncProperty } from '../support/property.js';
import { told } from '../support/told.js';

const YEARS = ['2016-17', '2017-18', '2018-19', '2019-20'];
const fundOf = (year: string): string => `testshire-${year}`;
const first = (year: string): string => `${year.slice(0, 4)}-04-01`;

interface Bridge {
  readonly from: { readonly ledger: { readonly size: number } };
  readonly years: readonly {
    readonly year: string;
    readonly gapFrom: string;
    readonly gapTo: string;
    readonly change: string;
  }[];
  readonly rows: readonly {
    readonly kind: string;
    readonly row: string;
    readonly cells: readonly { readonly year: string; readonly change: string }[];
    readonly total: string;
    readonly missing: readonly string[];
    readonly difference: string;
    readonly halves: readonly {
      readonly change: string;
      readonly otherChange: string;
      readonly difference: string | null;
    }[];
  }[];
  readonly change: string;
  readonly facts: readonly {
    readonly year: string;
    readonly kind: string;
    readonly row: string;
    readonly change: string;
  }[];
}

const sum = (texts: readonly string[]): number => total(texts.map(signedPence));

/** Properties of every bridge: rows, columns and the corner add up, and so do the facts of every cell. */
function addsUp(bridge: Bridge): string | undefined {
  const { years, rows, change, facts } = bridge;
  for (const column of years) {
    const cells = rows.flatMap(({ cells: all }) => all.filter((cell) => cell.year === column.year));
    if (sum(cells.map((cell) => cell.change)) !== sum([column.change])) return `the column ${column.year}`;
    if (sum([column.gapTo]) - sum([column.gapFrom]) !== sum([column.change])) return `the change of ${column.year}`;
  }
  for (const row of rows) {
    if (sum(row.cells.map((cell) => cell.change)) !== sum([row.total])) return `the row ${row.row}`;
    const halves = row.halves.flatMap((pair) => [pair.change, pair.otherChange]);
    if (row.kind === 'reprofiled' && sum(halves) !== sum([row.total])) return `the halves of ${row.row}`;
    if (row.missing.length === 0 && row.halves.some(({ difference }) => difference === null)) return 'a half unsaid';
    for (const { year, change: cell } of row.cells) {
      const own = facts.filter((fact) => fact.year === year && fact.kind === row.kind && fact.row === row.row);
      if (sum(own.map((fact) => fact.change)) !== sum([cell])) return `the facts of ${row.row} in ${year}`;
    }
  }
  if (sum(rows.map((row) => row.total)) !== sum([change])) return 'the corner, by rows';
  return sum(years.map((column) => column.change)) === sum([change]) ? undefined : 'the corner, by columns';
}

/** Four years of a plan as a committee saw them in January 2016, revised for the committee of October 2016. */
async function fourYears(t: Parameters<typeof openedLedger>[0]): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  ledger.now('2016-01-10T09:00:00Z');
  for (const year of YEARS.slice(1)) await openFund(ledger, year);
  for (const [index, year] of YEARS.entries()) {
    const set = (name: string, category: string, amount: string) =>
      ledger.post(
        'pool-manager',
        'PlanLineSet',
        line({ effective: first(year), line: name, category, amount }),
        fundOf(year),
      );
    await set('demand', 'pressure', `${1 + index}00000.00`);
    await set('home-care', 'base', `${5 + index}000000.00`);
    await set('efficiency', 'saving', '250000.00');
    await ledger.signed(
      `${NORTH}-finance`,
      `${COUNTY}-finance`,
      'ContributionAgreed',
      contribution({ effective: first(year), amount: '5000000.00' }),
      fundOf(year),
    );
  }
  ledger.now('2016-06-10T09:00:00Z');
  return ledger;
}

const revise = (
  ledger: TestLedger,
  year: string,
  name: string,
  now: string,
  reprofile?: { readonly name: string; readonly otherYear: string },
) =>
  ledger.post(
    'pool-manager',
    'PlanLineRevised',
    { effective: first(year), line: name, now, reason: 'committee', ...(reprofile && { reprofile }) },
    fundOf(year),
  );

const COMMITTEES = { area: 'testshire', 'known-from': '2016-06-01', 'known-to': '2016-10-01' };

t.test('the medium term shows the gap of each year, by category and source, as known at any instant', async (t) => {
  const ledger = await fourYears(t);
  await revise(ledger, '2017-18', 'home-care', '6500000.00');
  const asked = { area: 'testshire', from: '2016-17', to: '2020-21' };
  told(t, await ask(ledger, 'medium-term', asked), {
    years: [
      {
        year: '2016-17',
        on: '2017-03-31',
        fund: 'testshire-2016-17',
        requirements: [
          { name: 'base', amount: '5000000.00' },
          { name: 'pressure', amount: '100000.00' },
          { name: 'saving', amount: '-250000.00' },
        ],
        funding: [{ name: 'NHS_ADD', amount: '5000000.00' }],
        requirement: '4850000.00',
        funded: '5000000.00',
        gap: '-150000.00',
      },
      { year: '2017-18', gap: '1450000.00', recurrentGap: '1450000.00', hard: '1450000.00', soft: '0.00' },
      { year: '2018-19', gap: '2050000.00' },
      { year: '2019-20', gap: '3150000.00' },
      { year: '2020-21', fund: null, requirements: [], funding: [], gap: '0.00' },
    ],
  });
  t.match(await ask(ledger, 'medium-term', { area: 'testshire', 'known-at': '2016-06-01' }), {
    years: [{}, { year: '2017-18', gap: '950000.00' }, {}, { year: '2019-20' }],
  });
  await t.rejects(ask(ledger, 'medium-term', { area: 'testshire', 'known-at': '2016-01-09' }), /area_unknown/);
  await t.rejects(ask(ledger, 'medium-term', { area: 'nowhere' }), /area_unknown/);
  await t.rejects(ask(ledger, 'bridge', { area: 'nowhere' }), /area_unknown/);
  await t.rejects(ask(ledger, 'medium-term', { ...asked, to: '2015-16' }), /days_out_of_order/);
  await t.rejects(ask(ledger, 'medium-term', { ...asked, to: '2015-17' }), /financial year/);
});

t.test(
  'the bridge between two committees adds up both ways, and reprofiling between years sums to nothing',
  async (t) => {
    const ledger = await fourYears(t);
    await revise(ledger, '2017-18', 'home-care', '6500000.00');
    await revise(ledger, '2016-17', 'demand', '40000.00', { name: 'scheme-a', otherYear: '2017-18' });
    await revise(ledger, '2017-18', 'demand', '260000.00', { name: 'scheme-a', otherYear: '2016-17' });
    await revise(ledger, '2018-19', 'efficiency', '150000.00', { name: 'scheme-b', otherYear: '2019-20' });
    await ledger.signed(
      `${NORTH}-finance`,
      `${COUNTY}-finance`,
      'ContributionAgreed',
      contribution({ effective: '2018-04-01', contribution: 'more', amount: '700000.00' }),
      'testshire-2018-19',
    );
    const bridge = await ask<Bridge>(ledger, 'bridge', COMMITTEES);
    t.equal(addsUp(bridge), undefined);
    const rows = bridge.rows.map(({ kind, row, cells, total: whole, missing }) => [
      `${kind} ${row}`,
      cells.map((cell) => cell.change).join(' '),
      whole,
      missing.join(),
    ]);
    t.same(rows, [
      ['requirement base', '0.00 500000.00 0.00 0.00', '500000.00', ''],
      ['reprofiled scheme-a', '-60000.00 60000.00 0.00 0.00', '0.00', ''],
      ['reprofiled scheme-b', '0.00 0.00 100000.00 0.00', '100000.00', '2019-20'],
      ['funding NHS_ADD', '0.00 0.00 -700000.00 0.00', '-700000.00', ''],
    ]);
    t.equal(bridge.change, '-100000.00');
    t.match(bridge.facts[1], {
      type: 'PlanLineRevised',
      sentence: /revised from £100,000.00 to £40,000.00 \(reprofiled with 2017-18 as "scheme-a"\): committee/,
      otherYear: '2017-18',
      change: '-60000.00',
    });

    ledger.now('2016-11-01T09:00:00Z');
    await revise(ledger, '2019-20', 'efficiency', '350000.00', { name: 'scheme-b', otherYear: '2018-19' });
    const later = await ask<Bridge>(ledger, 'bridge', { ...COMMITTEES, 'known-to': '2016-11-02' });
    told(t, later.rows[2], { row: 'scheme-b', total: '0.00', missing: [], difference: '0.00' });
    const again = await ask<Bridge>(ledger, 'bridge', COMMITTEES);
    t.same([again.rows, again.facts], [bridge.rows, bridge.facts], 'what two committees knew never changes');
    t.match(
      (await ask<Bridge>(ledger, 'bridge', { ...COMMITTEES, 'known-from': '2016-10-01', 'known-to': '2016-11-02' }))
        .rows,
      [{ row: 'scheme-b', total: '-100000.00', missing: ['2018-19'] }],
      'of a bridge that begins between them one half is missing',
    );
    const back = await ask<Bridge>(ledger, 'bridge', {
      ...COMMITTEES,
      'known-from': '2016-10-01',
      'known-to': '2016-06-01',
    });
    t.equal(back.change, '100000.00', 'from later to earlier it is taken off again');
    t.equal(addsUp(back), undefined);

    const { revision } = ledger.ledger.model.stream('fund', 'fund-testshire-2019-20');
    const reversal = { effective: '2019-04-01', reverses: String(revision), reason: 'not approved' };
    await ledger.post('pool-manager', 'FactReversed', reversal, 'testshire-2019-20');
    const undone = await ask<Bridge>(ledger, 'bridge', { area: 'testshire', 'known-from': '2016-06-01' });
    t.match(undone.rows[2], { row: 'scheme-b', total: '100000.00', missing: ['2019-20'] });
    t.equal(addsUp(undone), undefined);

    const all = await ask<Bridge>(ledger, 'bridge', { area: 'testshire' });
    t.equal(all.from.ledger.size, 0, 'from before anything was known');
    t.equal(addsUp(all), undefined);

    const one = await ask<Bridge>(ledger, 'bridge', { ...COMMITTEES, from: '2016-17', to: '2016-17' });
    t.match(one.rows, [{ row: 'scheme-a', total: '-60000.00', missing: ['2017-18'] }]);
    const wide = await ask<Bridge>(ledger, 'bridge', { ...COMMITTEES, from: '2015-16', to: '2016-17' });
    t.match(wide.years, [{ year: '2015-16', fund: null, change: '0.00' }, { year: '2016-17' }]);
    t.equal(addsUp(wide), undefined);
  },
);

t.test('a reprofiling whose halves differ is named with the difference', async (t) => {
  const ledger = await fourYears(t);
  await revise(ledger, '2016-17', 'demand', '40000.00', { name: 'scheme-a', otherYear: '2017-18' });
  await revise(ledger, '2017-18', 'demand', '250000.00', { name: 'scheme-a', otherYear: '2016-17' });
  await revise(ledger, '2018-19', 'efficiency', '150000.00', { name: 'scheme-b', otherYear: '2019-20' });
  const bridge = await ask<Bridge>(ledger, 'bridge', COMMITTEES);
  t.match(bridge.rows, [
    { row: 'scheme-a', total: '-10000.00', missing: [], difference: '-10000.00' },
    { row: 'scheme-b', total: '100000.00', missing: ['2019-20'], difference: '0.00' },
  ]);
  const query = QUERIES.find(({ name }) => name === 'bridge')!;
  t.same(
    query.table(bridge as never).rows.map((row) => row.at(-1)),
    ['', 'the halves of 2016-17 and 2017-18 differ by -10000.00', '2019-20', '', ''],
  );
});

t.test('halves of one name are paired year by year, so that no third year hides a difference', async (t) => {
  const ledger = await fourYears(t);
  // 2016-17 gives 1.0 and 2017-18 takes 1.5. A third year, and a difference the other way, stand beside it.
  await revise(ledger, '2016-17', 'home-care', '4000000.00', { name: 'scheme-a', otherYear: '2017-18' });
  await revise(ledger, '2017-18', 'home-care', '7500000.00', { name: 'scheme-a', otherYear: '2016-17' });
  await revise(ledger, '2018-19', 'home-care', '6000000.00', { name: 'scheme-a', otherYear: '2019-20' });
  const found = async () => {
    const bridge = await ask<Bridge>(ledger, 'bridge', COMMITTEES);
    const table = QUERIES.find(({ name }) => name === 'bridge')!.table(bridge as never).rows;
    return { row: bridge.rows[0]!, said: table[1]?.at(-1) };
  };
  const one = await found();
  t.match(one.row, {
    missing: ['2019-20'],
    difference: '500000.00',
    halves: [
      {
        year: '2016-17',
        otherYear: '2017-18',
        change: '-1000000.00',
        otherChange: '1500000.00',
        difference: '500000.00',
      },
      { year: '2018-19', otherYear: '2019-20', otherChange: '0.00', difference: null },
    ],
  });
  t.equal(one.said, '2019-20, the halves of 2016-17 and 2017-18 differ by 500000.00');
  await revise(ledger, '2019-20', 'home-care', '8500000.00', { name: 'scheme-a', otherYear: '2018-19' });
  const both = await found();
  t.match(both.row, {
    total: '0.00',
    missing: [],
    difference: '0.00',
    halves: [{ difference: '500000.00' }, { difference: '-500000.00' }],
  });
  t.equal(
    both.said,
    'the halves of 2016-17 and 2017-18 differ by 500000.00, the halves of 2018-19 and 2019-20 differ by -500000.00',
    'two that cancel out are both said',
  );
});

t.test('a reprofiling names another year than the fund’s', async (t) => {
  const ledger = await fourYears(t);
  const data = {
    effective: '2016-04-01',
    line: 'demand',
    now: '40000.00',
    reason: 'committee',
    reprofile: { name: 'scheme-a', otherYear: '2016-17' },
  };
  t.equal(
    await ledger.refused('pool-manager', { act: 'post', fact: { type: 'PlanLineRevised', data: data as never } }),
    'reprofiled_within',
  );
});

t.test('a line that was reversed is not revised, and none is taken away from under a revision', async (t) => {
  const ledger = await fourYears(t);
  const where = fundOf('2019-20');
  const revision = (name: string): Promise<string> =>
    ledger
      .post('pool-manager', 'PlanLineSet', line({ effective: '2019-04-01', line: name, amount: '1000.00' }), where)
      .then(({ outcome }) => outcome.revision);
  const reverse = (reverses: string, effective: string) =>
    ledger.post('pool-manager', 'FactReversed', { effective, reverses, reason: 'not needed' }, where);
  const revised = (name: string, effective: string, now: string) => ({
    effective,
    line: name,
    now,
    reason: 'committee',
  });
  const refused = (name: string, effective: string, now: string) =>
    ledger.refused(
      'pool-manager',
      { act: 'post', fact: { type: 'PlanLineRevised', data: revised(name, effective, now) as never } },
      { in: where },
    );

  await reverse(await revision('part'), '2019-09-01');
  for (const now of ['400.00', '1400.00'])
    t.equal(
      await refused('part', '2019-05-01', now),
      'reference_unknown',
      `what ends in September is not set at ${now}`,
    );

  const set = await revision('whole');
  const { outcome } = await ledger.post(
    'pool-manager',
    'PlanLineRevised',
    revised('whole', '2019-07-01', '100.00'),
    where,
  );
  await reverse(outcome.revision, '2019-10-01');
  t.equal(
    await ledger.refused(
      'pool-manager',
      {
        act: 'post',
        fact: {
          type: 'FactReversed',
          data: { effective: '2019-06-01', reverses: set, reason: 'not needed' } as never,
        },
      },
      { in: where },
    ),
    'more_than_planned',
    'nor is the setting of a line taken away from under a revision',
  );
});

t.test('years whose fund somebody may not see are left out, and what is left adds up', async (t) => {
  const ledger = await fourYears(t);
  await revise(ledger, '2017-18', 'home-care', '6500000.00');
  await revise(ledger, '2018-19', 'home-care', '6500000.00');
  const sees = (fund: string): boolean => fund !== 'testshire-2017-18';
  const seen = async <Answer>(name: string, given: Readonly<Record<string, string>>): Promise<Answer> => {
    const query = QUERIES.find((each) => each.name === name)!;
    const asked = z.object({ ...query.params.shape, ...query.options.shape }).parse(given);
    return (await query.run(ledger.ledger, asked, { ...SEES_ALL, sees })) as Answer;
  };
  const bridge = await seen<Bridge>('bridge', { ...COMMITTEES, from: '2016-17', to: '2020-21' });
  t.same(
    bridge.years.map(({ year }) => year),
    ['2016-17', '2018-19', '2019-20', '2020-21'],
  );
  t.equal(addsUp(bridge), undefined);
  t.equal(bridge.change, '-500000.00');
  const term = await seen<{ years: unknown[] }>('medium-term', { area: 'testshire' });
  t.equal(term.years.length, 3);
});

t.test('a fund that is opened later changes nothing of what was known before', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2016-05-01T09:00:00Z');
  await ledger.post('pool-manager', 'PlanLineSet', line());
  /** An answer without its `settled` field, which may change to true while the figures stay. */
  const figures = async (name: string, given: Readonly<Record<string, string>>): Promise<string> =>
    JSON.stringify(await ask(ledger, name, given), (key, value: unknown) => (key === 'settled' ? undefined : value));
  const term = () => figures('medium-term', KNOWN);
  const bridge = () => figures('bridge', { area: 'testshire', 'known-to': '2016-05-02' });
  const KNOWN = { area: 'testshire', 'known-at': '2016-05-02' };
  const before = [await term(), await bridge()];
  ledger.now('2016-06-01T09:00:00Z');
  await openFund(ledger, '2018-19');
  t.same([await term(), await bridge()], before);
  const wide = { from: '2016-17', to: '2018-19' };
  t.match(await ask(ledger, 'bridge', { ...wide, area: 'testshire', 'known-to': '2016-05-02' }), {
    years: [{ fund: FUND }, { fund: null }, { fund: null }],
  });
  t.match(await ask(ledger, 'medium-term', { ...KNOWN, ...wide }), {
    years: [{ fund: FUND }, { fund: null }, { fund: null }],
  });
});

t.test('both are tables too', async (t) => {
  const ledger = await fourYears(t);
  await revise(ledger, '2016-17', 'demand', '40000.00', { name: 'scheme-a', otherYear: '2017-18' });
  const table = async (name: string, given: Readonly<Record<string, string>>) =>
    QUERIES.find((each) => each.name === name)!
      .table(await ask(ledger, name, given))
      .rows.map((row) => row.join(' | '));
  t.same((await table('medium-term', { area: 'testshire', from: '2016-17', to: '2016-17' })).slice(0, 8), [
    '2016-17 | requires, base: home-care | 5000000.00',
    '2016-17 | requires, base | 5000000.00',
    '2016-17 | requires, pressure: demand | 40000.00',
    '2016-17 | requires, pressure | 40000.00',
    '2016-17 | requires, saving: efficiency | -250000.00',
    '2016-17 | requires, saving | -250000.00',
    '2016-17 | funded, NHS_ADD | 5000000.00',
    '2016-17 | requirement | 4790000.00',
  ]);
  t.same(await table('bridge', { ...COMMITTEES, from: '2016-17', to: '2017-18' }), [
    'Gap as known first | -150000.00 | 950000.00 | 800000.00 | ',
    'reprofiled, scheme-a | -60000.00 | 0.00 | -60000.00 | 2017-18',
    'Change | -60000.00 | 0.00 | -60000.00 | ',
    'Gap as known then | -210000.00 | 950000.00 | 740000.00 | ',
  ]);
});

const Act = fc.record({
  what: fc.constantFrom('set', 'set', 'revise', 'revise', 'reprofile', 'agree', 'reverse'),
  year: fc.constantFrom(...YEARS),
  other: fc.constantFrom(...YEARS),
  pounds: fc.integer({ min: 1, max: 9_000_000 }),
  pick: fc.nat(50),
  day: fc.integer({ min: 10, max: 28 }),
});

t.test('rows, columns and corner add up for random histories, between any two instants', async (t) => {
  const seen = { acts: 0, rows: 0 };
  await asyncProperty(
    t,
    fc.asyncProperty(
      fc.array(Act, { minLength: 10, maxLength: 40, size: 'max' }),
      fc.array(fc.tuple(fc.nat(50), fc.nat(50)), { minLength: 3, maxLength: 5 }),
      async (all, pairs) => {
        const ledger = await openedLedger(t);
        for (const year of YEARS.slice(1)) await openFund(ledger, year);
        const instants: string[] = [];
        for (const [index, { what, year, other, pounds, pick, day }] of all.entries()) {
          instants.push(new Date(Date.UTC(2016, 3, 1) + index * 3_600_000 * 7).toISOString());
          ledger.now(instants.at(-1)!);
          const amount = `${pounds}.01`;
          const effective = `${year.slice(0, 4)}-0${4 + (pick % 5)}-${day}`;
          const { own, revision } = await ledger.ledger.stateOf('fund', `fund-${fundOf(year)}`);
          const lines = [...own.items].flatMap(([name, { kind }]) => (kind === 'line' ? [name] : []));
          const post = (type: string, data: object) =>
            ledger.submit(
              'pool-manager',
              { act: 'post', fact: { type, data: { effective, ...data } as never } },
              { in: fundOf(year) },
            );
          if (what === 'set') {
            const category = ['base', 'pressure', 'saving'][pick % 3]!;
            await post('PlanLineSet', { ...line({ line: `line-${index}`, category, amount }), effective });
          } else if (what === 'revise' || what === 'reprofile') {
            const reprofile = what === 'reprofile' ? { reprofile: { name: `move-${pick % 3}`, otherYear: other } } : {};
            await post('PlanLineRevised', {
              line: lines[pick % (lines.length || 1)] ?? 'none',
              now: amount,
              reason: 'r',
              ...reprofile,
            });
          } else if (what === 'agree') {
            await ledger.signed(
              `${NORTH}-finance`,
              `${COUNTY}-finance`,
              'ContributionAgreed',
              contribution({ contribution: `c-${index}`, effective, amount }),
              fundOf(year),
            );
          } else await post('FactReversed', { reverses: String(pick % (revision + 1)), reason: 'r' });
          seen.acts++;
        }
        for (const [a, b] of pairs) {
          const bridge = await ask<Bridge>(ledger, 'bridge', {
            area: 'testshire',
            'known-from': instants[a % instants.length]!,
            'known-to': instants[b % instants.length]!,
          });
          const wrong = addsUp(bridge);
          if (wrong !== undefined) throw new Error(`${wrong} does not add up.`);
          seen.rows += bridge.rows.length;
        }
        await ledger.close();
      },
    ),
    Number(process.env['BCF_PROPERTY_RUNS'] ?? 25),
  );
  t.comment(`${seen.acts} acts, ${seen.rows} rows`);
  t.ok(seen.rows > 0);
});
