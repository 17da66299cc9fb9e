import t, { type Test } from 'tap';
import { StoreUnavailable } from '../../src/store/event-store.js';
import type { OnceStore } from '../../src/store/once-store.js';

/** The tests that every store of such things must pass. */

export const NOW = 1_000_000;
export const LATER = NOW + 600_000;

export interface Kept {
  /** Opens the store again, beside those that are open. It is closed when the test ends. */
  open(): OnceStore;
}

/** @param run stands before the name of each thing, in case others use the same store */
export function onceConformance(name: string, create: (t: Test) => Promise<Kept>, run = ''): void {
  t.test(`in ${name}: what has happened has happened, for all who share it, until its time is over`, async (t) => {
    const kept = await create(t);
    const [one, other] = [kept.open(), kept.open()];
    t.equal(await one.has(`${run}link 1`), false);
    t.equal(await one.note(`${run}link 1`, LATER, NOW), true);
    t.equal(await one.note(`${run}link 1`, LATER + 5, NOW + 5), false);
    t.equal(await other.note(`${run}link 1`, LATER, NOW), false);
    t.equal(await other.has(`${run}link 1`), true);
    t.equal(await other.note(`${run}link 2`, LATER, NOW), true, 'another thing is another');
    t.equal(await one.has(`${run}link 2`), true);
    t.equal(await one.has(`${run}link`), false);
    t.equal(await kept.open().has(`${run}link 1`), true, 'also for whoever comes later');
    t.equal(
      await one.note(`${run}link 1`, LATER + 900_000, LATER + 1),
      true,
      'once its time is over it may happen again',
    );
    t.equal(await other.note(`${run}link 1`, LATER + 900_000, LATER + 2), false, 'and then once again');
  });

  t.test(`in ${name}: of many who note the same at the same time, one was first`, async (t) => {
    const kept = await create(t);
    const all = [kept.open(), kept.open(), kept.open()];
    for (let round = 0; round < 5; round++) {
      const noted = await Promise.all(
        [...all, ...all].map((each, index) => each.note(`${run}session ${round}`, LATER + index, NOW + index)),
      );
      t.equal(noted.filter((was) => was).length, 1, `round ${round}`);
    }
  });

  t.test(`in ${name}: what cannot be reached is refused`, async (t) => {
    const once = (await create(t)).open();
    await once.note(`${run}link 1`, LATER, NOW);
    await once.close();
    await t.rejects(once.has(`${run}link 1`), StoreUnavailable);
    await t.rejects(once.note(`${run}link 2`, LATER, NOW), StoreUnavailable);
  });
}
