import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createRandom, type Random } from '../../bench/random.js';
import { added, hexOf, rootOf, type Edge } from '../../evidence/tree.js';
import { leafOf } from '../../src/store/leaf.js';
import { traced } from './calls.js';
import { actsOf, eventsIn, postAll } from './client.js';
import { judgedAt, told, type Verdict } from './judging.js';
import { type Case } from './room.js';
import { command, serve } from './service.js';

/**
 * A power cut. The test records what a service writes to its folder and syncs, and what it answers. From the recording
 * it makes a disk as a power cut may leave it: everything that was synced, and of the rest any sectors, in any order,
 * torn. Every act whose answer was sent must be there, and nothing that was never recorded.
 */

export const POWER = 'power';
const ACTS = 60;
const STATES = 10;

/** What was done to the folder, or sent to a client, in order. */
type Step =
  | { readonly does: 'write'; readonly name: string; readonly at: number; readonly bytes: Buffer }
  | { readonly does: 'cut'; readonly name: string; readonly size: number }
  | { readonly does: 'sync'; readonly name: string }
  | { readonly does: 'sync folder' }
  | { readonly does: 'rename'; readonly name: string; readonly to: string }
  | { readonly does: 'remove'; readonly name: string }
  | { readonly does: 'answer'; readonly position: number };

const CALLED = 'pwrite64,write,writev,fsync,fdatasync,ftruncate,rename,unlink';

interface Recording {
  /** The content of the folder before. */
  readonly before: ReadonlyMap<string, Buffer>;
  readonly steps: readonly Step[];
  /** The root of the ledger at each size. */
  readonly roots: readonly string[];
}

/** Files of shared memory are worthless after a power cut. The next program that opens the ledger makes them again. */
const isKept = (name: string): boolean => name !== '' && !name.endsWith('-shm');

async function recording(tried: Case): Promise<Recording> {
  const { room, random } = tried;
  const folder = room.copyOf(random.pick([room.atRest, room.logged]));
  const before = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
  const trace = join(room.folder, `trace-${basename(folder)}`);
  const service = await serve(folder, {
    by: traced('-y', '-xx', '-s', '1000000', '-o', trace, '-e', `trace=${CALLED}`),
  });
  await postAll(tried, service, actsOf(tried)(ACTS));
  await service.stop();
  const steps = stepsOf(readFileSync(trace, 'latin1'), folder);
  const roots: string[] = [];
  let edge: Edge | undefined;
  for (const event of await eventsIn(folder)) {
    edge = added(edge, leafOf(event));
    roots[edge.size] = hexOf(rootOf(edge));
  }
  for (const each of [folder, trace]) room.forget(each);
  return { before, steps, roots };
}

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll('\\x', ''), 'hex');

