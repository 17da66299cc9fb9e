import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { actsOf, eventsIn, get, holdToActs, postAll, type Act } from './client.js';
import type { Case } from './room.js';
import { command, serve, type Served } from './service.js';
import { FUND, NORTH } from '../support/ledger.js';

/**
 * The machine's clock is set forwards and back while the service posts and answers. A settled answer must stay the same
 * for ever, byte for byte, also after a restart. Recorded instants must never go back. While the clock cannot be
 * trusted, posting must be refused in words.
 */

export const CLOCKS = 'clocks';
const STEPS = 6;
const ACTS_A_STEP = 5;

/** Loaded before the program. It shifts the program’s clock by the milliseconds in a file. */
const shiftedBy = (file: string): string =>
  `import { readFileSync } from 'node:fs';
   const now = Date.now;
   Date.now = () => now() + Number(readFileSync(${JSON.stringify(file)}, 'utf8') || 0);`;

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

interface Settled {
  readonly path: string;
  readonly body: string;
}

export async function clocks(tried: Case): Promise<void> {
  const { room, random } = tried;
  const folder = room.copyOf(room.atRest);
  const shift = join(folder, 'shift');
  let by = 0;
  const set = (to: number): void => writeFileSync(shift, String((by = Math.round(to))));
  set(0);
  const node = ['--import', `data:text/javascript,${encodeURIComponent(shiftedBy(shift))}`];
  let service = await serve(folder, { node });
  const acts = actsOf(tried);
  const posted: Act[] = [];
  const settled: Settled[] = [];
  for (let step = 0; step < STEPS; step++) {
    // By less than the allowed difference, or by so much that it is reported; and back again.
    set(random.chance(0.75) ? (random.below(19) - 9) * SECOND : (random.chance(0.5) ? 1 : -1) * HOUR);
    const when = `with the clock ${by / SECOND} s off`;
    const due = acts(ACTS_A_STEP);
    posted.push(...due);
    let refused = 0;
    let wordless = 0;
    await postAll(tried, service, due, ({ status, body, words }, act) => {
      if (status === 201) return;
      refused++;
      if (words !== undefined) return;
      wordless++;
      tried.note('wordless', `${act.key} ${when}: ${status} ${body}`);
    });
    // For an instant that a correct clock has not reached, nothing has been recorded yet. The answer may change until
    // then.
    if (by < HOUR || random.chance(0.3))
      settled.push(...(await askedNow(tried, service, Date.parse(new Date().toISOString()) + by)));
    if (random.chance(0.25)) {
      await (random.chance(0.5) ? service.stop() : service.kill());
      service = await serve(folder, { node });
    }
    const same = await sameAsBefore(tried, service, settled, when);
    if (same && wordless === 0) tried.note(refused > 0 ? 'told' : 'held');
  }
  const holds = await holdToActs(tried, folder, posted, 'after the clock was set');
  const instants = (await eventsIn(folder)).map(
    ({ metadata }) => (JSON.parse(metadata) as { readonly recordedAt: string }).recordedAt,
  );
  const back = instants.findIndex((instant, index) => instant < (instants[index - 1] ?? ''));
  if (back >= 0) tried.note('silent', `${instants[back]!} is recorded after ${instants[back - 1]!}`);
  else if (holds) tried.note('held');
  await service.stop();
  const { code, out, err } = await command(folder, 'verify');
  tried.note(code === 0 ? 'held' : 'silent', `verify after the clock was set: ${out}${err}`);
  room.forget(folder);
}

/** Asks for figures as known at instants around now, by the service's clock, and keeps the settled answers. */
async function askedNow({ room, random }: Case, service: Served, now: number): Promise<Settled[]> {
  const found: Settled[] = [];
  for (const ago of [0, random.below(3), random.below(20) * SECOND, -random.below(3)]) {
    const knownAt = new Date(now - ago).toISOString();
    for (const of of ['gap', `partners/${NORTH}/position`]) {
      const path = `/v1/funds/${FUND}/${of}?on=2017-03-31&known-at=${knownAt}`;
      const answer = await get({ room }, service, path);
      if (answer?.status === 200 && answer.body.includes('"settled":true')) found.push({ path, body: answer.body });
    }
  }
  return found;
}

async function sameAsBefore(tried: Case, service: Served, settled: readonly Settled[], when: string): Promise<boolean> {
  let same = true;
  for (const { path, body } of settled) {
    const answer = await get(tried, service, path);
    if (answer?.body === body) continue;
    same = false;
    const words = `${path} was answered ${body} and is answered ${String(answer?.body)} ${when}`;
    tried.note(answer?.status === 200 ? 'silent' : answer?.words === undefined ? 'wordless' : 'told', words);
  }
  return same;
}
