import { londonDay } from '../domain/calendar.js';
import { mandatesOn } from '../domain/register.js';
import { refuse, Refusal } from '../domain/rules.js';
import { fundStream } from '../ledger/catalogue.js';
import type { Ledger } from '../ledger/ledger.js';

/** What an officer may see: the funds that a partner they act for is in; the keeper's officers see all. Deny by default. */
export interface Sight {
  sees(fund: string): boolean;
}

/** Looks an officer's mandates up in the register, today; a token without a mandate shows nothing. */
export function sightOf(ledger: Ledger, officer: string): Sight | Refusal {
  const register = ledger.model.register();
  const mandates = mandatesOn(register, officer, londonDay(ledger.model.now(ledger.clock)));
  if (mandates.length === 0) return refuse('not_mandated', `${officer} holds no mandate today.`);
  const partners = new Set(mandates.map((mandate) => mandate.partner));
  const seesAll = register.ledger !== undefined && partners.has(register.ledger.keeper);
  return {
    sees(fund) {
      if (seesAll) return true;
      const opened = ledger.model.stream('fund', fundStream(fund)).own.opened;
      return opened?.partners.some((partner) => partners.has(partner)) ?? false;
    },
  };
}
