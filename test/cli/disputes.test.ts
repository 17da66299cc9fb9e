import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { decided } from '../http/disputing.js';
import { acts, AREA, caseNamed, DISPUTES, disputing, raised, share } from '../support/disputes.js';
import { contribution, folder, LEDGER_OPENED, line, NORTH, openFund } from '../support/ledger.js';
import { runInside, runHere } from './run.js';

/** Disputes from a terminal. Whoever has the file sees everything in it. */

const ONE = caseNamed('one');

const FUND = 'testshire-2018-19';

async function onFile(t: Test): Promise<readonly string[]> {
  const ledger = await disputing(t);
  await openFund(ledger, '2018-19');
  await ledger.post('pool-manager', 'PlanLineSet', line({ effective: '2018-04-01' }), FUND);
  await ledger.post('county-finance', 'DisputeRaised', raised(), DISPUTES);
  await ledger.post('county-finance', 'DisputeRaised', raised('two', { until: '2018-10-28' }), DISPUTES);
  await ledger.post(
    'county-finance',
    'DisputeStageEntered',
    { effective: '2018-11-01', case: ONE, stage: 'panel' },
    DISPUTES,
  );
  ledger.now('2019-04-10T09:00:00Z');
  const lines = [{ case: caseNamed('two'), agreed: '5000.00', abandoned: '600.00' }];
  await ledger.signed(
    'county-finance',
    'north-ccg-chief',
    'DisputeSettled',
    { effective: '2019-04-10', settlement: 'spring', lines },
    DISPUTES,
  );
  await ledger.done(
    'county-finance',
    {
      act: 'propose',
      fact: {
        type: 'SplitDecided',
        data: {
          effective: '2018-10-01',
          case: ONE,
          decidedOn: '2019-04-01',
          split: share(6_000),
          by: 'panel',
        } as never,
      },
    },
    { in: DISPUTES },
  );
  await ledger.close();
  return ['--ledger', ledger.file];
}

t.test('the register, a case and a settlement are tables for reading, at two dates', async (t) => {
  const ledger = await onFile(t);
  const at = ['--on', '2019-04-10', '--known-at', '2019-04-10'];
  const totals = await runInside(['disputes', AREA, ...at, ...ledger]);
  t.equal(totals.code, 0, totals.err);
  t.match(totals.out, /^all +raised +2$/m);
  t.match(totals.out, /^all +open +1 +1 +36,400.00/m, 'one is overdue');
  t.match(totals.out, /^stage +panel +1 +1 +36,400.00/m);
  t.match(totals.out, /NHS North CCG .*claimedAgainst +36,400.00/);
  t.match(totals.err, /On 2019-04-10, as known at the end of 10 April 2019 \(London\), from the first \d+ events/);

  t.match(
    (await runHere(['dispute-cases', AREA, ...at, ...ledger])).out,
    new RegExp(`^${ONE} +chc +open +county +north-ccg .*overdue`, 'm'),
  );
  t.match((await runHere(['dispute-cases', AREA, '--status', 'all', ...at, ...ledger])).out, /^Total of 2 /m);
  const paged = await runHere(['dispute-cases', AREA, '--status', 'all', '--limit', '1', ...at, ...ledger]);
  const next = /There is more: add --after (\S+)\./.exec(paged.err)?.[1] ?? '';
  t.match(next, /^[0-9a-f-]{36}@2019-04-10T22:59:59\.999Z@2019-04-10$/);
  const rest = await runHere([
    'dispute-cases',
    AREA,
    '--status',
    'all',
    '--limit',
    '1',
    '--after',
    next,
    ...at,
    ...ledger,
  ]);
  t.equal(rest.code, 0);
  t.notMatch(rest.out, next);
  t.notMatch(rest.err, /There is more/);

  const one = await runHere(['dispute-case', AREA, ONE, ...at, ...ledger]);
  t.match(one.out, /^interval +2018-10-01 +2019-03-31 +county +north-ccg +1,400.00 +0.00% +100.00%/m);
  t.match(one.out, /^2018-19 .*36,400.00/m);
  t.match(
    (await runHere(['settlement', AREA, 'spring', ...at, ...ledger])).out,
    /^net .*Testshire County Council.* 5,000.00/m,
  );
  t.match(
    (await runHere(['settlements', AREA, ...at, ...ledger])).out,
    /^spring +2019-04-10 +1 +5,600.00 +5,000.00 +600.00 /m,
  );
  t.match(
    (await runHere(['dispute-treatments', AREA, '--partner', NORTH, ...at, ...ledger])).out,
    /contingent-liability/,
  );
  t.match((await runHere(['dispute-classes', AREA, ...at, ...ledger])).out, /contingent-asset +1 +36,400.00 +0.00/);
  t.match(
    (await runHere(['dispute-outcomes', AREA, '--step', '5000', ...at, ...ledger])).out,
    /50.00% +1 +36,400.00 +36,400.00 +18,200.00/,
  );
  t.match(
    (await runHere(['dispute-timeline', AREA, '--limit', '3', ...ledger])).out,
    /disputes of testshire were opened/,
  );
  t.match(
    (await runHere(['dispute-proposals', AREA, ...ledger])).out,
    /was decided from 1 October 2018 by a disputes panel/,
  );
  t.match((await runHere(['areas', ...ledger])).out, /^testshire +4 +three-stage +2016-04-01/m);
});

