/**
 * Roles under which officers are mandated, and those that acts are usually for.
 * Source: docs/sources.md, Acts and corrections.
 */
export const ROLES = [
  'registrar',
  'finance-officer',
  'chief-finance-officer',
  'chief-executive',
  'board',
  'pool-manager',
  'auditor',
  'api-client',
] as const;

/** What people call each role. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  registrar: 'Registrar',
  'finance-officer': 'Finance officer',
  'chief-finance-officer': 'Chief finance officer',
  'chief-executive': 'Chief executive',
  board: 'Health and wellbeing board, or board of an NHS body',
  'pool-manager': 'Pool manager',
  auditor: 'Auditor',
  'api-client': 'Another system',
};

export type Role = (typeof ROLES)[number];

/** The roles that only read. */
export const READING_ROLES: readonly Role[] = ['auditor', 'api-client'];

/** Who commits a body's money: what is offered, received, decided or settled. */
export const FINANCE: readonly Role[] = ['finance-officer', 'chief-finance-officer'];

/** Who manages the pool for its host, and the officers who commit money: what is planned, spent, reported and closed. */
export const MANAGE: readonly Role[] = ['pool-manager', ...FINANCE];

/** What only a body's chief finance officer decides or signs. */
export const CHIEF: readonly Role[] = ['chief-finance-officer'];

/** Who signs a plan off, each for what the rules of the year ask of them: see plan-years.ts. */
export const SIGNATORIES: readonly Role[] = [...CHIEF, 'chief-executive', 'board'];

/** Who writes in the register: bodies, mandates, and what is published by year. */
export const ADMINISTER: readonly Role[] = ['registrar', 'chief-finance-officer'];
