import { join } from 'node:path';
import t from 'tap';
import { contribution, folder, FUND, line, openedLedger } from '../support/ledger.js';
import { runHere } from './run.js';

/** Next year's fund on a terminal. */

t.test('next year’s fund is asked about and opened on a terminal', async (t) => {
  const cwd = folder(t);
  const ledger = await openedLedger(t, join(cwd, 'ledger.sqlite'));
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  await ledger.close();
  const file = ['--ledger', ledger.file];
  const opens = (...more: readonly string[]) => runHere(['open-next-year', ...more, ...file], cwd);

  const shown = await runHere(['roll-forward', FUND, ...file], cwd);
  t.match(shown, { code: 0, out: /goes on +north-extra +1,?000,?000\.00/ });
  t.match(await opens(FUND, '--officer', 'north-ccg-finance'), {
    code: 4,
    out: /refused/,
    err: /1 of 1 act was not done/,
  });
  t.match(await opens(FUND, '--officer', 'county-chief', '--uplift', 'x'), { code: 2, err: /--uplift must be names/ });
  t.match(await opens(FUND, '--officer', 'county-chief', '--without', 'x'), {
    code: 4,
    err: /Nothing named "x" continues/,
  });
  t.match(await runHere(['open-next-year', FUND, '--officer', 'a', '--ledger', join(cwd, 'none.sqlite')], cwd), {
    code: 3,
  });
  const opened = await opens(FUND, '--officer', 'county-chief', '--uplift', 'north-extra=2');
  t.match(opened, { code: 0, out: /opened[\s\S]*recorded[\s\S]*proposed[\s\S]*waits for signature/ });
  const again = await opens(FUND, '--officer', 'county-chief', '--json');
  t.match(JSON.parse(again.out), { done: [], steps: [], waiting: [{ awaiting: ['north-ccg'] }] });
});
