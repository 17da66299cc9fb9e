import { instantOf, londonDay } from '../../../domain/calendar.js';
import { mandatesOn, SERVICE } from '../../../domain/grammar/mandate.js';
import { kindOf } from '../../catalogue.js';
import type { Check } from './check.js';

export const MANDATES = {
  name: 'mandates',
  promise: 'Whoever recorded an event was mandated for that partner, in that role, on that day.',
  begin: ({ register }, report) => ({
    event({ event: { stream, type, metadata }, where, isVoid }) {
      const { officer, partner, role } = metadata;
      // The opening names its own first officers; what the service itself does is looked at with the decision.
      if (isVoid || kindOf(stream).byName.get(type)?.bringsOfficers) return;
      if (role === 'service') {
        if (officer !== SERVICE) report(where, `${officer} is not the service, and recorded it as the service.`);
        return;
      }
      const day = londonDay(instantOf(metadata.recordedAt)!);
      const isMandated = mandatesOn(register(), officer, day).some(
        (each) => each.partner === partner && each.role === role,
      );
      if (!isMandated) report(where, `${officer} was not mandated as ${role} of ${partner} on ${day}.`);
    },
  }),
} as const satisfies Check;
