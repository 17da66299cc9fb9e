import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { get } from './client.js';
import type { Judged } from './judge.js';
import { QUESTIONS, type Case } from './room.js';
import { ALONE, command, DEADLINE_MS, Hung, NotServed, serve, within, type Served } from './service.js';
import type { Outcome } from './tally.js';

/** Whether a ledger answers as it did, or says what is wrong with it. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly words: string;
}

/** Messages about a fault of the program itself, which an operator cannot use. */
const RAW =
  /Cannot (read|convert|set|mix|destructure) |is not a function|is not iterable|is not defined|Unexpected (token|end)|Assertion|Maximum call stack|Invalid (array|typed array|string) length|^\s+at .*:\d+:\d+/m;

/** Turns a message into a verdict: `told` if it is a sentence for people. */
export const told = (words: string): Verdict =>
  words.trim() === '' || RAW.test(words) ? { outcome: 'wordless', words } : { outcome: 'told', words };

const JUDGE_PROGRAM = fileURLToPath(new URL('judge.js', import.meta.url));

let judge: ChildProcess | undefined;

/** Asks the judging process about a folder; undefined if the ledger ended that process. */
export async function judgedAt(folder: string): Promise<Judged | undefined> {
  judge ??= spawn(ALONE[0]!, [...ALONE.slice(1), process.execPath, JUDGE_PROGRAM], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const current = judge;
  const over = new AbortController();
  const found = once(current, 'message', over).then(([message]) => message as Judged);
  const ended = once(current, 'exit', over).then(() => undefined);
  current.send(folder);
  try {
    const first = await within('verify and questions', Promise.race([found, ended]));
    if (first === undefined) judge = undefined;
    return first;
  } catch (error) {
    current.kill('SIGKILL');
    judge = undefined;
    throw error;
  } finally {
    over.abort();
    found.catch(() => undefined);
    ended.catch(() => undefined);
  }
}

export function dismissJudge(): void {
  judge?.kill('SIGKILL');
  judge = undefined;
}

const rightAnswers = new Map<string, Judged>();

/** The answers of an undamaged ledger. */
async function right(base: string): Promise<Judged> {
  const known = rightAnswers.get(base) ?? (await judgedAt(base));
  const answered = known?.answers.filter((answer) => typeof answer === 'string').length;
  if (known?.verify.code !== 0 || known.fault !== undefined || answered !== QUESTIONS.length)
    throw new Error(`The ledger at ${base} is not right to begin with: ${JSON.stringify(known).slice(0, 1_000)}`);
  rightAnswers.set(base, known);
  return known;
}

/** Compares what verify, opening and questions say about a damaged copy with the answers of the original. */
export async function verdictOn(folder: string, base: string): Promise<Verdict> {
  const wanted = await right(base);
  const found = await judgedAt(folder);
  if (!found) return { outcome: 'wordless', words: 'the process that read it was ended by it' };
  const { verify, fault, answers } = found;
  const refused = answers.find((answer) => typeof answer !== 'string');
  const said = fault ?? refused?.refused;
  const wrong = answers.findIndex((answer, index) => typeof answer === 'string' && answer !== wanted.answers[index]);
  if (wrong >= 0 && said === undefined) {
    const { name, asked } = QUESTIONS[wrong]!;
    const words = `${name} ${JSON.stringify(asked)} is answered ${JSON.stringify(answers[wrong])} where ${JSON.stringify(wanted.answers[wrong])} is right; verify: ${verify.words}`;
    return { outcome: 'silent', words };
  }
  if (said !== undefined) return told(said);
  if (verify.code !== 0) return told(verify.words);
  if (verify.words !== wanted.verify.words)
    return { outcome: 'silent', words: `verify says ${verify.words} where ${wanted.verify.words} is right` };
  return { outcome: 'held', words: '' };
}

/** The answers of a service as they were sent, once it has proven the events that a snapshot let it skip. */
export async function answersOf(tried: Pick<Case, 'room'>, service: Served): Promise<readonly Verdict[]> {
  await proven(tried, service);
  const answers: Verdict[] = [];
  for (const { path } of QUESTIONS) {
    const answer = await get(tried, service, path);
    if (answer?.status === 200) answers.push({ outcome: 'held', words: answer.body });
    else answers.push(told(answer?.words ?? ''));
  }
  return answers;
}

async function proven(tried: Pick<Case, 'room'>, service: Served): Promise<void> {
  const until = performance.now() + DEADLINE_MS;
  while (performance.now() < until) {
    const answer = await get(tried, service, '/ready');
    const { proven: of, fault } = JSON.parse(answer?.body ?? '{"fault":{}}') as {
      readonly proven?: { readonly size: number; readonly of: number };
      readonly fault?: unknown;
    };
    if (fault !== undefined || of === undefined || of.size === of.of) return;
  }
  throw new Hung('the proof of what a snapshot spared a start');
}

const rightlyServed = new Map<string, readonly string[]>();

/** The answers of a service on an undamaged copy of a ledger. */
export async function rightOfService(tried: Pick<Case, 'room'>, base: string): Promise<readonly string[]> {
  const known = rightlyServed.get(base);
  if (known) return known;
  const folder = tried.room.copyOf(base);
  const service = await serve(folder);
  const found = await answersOf(tried, service);
  await service.stop();
  const refused = found.find(({ outcome }) => outcome !== 'held');
  if (refused) throw new Error(`A service on ${base} does not answer to begin with: ${refused.words}`);
  const answers = found.map(({ words }) => words);
  tried.room.forget(folder);
  rightlyServed.set(base, answers);
  return answers;
}

/** The same for the real service, which opens the file to write, and for verify on the file afterwards. */
export async function verdictOnServed(tried: Pick<Case, 'room'>, folder: string, base: string): Promise<Verdict> {
  const wanted = await rightOfService(tried, base);
  let service: Served;
  try {
    service = await serve(folder);
  } catch (error) {
    if (error instanceof NotServed) return told(error.message);
    throw error;
  }
  const answers = await answersOf(tried, service);
  const ended = await service.stop();
  const other = answers.find(({ outcome }) => outcome !== 'held');
  if (other) return other;
  const wrong = answers.findIndex(({ words }, index) => words !== wanted[index]);
  if (wrong >= 0) {
    const words = `${QUESTIONS[wrong]!.path} is answered ${answers[wrong]!.words} where ${wanted[wrong]!} is right`;
    return { outcome: 'silent', words };
  }
  if (ended.code !== 0) return told(ended.err);
  const { code, out, err } = await command(folder, 'verify');
  if (code !== 0) return told(`${out}${err}`);
  const is = await right(base);
  return err.trim() === is.verify.words
    ? { outcome: 'held', words: '' }
    : { outcome: 'silent', words: `verify says ${err} where ${is.verify.words} is right` };
}
