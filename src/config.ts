import { isIP } from 'node:net';
import { z } from 'zod';
import { readAs } from './domain/faults.js';

/** What only EventStoreDB's connection strings look like. */
export const CONNECTION = /^esdb(\+discover)?:\/\//;

/** A whole number, both bounds inclusive, in digits alone: 0x50 is no port. */
function whole(what: string, min: number, max = Number.MAX_SAFE_INTEGER) {
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
  const error = `must be ${what}, ${range}`;
  return z
    .string()
    .regex(/^\d+$/, { error })
    .transform(Number)
    .refine((number) => number >= min && number <= max, { error });
}

/** A quiet service waits for some milliseconds now and then: below this it would turn everybody away for good. */
const WAIT_MS_LEAST = 100;

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Whether nobody on the way can put other keys in the place of those at an address. */
function isKept(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
}

/** Whether the user and the password of an address can be read. */
function isDecodable(url: string): boolean {
  const { username, password } = new URL(url);
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** Whether a text is an IP address, or a network such as 10.0.0.0/8. */
function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits ?? 0) <= (family === 4 ? 32 : 128);
}

/** The environment, read once. Every setting has a name beginning with BCF_, a meaning and, where it can, a safe default. */
const Environment = z.object({
  BCF_LEDGER: z
    .string()
    .refine((text) => !CONNECTION.test(text), {
      error: 'must be a file; a connection string goes into BCF_EVENTSTOREDB',
    })
    .default('ledger.sqlite')
    .meta({ description: 'The ledger’s SQLite file.' }),
  BCF_EVENTSTOREDB: z
    .string()
    .regex(CONNECTION, { error: 'must be a connection string, esdb://user:password@host:2113' })
    .optional()
    .meta({
      description:
        'The connection string of EventStoreDB, esdb://user:password@host:2113: the ledger is there, not in a file.',
    }),
  BCF_HOST: z.string().default('127.0.0.1').meta({ description: 'The address to listen on.' }),
  BCF_PORT: whole('a port', 0, 65_535).default(8181).meta({ description: 'The port to listen on.' }),
  BCF_KEY_FILE: z
    .string()
    .optional()
    .meta({ description: 'The ledger’s own signing key; by default beside the ledger, <ledger>.key.json.' }),
  BCF_JWKS_URL: z
    .url()
    .refine(isKept, { error: 'must begin with https:// (http:// only on this machine)' })
    .optional()
    .meta({ description: 'Where the identity provider publishes its keys.' }),
  BCF_JWT_ISSUER: z.string().optional().meta({ description: 'The issuer that its tokens must name.' }),
  BCF_JWT_AUDIENCE: z.string().optional().meta({ description: 'The audience that its tokens must name.' }),
  BCF_JWT_CLAIM: z
    .string()
    .default('sub')
    .meta({ description: 'The claim that holds the officer’s name in the register.' }),
  BCF_OIDC_ISSUER: z
    .url()
    .refine(isKept, { error: 'must begin with https:// (http:// only on this machine)' })
    .optional()
    .meta({
      description: 'The identity provider with which officers sign in to the pages (OpenID Connect), by its issuer.',
    }),
  BCF_OIDC_CLIENT_ID: z.string().min(1).optional().meta({ description: 'As whom the provider knows this service.' }),
  BCF_OIDC_CLIENT_SECRET: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'The secret that they share; left out, the service is a public client.' }),
  BCF_TRUSTED_PROXIES: z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .refine((each) => each.every(isNetwork), {
      error: 'must be addresses or networks, separated by commas, such as 10.0.0.5,10.1.0.0/16',
    })
    .optional()
    .meta({
      description:
        'The proxies in front of the service, by address or network: they are believed where a request comes from.',
    }),
  BCF_ACCESS_LOG: z
    .string()
    .optional()
    .meta({ description: 'A file for the log of who asked what. Left out, it is written with the other logs.' }),
  BCF_METRICS_TOKEN: z.string().min(16, { error: 'must have 16 characters or more' }).optional().meta({
    description: 'The bearer token for the metrics that are not open to all: what is counted by kind of act.',
  }),
  BCF_SECURITY_CONTACT: z
    .string()
    .regex(/^(mailto:\S+@\S+|https:\/\/\S+)$/, { error: 'must be mailto: and an address, or https: and a page' })
    .optional()
    .meta({ description: 'Whom to tell of a weakness, mailto:… or https:…, published at /.well-known/security.txt.' }),
  BCF_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: 'Where browsers find the pages, https://bcf.example.gov.uk; without it there are none.' }),
  BCF_SESSION_KEYS: z
    .string()
    .transform((text) => text.split(',').map((key) => Buffer.from(key.trim(), 'base64')))
    .refine((keys) => keys.every((key) => key.length === 32), {
      error: 'must be keys of 32 bytes in base64, with commas between',
    })
    .optional()
    .meta({
      description:
        'The keys that seal sessions, with commas between: the first seals, all open. Left out, one is made at each start, and a start signs everybody out.',
    }),
  BCF_DOCUMENTS: z.string().optional().meta({
    description:
      'A folder in which the files are kept that officers send with facts; without it documents are named alone.',
  }),
  BCF_DOCUMENT_MEGABYTES: whole('a whole number of megabytes', 1, 200)
    .default(20)
    .meta({ description: 'The most that such a file may have, in megabytes.' }),
  BCF_DOCUMENTS_OF_DISPUTES: z.enum(['yes', 'no'], { error: 'must be yes or no' }).default('no').meta({
    description: 'Whether files of disputes are kept too: they may name a patient.',
  }),
  BCF_DOCUMENT_SCANNER: z
    .string()
    .transform((text) => text.trim().split(/\s+/))
    .refine(([program = '']) => program.startsWith('/'), {
      error: 'must begin with the whole path of a program, such as /usr/bin/clamdscan --fdpass',
    })
    .optional()
    .meta({
      description:
        'A program and its arguments, with spaces between, that is run for each file before it is kept, with the file’s path last: where it does not end with 0, the file is refused.',
    }),
  BCF_DOCUMENT_UNNAMED_DAYS: whole('a whole number of days', 1, 3_650)
    .default(30)
    .meta({ description: 'For how many days a file is kept that nothing in the ledger names; then it is removed.' }),
  BCF_FRESH_SIGN_IN_MINUTES: whole('a whole number of minutes', 1, 480).default(30).meta({
    description: 'For how many minutes after signing in an officer may sign; later they sign in again first.',
  }),
  BCF_PEOPLE: z.string().optional().meta({
    description:
      'A JSON file of officers as people: a list of officer, name, title, email, and the issuer and subject with which they sign in.',
  }),
  BCF_SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'must be smtps://user:password@host, or smtp:// with STARTTLS' })
    .refine(isDecodable, { error: 'must have its user and password percent-encoded: a % is %25' })
    .optional()
    .meta({
      description:
        'The mail server for letters to officers for whom something waits, smtps://user:password@host; without it there are none.',
    }),
  BCF_MAIL_FROM: z
    .string()
    .regex(/^[^<>@\r\n]*<[^<>@\s]+@[^<>@\s]+>$|^[^<>@\s]+@[^<>@\s]+$/, {
      error: 'must be an address, or a name and an address in angle brackets',
    })
    .optional()
    .meta({ description: 'Whom those letters are from: BCF ledger <bcf-ledger@example.gov.uk>.' }),
  BCF_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .meta({ description: 'How much is logged.' }),
  BCF_REQUESTS_PER_MINUTE: whole('a whole number', 1)
    .default(1_200)
    .meta({ description: 'How many requests a minute each client may make.' }),
  BCF_WAIT_MS_MAX: whole('a whole number of milliseconds', 0)
    .refine((wait) => wait === 0 || wait >= WAIT_MS_LEAST, { error: `must be 0, or ${WAIT_MS_LEAST} or more` })
    .default(2_000)
    .meta({
      description:
        'When requests wait for longer on average, in milliseconds, all are turned away until fewer come; 0 turns none away.',
    }),
});

