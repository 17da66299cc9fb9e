import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { contribution, folder, FUND, line, openedLedger } from '../support/ledger.js';
import { runInside, runHere, serving } from './run.js';

/** The pages and what-if, as the operator finds them on a terminal. */

async function ledgerIn(t: Test) {
  const cwd = folder(t);
  const ledger = await openedLedger(t, join(cwd, 'ledger.sqlite'));
  return { cwd, ledger };
}

const PUBLIC = { BCF_PUBLIC_URL: 'https://bcf.example' };
const OIDC = { ...PUBLIC, BCF_OIDC_ISSUER: 'http://127.0.0.1:9', BCF_OIDC_CLIENT_ID: 'ledger' };
const PROVIDER = { BCF_JWKS_URL: 'http://127.0.0.1:9/keys', BCF_JWT_ISSUER: 'i', BCF_JWT_AUDIENCE: 'a' };

t.test('an officer signs in with a link that whoever runs the service makes', async (t) => {
  const { cwd, ledger } = await ledgerIn(t);
  await ledger.close();
  const link = (env: Readonly<Record<string, string>>) => runInside(['sign-in-link', 'auditor'], env, cwd);
  t.match(await link({}), { code: 2, err: /Set BCF_PUBLIC_URL/ });
  t.match(await link({ ...PUBLIC, ...PROVIDER }), { code: 2, err: /identity provider/ });
  t.match(await link(OIDC), { code: 2, err: /identity provider/ });
  const { code, out } = await link(PUBLIC);
  t.match([code, out], [0, /^https:\/\/bcf\.example\/sign-in\/link\?link=\S+\n$/]);
  writeFileSync(join(cwd, 'people.json'), JSON.stringify([{ officer: 'auditor', name: 'A. Uditor' }]));
  const { address, stop } = await serving(['serve'], cwd, {
    ...PUBLIC,
    BCF_SESSION_KEYS: [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64')).join(', '),
    BCF_PEOPLE: join(cwd, 'people.json'),
    BCF_ACCESS_LOG: join(cwd, 'access.log'),
    BCF_SMTP_URL: 'smtp://127.0.0.1:9',
    BCF_MAIL_FROM: 'bcf@council.example',
  });
  const page = await fetch(`${address}${new URL(out.trim()).pathname}${new URL(out.trim()).search}`);
  const [cookie] = page.headers.get('set-cookie')!.split(';');
  const fields = [...(await page.text()).matchAll(/name="(token|link)" value="([^"]+)"/g)];
  const signed = await fetch(`${address}/sign-in/link`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: cookie!, origin: 'https://bcf.example' },
    body: new URLSearchParams(fields.map(([, name, value]): [string, string] => [name!, value!])),
  });
  t.match([signed.status, signed.headers.get('location')], [303, 'https://bcf.example/']);
  const own = signed.headers.getSetCookie().at(-1)!.split(';')[0]!;
  t.match(await (await fetch(address, { headers: { cookie: own } })).text(), 'A. Uditor');
  await stop('SIGTERM');
  t.equal(statSync(join(cwd, 'access.log')).mode & 0o777, 0o600);
  t.match(readFileSync(join(cwd, 'access.log'), 'utf8'), /"log":"access".*"officer":"auditor".*"operation":"\/"/);
});

t.test('of an empty ledger the address is told at which it is opened in a browser, once', async (t) => {
  const cwd = folder(t);
  const { address, stop } = await serving(['serve', '--new'], cwd, PUBLIC);
  const { err } = await stop('SIGTERM');
  const [, path] =
    /The ledger is empty\. Open it in a browser: https:\/\/bcf\.example(\/first-run\?code=\S{22})\n/.exec(err)!;
  t.match(path, /^\/first-run/);
  t.match(address, /^http:/);
});

