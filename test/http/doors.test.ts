import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { ROLES } from '../../src/domain/roles.js';
import type { LightMyRequestResponse } from 'fastify';
import t, { type Test } from 'tap';
import { createSignIn, issueToken, linkReader, localKey } from '../../src/http/sign-in.js';
import { createSessions } from '../../src/web/session.js';
import { openSqliteOnceStore } from '../../src/store/sqlite/once-store.js';
import { addressed, createValues, described, PLAIN, type Json, type Routed, type Schema } from '../support/document.js';
import { folder } from '../support/ledger.js';
import {
  BETWEEN,
  GONE,
  KEEPER,
  LATER,
  officerOf,
  twoAreas,
  YEAR,
  type Area,
  type Proposed,
} from '../support/two-areas.js';
import { service } from './support.js';

/**
 * Closed doors: every operation of the document, tried by every kind of asker, about their own area and about another.
 * The tables below hold the expected answers. They follow docs/security.md, "Who sees what"; who may post a fact is
 * read from docs/events.md. The program's own rules of access are not used.
 */

/** The relation of an asker to an area. */
type Relation =
  /** Acts in person for a partner of its fund and of its disputes. */
  | 'party'
  /** The same, as a program. */
  | 'program'
  /** Acts for a partner of its fund that is not in its disputes. */
  | 'in the fund'
  /** Acts for a partner of its disputes that is not in the fund. */
  | 'in the disputes'
  /** The same, as a program. */
  | 'program in the disputes'
  /** Acts for the keeper of the ledger, which is a partner of neither. */
  | 'keeper'
  /** Acts for a partner of another area. */
  | 'elsewhere';

/** The answer of a door: `open`, or the status and the rule of the refusal. */
type Door = 'open' | `${number} ${string}`;

const EVERYBODY: Readonly<Record<Relation, Door>> = {
  party: 'open',
  program: 'open',
  'in the fund': 'open',
  'in the disputes': 'open',
  'program in the disputes': 'open',
  keeper: 'open',
  elsewhere: 'open',
};
const FUND: Readonly<Record<Relation, Door>> = {
  ...EVERYBODY,
  'in the disputes': '403 not_your_fund',
  'program in the disputes': '403 not_your_fund',
  elsewhere: '403 not_your_fund',
};
const TOTALS: Readonly<Record<Relation, Door>> = {
  ...EVERYBODY,
  'in the fund': '403 not_your_area',
  elsewhere: '403 not_your_area',
};
const CASES: Readonly<Record<Relation, Door>> = {
  ...TOTALS,
  program: '403 not_your_area',
  'program in the disputes': '403 not_your_area',
  keeper: '403 not_your_area',
};

/**
 * The classes of operations. Some are open to everybody with a mandate, and show each asker what they may see. The
 * second table says what such an answer may hold.
 */
const CLASSES = {
  /** Published data, bodies and their officers, and declarations. */
  register: EVERYBODY,
  /** Lists over all funds and areas, and the events. */
  lists: EVERYBODY,
  fund: FUND,
  totals: TOTALS,
  cases: CASES,
  /** A proposal by its identifier alone. If the asker may not see it, it is refused as if it did not exist. */
  'any proposal': Object.fromEntries(
    Object.entries(FUND).map(([who, door]) => [who, door === 'open' ? door : '404 proposal_unknown']),
  ) as Record<Relation, Door>,
  /** A case by its identifier alone, in the same way. */
  'any case': Object.fromEntries(
    Object.entries(CASES).map(([who, door]) => [who, door === 'open' ? door : '404 name_unknown']),
  ) as Record<Relation, Door>,
  'acts of the register': EVERYBODY,
  'acts of a fund': FUND,
  'acts of disputes': CASES,
  /** Acts of the keeper in the disputes of an area. It sees their totals, and no case. */
  'acts of the keeper': { ...TOTALS, program: '403 wrong_partner', 'program in the disputes': '403 wrong_partner' },
} as const satisfies Record<string, Readonly<Record<Relation, Door>>>;

type Class = keyof typeof CLASSES;

/** What an asker may read about an area, in any answer. */
const READS: Readonly<Record<Relation, { readonly fund: boolean; readonly cases: boolean }>> = {
  party: { fund: true, cases: true },
  program: { fund: true, cases: false },
  'in the fund': { fund: true, cases: false },
  'in the disputes': { fund: false, cases: true },
  'program in the disputes': { fund: false, cases: false },
  keeper: { fund: true, cases: false },
  elsewhere: { fund: false, cases: false },
};

