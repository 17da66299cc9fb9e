import { z } from 'zod';
import { append, assign, put } from '../grammar/change.js';
import type { Day } from '../calendar.js';
import { dayInWords, daysAfter } from '../calendar.js';
import { fact, keeperFact, NO_BOOKS, type Fact } from '../grammar/fact.js';
import { pence, pounds } from '../money.js';
import { BODY_FACTS } from './bodies.js';
import { actsForSome, keeperAlone, keepersOn } from './ending.js';
import { LOSS } from './loss.js';
import { HOLIDAY_FACTS } from './holidays.js';
import { REFERENCE_FACTS } from './reference-data.js';
import { endOf } from '../grammar/succession.js';
import { reversalFact, reversedBy } from '../grammar/reversal.js';
import { ADMINISTER, READING_ROLES, ROLES, type Role } from '../roles.js';
import { inForce, rulesOf } from '../grammar/rule-versions.js';
import { refuse } from '../rules.js';
import type { Kind } from '../grammar/kind.js';
import { Amount } from '../values.js';
import {
  Demonstration,
  Effective,
  FullName,
  LastDay,
  LedgerTitle,
  Officer,
  Partner,
  Reason,
  RoleField,
} from '../grammar/fields.js';

import { emptyRegister, PARTNER_KINDS, reserved, type RegisterState } from './state.js';
import { inForceOn, mandatesOn, type Mandate } from '../grammar/mandate.js';
import { actingBody, newName, oneOf } from '../grammar/asked.js';

/** The register: who the partners are, and which officers may act for them, in what role, from when to when. */

// Facts

const withArticle = (noun: string): string => `${/^[aeio]/.test(noun) ? 'an' : 'a'} ${noun}`;

const PartnerKindField = oneOf(PARTNER_KINDS).meta({ title: 'Kind of body', description: 'What kind of body it is.' });
const Limit = Amount.optional().meta({
  title: 'Limit',
  description: 'The most that one act may move; none means no limit.',
});

const FirstOfficers = z
  .array(z.strictObject({ officer: newName(Officer), role: RoleField, limit: Limit }).meta({ title: 'Officer' }))
  .min(2, { error: 'a partner needs at least two officers from its first day' })
  .max(50)
  .refine((officers) => new Set(officers.map((each) => each.officer)).size >= 2, {
    error: 'must name at least two different officers',
  })
  .meta({
    title: 'First officers',
    description: 'The officers who act for the body from its first day: two at least.',
  });

const PartnerFields = {
  partner: newName(Partner, ['name']),
  name: FullName,
  kind: PartnerKindField,
  officers: FirstOfficers,
};

const OPENING: Fact<RegisterState> = fact({
  name: 'LedgerOpened',
  title: 'Open the ledger',
  group: 'bodies',
  about: 'Opens the ledger: who keeps it, its first officers, two at least, and whether it is a demonstration.',
  input: z.strictObject({
    effective: Effective,
    ledger: LedgerTitle,
    demonstration: Demonstration,
    ...PartnerFields,
  }),
  signature: 'none',
  roles: ADMINISTER,
  bringsOfficers: true,
  effective: 'any-day',
  reversible: false,
  wayBack: 'A ledger stays open for ever.',
  sides: (data) => ({ acts: [data.partner], signs: [] }),
  check: ({ officers }, state: RegisterState, context) =>
    state.ledger
      ? refuse('ledger_open', `The ledger "${state.ledger.name}" is open already.`)
      : reserved(officers, context),
  evolve(state, data) {
    assign(state, 'ledger', { name: data.ledger, demonstration: data.demonstration, keeper: data.partner });
    registerPartner(state, data);
  },
  sentence: (data) =>
    `${data.name} opened the ${data.demonstration ? 'demonstration ' : ''}ledger "${data.ledger}", which it keeps.`,
});