t.test('where there is a provider, officers sign in with it and with nothing else', async (t) => {
  const { cwd, ledger } = await ledgerIn(t);
  await ledger.close();
  const { address, stop } = await serving(['serve'], cwd, OIDC);
  const page = await fetch(`${address}/sign-in`);
  t.match(page.headers.get('content-security-policy'), "form-action 'self' http://127.0.0.1:9;");
  t.match(await page.text(), 'at 127.0.0.1:9');
  t.equal((await fetch(`${address}/sign-in/link?link=any`)).status, 404, 'a link that was made before signs nobody in');
  await stop('SIGTERM');
});

t.test('what pages are told wrongly is said before anything is served', async (t) => {
  const { cwd, ledger } = await ledgerIn(t);
  await ledger.close();
  const serve = (env: Readonly<Record<string, string>>) =>
    runInside(['serve', '--port', '0'], { ...PUBLIC, ...env }, cwd);
  t.match(await serve({ BCF_SESSION_KEYS: 'c2hvcnQ=' }), { code: 2, err: /keys of 32 bytes in base64/ });
  t.match(await serve({ BCF_DOCUMENTS: join(cwd, 'nowhere') }), { code: 2, err: /BCF_DOCUMENTS must be a folder/ });
  for (const scanner of [join(cwd, 'nowhere'), cwd])
    t.match(await serve({ BCF_DOCUMENTS: cwd, BCF_DOCUMENT_SCANNER: scanner }), {
      code: 2,
      err: /BCF_DOCUMENT_SCANNER must be a program that this service can run/,
    });
  writeFileSync(join(cwd, 'people.json'), JSON.stringify([{ officer: 'Not A Name', name: 'N.' }]));
  t.match(await serve({ BCF_PEOPLE: join(cwd, 'people.json') }), { code: 2, err: /people\.json: 0\.officer must be/ });
});

t.test('what if is asked on a terminal, and says what would be refused', async (t) => {
  const { cwd, ledger } = await ledgerIn(t);
  const { outcome } = await ledger.done('north-ccg-finance', {
    act: 'propose',
    fact: { type: 'ContributionAgreed', data: contribution() as never },
  });
  await ledger.close();
  const whatIf = (...args: readonly string[]) =>
    runHere(['what-if', FUND, '--officer', 'county-finance', '--ledger', ledger.file, ...args], cwd);
  const proposal = outcome.proposal!;
  t.match(await whatIf('--proposals', ` ${proposal}`), { code: 0, out: /funded +0\.00 +1,000,000\.00/, err: '' });
  writeFileSync(join(cwd, 'acts.json'), JSON.stringify([{ fact: { type: 'PlanLineSet', data: line() } }]));
  const acts = ['--acts', join(cwd, 'acts.json'), '--on', '2016-04-01'];
  const asJson = await whatIf(...acts, '--json');
  t.match(JSON.parse(asJson.out), { on: '2016-04-01', gap: { change: { requirement: '1000000.00' } } });
  t.match(await whatIf(...acts, '--proposals', `${proposal},${proposal}`), {
    code: 4,
    err: /Refused: .*\n1 of 3 acts would be refused/,
  });
  t.match(await whatIf('--proposals', 'none'), { code: 2, err: /must be the identifier of a proposal/ });
  const nowhere = await runHere(
    ['what-if', 'nowhere-2016-17', '--officer', 'county-finance', '--ledger', ledger.file, ...acts],
    cwd,
  );
  t.match(nowhere, { code: 4, err: /There is no fund named nowhere-2016-17.*bcf-ledger funds/s });
});

