import { factOf } from '../../domain/grammar/kind.js';
import { ROLE_WORDS } from '../../domain/roles.js';
import { KINDS, sha256 } from '../../ledger/catalogue.js';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../../domain/rules.js';
import { isDone, mayTakeStep, openNextYear, OpenNextYearAsked } from '../../ledger/acts/open-next-year.js';
import { isRise, RISE_WORDS, type RollForwardText } from '../../ledger/questions/fund/roll-forward.js';
import { askedOf } from '../asking.js';
import { createCarried, type Carried } from '../carried.js';
import { addressWith, askedIn } from '../dates.js';
import { button, errorMessage, errorSummary, hiddenFields } from '../components/fields.js';
import { table, type Cell } from '../components/lists.js';
import { insetText, notificationBanner, tag } from '../components/words.js';
import { printedSource } from '../foot.js';
import { fundName, instant, isNothing, sum, yearName } from '../format.js';
import { html, type Content, type Html } from '../html.js';
import { paragraph, subheading } from '../layout.js';
import { namesFor, offerIn, type Names } from '../names.js';
import { answered, Refused, refusedAbove } from '../refused.js';
import { scrolling, titled } from '../screens/parts.js';
import { framed } from '../screens/question.js';
import type { Asking, Form, Site } from '../site.js';
import { newDraft } from './form.js';
import {
  carriedBy,
  createSent,
  notDonePart,
  receiptBanner,
  RECEIPT_MS,
  stepOf,
  type Choices,
  type Led,
  type Sealed,
  type SentForms,
} from './rolled.js';

/**
 * The page that opens next year’s fund: what would be opened, recorded and proposed, what is left out, and one button
 * that does it.
 */

const RISE = 'rise.';
const WITHOUT = 'without.';

/**
 * The field that says what a button does: work it out again, or save the acts as a file. The main button does not set
 * it.
 */
const GOES = 'go';

const named = (form: Form, prefix: string): [name: string, value: string][] =>
  Object.entries(form).flatMap(([field, value]) =>
    field.startsWith(prefix) && value.trim() !== ''
      ? [[field.slice(prefix.length), value.trim().replace(/\s*%$/, '')]]
      : [],
  );

/** The rises that are not a number of per cent. */
const unreadIn = (form: Form): Wrong =>
  new Map(named(form, RISE).flatMap(([name, value]) => (isRise(value) ? [] : [[name, UNREAD] as const])));

const UNREAD = `Write a rise as ${RISE_WORDS}, such as 1.79 or -2`;

/** What is wrong with rises, each by its name, in the words that stand beside it. */
type Wrong = ReadonlyMap<string, string>;

/**
 * What the form asks for, limited to what is still to do, because others may have done some of it since the page was
 * read.
 */
function choicesIn(form: Form, { items }: RollForwardText): Choices {
  const toDo = new Set(items.flatMap(({ state, from }) => (state === 'to-do' ? [from] : [])));
  const out = named(form, WITHOUT).flatMap(([name]) => (toDo.has(name) ? [name] : []));
  // An item that is left out has no rise.
  const rises = named(form, RISE).filter(([name]) => toDo.has(name) && !out.includes(name));
  return {
    ...(rises.length > 0 && { uplift: rises.map((each) => each.join('=')).join(',') }),
    ...(out.length > 0 && { without: out.join(',') }),
  };
}

const STATES: Readonly<Record<RollForwardText['items'][number]['state'], readonly [string, string]>> = {
  'to-do': ['To do', 'govuk-tag--blue'],
  offered: ['Waits', 'govuk-tag--yellow'],
  recorded: ['Recorded', 'govuk-tag--green'],
  'taken-back': ['Taken back', 'govuk-tag--grey'],
};

const numeric = (content: Content): Cell => ({ content, format: 'numeric' });

const bold = (content: Content): Cell => ({ content, classes: 'govuk-!-font-weight-bold' });

const statePart = ({ state, proposal }: RollForwardText['items'][number]): Html => {
  const [words, classes] = STATES[state];
  const shown = tag({ content: words, classes });
  return proposal === null ? shown : html`<a class="govuk-link" href="/proposals/${proposal}">${shown}</a>`;
};

