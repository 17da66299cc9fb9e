import { readAs } from '../../domain/faults.js';
import { refuse, Refusal, RULES } from '../../domain/rules.js';
import { clampedTo, financialYear, type Day } from '../../domain/calendar.js';
import type { Command } from '../../domain/grammar/command.js';
import { words } from '../../domain/values.js';
import { act, wouldRefuse } from '../../ledger/act.js';
import { KINDS, streamOf, type AnyKind, sha256 } from '../../ledger/catalogue.js';
import { foretell, type Foretold } from '../../ledger/acts/what-if.js';
import { askedOf } from '../asking.js';
import { button, errorSummary, hiddenFields, textarea } from '../components/fields.js';
import { summaryList, table } from '../components/lists.js';
import { breadcrumbs } from '../components/ways.js';
import { details, insetText, notificationBanner, tag } from '../components/words.js';
import { printedSource } from '../foot.js';
import { capital, day, fundName, instant } from '../format.js';
import { documentsList, giveDocument, type NamedDocument } from '../documents.js';
import { html, type Content, type Html } from '../html.js';
import { heading, page, paragraph, subheading } from '../layout.js';
import { awaitedIn, namesFor, offerIn, type Names } from '../names.js';
import { Refused, refusedAbove } from '../refused.js';
import { againTo } from '../sign-in-again.js';
import type { Asking, Form, Site } from '../site.js';
import { answered } from '../refused.js';
import { placeName } from './tasks.js';
import { byBodyPart } from './by-body.js';
import { foretoldPart, markOf } from './foretold.js';
import { scrolling } from './parts.js';
import { isOvertaken, newsOf, reasonOf, seenFields, stepsSince, type Happened, type Step } from './since.js';
import { makeOtherHalf, settlementPart, type Settlement } from './settlement.js';
import { changesTable, termsList, type Text } from './terms.js';

/**
 * The page of one proposal: its terms, what it would change, and who can sign it. Afterwards the same page is its
 * receipt.
 */

interface Signer {
  readonly officer: string;
  readonly partner: string;
  readonly able: boolean;
  readonly rule: string | null;
  readonly why: string | null;
}

interface Proposal extends Happened {
  readonly proposal: string;
  readonly revision: string;
  readonly fact: Text;
  readonly replaces: Text | null;
  readonly sentence: string;
  readonly facts: readonly (Text & { readonly sentence: string })[];
  readonly replaced: readonly (Text & { readonly sentence: string })[];
  readonly by: string;
  readonly officer: string;
  readonly given: readonly { readonly officer: string; readonly partner: string; readonly facts: readonly number[] }[];
  readonly conditions: string | null;
  readonly expires: string | null;
  readonly knownAt: string;
  readonly ledger: { readonly size: number };
  readonly settlement: Settlement | null;
  readonly documents: readonly NamedDocument[];
  readonly recorded: {
    readonly id: string;
    readonly revision: string;
    readonly recordedAt: string;
    readonly sentence: string;
  } | null;
  readonly records: readonly { readonly revision: string; readonly recordedAt: string; readonly sentence: string }[];
  readonly signers: readonly Signer[];
}

const STEPS: Readonly<Record<Step['type'], string>> = {
  ProposalMade: 'Proposed',
  ProposalCountered: 'Countered',
  ProposalSigned: 'Signed',
  ProposalAgreed: 'Signed',
  ProposalDeclined: 'Declined',
  ProposalWithdrawn: 'Taken back',
  ProposalLapsed: 'Lapsed',
};

const STATES: Readonly<Record<string, readonly [string, string]>> = {
  open: ['Waits for a signature', 'govuk-tag--blue'],
  agreed: ['Signed', 'govuk-tag--green'],
  declined: ['Declined', 'govuk-tag--grey'],
  withdrawn: ['Taken back', 'govuk-tag--grey'],
  lapsed: ['Lapsed', 'govuk-tag--grey'],
  'taken-off': ['Off the table', 'govuk-tag--grey'],
};

const proposalOf = (site: Site, { sight }: Asking, proposal: string): Promise<Proposal> =>
  askedOf<Proposal>(site.ledger, sight, 'find-proposal', { proposal });

