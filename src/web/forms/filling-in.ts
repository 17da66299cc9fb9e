import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  clampedTo,
  dayInWords,
  dayNumber,
  dayOfNumber,
  daysAfter,
  type Day,
  type FinancialYear,
} from '../../domain/calendar.js';
import { refuse, Refusal } from '../../domain/rules.js';
import { foretell, type Foretold } from '../../ledger/acts/what-if.js';
import { factOf } from '../../domain/grammar/kind.js';
import { KINDS, placed } from '../../ledger/catalogue.js';
import type { Documents } from '../../store/documents.js';
import { todayOf } from '../../ledger/acts/stamp.js';
import type { Command } from '../../domain/grammar/command.js';
import { recordedUnder } from '../../ledger/act.js';
import { mandatesOn } from '../../domain/grammar/mandate.js';
import { button, errorSummary, radios } from '../components/fields.js';
import { insetText, notificationBanner, warningText } from '../components/words.js';
import { html, type Content, type Html } from '../html.js';
import { keptPage, SHOWN_AGAIN } from '../kept-draft.js';
import { namesFor, type Names } from '../names.js';
import { answered, Refused, refusedAbove } from '../refused.js';
import { byBodyPart } from '../screens/by-body.js';
import { foretoldPart, markOf } from '../screens/foretold.js';
import { pathOf } from '../screens/tasks.js';
import { AGAIN, whyAgain } from '../sign-in-again.js';
import type { Asking, Form, Receive, Site } from '../site.js';
import { answersList } from './answers.js';
import { differences, offerCountered, type Offer } from './countered.js';
import { refusedEarly } from './early.js';
import { fieldOf } from './fields.js';
import { draftOf, formPage, isOf, shell, type Around } from './frame.js';
import { figuresRecorded } from './recorded-figures.js';
import { filled, suggested, withoutRow, withRow } from './filling.js';
import {
  isWholeDeal,
  keyOf,
  lookedUp,
  newDraft,
  renamed,
  sent,
  stepsFor,
  streamFor,
  suggestedIn,
  tried,
  TRAVELS,
  wholeOf,
  yearOf,
  type Errand,
  type Tried,
  type Whole,
} from './form.js';
import { DEAL, partOf, partsList, partsRefused, placedAt, type DealDraft } from './parts.js';
import { isGiven, nameIn, readFields, reading, rowsAt, type Fault } from './reading.js';
import { isOptional, shapeOf, type Fields } from './shapes.js';
import { split, splitAgain, splitButtons } from './splitting.js';
import { fieldsAt, isOptionalStep, listAt, stepAt, type Step } from './steps.js';
import { longList, tabled } from './table.js';
import { atItsLine, faultyTable, tablePage, tableSent, tableTaken, type TableTaken } from './table-pages.js';
import { tableIn } from './tabled.js';
import { filesFor, kept, renewed, statusOf, uploadContent, withDocument, type UploadFault } from './uploading.js';

/**
 * Leads an officer through a form: page after page of questions, then the page on which all answers are checked, then
 * into the ledger. The form carries what was typed; the service keeps none of it, and reads it again at each request.
 */

/** The day on which a form is filled in; for a fund, the nearest day of its year. */
function todayFor(site: Site, errand: Errand): Day {
  const today = todayOf(site.ledger);
  const year = yearOf(errand);
  return year ? clampedTo(today, year) : today;
}

/** Days as far away as these are still days on which the Better Care Fund is, or may be. */
const YEARS_AWAY = 5;

/**
 * Three days that a form may be about, far from each other: that on which it is filled in, a later one and an earlier one. For a
 * fund they are in its year; if today is its first or last day, both others are on one side of it.
 */
