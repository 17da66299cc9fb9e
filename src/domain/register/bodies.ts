import { z } from 'zod';
import { append } from '../grammar/change.js';
import { dayInWords } from '../calendar.js';
import { fact, type Fact } from '../grammar/fact.js';
import type { RegisterState } from './state.js';
import { canBeSigned, endsOne, keeperAlone, SIGN_ENDS, sidesOfEnd } from './ending.js';
import { ADMINISTER } from '../roles.js';
import { inForce } from '../grammar/rule-versions.js';
import { refuse, type Refusal } from '../rules.js';
import { sourceOf } from '../sources.js';
import { EffectiveDay, isFraction } from '../values.js';
import {
  endOf,
  SHARE_PLACES,
  successionInWords,
  sumsToOne,
  type Share,
  type Succession,
} from '../grammar/succession.js';
import { Area, Instrument, NamedPartner, Predecessor, Source, Successor } from '../grammar/fields.js';
import { oneOf } from '../grammar/asked.js';

/**
 * Bodies that merge, split, or change their boundaries, and who follows them.
 * Source: docs/sources.md, Acts and corrections; Reorganisation.
 */

const Bodies = z
  .array(NamedPartner.meta({ title: 'Body' }))
  .min(1)
  .max(40)
  .refine((bodies) => new Set(bodies).size === bodies.length, { error: 'must name each body once' });

const SHARE = new RegExp(`^(1|0\\.(?=\\d*[1-9])\\d{1,${SHARE_PLACES}})$`);

const ShareFields = z.strictObject({
  predecessor: Predecessor,
  successor: Successor,
  area: Area.optional(),
  source: Source.optional(),
  share: z
    .string()
    .refine((text) => SHARE.test(text) || isFraction(text), {
      error: `must be "1", a part of one with at most ${SHARE_PLACES} places, such as "0.25", or a fraction such as "1/3"`,
    })
    .meta({ title: 'Share', description: 'The successor’s share of one: with places, or as a fraction such as 1/3.' }),
});

type Sent = Omit<Succession, 'revision' | 'shares'> & { readonly shares?: readonly Share[] | undefined };

const unfit = (why: string): Refusal => refuse('succession_unfit', why);

/** The bodies must be registered, and each must begin before it ends: so no body ever follows itself. */
function bodiesFit({ effective, mode, predecessors, successors }: Sent, state: RegisterState): Refusal | undefined {
  const unknown = [...predecessors, ...successors].find((body) => !state.partners.has(body));
  if (unknown !== undefined) return refuse('partner_unknown', `${unknown} is not registered as a partner.`);
  if ((mode === 'merge') !== (successors.length === 1) && mode !== 'boundary') {
    return unfit(
      mode === 'merge'
        ? `A merger has one successor; ${successors.length} are named.`
        : 'A split has two successors at least.',
    );
  }
  for (const body of predecessors) {
    const ended = endOf(state.successions, body);
    if (ended) return refuse('partner_ended', `${successionInWords(ended)}.`);
    const began = state.successions.find(
      (each) => each.reversed === undefined && each.successors.includes(body) && each.effective >= effective,
    );
    if (began) {
      return unfit(`${body} begins on ${dayInWords(began.effective)}, and would end on ${dayInWords(effective)}.`);
    }
  }
  for (const body of successors) {
    if (predecessors.includes(body)) return unfit(`${body} cannot follow itself.`);
    const ended = endOf(state.successions, body);
    if (ended && ended.effective <= effective) return refuse('partner_ended', `${successionInWords(ended)}.`);
  }
  return undefined;
}

