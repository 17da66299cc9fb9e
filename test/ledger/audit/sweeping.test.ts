import t, { type Test } from 'tap';
import { toNote, whyNotSwept } from '../../../src/ledger/audit/sweeping.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { refuse } from '../../../src/domain/rules.js';
import { emptyLedger, line, openedLedger, type TestLedger } from '../../support/ledger.js';

/**
 * Whether files may be removed from a folder of documents. They may only if the ledger is certain about what its facts
 * name.
 */

const HERE = '/var/lib/bcf/ledger.sqlite';
const ELSEWHERE = '/srv/training/ledger.sqlite';

/** A ledger, and the notes of its folder of documents about it. */
async function noting(t: Test) {
  const ledger = await openedLedger(t);
  const noted = await toNote(ledger.ledger, HERE, undefined);
  return { ledger, noted: noted! };
}

const recorded = (ledger: TestLedger, name: string) => ledger.post('pool-manager', 'PlanLineSet', line({ line: name }));

t.test('the ledger of a folder removes files there, and the folder notes how far it comes', async (t) => {
  const { ledger, noted } = await noting(t);
  t.match(noted, { where: HERE, size: ledger.ledger.model.size(), root: /^[0-9a-f]{64}$/ });
  t.equal(await whyNotSwept(ledger.ledger, HERE, noted), undefined);
  t.equal(await toNote(ledger.ledger, HERE, noted), undefined, 'nothing more to note');
  await recorded(ledger, 'one');
  t.equal(await whyNotSwept(ledger.ledger, HERE, noted), undefined);
  const later = await toNote(ledger.ledger, HERE, noted);
  t.equal(later!.size, noted.size + 1);
  t.equal(await whyNotSwept(ledger.ledger, HERE, later), undefined);
});

t.test('a copy elsewhere, an older one and another ledger remove nothing, and leave the note as it is', async (t) => {
  const { ledger, noted } = await noting(t);
  await recorded(ledger, 'one');
  const later = (await toNote(ledger.ledger, HERE, noted))!;
  const older = await openedLedger(t);
  const parted = await openedLedger(t);
  for (const name of ['two', 'three']) await recorded(parted, name);
  const others: readonly (readonly [string, TestLedger, string])[] = [
    ['a copy elsewhere, which has all of it', ledger, ELSEWHERE],
    ['an older one in its place', older, HERE],
    ['one that went another way', parted, HERE],
  ];
  for (const [name, { ledger: other }, at] of others) {
    const why = await whyNotSwept(other, at, later);
    t.match(why, `The folder belongs to the ledger at ${HERE}, which had ${later.size} events`, name);
    t.match(why, `This ledger, at ${at}, is another one, a copy, or older.`, name);
    t.equal(await toNote(other, at, later), undefined, name);
  }
});

t.test('a folder that notes no ledger is left as it is', async (t) => {
  const { ledger } = await noting(t);
  t.match(await whyNotSwept(ledger.ledger, HERE, undefined), /does not say yet which ledger it belongs to/);
});

t.test('after a loss was accepted no file is removed any more: lost facts may name it', async (t) => {
  const { ledger, noted } = await noting(t);
  const beginning = (size: number) => ({ size, root: 'a'.repeat(64) });
  const fact = { type: 'LossAccepted', data: { effective: '2016-03-01', lost: beginning(9), found: beginning(8) } };
  await ledger.ledger.note(fact as never, 'loss');
  await recorded(ledger, 'after');
  t.match(await whyNotSwept(ledger.ledger, HERE, noted), /Acts of this ledger are lost \(LossAccepted\)/);
});

t.test(
  'a ledger that is not well, one whose clock is in doubt, a demonstration and an empty one remove nothing',
  async (t) => {
    const { ledger, noted } = await noting(t);
    const doubting = (more: Partial<Ledger>): Ledger => ({ ...ledger.ledger, ...more });
    const unwell = doubting({
      unsound: () => ({ refusal: refuse('ledger_damaged', 'Event 7 is changed.'), questionsToo: true }),
    });
    t.match(await whyNotSwept(unwell, HERE, noted), 'The ledger is not well. Event 7 is changed.');
    t.equal(await toNote(unwell, HERE, undefined), undefined);
    const wrong = doubting({ clockWatch: { ...ledger.ledger.clockWatch, doubt: () => 'The clock was set.' } });
    t.match(await whyNotSwept(wrong, HERE, noted), 'The clock cannot say how old the files are. The clock was set.');
    for (const { ledger: none } of [await openedLedger(t, undefined, true), await emptyLedger(t)]) {
      t.match(
        await whyNotSwept(none, HERE, noted),
        /A demonstration, or a ledger that is not open yet, removes no files/,
      );
      t.equal(await toNote(none, HERE, undefined), undefined);
    }
  },
);
