import { pounds, NO_MONEY, plus, type Pence } from '../money.js';
import type { Role } from '../roles.js';
import { refuse, Refusal } from '../rules.js';
import { trying } from './change.js';
import { termsOf, type Asking, type Command, type Decision, type Given } from './command.js';
import type { FactData, FactText, LedgerEvent, SentFact } from './event.js';
import { bodiesOf, evolve } from './evolve.js';
import { signingOf, type Context, type Fact } from './fact.js';
import {
  daysHold,
  expired,
  expiryPassed,
  holds,
  isAdjusted,
  proposalEvent,
  stillRestsOn,
  tableHolds,
} from './holding.js';
import { halfNamed } from './half.js';
import { factOf, type Kind, type StreamState } from './kind.js';
import { mandateFor, mandatesOn, type Mandate } from './mandate.js';
import type { Preview } from './preview.js';
import {
  isExpired,
  offeredAs,
  stillOpen,
  textsOf,
  type DealSignature,
  type Need,
  type Offered,
  type OpenProposal,
} from './proposal.js';
import { awaitedBy, demandsOf, isBetween, namesNoEnded, bodiesActingFor, type Demands } from './sides.js';

/**
 * Deals: several facts of one stream that are offered, signed and recorded together, whole or not at all.
 *
 * Each fact needs the same signatures as it would alone. Its sides are *needs* of the deal: the signature of an officer
 * of any one of some bodies. Whoever makes the deal signs, by making it, for the facts that they are a side of. A
 * signature meets every need that it can: all facts that the officer's body is a side of and that their role may sign.
 * No person signs for a fact twice. The signature that meets the last need records the agreement and then every fact,
 * in one append.
 *
 * Facts are decided in their order, each on the state that the facts before it leave, and then everything is undone. So
 * a fact may name an item that an earlier fact brings. It cannot refer to an earlier fact by revision, because a fact
 * has none before it is recorded.
 */

/** The most characters of JSON that the texts of a deal come to. */
export const DEAL_TEXT_MAX = 200 * 1024;

/** Revisions that no event has and no officer can write: those of facts that are only tried. */
const TRIED_FROM = 9_000_000_000_000_000;
const TRIED = /\b9000000000000\d{3}\b/;

/** What a deal is decided on. */
interface Deciding<State> {
  readonly kind: Kind<State>;
  readonly state: StreamState<State>;
  readonly asking: Asking;
  readonly given: Given;
  /** The context of the act, as for its first fact. */
  readonly base: Context;
}

type Adjustment = { readonly reason: string } | undefined;

/** One fact of a deal, as it is decided in its turn. */
interface Part {
  readonly text: FactText;
  readonly demands: Demands;
  readonly preview: Preview;
  readonly adjusts: boolean;
  /** The bodies that stand for others where this fact is concerned. */
  readonly standFor: (bodies: readonly string[]) => string[];
}

// Trying facts in their order

interface Turn<State> {
  readonly fact: Fact<State>;
  readonly context: Context;
}

/** Names the fact of a deal that a rule refuses. */
const inPart = <State>({ rule, detail }: Refusal, at: number, fact: Fact<State>): Refusal =>
  refuse(rule, `Part ${at + 1} of the deal (${fact.title.toLowerCase()}): ${withoutRevisions(detail)}`);

/** A fact of the deal is called by its place: it has no revision yet. */
const withoutRevisions = (detail: string): string =>
  detail
    .replace(/revision (?=9000000000000\d{3}\b)/g, '')
    .replace(/\b9000000000000(\d{3})\b/g, (_, at: string) => `part ${Number(at) + 1} of this deal`);

interface Trying {
  readonly adjustment: Adjustment;
  /** The body that the officer acts for. */
  readonly by: string;
  /** The signatures that were given already. */
  readonly given: readonly DealSignature[];
}

/**
 * Decides facts one after another, each on the state that the facts before it leave, and undoes them all. Returns the
 * decision on each, or the first refusal, which names its fact.
 */