/** What another program needs of the environment, without our settings: these hold secrets. */
const forOthers = (environment: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    ['PATH', 'HOME', 'LANG', 'TMPDIR', 'TZ'].flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

export interface Config {
  readonly ledger: string;
  /** The connection string of the event store; it holds a password, so it is shown nowhere. */
  readonly eventStoreDB: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly keyFile: string | undefined;
  readonly provider:
    | { readonly jwksUrl: string; readonly issuer: string; readonly audience: string; readonly claim: string }
    | undefined;
  /** The identity provider with which officers sign in to the pages. */
  readonly oidc:
    { readonly issuer: string; readonly clientId: string; readonly clientSecret: string | undefined } | undefined;
  readonly publicUrl: string | undefined;
  readonly sessionKeys: readonly Buffer[] | undefined;
  readonly documents:
    | {
        readonly folder: string;
        readonly bytesMax: number;
        readonly ofDisputes: boolean;
        /** The program that files are scanned with, its arguments, and what it finds in its environment. */
        readonly scanner:
          { readonly command: readonly string[]; readonly environment: Readonly<Record<string, string>> } | undefined;
        readonly unnamedDays: number;
      }
    | undefined;
  /** The mail server, with a password in its address that is shown nowhere, and whom letters are from. */
  readonly mail: { readonly url: string; readonly from: string } | undefined;
  readonly freshMinutes: number;
  readonly people: string | undefined;
  readonly logLevel: string;
  readonly requestsPerMinute: number;
  /** From which average wait on requests are turned away, in milliseconds; 0 turns none away. */
  readonly waitMsMax: number;
  readonly trustedProxies: readonly string[];
  /** The file of the log of access, where it has one of its own. */
  readonly accessLog: string | undefined;
  readonly metricsToken: string | undefined;
  readonly securityContact: string | undefined;
}

class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

/** Reads the settings. Throws {@link ConfigError}, naming every setting that is not as it must be. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const read = readAs(Environment, environment);
  if ('faults' in read) {
    const faults = read.faults.map(({ path, words }) => `${path.map(String).join()} ${words}.`);
    throw new ConfigError(`The settings are not as they must be.\n${faults.join('\n')}`);
  }
  const env = read.value;
  const { BCF_JWKS_URL: jwksUrl, BCF_JWT_ISSUER: issuer, BCF_JWT_AUDIENCE: audience, BCF_JWT_CLAIM: claim } = env;
  if (jwksUrl !== undefined && (issuer === undefined || audience === undefined)) {
    throw new ConfigError(
      'BCF_JWKS_URL needs BCF_JWT_ISSUER and BCF_JWT_AUDIENCE: a token for another service is not accepted.',
    );
  }
  const { BCF_OIDC_ISSUER: oidcIssuer, BCF_OIDC_CLIENT_ID: clientId } = env;
  if ((oidcIssuer === undefined) !== (clientId === undefined)) {
    throw new ConfigError('BCF_OIDC_ISSUER and BCF_OIDC_CLIENT_ID go together: set both, or neither.');
  }
  if (oidcIssuer !== undefined && env.BCF_PUBLIC_URL === undefined) {
    throw new ConfigError('BCF_OIDC_ISSUER needs BCF_PUBLIC_URL: the provider sends officers back to the pages there.');
  }
  if (env.BCF_EVENTSTOREDB !== undefined && /\*|esdb/.test(environment['DEBUG'] ?? '')) {
    throw new ConfigError('DEBUG would have the client of EventStoreDB print the password and every event; unset it.');
  }
  if (env.BCF_DOCUMENT_SCANNER !== undefined && env.BCF_DOCUMENTS === undefined) {
    throw new ConfigError(
      'BCF_DOCUMENT_SCANNER needs BCF_DOCUMENTS: without a folder no file is kept, and none is scanned.',
    );
  }
  const { BCF_SMTP_URL: smtp, BCF_MAIL_FROM: mailFrom } = env;
  if ((smtp === undefined) !== (mailFrom === undefined)) {
    throw new ConfigError('BCF_SMTP_URL and BCF_MAIL_FROM go together: set both, or neither.');
  }
  if (smtp !== undefined && (env.BCF_PUBLIC_URL === undefined || env.BCF_PEOPLE === undefined)) {
    throw new ConfigError(
      'BCF_SMTP_URL needs BCF_PUBLIC_URL, where its letters lead, and BCF_PEOPLE, where addresses are.',
    );
  }
  return {
    ledger: env.BCF_LEDGER,
    eventStoreDB: env.BCF_EVENTSTOREDB,
    host: env.BCF_HOST,
    port: env.BCF_PORT,
    keyFile: env.BCF_KEY_FILE,
    provider: jwksUrl === undefined ? undefined : { jwksUrl, issuer: issuer!, audience: audience!, claim },
    oidc:
      oidcIssuer === undefined
        ? undefined
        : { issuer: oidcIssuer, clientId: clientId!, clientSecret: env.BCF_OIDC_CLIENT_SECRET },
    publicUrl: env.BCF_PUBLIC_URL,
    sessionKeys: env.BCF_SESSION_KEYS,
    documents:
      env.BCF_DOCUMENTS === undefined
        ? undefined
        : {
            folder: env.BCF_DOCUMENTS,
            bytesMax: env.BCF_DOCUMENT_MEGABYTES * 1_000_000,
            ofDisputes: env.BCF_DOCUMENTS_OF_DISPUTES === 'yes',
            scanner: env.BCF_DOCUMENT_SCANNER && {
              command: env.BCF_DOCUMENT_SCANNER,
              environment: forOthers(environment),
            },
            unnamedDays: env.BCF_DOCUMENT_UNNAMED_DAYS,
          },
    mail: smtp === undefined ? undefined : { url: smtp, from: mailFrom! },
    freshMinutes: env.BCF_FRESH_SIGN_IN_MINUTES,
    people: env.BCF_PEOPLE,
    logLevel: env.BCF_LOG_LEVEL,
    requestsPerMinute: env.BCF_REQUESTS_PER_MINUTE,
    waitMsMax: env.BCF_WAIT_MS_MAX,
    trustedProxies: env.BCF_TRUSTED_PROXIES ?? [],
    accessLog: env.BCF_ACCESS_LOG,
    metricsToken: env.BCF_METRICS_TOKEN,
    securityContact: env.BCF_SECURITY_CONTACT,
  };
}

/** The settings with their meanings, for `bcf-ledger serve --help`. */
export const settings = (): { readonly name: string; readonly words: string }[] =>
  Object.entries(Environment.shape).map(([name, schema]) => ({
    name,
    words: z.globalRegistry.get(schema)!.description!,
  }));