const box = (name: string, about: string, isOut: boolean): Html =>
  html`<div class="govuk-checkboxes govuk-checkboxes--small"><div class="govuk-checkboxes__item"><input class="govuk-checkboxes__input" id="${WITHOUT}${name}" name="${WITHOUT}${name}" type="checkbox" value="yes"${isOut && html` checked`}><label class="govuk-label govuk-checkboxes__label" for="${WITHOUT}${name}">Leave out<span class="govuk-visually-hidden"> ${about}</span></label></div></div>`;

const rise = (name: string, about: string, value: string, wrong: string | undefined): Html => {
  const id = `${RISE}${name}`;
  return html`<div class="govuk-form-group${wrong !== undefined && ' govuk-form-group--error'} govuk-!-margin-bottom-0"><label class="govuk-visually-hidden" for="${id}">By how many per cent ${about} rises</label>${wrong !== undefined && errorMessage({ id: `${id}-error`, content: wrong })}<input class="govuk-input govuk-input--width-4${wrong !== undefined && ' govuk-input--error'}" id="${id}" name="${id}" type="text" inputmode="decimal" value="${value}"${wrong !== undefined && html` aria-describedby="${id}-error"`}></div>`;
};

function goesOn({ items, leftOut, totals }: RollForwardText, form: Form, names: Names, wrong: Wrong): Html {
  const chosen = leftOut.filter(({ name }) => name !== null);
  const rows = items.map((item) => {
    const about = `“${item.from}”`;
    const isToDo = item.state === 'to-do';
    return [
      {
        content: html`${names.in(item.sentence)}${item.notes.map((note) => html`<div class="govuk-hint govuk-!-font-size-16 govuk-!-margin-bottom-0">${names.in(note)}</div>`)}`,
      },
      ...(isNothing(item.was) && isNothing(item.amount)
        ? [{ content: '' }, { content: '' }]
        : [numeric(sum(item.was)), numeric(sum(item.amount))]),
      {
        content:
          isToDo &&
          item.mayRise &&
          rise(item.from, about, form[`${RISE}${item.from}`] ?? item.uplift ?? '', wrong.get(item.from)),
      },
      { content: html`${statePart(item)}${isToDo && box(item.from, about, `${WITHOUT}${item.from}` in form)}` },
    ];
  });
  const out = chosen.map(({ what, name }) => [
    { content: names.in(what) },
    { content: '' },
    { content: '' },
    { content: '' },
    { content: box(name!, `“${name!}”`, true) },
  ]);
  const total = (title: string, amount: string) =>
    isNothing(amount) ? [] : [[bold(title), { content: '' }, numeric(sum(amount)), { content: '' }, { content: '' }]];
  if (rows.length + out.length === 0)
    return html`${subheading('What continues')}${paragraph('Nothing of this year continues in the next year by itself.')}`;
  return html`${subheading('What continues')}
      ${scrolling(
        'What continues',
        table({
          caption: 'What continues, £. A rise is in per cent: leave it empty for the same sum',
          captionClasses: 'govuk-table__caption--s',
          firstCellIsHeader: true,
          head: [
            { content: 'In the next year' },
            { content: 'This year', format: 'numeric' },
            { content: 'Next year', format: 'numeric' },
            { content: 'Rise, %' },
            { content: 'State' },
          ],
          rows: [
            ...rows,
            ...out,
            ...total('Plan lines, as they count in what is required', totals.requirement),
            ...total('Contributions', totals.contributions),
            ...total('Beside the pool', totals.beside),
          ],
        }),
      )}
      ${items.some(({ state }) => state === 'to-do') || out.length > 0 ? button({ content: 'Work it out again', name: GOES, value: 'again', classes: 'govuk-button--secondary' }) : false}`;
}

const notOn = ({ leftOut }: RollForwardText, names: Names): Html => {
  const rows = leftOut.filter(({ name }) => name === null);
  return html`${subheading('What is left out')}${
    rows.length === 0
      ? paragraph('Nothing is left out.')
      : scrolling(
          'What is left out',
          table({
            caption: 'What is left out',
            captionClasses: 'govuk-visually-hidden',
            firstCellIsHeader: true,
            head: [{ content: 'In this year' }, { content: 'Why it does not continue' }],
            rows: rows.map(({ what, why }) => [{ content: names.in(what) }, { content: names.in(why) }]),
          }),
        )
  }`;
};

const eachOf = (bodies: readonly string[], names: Names): string => bodies.map((each) => names.of(each)).join(' or ');

