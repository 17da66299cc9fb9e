import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { run, type Parts } from '../../src/cli/program.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { load, planLoad, type NamedFile } from '../../src/ledger/acts/load.js';
import { QUERIES } from '../../src/ledger/questions/all.js';
import {
  contribution,
  emptyLedger,
  FUND,
  line,
  NORTH,
  openedLedger,
  stated,
  type TestLedger,
} from '../support/ledger.js';
import { service } from '../http/support.js';

/** The program in this process, on a ledger that is open already: what it writes, and its exit code. */
async function program(
  argv: readonly string[],
  { ledger, clock }: Pick<TestLedger, 'ledger' | 'clock'>,
  files: readonly NamedFile[] = [],
) {
  const out: string[] = [];
  const notes: string[] = [];
  const kept = Object.create(ledger, { close: { value: async () => undefined } }) as Ledger;
  const parts = {
    version: 'test',
    defaultLedger: 'test.sqlite',
    settings: [],
    openStore: () => ledger.store,
    openLedger: async () => ({ ledger: kept, clock }),
    exists: () => true,
    readFiles: () => files,
  } as unknown as Parts;
  const output = { data: (text: string) => out.push(text), note: (text: string) => notes.push(text), terminal: false };
  const code = await run(argv, parts, output);
  return { code, out: out.join('\n'), notes: notes.join('\n') };
}

const nothing = async (t: Test): Promise<TestLedger> => emptyLedger(t);