t.test('files that nothing in the ledger names are listed, and removed where that is asked for', async (t) => {
  const { cwd, ledger } = await ledgerIn(t);
  const stream = `fund-${FUND}`;
  const digests = { fact: 'a', offer: 'b', ended: 'c', abandoned: 'd', young: 'e' };
  const sha256 = (of: keyof typeof digests): string => digests[of].repeat(64);
  const named = (of: keyof typeof digests) => ({
    evidence: [{ reference: of, sha256: sha256(of) }, { reference: 'no file' }],
  });
  const offer = (name: string) => ({
    act: 'propose' as const,
    fact: { type: 'ContributionAgreed', data: contribution({ contribution: name }) as never },
  });
  const stated = { effective: '2016-04-01', statedOn: '2016-03-01', amount: '5.00', claimant: 'x', basis: 'y' };
  await ledger.done(
    'north-ccg-finance',
    { act: 'post', fact: { type: 'GapStated', data: stated as never } },
    named('fact'),
  );
  await ledger.done('north-ccg-finance', offer('north-one'), named('offer'));
  const { outcome } = await ledger.done('north-ccg-finance', offer('north-two'), named('ended'));
  await ledger.done('north-ccg-finance', { act: 'withdraw', proposal: outcome.proposal!, reason: 'Not needed.' });
  await ledger.close();
  const documents = join(cwd, 'documents');
  const long = new Date('2020-01-01');
  for (const [folder, of] of [
    ...Object.keys(digests).map((each) => [stream, each] as const),
    ['fund-elsewhere-2016-17', 'abandoned'] as const,
  ]) {
    mkdirSync(join(documents, folder), { recursive: true });
    const file = join(documents, folder, `${sha256(of as 'fact')}.pdf`);
    writeFileSync(file, '%PDF-');
    if (of !== 'young') utimesSync(file, long, long);
  }
  const env = { BCF_DOCUMENTS: documents };
  const sweep = (...args: readonly string[]) => runInside(['sweep-documents', ...args], env, cwd);
  const listed = {
    code: 0,
    out: `${stream}/${sha256('abandoned')}.pdf  5 bytes, since 2020-01-01T00:00:00.000Z\n`,
    err: /Nothing in this ledger belongs to the folder fund-elsewhere-2016-17.*1 file that nothing names, 5 bytes\. To remove them, add --remove/s,
  };
  t.match(await sweep(), listed);
  t.equal(readdirSync(join(documents, stream)).length, 5, 'it only lists them');
  t.match(await sweep('--days', '3650'), { code: 0, out: '', err: /There are 0 files/ });
  for (const days of ['0', '3651', 'many']) t.match(await sweep('--days', days), { code: 2, err: /1 to 3650/ });
  const unsure = await sweep('--remove', '--json');
  t.match(unsure, { code: 1, err: /There is 1 file.* None was removed\. The folder does not say yet which ledger/ });
  t.match(JSON.parse(unsure.out), { removed: false, unnamed: [{ sha256: sha256('abandoned') }] });
  const service = await serving(['serve'], cwd, { ...PUBLIC, ...env });
  t.equal((await service.stop('SIGTERM')).code, 0);
  t.match(readFileSync(join(documents, '.ledger'), 'utf8'), /"where":"\S+ledger\.sqlite \(inode \d+\)","size":\d+/);
  copyFileSync(ledger.file, join(cwd, 'training.sqlite'));
  t.match(await sweep('--remove', '--ledger', 'training.sqlite'), { code: 1, err: /is another one, a copy, or older/ });
  t.equal(readdirSync(join(documents, stream)).length, 5, 'in doubt nothing is removed');
  const asJson = await sweep('--json', '--remove');
  t.match(JSON.parse(asJson.out), {
    removed: true,
    unnamed: [{ stream, sha256: sha256('abandoned'), type: 'pdf', bytes: 5, since: '2020-01-01T00:00:00.000Z' }],
    strange: ['fund-elsewhere-2016-17'],
  });
  t.match(asJson.err, 'Removed: 1 file that nothing names');
  const left = (['fact', 'offer', 'ended', 'young'] as const).map((of) => `${sha256(of)}.pdf`);
  t.same(readdirSync(join(documents, stream)).sort(), left);
  t.equal(readdirSync(join(documents, 'fund-elsewhere-2016-17')).length, 1);
  t.match(await runInside(['sweep-documents'], {}, cwd), { code: 2, err: /Set BCF_DOCUMENTS/ });
  t.match(await sweep('--ledger', 'none.sqlite'), { code: 3, err: /There is no file/ });
});