const toDo = ({ next, steps }: RollForwardText, names: Names): Html =>
  scrolling(
    'What would be done',
    table({
      caption: 'What would be done',
      captionClasses: 'govuk-visually-hidden',
      firstCellIsHeader: true,
      head: [{ content: 'What would be done' }, { content: 'Who can do it' }, { content: 'Who signs' }],
      rows: steps.map((step) => [
        { content: stepOf(step, next, names) },
        { content: eachOf(step.bodies, names) },
        { content: step.signs.length === 0 ? 'Nobody: it counts at once' : both(step.signs, step.bodies, names) },
      ]),
    }),
  );

/** Who signs, in words: the other of two sides, or a second officer of one body. */
const both = (signs: readonly string[], bodies: readonly string[], names: Names): string =>
  bodies.length === 1
    ? `A second officer of ${names.of(signs[0]!)}`
    : bodies.length === 2
      ? 'The other of the two'
      : 'The other side';

const waitingPart = ({ waiting }: RollForwardText, names: Names): Html =>
  html`${subheading('What waits for a signature')}${
    waiting.length === 0
      ? paragraph('No proposal of it waits for a signature.')
      : scrolling(
          'What waits for a signature',
          table({
            caption: 'What waits for a signature',
            captionClasses: 'govuk-visually-hidden',
            firstCellIsHeader: true,
            head: [{ content: 'Proposal' }, { content: 'From' }, { content: 'Waits for' }],
            rows: waiting.map(({ proposal, sentences, by, awaiting }) => [
              {
                content: html`<a class="govuk-link" href="/proposals/${proposal}">${offerIn(names, sentences.length === 1 ? sentences[0]! : `a deal of ${sentences.length} parts`)}</a>`,
              },
              { content: names.of(by) },
              { content: eachOf(awaiting, names) },
            ]),
          }),
        )
  }`;

/**
 * A mark of the steps that the officer has read. If the steps have changed, they are shown again before anything is
 * done.
 */
const markOf = ({ steps }: Pick<RollForwardText, 'steps'>): string => sha256(JSON.stringify(steps)).slice(0, 16);

const MOVED =
  'The steps have changed since the page showed them, by you or by others. Nothing has been done yet. Read them again, and press the button if you still want to.';
const NOTHING_TO_DO = 'Nothing was left to do. You or others had done it already.';
const NOTHING_TO_SAVE = 'Nothing is left to do, so there are no acts to save.';

/** Why an officer gets no button: every step that can be taken now is for others to take. */
const notYours = ({ isOpen, steps }: RollForwardText, names: Names): string =>
  isOpen
    ? 'You may take none of these steps. The table says whose officers can.'
    : `You may not open the fund. An officer of ${eachOf(steps.find(({ act }) => act === 'open')!.bodies, names)} must do that first, as ${rolesThatOpen}. The other steps come after it.`;

const rolesThatOpen = factOf(KINDS.fund, KINDS.fund.opener)
  .roles.map((role) => ROLE_WORDS[role].toLowerCase())
  .join(' or ');

const stepButtons = ({ steps }: RollForwardText): Html =>
  html`<div class="govuk-button-group">${button({ content: steps.some(({ act }) => act === 'open') ? 'Open the fund, record and propose' : 'Record and propose' })}${button({ content: 'Save what is to do as a file of acts', name: GOES, value: 'acts', classes: 'govuk-button--secondary' })}</div>`;

interface Above {
  readonly refusal?: Refusal;
  readonly wrong?: Wrong;
  /** Why what was sent is shown again, and nothing of it is done. */
  readonly note?: string;
  readonly receipt?: Sealed;
}