const words = (text: string): string[] => text.trim().split(/\s+/);

/** The operations of the document by class. An operation in no class fails the test. */
const OPERATIONS: Readonly<Record<Class, readonly string[]>> = {
  register:
    words(`officers register-proposals register-timeline register-event register-proposal partners successions sources allocations
    rule-sets rule-set national-totals grant-series dispute-protocols bank-holidays supplier-classes facts
    register-open-acts register-choices`),
  lists: words('tasks portfolio find funds areas medium-term bridge succession events'),
  fund: words(`fund position partner-position gap gap-history compare statement plan pass-down minimum-tests contributions
    instalments approvals late trace monitoring grant-use reserves balances performance returns return return-figures plan-year
    agreement withdrawals risk-share memorandum mirror timeline event proposals proposal open-acts choices what-if roll-forward`),
  totals: words('disputes dispute-open-acts'),
  cases:
    words(`dispute-cases dispute-case dispute-treatments dispute-outcomes dispute-classes settlement settlements dispute-timeline dispute-event dispute-proposals
    dispute-proposal dispute-choices`),
  'any proposal': ['find-proposal'],
  'any case': [],
  'acts of the register': words(`post-register-fact propose-register-fact agree-register-proposal
    counter-register-proposal decline-register-proposal withdraw-register-proposal`),
  'acts of a fund': words(`post-fund-fact propose-fund-fact agree-fund-proposal counter-fund-proposal
    decline-fund-proposal withdraw-fund-proposal open-next-year`),
  'acts of disputes': words(`post-dispute-fact propose-dispute-fact agree-dispute-proposal counter-dispute-proposal
    decline-dispute-proposal withdraw-dispute-proposal`),
  'acts of the keeper': [],
};

/** The facts of disputes that the keeper posts, even where it is not a party. */
const KEEPERS = ['DisputesOpened', 'DisputePartnerAdded'];

/**
 * Operations that look for the body's own fact first. An asker who may see everything is told that there is none. A
 * succession is signed in other roles than it is proposed in, and these are told that it cannot be countered.
 */
const FOUND_FIRST = [
  'PartnerSucceeded',
  'BalanceUsePlanned',
  'BalanceUsed',
  'FundingBesideRevised',
  'CommitmentReleased',
  'PlanMoved',
  'RiskShareApplied',
  'CaseAssigned',
  'FactReversed',
  'AgreementVaried',
  'AgreementTerminated',
];

/** The proposal that waits in the register is a mandate. Nobody can counter it, in any role. */
const NOT_COUNTERED = 'counter-register-proposal ';

/** Askers who are not let in at all, and why. */
const OUTSIDE = {
  'no token': '401 not_signed_in',
  'a token of nobody': '401 sign_in_refused',
  'a token of another key': '401 sign_in_refused',
  'a token that is over': '401 sign_in_refused',
  'a demonstration’s word': '401 sign_in_refused',
  'a token without a mandate': '403 not_mandated',
  'a mandate that has ended': '403 not_mandated',
  'a mandate that has not begun': '403 not_mandated',
} as const satisfies Record<string, Door>;

/** Roles that only read. */
const READING = ['auditor', 'api-client'];

interface Asker {
  readonly name: string;
  readonly officer: string;
  readonly body: string;
  readonly roles: readonly string[];
  /** The officer’s relation to the first area, and to the second. */
  readonly to: readonly [Relation, Relation];
}

function askers([a, b]: readonly [Area, Area]): Asker[] {
  const of = (body: string, inPerson: readonly [Relation, Relation], program: readonly [Relation, Relation]) =>
    ROLES.map((role) => ({
      name: `${role} of ${body}`,
      officer: officerOf(body, role),
      body,
      roles: [role],
      to: role === 'api-client' ? program : inPerson,
    }));
  return [
    ...of(a.council, ['party', 'elsewhere'], ['program', 'elsewhere']),
    ...of(a.payer, ['party', 'elsewhere'], ['program', 'elsewhere']),
    ...of(a.district, ['in the fund', 'elsewhere'], ['in the fund', 'elsewhere']),
    ...of(a.neighbour, ['in the disputes', 'elsewhere'], ['program in the disputes', 'elsewhere']),
    ...of(b.council, ['elsewhere', 'party'], ['elsewhere', 'program']),
    ...of(KEEPER, ['keeper', 'keeper'], ['keeper', 'keeper']),
    {
      name: 'program here, in person elsewhere',
      officer: BETWEEN,
      body: a.council,
      roles: ['api-client', 'finance-officer'],
      to: ['program', 'party'],
    },
  ];
}