/** The shares of each predecessor sum to one, for every area and source that they speak of and for all else. */
function sharesFit({ predecessors, successors, shares = [] }: Sent): Refusal | undefined {
  if (successors.length === 1) {
    return shares.length === 0 ? undefined : unfit(`${successors[0]!} follows alone; there is nothing to share.`);
  }
  const stranger = shares.find(
    (each) => !predecessors.includes(each.predecessor) || !successors.includes(each.successor),
  );
  if (stranger) return unfit(`${stranger.successor} does not follow ${stranger.predecessor} here.`);
  const nothing = shares.find((each) => each.source !== undefined && !sourceOf(each.source));
  if (nothing) return refuse('source_unknown', `"${nothing.source!}" is not a source of funding.`);
  const heir = successors.find((successor) => !shares.some((each) => each.successor === successor));
  if (heir !== undefined) return refuse('shares_not_one', `${heir} is given no share of anything.`);
  const groups = new Map<string, Share[]>();
  for (const predecessor of predecessors) groups.set(predecessor, []);
  for (const each of shares) {
    const of = [each.predecessor, each.area, each.source].filter((part) => part !== undefined).join(', ');
    groups.set(of, [...(groups.get(of) ?? []), each]);
  }
  for (const [of, all] of groups) {
    if (new Set(all.map((each) => each.successor)).size < all.length) {
      return refuse('shares_not_one', `The shares of ${of} name a successor twice.`);
    }
    if (!sumsToOne(all)) return refuse('shares_not_one', `The shares of ${of} do not sum to one.`);
  }
  return undefined;
}

export const BODY_FACTS: readonly Fact<RegisterState>[] = [
  fact({
    name: 'PartnerSucceeded',
    title: 'Record that a body ends and others follow it',
    group: 'bodies',
    about:
      'A body ends and others follow it, from a day on, by shares that sum to one: a merger, a split or a change of boundaries. What stood with the old stands with the new; before the day everything answers under the old names. One is recorded for each body that ends, and an officer of that body signs while it has officers, to its last day. After that, or where it has none, or where it keeps the ledger, a body signs of the sector that the keeper is not of (a body of the NHS, where a council keeps it). No officer of the keeper gives that signature. Taking a succession back is signed by a body that followed.',
    input: z.strictObject({
      effective: EffectiveDay.meta({
        title: 'First day',
        description: 'The first day of the successors; the body ends before it.',
      }),
      mode: oneOf({ merge: 'Bodies merge', split: 'A body is split', boundary: 'Boundaries change' }).meta({
        title: 'What happens',
        description: 'Whether bodies merge, are split, or change their boundaries.',
      }),
      predecessors: Bodies.meta({ title: 'Body that ends', description: 'The body that ends: one.' }),
      successors: Bodies.meta({ title: 'Bodies that follow', description: 'The bodies that follow them.' }),
      shares: z
        .array(ShareFields.meta({ title: 'Share' }))
        .max(400)
        .optional()
        .meta({
          title: 'Shares',
          description:
            'Where there are several successors: each one’s share of what a predecessor held, for an area, for a source of funding, for both, or for all else.',
        }),
      instrument: Instrument.meta({ description: 'The order or scheme by which it happens.' }),
    }),
    signature: 'other-side',
    roles: ADMINISTER,
    signerRoles: SIGN_ENDS,
    signedBefore: { change: 'predecessor_signs', signature: 'second-officer', signerRoles: ADMINISTER },
    effective: 'any-day',
    reversible: true,
    byKeeper: true,
    sides: (data, state: RegisterState, context) =>
      inForce('predecessor_signs', context)
        ? sidesOfEnd(data, state, context)
        : { acts: [state.ledger!.keeper], signs: [state.ledger!.keeper] },
    subject: ({ predecessors }) => predecessors.join(' '),
    check: (data, state: RegisterState, context) =>
      endsOne(data, context) ??
      bodiesFit(data, state) ??
      sharesFit(data) ??
      canBeSigned(data, state, context) ??
      keeperAlone(state, context),
    evolve: (state, { shares = [], ...data }, { revision }) => append(state.successions, { ...data, shares, revision }),
    sentence: (data) => `${successionInWords(data)} (${data.mode}): ${data.instrument}.`,
  }),
];
