import type { LedgerEvent } from '../../../domain/grammar/event.js';
import { requestsOf } from '../../acts/recorded-act.js';
import { canonical, kindOf } from '../../catalogue.js';
import type { Check } from './check.js';

export const REQUESTS = {
  name: 'requests',
  promise:
    'Every event carries the fingerprint of the request that it records: of its act, its stream and its evidence; and the fact after an agreement carries what the agreement does.',
  begin: (_before, report) => ({
    event({ event, where, agreed }) {
      if (agreed) {
        const { by, of } = agreed;
        // Of a deal, only the facts in closed periods are marked as adjustments.
        const marked = of > 1 && !event.metadata.adjustment ? { adjustment: undefined } : {};
        if (canonical({ ...asOneAct(event), ...marked }) !== canonical({ ...asOneAct(by), ...marked }))
          report(where, `it does not carry what the agreement at revision ${by.revision} does.`);
      } else if (!requestsOf(kindOf(event.stream), event).includes(event.metadata.request))
        report(where, 'the fingerprint of its request is not that of its act and evidence.');
    },
  }),
} as const satisfies Check;

/** What two events of one act have in common: all but the version of their schemas, and what caused the second. */
const asOneAct = ({ metadata }: LedgerEvent) => ({ ...metadata, schemaVersion: 1, causation: '' });
