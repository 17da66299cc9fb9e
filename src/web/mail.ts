import { createHash } from 'node:crypto';
import { londonDay, type Instant } from '../domain/calendar.js';
import { Refusal } from '../domain/rules.js';
import { sightOf } from '../ledger/access.js';
import type { Ledger } from '../ledger/ledger.js';
import type { OnceStore } from '../store/once-store.js';
import { askedOf } from './asking.js';
import { areaName, counted, day, fundName } from './format.js';
import type { People } from './people.js';
import type { Became, Letter, Postman, Visit } from './smtp.js';

/**
 * Letters to officers for whom something waits. There is no queue: what waits is worked out from the ledger each time,
 * so a restart loses no letter. All services on a ledger share the notes of which letters were sent. The service that
 * first notes an officer’s letter of the day sends it.
 *
 * An officer gets at most one letter a day, between seven in the morning and eight in the evening. It is sent only if
 * something waits that no letter of the last 30 days has mentioned, or whose last day is near. A letter says how much
 * waits and where, with a link. It holds no figure and no name of a case. If the mail server may already have taken a
 * letter, the letter is not sent again.
 */
export interface Mail {
  /** Sends the letters that are due. Resolves to the number of letters sent. */
  sendDue(): Promise<number>;
  /** Stops sending, and breaks off the connection in use. */
  stop(): void;
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
/** After this time a letter mentions the same thing again. */
const TOLD_MS = 30 * DAY_MS;
/** A letter reminds the officer when so many days to sign are left, today included. */
const DAYS_NEAR = 3;
/** The hours in London from which a letter is tried for the first time, and again if the server refused it. */
const HOURS = [7, 9, 11, 13, 16] as const;
/** The hour in London from which no letter is sent. */
const EVENING = 20;

const digest = (...said: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(said)).digest('base64url');

/**
 * The marks of what a letter says about a proposal: that it waits, with this sentence, and later that its last day is
 * near.
 */
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

/** The subject and the text of a letter. */
function letterText(name: string, waiting: readonly Waiting[], publicUrl: string): Pick<Letter, 'subject' | 'text'> {
  const places = [...new Set(waiting.map(placeOf))].map(
    (place) => `- ${place}: ${waiting.filter((each) => placeOf(each) === place).length}`,
  );
  const [first] = waiting.flatMap(({ expires }) => expires ?? []).sort();
  const waits = `${counted(waiting.length, 'proposal')} ${waiting.length === 1 ? 'waits' : 'wait'} for your signature`;
  return {
    subject: `BCF ledger: ${waits}`,
    text: [
      `${name},`,
      `${waits} in the BCF ledger:`,
      places.join('\n'),
      ...(first === undefined
        ? []
        : [`The earliest last day to sign is ${day(first)}. You can still sign on that day.`]),
      `Read them and answer them here: ${new URL('/', publicUrl).href}`,
      'You get one letter a day at the most. Nobody reads answers to this address. If you want no letters, ask whoever runs the ledger to remove your address.',
    ].join('\n\n'),
  };
}

export function createMail({ ledger, people, once, publicUrl, postman, log }: MailParts): Mail {
  const now = (): Instant => ledger.model.now(ledger.clock);

  async function waitingFor(officer: string): Promise<readonly Waiting[]> {
    const sight = sightOf(ledger, officer);
    if (sight instanceof Refusal) return [];
    return (await askedOf<{ toSign: readonly Waiting[] }>(ledger, sight, 'tasks', { officer })).toSign;
  }

  async function isNews(marks: readonly string[]): Promise<boolean> {
    for (const mark of marks) if (!(await once.has(mark))) return true;
    return false;
  }

  /**
   * Reserves the officer’s letter of the day for this service; undefined if it has been sent, or another service sends
   * it.
   */
  async function taken(officer: string): Promise<string | undefined> {
    const at = now();
    const [today, hour] = [londonDay(at), londonHour(at)];
    for (const [attempt, from] of HOURS.entries()) {
      if (hour < from) return undefined;
      const mark = `mail ${officer} ${today} ${attempt + 1}`;
      if (await once.has(`${mark} refused`)) continue;
      return (await once.note(mark, at + 2 * DAY_MS, at)) ? mark : undefined;
    }
    return undefined;
  }

  /** Sends one officer’s letter of the day. Resolves to what became of it; undefined if there is none to send. */
  async function sendTo(
    { officer, name, email }: Addressed,
    { waiting, marks }: News,
    visit: Visit,
  ): Promise<Became | undefined> {
    const mark = await taken(officer);
    if (mark === undefined) return undefined;
    const id = `<${digest(mark)}@${new URL(publicUrl).hostname}>`;
    const to = { name, address: email };
    const { became, trouble } = await visit.send({ to, id, ...letterText(name, waiting, publicUrl) });
    if (became === 'refused') await once.note(`${mark} refused`, now() + 2 * DAY_MS, now());
    // If the letter may not have arrived, the letter of the next day mentions the same things.
    if (became === 'sent') for (const each of marks) await once.note(each, now() + TOLD_MS, now());
    if (became !== 'sent') log.warn({ officer, ...trouble }, LETTER[became]);
    return became;
  }

  /** What waits for an officer, if no letter has mentioned some of it. */
  async function newsFor({ officer }: Addressed): Promise<News | undefined> {
    const waiting = await waitingFor(officer);
    const marks = waiting.flatMap((each) => toldOf(officer, each));
    return (await isNews(marks)) ? { waiting, marks } : undefined;
  }

  let isStopped = false;

  return {
    async sendDue() {
      const hour = londonHour(now());
      if (hour < HOURS[0] || hour >= EVENING) return 0;
      let visit: Visit | undefined;
      let sent = 0;
      for (const each of people.letters()) {
        const news = isStopped ? undefined : await newsFor(each);
        if (!news) continue;
        // The service connects to the mail server only if there is a letter to send. If the server cannot be reached,
        // the next round tries again.
        if (!visit) {
          const found = await postman.visit();
          if (!('send' in found)) {
            log.warn(found, 'the mail server cannot be reached, or refuses the sign-in; the service tries again');
            return sent;
          }
          visit = found;
        }
        const became = await sendTo(each, news, visit);
        if (became === 'sent') sent++;
        if (became === 'in-doubt') return sent;
      }
      visit?.leave();
      return sent;
    },
    stop() {
      isStopped = true;
      postman.close();
    },
  };
}

type Addressed = ReturnType<People['letters']>[number];

interface News {
  readonly waiting: readonly Waiting[];
  readonly marks: readonly string[];
}

const HOUR = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', hour: '2-digit', hourCycle: 'h23' });
const londonHour = (at: number): number => Number(HOUR.format(at));

const LETTER = {
  refused: 'the mail server refused a letter to an officer; it is tried again later in the day',
  'in-doubt': 'the mail server did not say whether it took a letter to an officer; it is not sent again',
} as const;

/** Sends letters at intervals while the service runs. A fault is logged, and the next round tries again. */
export function startMail(
  mail: Mail,
  everyMs: number,
  log: { error(fault: object, words: string): void },
): { stop(): Promise<void> } {
  let round: Promise<unknown> = Promise.resolve();
  let isSending = false;
  const send = (): void => {
    // A new round waits until the round under way has ended.
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
      mail.stop();
      await round;
    },
  };
}
