import { createHash, randomBytes } from 'node:crypto';
import t from 'tap';
import { createCarried } from '../../src/web/carried.js';
import { carriedBy, type Sealed } from '../../src/web/forms/rolled.js';
import { contribution, FUND, line } from '../support/ledger.js';
import { site } from './site.js';
import { readOf } from './walk.js';

/** The receipt of the button that rolls a year forward counts every step, and tells as many as an address holds. */

const PAGE = `/funds/${FUND}/roll-forward`;

/** What a page says, in one line. */
const textOf = (body: string): string => readOf(body).replace(/\s+/g, ' ');

/** A name that nothing makes shorter. */
const nameOf = (seed: string): string => createHash('sha256').update(seed).digest('hex');

const tried = (outcome: 'recorded' | 'refused', seed: string, why: string | null, warnings: string[] = []) => ({
  act: 'record' as const,
  sentences: [`The plan line ${nameOf(seed)} counts £100.00.`],
  bodies: ['county'],
  signs: [],
  outcome,
  proposal: null,
  rule: why === null ? null : 'not_mandated',
  why,
  warnings,
});

t.test('every receipt fits an address and counts all steps, however many there are', (t) => {
  const carried = createCarried([randomBytes(32)], 'test');
  for (const done of [0, 1, 3, 30, 400])
    for (const refused of [0, 1, 3, 30, 400])
      for (const out of [0, 5, 300]) {
        const about = `${done} done, ${refused} refused, ${out} left out`;
        const without = Array.from({ length: out }, (_, at) => nameOf(`out ${at}`)).join(',');
        const steps = [
          ...Array.from({ length: done }, (_, at) => tried('recorded', `done ${at}`, null, [nameOf(`warning ${at}`)])),
          ...Array.from({ length: refused }, (_, at) => tried('refused', `refused ${at}`, `${nameOf(`why ${at}`)}.`)),
        ];
        const text = carriedBy(carried, { officer: 'o', fund: FUND, at: 1, choices: { without } }, steps);
        t.ok(text !== undefined && text.length <= 2_048, about);
        const receipt = carried.read(text) as Sealed;
        t.equal(receipt.done.count, done, about);
        t.equal(receipt.warnings.count, done, about);
        t.equal(
          receipt.notDone.reduce((sum, { count }) => sum + count, 0),
          refused,
          about,
        );
        t.same(receipt.choices, out === 300 ? undefined : { without }, about);
        if (done <= 3 && refused <= 3 && out === 0) t.equal(receipt.done.told.length, done, about);
      }
  t.end();
});

t.test('a receipt tells each reason before it tells one twice', (t) => {
  const carried = createCarried([randomBytes(32)], 'test');
  const steps = [
    ...Array.from({ length: 200 }, (_, at) => tried('refused', `${at}`, 'The first reason.')),
    tried('refused', 'last', 'The second reason.'),
  ];
  const { notDone } = carried.read(
    carriedBy(carried, { officer: 'o', fund: FUND, at: 1, choices: {} }, steps),
  ) as Sealed;
  t.equal(notDone.length, 1);
  t.match(notDone[0], { count: 201, told: [{ why: 'The first reason.' }, { why: 'The second reason.' }] });
  t.end();
});

t.test('an officer reads how many steps were done and how many were not, with the kinds of reasons', async (t) => {
  const { visitor, ledger } = await site(t);
  const set = (name: string) => ledger.post('pool-manager', 'PlanLineSet', line({ line: name }));
  await set('first');
  const county = await visitor().signIn('county-chief');
  const before = await county.get(PAGE);
  t.notMatch(textOf(before.body), 'was opened', 'what is to do is not told as done');
  t.match(textOf(before.body), 'Open the fund Testshire, 2017 to 2018');
  t.match(textOf(before.body), 'Record this: Plan line "first"');

  const north = await visitor().signIn('north-ccg-finance');
  const early = await north.get((await north.send(await north.get(PAGE), PAGE)).headers.location!);
  t.match(textOf(early.body), 'Done: nothing. Not done: 1 step. The reasons stand below.');
  t.match(textOf(early.body), /Not done Why Open the fund Testshire, 2017 to 2018/);

  const opened = await county.get((await county.send(before, PAGE)).headers.location!);
  t.match(textOf(opened.body), 'Success Done: 2 steps. Opened: The fund of Testshire for 2017 to 2018 was opened');
  t.match(textOf(opened.body), '1 March 2016, 9:00am.', 'with the instant');

  for (let at = 0; at < 90; at++) await set(`line-${nameOf(String(at)).slice(0, 40)}`);
  const agreed = contribution({ amount: '100.00' });
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', agreed);
  const mixed = await north.get((await north.send(await north.get(PAGE), PAGE)).headers.location!);
  const text = textOf(mixed.body);
  t.match(text, 'Success Done: 1 step. Not done: 90 steps. The reasons stand below.');
  t.match(text, 'Proposed: NHS North CCG contributes £100.00');
  t.match(text, /\d+ more For the same kind of reason: /);
});

t.test('a form that is sent twice is done once, and both answers lead to its receipt', async (t) => {
  const { visitor, ledger } = await site(t);
  const agreed = contribution({ amount: '100.00' });
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', agreed);
  const county = await visitor().signIn('county-chief');
  const page = await county.get(PAGE);
  const [first, second] = await Promise.all([county.send(page, PAGE), county.send(page, PAGE)]);
  t.same([first.statusCode, second.statusCode], [303, 303]);
  t.equal(second.headers.location, first.headers.location, 'a double click');
  const third = await county.send(page, PAGE);
  t.equal(third.headers.location, first.headers.location, 'and once more a little later');
  t.match(textOf((await county.get(third.headers.location!)).body), 'Done: 2 steps.');

  ledger.now('2016-03-01T09:15:01Z');
  t.notMatch(textOf((await county.get(first.headers.location!)).body), 'Done:', 'a bookmark tells nothing as new');
  const late = await county.send(page, PAGE);
  t.equal(late.statusCode, 409);
  t.match(textOf(late.body), 'Nothing was left to do. You or others had done it already.');
  const file = await county.send(page, PAGE, { go: 'acts' });
  t.match([file.statusCode, textOf(file.body)], [409, 'Nothing is left to do, so there are no acts to save.']);
});

t.test('a form of which nothing could be done is tried again, and one that fails is not remembered', async (t) => {
  const { visitor, ledger } = await site(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const north = await visitor().signIn('north-ccg-finance');
  const page = await north.get(PAGE);
  const first = await north.send(page, PAGE);
  ledger.now('2016-03-01T09:01:00Z');
  const again = await north.send(page, PAGE);
  t.match(textOf((await north.get(again.headers.location!)).body), '1 March 2016, 9:01am.');
  t.not(again.headers.location, first.headers.location);
  const auditor = await visitor().signIn('auditor');
  const theirs = await auditor.get(PAGE);
  for (const each of [1, 2]) t.equal((await auditor.send(theirs, PAGE)).statusCode, 403, `time ${each}`);
});
