import t from 'tap';
import { readConfig, settings } from '../src/config.js';

t.test('every setting has a safe default', async (t) => {
  t.match(readConfig({}), {
    ledger: 'ledger.sqlite',
    host: '127.0.0.1',
    port: 8181,
    provider: undefined,
    logLevel: 'info',
  });
});

t.test('an identity provider is named with its issuer and audience, or not at all', async (t) => {
  const url = { BCF_JWKS_URL: 'https://id.example/keys' };
  t.throws(() => readConfig(url), /needs BCF_JWT_ISSUER and BCF_JWT_AUDIENCE/);
  t.throws(() => readConfig({ ...url, BCF_JWT_ISSUER: 'https://id.example' }), /BCF_JWT_AUDIENCE/);
  t.same(
    readConfig({ ...url, BCF_JWT_ISSUER: 'https://id.example', BCF_JWT_AUDIENCE: 'ledger', BCF_JWT_CLAIM: 'oid' })
      .provider,
    {
      jwksUrl: 'https://id.example/keys',
      issuer: 'https://id.example',
      audience: 'ledger',
      claim: 'oid',
    },
  );
});

t.test('officers sign in at a provider that is named whole, and leads back to the pages', async (t) => {
  const provider = { BCF_OIDC_ISSUER: 'https://id.example', BCF_OIDC_CLIENT_ID: 'ledger' };
  const pages = { BCF_PUBLIC_URL: 'https://bcf.example' };
  t.same(readConfig({ ...provider, ...pages, BCF_OIDC_CLIENT_SECRET: 's' }).oidc, {
    issuer: 'https://id.example',
    clientId: 'ledger',
    clientSecret: 's',
  });
  t.equal(readConfig(pages).oidc, undefined);
  t.throws(() => readConfig(provider), /needs BCF_PUBLIC_URL/);
  t.throws(() => readConfig({ ...pages, BCF_OIDC_ISSUER: 'https://id.example' }), /go together/);
  t.throws(() => readConfig({ ...pages, BCF_OIDC_CLIENT_ID: 'ledger' }), /go together/);
  t.throws(
    () => readConfig({ ...pages, ...provider, BCF_OIDC_ISSUER: 'http://id.example' }),
    /BCF_OIDC_ISSUER must begin with https/,
  );
});

t.test('letters take a mail server, whom they are from, where they lead, and where addresses are', async (t) => {
  const mail = { BCF_SMTP_URL: 'smtps://user:secret@mail.example', BCF_MAIL_FROM: 'BCF ledger <bcf@council.example>' };
  const rest = { BCF_PUBLIC_URL: 'https://bcf.example', BCF_PEOPLE: 'people.json' };
  t.same(readConfig({ ...mail, ...rest }).mail, { url: mail.BCF_SMTP_URL, from: mail.BCF_MAIL_FROM });
  t.equal(readConfig(rest).mail, undefined);
  t.match(readConfig({ ...mail, ...rest, BCF_MAIL_FROM: 'bcf@council.example' }).mail, { from: 'bcf@council.example' });
  for (const [wrong, why] of [
    [{ BCF_SMTP_URL: mail.BCF_SMTP_URL }, /go together/],
    [{ BCF_MAIL_FROM: mail.BCF_MAIL_FROM }, /go together/],
    [{ ...mail, BCF_PEOPLE: 'people.json' }, /needs BCF_PUBLIC_URL/],
    [{ ...mail, BCF_PUBLIC_URL: 'https://bcf.example' }, /needs BCF_PUBLIC_URL.*BCF_PEOPLE/],
    [{ ...mail, ...rest, BCF_SMTP_URL: 'https://mail.example' }, /BCF_SMTP_URL must be smtps/],
    [{ ...mail, ...rest, BCF_SMTP_URL: 'smtps://a:50%@mail.example' }, /BCF_SMTP_URL must have its user/],
    [{ ...mail, ...rest, BCF_MAIL_FROM: 'a@b.example\nBcc: c@d.example' }, /BCF_MAIL_FROM must be an address/],
  ] as const)
    t.throws(() => readConfig(wrong), why);
});

t.test('a connection string stands in its own setting, and is not repeated or printed', async (t) => {
  const connection = 'esdb://admin:secret@host:2113?tls=true';
  t.equal(readConfig({ BCF_EVENTSTOREDB: connection }).eventStoreDB, connection);
  t.equal(readConfig({}).eventStoreDB, undefined);
  for (const environment of [
    { BCF_LEDGER: connection },
    { BCF_EVENTSTOREDB: 'host:secret' },
    { BCF_EVENTSTOREDB: connection, DEBUG: 'esdb:*' },
    { BCF_EVENTSTOREDB: connection, DEBUG: '*' },
  ]) {
    try {
      readConfig(environment);
      t.fail('it was read');
    } catch (error) {
      t.match((error as Error).message, /BCF_EVENTSTOREDB|DEBUG/);
      t.notMatch((error as Error).message, 'secret');
    }
  }
  t.ok(readConfig({ BCF_EVENTSTOREDB: connection, DEBUG: 'fastify' }));
});

