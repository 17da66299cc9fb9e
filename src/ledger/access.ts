import { mandatesOn, SERVICE } from '../domain/grammar/mandate.js';
import type { OpenProposal } from '../domain/grammar/proposal.js';
import { family } from '../domain/grammar/succession.js';
import { refuse, Refusal } from '../domain/rules.js';
import { disputeStream, fundStream, REGISTER_STREAM } from './catalogue.js';
import { todayOf } from './acts/stamp.js';
import type { Ledger } from './ledger.js';
import { SEES_ALL, type Seeing } from './questions/question.js';
import { seesEventsOf } from './shown.js';

/**
 * What an officer may see. Denied by default: an officer sees what their partners are in; the keeper’s officers see all
 * funds.
 */
export interface Sight extends Seeing {
  readonly officer: string;
  /** Whether the events of a stream may be shown. */
  seesEvents(stream: string): boolean;
  /** The same text for officers who see the same, and for no others while the ledger and the day are the same. */
  readonly key: string;
}

/** Looks officers' sights up, and keeps each for as long as neither the register nor the day has changed. */
export function createSights(ledger: Ledger): (officer: string) => Sight | Refusal {
  const kept = new Map<string, Sight>();
  let keptAt = '';
  return (officer) => {
    const at = `${ledger.model.stream('register', REGISTER_STREAM).revision} ${todayOf(ledger)}`;
    if (at !== keptAt) kept.clear();
    keptAt = at;
    const found = kept.get(officer) ?? sightOf(ledger, officer);
    // Only sights of officers in the register are kept, so invented names take no memory.
    if (!(found instanceof Refusal)) kept.set(officer, found);
    return found;
  };
}

/** A user with direct access to the ledger's file or store sees everything in it. */
export const OPERATOR: Sight = { officer: 'operator', key: 'operator', ...SEES_ALL, seesEvents: SEES_ALL.sees };

/** Refuses an officer who may not see a fund. A fund that is not open is left to its own rules. */
export const seesFund = (ledger: Ledger, fund: string, sight: Sight): Refusal | undefined =>
  !ledger.model.fund(fund) || sight.sees(fund)
    ? undefined
    : refuse('not_your_fund', `${sight.officer} acts for no partner of ${fund}.`);

/** The same of the disputes of an area: totals are for its partners; single cases for those of them who act in person. */
export function seesArea(ledger: Ledger, area: string, sight: Sight, what: 'totals' | 'cases'): Refusal | undefined {
  if (!ledger.model.area(area) || sight.seesCases(area)) return undefined;
  if (!sight.seesArea(area))
    return refuse('not_your_area', `${sight.officer} acts for no partner in the disputes of ${area}.`);
  return what === 'cases'
    ? refuse('not_your_area', `${sight.officer} may see the totals of ${area}, and no case.`)
    : undefined;
}

/** The bodies an officer of which is asked to sign a proposal. */
const bodiesAwaited = ({ awaiting, deal }: OpenProposal): readonly string[] =>
  deal ? deal.needs.flatMap(({ bodies }) => bodies) : awaiting;

/** Looks an officer's mandates up in the register, today; a token without a mandate shows nothing. */
export function sightOf(ledger: Ledger, officer: string): Sight | Refusal {
  const register = ledger.model.register();
  const mandates = mandatesOn(register, officer, todayOf(ledger));
  if (mandates.length === 0) return refuse('not_mandated', `${officer} holds no mandate today.`);
  // Earlier rules let a register give a mandate under this name.
  if (officer === SERVICE) return refuse('not_mandated', `Nobody acts as ${SERVICE}: it is the service itself.`);
  const partners = new Set(mandates.map((mandate) => mandate.partner));
  // A program reads totals: single cases are for people, who act for a partner in the area.
  const inPerson = new Set(mandates.filter(({ role }) => role !== 'api-client').map((mandate) => mandate.partner));
  // A mandate exists only in a ledger that has been opened.
  const { keeper } = register.ledger!;
  const today = todayOf(ledger);
  /** Whether a body, or one that has followed it in an area, is among some. */
  const stillIs = (body: string, area: string | undefined, among: ReadonlySet<string>): boolean =>
    family(register.successions, body, today, area).some((each) => among.has(each));
  const keeps = stillIs(keeper, undefined, partners);
  const disputesOf = (area: string) => ledger.model.stream('dispute', disputeStream(area)).own.opened;
  const ofArea = (area: string, acting: ReadonlySet<string>): boolean =>
    [...(disputesOf(area)?.partners.keys() ?? [])].some((partner) => stillIs(partner, area, acting));
  const sight: Sight = {
    officer,
    key: JSON.stringify([[...partners].sort(), [...inPerson].sort()]),
    sees(fund) {
      if (keeps) return true;
      const opened = ledger.model.fund(fund)?.outline.opened;
      if (!opened) return false;
      // A body that is asked to sign, such as one that would join the fund, sees the fund.
      const asked = [...ledger.model.stream('fund', fundStream(fund)).open.values()].flatMap(bodiesAwaited);
      return [...opened.partners, ...asked].some((partner) => stillIs(partner, opened.area, partners));
    },
    seesArea: (area) => keeps || ofArea(area, partners),
    // The keeper as such does not see cases: only the area's partners do, in person.
    seesCases: (area) => ofArea(area, inPerson),
    seesClaims: (area) => !disputesOf(area) || sight.seesCases(area),
    seesEvents: (stream) => seesEventsOf(sight, stream),
  };
  return sight;
}