function daysFor(site: Site, errand: Errand): readonly [Day, Day, Day] {
  const today = todayFor(site, errand);
  const year = yearOf(errand);
  if (!year) return [today, daysAfter(today, 365 * YEARS_AWAY), daysAfter(today, -365 * YEARS_AWAY)];
  const middle = dayOfNumber(Math.floor((dayNumber(year.first) + dayNumber(year.last)) / 2));
  const others = [year.first, middle, year.last].filter((day) => day !== today);
  return [today, others.at(-1)!, others[0]!];
}

/** A new form, with suggestions and what the address gives. Nobody has signed in yet to open a ledger. */
export function begun(site: Site, asking: Asking | undefined, errand: Errand, given: Form): Form {
  const fields = errand.fact.input.shape as Fields;
  const [body, another] = asking ? bodiesOf(site, asking) : [];
  return {
    // A suggested effective day is within the fund’s year. A suggested day on which something happened, such as a notice,
    // is today at the latest, and not after that year.
    ...suggested(
      fields,
      (name) => {
        const [today, inYear] = [todayOf(site.ledger), todayFor(site, errand)];
        return errand.fact.effective === 'in-year' && (name === 'effective' || inYear < today) ? inYear : today;
      },
      another === undefined ? body : undefined,
    ),
    ...Object.fromEntries(Object.entries(given).filter(([name]) => TRAVELS.test(name))),
    draft: newDraft(),
  };
}

/** The page on which a document for the draft is chosen. */
function uploadPage(around: Around, files: Documents, at: number, fault?: UploadFault): Buffer {
  const { errand, form } = around;
  const draft = draftOf(around, [], { at: String(at), then: form['then'] ?? '' });
  return shell(around, {
    title: 'Upload a document',
    isWrong: fault !== undefined,
    ...uploadContent(files, errand.address, draft, fault),
  });
}

const faultSummary = (faults: readonly Fault[]): Html =>
  errorSummary({
    title: 'There is a problem',
    errors: faults.map(({ at, words }) => ({ content: words, href: `#${at}` })),
  });

/**
 * The Enter key presses the first button of a form. On pages with other buttons for lists, this hidden one comes first.
 */
const sentByKey = html`<button class="govuk-visually-hidden" type="submit" name="go" value="next" tabindex="-1" aria-hidden="true">Continue</button>`;

const hasRows = (field: z.ZodType): boolean => {
  const shape = shapeOf(field);
  return shape.kind === 'list' || shape.kind === 'object' || shape.kind === 'alternatives';
};

/** The field in which a form names its documents. */
const DOCUMENTS_AT = nameIn('evidence', 'p');

const tableButton = (rows: number, at: string): Html =>
  html`<div class="bcf-buttons">${button({ content: rows > 20 ? 'Change the table' : 'Fill it in as a table', name: 'go', value: `table ${at}`, classes: 'govuk-button--secondary' })}</div>`;

const uploadButton = html`<div class="bcf-buttons">${button({ content: 'Upload a document', name: 'go', value: 'upload', classes: 'govuk-button--secondary' })}</div>`;