t.test('every command’s help describes every argument and every option', async (t) => {
  const ledger = await nothing(t);
  const { out } = await program(['--help'], ledger);
  const commands = [...out.matchAll(/^ {2}([a-z]+(?:-[a-z]+)*)(?: |$)/gm)].map(([, name]) => name!);
  for (const { name } of QUERIES) t.ok(commands.includes(name), name);
  const [, groups] = out.split(/^Options:$/m);
  t.match(groups!.match(/^Commands:\n( +\S.*\n?)+/m)?.[0], /^Commands:\n {2}help /, 'every command is in a group');
  for (const command of commands.filter((name) => name !== 'help')) {
    const help = (await program([command, '--help'], ledger)).out;
    t.notMatch(help, /undefined/, command);
    t.notMatch(help, /^ {2}(-\S.*>|[a-z-]+)$/m, `${command}: nothing is left without words`);
  }
  t.match((await program(['catalogue'], ledger)).out, /^# Events/);
  t.match((await program(['catalogue', '--figures'], ledger)).out, /^# Figures/);
  t.match((await program(['catalogue', '--acts'], ledger)).out, /^# The file of acts/);
  t.match(await program(['catalogue', '--acts', '--figures'], ledger), { code: 2 });
  t.match((await program(['trace', '--help'], ledger)).out, /--measure <value>[^-]*One of:\s+requirement,\s+proposed/);
  t.match((await program(['demo', '--help'], ledger)).out, /default: demonstration\.sqlite/);
});

t.test(
  'a mistyped name is answered with an example of it, and with the command that lists the right ones',
  async (t) => {
    const ledger = await openedLedger(t);
    const said = async (...argv: string[]) => {
      const { code, notes } = await program(argv, ledger);
      return [code, notes] as const;
    };
    t.strictSame(await said('gap', 'Testshire'), [
      2,
      '<fund> must be lower-case letters, digits and single dashes, such as norfolk-2016-17. bcf-ledger funds lists the funds.',
    ]);
    t.match(await said('gap', 'testshire'), [4, /There is no fund named testshire\..* bcf-ledger funds lists them\.$/]);
    t.match(await said('tasks', 'north-ccg'), [
      4,
      /No officer named north-ccg is in the register\..* bcf-ledger officers lists the officers who hold a mandate today\.$/,
    ]);
    t.match(await said('position', FUND, '--on', '31 March'), [2, /^--on must be/]);
  },
);

t.test('a comparison of a state with itself says so, and how to name another', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  t.match((await program(['compare', FUND], ledger)).notes, /nothing differs\. Name an earlier day with --from-on/);
  t.notMatch((await program(['compare', FUND, '--from-known-at', '2016-01-31'], ledger)).notes, 'nothing differs');
  t.notMatch((await program(['gap', FUND], ledger)).notes, 'nothing differs');
});

t.test('a table on a terminal says of what it is, what is left out, and whether there is more', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  await stated(ledger, 120);
  const position = await program(['position', FUND, '--on', '2015-04-01', '--known-at', '2016-06-30'], ledger);
  t.match(
    position.notes,
    /^On 2015-04-01 \(outside the fund’s year\), as known at the end of 30 June 2016 \(London\), from the first \d+ events/m,
  );
  t.match(position.out.split('\n')[0], /partner +source +proposed +agreed +due +received +outstanding +overdue$/);
  t.match(
    position.notes,
    /^These columns are empty and left out: agreedRecurrent, .*\. --csv and --json show them\.$/m,
  );
  const compared = await program(['compare', FUND, '--to-known-at', '2016-06-30T12:00:00Z', '--csv'], ledger);
  t.match(compared.notes, /^From: on 2016-04-01, .*; to: on 2016-04-01, as known at 2016-06-30T12:00:00.000Z, /);
  t.match((await program(['medium-term', 'testshire'], ledger)).notes, /^As known at .*, from the first \d+ events/);
  t.match((await program(['sources'], ledger)).notes, '', 'what is of no dates says none');

  const json = await program(['timeline', FUND, '--json'], ledger);
  t.match(json.notes, /There is more: add --after \d+@2016-\S+Z\.$/m);
  const csv = await program(['timeline', FUND, '--csv'], ledger);
  t.equal(csv.out.split('\r\n').length, 125, 'the head and every row');
  t.notMatch(csv.notes, /There is more/);
  t.match(
    (await program(['timeline', FUND, '--csv', '--limit', '5'], ledger)).notes,
    /There is more: add --after 4@2016-\S+Z\./,
  );
  t.notMatch((await program(['plan-year', FUND], ledger)).notes, /There is more/, 'the next steps are no next page');
});

t.test('what is asked wrongly names the option, and what is refused names a command', async (t) => {
  const ledger = await openedLedger(t);
  t.match(await program(['gap', 'FUND', '--on', '2017-02-30'], ledger), {
    code: 2,
    notes: /^<fund> must be lower-case letters.*\n--on must be a real day/,
  });
  t.match(await program(['gap', 'nowhere-2016-17'], ledger), { code: 4, notes: /bcf-ledger funds lists them\.$/ });
});

t.test('loading tells what an act breaks, and what to do where one is refused', async (t) => {
  const ledger = await openedLedger(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const withdrawal = {
    effective: '2016-07-01',
    payer: NORTH,
    of: { contribution: 'north-extra' },
    amount: '250000.00',
    noticeGiven: '2016-06-01',
    reason: 'saving',
  };
  const propose = { type: 'DiscretionaryPaymentWithdrawn', data: withdrawal };
  const file = (...steps: object[]) => [{ name: 'acts.json', content: { title: 'Acts', steps } }];
  const offer = { officer: 'north-ccg-finance', in: FUND, as: 'withdrawal', propose };
  const loaded = await program(['load', 'acts.json'], ledger, file(offer));
  t.equal(loaded.code, 0);
  t.match(loaded.notes, /^1 act recorded.*\nWarning: acts.json, step 1: From 1 July 2016, T6 .* £250,000.00 short\.$/m);
  const open = { officer: 'pool-manager', in: 'nowhere-2016-17', post: { type: 'PlanLineSet', data: line() } };
  t.match(await program(['load', 'acts.json'], ledger, file(open)), {
    code: 4,
    notes: /\(fund_unknown\) Check the name; bcf-ledger funds lists them\./,
  });
  const declining = { officer: 'county-finance', in: FUND, decline: 'withdrawal' };
  for (const more of [[], ['--dry-run']]) {
    t.match(await program(['load', 'acts.json', ...more], ledger, file(offer, declining)), {
      code: 2,
      notes: /step 2, reason: is missing: "decline" needs it/,
    });
  }
});

const SCENARIOS = fileURLToPath(new URL('../../../scenarios/', import.meta.url));
const NAMES: Readonly<Record<string, string>> = {
  choices: 'partner',
  officer: 'norfolk-finance',
  fund: 'norfolk-2018-19',
  partner: 'norfolk-county-council',
  return: 'norfolk-2018-19-q3',
  area: 'norfolk',
  case: '6158e32f-7fd2-4cef-93fd-d29dd78439c4',
  settlement: 'norfolk-2023',
  year: '2017-18',
  revision: '0',
  proposal: '00000000-0000-4000-8000-000000000000',
};

t.test('every question is answered on a terminal, as JSON, as it is over HTTP', async (t) => {
  const ledger = await nothing(t);
  const named = readdirSync(SCENARIOS).map((name) => ({
    name,
    content: JSON.parse(readFileSync(`${SCENARIOS}${name}`, 'utf8')) as unknown,
  }));
  await load(planLoad(named), { ledger: ledger.ledger, clock: ledger.clock, signedInBy: 'file' });
  const { get } = await service(t, {}, ledger);
  for (const { name, path, params, options } of QUERIES) {
    const dates = Object.keys(options.shape).flatMap((option): [string, string][] =>
      /known-(at|to)$/.test(option)
        ? [[option, '2026-12-31']]
        : /(^|-)on$/.test(option)
          ? [[option, '2024-03-31']]
          : [],
    );
    const argv = [
      name,
      ...Object.keys(params.shape).map((each) => NAMES[each]!),
      ...dates.flatMap(([option, value]) => [`--${option}`, value]),
      '--json',
    ];
    const address = `/v1${path.replace(/\{(\w+)\}/g, (_, each: string) => NAMES[each]!)}`;
    const told = await program(argv, ledger);
    const answer = await get(`${address}?${new URLSearchParams(dates).toString()}`, 'norfolk-auditor');
    if (name.endsWith('proposal')) {
      t.match([told.code, answer.statusCode], [4, 404], `${name}: none is open`);
      continue;
    }
    t.equal(answer.statusCode, 200, `${name}: ${answer.body.slice(0, 200)}`);
    t.same(JSON.parse(told.out), answer.json(), name);
    t.notMatch(told.notes, /\[object/, name);
  }
});