t.test('the same answers come as JSON and as CSV, and what was not known then is not in them', async (t) => {
  const ledger = await onFile(t);
  const json = async (...args: string[]) => JSON.parse((await runHere([...args, '--json', ...ledger])).out) as object;
  t.match(await json('disputes', AREA, '--on', '2019-03-31', '--known-at', '2019-03-31'), {
    area: AREA,
    cases: 2,
    openCases: 2,
    open: '42000.00',
  });
  t.match(await runHere(['disputes', AREA, '--known-at', '2018-10-31', ...ledger]), {
    code: 4,
    err: /The register of disputes of testshire was not in the ledger at the end of 31 October 2018 \(London\)/,
  });
  t.match(
    (await runHere(['dispute-cases', AREA, '--csv', '--on', '2019-04-10', ...ledger])).out,
    /^\uFEFFcase,kind,status,/,
  );
  t.match(await json('bank-holidays', '--year', '2022', '--known-on', '2021-01-01'), { holidays: { length: 9 } });
  t.match((await runHere(['dispute-protocols', ...ledger])).out, /sheffield-five-stage +prevention/);
});

t.test('a fund’s figures show open claims beside what is agreed, in every table', async (t) => {
  const ledger = await onFile(t);
  const at = ['--on', '2019-03-31', '--known-at', '2019-03-31', ...ledger];
  const gap = await runHere(['gap', FUND, ...at]);
  t.match(gap.out, /^gap +1,000,000.00/m);
  t.match(gap.out, /^openClaims +42,000.00/m);
  t.match(gap.out, /^exposure +42,000.00/m);
  const position = await runHere(['position', FUND, ...at]);
  t.match(position.out, /claimedBy +claimedAgainst$/m);
  t.match(position.out, /^Testshire County Council +in dispute +42,000.00 +0.00$/m);
  t.match(position.out, /^NHS North CCG +in dispute +0.00 +42,000.00$/m);
  t.match(position.out, /^Total .*42,000.00 +42,000.00$/m);
  t.match((await runHere(['partner-position', FUND, NORTH, ...at])).out, /^Total .*42,000.00$/m);
  t.match((await runHere(['gap-history', FUND, ...at])).out, /^2018-11-01T09:00:00.000Z .*42,000.00 +42,000.00$/m);
  const compared = await runHere(['compare', FUND, '--from-on', '2019-03-24', '--to-on', '2019-03-31', ...ledger]);
  t.match(compared.out, /Claims accrued .*1,400.00 +1,400.00$/m);
});

