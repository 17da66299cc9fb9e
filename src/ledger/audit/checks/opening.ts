import { kindOf, KINDS } from '../../catalogue.js';
import type { Check } from './check.js';

export const OPENING = {
  name: 'opening',
  promise: 'The first event opens the ledger, and each stream’s first event that stands opens it.',
  begin(_before, report) {
    /** The streams that have an event that stands. */
    const begun = new Set<string>();
    return {
      unread: ({ stream }) => void begun.add(stream),
      event({ event: { stream, type }, where, place, isVoid }) {
        if (isVoid) return;
        if (place === 0 && type !== KINDS.register.opener) report(where, `the ledger begins with ${type}.`);
        const isFirst = !begun.has(stream);
        begun.add(stream);
        if (isFirst && type !== kindOf(stream).opener) report(where, `the stream begins with ${type}.`);
      },
    };
  },
} as const satisfies Check;