function inTurn<State, Text extends SentFact>(
  deciding: Deciding<State>,
  texts: readonly Text[],
  { adjustment, by, given: signed }: Trying,
  decide: (text: Text, turn: Turn<State>) => Omit<Part, 'adjusts' | 'standFor'> | Refusal,
): Part[] | Refusal {
  const { kind, state, given, base } = deciding;
  return trying(() => {
    const parts: Part[] = [];
    for (const [at, text] of texts.entries()) {
      const fact = factOf(kind, text.type);
      const original = given.originals.get(kind.referredTo(text) ?? '');
      const adjusts = adjustment !== undefined && isAdjusted(kind, state, fact, text.data);
      const context: Context = {
        ...base,
        proposals: stillOpen(state.open, given.today),
        adjustment: adjusts,
        original,
      };
      const found = decide(text, { fact, context });
      if (found instanceof Refusal) return inPart(found, at, fact);
      parts.push({
        ...found,
        preview: workedOut(found.preview),
        adjusts,
        standFor: bodiesActingFor(fact, text.data, context),
      });
      // Later signers are not known yet, so a later part counts as bound the bodies that have signed or sign by this
      // act.
      const sides = [...found.demands.acts, ...found.demands.signs];
      const signers = signed.filter(({ facts }) => facts.includes(at)).map(({ partner }) => partner);
      kind.evolveAgreed(state.own, [sides.includes(by) ? [...signers, by] : signers]);
      evolve(kind, state, asTried(deciding, found.text, { by, at }));
    }
    if (adjustment !== undefined && !parts.some(({ adjusts }) => adjusts)) {
      return refuse('adjustment_not_needed', 'No fact of the deal is in a closed accounting period.');
    }
    return parts;
  });
}

/** Computes the whole preview now, because the state that it is computed from is undone before it is read. */
const workedOut = (preview: Preview): Preview =>
  Object.fromEntries(
    Object.entries(preview).map(([name, value]: [string, unknown]) => {
      if (typeof value !== 'function') return [name, value];
      const found = (value as () => unknown)();
      return [name, () => found];
    }),
  ) as unknown as Preview;

/** A fact of a deal as an event that is never recorded. */
const asTried = <State>(
  { state, asking, given }: Deciding<State>,
  { type, version, data }: FactText,
  { by, at }: { readonly by: string; readonly at: number },
): LedgerEvent => ({
  id: '',
  stream: state.stream,
  revision: TRIED_FROM + at,
  position: '',
  type,
  data,
  metadata: {
    schemaVersion: version,
    rules: given.rules,
    recordedAt: '',
    officer: asking.officer,
    partner: by,
    role: 'service',
    signedInBy: '',
    key: '',
    request: '',
    correlation: '',
    evidence: [],
  },
});

// Who signs for what

/** A side of a fact that one signature can stand for. */
interface Seat {
  /** The place of the fact in the deal. */
  readonly fact: number;
  readonly bodies: readonly string[];
  readonly roles: readonly Role[];
  readonly amount: Pence;
}

interface Seated {
  readonly mandate: Mandate;
  readonly facts: readonly number[];
}

const takenBy = (seats: readonly Seat[], { partner, role }: Mandate): number[] => [
  ...new Set(
    seats.flatMap(({ fact, bodies, roles }) => (bodies.includes(partner) && roles.includes(role) ? [fact] : [])),
  ),
];

/**
 * The mandate by which an officer stands for the most facts of a deal. Its limit is held to the sum of what those facts
 * move.
 */