t.test('what is asked wrongly is wrong use, and what is not there is refused', async (t) => {
  const ledger = await onFile(t);
  t.match(await runHere(['disputes', 'nowhere', ...ledger]), {
    code: 4,
    err: /No disputes of nowhere have been opened/,
  });
  t.match(await runHere(['dispute-case', AREA, caseNamed('nobody'), ...ledger]), {
    code: 4,
    err: /register of disputes of testshire had no case/,
  });
  t.match(await runHere(['dispute-case', AREA, '9434765919', ...ledger]), { code: 2, err: /random UUID/ });
  t.match(await runHere(['dispute-cases', AREA, '--kind', 'whim', ...ledger]), { code: 2 });
  t.match(await runHere(['dispute-outcomes', AREA, '--step', '1', ...ledger]), { code: 2 });
  t.match(await runHere(['settlement', AREA, 'autumn', ...ledger]), { code: 4, err: /No settlement "autumn"/ });
  t.match((await runHere(['disputes'])).err, /missing required argument 'area'/);
});

t.test('disputes are opened, raised and checked from files', async (t) => {
  const cwd = folder(t);
  const own = ['--ledger', join(cwd, 'own.sqlite')];
  const acts = join(cwd, 'acts.json');
  const officers = [
    { officer: 'north-ccg-finance', role: 'finance-officer' },
    { officer: 'north-ccg-chief', role: 'chief-finance-officer' },
  ];
  const north = { effective: '2016-01-01', partner: NORTH, name: 'NHS North CCG', kind: 'ccg', officers };
  const steps = [
    { officer: 'registrar', in: 'register', post: { type: 'LedgerOpened', data: LEDGER_OPENED } },
    { officer: 'registrar', in: 'register', post: { type: 'PartnerRegistered', data: north } },
    {
      officer: 'pool-manager',
      in: DISPUTES,
      post: { type: 'DisputesOpened', data: { effective: '2016-04-01', area: AREA, partners: ['county', NORTH] } },
    },
    {
      officer: 'county-finance',
      in: DISPUTES,
      propose: { type: 'DisputeProtocolAdopted', data: { effective: '2016-04-01', protocol: 'three-stage' } },
      as: 'protocol',
    },
    { officer: 'north-ccg-finance', in: DISPUTES, agree: 'protocol' },
    { officer: 'county-finance', in: DISPUTES, post: { type: 'DisputeRaised', data: raised() } },
  ];
  writeFileSync(acts, JSON.stringify({ title: 'Disputes', steps }));
  t.match(await runHere(['load', acts, '--new', ...own]), { code: 0, err: /6 acts recorded/ });
  t.match(await runHere(['load', acts, ...own]), { code: 0, err: /0 acts recorded.*6 were recorded already/ });
  t.match(await runHere(['verify', ...own]), { code: 0, out: '', err: /7 events in 2 streams; all is well/ });
  t.match((await runHere(['disputes', AREA, '--on', '2019-03-31', ...own])).out, /^all +open +1 /m);
  const exported = (await runHere(['export', ...own])).out.trim().split('\n');
  t.match(JSON.parse(exported.at(-1)!), { stream: DISPUTES, type: 'DisputeRaised', data: { case: ONE } });
});

t.test('verify lists a settlement of which one half alone is signed, though nothing is wrong with it', async (t) => {
  const ledger = await disputing(t, join(folder(t), 'ledger.sqlite'));
  await acts(ledger).raise();
  await openFund(ledger, '2018-19');
  const fund = { in: 'testshire-2018-19' };
  const data = contribution({ effective: '2018-12-01', contribution: 'once', recurrent: false });
  const pays = { type: 'ContributionAgreed', data: data as never };
  const { outcome } = await ledger.done('county-finance', { act: 'propose', fact: pays }, fund);
  const proposal = outcome.proposal!;
  const drops = { type: 'SplitDecided', data: decided('one', 6_000) as never };
  await ledger.done('county-finance', { act: 'propose', fact: drops, otherHalf: proposal }, { in: DISPUTES });
  await ledger.done('north-ccg-finance', { act: 'agree', proposal }, fund);
  await ledger.close();
  const { code, err } = await runHere(['verify', '--ledger', ledger.file]);
  t.equal(code, 0);
  t.match(
    err,
    new RegExp(`all is well\\.\\n.*\\nHalf of a settlement: Proposal ${proposal}, .* is signed; its other half`),
  );
});