/** What signing it would change; undefined if the proposal is in no fund, because only funds have figures. */
async function foretold(
  site: Site,
  { session, sight }: Asking,
  { kind, in: fund, proposal, state, facts }: Proposal,
): Promise<Foretold | undefined> {
  if (kind !== 'fund' || state !== 'open') return undefined;
  const by = { officer: session.officer, signedInBy: session.by, sight };
  // The figures of a deal are those of the day from which all its parts are in force.
  const on = facts.map(({ data }) => data['effective'] as Day).reduce((last, each) => (each > last ? each : last));
  return answered(await foretell(site.ledger, fund, { acts: [{ proposal }], on: inYear(fund, on) }, by));
}

const ownSigners = ({ officer: own }: Asking['session'], { signers }: Pick<Proposal, 'signers'>) =>
  signers.filter(({ officer }) => officer === own);

/** A proposal that exceeds a limit cannot be signed, but it can still be declined, or countered with terms that fit. */
const isAnswerer = ({ rule }: Pick<Signer, 'rule'>): boolean => rule === null || rule === 'over_limit';

/** Whether an officer can answer an open proposal: sign it, counter it or decline it. */
export const mayAnswer = async (
  site: Site,
  asking: Asking,
  of: Parameters<typeof couldEnd>[2] & Parameters<typeof ownSigners>[1],
): Promise<boolean> => ownSigners(asking.session, of).some(isAnswerer) || (await couldEnd(site, asking, of, 'decline'));

/** The officer’s buttons: a signature for each body that they can sign for, and the other acts that they may do. */
function acts(
  { session, around }: Asking,
  proposal: Proposal,
  {
    mark,
    names,
    mayTakeBack,
    mayDecline,
    isFresh,
  }: Readonly<Record<'mayTakeBack' | 'mayDecline' | 'isFresh', boolean>> & {
    readonly mark: string;
    readonly names: Names;
  },
): Content {
  const { proposal: id } = proposal;
  const address = `/proposals/${id}`;
  const own = ownSigners(session, proposal);
  const able = own.filter((each) => each.able);
  const signing = able.map(
    ({ partner }) =>
      html`<form method="post" action="${address}/sign" novalidate>${hiddenFields({ token: around.token, ...seenFields(proposal), mark, partner })}${button({ content: `Sign for ${names.of(partner)}`, classes: 'govuk-!-margin-bottom-0' })}</form>`,
  );
  const declining = mayDecline || own.some(isAnswerer);
  return html`<div class="bcf-buttons">${signing}
    ${declining && button({ href: `${address}/counter`, content: 'Counter', classes: 'govuk-button--secondary govuk-!-margin-bottom-0' })}
    ${declining && button({ href: `${address}/decline`, content: 'Decline', classes: 'govuk-button--secondary govuk-!-margin-bottom-0' })}
    ${mayTakeBack && html`<a class="govuk-link govuk-body govuk-!-margin-bottom-0" href="${address}/withdraw">Take it back</a>`}
  </div>${signing.length > 0 && !isFresh && paragraph('You are asked to sign in again before you sign.')}${own.filter((each) => !each.able).map(({ why }) => paragraph(names.in(why!)))}`;
}

/** The signatures of a deal: for each fact, who has signed and, while it is open, who must still sign. */
function dealSignatures(site: Site, { facts, needs, given, state }: Proposal, names: Names): Html {
  const isOpen = state === 'open';
  const signedFor = (at: number) =>
    given
      .filter((each) => each.facts.includes(at))
      .map(({ officer, partner }) => `${site.people.nameOf(officer)}, for ${names.of(partner)}`);
  const missing = (at: number) =>
    needs.filter(({ fact }) => fact === at).map(({ bodies }) => bodies.map((each) => names.of(each)).join(' or '));
  return scrolling(
    'Who signs which part',
    table({
      caption: 'Who signs which part',
      firstCellIsHeader: true,
      head: [{ content: 'Part' }, { content: 'Signed' }, ...(isOpen ? [{ content: 'Still to sign' }] : [])],
      rows: facts.map((_fact, at) => [
        { content: at + 1 },
        { content: signedFor(at).join('; ') || (isOpen ? 'Nobody yet' : 'Nobody') },
        ...(isOpen ? [{ content: missing(at).join('; ') || 'Nobody: it is complete' }] : []),
      ]),
    }),
  );
}

