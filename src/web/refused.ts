import { Refusal } from '../domain/rules.js';

/** Thrown inside a request to answer it with a page that says which rule refuses, why, and what to do. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.name = 'Refused';
    this.refusal = refusal;
  }
}

/** What was answered. Throws {@link Refused} where that is a refusal. */
export function answered<T>(found: T | Refusal): T {
  if (found instanceof Refusal) throw new Refused(found);
  return found;
}