async function questionPage(
  site: Site,
  around: Around,
  steps: readonly Step[],
  at: number,
  faults: readonly Fault[],
  isRefused = false,
): Promise<Buffer> {
  const { asking, errand, form } = around;
  const step = steps[at]!;
  const looked = await lookedUp(site, asking, errand, [step], form);
  const fields = fieldsAt(step);
  const long = fields.find(
    ([name, field]) => faults.some((each) => isOf(name, each.at)) && longList(field, rowsAt(form, name)),
  );
  // An error in a row that is not shown is shown in the table. What the rules refuse is told here, where there is a way on.
  if (long && !isRefused) return faultyTable(site, around, steps, long[0]);
  // The error of a day is shown at its first part.
  const places = faults.map((each) =>
    long && isOf(long[0], each.at)
      ? { at: long[0], words: atItsLine(long[0], each) }
      : { ...each, at: placeOf(each.at, fields) },
  );
  const year = yearOf(errand);
  const shown = {
    form,
    looked,
    faults,
    alone: fields.length === 1,
    more: (field: z.ZodType, place: string): Content => [
      tabled(field) && tableButton(rowsAt(form, place), place),
      year && splitButtons(field, place, form, year),
      place === DOCUMENTS_AT && filesFor(site, errand) && uploadButton,
    ],
  };
  return formPage(around, {
    title: step.title,
    above: faults.length > 0 && faultSummary(places),
    shown: fields.map(([name]) => name),
    carried: { at: String(at), then: form['then'] ?? '' },
    isWrong: faults.length > 0,
    content: html`${isOptionalStep(step) && html`<p class="govuk-body">You can leave this page empty.</p>`}${fields.some(([, field]) => hasRows(field)) && sentByKey}${fields.map(([name, field]) => fieldOf(field, name, shown))}
      <div class="bcf-buttons">${button({ content: 'Continue', name: 'go', value: 'next' })}${isRefused && button({ content: 'Continue all the same', name: 'go', value: 'on', classes: 'govuk-button--secondary' })}${button({ content: 'Go back', name: 'go', value: 'back', classes: 'govuk-button--secondary' })}</div>`,
  });
}

/** The field to which an error leads: the first part of a day. */
function placeOf(at: string, fields: ReturnType<typeof fieldsAt>): string {
  const [, field] = fields.find(([name]) => name === at) ?? [];
  return field && shapeOf(field).kind === 'day' ? `${at}-day` : at;
}

interface Above {
  /** The figures changed between reading and sending. */
  readonly moved?: true;
  readonly refusal?: Refusal;
}

/**
 * What a fact of a fund would change, and for a counter-offer what the countered offer would; undefined if it is in no fund, or is
 * refused.
 */
async function foretold(
  site: Site,
  { session, sight }: Asking,
  errand: Errand,
  { offered, command, found }: Tried,
  form: Form,
  offer?: Offer,
): Promise<{ readonly own: Foretold; readonly offered?: Foretold } | undefined> {
  const year = yearOf(errand);
  if (!year || found instanceof Refusal) return undefined;
  const by = { officer: session.officer, signedInBy: session.by, sight };
  const partner = form['partner'] === '' ? undefined : form['partner'];
  // The figures of a deal are those of the day from which all its parts are in force.
  const last = [...offered, ...(offer?.facts ?? [])]
    .map(({ data }) => data.effective)
    .reduce((one, other) => (other > one ? other : one));
  const adjustment = 'adjustment' in command ? command.adjustment : undefined;
  const on = clampedTo(last, year);
  const told = async (act: Parameters<typeof foretell>[2]['acts'][number]) =>
    answered(await foretell(site.ledger, errand.name, { acts: [act], on, partner }, by));
  const own = await told({ facts: [...offered], adjustment, ...(offer && { counters: offer.proposal }) });
  return { own, ...(offer && { offered: await told({ proposal: offer.proposal }) }) };
}

/** The bodies for which an officer may act, if there are several. */
function bodiesOf(site: Site, { session }: Asking): string[] {
  const held = mandatesOn(site.ledger.model.register(), session.officer, todayOf(site.ledger));
  return [...new Set(held.map(({ partner }) => partner))];
}

const actingFor = (site: Site, asking: Asking, form: Form, names: Names): Content => {
  const bodies = bodiesOf(site, asking);
  return (
    bodies.length > 1 &&
    html`${radios({
      name: 'partner',
      fieldset: { legend: { content: 'Who do you act for?', classes: 'govuk-fieldset__legend--s' } },
      value: form['partner'] ?? '',
      items: bodies.map((each) => ({ content: names.of(each), value: each })),
    })}${button({ content: 'Try again', name: 'go', value: 'check', classes: 'govuk-button--secondary' })}`
  );
};

const BUTTONS: Readonly<Record<string, string>> = {
  post: 'Record',
  propose: 'Propose',
  counter: 'Send the counter-offer',
};