const FACTS: readonly Fact<RegisterState>[] = [
  OPENING,
  keeperFact({
    name: 'PartnerRegistered',
    title: 'Register a partner',
    group: 'bodies',
    about: 'Registers a partner with its first officers, two at least.',
    input: z.strictObject({ effective: Effective, ...PartnerFields }),
    roles: ADMINISTER,
    wayBack: 'A partner stays registered; nothing need be done in its name.',
    freshSignIn: true,
    check(data, state: RegisterState, context) {
      const there = state.partners.get(data.partner);
      if (there) return refuse('partner_exists', `${data.partner} is registered already, as ${there.name}.`);
      const { keeper } = state.ledger!;
      const keepers = inForce('keeper_followed', context) ? keepersOn(state, context.today) : [keeper];
      const own = data.officers.find(({ officer }) => actsForSome(state, officer, keepers));
      return own && inForce('keeper_officer', context)
        ? refuse('keeper_officer', `${own.officer} is an officer of ${keepers.join(' or ')}, which keeps the ledger.`)
        : reserved(data.officers, context);
    },
    evolve: (state, data) => registerPartner(state, data),
    sentence: (data) => `${data.name} was registered as ${withArticle(PARTNER_KINDS[data.kind])}.`,
  }),
  fact({
    name: 'OfficerMandated',
    title: 'Give an officer a mandate',
    group: 'bodies',
    about:
      'Gives an officer a mandate: role, limit, first and last day, both inclusive. A second officer of the partner signs.',
    input: z
      .strictObject({
        effective: Effective,
        officer: newName(Officer),
        partner: actingBody(Partner),
        role: RoleField,
        limit: Limit,
        until: LastDay.optional(),
      })
      .refine((data) => data.until === undefined || data.until >= data.effective, {
        error: 'must not be before the effective date',
        path: ['until'],
      }),
    signature: 'second-officer',
    roles: ADMINISTER,
    signerRoles: ROLES.filter((role) => !READING_ROLES.includes(role)),
    effective: 'any-day',
    reversible: false,
    wayBack: 'Post MandateEnded.',
    sides: (data) => ({ acts: [data.partner], signs: [data.partner] }),
    check(data, state: RegisterState, context) {
      if (inForce('own_mandate', context) && context.officer === data.officer) {
        return refuse('own_mandate', `The mandate would be ${data.officer}’s own.`);
      }
      return (
        reserved([data], context) ??
        (mandateInRole(state, data.officer, data.partner, data.role, data.effective)
          ? refuse(
              'officer_mandated',
              `${data.officer} is mandated as ${data.role} of ${data.partner} on ${dayInWords(data.effective)} already.`,
            )
          : undefined)
      );
    },
    evolve: (state, data) =>
      addMandate(state, data.officer, {
        partner: data.partner,
        role: data.role,
        from: data.effective,
        ...(data.until && { until: data.until }),
        ...(data.limit && { limit: pence(data.limit) }),
      }),
    sentence: (data) =>
      `${data.officer} was mandated as ${data.role} of ${data.partner} from ${dayInWords(data.effective)}` +
      (data.until ? ` to ${dayInWords(data.until)}` : '') +
      (data.limit ? `, up to ${pounds(pence(data.limit))} at a time.` : '.'),
  }),
  fact({
    name: 'MandateEnded',
    title: 'End an officer’s mandate',
    group: 'bodies',
    about:
      'Ends what an officer is mandated for in a role of a body; the effective date is the last day, inclusive. What begins later stays.',
    input: z.strictObject({
      effective: Effective,
      officer: Officer,
      partner: actingBody(Partner),
      role: RoleField,
      reason: Reason,
    }),
    signature: 'none',
    roles: ADMINISTER,
    underItsName: true,
    effective: 'any-day',
    reversible: false,
    wayBack: 'Propose OfficerMandated.',
    freshSignIn: true,
    sides: (data) => ({ acts: [data.partner], signs: [] }),
    check(data, state: RegisterState) {
      if (!mandateInRole(state, data.officer, data.partner, data.role, data.effective)) {
        return refuse(
          'mandate_unknown',
          `${data.officer} holds no mandate as ${data.role} of ${data.partner} on ${dayInWords(data.effective)}.`,
        );
      }
      return READING_ROLES.includes(data.role) ||
        othersAble(state, data).size >= 2 ||
        endOf(state.successions, data.partner) !== undefined
        ? undefined
        : refuse(
            'officers_too_few',
            `Without ${data.officer} as ${data.role}, ${data.partner} would have fewer than two officers who can act.`,
          );
    },
    evolve(state, data, { metadata }) {
      const ended = mandatesInRole(state, data.officer, data.partner, data.role, data.effective);
      const all = inForce('all_mandates_end', { rules: rulesOf(metadata) });
      for (const mandate of all ? ended : ended.slice(0, 1)) assign(mandate, 'until', data.effective);
    },
    sentence: (data) =>
      `${data.officer}’s mandate as ${data.role} of ${data.partner} ended on ${dayInWords(data.effective)}: ${data.reason}`,
  }),
  ...BODY_FACTS,
  ...REFERENCE_FACTS,
  ...HOLIDAY_FACTS,
];

