import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';

/**
 * Checks the compose file that starts the containers: with docker if its client is installed, and always by its text.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (name: string): string => readFileSync(`${ROOT}${name}`, 'utf8');

const compose = (...args: string[]) => spawnSync('docker', ['compose', ...args], { cwd: ROOT, encoding: 'utf8' });

const version = compose('version');
const missing = version.error
  ? 'there is no docker client on this machine'
  : version.status === 0
    ? undefined
    : `the docker client on this machine has no compose: ${version.stderr.trim().split('\n', 1)[0]!}`;

t.test('docker compose finds its file valid, with and without the cluster', { skip: missing ?? false }, async (t) => {
  for (const profile of [[], ['--profile', 'cluster']]) {
    const { status, stderr } = compose(...profile, 'config', '--quiet');
    t.equal(status, 0, stderr);
  }
});

/** The services of the file, each with its own lines. Anchors count as services too. */
function blocks(text: string): Map<string, string> {
  const services = text.slice(text.indexOf('\nservices:\n'), text.indexOf('\nnetworks:\n'));
  return new Map(
    [...services.matchAll(/^ {2}([\w.-]+):\n((?: {4}.*\n|\n)+)/gm)].map(([, name = '', body = '']) => [name, body]),
  );
}

t.test(
  'every image has a version, every node a health check and a volume, and only the loopback is reached',
  async (t) => {
    const text = read('docker-compose.yml');
    const services = blocks(text);
    t.same(
      [...services.keys()],
      [
        'eventstore',
        'ledger',
        'certificates',
        'node1.eventstore',
        'node2.eventstore',
        'node3.eventstore',
        'rights',
        'ledger-cluster',
      ],
    );
    for (const [, image = ''] of text.matchAll(/^ +image: (\S+)/gm)) t.match(image, /:\d+\.\d+\.\d+/, image);
    for (const [name, body] of services) {
      if (!/eventstore$/.test(name)) continue;
      t.match(body, /healthcheck/, name);
      t.match(body, /-data:\/var\/lib\/eventstore/, name);
    }
    for (const [, port = ''] of text.matchAll(/ports: \['([^']+)'\]/g)) t.match(port, /^127\.0\.0\.1:/, port);
    for (const [name, body] of services) {
      t.equal(/profiles: \[cluster\]|<<: \*node\n/.test(body), !['eventstore', 'ledger'].includes(name), name);
    }
    t.equal(text.match(/INSECURE/g)?.length, 1, 'only the single node is insecure');
    t.match(services.get('eventstore'), 'INSECURE');
  },
);

t.test('the service runs as nobody special, on a file system that it cannot write to', async (t) => {
  const compose = read('docker-compose.yml');
  for (const promise of ['read_only: true', 'cap_drop: [ALL]', 'no-new-privileges:true']) t.match(compose, promise);
  const dockerfile = read('Dockerfile');
  t.equal(dockerfile.match(/^FROM node:\d+\.\d+\.\d+-/gm)?.length, 2, 'two stages, pinned');
  t.match(dockerfile, /^FROM node:24\./m, 'a version of Node that is looked after');
  const services = blocks(compose);
  t.match(services.get('ledger-cluster'), 'esdb://bcf-ledger:', 'a user of its own rights');
  t.notMatch(services.get('ledger-cluster'), /admin/i);
  for (const [name, body] of [...services].filter(([each]) => each !== 'certificates')) {
    t.match(
      `${body}${/<<: \*(\w+)/.test(body) ? compose.slice(0, compose.indexOf('\nservices:')) : ''}`,
      /mem_limit[\s\S]*pids_limit/,
      name,
    );
  }
  t.match(dockerfile, /^USER node$/m);
  t.match(dockerfile, /^HEALTHCHECK /m);
  t.notMatch(dockerfile.slice(dockerfile.lastIndexOf('FROM ')), /COPY \S* ?(?:\. |test|bench)/);
});

t.test(
  'what is installed beside containers keeps to the same: a user without rights, TLS, nothing compressed',
  async (t) => {
    const unit = read('deploy/bcf-ledger.service');
    for (const promise of [
      'User=bcf-ledger',
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'StateDirectoryMode=0700',
      'MemoryMax=',
      'TasksMax=',
    ]) {
      t.match(unit, promise);
    }
    const proxy = read('deploy/nginx.conf');
    t.match(proxy, /ssl_protocols TLSv1\.2 TLSv1\.3;/);
    t.match(proxy, /gzip off;/);
    t.match(proxy, /location = \/v1\/events \{[^}]*proxy_buffering off;/);
    // The program that reads the metrics is on the same machine.
    const passed = proxy.replace(/location = \/metrics \{[^}]*\}/, '').match(/proxy_pass /g)!.length;
    t.equal(proxy.match(/proxy_set_header X-Forwarded-For \$remote_addr;/g)?.length, passed, 'set, and never added to');
  },
);

t.test('the program is installed without what only its makers need, and lists what it is made of', async (t) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  t.match(scripts['prepare'], /import\('typescript'\)/, 'without a compiler, nothing is compiled, and nothing fails');
  const found = spawnSync('npm', ['run', '--silent', 'sbom'], { cwd: ROOT, encoding: 'utf8' });
  const { bomFormat, components } = JSON.parse(found.stdout) as {
    bomFormat: string;
    components: readonly { readonly name: string }[];
  };
  t.equal(bomFormat, 'CycloneDX');
  const names = components.map(({ name }) => name);
  t.ok(names.includes('fastify'));
  t.notOk(names.includes('tap'));
});
