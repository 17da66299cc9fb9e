import { runOn } from '../support/store.js';

/** The same tests, with the ledger on the cluster store. */
runOn('eventstoredb');
await import('./facts.test.js');