/** Reads the output of strace: one call a line, every string in hexadecimal digits. */
function stepsOf(trace: string, folder: string): Step[] {
  const steps: Step[] = [];
  /** The present end of each file that is written piece by piece. */
  const ends = new Map<string, number>();
  const inFolder = (path: string): string => (path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : '');
  for (const line of trace.split('\n')) {
    const [, call, rest] = /^(\w+)\((.*)\) += (?!-1)/.exec(line) ?? [];
    if (call === undefined || rest === undefined) continue;
    const path = bytesOf(/^\d+<([^>]*)>/.exec(rest)?.[1] ?? '').toString();
    const name = inFolder(path);
    const strings = [...rest.matchAll(/"([^"]*)"/g)].map(([, hex]) => bytesOf(hex!));
    switch (call) {
      case 'rename': {
        const [from, to] = strings.map((each) => inFolder(join(folder, each.toString())) || inFolder(each.toString()));
        steps.push({ does: 'rename', name: from!, to: to! });
        ends.delete(from!);
        break;
      }
      case 'unlink': {
        const gone = strings[0]!.toString();
        const named = inFolder(gone) || inFolder(join(folder, gone));
        if (isKept(named)) steps.push({ does: 'remove', name: named });
        ends.delete(named);
        break;
      }
      case 'fsync':
      case 'fdatasync':
        if (path === folder) steps.push({ does: 'sync folder' });
        else if (isKept(name)) steps.push({ does: 'sync', name });
        break;
      case 'ftruncate':
        if (isKept(name)) steps.push({ does: 'cut', name, size: Number(/, (\d+)$/.exec(rest)![1]) });
        break;
      case 'pwrite64':
        if (isKept(name))
          steps.push({ does: 'write', name, at: Number(/, (\d+)$/.exec(rest)![1]), bytes: strings[0]! });
        break;
      default: {
        const bytes = Buffer.concat(strings);
        if (isKept(name)) {
          const at = ends.get(name) ?? 0;
          ends.set(name, at + bytes.length);
          steps.push({ does: 'write', name, at, bytes });
        } else if (bytes.subarray(0, 12).toString() === 'HTTP/1.1 201') {
          const [, position] = /"position":"(\d+)"/.exec(bytes.toString())!;
          steps.push({ does: 'answer', position: Number(position) });
        }
      }
    }
  }
  return steps;
}

/** The content of a folder: the bytes of each file, by name. */
type Disk = Map<string, Buffer>;

const SECTORS = [512, 4096];

function wrote(disk: Disk, name: string, at: number, bytes: Buffer, filling: Buffer | undefined): void {
  const is = disk.get(name) ?? Buffer.alloc(0);
  const grown = Buffer.alloc(Math.max(is.length, at + bytes.length));
  // Between the end of a file and what was written beyond it, the disk has zeros or its earlier content.
  if (filling) for (let from = is.length; from < grown.length; from++) grown[from] = filling[from % filling.length]!;
  is.copy(grown);
  bytes.copy(grown, at);
  disk.set(name, grown);
}

function cut(disk: Disk, name: string, size: number): void {
  const is = disk.get(name) ?? Buffer.alloc(0);
  disk.set(name, size <= is.length ? is.subarray(0, size) : Buffer.concat([is, Buffer.alloc(size - is.length)]));
}

/** The disk as a power cut after so many steps may leave it. A lying disk keeps nothing because of a sync. */
function afterCut({ before, steps }: Recording, until: number, random: Random, lies: boolean): Disk {
  const disk: Disk = new Map(before);
  const done = steps.slice(0, until);
  const sector = random.pick(SECTORS);
  const kept = random.pick([0, 0.1, 0.5, 0.9, 1]);
  const filling = random.chance(0.3) ? Buffer.from(random.hex(1024), 'hex') : undefined;
  // A journal of names is written in its order: the last ones may be missing, but none in between.
  const lastFolderSync = done.findLastIndex(({ does }) => does === 'sync folder');
  const namesUntil = lastFolderSync + 1 + random.below(until - lastFolderSync);
  // Many file systems keep the name of a new file once the file is synced, but none has to.
  const namesWithContent = random.chance(0.5);
  const safe = new Map<string, number>();
  for (const [index, step] of done.entries()) if (step.does === 'sync' && !lies) safe.set(step.name, index);
  const made = new Map<string, number>();
  for (const [index, step] of done.entries()) {
    switch (step.does) {
      case 'write': {
        if (!disk.has(step.name)) made.set(step.name, index);
        if (index < (safe.get(step.name) ?? -1)) {
          wrote(disk, step.name, step.at, step.bytes, undefined);
          break;
        }
        if (!disk.has(step.name)) disk.set(step.name, Buffer.alloc(0));
        let at = step.at;
        const end = step.at + step.bytes.length;
        while (at < end) {
          const next = Math.min(end, (Math.floor(at / sector) + 1) * sector);
          if (random.chance(kept))
            wrote(disk, step.name, at, step.bytes.subarray(at - step.at, next - step.at), filling);
          at = next;
        }
        break;
      }
      case 'cut':
        if (index < (safe.get(step.name) ?? -1) || random.chance(0.5)) cut(disk, step.name, step.size);
        break;
      case 'rename':
        if (index < namesUntil) {
          const is = disk.get(step.name);
          if (is) disk.set(step.to, is);
          disk.delete(step.name);
          made.delete(step.name);
        }
        break;
      case 'remove':
        if (index < namesUntil) {
          disk.delete(step.name);
          made.delete(step.name);
        }
        break;
      default:
    }
  }
  for (const [name, index] of made) {
    const synced = namesWithContent && safe.has(name);
    if (index >= namesUntil && !synced) disk.delete(name);
  }
  return disk;
}

