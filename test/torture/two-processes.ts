import { setTimeout as wait } from 'node:timers/promises';
import { FUND, NORTH } from '../support/ledger.js';
import { actsOf, get, holdToActs, postAll, type Act } from './client.js';
import type { Case } from './room.js';
import { command, serve, type Served } from './service.js';

/**
 * Two services have the same file open, and both post and answer. Now and then one is killed and started again. A key
 * is one act, even if it is sent to both services at once. What one has answered as settled, the other must answer too.
 */

export const TWO = 'two processes';
const TURNS = 4;
const ACTS_A_TURN = 12;

export async function twoProcesses(tried: Case): Promise<void> {
  const { room, random } = tried;
  const folder = room.copyOf(random.pick([room.atRest, room.logged]));
  const services: [Served, Served] = [await serve(folder), await serve(folder)];
  const acts = actsOf(tried);
  const posted: Act[] = [];
  const settled: { readonly path: string; readonly body: string }[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const [left, right, both] = [acts(ACTS_A_TURN), acts(ACTS_A_TURN), acts(ACTS_A_TURN)];
    posted.push(...left, ...right, ...both);
    const asking = Promise.all(services.map((service) => askedAll(tried, service)));
    const dies = random.chance(0.3) ? random.below(2) : undefined;
    let answered = 0;
    const last = random.below(ACTS_A_TURN);
    const each = (): void => {
      if (dies !== undefined && answered++ === last) void services[dies]!.kill();
    };
    await Promise.all([
      postAll(tried, services[0], left, each),
      postAll(tried, services[1], right, each),
      // The same keys at the same time: the second service must give the answer of the first.
      ...services.map((service) => postAll(tried, service, both, each)),
    ]);
    settled.push(...(await asking).flat());
    if (dies !== undefined) {
      await services[dies]!.kill();
      services[dies] = await serve(folder);
    }
    let holds = true;
    for (const service of services) {
      await repeated(tried, service, posted);
      for (const { path, body } of settled) {
        const answer = await get(tried, service, path);
        if (answer?.body === body) continue;
        holds = false;
        const words = `${path} was answered ${body} and is answered ${String(answer?.body)}`;
        tried.note(answer?.status === 200 ? 'silent' : 'told', words);
      }
    }
    holds = (await holdToActs(tried, folder, posted, `in turn ${turn} of two services`)) && holds;
    if (holds) tried.note('held');
  }
  for (const service of services) await service.stop();
  const { code, out, err } = await command(folder, 'verify');
  tried.note(code === 0 ? 'held' : 'silent', `verify after two services: ${out}${err}`);
  room.forget(folder);
}

/** Repeats acts without an acknowledgement until they have one. */
async function repeated(tried: Case, service: Served, acts: readonly Act[]): Promise<void> {
  const TRIES_MAX = 20;
  let refused = '';
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const rest = acts.filter(({ acknowledged }) => acknowledged === undefined);
    if (rest.length === 0) return;
    await postAll(tried, service, rest, ({ status, body, words }, act) => {
      if (status !== 201 && words === undefined) tried.note('wordless', `${act.key}: ${status} ${body}`);
      if (status !== 201) refused = body;
    });
    await wait(1);
  }
  tried.note('told', `it does not record: ${refused}`);
}

/** Asks while others post, and keeps the settled answers. */
async function askedAll(tried: Case, service: Served) {
  const found: { readonly path: string; readonly body: string }[] = [];
  for (let asked = 0; asked < 10; asked++) {
    const knownAt = new Date().toISOString();
    const of = asked % 2 === 0 ? 'gap' : `partners/${NORTH}/position`;
    const path = `/v1/funds/${FUND}/${of}?on=2017-03-31&known-at=${knownAt}`;
    const answer = await get(tried, service, path);
    if (answer?.status === 200 && answer.body.includes('"settled":true')) found.push({ path, body: answer.body });
  }
  return found;
}
