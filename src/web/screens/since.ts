import { londonDay } from '../../domain/calendar.js';
import { mandatesOn } from '../../domain/grammar/mandate.js';
import type { Need, PROPOSAL_EVENTS } from '../../domain/grammar/proposal.js';
import { notificationBanner } from '../components/words.js';
import { instant } from '../format.js';
import { html, type Content, type Html } from '../html.js';
import { paragraph } from '../layout.js';
import { awaitedIn, type Names } from '../names.js';
import type { Asking, Form, Site } from '../site.js';
import { pathOf } from './tasks.js';

/**
 * What has happened to a proposal since a reader’s page was made: who did what and when, whom it waits for now, and
 * what is left to do. Whoever sends a form that others have overtaken reads this in place of a refusal.
 */

export interface Step {
  readonly type: keyof typeof PROPOSAL_EVENTS;
  readonly recordedAt: string;
  readonly officer: string;
  readonly partner: string;
  readonly role: string;
  readonly revision: string;
  readonly reason: string | null;
}

/** What must be known of a proposal to say what has happened to it. */
export interface Happened {
  readonly kind: 'register' | 'fund' | 'dispute';
  readonly in: string;
  readonly state: string;
  readonly ending: string | null;
  readonly awaiting: readonly string[];
  readonly needs: readonly Need[];
  readonly steps: readonly Step[];
  readonly recorded: { readonly revision: string } | null;
}

/** The fields of a form by which its answer knows which steps the page showed. */
export const seenFields = ({ revision, steps }: Pick<Happened, 'steps'> & { readonly revision: string }): Form => ({
  revision,
  seen: steps.at(-1)!.revision,
});

/** The steps that a form’s page did not show; none if the form does not say what it showed. */
export function stepsSince({ steps }: Pick<Happened, 'steps'>, form: Form): readonly Step[] {
  const seen = form['seen'] ?? form['revision'] ?? '';
  return /^\d{1,15}$/.test(seen) ? steps.filter(({ revision }) => Number(revision) > Number(seen)) : [];
}

/** Whether others have overtaken a form: the proposal has ended, or has steps that the form’s page did not show. */
export const isOvertaken = (proposal: Pick<Happened, 'steps' | 'state'>, form: Form): boolean =>
  proposal.state !== 'open' || stepsSince(proposal, form).length > 0;

const DID: Readonly<Record<Exclude<Step['type'], 'ProposalLapsed'>, string>> = {
  ProposalMade: 'proposed it',
  ProposalCountered: 'made a counter-offer',
  ProposalSigned: 'signed a part of it',
  ProposalAgreed: 'signed it',
  ProposalDeclined: 'declined it',
  ProposalWithdrawn: 'took it back',
};

const ENDED_BY: Readonly<Record<string, Step['type']>> = {
  agreed: 'ProposalAgreed',
  declined: 'ProposalDeclined',
  withdrawn: 'ProposalWithdrawn',
};

/** What happened to a proposal, for the reader of an overtaken form. `mayStill`: whether it is the reader’s turn. */
export function newsOf(
  site: Site,
  { session }: Asking,
  proposal: Happened,
  { form, names, mayStill }: { readonly form: Form; readonly names: Names; readonly mayStill: boolean },
): Html {
  const today = londonDay(site.ledger.model.now(site.ledger.clock));
  const own = mandatesOn(site.ledger.model.register(), session.officer, today).map(({ partner }) => partner);
  const done = ({ type, officer, partner, recordedAt, reason }: Step): string => {
    if (type === 'ProposalLapsed') return `Nobody signed it in time, and it lapsed on ${instant(recordedAt)}.`;
    const who = officer === session.officer ? 'You' : site.people.nameOf(officer);
    const body = own.includes(partner) ? `your body, ${names.of(partner)},` : names.of(partner);
    return `${who} ${DID[type]} for ${body} on ${instant(recordedAt)}.${reason === null ? '' : ` The reason given: “${reason}”`}`;
  };
  const since = stepsSince(proposal, form);
  const ender = proposal.steps.filter(({ type }) => type === ENDED_BY[proposal.state]);
  const told = since.length > 0 ? since : ender;
  // A last day that passes, or a fact that takes a proposal off the table, is no step of it.
  const isToldWhole = proposal.ending === null || ender.length > 0;
  return notificationBanner({
    content: html`${[...told.map(done), ...(isToldWhole ? [] : [`It has ended: ${proposal.ending}.`])].map((each) => html`<p class="govuk-notification-banner__heading">${each}</p>`)}${paragraph(leftToDo(proposal, names, { mayStill, isSent: Object.keys(form).length > 0 }))}`,
  });
}

function leftToDo(
  proposal: Happened,
  names: Names,
  { mayStill, isSent }: { readonly mayStill: boolean; readonly isSent: boolean },
): Content {
  const { state, recorded } = proposal;
  const lost = isSent && 'What you sent was not recorded. ';
  if (recorded)
    return html`${lost}Nothing is left to do. <a class="govuk-notification-banner__link" href="${pathOf(proposal)}/history/${recorded.revision}">Read what the signature recorded</a>.`;
  if (state !== 'open')
    return html`${lost}Nothing is left to do: nobody can sign it any more. If it is still wanted, it must be proposed again.`;
  const left = mayStill
    ? 'Read it as it stands now, and decide again.'
    : 'Nothing is left for you to do until it is answered.';
  return html`${lost}The proposal waits for ${awaitedIn(names, proposal)} now. ${left}`;
}

/** The reason with which a proposal was declined or taken back; undefined if it ended in another way. */
export const reasonOf = ({ steps }: Pick<Happened, 'steps'>): string | undefined => steps.at(-1)!.reason ?? undefined;