function seated(
  seats: readonly Seat[],
  { officer, actingFor }: Asking,
  { register, today }: Context,
  act: string,
): Seated | Refusal {
  const able = mandatesOn(register, officer, today)
    .filter(({ partner }) => actingFor === undefined || partner === actingFor)
    .map((mandate) => ({ mandate, facts: takenBy(seats, mandate) }))
    .filter(({ facts }) => facts.length > 0)
    .sort((a, b) => b.facts.length - a.facts.length);
  const bodies = [...new Set(able.map(({ mandate }) => mandate.partner))];
  if (bodies.length > 1) {
    return refuse('partner_unclear', `${officer} could ${act} for ${bodies.join(' or ')}. Name one in "partner".`);
  }
  if (able.length === 0) {
    const partners = [...new Set(seats.flatMap((each) => each.bodies))];
    const roles = [...new Set(seats.flatMap((each) => each.roles))];
    const why = mandateFor(register, officer, today, { partners, roles, act }, actingFor);
    if (why instanceof Refusal) return why;
    return refuse('role_not_allowed', `To ${act} for ${why.partner} takes another role than ${why.role}.`);
  }
  const most = able[0]!.facts.length;
  const sumOf = (facts: readonly number[]): Pence =>
    facts
      .map((fact) => seats.find((each) => each.fact === fact)!.amount)
      .reduce((sum, each) => plus(sum, each), NO_MONEY);
  const within = able.find(
    ({ mandate: { limit }, facts }) => facts.length === most && (limit === undefined || sumOf(facts) <= limit),
  );
  if (within) return within;
  const { mandate, facts } = able[0]!;
  return refuse(
    'over_limit',
    `${officer}’s limit is ${pounds(mandate.limit!)}; what the deal moves for ${mandate.partner} is ${pounds(sumOf(facts))}.`,
  );
}

const amountOf = ({ amount: { amount } }: Demands): Pence => amount ?? NO_MONEY;

/** The signatures that a deal needs besides its maker's. */
function needsOf(parts: readonly Part[], { mandate, facts }: Seated): Need[] | Refusal {
  const needs = parts.flatMap(({ demands }, fact): Need[] => {
    const { signature, acts, signs } = demands;
    if (facts.includes(fact)) return signature === 'none' ? [] : [{ fact, bodies: awaitedBy(demands, mandate) }];
    if (signature === 'none') return [{ fact, bodies: acts }];
    return [
      { fact, bodies: acts },
      { fact, bodies: signature === 'second-officer' ? acts : signs },
    ];
  });
  const nobody = needs.find(({ bodies }) => bodies.length === 0);
  return nobody ? nobodySigns(nobody) : needs;
}

const nobodySigns = ({ fact }: Need): Refusal =>
  refuse('not_in_fund', `There is no partner here who could sign part ${fact + 1} of the deal.`);

/** What is left to sign once a body has signed for some facts. */
const leftOf = (needs: readonly Need[], parts: readonly Part[], { mandate: { partner }, facts }: Seated): Need[] =>
  parts.flatMap((part, fact) => {
    const own = needs.filter((need) => need.fact === fact);
    if (!facts.includes(fact)) return own;
    const sides = own.map(({ bodies }) => part.standFor(bodies));
    // The other signature of the fact is of a colleague, or of the other side.
    const othersThan = (met: number): string[][] =>
      sides
        .filter((_, at) => at !== met)
        .map((bodies) =>
          part.demands.signature === 'second-officer' ? [partner] : bodies.filter((each) => each !== partner),
        );
    const ways = sides.flatMap((bodies, at) => (bodies.includes(partner) ? [othersThan(at)] : []));
    // A body on both sides meets the need that leaves the other need for a body that can meet it.
    const left = ways.find((others) => others.every((bodies) => bodies.length > 0)) ?? ways[0]!;
    return left.map((bodies) => ({ fact, bodies }));
  });

// Making and countering

/**
 * Whether a fact can be part of a deal. Facts that the ledger's keeper records for others cannot, nor facts that the
 * service records, nor facts that hold the exact sum of open claims, which some signers may not see.
 */
export const isDealFact = <State>(
  kind: Kind<State>,
  { name, byKeeper, byService, holdsClaims }: Fact<State>,
): boolean => kind.deals && name !== kind.opener && !byKeeper && !byService && !holdsClaims;

/** Why facts cannot be a deal at all. */
function notADeal<State>({ kind, state }: Deciding<State>, texts: readonly SentFact[]): Refusal | undefined {
  if (!kind.isOpen(state.own)) return kind.notOpen(state.stream);
  if (!kind.deals) {
    return refuse('not_in_deal', `What the ${kind.name} holds is proposed by itself.`);
  }
  const length = JSON.stringify(texts).length;
  return length > DEAL_TEXT_MAX
    ? refuse('deal_too_large', `The texts of the deal have ${length} characters; ${DEAL_TEXT_MAX} is the most.`)
    : undefined;
}

