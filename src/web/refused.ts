import type { Refusal } from '../domain/rules.js';

/** Thrown inside a request to answer it with a page that says which rule refuses, why, and what to do. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.name = 'Refused';
    this.refusal = refusal;
  }
}