const sendLabel = (errand: Errand, { act }: Command): string =>
  isWholeDeal(errand) && act === 'propose' ? 'Propose the deal' : BUTTONS[act]!;

const addLabel = (form: Form): string => (partOf(form) === undefined ? 'Add to the deal' : 'Change the part');

/**
 * Above the answers: what the button does, what would be recorded, on which day it takes effect, and what happens next.
 * `add`: the name of the button that adds it to a deal as a part.
 */
function beforeSending(
  errand: Errand,
  { command, offered }: Tried,
  sentences: readonly string[],
  add: string | false,
): Html {
  const days = [...new Set(offered.map(({ data }) => data.effective))];
  const on = days.length === 1 ? ` on ${dayInWords(days[0]!)}` : '';
  const next = add
    ? 'Nobody is asked to sign until you propose the deal.'
    : command.act === 'post'
      ? `It takes effect${on}, without a signature.`
      : isWholeDeal(errand)
        ? `The parts take effect${on}, once all of them are signed.`
        : `It takes effect${on}, once it is signed.`;
  return html`<p class="govuk-body">Nothing is recorded yet. “${add || sendLabel(errand, command)}” ${add ? 'makes this a part of the deal' : 'records this'}:</p>${insetText({ content: html`${sentences.map((each) => html`<p class="govuk-body">${each}</p>`)}<p class="govuk-body">${next}</p>` })}`;
}

/** Whether the same form was sent before, with other answers. */
const isSent = ({ rule }: Refusal): boolean => rule === 'key_reused';

/** What an officer reads who sends a form again with other answers: what was recorded first, and what to do. */
function sentAlready(site: Site, { session }: Asking, errand: Errand, command: Command, form: Form): Html {
  const key = { officer: session.officer, key: keyOf(form), stream: streamFor(errand, command) };
  const { stream, revision } = recordedUnder(site.ledger, key)!;
  const { kind, name } = placed(stream);
  const first = `${pathOf({ kind, in: name })}/history/${revision}`;
  return notificationBanner({
    content: html`<p class="govuk-notification-banner__heading">You have sent this form already, with other answers. <a class="govuk-notification-banner__link" href="${first}">Read what is recorded of it</a>. To record this as well, press “Record another”.</p>`,
  });
}