/** One fact that is offered in a deal, decided in its turn. */
function offeredPart<State>(
  { kind, state }: Deciding<State>,
  { type, data }: SentFact,
  { fact, context }: Turn<State>,
  by: string,
): Omit<Part, 'adjusts' | 'standFor'> | Refusal {
  if (!isDealFact(kind, fact)) return refuse('not_in_deal', `“${fact.title}” is recorded by itself.`);
  const ended = namesNoEnded(fact, data, context);
  if (ended) return ended;
  const refers = fact.signedAs?.(data, context);
  if (refers instanceof Refusal) return refers;
  const completed = (fact.complete ? fact.complete(data, state.own, context) : data) as FactData | Refusal;
  const demands = demandsOf(fact, data, state.own, context, completed);
  if (completed instanceof Refusal && demands.acts.length === 0) return completed;
  const day = daysHold(kind, state, fact, data, context);
  if (day) return day;
  if (completed instanceof Refusal) return completed;
  if (TRIED.test(JSON.stringify(completed))) {
    return refuse(
      'not_in_deal',
      'It rests on another fact of the deal by its revision, which that fact does not have before it is recorded.',
    );
  }
  const preview = holds(kind, state, fact, completed, context, by);
  return preview instanceof Refusal
    ? preview
    : { text: { type, version: fact.version, data: completed }, demands, preview };
}

interface Offer {
  readonly mandate: Mandate;
  readonly parts: readonly Part[];
  readonly data: object;
}

/** What an officer offers: the facts as they would be recorded, and the signatures that they need. */
function offered<State>(
  deciding: Deciding<State>,
  texts: readonly SentFact[],
  adjustment: Adjustment,
  act: string,
  terms: object,
): Offer | Refusal {
  const { asking, base } = deciding;
  const held = mandatesOn(base.register, asking.officer, base.today);
  // The limit on what one body offers is held to the body that the officer turns out to act for.
  const bodies = new Set(asking.actingFor === undefined ? held.map(({ partner }) => partner) : [asking.actingFor]);
  for (const by of bodies) {
    const parts = inTurn(deciding, texts, { adjustment, by, given: [] }, (text, turn) =>
      offeredPart(deciding, text, turn, by),
    );
    if (parts instanceof Refusal) return parts;
    const seats = parts.map(({ demands }, fact): Seat => {
      const { signature, acts, signs, roles } = demands;
      return {
        fact,
        bodies: signature === 'other-side' ? [...acts, ...signs] : acts,
        roles,
        amount: amountOf(demands),
      };
    });
    const maker = seated(seats, asking, base, act);
    if (maker instanceof Refusal) return maker;
    if (maker.mandate.partner !== by) continue;
    const needs = needsOf(parts, maker);
    if (needs instanceof Refusal) return needs;
    if (needs.length === 0) {
      return refuse('signature_not_needed', 'Each fact of the deal counts as soon as it is posted.');
    }
    const awaiting = bodiesOf(needs);
    const isOneFact = parts.length === 1 && needs.length === 1 && maker.facts.length === 1;
    const data = {
      signature: awaiting.some((each) => each !== by) ? 'other-side' : 'second-officer',
      awaiting,
      ...(!isOneFact && { needs, signs: maker.facts }),
      ...terms,
    };
    return { mandate: maker.mandate, parts, data };
  }
  return refuse('not_mandated', `${asking.officer} holds no mandate today, so cannot ${act}.`);
}

/** The decision that an offer comes to: a step that puts it on the table, within what the stream can add exactly. */
function onTheTable<State>(
  { kind, state }: Deciding<State>,
  step: FactText,
  { mandate, parts }: Offer,
  adjustment: Adjustment,
): Decision | Refusal {
  return (
    tableHolds(kind, state, step, mandate.partner) ?? {
      partner: mandate.partner,
      role: mandate.role,
      ...(adjustment && { adjustment }),
      preview: previewOf(parts),
      events: [step],
    }
  );
}