/** Who posts or proposes a fact, in which roles. The list comes from docs/events.md alone. */
function postedBy(): ReadonlyMap<string, readonly string[]> {
  const page = readFileSync(new URL('../../../docs/events.md', import.meta.url), 'utf8');
  return new Map(
    page.split(/^### /m).flatMap((part): [string, string[]][] => {
      const [, fact] = /^`(\w+)`/.exec(part) ?? [];
      const [, said] = /^- Posted by: ([^;]*);/m.exec(part) ?? [];
      return fact !== undefined && said !== undefined && !said.startsWith('as its') ? [[fact, said.split(', ')]] : [];
    }),
  );
}

/** The whole answer, with headers, without the identifier of the request. */
const whole = ({ headers, body }: LightMyRequestResponse): string =>
  `${JSON.stringify(headers)}\n${body}`.replace(/"instance":"[^"]*"/, '');

/** A sum, also in the form that pages use. */
const spellings = (secret: string): string[] =>
  /^\d+\.\d\d$/.test(secret) ? [secret, secret.replace(/\B(?=(\d{3})+\.)/g, ',')] : [secret];

/** What a reader may not see of the areas, and one expression that finds any of it: most answers are looked through once. */
interface Hidden {
  readonly secrets: readonly string[];
  readonly any: RegExp;
}

const hiddenFrom = new WeakMap<readonly Area[], Map<string, Hidden>>();

function hidden(areas: readonly Area[], to: readonly Relation[]): Hidden {
  const known = hiddenFrom.get(areas) ?? new Map<string, Hidden>();
  hiddenFrom.set(areas, known);
  const found = known.get(to.join()) ?? hiddenOf(areas, to);
  known.set(to.join(), found);
  return found;
}

function hiddenOf(areas: readonly Area[], to: readonly Relation[]): Hidden {
  const secrets = areas.flatMap(({ ofFund, ofCases }, index) => {
    const { fund, cases } = READS[to[index]!];
    return [...(fund ? [] : ofFund), ...(cases ? [] : ofCases)];
  });
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  // An expression of no alternatives would match everything.
  const any = secrets.length === 0 ? /(?!)/ : new RegExp(secrets.flatMap(spellings).map(literal).join('|'));
  return { secrets, any };
}

/** What an answer reveals of an area to an asker who may not read it, and did not ask for it by name. */
function told(
  answer: LightMyRequestResponse,
  asked: string,
  areas: readonly Area[],
  to: readonly Relation[],
): string[] {
  const { secrets, any } = hidden(areas, to);
  const said = whole(answer);
  if (!any.test(said)) return [];
  return secrets.filter((secret) => !asked.includes(secret) && spellings(secret).some((each) => said.includes(each)));
}

/** A request of an operation about an area. */
interface Made {
  readonly what: string;
  readonly class: Class;
  readonly fact?: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: string;
  /** The revision of the proposal that is answered. */
  readonly revision?: string;
}

const AGREEMENT = {
  reference: 'S75/1',
  from: '2018-04-01',
  to: '2020-03-31',
  noticeMonths: 6,
  contributionBasis: 'gross',
  vatRegime: 'council-delivers',
  underspend: { kind: 'kept-in-pool' },
  riskShares: [],
  defaultRule: { kind: 'pro-rata' },
};