async function checkPage(
  site: Site,
  around: Around,
  steps: readonly Step[],
  whole: Extract<Whole, { data: object }>,
  above: Above = {},
): Promise<Buffer> {
  const { asking, errand } = around;
  await renewed(site, errand, whole.papers.evidence);
  const names = await namesFor(site.ledger, asking.sight, site.people);
  const attempt = await tried(site, asking, errand, whole);
  const { found, command } = attempt;
  // The form carries the names that were made.
  const form = { ...around.form, ...attempt.form };
  const { looked } = whole;
  const offer = await offerCountered(site, asking, errand);
  const what = await foretold(site, asking, errand, attempt, form, offer);
  const isPart = errand.deal !== undefined && !isWholeDeal(errand);
  const isEmpty = isWholeDeal(errand) && errand.deal!.parts.length === 0;
  // A part may depend on one that is added later. So a refusal of the deal as it stands is shown, and the part can
  // still be added.
  const asItStands = found instanceof Refusal && isPart ? found : undefined;
  const refusal = above.refusal ?? (found instanceof Refusal && !isPart && !isEmpty ? found : undefined);
  const outcome = found instanceof Refusal ? undefined : found.outcome;
  const would = found instanceof Refusal ? [] : (found.would ?? []);
  const isUnclear = refusal?.rule === 'partner_unclear' || (form['partner'] ?? '') !== '';
  const content = html`${
    outcome &&
    beforeSending(
      errand,
      attempt,
      outcome.events.map(({ sentence }) => names.in(sentence)),
      isPart && addLabel(form),
    )
  }
    ${asItStands && insetText({ content: `With this part, the deal as it is so far would be refused: ${names.in(asItStands.detail)} You can add it all the same, and go on.` })}
    ${would.map((each) => byBodyPart(KINDS[errand.kind], each, names))}
    ${await figuresRecorded(site, asking, errand, would)}
    ${isWholeDeal(errand) && partsList(errand.kind, errand.deal!, names)}${answersList(steps, form, looked, names)}
    ${(outcome?.warnings ?? []).map((each) => warningText({ content: names.in(each) }))}
    ${offer && differences(errand, offer, attempt.offered, whole.papers, names)}
    ${what && html`<h2 class="govuk-heading-m">What it would change</h2>${foretoldPart(what.own, command.act === 'post' ? 'If recorded' : 'If signed', what.offered)}`}
    ${isUnclear && actingFor(site, asking, form, names)}
    <div class="bcf-buttons">${isPart && button({ content: addLabel(form), name: 'go', value: 'deal' })}${outcome && !isPart && button({ content: sendLabel(errand, command), name: 'go', value: 'send' })}${outcome && errand.dealAt !== undefined && !errand.deal && button({ content: 'Add to a deal', name: 'go', value: 'deal', classes: 'govuk-button--secondary' })}${refusal && isSent(refusal) && button({ content: 'Record another', name: 'go', value: 'again' })}${button({ content: 'Go back', name: 'go', value: 'back', classes: 'govuk-button--secondary' })}</div>`;
  return formPage(
    { ...around, form },
    {
      title: isWholeDeal(errand) ? 'Check the deal' : 'Check your answers',
      above: html`${refusal && (isSent(refusal) ? sentAlready(site, asking, errand, command, form) : refusedAbove(refusal, names))}${above.moved && notificationBanner({ text: 'The figures have moved since you read them. They are shown again: read them, and send it again if you still want to.' })}${renamed(around.form, attempt.form).map(({ was, now }) => notificationBanner({ text: `The name “${was}” is taken by now: something recorded, or an open proposal, holds it. This form has chosen “${now}” instead. Read your answers again, and send them.` }))}`,
      shown: [],
      carried: { at: 'check', mark: markOf(what?.own) },
      isWrong: refusal !== undefined,
      content,
    },
  );
}

/** Shows the page of answers, or the step with an error. */
async function checked(
  site: Site,
  around: Around,
  steps: readonly Step[],
  reply: FastifyReply,
  above: Above = {},
): Promise<unknown> {
  const looked = await lookedUp(site, around.asking, around.errand, steps, around.form);
  const whole = wholeOf(steps, around.form, looked);
  if (above.refusal) void reply.status(400);
  if ('data' in whole) return reply.send(await checkPage(site, around, steps, whole, above));
  if (whole.faults.length > 0) void reply.status(400);
  return reply.send(await questionPage(site, around, steps, whole.at, whole.faults));
}

/** Reads one step: its errors, and whether something must be shown first. */
async function stepRead(site: Site, { asking, errand, form }: Around, step: Step) {
  const read = reading(form, await lookedUp(site, asking, errand, [step], form));
  readFields(step.fields, read, step.prefix);
  return read;
}

/** The form after a button that changes a list; undefined if no such button was pressed. */
function changed(
  site: Site,
  errand: Errand,
  steps: readonly Step[],
  form: Form,
  [go, a = '', b = '']: readonly string[],
): Form | undefined {
  if (go === 'add') {
    const field = listAt(steps, a);
    const shape = field && shapeOf(field);
    return shape?.kind === 'list' ? withRow(form, a, shape.element, rowsAt(form, a), todayFor(site, errand)) : form;
  }
  if (go === 'remove') return withoutRow(form, b, Number(a), rowsAt(form, b));
  if (go === 'split') {
    const field = listAt(steps, b);
    const year = yearOf(errand);
    return field && year ? split(form, field, b, a, year) : form;
  }
  return undefined;
}

