import type { LightMyRequestResponse } from 'fastify';
import type { Visitor } from './site.js';

/**
 * Fills in forms as somebody without scripts does: page by page, by the names of their fields, to the page of answers.
 */

/**
 * What is typed and chosen, by the name of the field. A day is written as one text. Under the title of a page, a button
 * to press first.
 */
export type Answers = Readonly<Record<string, string>>;

/** What an officer fills in to raise a case of £1,400 a week, which the county claims from NHS North CCG. */
export const raisingCase = (from: string, raisedOn: string): Answers => ({
  'f.kind': 'chc',
  'f.ground': 'primary-health-need',
  'f.claimant.0.from': from,
  'f.claimant.0.partner': 'county',
  'f.respondent.0.from': from,
  'f.respondent.0.partner': 'north-ccg',
  'Weekly costs': 'add f.costs',
  'f.costs.0.from': from,
  'f.costs.0.weekly': '1',
  'f.costs.0.weekly.1.value': '1,400',
  'f.interim.claimant': '100',
  'f.interim.respondent': '0',
  'f.claimed.claimant': '0',
  'f.claimed.respondent': '100',
  'f.effective': from,
  'f.raisedOn': raisedOn,
});

const UNESCAPED: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};
const plain = (text: string): string => text.replace(/&(amp|lt|gt|quot|#39);/g, (each) => UNESCAPED[each]!);

/** What a browser sends of a form if nobody has changed it. */
export function asShown(body: string): Record<string, string> {
  const [form = ''] = body.split('<main')[1]!.split('<form').slice(1);
  const fields: Record<string, string> = {};
  const attribute = (tag: string, name: string): string | undefined => {
    const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag);
    return found ? plain(found[1]!) : undefined;
  };
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name');
    const type = attribute(tag, 'type');
    if (name === undefined || ((type === 'radio' || type === 'checkbox') && !/\schecked\b/.test(tag))) continue;
    fields[name] = attribute(tag, 'value') ?? '';
  }
  for (const [, tag = '', text = ''] of form.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/g))
    fields[attribute(tag, 'name')!] = plain(text);
  for (const [, tag = '', options = ''] of form.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/g)) {
    const all = [...options.matchAll(/<option\b[^>]*>/g)].map(([option]) => option);
    const chosen = all.find((option) => /\sselected\b/.test(option)) ?? all[0] ?? '';
    fields[attribute(tag, 'name')!] = attribute(chosen, 'value') ?? '';
  }
  return fields;
}

export const titleOf = (body: string): string => plain(/<h1[^>]*>([\s\S]*?)<\/h1>/.exec(body)?.[1] ?? '').trim();

const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;

/** The answers that a page asks for, as its fields send them. */
function answersOn(body: string, answers: Answers): Record<string, string> {
  const has = (name: string): boolean => body.includes(`name="${name}"`);
  return Object.fromEntries(
    Object.entries(answers).flatMap(([name, value]): [string, string][] => {
      const [, year, month, day] = DAY.exec(value) ?? [];
      if (day !== undefined && has(`${name}-day`))
        return [
          [`${name}-day`, day],
          [`${name}-month`, month!],
          [`${name}-year`, year!],
        ];
      return has(name) ? [[name, value]] : [];
    }),
  );
}

/** How much work it was. */
export interface Work {
  pages: number;
  fields: number;
}

export class FormVisit {
  readonly #visitor: Visitor;
  readonly #address: string;
  readonly work: Work;

  constructor(visitor: Visitor, address: string, work: Work = { pages: 0, fields: 0 }) {
    this.#visitor = visitor;
    this.#address = address;
    this.work = work;
  }

  async press(page: LightMyRequestResponse, go: string, answers: Answers = {}): Promise<LightMyRequestResponse> {
    const filled = answersOn(page.body, answers);
    this.work.pages++;
    this.work.fields += Object.keys(filled).length;
    const [, action = this.#address] = /<main[\s\S]*?<form[^>]*action="([^"]*)"/.exec(page.body) ?? [];
    return this.#visitor.post(plain(action), { ...asShown(page.body), ...filled, go });
  }

  open(): Promise<LightMyRequestResponse> {
    return this.#visitor.get(this.#address);
  }

  /**
   * Fills in the form page by page, from its first page or another, to the page of answers. Throws if a page reports an
   * error.
   */
  async toAnswers(answers: Answers, from?: LightMyRequestResponse): Promise<LightMyRequestResponse> {
    let page = from ?? (await this.open());
    const pressed = new Set<string>();
    for (let turn = 0; turn < 40; turn++) {
      if (titleOf(page.body) === 'Check your answers') return page;
      if (page.statusCode !== 200)
        throw new Error(
          `${this.#address} (${titleOf(page.body)}): ${page.statusCode}: ${/role="alert">([\s\S]*?)<\/div>/.exec(page.body)?.[1]?.replace(/<[^>]*>|\s+/g, ' ') ?? ''}`,
        );
      const button = answers[titleOf(page.body)];
      if (button !== undefined && !pressed.has(titleOf(page.body))) {
        pressed.add(titleOf(page.body));
        page = await this.press(page, button, answers);
      } else page = await this.press(page, 'next', answers);
    }
    throw new Error(`${this.#address} has no end: ${titleOf(page.body)}`);
  }

  /** Fills in the form and sends it. Returns the address to which it leads: a proposal, or a recorded fact. */
  async send(answers: Answers): Promise<string> {
    const check = await this.toAnswers(answers);
    const sent = await this.press(check, 'send');
    if (sent.statusCode !== 303)
      throw new Error(`${this.#address}: ${sent.statusCode}: ${sent.body.replace(/<[^>]*>|\s+/g, ' ').slice(0, 1500)}`);
    return sent.headers.location as string;
  }
}