async function nextYearPage(
  site: Site,
  asking: Asking,
  fund: string,
  form: Form,
  choices: Choices,
  above: Above = {},
): Promise<Buffer> {
  const { ledger } = site;
  const { session, sight, around } = asking;
  const wrong: Wrong = above.wrong ?? new Map();
  const rolled = await askedOf<RollForwardText>(ledger, sight, 'roll-forward', { fund, ...choices });
  const names = await namesFor(ledger, sight, site.people);
  const { next, year, isOpen, host, partners, steps } = rolled;
  // If a rise cannot be read, nothing is done without it.
  const sends = wrong.size === 0 && above.refusal === undefined;
  const mayAct = await mayTakeStep(ledger, rolled, { officer: session.officer, signedInBy: session.by, sight });
  const carried = hiddenFields({ token: around.token, draft: newDraft(), mark: markOf(rolled) });
  const nextLink = isOpen ? html`<a class="govuk-link" href="/funds/${next}">${fundName(next)}</a>` : fundName(next);
  const main = html`${above.refusal && refusedAbove(above.refusal, names)}
    ${wrong.size > 0 && errorSummary({ title: 'There is a problem', errors: [...wrong].map(([name, content]) => ({ content, href: `#${RISE}${name}` })) })}
    ${above.note !== undefined && notificationBanner({ text: above.note })}
    ${above.receipt && receiptBanner(above.receipt, names)}
    ${titled(`Roll forward into ${yearName(year)}`, fundName(fund))}
    ${above.receipt && notDonePart(above.receipt, next, names)}
    ${
      isOpen
        ? html`${paragraph(html`The fund ${nextLink} is open, held by ${names.of(host)}.`)}${steps.length > 0 && insetText({ content: 'The items that are still to do are not in that fund under the same name. If the fund has one under another name, leave it out here.' })}`
        : paragraph(
            `The fund ${fundName(next)} is not open yet. It would be held by ${names.of(host)}, with ${partners.map(({ name }) => name).join(', ')}.`,
          )
    }
    <form method="post" action="/funds/${fund}/roll-forward" novalidate>
    ${carried}
    ${goesOn(rolled, form, names, wrong)}
    ${notOn(rolled, names)}
    ${subheading('What is to do')}
    ${
      steps.length === 0
        ? paragraph('Nothing is left to do.')
        : html`${paragraph(mayAct ? 'Each step is decided separately, and a refused step does not stop the others. The button takes every step that you may take. Steps for other bodies stay here until they take them.' : notYours(rolled, names))}${toDo(rolled, names)}${sends && mayAct && stepButtons(rolled)}`
    }
    </form>
    ${waitingPart(rolled, names)}
    <p class="govuk-body-s">As known on ${instant(rolled.knownAt)}, from the first ${rolled.ledger.size} events of the ledger.</p>`;
  return framed(asking, {
    title: `Roll forward into ${yearName(year)}`,
    given: { fund },
    main,
    isFault: above.refusal !== undefined || wrong.size > 0,
    source: `As known on ${instant(rolled.knownAt)}. ${await printedSource(site, asking, rolled)}`,
  });
}

/** What is left to do, as a file that the officer can keep, change and load. */
async function actsFile(site: Site, asking: Asking, { fund, form, choices }: Sent, reply: FastifyReply) {
  const asked = { fund, ...choices, officer: asking.session.officer };
  const { file, next } = await askedOf<RollForwardText>(site.ledger, asking.sight, 'roll-forward', asked);
  if (!file) {
    const page = await nextYearPage(site, asking, fund, form, choices, { note: NOTHING_TO_SAVE });
    return reply.status(409).send(page);
  }
  void reply
    .header('content-disposition', `attachment; filename="${next}.json"`)
    .type('application/json; charset=utf-8');
  return reply.send(`${JSON.stringify(file, null, 2)}\n`);
}

/** What makes a form the same form: whose it is, the page that it was on, and what was typed. */
const keyOf = ({ session }: Asking, fund: string, form: Form): string =>
  sha256(JSON.stringify([session.officer, fund, Object.entries(form).sort()]));

/** Does what the officer has read. Resolves to where the form leads. */
async function doneFor(
  { ledger }: Site,
  { sight, session }: Asking,
  { fund, form, choices }: Sent,
  request: FastifyRequest,
  carried: Carried,
): Promise<Led> {
  const done = answered(
    await openNextYear(ledger, fund, OpenNextYearAsked.parse(choices), {
      officer: session.officer,
      signedInBy: session.by,
      sight,
      key: sha256(JSON.stringify(['page', form['draft'] ?? '', fund, choices])),
      correlation: request.id,
    }),
  );
  // What was left out is still to do; what was done keeps no rise.
  const { without } = choices;
  const left = { ...choicesIn(form, done), ...(without !== undefined && { without }) };
  const of = { officer: session.officer, fund, choices: left, at: ledger.clock.now() };
  const to = addressWith(`/funds/${fund}/roll-forward`, { sent: carriedBy(carried, of, done.done) });
  return { to, hasDone: done.done.some(isDone) };
}

/**
 * Does what the officer has read. If it has changed since, or they typed other values, it is shown first. A form that
 * was sent before leads to the receipt of the first.
 */
async function doneOrShown(
  site: Site,
  asking: Asking,
  {
    asked,
    before,
    ...sent
  }: Sent & { readonly asked: RollForwardText; readonly before: ReturnType<SentForms['done']> },
  request: FastifyRequest,
  reply: FastifyReply,
  { carried, forms }: Kept,
) {
  const { fund, form, choices } = sent;
  const key = keyOf(asking, fund, form);
  const first = forms.get(key);
  const isChanged = asked.steps.length === 0 || markOf(asked) !== form['mark'];
  // The first is under way or was done while this one waited; or it has done some of what this one asks for.
  if (first && (first !== before || (isChanged && (await first.led).hasDone)))
    return site.redirect(reply, (await first.led).to);
  if (!isChanged) {
    const { to } = await forms.begin(key, () => doneFor(site, asking, sent, request, carried));
    return site.redirect(reply, to);
  }
  const note = asked.steps.length === 0 ? NOTHING_TO_DO : MOVED;
  return reply.status(409).send(await nextYearPage(site, asking, fund, form, choices, { note }));
}

/** What the page keeps between a form and its receipt. */
interface Kept {
  readonly carried: Carried;
  readonly forms: SentForms;
}

interface Sent {
  readonly fund: string;
  readonly form: Form;
  readonly choices: Choices;
}

/**
 * Asks for the steps with the choices of a form. If these are refused, the page is shown without them, with the reason.
 */
async function askedWith(site: Site, asking: Asking, { fund, form, choices }: Sent, reply: FastifyReply) {
  try {
    return await askedOf<RollForwardText>(site.ledger, asking.sight, 'roll-forward', { fund, ...choices });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { detail } = error.refusal;
    const rise = named(form, RISE).find(([name]) => detail.includes(`"${name}"`));
    const above = rise ? { wrong: new Map([[rise[0], detail]]) } : { refusal: error.refusal };
    const page = await nextYearPage(site, asking, fund, form, {}, above);
    void reply.status(400).send(page);
    return undefined;
  }
}

/** The choices of a result that is shown again, unless others have since done what they are about. */
async function stillAsked({ ledger }: Site, { sight }: Asking, { fund, choices = {} }: Sealed): Promise<Choices> {
  try {
    await askedOf<RollForwardText>(ledger, sight, 'roll-forward', { fund, ...choices });
    return choices;
  } catch (error) {
    if (error instanceof Refused) return {};
    throw error;
  }
}

export function registerNextYear(site: Site): void {
  const now = () => site.ledger.clock.now();
  const carried = createCarried(site.options.sessionKeys, 'receipt of roll forward');
  const forms = createSent(now);
  site.get('/funds/:fund/roll-forward', async (asking, request, reply) => {
    const { fund } = request.params as { fund: string };
    const receipt = carried.read(askedIn(request.url)['sent']) as Sealed | undefined;
    if (receipt?.officer !== asking.session.officer || receipt.fund !== fund)
      return reply.send(await nextYearPage(site, asking, fund, {}, {}));
    const choices = await stillAsked(site, asking, receipt);
    // Somebody who kept the address reads later what is so then, and not that something was done just now.
    const above = now() - receipt.at > RECEIPT_MS ? {} : { receipt };
    return reply.send(await nextYearPage(site, asking, fund, {}, choices, above));
  });

  site.post('/funds/:fund/roll-forward', async (asking, form, request, reply) => {
    const { fund } = request.params as { fund: string };
    const before = forms.done(keyOf(asking, fund, form));
    const wrong = unreadIn(form);
    if (wrong.size > 0) return reply.status(400).send(await nextYearPage(site, asking, fund, form, {}, { wrong }));
    const plain = await askedOf<RollForwardText>(site.ledger, asking.sight, 'roll-forward', { fund });
    const sent: Sent = { fund, form, choices: choicesIn(form, plain) };
    const asked = await askedWith(site, asking, sent, reply);
    if (!asked) return reply;
    if (form[GOES] === 'again') return reply.send(await nextYearPage(site, asking, fund, form, sent.choices));
    if (form[GOES] === 'acts') return actsFile(site, asking, sent, reply);
    return doneOrShown(site, asking, { ...sent, asked, before }, request, reply, { carried, forms });
  });
}
