import type { PlanEntry } from '../src/domain/fund/plan-text.js';
import { PLAN, POOL } from '../src/domain/postings.js';
import type { View } from './view.js';

/** The entries of a plan's text, from balances: the same that a decision reads from its state, at any two dates. */
export const planEntries = (view: View): PlanEntry[] =>
  view.accounts.flatMap((account) => {
    const { measure, holder, source, term, detail } = account;
    const isLine = measure === 'requirement' && holder === PLAN;
    // What is carried in is no part of the plan that partners agree: it is what the year before left.
    const isAgreed = measure === 'agreed' && holder !== POOL && source !== 'CARRY_IN';
    if (!isLine && !isAgreed) return [];
    return [
      { of: isLine ? 'line' : 'agreed', name: isLine ? detail : holder, source, term, pence: view.balance(account) },
    ];
  });
