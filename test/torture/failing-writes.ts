import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { attached } from './calls.js';
import { actsOf, get, holdToActs, postAll, type Act } from './client.js';
import { FILE, QUESTIONS, type Case } from './room.js';
import { command, serve, type Served } from './service.js';

/**
 * The disk is full, or fails. For a while the service's files may not grow, or its writes and syncs return an error. No
 * acknowledged act may be lost, refusals must be in words (told), questions must be answered all the time, and posting
 * must resume once the disk works again.
 */

export const FAILING = 'failing writes';
const SPELLS = 3;
const ACTS_A_SPELL = 10;
/** How often a refused act is tried again. The service says when to try. */
const TRIES_MAX = 30;

export async function failingWrites(tried: Case): Promise<void> {
  const { room, random, tools } = tried;
  if (!tools.strace && !tools.prlimit) {
    tried.tally.remark(FAILING, 'left out: there is neither strace nor prlimit');
    return;
  }
  const folder = room.copyOf(random.pick([room.atRest, room.logged]));
  const acts = actsOf(tried);
  let service = await serve(folder);
  const posted: Act[] = [];
  for (let spell = 0; spell < SPELLS; spell++) {
    posted.push(...acts(ACTS_A_SPELL), ...acts(ACTS_A_SPELL), ...acts(ACTS_A_SPELL));
    const [before, during, after] = [3, 2, 1].map((from) =>
      posted.slice(posted.length - from * ACTS_A_SPELL, posted.length - (from - 1) * ACTS_A_SPELL),
    ) as [Act[], Act[], Act[]];
    await postAll(tried, service, before);
    const { name, end } = await (tools.strace && (!tools.prlimit || random.chance(0.6))
      ? failing(tried, service)
      : full(tried, folder, service));
    const when = `while ${name}`;
    let wordless = 0;
    let refused = 0;
    await postAll(tried, service, during, ({ status, body, words }, act) => {
      if (status === 201) return;
      refused++;
      if (words !== undefined) return;
      wordless++;
      tried.note('wordless', `${act.key} ${when}: ${status} ${body}`);
    });
    const died = service.hasEnded();
    if (died) {
      tried.note('wordless', `the service ended ${when}: ${String(died.signal ?? died.code)} ${died.out}${died.err}`);
      break;
    }
    const asked = await get(tried, service, QUESTIONS[0]!.path);
    if (asked?.status !== 200) {
      wordless++;
      tried.note(asked?.words === undefined ? 'wordless' : 'told', `a question ${when}: ${asked?.body ?? 'no answer'}`);
    }
    if (random.chance(0.3)) {
      // Killed before the disk works again: the next service has only what is in the log by then.
      await service.kill();
      service = await serve(folder);
      await holdToActs(tried, folder, posted, `after it was killed ${when}`);
    } else await end();
    const goesOn = await recovers(tried, service, [...during, ...after], `after ${name}`);
    if ((await holdToActs(tried, folder, posted, `after ${name}`)) && wordless === 0 && goesOn)
      tried.note(refused > 0 ? 'told' : 'held');
  }
  if (!service.hasEnded()) await service.stop();
  const { code, out, err } = await command(folder, 'verify');
  tried.note(code === 0 ? 'held' : 'silent', `verify after writes that failed: ${out}${err}`);
  room.forget(folder);
}

interface Spell {
  readonly name: string;
  end(): Promise<void>;
}

/** The service’s files may not grow beyond a place shortly after the end of its log, as on a full disk. */
async function full({ random }: Case, folder: string, { pid }: Served): Promise<Spell> {
  const most = statSync(join(folder, `${FILE}-wal`)).size + random.below(40_000);
  limit(pid, `--fsize=${most}:`);
  return { name: `no file may grow beyond ${most} bytes`, end: async () => limit(pid, '--fsize=unlimited:') };
}

function limit(pid: number, what: string): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), what], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}

/** Some of its writes, or its syncs, return an error. */
async function failing({ random }: Case, { pid }: Served): Promise<Spell> {
  const call = random.pick(['pwrite64', 'fsync', 'pwrite64,fsync', 'ftruncate,fsync']);
  const error = random.pick(['EIO', 'ENOSPC', 'EDQUOT']);
  const from = 1 + random.below(12);
  // From one call on: all of them, every second one, or only that one.
  const when = `${from}${random.pick(['+', '+2', ''])}`;
  const options = ['-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:error=${error}:when=${when}`];
  const { detach } = await attached(pid, options);
  return { name: `${call} is answered ${error} (when=${when})`, end: detach };
}

/** Posts the rest until everything is recorded. Nobody restarts the service. */
async function recovers(tried: Case, service: Served, acts: readonly Act[], when: string): Promise<boolean> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const rest = acts.filter(({ acknowledged }) => acknowledged === undefined);
    if (rest.length === 0) return true;
    await postAll(tried, service, rest);
    // Asks whether it is ready, as a load balancer does. This makes the service try its file again.
    await get(tried, service, '/ready');
  }
  const ready = await get(tried, service, '/ready');
  const why = ready?.words ?? ready?.body;
  tried.note(why === undefined ? 'wordless' : 'told', `it does not record again ${when}: ${String(why)}`);
  return false;
}