/** Adds the least number of rows that a list must have. */
function withFirstRows(site: Site, errand: Errand, step: Step, form: Form): Form {
  let filled = form;
  for (const [at, field] of fieldsAt(step)) {
    const shape = shapeOf(field);
    if (shape.kind !== 'list' || `${at}.count` in form) continue;
    for (let row = 0; row < shape.least; row++)
      filled = withRow(filled, at, shape.element, row, todayFor(site, errand));
  }
  return filled;
}

/** Fills in what follows from the answers so far, in fields that nobody has filled in. */
function withSuggestions(errand: Errand, step: Step, form: Form): Form {
  const fields = errand.fact.input.shape as Fields;
  const more = Object.entries(suggestedIn(errand, form)).flatMap(([each, value]) =>
    each in step.fields && !isGiven(fields[each]!, nameIn(each), form)
      ? [filled(fields[each]!, nameIn(each), value)]
      : [],
  );
  const suggested = Object.assign({}, form, ...more) as Form;
  const year = yearOf(errand);
  return year === undefined ? suggested : withInstalments(step, suggested, year);
}

/** Splits a sum over the months that are left of the year, where nobody has said how it is paid. */
const withInstalments = (step: Step, form: Form, year: FinancialYear): Form =>
  fieldsAt(step)
    .filter(([at, field]) => !isOptional(field) && !isGiven(field, at, form))
    .reduce((filledIn, [at, field]) => split(filledIn, field, at, 'month', year), form);

/** Shows a form at its first step. */
export async function firstPage(site: Site, asking: Asking, errand: Errand, form: Form): Promise<Buffer> {
  const steps = stepsFor(errand);
  return questionPage(site, { asking, errand, form: withFirstRows(site, errand, steps[0]!, form) }, steps, 0, []);
}

/** Answers a form that was sent: with its next page, or by recording it. */
export async function continued(
  site: Site,
  asking: Asking,
  errand: Errand,
  form: Form,
  reply: FastifyReply,
): Promise<unknown> {
  const steps = stepsFor(errand);
  const around = { asking, errand, form };
  const pressed = (form['go'] ?? 'next').split(' ');
  const [go, to] = pressed;
  const isCheck = form['at'] === 'check';
  const at = stepAt(form['at'], steps);
  const show = async (step: number, next: Form = form, faults: readonly Fault[] = []): Promise<unknown> => {
    if (faults.length > 0) void reply.status(400);
    const begun = withFirstRows(site, errand, steps[step]!, next);
    const ready = faults.length > 0 ? begun : withSuggestions(errand, steps[step]!, begun);
    return reply.send(await questionPage(site, { ...around, form: ready }, steps, step, faults));
  };
  if (form['list'] !== undefined && (go === SHOWN_AGAIN || go!.startsWith('table-')))
    return tableSent(
      site,
      around,
      steps,
      (next) => questionPage(site, { ...around, form: next }, steps, at, []),
      reply,
    );
  if (go === 'table') return reply.send(await tablePage(site, around, steps, to ?? ''));
  if (go === SHOWN_AGAIN) return isCheck ? checked(site, around, steps, reply) : show(at);
  const asked = steps.filter(({ onRequest }) => !onRequest).length;
  const files = filesFor(site, errand);
  if (go === 'upload' && files) return reply.send(uploadPage(around, files, at));
  if (go === 'change') return show(stepAt(to, steps), { ...form, then: 'check' });
  if (isCheck && go === 'back' && asked === 0) return site.redirect(reply, errand.back.href);
  if (isCheck && go === 'back') return show(asked - 1);
  if (isCheck && go === 'again')
    return checked(site, { ...around, form: { ...form, draft: newDraft() } }, steps, reply);
  if (isCheck && go === 'deal' && errand.dealAt !== undefined && !isWholeDeal(errand))
    return gathered(site, around, steps, reply);
  if (isCheck && go === 'send' && !(errand.deal && !isWholeDeal(errand))) return recorded(site, around, steps, reply);
  if (isCheck) return checked(site, around, steps, reply);
  if (go === 'back') return at === 0 || form['then'] === 'check' ? leave(site, around, steps, at, reply) : show(at - 1);
  const next = changed(site, errand, steps, form, pressed);
  if (next) return show(at, next);
  const read = await stepRead(site, around, steps[at]!);
  // Fields that have not been shown yet are shown before they can be filled in.
  if (read.unfolds) return show(at);
  if (read.faults.length > 0) return show(at, form, read.faults);
  const year = yearOf(errand);
  const filledIn = year ? splitAgain(form, steps.flatMap(fieldsAt), year) : form;
  const ready = { ...around, form: filledIn };
  if (form['then'] === 'check') return checked(site, ready, steps, reply);
  const early =
    go === 'on' ? [] : await refusedEarly(site, asking, errand, { steps, at, form: filledIn }, daysFor(site, errand));
  if (early.length > 0) {
    void reply.status(400);
    return reply.send(await questionPage(site, around, steps, at, early, true));
  }
  if (at + 1 >= asked) return checked(site, ready, steps, reply);
  return show(at + 1, filledIn);
}

