import t from 'tap';
import { SEED } from '../support/property.js';
import { campaign, KINDS } from './campaign.js';
import { toolsHere } from './calls.js';
import { FAILING } from './failing-writes.js';
import { POWER, powerOnLyingDisk } from './power.js';
import { Tally } from './tally.js';

/** A short part of `npm run torture`: one round of each kind, so that the whole works whenever somebody runs it. */

const { strace, prlimit } = toolsHere();
const leftOut = [...(strace ? [] : [POWER]), ...(strace || prlimit ? [] : [FAILING])];
const LYING = 'a lying disk';

t.setTimeout(600_000);

t.test('one round of everything: nothing is lost, doubled, wrong in silence, or hung', async (t) => {
  const said: string[] = [];
  const tally = await campaign({
    seed: SEED,
    kinds: [...Object.keys(KINDS), ...(strace ? [LYING] : [])],
    others: { [LYING]: powerOnLyingDisk },
    goesOn: (rounds) => rounds < 1,
    say: (words) => said.push(words),
  });
  t.comment(`${said.join('\n')}\n${tally.table()}\n${tally.goals()}.`);
  for (const kind of Object.keys(KINDS)) {
    if (!leftOut.includes(kind)) t.ok(tally.tried(kind) > 0, `${kind} was tried`);
  }
  t.same(
    tally.findings.filter(({ kind }) => kind !== LYING),
    [],
  );
  if (strace)
    t.ok(
      tally.count(LYING, 'held') < tally.tried(LYING),
      'a disk that says that it has synced, and has not, is found out',
    );
});

t.test('what must not be is counted against the goals, and what nothing could tell is not', async (t) => {
  const tally = new Tally();
  tally.cannotBeTold('set back whole');
  tally.note('set back whole', 1, 'silent');
  tally.note('kills', 1, 'held');
  tally.remark('power', 'left out: there is no strace');
  t.ok(tally.reached);
  t.match(tally.table(), /set back whole \(cannot be told\).*│ +1 │/);
  t.match(tally.table(), /power \(left out: there is no strace\) │ +0 │/);
  tally.note('kills', 2, 'lost', 'an act is gone');
  t.notOk(tally.reached);
  t.match(tally.goals(), /^1 lost, 0 doubled, 0 silent/);
  t.same(tally.findings, [{ kind: 'kills', seed: 2, outcome: 'lost', words: 'an act is gone' }]);
});
