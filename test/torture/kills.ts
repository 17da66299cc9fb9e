import { attached, killAt, traced } from './calls.js';
import { actsOf, holdToActs, postAll, type Act } from './client.js';
import type { Case } from './room.js';
import { command, NotServed, serve, type Served } from './service.js';

/**
 * A service that posts is killed at one of its system calls: while it opens, between the writes of a commit, before and
 * after its sync, or before the answer. Then another service continues with the file. Acknowledged acts must be there
 * once. The others are repeated under the same key, and must then be there once. Without strace, the service is killed
 * at some moment while acts are under way.
 */

export const KILLS = 'kills';
const LIVES = 3;
const ACTS_A_LIFE = 24;

export async function kills(tried: Case): Promise<void> {
  const { room, random } = tried;
  const folder = room.copyOf(random.pick([room.atRest, room.logged]));
  const acts = actsOf(tried);
  const posted: Act[] = [];
  let service = await serve(folder);
  for (let life = 0; life < LIVES; life++) {
    const due = acts(ACTS_A_LIFE);
    posted.push(...due);
    const died = await posting(tried, service, due);
    const before = await opened(tried, folder);
    service = before.service;
    await after(tried, folder, service, posted, `after it was killed ${died}${before.died}`);
  }
  await service.stop();
  const { code, out, err } = await command(folder, 'verify');
  tried.note(code === 0 ? 'held' : 'silent', `verify after the last kill: ${out}${err}`);
  room.forget(folder);
}

/** Posts until the service is killed. Returns where that was. */
async function posting(tried: Case, service: Served, acts: readonly Act[]): Promise<string> {
  const { random, tools } = tried;
  if (!tools.strace) {
    tried.tally.remark(KILLS, 'at some moment: there is no strace');
    const last = random.below(acts.length);
    let answered = 0;
    await postAll(tried, service, acts, () => {
      if (answered++ === last) void service.kill();
    });
    await service.kill();
    return `after ${answered} answers`;
  }
  const { call, options } = killAt(random, acts.length);
  await attached(service.pid, options);
  await postAll(tried, service, acts);
  // If it did not reach that call, it may reach it while it stops.
  await (random.chance(0.5) ? service.stop() : service.kill());
  return `at its ${call}`;
}

/** Opens the ledger again. Some services are killed while they open it; then another does. */
async function opened({ random, tools }: Case, folder: string): Promise<{ service: Served; died: string }> {
  if (!tools.strace || random.chance(0.5)) return { service: await serve(folder), died: '' };
  const { call, options } = killAt(random, 1);
  try {
    const service = await serve(folder, { by: traced(...options) });
    await service.kill();
  } catch (error) {
    if (!(error instanceof NotServed && error.ended.signal === 'SIGKILL')) throw error;
  }
  return { service: await serve(folder), died: `, and at its ${call} while it was opened` };
}

/** Compares the next service with what was acknowledged, and repeats the other acts. */
async function after(tried: Case, folder: string, service: Served, acts: readonly Act[], when: string): Promise<void> {
  let holds = await holdToActs(tried, folder, acts, when);
  const rest = acts.filter(({ acknowledged }) => acknowledged === undefined);
  await postAll(tried, service, rest, ({ status, body, words }, act) => {
    if (status === 201) return;
    holds = false;
    tried.note(words === undefined ? 'wordless' : 'lost', `${act.key} was repeated ${when}: ${status} ${body}`);
  });
  holds &&= await holdToActs(tried, folder, acts, `${when}, once the rest was repeated`);
  if (holds) tried.note('held');
}