/** What a deal does: every warning, and all else as its last fact leaves it. */
const previewOf = (parts: readonly Part[]): Preview => ({
  ...parts.at(-1)!.preview,
  warnings: [...new Set(parts.flatMap(({ preview }) => preview.warnings))],
});

/** Puts a deal on the table. */
export function proposeDeal<State>(
  deciding: Deciding<State>,
  command: Extract<Command, { act: 'propose' }>,
): Decision | Refusal {
  const texts = textsOf(command);
  const wrong = notADeal(deciding, texts) ?? expiryPassed(command.expires, deciding.given.today);
  if (wrong) return wrong;
  const offer = offered(deciding, texts, command.adjustment, 'propose this deal', termsOf(command));
  if (offer instanceof Refusal) return offer;
  const naming = {
    stream: deciding.state.stream,
    by: offer.mandate.partner,
    effective: command.fact.data.effective,
  };
  const otherHalf = halfNamed(command.otherHalf, naming, deciding.base);
  if (otherHalf instanceof Refusal) return otherHalf;
  const of = { ...offeredOf(offer), otherHalf };
  const made = proposalEvent('ProposalMade', deciding.asking.newProposal, of, offer.data);
  return onTheTable(deciding, made, offer, command.adjustment);
}

const offeredOf = ({ parts }: Offer): Offered => offeredAs(parts.map(({ text }) => text));

/** Whether one fact speaks of what another does: of the same kind, and of the same subject where it has one. */
const isOfTheSame = <State>(fact: Fact<State>, one: SentFact, other: SentFact): boolean =>
  one.type === other.type && fact.subject?.(one.data) === fact.subject?.(other.data);

/**
 * Replaces the whole proposal on the table by other facts and ends its signatures. Only bodies that the proposal waits
 * for may counter. At least one fact must be about something on the table, and the maker of the proposal must sign.
 */
export function counterWithDeal<State>(
  deciding: Deciding<State>,
  proposal: OpenProposal,
  command: Extract<Command, { act: 'counter' }>,
): Decision | Refusal {
  const { kind, asking, base } = deciding;
  const texts = textsOf(command);
  const answering = mandateToAnswer(deciding, proposal, 'counter');
  if (answering instanceof Refusal) return answering;
  if (!proposal.deal && proposal.signature !== 'other-side') {
    return refuse('not_countered', `${proposal.fact.type} is signed or declined as it stands.`);
  }
  const wrong = notADeal(deciding, texts) ?? expired(proposal, base.today) ?? expiryPassed(command.expires, base.today);
  if (wrong) return wrong;
  const onTable = textsOf(proposal);
  if (!texts.some((text) => onTable.some((each) => isOfTheSame(factOf(kind, text.type), text, each)))) {
    return refuse('counter_differs', 'No fact of the counter speaks of what is on the table.');
  }
  const acting = { ...deciding, asking: { ...asking, actingFor: answering.partner } };
  const offer = offered(acting, texts, proposal.adjustment, 'counter with this deal', termsOf(command));
  if (offer instanceof Refusal) return offer;
  const makers = standsFor(deciding, proposal)([proposal.by]);
  const { awaiting } = offer.data as { readonly awaiting: readonly string[] };
  if (!awaiting.some((each) => makers.includes(each))) {
    return refuse(
      'counter_differs',
      `${makers.join(' or ')} made the proposal, and would sign no fact of the counter.`,
    );
  }
  const { fact: replaces, further: replacesFurther } = proposal;
  const of = { ...offeredOf(offer), otherHalf: proposal.otherHalf };
  const countered = proposalEvent('ProposalCountered', proposal.id, of, {
    replaces,
    ...(replacesFurther && { replacesFurther }),
    ...offer.data,
  });
  return onTheTable(deciding, countered, offer, proposal.adjustment);
}

// Answering

const standsFor = <State>({ kind, base }: Deciding<State>, { fact }: Offered) =>
  bodiesActingFor(factOf(kind, fact.type), fact.data, base);