/** If more officers can sign, they are listed below their number. */
const SIGNERS_IN_A_SENTENCE = 4;

function whoSigns(site: Site, { session }: Asking, { awaiting, needs, signers }: Proposal, names: Names): Html {
  const able = signers.filter((each) => each.able);
  const bodies = awaitedIn(names, { awaiting, needs });
  const who = able.map(({ officer, partner }) =>
    officer === session.officer
      ? `you, for ${names.of(partner)}`
      : `${site.people.nameOf(officer)}, for ${names.of(partner)}`,
  );
  const waits = needs.length > 0 ? '' : `It waits for ${bodies}. `;
  if (who.length > SIGNERS_IN_A_SENTENCE)
    return html`${waits !== '' && paragraph(waits.trim())}${details({
      summary: `Who can sign it now: ${who.length} officers`,
      content: html`<ul class="govuk-list govuk-list--bullet">${who.map((each) => html`<li>${each}</li>`)}</ul>`,
    })}`;
  return paragraph(
    `${waits}${who.length === 0 ? 'No officer can sign it now.' : `Who can sign it now: ${who.join('; ')}.`}`,
  );
}

const stepsList = (site: Site, { steps }: Proposal, names: Names): Html =>
  html`<ol class="govuk-list govuk-list--number">${steps.map(
    ({ type, recordedAt, officer, partner, role }) =>
      // What nobody signed in time is ended by the service.
      html`<li>${STEPS[type]}${role !== 'service' && ` by ${site.people.nameOf(officer)}, ${role.replaceAll('-', ' ')} of ${names.of(partner)}`}, ${instant(recordedAt)}</li>`,
  )}</ol>`;

const forAuditors = ({ proposal, revision, facts, recorded, steps, ledger }: Proposal): Html =>
  details({
    summary: 'Details for auditors and programs',
    content: html`<p>Proposal ${proposal}, ${facts.map(({ type }) => type).join(', ')}, terms at revision ${revision}; steps at revisions ${steps.map((each) => each.revision).join(', ')}.${recorded && ` Recorded as ${recorded.id} at revision ${recorded.revision}.`} Ledger of ${ledger.size} events.</p>`,
  });

/** The parts of a deal, each as a sentence and field by field. After a counter-offer, also what was offered before. */
const dealTerms = (
  kind: AnyKind,
  { facts, replaced, state }: Proposal,
  more: Parameters<typeof termsList>[2],
  names: Names,
): Html =>
  html`${facts.map(
    (fact, at) =>
      html`${subheading(`Part ${at + 1}`)}${paragraph(offerIn(names, fact.sentence, state))}${details({ summary: `Part ${at + 1} in full`, content: termsList(kind, fact, [], names, `Part ${at + 1}`) })}`,
  )}${more.length > 0 && html`${subheading('Terms')}${summaryList({ rows: more.map(({ title, content }) => ({ key: { content: title }, value: { content } })) })}`}${
    replaced.length > 0 &&
    details({
      summary: 'What was offered before the counter-offer',
      content: html`<ol class="govuk-list govuk-list--number">${replaced.map(({ sentence }) => html`<li>${names.in(sentence)}</li>`)}</ol>`,
    })
  }`;

/** The nearest day of a fund’s year. */
const inYear = (fund: string, day: Day): Day => clampedTo(day, financialYear(fund.slice(-'2016-17'.length))!);

/** Whether the rules would let an officer decline a proposal or take it back. The act is tried, and not recorded. */
export const couldEnd = async (...of: Parameters<typeof whyNotEnd>): Promise<boolean> =>
  (await whyNotEnd(...of)) === undefined;

const FORBIDDEN = 403;

