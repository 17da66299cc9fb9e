import type { Capabilities } from './conformance.js';

/** Capabilities that the server decides, on the test server and on a real one. */
export const EVENTSTOREDB: Capabilities = {
  refusesAnIdUsedBefore:
    'the server compares ids only where the revision has gone by; the ledger derives ids from its keys and looks first',
  refusesInstantsThatGoBack:
    'the server checks one stream at a time; readers take the latest recorded instant up to each position',
  numbersPositionsByOne: 'the server counts positions in bytes; each stream’s revisions show what is missing',
  sharesItsLedger: true,
};

/** The categories of the streams that the conformance suite writes. */
export const CATEGORIES = ['fund', 'Fund', 'register'];
