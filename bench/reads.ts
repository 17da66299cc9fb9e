import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { partnerPosition } from '../projections/position.js';
import type { View } from '../projections/view.js';
import { instantText } from '../src/domain/calendar.js';
import { createSignIn, issueToken, type SignIn } from '../src/http/sign-in.js';
import type { Ledger } from '../src/ledger/ledger.js';
import { useOf } from '../src/domain/fund/money/use-of-money.js';
import { inText } from '../src/ledger/questions/question.js';
import { withUse } from '../src/ledger/questions/fund/use.js';
import { exportJWK, generateKeyPair } from 'jose';
import { HOST, OFFICER } from './facts.js';
import { told, type Line, type Measuring } from './figures.js';
import { answered, atConnections, CONNECTIONS, emptyService, listening, wholeService } from './http.js';
import type { Answered } from './http-client.js';
import { naiveViews } from './naive.js';
import { anyQuestion } from './questions.js';
import type { Question } from './question.js';
import { createRandom } from './random.js';

/**
 * Workload d: a partner's position at two random dates over HTTP, by the whole service, compared with an empty Fastify
 * route that sends the same bytes from memory. The same client asks both at the same addresses.
 */
const PATHS = 1_024;
/** More questions than the service keeps answers for, so that each answer is computed. */
const PATHS_ANEW = 20_000;
const CHECKED = 16;

export const READ = 'ours, position over HTTP';
export const EMPTY_READ = 'empty route, same bytes';

const pathOf = ({ fund, partner, on, knownAt }: Question): string =>
  `/v1/funds/${fund}/partners/${partner}/position?on=${on}&known-at=${instantText(knownAt)}`;

/** The ways in which officers sign in, each with its header. */
async function signIns(): Promise<(readonly [name: string, signIn: SignIn, authorization: string])[]> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const key = await exportJWK(privateKey);
  const token = await issueToken(key, OFFICER, 1, Math.floor(Date.parse(new Date().toISOString()) / 1000));
  return [
    ['bearer token', await createSignIn({ localKey: key, demonstration: false }), `Bearer ${token}`],
    ['demonstration', await createSignIn({ demonstration: true }), `Demonstration ${OFFICER}`],
  ];
}

export async function measureReads(file: string, ledger: Ledger, { seed, seconds, note }: Measuring): Promise<Line[]> {
  const random = createRandom(seed + 3);
  const questions = Array.from({ length: PATHS }, () => anyQuestion(random));
  const paths = questions.map(pathOf);
  const bodies = new Map<string, string>();
  // This happens before any service runs, because a service would take the long wait for overload.
  const naive = naiveViews(file, questions.slice(0, CHECKED));
  const anew = Array.from({ length: PATHS_ANEW }, () => pathOf(anyQuestion(random)));
  const both = async (port: number, headers: readonly string[], asked = paths): Promise<Answered[]> => {
    const load = (connections: number) =>
      answered({
        port,
        connections,
        seconds,
        name: 'read',
        status: 200,
        method: 'GET',
        paths: asked,
        headers,
        bodies: [],
      });
    await load(CONNECTIONS[1]);
    const all: Answered[] = [];
    for (const connections of CONNECTIONS) all.push(await load(connections));
    return all;
  };

  const ours: (readonly [what: string, answers: Answered[]])[] = [];
  for (const [name, signIn, authorization] of await signIns()) {
    const app = await wholeService(ledger, signIn);
    for (const path of paths) {
      const { statusCode, body } = await app.inject({ url: path, headers: { authorization } });
      if (statusCode !== 200) throw new Error(`${path}: ${body}`);
      bodies.set(path, body);
      // Without a pause between questions the service would report overload.
      await setImmediate();
    }
    checkAnswers(naive, questions, bodies);
    const headers = [`authorization: ${authorization}`];
    await listening(app, async (port) => {
      ours.push([`${READ}, ${name}, asked again`, await both(port, headers)]);
      ours.push([`${READ}, ${name}, asked anew`, await both(port, headers, anew)]);
    });
    note(`${READ}, ${name}: done`);
  }
  const empty = emptyService();
  empty.get('/v1/*', async (request, reply) =>
    reply.type('application/json; charset=utf-8').send(bodies.get(request.url)),
  );
  const limits = await listening(empty, (port) => both(port, []));
  const rate = ({ times, seconds: took }: Answered): number => times.length / took;
  return [
    ...ours.flatMap(([what, answers]) =>
      answers.map((answer, index) => ({
        what,
        at: atConnections(CONNECTIONS[index]!),
        perSecond: rate(answer),
        times: answer.times,
        ratio: `${told(rate(answer) / rate(limits[index]!))} of the empty route`,
        beside: `${CHECKED} answers equal the naive fold`,
      })),
    ),
    ...limits.map((answer, index) => ({
      what: EMPTY_READ,
      at: atConnections(CONNECTIONS[index]!),
      perSecond: rate(answer),
      times: answer.times,
    })),
  ];
}

/** Throws if an answer differs from the sum of the log. */
function checkAnswers(
  naive: readonly View[],
  questions: readonly Question[],
  bodies: ReadonlyMap<string, string>,
): void {
  naive.forEach((view, index) => {
    const asked = questions[index]!;
    const { sources, total } = withUse(partnerPosition(view, asked.partner), useOf(view, HOST));
    const answer = JSON.parse(bodies.get(pathOf(asked))!) as { sources: unknown; total: unknown };
    const should = {
      sources: sources.map(({ source, figures }) => ({ source, figures: inText(figures) })),
      total: inText(total),
    };
    if (isDeepStrictEqual({ sources: answer.sources, total: answer.total }, should)) return;
    throw new Error(`The answer to ${pathOf(asked)} is not what the log adds up to; nothing is timed.`);
  });
}
