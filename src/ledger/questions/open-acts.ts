import { z } from 'zod';
import type { Fact } from '../../domain/grammar/fact.js';
import type { StreamKind } from '../../domain/grammar/event.js';
import { GROUPS, inGroups } from '../../domain/grammar/groups.js';
import { mandatesOn, withoutMandate, type Mandate } from '../../domain/grammar/mandate.js';
import { actingFor } from '../../domain/grammar/succession.js';
import { READING_ROLES } from '../../domain/roles.js';
import { todayOf } from '../acts/stamp.js';
import { KINDS, streamOf, WHEREABOUTS, type AnyKind } from '../catalogue.js';
import type { Ledger } from '../ledger.js';
import { Nothing, OfArea, OfFund, query, fundAtDates, type FundAtDates, type Query } from './question.js';
import { OfOfficer } from './tasks.js';

/** What an officer may do: the facts that their roles and bodies allow them to record or propose in a stream. */

const ActText = z.object({
  type: z.string(),
  title: z.string().meta({ description: 'What is done, as a verb phrase.' }),
  group: z.string().meta({ description: 'The heading under which it is listed.' }),
  about: z.string(),
  proposed: z.boolean().meta({
    description: 'Whether it needs a second signature and is therefore proposed. A reversal does if its original did.',
  }),
});

/** The bodies of a stream that is open, under today’s names. */
function partnersOf(ledger: Ledger, kind: StreamKind, name: string): readonly string[] {
  const register = ledger.model.register();
  if (kind === 'register') return [...register.partners.keys()];
  if (kind === 'dispute') {
    const { opened } = ledger.model.stream('dispute', streamOf(kind, name)).own;
    const today = todayOf(ledger);
    return actingFor(register.successions, [...opened!.partners.keys()], { area: name, today, effective: today });
  }
  return (fundAtDates(ledger, name, {}) as FundAtDates).partners;
}

/**
 * Whether an officer with these mandates may do it at all. Which body may do it in a given case depends on the content
 * of the fact.
 */
function isOpen<State>(
  fact: Fact<State>,
  held: readonly Pick<Mandate, 'partner' | 'role'>[],
  partners: ReadonlySet<string>,
  keeper: string,
): boolean {
  return held.some(({ partner, role }) => {
    const isTheirs = fact.byKeeper ? partner === keeper : partners.has(partner);
    // A fact that takes another back needs a role of that other fact. Any role that may act could be such a role.
    return isTheirs && (fact.roles.length === 0 ? !READING_ROLES.includes(role) : fact.roles.includes(role));
  });
}

/** The facts of an open stream: all except its opening fact and the facts that the service records itself. */
const factsOf = (kind: AnyKind): Fact<unknown>[] => inGroups(kind.facts.filter(({ name }) => name !== kind.opener));

function openActsIn(kind: StreamKind, prefix: string): Query {
  const { path, param } = WHEREABOUTS[kind];
  const params = param === 'fund' ? OfFund : param === 'area' ? OfArea : Nothing;
  return query({
    name: `${prefix}open-acts`,
    path: `${path}/open-acts/{officer}`,
    about: `The facts that an officer may record or propose in ${param ? (param === 'fund' ? 'a fund' : 'the disputes of an area') : 'the register'} today, by their roles and bodies. The rules decide when it is sent.`,
    params: params.extend(OfOfficer.shape),
    options: Nothing,
    answer: z.object({ officer: z.string(), acts: z.array(ActText) }),
    async run(ledger, of) {
      const name = param ? String((of as Record<string, unknown>)[param]) : '';
      if (ledger.model.stream(kind, streamOf(kind, name)).revision < 0)
        return KINDS[kind].notOpen(streamOf(kind, name));
      const { officer } = of as { officer: string };
      const register = ledger.model.register();
      const held = mandatesOn(register, officer, todayOf(ledger));
      if (held.length === 0) return withoutMandate(register, officer);
      const partners = new Set(partnersOf(ledger, kind, name));
      return {
        officer,
        acts: factsOf(KINDS[kind])
          .filter((fact) => isOpen(fact, held, partners, register.ledger!.keeper))
          .map(({ name: type, title, group, about, signature }) => ({
            type,
            title,
            group: GROUPS[group],
            about,
            proposed: signature !== 'none',
          })),
      };
    },
    table: ({ acts }) => ({
      columns: ['title', 'group', 'fact', 'proposed'],
      rows: acts.map(({ title, group, type, proposed }) => [title, group, type, proposed ? 'yes' : 'no']),
    }),
  });
}

export const FUND_OPEN_ACTS = openActsIn('fund', '');
export const DISPUTE_OPEN_ACTS = openActsIn('dispute', 'dispute-');
export const REGISTER_OPEN_ACTS = openActsIn('register', 'register-');