/** Why an officer may not end a proposal; undefined if they may. */
async function whyNotEnd(
  { ledger }: Site,
  { session, sight }: Asking,
  of: Pick<Proposal, 'kind' | 'in' | 'proposal'>,
  ending: Ending,
): Promise<Refusal | undefined> {
  const command = { act: ending, proposal: of.proposal, reason: 'tried only' };
  return wouldRefuse(ledger, sight, {
    kind: of.kind,
    stream: streamOf(of.kind, of.in),
    command,
    officer: session.officer,
    signedInBy: session.by,
    key: `could ${ending} ${of.proposal}`,
    correlation: of.proposal,
    evidence: [],
  });
}

interface Above {
  readonly refusal?: Refusal;
  readonly moved?: true;
  /** The form that others have overtaken: what has happened since is said above everything. */
  readonly overtaken?: Form;
  /** What the officer had typed in that form. */
  readonly typed?: Content;
}

/** What was typed in a form that was not recorded, so that its officer can copy it. */
const typedPart = (typed: Content): Html =>
  html`${subheading('What you typed')}${paragraph('It is kept nowhere else. Copy what you still need.')}${typed}`;

export async function proposalPage(site: Site, asking: Asking, id: string, above: Above = {}): Promise<Buffer> {
  const proposal = await proposalOf(site, asking, id);
  const names = await namesFor(site.ledger, asking.sight, site.people);
  const what = await foretold(site, asking, proposal);
  const isOpen = proposal.state === 'open';
  const mayTakeBack = isOpen && (await couldEnd(site, asking, proposal, 'withdraw'));
  const mayDecline = isOpen && (await couldEnd(site, asking, proposal, 'decline'));
  const [label, colour] = STATES[proposal.state]!;
  const isDeal = proposal.facts.length > 1;
  const said = offerIn(names, proposal.sentence, proposal.state);
  const title = isDeal ? offerIn(names, `a deal of ${proposal.facts.length} parts`, proposal.state) : said;
  const place =
    proposal.kind === 'fund'
      ? { content: fundName(proposal.in), href: `/funds/${proposal.in}` }
      : { content: placeName(proposal) };
  const kind = KINDS[proposal.kind];
  const { conditions, expires } = proposal;
  const more = [
    ...(conditions === null ? [] : [{ title: 'Conditions', content: conditions }]),
    ...(proposal.state === 'open'
      ? [{ title: 'Last day to sign', content: expires === null ? 'None' : day(expires) }]
      : []),
  ];
  const mayStill = mayDecline || (isOpen && ownSigners(asking.session, proposal).some(isAnswerer));
  const reason = isOpen ? undefined : reasonOf(proposal);
  const main = html`${above.refusal && refusedAbove(above.refusal, names)}
    ${above.overtaken && newsOf(site, asking, proposal, { form: above.overtaken, names, mayStill })}
    ${above.typed && typedPart(above.typed)}
    ${above.moved && notificationBanner({ text: 'The figures have moved since you read them. They are shown again: read them, and sign again if you still want to.' })}
    <p class="bcf-state">${tag({ content: label, classes: colour })}</p>${heading(capital(title))}
    ${proposal.ending !== null && paragraph(`It has ended: ${proposal.ending}.${reason === undefined ? '' : ` The reason given: “${reason}”`}`)}
    ${proposal.recorded && insetText({ content: `Recorded on ${instant(proposal.recorded.recordedAt)}: ${isDeal ? 'every part, as it stands below.' : names.in(proposal.recorded.sentence)}` })}
    ${settlementPart(proposal.settlement, names)}
    ${proposal.facts.map((each) => byBodyPart(kind, each, names))}
    ${isDeal ? dealTerms(kind, proposal, more, names) : html`${subheading('Terms')}${termsList(kind, proposal.fact, more, names)}`}
    ${!isDeal && proposal.replaces && changesTable(kind, proposal.replaces, proposal.fact, names)}
    ${proposal.documents.length > 0 && html`${subheading('Documents')}${await documentsList(site, proposal, `/proposals/${id}`, proposal.documents)}`}
    ${what && html`${subheading('What it would change')}${foretoldPart(what, 'If signed')}`}
    ${subheading(proposal.state === 'open' ? 'Signatures' : 'What was done')}
    ${isDeal && dealSignatures(site, proposal, names)}${stepsList(site, proposal, names)}
    ${proposal.state === 'open' && html`${whoSigns(site, asking, proposal, names)}${acts(asking, proposal, { mark: markOf(what), names, mayTakeBack, mayDecline, isFresh: site.isFresh(asking.session) })}`}
    ${await makeOtherHalf(site, asking, proposal)}${forAuditors(proposal)}`;
  return page(asking.around, {
    title: `${above.refusal ? 'Error: ' : ''}${said} ${placeName(proposal)}`,
    section: 'tasks',
    before: breadcrumbs({ items: [{ content: 'Tasks', href: '/' }, place] }),
    main,
    source: `As known on ${instant(proposal.knownAt)}. ${await printedSource(site, asking, proposal)}`,
  });
}

