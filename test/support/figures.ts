import { gapOf } from '../../projections/gap.js';
import { partnerPosition, type Figures } from '../../projections/position.js';
import type { View } from '../../projections/view.js';
import type { Day } from '../../src/domain/calendar.js';
import type { FactData, SentFact } from '../../src/domain/grammar/event.js';
import { moneyText, NO_MONEY, type Pence } from '../../src/domain/money.js';
import { viewOf } from '../../src/ledger/memory/read-model.js';
import { FUND, type TestLedger } from './ledger.js';

/** The figures of the test fund on a day, as now known, in text. */

const viewOn = ({ ledger: { model }, clock }: TestLedger, on: string): View =>
  viewOf(model.fund(FUND)!, on as Day, model.size(), model.now(clock));

const inText = (sums: object): Record<string, string> =>
  Object.fromEntries(Object.entries<Pence>({ ...sums }).map(([name, sum]) => [name, moneyText(sum)]));

export const figures = (ledger: TestLedger, partner: string, on: string): Record<keyof Figures, string> =>
  inText(partnerPosition(viewOn(ledger, on), partner).total);

export const gap = (ledger: TestLedger, on: string) => inText(gapOf(viewOn(ledger, on), NO_MONEY));

export const fact = (type: string, data: Readonly<Record<string, unknown>>): SentFact => ({
  type,
  data: data as FactData,
});
