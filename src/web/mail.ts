import { createHash } from 'node:crypto';
import { londonDay, type Instant } from '../domain/calendar.js';
import { Refusal } from '../domain/rules.js';
import { sightOf } from '../ledger/access.js';
import type { Ledger } from '../ledger/ledger.js';
import type { OnceStore } from '../store/once-store.js';
import { askedOf } from './asking.js';
import { areaName, day, fundName } from './format.js';
import type { People } from './people.js';
import type { Became, Letter, Postman, Visit } from './smtp.js';

/**
 * Letters to officers for whom something waits. Nothing is queued: what waits follows from the ledger each time, so a
 * restart loses no letter. That one was sent is noted with what must happen once, which all services on a ledger share:
 * whichever of them notes an officer’s day first sends that day’s letter, and no other does.
 *
 * An officer gets one letter a day at the most, between seven in the morning and eight in the evening, and only where
 * something waits of which no letter has told in the last 30 days, or whose last day is near. A letter says how much waits and
 * where, with a link; it holds no figure and no name of a case. A letter that the server may have taken is not sent again.
 */
export interface Mail {
  /** Sends what is due. Resolves to how many letters were sent. */
  sendDue(): Promise<number>;
  /** Sends no more, and breaks off what is under way. */
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
/** After so long a letter tells of the same thing again. */
const TOLD_MS = 30 * DAY_MS;
/** A letter tells once more of what can be signed for so many days yet, today among them. */
const DAYS_NEAR = 3;
/** The hours of the day, in London, from which on a letter is tried for the first time, and again where the server refused it. */
const HOURS = [7, 9, 11, 13, 16] as const;
/** The hour from which on no letter goes out. */
const EVENING = 20;

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

  /** Takes the officer’s letter of the day upon this service; undefined where it is sent, or somebody else’s to send. */
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

  /** Sends one officer’s letter of the day. Resolves to what became of it; to nothing where there is none to send. */
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
    // What may not have been told is told in the letter of the next day.
    if (became === 'sent') for (const each of marks) await once.note(each, now() + TOLD_MS, now());
    if (became !== 'sent') log.warn({ officer, ...trouble }, LETTER[became]);
    return became;
  }

  /** What waits for an officer of which no letter has told. */
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
        // Nobody goes to the server where nothing is to be sent; where it is not there, the next round tries again.
        if (!visit) {
          const found = await postman.visit();
          if (!('send' in found)) {
            log.warn(found, 'the mail server cannot be reached, or lets nobody in; it is tried again');
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
      mail.stop();
      await round;
    },
  };
}
