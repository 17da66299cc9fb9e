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

t.test('a setting that is not as it must be is named', async (t) => {
  t.throws(
    () => readConfig({ BCF_PORT: 'eighty', BCF_LOG_LEVEL: 'loud' }),
    /BCF_PORT[\s\S]*BCF_LOG_LEVEL|BCF_LOG_LEVEL[\s\S]*BCF_PORT/,
  );
});

t.test('every setting says what it is for', async (t) => {
  for (const { name, words } of settings()) {
    t.match(name, /^BCF_/);
    t.ok(words, name);
  }
});
