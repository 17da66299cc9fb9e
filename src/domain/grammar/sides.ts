import { signingOf, type Context, type Fact, type SignedAs } from './fact.js';
import type { FactData, Signature } from './event.js';
import type { Errand, Mandate } from './mandate.js';
import { actingFor, endedBodiesIn, successionInWords } from './succession.js';
import type { Role } from '../roles.js';
import { refuse, Refusal } from '../rules.js';

/** Who acts and who signs: what a fact asks for, and which bodies stand for its parties now. */

/** What a fact asks for: whose act it is, whose signature, in which roles. A reversal asks for what its original did. */
export interface Demands {
  readonly signature: Signature;
  readonly roles: readonly Role[];
  readonly signerRoles: readonly Role[];
  readonly acts: readonly string[];
  readonly signs: readonly string[];
  readonly amount: Pick<Errand, 'amount'>;
  /** Who acts, in words, where one office alone may. */
  readonly who?: string;
}

/** What a fact demands of the bodies that stand for its parties: of their successors, once they have ended. */
export function demandsOf<State>(
  fact: Fact<State>,
  data: FactData,
  state: State,
  context: Context,
  completed: FactData | Refusal = data,
): Demands {
  const demands = demandedBy(fact, data, state, context, completed);
  const standFor = bodiesActingFor(fact, data, context);
  const [acts, signs] = [standFor(demands.acts), standFor(demands.signs)];
  return { ...demands, acts, signs, signature: becameOne(acts, signs, demands.signature) };
}

/** Where both sides have become one body, a second officer of that body signs. */
const becameOne = (acts: readonly string[], signs: readonly string[], signature: Signature): Signature =>
  signature === 'other-side' && acts.length === 1 && signs.length === 1 && acts[0] === signs[0]
    ? 'second-officer'
    : signature;

/** The bodies that stand for others where a fact is concerned. The keeper keeps the ledger until the day it ends. */
export const bodiesActingFor =
  <State>(fact: Fact<State>, { effective }: FactData, { register, today, area }: Context) =>
  (bodies: readonly string[]): string[] =>
    actingFor(register.successions, bodies, { area, today, effective: fact.byKeeper ? today : effective });

/**
 * Refuses new facts in the name of a body for days after its end. A counter may name an ended body for such days only
 * if the text on the table names it in the same fields. Source: docs/sources.md, Acts and corrections; Reorganisation.
 */
export function namesNoEnded<State>(
  fact: Fact<State>,
  data: FactData,
  { register }: Context,
  onTable?: FactData,
): Refusal | undefined {
  if (fact.underItsName || register.successions.length === 0) return undefined;
  const endedIn = (text: FactData) => endedBodiesIn(register.successions, fact.input, text);
  const before = onTable ? endedIn(onTable) : [];
  const found = endedIn(data).find(
    ({ body, field }) => !before.some((each) => each.body === body && each.field === field),
  );
  return found && refuse('partner_ended', `${successionInWords(found.ended)}.`);
}

function demandedBy<State>(
  fact: Fact<State>,
  data: FactData,
  state: State,
  context: Context,
  completed: FactData | Refusal,
): Demands {
  // An earlier check has made sure that the original exists and is reversible.
  const as = fact.signedAs?.(data, context) as SignedAs<State> | undefined;
  if (as) {
    const demands = demandedBy(as.fact, as.data, state, context, as.data);
    if (as.fact.signature !== 'none') return demands;
    const { partner, adjustment } = context.original!.metadata;
    // A fact that one partner recorded without a signature is reversed by that partner, and by two of its officers if
    // two recorded it: reversing an adjustment of a closed period needs two signatures from any day.
    return { ...demands, acts: [partner], ...(adjustment && { signature: 'second-officer' as const }) };
  }
  const amount = completed instanceof Refusal ? undefined : fact.amount?.(completed, state, context);
  const { signature, signerRoles } = signingOf(fact, context);
  const { only, ...sides } = fact.sides(data, state, context);
  return {
    // An adjustment of a closed period always takes a second signature. Source: docs/sources.md, Acts and corrections.
    signature: context.adjustment && signature === 'none' ? 'second-officer' : signature,
    roles: only?.roles ?? fact.roles,
    signerRoles,
    ...sides,
    ...(only && { who: only.who }),
    amount: amount === undefined ? {} : { amount },
  };
}

/** The bodies any of which can sign what one of them proposes; none where there is no other side. */
export function awaitedBy(demands: Demands, mandate: Mandate): string[] {
  if (demands.signature === 'second-officer') return [mandate.partner];
  const { partner: by } = mandate;
  // A body may be on both sides because it followed others. Then any other body on either side can sign.
  const others = [
    ...(demands.acts.includes(by) ? demands.signs : []),
    ...(demands.signs.includes(by) ? demands.acts : []),
  ];
  return [...new Set(others)].filter((partner) => partner !== by);
}

/**
 * Whether two partners are the two sides of a fact; where a second officer of one partner signs, that partner is both.
 * `by` is who made the proposal, or who stands for it now.
 */
export const isBetween = (demands: Demands, by: readonly string[], signer: string): boolean =>
  demands.signature === 'second-officer'
    ? by.includes(signer)
    : by.some(
        (each) =>
          (demands.acts.includes(each) && demands.signs.includes(signer)) ||
          (demands.signs.includes(each) && demands.acts.includes(signer)),
      );