const REVERSAL = reversalFact<RegisterState>({
  place: 'register',
  facts: [...FACTS, LOSS],
  wayBack: 'Post the original fact again.',
  limits: [],
  reversed: (state) => state.reversed,
  check: (state, _original, { effective, fact: { data } }, context) =>
    effective === data.effective
      ? keeperAlone(state, context)
      : refuse(
          'reversal_day_fixed',
          `The original takes effect on ${dayInWords(data.effective)}; so must its reversal.`,
        ),
  evolve(state, { reverses, effective }, revision) {
    put(state.reversed, Number(reverses), revision);
    assign(
      state.successions.find((each) => each.revision === Number(reverses))!,
      'reversed',
      { revision, on: effective },
    );
  },
});

const REGISTER_FACTS: readonly Fact<RegisterState>[] = [...FACTS, REVERSAL];

// State

// Evolve

type RegisteredPartner = z.output<z.ZodObject<typeof PartnerFields>> & { readonly effective: Day };

function registerPartner(state: RegisterState, data: RegisteredPartner): void {
  put(state.partners, data.partner, { name: data.name, kind: data.kind });
  for (const { officer, role, limit } of data.officers) {
    addMandate(state, officer, {
      partner: data.partner,
      role,
      from: data.effective,
      ...(limit && { limit: pence(limit) }),
    });
  }
}

function addMandate(state: RegisterState, officer: string, mandate: Mandate): void {
  const held = state.mandates.get(officer);
  if (held) append(held, mandate);
  else put(state.mandates, officer, [mandate]);
}

// Decide

const mandatesInRole = (state: RegisterState, officer: string, partner: string, role: Role, day: Day): Mandate[] =>
  mandatesOn(state, officer, day).filter((each) => each.partner === partner && each.role === role);

const mandateInRole = (
  state: RegisterState,
  officer: string,
  partner: string,
  role: Role,
  day: Day,
): Mandate | undefined => mandatesInRole(state, officer, partner, role, day)[0];

/** The officers of a partner who could still act on the day after a mandate ends. */
function othersAble(
  state: RegisterState,
  ending: { readonly officer: string; readonly partner: string; readonly role: Role; readonly effective: Day },
): Set<string> {
  const after = daysAfter(ending.effective, 1);
  const able = new Set<string>();
  for (const [officer, held] of state.mandates) {
    for (const { partner, role, ...mandate } of held) {
      const ends = officer === ending.officer && role === ending.role;
      if (partner !== ending.partner || ends || READING_ROLES.includes(role)) continue;
      if (inForceOn({ partner, role, ...mandate }, after)) able.add(officer);
    }
  }
  return able;
}

/** The one stream of the register. It holds no money and knows no periods. */
export const REGISTER: Kind<RegisterState> = {
  name: 'register',
  facts: REGISTER_FACTS,
  byName: new Map([...REGISTER_FACTS, LOSS].map((each) => [each.name, each])),
  opener: OPENING.name,
  deals: false,
  initial: emptyRegister,
  isOpen: (state) => state.ledger !== undefined,
  notOpen: () => refuse('ledger_not_open', 'This ledger has not been opened yet.'),
  nameFits: () => undefined,
  ...NO_BOOKS,
  referredTo: reversedBy,
};