t.test('keys come by https, or from this machine', async (t) => {
  const more = { BCF_JWT_ISSUER: 'i', BCF_JWT_AUDIENCE: 'a' };
  for (const url of [
    'https://id.example/keys',
    'http://127.0.0.1:9/keys',
    'http://localhost/keys',
    'http://[::1]:1/',
  ]) {
    t.equal(readConfig({ ...more, BCF_JWKS_URL: url }).provider?.jwksUrl, url);
  }
  for (const url of ['http://id.example/keys', 'ftp://id.example/', 'http://127.0.0.1.example/', 'file:///keys']) {
    t.throws(() => readConfig({ ...more, BCF_JWKS_URL: url }), /BCF_JWKS_URL must begin with https/, url);
  }
});

t.test('trusted proxies are addresses and networks, and none by default', async (t) => {
  t.same(readConfig({}).trustedProxies, []);
  t.same(readConfig({ BCF_TRUSTED_PROXIES: '10.0.0.5, 10.1.0.0/16,::1,fd00::/8' }).trustedProxies, [
    '10.0.0.5',
    '10.1.0.0/16',
    '::1',
    'fd00::/8',
  ]);
  for (const bad of ['proxy.example', '10.0.0.0/33', 'fd00::/129', '', '*', '10.0.0.1,']) {
    t.throws(() => readConfig({ BCF_TRUSTED_PROXIES: bad }), /BCF_TRUSTED_PROXIES must be addresses/, bad);
  }
  t.throws(() => readConfig({ BCF_SECURITY_CONTACT: 'somebody' }), /BCF_SECURITY_CONTACT must be mailto/);
  t.throws(() => readConfig({ BCF_METRICS_TOKEN: 'short' }), /BCF_METRICS_TOKEN must have 16/);
  t.equal(readConfig({}).documents, undefined);
  t.same(readConfig({ BCF_DOCUMENTS: '/srv/documents', BCF_DOCUMENTS_OF_DISPUTES: 'yes' }).documents, {
    folder: '/srv/documents',
    bytesMax: 20_000_000,
    ofDisputes: true,
    scanner: undefined,
    unnamedDays: 30,
  });
  const scanning = {
    BCF_DOCUMENTS: '/srv/documents',
    BCF_DOCUMENT_SCANNER: ' /usr/bin/clamdscan  --fdpass --no-summary',
  };
  t.same(
    readConfig({ ...scanning, PATH: '/usr/bin', BCF_METRICS_TOKEN: 'a secret of the service' }).documents?.scanner,
    {
      command: ['/usr/bin/clamdscan', '--fdpass', '--no-summary'],
      environment: { PATH: '/usr/bin' },
    },
  );
  t.throws(() => readConfig({ BCF_DOCUMENT_SCANNER: '/bin/true' }), /BCF_DOCUMENT_SCANNER needs BCF_DOCUMENTS/);
  for (const scanner of ['', 'clamdscan', './scan', '--fdpass /bin/true'])
    t.throws(
      () => readConfig({ ...scanning, BCF_DOCUMENT_SCANNER: scanner }),
      /BCF_DOCUMENT_SCANNER must begin with the whole path/,
      scanner,
    );
  for (const unnamed of ['0', '3651', 'a month'])
    t.throws(() => readConfig({ BCF_DOCUMENT_UNNAMED_DAYS: unnamed }), /whole number of days, 1 to 3650/, unnamed);
  t.throws(() => readConfig({ BCF_DOCUMENT_MEGABYTES: '201' }), /whole number of megabytes, 1 to 200/);
  t.throws(() => readConfig({ BCF_DOCUMENTS_OF_DISPUTES: 'true' }), /must be yes or no/);
  t.equal(readConfig({}).freshMinutes, 30);
  for (const minutes of ['0', '481', 'soon'])
    t.throws(() => readConfig({ BCF_FRESH_SIGN_IN_MINUTES: minutes }), /whole number of minutes, 1 to 480/);
});

t.test('a setting that is not as it must be is named', async (t) => {
  t.throws(
    () => readConfig({ BCF_PORT: 'eighty', BCF_LOG_LEVEL: 'loud' }),
    /BCF_PORT[\s\S]*BCF_LOG_LEVEL|BCF_LOG_LEVEL[\s\S]*BCF_PORT/,
  );
});

t.test('a number is written in digits alone', async (t) => {
  t.match(readConfig({ BCF_PORT: '80', BCF_WAIT_MS_MAX: '0' }), { port: 80, waitMsMax: 0 });
  for (const port of ['0x50', '', ' 80', '8e1', '65536', '-1', '80.0'])
    t.throws(() => readConfig({ BCF_PORT: port }), /BCF_PORT must be a port, 0 to 65535/, port);
  t.throws(() => readConfig({ BCF_WAIT_MS_MAX: '1' }), /BCF_WAIT_MS_MAX must be 0, or 100 or more/);
  t.throws(() => readConfig({ BCF_REQUESTS_PER_MINUTE: '9'.repeat(400) }), /must be a whole number, 1 or more/);
  for (const wait of ['0x10', '-1', '2s'])
    t.throws(() => readConfig({ BCF_WAIT_MS_MAX: wait }), /BCF_WAIT_MS_MAX must be a whole number/, wait);
});

t.test('every setting says what it is for', async (t) => {
  for (const { name, words } of settings()) {
    t.match(name, /^BCF_/);
    t.ok(words, name);
  }
});
