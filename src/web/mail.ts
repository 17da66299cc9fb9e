import { createHash } from 'node:crypto';
import { londonDay } from '../domain/calendar.js';
import { Refusal } from '../domain/rules.js';
import { sightOf } from '../ledger/access.js';
import type { Ledger } from '../ledger/ledger.js';
import type { OnceStore } from '../store/once-store.js';
import { askedOf } from './asking.js';
import { areaName, day, fundName } from './format.js';
import type { People } from './people.js';
import type { Letter, Postman } from './smtp.js';

/**
 * Letters to officers for whom something waits. Nothing is queued: what waits follows from the ledger each time, so a
 * restart loses no letter. That one was sent is noted with what must happen once, which all services on a ledger share:
 * whichever of them notes an officer’s day first sends that day’s letter, and no other does.
 *
 * An officer gets one letter a day at the most, and only where something waits of which no letter has told in the last 30
 * days, or whose last day is near. A letter says how much waits and where, with a link; it holds no figure and no name of
 * a case. A letter that the server may have taken is not sent again.
 */
export interface Mail {
  /** Sends what is due. Resolves to how many letters were sent. */
  sendDue(): Promise<number>;
}

interface MailParts {
  readonly ledger: Ledger;
  readonly people: People;
  readonly once: OnceStore;
  readonly publicUrl: string;
  readonly postman: Postman;
  readonly log: { warn(what: object, words: string): void };
}

interface Waiting {
  readonly proposal: string;
  readonly kind: 'register' | 'fund' | 'dispute';
  readonly in: string;
  readonly sentence: string;
  readonly expires: string | null;
  readonly daysLeft: number | null;
}

const DAY_MS = 86_400_000;
/** After so long a letter tells of the same thing again. */
const TOLD_MS = 30 * DAY_MS;
/** A letter tells once more of what can be signed for so many days yet, today among them. */
const DAYS_NEAR = 3;
/** How often a day a letter is tried that the server has surely not taken. */
const TRIES_A_DAY = 5;

const digest = (...said: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(said)).digest('base64url');

/** What a letter tells of something that waits: that it does, in these words, and later that its last day is near. */
const toldOf = (officer: string, { proposal, sentence, expires, daysLeft }: Waiting): string[] => [
  `mail ${digest(officer, proposal, sentence)}`,
  ...(daysLeft !== null && daysLeft <= DAYS_NEAR ? [`mail near ${digest(officer, proposal, expires!)}`] : []),
];

const placeOf = ({ kind, in: name }: Waiting): string =>
  kind === 'fund'
    ? `in the fund of ${fundName(name)}`
    : kind === 'dispute'
      ? `in the disputes of ${areaName(name)}`
      : 'in the register';

const many = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** The words of a letter. */
function letterText(name: string, waiting: readonly Waiting[], publicUrl: string): Pick<Letter, 'subject' | 'text'> {
  const places = [...new Set(waiting.map(placeOf))].map(
    (place) => `- ${place}: ${waiting.filter((each) => placeOf(each) === place).length}`,
  );
  const [first] = waiting.flatMap(({ expires }) => expires ?? []).sort();
  const waits = `${many(waiting.length, 'proposal')} ${waiting.length === 1 ? 'waits' : 'wait'} for your signature`;
  return {
    subject: `BCF ledger: ${waits}`,
    text: [
      `${name},`,
      `${waits} in the BCF ledger:`,
      places.join('\n'),
      ...(first === undefined ? [] : [`The first of them can be signed until ${day(first)}, that day included.`]),
      `Read them and answer them here: ${new URL('/', publicUrl).href}`,
      'You get one letter a day at the most. Answers to this address are not read. Whoever runs the ledger takes your address out where you want no letters.',
    ].join('\n\n'),
  };
}

export function createMail({ ledger, people, once, publicUrl, postman, log }: MailParts): Mail {
  const now = (): number => ledger.model.now(ledger.clock);

  async function waitingFor(officer: string): Promise<readonly Waiting[]> {
    const sight = sightOf(ledger, officer);
    if (sight instanceof Refusal) return [];
    return (await askedOf<{ toSign: readonly Waiting[] }>(ledger, sight, 'tasks', { officer })).toSign;
  }

  async function isNews(marks: readonly string[]): Promise<boolean> {
    for (const mark of marks) if (!(await once.has(mark))) return true;
    return false;
  }

  /** Takes the officer’s letter of the day upon this service; undefined where it is sent, or somebody else’s to send. */
  async function taken(officer: string): Promise<string | undefined> {
    const today = londonDay(ledger.model.now(ledger.clock));
    for (let attempt = 1; attempt <= TRIES_A_DAY; attempt++) {
      const mark = `mail ${officer} ${today} ${attempt}`;
      if (await once.has(`${mark} failed`)) continue;
      return (await once.note(mark, now() + 2 * DAY_MS, now())) ? mark : undefined;
    }
    return undefined;
  }

  async function sendTo({ officer, name, email }: ReturnType<People['letters']>[number]): Promise<boolean> {
    const waiting = await waitingFor(officer);
    const marks = waiting.flatMap((each) => toldOf(officer, each));
    if (!(await isNews(marks))) return false;
    const mark = await taken(officer);
    if (mark === undefined) return false;
    const id = `<${digest(mark)}@${new URL(publicUrl).hostname}>`;
    const to = { name, address: email };
    const { became, why } = await postman.send({ to, id, ...letterText(name, waiting, publicUrl) });
    if (became === 'not-sent') await once.note(`${mark} failed`, now() + 2 * DAY_MS, now());
    else for (const each of marks) await once.note(each, now() + TOLD_MS, now());
    if (became !== 'sent') log.warn({ officer, why }, LETTER[became]);
    return became === 'sent';
  }

  return {
    async sendDue() {
      let sent = 0;
      for (const each of people.letters()) if (await sendTo(each)) sent++;
      return sent;
    },
  };
}

const LETTER = {
  'not-sent': 'a letter to an officer was not taken by the mail server; it is tried again',
  'in-doubt': 'the mail server did not say whether it took a letter to an officer; it is not sent again',
} as const;

/** Sends letters at intervals, for as long as the service runs. A fault is logged, and the next round tries again. */
export function startMail(
  mail: Mail,
  everyMs: number,
  log: { error(fault: object, words: string): void },
): { stop(): Promise<void> } {
  let round: Promise<unknown> = Promise.resolve();
  let isSending = false;
  const send = (): void => {
    // A round that takes long is not overtaken by the next.
    if (isSending) return;
    isSending = true;
    round = mail
      .sendDue()
      .catch((err: unknown) => log.error({ err }, 'letters could not be sent'))
      .finally(() => (isSending = false));
  };
  const timer = setInterval(send, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}