/** The roles that may make and sign the facts of a deal, whatever has become of what they are about. */
function rolesOf<State>({ kind, given, base }: Deciding<State>, texts: readonly FactText[]) {
  const facts = texts.map((text) => {
    const fact = factOf(kind, text.type);
    const original = given.originals.get(kind.referredTo(text) ?? '');
    const as = original && fact.signedAs?.(text.data, { ...base, original });
    return as && !(as instanceof Refusal) ? as.fact : fact;
  });
  return {
    roles: [...new Set(facts.flatMap(({ roles }) => roles))],
    signerRoles: [...new Set(facts.flatMap((fact) => signingOf(fact, base).signerRoles))],
  };
}

/** The mandate by which an officer counters, declines or takes back a deal. */
function mandateToAnswer<State>(
  deciding: Deciding<State>,
  proposal: OpenProposal,
  act: 'counter' | 'decline' | 'withdraw',
): Mandate | Refusal {
  const { asking, base } = deciding;
  const { roles, signerRoles } = rolesOf(deciding, textsOf(proposal));
  const own = act === 'withdraw';
  const stands = standsFor(deciding, proposal);
  // A body stands for another as from the day of the fact that it is a side of.
  const bodies = own
    ? stands([proposal.by])
    : (proposal.deal?.needs.flatMap(({ fact, bodies: side }) =>
        standsFor(deciding, { fact: textsOf(proposal)[fact]! })(side),
      ) ?? stands(proposal.awaiting));
  const mandate = mandateFor(
    base.register,
    asking.officer,
    base.today,
    {
      partners: [...new Set(bodies)],
      roles: own ? roles : signerRoles,
      act: `${act} ${proposal.deal ? 'this deal' : proposal.fact.type}`,
    },
    asking.actingFor,
  );
  return !(mandate instanceof Refusal) && act === 'counter' && asking.officer === proposal.officer
    ? refuse('same_officer', `${asking.officer} proposed it; another officer of ${mandate.partner} must ${act} it.`)
    : mandate;
}

/** A body that the deal still waits for may decline it; its maker may withdraw it. Both end the deal. */
export function closeDeal<State>(
  deciding: Deciding<State>,
  proposal: OpenProposal,
  command: Extract<Command, { act: 'decline' | 'withdraw' }>,
): Decision | Refusal {
  const mandate = mandateToAnswer(deciding, proposal, command.act);
  if (mandate instanceof Refusal) return mandate;
  const { today } = deciding.given;
  if (isExpired(proposal, today)) return expired(proposal, today)!;
  const type = command.act === 'decline' ? 'ProposalDeclined' : 'ProposalWithdrawn';
  return {
    partner: mandate.partner,
    role: mandate.role,
    events: [proposalEvent(type, proposal.id, proposal, { reason: command.reason })],
  };
}

/** Signs a deal for every fact that the officer's body is a side of. The last signature records the facts. */
export function agreeDeal<State>(
  deciding: Deciding<State>,
  proposal: OpenProposal,
  adjustment: Adjustment,
): Decision | Refusal {
  const { asking, base } = deciding;
  const late = expired(proposal, base.today);
  if (late) return late;
  const texts = textsOf(proposal);
  const { needs, given } = proposal.deal!;
  const held = mandatesOn(base.register, asking.officer, base.today).map(({ partner }) => partner);
  let found: Signing | Refusal = refuse('not_mandated', `${asking.officer} holds no mandate today.`);
  // What one body supposes is held to the body that the officer turns out to sign for.
  for (const by of new Set(asking.actingFor === undefined ? held : [asking.actingFor])) {
    found = signedBy(deciding, proposal, adjustment, by);
    if (found instanceof Refusal || found.signer.mandate.partner === by) break;
  }
  if (found instanceof Refusal) return found;
  const { parts, signer } = found;
  const { partner, role } = signer.mandate;
  const signature: DealSignature = { officer: asking.officer, partner, role, facts: signer.facts };
  const left = leftOf(needs, parts, signer);
  const nobody = left.find(({ bodies }) => bodies.length === 0);
  if (nobody) return nobodySigns(nobody);
  const capacity = { partner, role, ...(adjustment && { adjustment }), preview: previewOf(parts) };
  if (left.length > 0) {
    return {
      ...capacity,
      events: [proposalEvent('ProposalSigned', proposal.id, proposal, { signature, needs: left })],
    };
  }
  const signatures = [...given, signature];
  const unsigned = parts.findIndex((part, fact) => !isSigned(part, fact, signatures));
  if (unsigned >= 0) {
    return refuse(
      'changed_since_proposed',
      `Part ${unsigned + 1} of the deal takes other signatures than it did when it was proposed.`,
    );
  }
  const { conditions } = proposal;
  return {
    ...capacity,
    inOpenPeriods: parts.flatMap(({ adjusts }, fact) => (adjusts ? [] : [fact + 1])),
    events: [
      proposalEvent('ProposalAgreed', proposal.id, proposal, {
        signatures,
        ...termsOf({ conditions, expires: undefined }),
      }),
      ...texts,
    ],
  };
}