/** Puts a filled-in part into its deal, or into a new one, and shows the deal. */
async function gathered(site: Site, around: Around, steps: readonly Step[], reply: FastifyReply): Promise<unknown> {
  const { asking, errand, form } = around;
  const whole = wholeOf(steps, form, await lookedUp(site, asking, errand, steps, form));
  if (!('data' in whole))
    return reply.status(400).send(await questionPage(site, around, steps, whole.at, whole.faults));
  const { fact } = await tried(site, asking, errand, whole);
  const before = errand.deal ?? { parts: [], ...(errand.counters && { counters: errand.counters }) };
  const deal = { ...before, parts: placedAt(before.parts, partOf(form), fact) };
  return dealPage(site, asking, dealErrand(errand, deal), keptOf(form), reply);
}

/** The fields of a part’s form that belong to the whole deal. */
const keptOf = (form: Form): Form => ({
  draft: form['draft'] ?? newDraft(),
  partner: form['partner'] ?? '',
  ...Object.fromEntries(Object.entries(form).filter(([name]) => name.startsWith('p.'))),
});

/** What an officer fills in for a whole deal, at the place of one of its parts. */
export const dealErrand = (
  { kind, name, back, dealAt }: Pick<Errand, 'kind' | 'name' | 'back' | 'dealAt'>,
  deal: DealDraft,
): Errand => ({
  address: dealAt!,
  back,
  kind,
  name,
  fact: DEAL,
  isProposed: true,
  dealAt,
  deal,
  ...(deal.counters && { counters: deal.counters }),
});

/** Shows a deal as it is so far. If something was refused, the reason stands above it. */
export const dealPage = (
  site: Site,
  asking: Asking,
  errand: Errand,
  form: Form,
  reply: FastifyReply,
  refusal?: Refusal,
): Promise<unknown> =>
  checked(site, { asking, errand, form }, stepsFor(errand), reply, refusal === undefined ? {} : { refusal });

/**
 * Answers a draft that was sent with a file: with the page that lists the document, or with what is wrong with the
 * file.
 */
export async function uploaded(
  site: Site,
  asking: Asking,
  errandOf: (form?: Form) => Promise<Errand>,
  receive: Receive,
  { headers }: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  // Whether the officer may fill the form in is checked before the file is read.
  const blank = await errandOf();
  const files = filesFor(site, blank);
  const declared = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
  const { form, taken } = await receive(async (file, { list }) => {
    if (list !== undefined) return tableIn(file);
    return files ? kept(files, blank, file, declared) : NOT_KEPT;
  });
  const errand = await errandOf(form);
  const around = { asking, errand, form };
  const steps = stepsFor(errand);
  if (form['list'] !== undefined)
    return tableTaken(site, around, steps, (taken ?? { fault: 'Select a file' }) as TableTaken, reply);
  if (!files) throw new Refused(NOT_KEPT);
  const document = (taken ?? 'none') as Awaited<ReturnType<typeof kept>>;
  if (typeof document !== 'string')
    return continued(site, asking, errand, { ...withDocument(form, DOCUMENTS_AT, document), go: SHOWN_AGAIN }, reply);
  const at = stepAt(form['at'], steps);
  return reply.status(statusOf(document)).send(uploadPage(around, files, at, document));
}