/** Names and values that give a request about an area the form that is asked for, whatever the rules say about it. */
function known(each: Area, path: string): Readonly<Record<string, readonly Json[]>> {
  const { name, fund, council, payer, district, settlement } = each;
  const { id: proposal } = each.offer;
  const whole = { claimant: 10_000, respondent: 0 };
  const day = '2018-10-01';
  const days = [
    'effective',
    'due',
    'by',
    'on',
    'statedOn',
    'raisedOn',
    'dueBy',
    'decidedOn',
    'noticeGiven',
    'from',
    'day',
  ];
  const values: Readonly<Record<string, Json>> = {
    ...Object.fromEntries(days.map((field) => [field, day])),
    ...Object.fromEntries(['partner', 'holder', 'host', 'creditor'].map((field) => [field, council])),
    ...Object.fromEntries(['partners', 'parties'].map((field) => [field, [council, payer]])),
    ...Object.fromEntries(['interim', 'split', 'claimed'].map((field) => [field, whole])),
    ...Object.fromEntries(
      ['reverses', 'notice', 'period', 'planned', 'achieved', 'revision'].map((field) => [field, '1']),
    ),
    ...{ area: name, fund, payer, district, case: each.case, settlement, return: 'q3', year: YEAR },
    ...{ otherYear: '2019-20', toYear: '2019-20', source: 'NHS_ADD', measure: 'requirement' },
    ...{ line: `${name}-care`, contribution: `${name}-agreed`, grant: `${name}-dfg`, agreed: '1.00', period: 1 },
    officer: officerOf(council, 'finance-officer'),
    officers: ['one', 'two'].map((officer) => ({ officer: `new-${officer}`, role: 'finance-officer' })),
    commissioner: { nhs: 10_000, localGovernment: 0 },
    planHash: '0'.repeat(64),
    moves: ['-1.00', '1.00'].map((change, index) => ({ line: index === 0 ? `${name}-care` : 'another', change })),
    of: path.includes('/disputes/') ? { case: each.case } : { proposal },
    terms: AGREEMENT,
    acts: [{ proposal }],
  };
  return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, [value]]));
}

async function requests(app: Parameters<typeof described>[0], area: Area, registerProposal: Proposed): Promise<Made[]> {
  const document = await described(app);
  const classOf = (operation: string): Class | undefined =>
    (Object.keys(OPERATIONS) as Class[]).find((each) => OPERATIONS[each].includes(operation));
  const proposalOf = (path: string): Proposed =>
    path.startsWith('/v1/register') ? registerProposal : path.includes('/disputes/') ? area.waits : area.offer;

  function made({ path, method, operation }: Routed): Made[] {
    const id = operation.operationId;
    const found = classOf(id);
    if (found === undefined) throw new Error(`${id} is in no class: say in OPERATIONS who may see it.`);
    const parameters = operation.parameters ?? [];
    const valueOf = createValues(document, PLAIN, known(area, path));
    const value = (name: string): string => {
      if (name === 'proposal') return proposalOf(path).id;
      return valueOf(parameters.find((each) => each.name === name)!.schema, name) as string;
    };
    const search = new URLSearchParams(
      parameters
        .filter((each) => each.in === 'query' && each.required)
        .map(({ name }): [string, string] => [name, value(name)]),
    ).toString();
    const url = `${addressed(path, value)}${search && `?${search}`}`;
    const schema = operation.requestBody?.content['application/json']?.schema;
    if (!schema) return [{ what: id, class: found, method, url }];
    return bodies(schema, valueOf).map(({ fact, body }) => ({
      what: fact === undefined ? id : `${id} ${fact}`,
      class: found === 'acts of disputes' && KEEPERS.includes(fact ?? '') ? 'acts of the keeper' : found,
      ...(fact !== undefined && { fact }),
      method,
      url,
      body: JSON.stringify(body),
      ...(path.includes('{proposal}') && { revision: proposalOf(path).revision }),
    }));
  }

  /** A body for each fact that a route takes; one, where it takes none. */
  function bodies(
    given: Schema,
    valueOf: ReturnType<typeof createValues>,
  ): { readonly fact?: string; readonly body: Json }[] {
    const schema = document.resolved(given);
    const options = schema.anyOf ?? schema.oneOf;
    if (options) return options.flatMap((each) => bodies(each, valueOf));
    const { fact } = schema.properties ?? {};
    const facts = fact && document.resolved(fact);
    const body = valueOf(schema) as Record<string, Json>;
    if (!facts) return [{ body }];
    return (facts.oneOf ?? facts.anyOf ?? [facts]).map((each) => {
      const sent = valueOf(each) as { readonly type: string; readonly data: Json };
      return { fact: sent.type, body: { ...body, fact: sent } };
    });
  }
  return document.operations.flatMap(made);
}