interface Signing {
  readonly parts: readonly Part[];
  readonly signer: Seated;
}

/** The parts of a deal as an officer of a body finds them who would sign it, and what their signature is for. */
function signedBy<State>(
  deciding: Deciding<State>,
  proposal: OpenProposal,
  adjustment: Adjustment,
  by: string,
): Signing | Refusal {
  const { kind, state, asking, base } = deciding;
  const { needs, given } = proposal.deal!;
  const parts = inTurn(deciding, textsOf(proposal), { adjustment, by, given }, (text, { fact, context }) => {
    const demands = demandsOf(fact, text.data, state.own, context);
    const wrong = daysHold(kind, state, fact, text.data, context) ?? stillRestsOn(kind, state, text, proposal, context);
    if (wrong) return wrong;
    const preview = holds(kind, state, fact, text.data, context, by);
    return preview instanceof Refusal ? preview : { text, demands, preview };
  });
  if (parts instanceof Refusal) return parts;

  const seats = needs.map(({ fact, bodies }): Seat => {
    const { demands, standFor } = parts[fact]!;
    return { fact, bodies: standFor(bodies), roles: rolesToSign(demands, fact, given), amount: amountOf(demands) };
  });
  const signedAlready = new Set(given.flatMap((each) => (each.officer === asking.officer ? each.facts : [])));
  const free = seats.filter(({ fact }) => !signedAlready.has(fact));
  if (free.length === 0) {
    return refuse(
      'same_officer',
      `${asking.officer} has signed what is left of the deal; another person must sign it.`,
    );
  }
  const signer = seated(free, asking, base, 'sign this deal');
  if (signer instanceof Refusal) return signer;
  return { parts, signer };
}

/**
 * The roles that may give the next signature for a fact. The maker of a deal counts as the proposer of the fact, and
 * another officer signs. If two officers sign after the deal was made, one needs a role that proposes and the other a
 * role that signs.
 */
function rolesToSign(
  { signature, roles, signerRoles }: Demands,
  fact: number,
  given: readonly DealSignature[],
): readonly Role[] {
  if (signature === 'none') return roles;
  const first = given.find(({ facts }) => facts.includes(fact));
  if (!first) return [...roles, ...signerRoles];
  const signing = roles.includes(first.role) ? signerRoles : [];
  return first === given[0] || !signerRoles.includes(first.role) ? signing : [...signing, ...roles];
}

/** Whether a fact has the signatures that it takes now: bodies may have become one since, or a period been closed. */
function isSigned({ demands, standFor }: Part, fact: number, signatures: readonly DealSignature[]): boolean {
  const own = signatures.filter(({ facts }) => facts.includes(fact));
  if (demands.signature === 'none') return own.some(({ partner }) => standFor([partner]).some(isIn(demands.acts)));
  return own.some((one) =>
    own.some((other) => other.officer !== one.officer && isBetween(demands, standFor([one.partner]), other.partner)),
  );
}

const isIn =
  (all: readonly string[]) =>
  (one: string): boolean =>
    all.includes(one);