/**
 * Does one act of an officer on a proposal. The key follows from the act, so a double click, or the Back button, does
 * it once.
 */
async function done(
  site: Site,
  { session, sight }: Asking,
  proposal: Proposal,
  command: Command,
  { revision = '', partner }: Form,
  correlation: string,
) {
  return act(site.ledger, sight, {
    kind: proposal.kind,
    stream: streamOf(proposal.kind, proposal.in),
    command,
    officer: session.officer,
    actingFor: partner,
    signedInBy: session.by,
    key: sha256(JSON.stringify(['page', revision, partner, command])),
    correlation,
    evidence: [],
    ifMatch: /^\d{1,15}$/.test(revision) ? Number(revision) : -1,
  });
}

const ENDS = {
  decline: {
    title: 'Decline this proposal',
    label: 'Why do you decline it?',
    button: 'Decline',
    said: 'Say why you decline it',
  },
  withdraw: {
    title: 'Take this proposal back',
    label: 'Why do you take it back?',
    button: 'Take it back',
    said: 'Say why you take it back',
  },
} as const;

const REASON_MAX = 500;

type Ending = keyof typeof ENDS;

/** What was sent to the page on which an officer gives a reason, and what stands in its way. */
interface SentEnding {
  readonly form: Form;
  readonly refusal?: Refusal;
  /** Others have changed the proposal since: the officer reads what they did, and sends it again. */
  readonly overtaken?: true;
}

async function endingPage(
  site: Site,
  asking: Asking,
  ending: Ending,
  proposal: Proposal,
  sent?: SentEnding,
): Promise<Buffer> {
  const id = proposal.proposal;
  const names = await namesFor(site.ledger, asking.sight, site.people);
  const { title, label, button: press, said } = ENDS[ending];
  const { form, refusal, overtaken } = sent ?? {};
  const missing = form !== undefined && refusal === undefined && !overtaken;
  const { revision, seen } = { ...seenFields(proposal), ...(overtaken ? {} : form) };
  const main = html`${refusal && refusedAbove(refusal, names)}
    ${overtaken && newsOf(site, asking, proposal, { form: form!, names, mayStill: true })}
    ${missing && errorSummary({ title: 'There is a problem', errors: [{ content: said, href: '#reason' }] })}
    ${heading(title)}${insetText({ content: offerIn(names, proposal.sentence, proposal.state) })}
    <form method="post" action="/proposals/${id}/${ending}" novalidate>
      ${hiddenFields({ token: asking.around.token, revision: revision!, seen: seen! })}
      ${textarea({
        name: 'reason',
        label: { content: label },
        hint: { content: 'Everybody who sees the fund can read it. Name no patient.' },
        ...(form?.['reason'] !== undefined && { value: form['reason'] }),
        ...(missing && { errorMessage: { content: said } }),
      })}
      <div class="bcf-buttons">${button({ content: press, classes: 'govuk-!-margin-bottom-0' })}<a class="govuk-link govuk-body govuk-!-margin-bottom-0" href="/proposals/${id}">Go back</a></div>
    </form>`;
  return page(asking.around, {
    title: `${missing || refusal ? 'Error: ' : ''}${title}: ${names.in(proposal.sentence)} ${placeName(proposal)}`,
    section: 'tasks',
    before: breadcrumbs({
      items: [
        { content: 'Tasks', href: '/' },
        { content: 'The proposal', href: `/proposals/${id}` },
      ],
    }),
    main,
  });
}