async function house(t: Test) {
  const { ledger, areas, registerProposal } = await twoAreas(t);
  const path = folder(t);
  const key = await localKey(join(path, 'key.json'));
  const sessionKeys = [randomBytes(32)];
  const once = openSqliteOnceStore(join(path, 'once'));
  t.teardown(() => once.close());
  const { clock } = ledger;
  const made = await service(
    t,
    {
      signIn: await createSignIn({ localKey: key, demonstration: false, clock }),
      metricsToken: 'the-token-of-metrics',
      pages: {
        publicUrl: undefined,
        sessionKeys,
        once,
        people: [],
        freshMs: 1_800_000,
        readLink: linkReader(key, clock),
      },
    },
    ledger,
  );
  const tokenOf = async (officer: string, other = key, hours = 8, at = clock.now() / 1000) =>
    `Bearer ${await issueToken(other, officer, hours, at)}`;
  const finance = officerOf(areas[0].council, 'finance-officer');
  const outside: Readonly<Record<keyof typeof OUTSIDE, string | undefined>> = {
    'no token': undefined,
    'a token of nobody': 'Bearer x',
    'a token of another key': await tokenOf(finance, await localKey(join(path, 'other.json'))),
    'a token that is over': await tokenOf(finance, key, 1, clock.now() / 1000 - 7_200),
    'a demonstration’s word': `Demonstration ${finance}`,
    'a token without a mandate': await tokenOf('stranger'),
    'a mandate that has ended': await tokenOf(GONE),
    'a mandate that has not begun': await tokenOf(LATER),
  };
  let count = 0;
  const ask = (
    { method, url, body, revision }: Made,
    authorization: string | undefined,
    more: Readonly<Record<string, string>> = {},
  ) =>
    made.app.inject({
      method,
      url,
      // Failed sign-ins are limited by address, so each request has another address.
      remoteAddress: `192.0.${(count >> 8) % 256}.${count++ % 256}`,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body !== undefined && { 'content-type': 'application/json', 'idempotency-key': `doors-${count}` }),
        ...more,
        ...(revision !== undefined && { 'if-match': `"${revision}"` }),
      },
      ...(body !== undefined && { payload: body }),
    });
  const sessions = createSessions(sessionKeys);
  /** Asks for a page, or sends a form, as an officer who has signed in with a browser, or as nobody. */
  const visit = (method: 'GET' | 'POST', url: string, officer?: string, fields: Record<string, string> = {}) => {
    const session = sessions.begin(
      clock.now(),
      officer === undefined ? undefined : { officer, by: 'test', shown: clock.now() },
    );
    return made.app.inject({
      method,
      url,
      remoteAddress: `192.1.${(count >> 8) % 256}.${count++ % 256}`,
      headers: {
        host: 'ledger.test',
        origin: 'http://ledger.test',
        cookie: `bcf=${sessions.seal(session)}`,
        ...(method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(method === 'POST' && {
        payload: new URLSearchParams({ token: sessions.token(session), ...fields }).toString(),
      }),
    });
  };
  return { ...made, ledger, areas, registerProposal, tokenOf, outside, ask, visit };
}

const isAct = ({ class: of }: Made): boolean => of.startsWith('acts');
/** The status and, for a refusal, its rule. */
const doorOf = (answer: LightMyRequestResponse): string =>
  /problem\+json/.test(String(answer.headers['content-type']))
    ? `${answer.statusCode} ${answer.json<{ code: string }>().code}`
    : String(answer.statusCode);

t.test('whoever is not signed in, or has no mandate today, is told so at every door, and nothing else', async (t) => {
  const { app, areas, registerProposal, outside, ask, ledger } = await house(t);
  const head = await ledger.store.head();
  const faults: string[] = [];
  let asked = 0;
  for (const area of areas) {
    for (const made of await requests(app, area, registerProposal)) {
      for (const [name, authorization] of Object.entries(outside)) {
        const answer = await ask(made, authorization);
        asked++;
        const expected = OUTSIDE[name as keyof typeof OUTSIDE];
        if (doorOf(answer) !== expected) faults.push(`${made.what} with ${name}: ${doorOf(answer)}, not ${expected}`);
        const leaks = told(answer, made.url, areas, ['elsewhere', 'elsewhere']);
        if (leaks.length > 0) faults.push(`${made.what} with ${name} tells ${leaks.join(', ')}`);
      }
    }
  }
  t.same(faults, []);
  t.ok(asked > 1_000, `${asked} requests`);
  t.equal(await ledger.store.head(), head);
});

t.test(
  'each door is open to those whom the tables name, closed to all others, and tells nobody what is not theirs',
  async (t) => {
    const { app, areas, registerProposal, tokenOf, ask, ledger } = await house(t);
    const roles = postedBy();
    t.ok(roles.size > 60, `${roles.size} facts say who posts them`);
    const head = await ledger.store.head();
    const faults: string[] = [];
    const entered = new Map<string, number>();
    const read = new Set<string>();
    let asked = 0;
    for (const [index, area] of areas.entries()) {
      for (const made of await requests(app, area, registerProposal)) {
        entered.set(made.what, entered.get(made.what) ?? 0);
        // Of officers without any relation to the second area, those of one body stand for all.
        for (const asker of askers(areas).filter(
          ({ to, body }) => index === 0 || to[1] !== 'elsewhere' || body === areas[0].council,
        )) {
          const relation = asker.to[index]!;
          const door: Door = CLASSES[made.class][relation];
          const fault = (answer: LightMyRequestResponse, what: string): void => {
            faults.push(`${made.what} about ${area.name} by ${asker.name}: ${what} (${doorOf(answer)})`);
          };
          // An act that must be refused is sent as a real act; one that may pass is sent as a dry run.
          const reads = asker.roles.every((role) => READING.includes(role));
          const mayPost =
            !reads && (roles.get(made.fact ?? '') ?? asker.roles).some((role) => asker.roles.includes(role));
          const inEarnest = isAct(made) && (door !== 'open' || !mayPost);
          const url = isAct(made) && !inEarnest ? `${made.url}?dry-run=true` : made.url;
          const answer = await ask({ ...made, url }, await tokens(tokenOf, asker.officer));
          asked++;
          const leaks = told(answer, `${made.url} ${made.body ?? ''}`, areas, asker.to);
          if (leaks.length > 0) fault(answer, `tells ${leaks.join(', ')}`);
          if (made.method === 'GET' && relation === 'party') {
            for (const secret of [...area.ofFund, ...area.ofCases])
              if (whole(answer).includes(secret)) read.add(secret);
          }
          if (made.method === 'GET' && door === 'open' && relation !== 'party') {
            const table = await ask(made, await tokens(tokenOf, asker.officer), { accept: 'text/csv' });
            const more = told(table, made.url, areas, asker.to);
            if (more.length > 0) fault(table, `tells ${more.join(', ')} in a table`);
          }
          if (answer.statusCode === 400) fault(answer, `is not well formed: ${answer.body}`);
          else if (door !== 'open') {
            if (doorOf(answer) !== door) fault(answer, `not ${door}`);
          } else if (isAct(made) && !mayPost) {
            const foundFirst = FOUND_FIRST.includes(made.fact ?? '') || made.what.startsWith(NOT_COUNTERED);
            const refused = foundFirst ? [403, 409, 422] : [403];
            if (!refused.includes(answer.statusCode)) fault(answer, 'not refused by its role');
          } else if (!isAct(made) && answer.statusCode !== 200) fault(answer, 'closed');
          else if (![401, 403].includes(answer.statusCode)) entered.set(made.what, entered.get(made.what)! + 1);
        }
      }
    }
    for (const [what, times] of entered) if (times === 0) faults.push(`${what} is open to nobody`);
    // A ledger is opened once, by the officers whom the opening names.
    t.same(faults, ['post-register-fact LedgerOpened is open to nobody']);
    const unread = areas
      .flatMap(({ ofFund, ofCases }) => [...ofFund, ...ofCases])
      .filter((secret) => !read.has(secret));
    t.same(unread, [], 'whatever is looked for is told to those whose it is');
    t.comment(`${asked} requests`);
    t.equal(await ledger.store.head(), head, 'what is closed records nothing');
  },
);

const kept = new Map<string, string>();
/** Each officer’s token, made once. */
async function tokens(tokenOf: (officer: string) => Promise<string>, officer: string): Promise<string> {
  const token = kept.get(officer) ?? (await tokenOf(officer));
  kept.set(officer, token);
  return token;
}

/** Each page, and each address outside /v1, by its class. One that is in none fails the test. */
const PAGES = {
  /** Open to anybody: the state of the service, its description, and sign-in. */
  anybody: words(`/docs /docs/ /docs/* /docs/json /docs/yaml /docs/static/index.html /docs/static/swagger-initializer.js
    /openapi.json /health /ready /metrics /problems /problems/:code /assets/style.:digest.css /help /accessibility
    /glossary /sign-in /sign-in/link /sign-in/again /sign-out /signed-out /first-run`),
  register: words(`/register /register/officers /register/partners /register/successions /register/proposals
    /register/history /register/history/:revision /reference/sources /reference/allocations /reference/rule-sets
    /reference/rule-sets/:year /reference/national-totals /reference/grant-series /reference/dispute-protocols
    /reference/bank-holidays /reference/supplier-classes
    /register/history/:revision/documents/:sha256
    /register/propose /register/propose/:act /register/propose/:act/document
    /register/record /register/record/:act /register/record/:act/document`),
  lists: words(`/ /funds /portfolio /register/funds /areas /areas/:area /areas/:area/medium-term /areas/:area/bridge
    /areas/:area/succession /audit /find`),
  fund: [
    '/funds/:fund',
    ...words(`about position gap gap/history compare plan pass-down minimum-tests contributions instalments approvals late
      trace monitoring grant-use reserves balances performance returns returns/:return return-figures plan-year agreement
      withdrawals risk-share memorandum mirror history history/:revision proposals year-end roll-forward partners/:partner
      partners/:partner/position partners/:partner/statement
      history/:revision/documents/:sha256 propose propose/:act propose/:act/document
      record record/:act record/:act/document deal deal/document`).map((page) => `/funds/:fund/${page}`),
  ],
  'any case': ['/cases/:case'],
  totals: words('/areas/:area/disputes /areas/:area/disputes/propose /areas/:area/disputes/record'),
  cases: words(`cases cases/:case outcomes accounting-classes treatments settlements settlements/:settlement history
    history/:revision history/:revision/documents/:sha256 proposals propose/:act propose/:act/document
    record/:act record/:act/document deal deal/document`).map((page) => `/areas/:area/disputes/${page}`),
  'any proposal': words(
    `/proposals/:proposal /proposals/:proposal/sign /proposals/:proposal/decline /proposals/:proposal/withdraw
    /proposals/:proposal/counter /proposals/:proposal/counter/document /proposals/:proposal/documents/:sha256
    /proposals/:proposal/deal /proposals/:proposal/deal/document`,
  ),
} as const satisfies Partial<Record<Class | 'anybody', readonly string[]>>;

/** The addresses of forms, each with an existing form. */
const FORMS: Readonly<Record<string, string>> = {
  '/register/propose/:act': 'officer-mandated',
  '/register/record/:act': 'partner-registered',
  '/funds/:fund/propose/:act': 'contribution-agreed',
  '/funds/:fund/record/:act': 'gap-stated',
  '/areas/:area/disputes/propose/:act': 'split-decided',
  '/areas/:area/disputes/record/:act': 'dispute-raised',
  '/proposals/:proposal/counter': '',
  '/proposals/:proposal/deal': '',
  '/funds/:fund/deal': '',
  '/areas/:area/disputes/deal': '',
};

/** The addresses of the service that are not below /v1, each with its method, as its router knows them. */
async function pagesOf({ app }: Pick<Awaited<ReturnType<typeof house>>, 'app'>) {
  await app.ready();
  const at: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((row) => {
      const [, indent, path, methods] = /^([ │]*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(row) ?? [];
      if (indent === undefined) return [];
      const depth = indent.length / 4;
      at.splice(depth, Infinity, path!);
      const address = at.join('').replace(/(?<=style\.)[0-9a-f]+/, ':digest');
      const known = (methods ?? '').split(', ').filter((each) => each === 'GET' || each === 'POST');
      return address.startsWith('/v1') ? [] : known.map((method) => ({ method, address }));
    });
}

t.test(
  'no page shows a fund or a proposal to an officer who may not see it, and none takes their signature',
  async (t) => {
    const made = await house(t);
    const { areas, visit, ledger, app } = made;
    const head = await ledger.store.head();
    const faults: string[] = [];
    let asked = 0;
    for (const { method, address } of await pagesOf(made)) {
      const [found] = Object.entries(PAGES).find(([, all]) => (all as readonly string[]).includes(address)) ?? [];
      if (found === undefined) throw new Error(`${address} is in no class: say in PAGES who may see it.`);
      if (found === 'anybody') continue;
      for (const [index, area] of areas.entries()) {
        for (const offer of address.includes(':proposal') ? [area.offer, area.waits] : [area.offer]) {
          // Only an officer who may fill in the form may send a file with it. web/documents tests the files.
          const isFile = address.endsWith('/document');
          const names = {
            ...known(area, address),
            proposal: [offer.id],
            act: [FORMS[address.replace(/\/document$/, '')] ?? ''],
            sha256: ['f'.repeat(64)],
          } as Readonly<Record<string, readonly string[]>>;
          const url = address.replace(/:(\w+)/g, (_, name: string) => names[name]![0]!);
          const nobody = await visit(method, url);
          // The filled-in form is kept for its officer, who is asked to sign in.
          const signsIn = isFile ? 403 : method === 'POST' && address in FORMS ? 401 : 303;
          if (nobody.statusCode !== signsIn) faults.push(`${method} ${address} by nobody: ${nobody.statusCode}`);
          for (const officer of ['stranger', GONE, LATER]) {
            const answer = await visit(method, url, officer);
            if (answer.statusCode !== 403 || !answer.body.includes('Rule: not_mandated'))
              faults.push(`${method} ${address} by ${officer}: ${answer.statusCode}`);
          }
          for (const { name, officer, roles, to } of askers(areas)) {
            const ofCase = offer === area.waits;
            const seen = READS[to[index]!];
            const door: Door = CLASSES[found as Class][to[index]!];
            const isOpen = found === 'any proposal' ? (ofCase ? seen.cases : seen.fund) : door === 'open';
            const isForm = address in FORMS;
            const reads = roles.every((role) => READING.includes(role));
            // A signature that may succeed is not sent. Other tests try signing.
            if (method === 'POST' && isOpen && !isForm && (!reads || isFile)) continue;
            const answer = await visit(method, url, officer, { reason: 'A reason.', mark: 'none' });
            asked++;
            const what = `${method} ${address} about ${area.name} by ${name}: ${answer.statusCode}`;
            const leaks = told(answer, url, areas, to);
            if (leaks.length > 0) faults.push(`${what} tells ${leaks.join(', ')}`);
            const [status, rule] = (found === 'any proposal' ? '404 proposal_unknown' : door).split(' ');
            // The page for ending a proposal is shown only to officers who may end it.
            const isEnding = /\/(decline|withdraw)$/.test(address);
            const isNotTheirs =
              (isForm || isFile || isEnding) &&
              answer.statusCode === 403 &&
              /Rule: (role_not_allowed|wrong_partner)/.test(answer.body);
            if (
              !isOpen &&
              !isNotTheirs &&
              (answer.statusCode !== Number(status) || !answer.body.includes(`Rule: ${rule!}`))
            )
              faults.push(what);
            // An empty form only says what is missing; nothing is recorded.
            if (isForm) {
              if (isOpen && !isNotTheirs && ![200, 400].includes(answer.statusCode)) faults.push(what);
              continue;
            }
            // The address of a case leads to the case’s page. No fact in this test names a document.
            const expected = found === 'any case' ? 303 : address.endsWith('/:sha256') ? 404 : 200;
            if (isOpen && method === 'GET' && !isNotTheirs && answer.statusCode !== expected) faults.push(what);
            if (isOpen && method === 'POST' && ![409, 422].includes(answer.statusCode)) faults.push(what);
          }
        }
      }
    }
    t.same(faults, []);
    t.ok(asked > 500, `${asked} requests`);
    t.equal(await ledger.store.head(), head);

    for (const { method, address } of (await pagesOf(made)).filter((each) => each.method === 'GET')) {
      if (!PAGES.anybody.includes(address)) continue;
      const url = address.replace(':code', 'not_your_fund').replace('*', 'static/swagger-ui.css');
      for (const authorization of ['', 'Bearer the-token-of-metrics']) {
        const headers = authorization && address === '/metrics' ? { authorization } : {};
        const answer = await app.inject({ method: method as 'GET', url, headers });
        t.same(told(answer, url, areas, ['elsewhere', 'elsewhere']), [], address);
      }
    }
  },
);
