import type { LedgerEvent } from '../src/domain/grammar/event.js';
import type { RegisterState } from '../src/domain/register/state.js';
import { RULES_NOW } from '../src/domain/grammar/rule-versions.js';
import { initialStream, type StreamState } from '../src/domain/grammar/kind.js';
import type { Day } from '../src/domain/calendar.js';
import { KINDS } from '../src/ledger/catalogue.js';
import { decisionContext } from '../src/ledger/acts/decision-context.js';

/** The context of a decision on made-up data, none of which rests on another fund or on disputes. */
export const contextOf = (
  register: StreamState<RegisterState>,
  stream: string,
  today: Day,
  original: LedgerEvent | undefined,
) =>
  decisionContext(
    {
      stream: (kind, name) => (kind === 'register' ? register : initialStream(KINDS[kind], name)) as never,
      madeIn: () => undefined,
    },
    { stream, today, rules: RULES_NOW, originals: original ? [original] : [] },
  );