const NOT_KEPT = refuse('not_found', 'No file is kept with this.');

/**
 * Goes back from a step: to the page of answers if it was opened there, or else to the step before, or out of the form.
 */
async function leave(
  site: Site,
  around: Around,
  steps: readonly Step[],
  at: number,
  reply: FastifyReply,
): Promise<unknown> {
  const { asking, errand, form } = around;
  // An officer who leaves a part returns to the deal as it was.
  if (form['then'] !== 'check' && errand.deal && !isWholeDeal(errand))
    return dealPage(site, asking, dealErrand(errand, errand.deal), keptOf(form), reply);
  if (form['then'] !== 'check') return site.redirect(reply, errand.back.href);
  const whole = wholeOf(steps, form, await lookedUp(site, asking, errand, steps, form));
  if ('data' in whole) return reply.send(await checkPage(site, around, steps, whole));
  // While there is an error there is no page of answers, because the error may be on an earlier page.
  return reply.send(await questionPage(site, around, steps, Math.max(0, at - 1), []));
}

async function recorded(site: Site, around: Around, steps: readonly Step[], reply: FastifyReply): Promise<unknown> {
  const { asking, errand, form } = around;
  const whole = wholeOf(steps, form, await lookedUp(site, asking, errand, steps, form));
  if (!('data' in whole))
    return reply.status(400).send(await questionPage(site, around, steps, whole.at, whole.faults));
  // A counter-offer answers the terms that the officer read. If they have changed, the officer must read them first.
  if (errand.counters?.news) return reply.status(409).send(await checkPage(site, around, steps, whole));
  const attempt = await tried(site, asking, errand, whole);
  if (renamed(form, attempt.form).length > 0)
    return reply.status(409).send(await checkPage(site, around, steps, whole));
  if (partsRefused(attempt.offered)) return reply.status(400).send(await checkPage(site, around, steps, whole));
  const isBinding = attempt.offered.some(({ type }) => factOf(KINDS[errand.kind], type).freshSignIn);
  if (isBinding && !site.isFresh(asking.session)) {
    const kept = { path: errand.address, form, title: 'Sign in again', why: whyAgain(site), signIn: AGAIN };
    return reply.status(401).send(keptPage(asking.around, kept));
  }
  const once = { form, key: keyOf(form), evidence: whole.papers.evidence };
  await renewed(site, errand, whole.papers.evidence);
  const before = await sent(site, asking, errand, attempt.command, { ...once, dryRun: true });
  // Only what the officer saw is sent. An act that was sent before gets its first answer.
  if (!(before instanceof Refusal) && !before.replayed) {
    const seen = await foretold(site, asking, errand, attempt, form, await offerCountered(site, asking, errand));
    if (markOf(seen?.own) !== form['mark'])
      return reply.status(409).send(await checkPage(site, around, steps, whole, { moved: true }));
  }
  const found = await sent(site, asking, errand, attempt.command, { ...once, dryRun: false });
  if (found instanceof Refusal)
    return reply.status(422).send(await checkPage(site, around, steps, whole, { refusal: found }));
  errand.recorded?.(reply);
  const { proposal, events, stream } = found.outcome;
  const { kind, name } = placed(stream);
  return site.redirect(
    reply,
    proposal === undefined ? `${pathOf({ kind, in: name })}/history/${events[0]!.revision}` : `/proposals/${proposal}`,
  );
}
