import t from 'tap';
import { SEED } from '../support/property.js';
import { campaign, KINDS } from './campaign.js';
import { toolsHere } from './calls.js';
import { FAILING } from './failing-writes.js';
import { POWER, powerOnLyingDisk } from './power.js';

/** A short part of `npm run torture`: one round of everything, so that it works whenever somebody runs all of it. */

const { strace, prlimit } = toolsHere();
const leftOut = [...(strace ? [] : [POWER]), ...(strace || prlimit ? [] : [FAILING])];

t.setTimeout(600_000);

t.test(
  'one round of everything that is done to a ledger: nothing lost, doubled, wrong in silence, or hung',
  async (t) => {
    const said: string[] = [];
    const tally = await campaign({
      seed: SEED,
      goesOn: (rounds) => rounds < 1,
      say: (words) => said.push(words),
    });
    t.comment(`${said.join('\n')}\n${tally.table()}\n${tally.goals()}.`);
    for (const kind of Object.keys(KINDS)) {
      if (!leftOut.includes(kind)) t.ok(tally.tried(kind) > 0, `${kind} was tried`);
    }
    t.same(tally.findings, []);
    t.ok(tally.reached);
  },
);

t.test('a disk that says that it has synced, and has not, is found out', { skip: !strace }, async (t) => {
  const lying = 'a lying disk';
  const tally = await campaign({
    seed: SEED,
    kinds: [lying],
    others: { [lying]: powerOnLyingDisk },
    goesOn: (rounds) => rounds < 1,
    say: () => undefined,
  });
  t.ok(
    tally.findings.some(({ outcome }) => outcome === 'lost'),
    'acts that were acknowledged are missed',
  );
  t.notOk(tally.reached);
  t.match(tally.goals(), /^[1-9]\d* lost/);
});