/** The last recording, and how often it was used. */
let recorded: { readonly of: Recording; states: number } | undefined;
/** A recording is used for so many cases, because making one takes longer than making and judging many states. */
const CASES_OF_A_RECORDING = 4;

export async function power(tried: Case): Promise<void> {
  if (!tried.tools.strace) {
    tried.tally.remark(POWER, 'left out: there is no strace');
    return;
  }
  if (!recorded || recorded.states++ >= CASES_OF_A_RECORDING) recorded = { of: await recording(tried), states: 0 };
  await cutsOf(tried, recorded.of);
}

/** A disk that says it has synced and has not. No program can keep an act on it; this campaign must notice the loss. */
export async function powerOnLyingDisk(tried: Case): Promise<void> {
  await cutsOf(tried, await recording(tried), true);
}

async function cutsOf(tried: Case, of: Recording, lies = false): Promise<void> {
  const { room } = tried;
  // The states follow from the seed, even if the recording was made for an earlier case.
  const random = createRandom(tried.seed);
  for (let state = 0; state < STATES; state++) {
    const until = random.below(of.steps.length + 1);
    const answers = of.steps.slice(0, until).flatMap((step) => (step.does === 'answer' ? [step.position] : []));
    const acknowledged = Math.max(0, ...answers);
    const folder = join(room.folder, `state-${tried.seed}-${state}`);
    mkdirSync(folder);
    for (const [name, bytes] of afterCut(of, until, random, lies))
      writeFileSync(join(folder, name), bytes, { mode: 0o600 });
    const name = `state ${state}`;
    await judgeState(tried, folder, acknowledged, of, `${name}, after step ${until} of ${of.steps.length}`);
    // The real program opens it to write, like a service that starts again after the cut.
    if (state === 0 && !lies) {
      const { code, out, err } = await command(folder, 'doctor');
      if (code !== 0) tried.note(told(`${out}${err}`).outcome, `doctor on ${name}: ${out}${err}`);
      await judgeState(tried, folder, acknowledged, of, `${name}, once it was opened to write`);
    }
    room.forget(folder);
  }
}

/** Compares a state with what was acknowledged, and with what was recorded. */
async function judgeState(
  tried: Case,
  folder: string,
  acknowledged: number,
  of: Recording,
  when: string,
): Promise<void> {
  const { outcome, words } = await verdictOnState(folder, acknowledged, of);
  tried.note(outcome, `${when}: ${words}`);
}

async function verdictOnState(folder: string, acknowledged: number, { roots }: Recording): Promise<Verdict> {
  const found = await judgedAt(folder);
  if (!found) return { outcome: 'wordless', words: 'the process that read it was ended by it' };
  const { verify, fault } = found;
  if (fault !== undefined || verify.code !== 0) return told(fault ?? verify.words);
  const [, size = '0', root] = /Size (\d+), root (\w+)\./.exec(verify.words) ?? [];
  if (Number(size) < acknowledged)
    return { outcome: 'lost', words: `${acknowledged} was acknowledged, and the ledger has ${size} events` };
  return roots[Number(size)] === root
    ? { outcome: 'held', words: '' }
    : { outcome: 'silent', words: `of size ${size} the root is ${String(root)}, and was another` };
}