export function registerProposals(site: Site): void {
  const idOf = (params: unknown): string => (params as { proposal: string }).proposal;

  site.get('/proposals/:proposal', async (asking, { params }, reply) =>
    reply.send(await proposalPage(site, asking, idOf(params))),
  );

  site.get('/proposals/:proposal/documents/:sha256', async (asking, { params }, reply) => {
    const { sha256 } = params as { readonly sha256: string };
    const proposal = await proposalOf(site, asking, idOf(params));
    return giveDocument(site, proposal, proposal.documents, sha256, reply);
  });

  site.post('/proposals/:proposal/sign', async (asking, form, { params, id: correlation }, reply) => {
    const id = idOf(params);
    const proposal = await proposalOf(site, asking, id);
    if (!site.isFresh(asking.session)) return site.redirect(reply, againTo(`/proposals/${id}`));
    // A signature counts only for the figures that the officer saw. A proposal that has ended, or an act sent twice, is
    // left to the rules.
    if (proposal.state === 'open' && markOf(await foretold(site, asking, proposal)) !== form['mark']) {
      const since = stepsSince(proposal, form);
      // New terms have new figures: then what is said of the terms is enough.
      const isCountered = since.some(({ type }) => type === 'ProposalCountered');
      const above = { ...(since.length > 0 && { overtaken: form }), ...(!isCountered && { moved: true as const }) };
      return reply.status(409).send(await proposalPage(site, asking, id, above));
    }
    const found = await done(site, asking, proposal, { act: 'agree', proposal: id }, form, correlation);
    if (!(found instanceof Refusal)) return site.redirect(reply, `/proposals/${id}`);
    // It is read again: somebody else may have acted while this was tried.
    if (isOvertaken(await proposalOf(site, asking, id), form))
      return reply.status(409).send(await proposalPage(site, asking, id, { overtaken: form }));
    return reply.status(422).send(await proposalPage(site, asking, id, { refusal: found }));
  });

  for (const ending of Object.keys(ENDS) as Ending[]) {
    site.get(`/proposals/:proposal/${ending}`, async (asking, { params }, reply) => {
      const id = idOf(params);
      const proposal = await proposalOf(site, asking, id);
      if (proposal.state !== 'open')
        return reply.status(409).send(await proposalPage(site, asking, id, { overtaken: {} }));
      const refusal = await whyNotEnd(site, asking, proposal, ending);
      // An officer who may never do this gets the refusal in place of a form.
      if (refusal && RULES[refusal.rule].status === FORBIDDEN) {
        const names = await namesFor(site.ledger, asking.sight, site.people);
        throw new Refused(refuse(refusal.rule, names.in(refusal.detail)));
      }
      return reply.send(await endingPage(site, asking, ending, proposal));
    });
    site.post(`/proposals/:proposal/${ending}`, async (asking, form, { params, id: correlation }, reply) => {
      const id = idOf(params);
      const { reason = '' } = form;
      const proposal = await proposalOf(site, asking, id);
      const isMissing = reason.trim() === '';
      if (isMissing && proposal.state === 'open')
        return reply.status(400).send(await endingPage(site, asking, ending, proposal, { form }));
      const read = readAs(words(REASON_MAX), reason);
      const found =
        'faults' in read
          ? refuse('fields_invalid', `The reason ${read.faults[0]!.words}.`)
          : await done(site, asking, proposal, { act: ending, proposal: id, reason: read.value }, form, correlation);
      if (!(found instanceof Refusal)) return site.redirect(reply, `/proposals/${id}`);
      const now = await proposalOf(site, asking, id);
      if (!isOvertaken(now, form))
        return reply.status(422).send(await endingPage(site, asking, ending, now, { form, refusal: found }));
      if (now.state === 'open' && (await couldEnd(site, asking, now, ending)))
        return reply.status(409).send(await endingPage(site, asking, ending, now, { form, overtaken: true }));
      const typed = isMissing ? {} : { typed: insetText({ content: reason }) };
      return reply.status(409).send(await proposalPage(site, asking, id, { overtaken: form, ...typed }));
    });
  }
}
