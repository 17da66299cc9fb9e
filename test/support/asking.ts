import { z } from 'zod';
import { Refusal } from '../../src/domain/rules.js';
import { QUERIES } from '../../src/ledger/questions/all.js';
import { SEES_ALL, type Answer, type Table } from '../../src/ledger/questions/question.js';
import { FUND, type TestLedger } from './ledger.js';

interface Asked {
  readonly answer: Answer;
  readonly table: Table;
}

/** Asks a question by its name, as the faces do, about the test fund and its area unless given otherwise. */
export async function ask(
  { ledger }: TestLedger,
  name: string,
  given: Readonly<Record<string, string>> = {},
): Promise<Asked | Refusal> {
  const query = QUERIES.find((each) => each.name === name)!;
  const { shape } = query.params;
  const named = { ...('fund' in shape && { fund: FUND }), ...('area' in shape && { area: 'testshire' }), ...given };
  const answer = await query.run(ledger, z.object({ ...shape, ...query.options.shape }).parse(named), SEES_ALL);
  return answer instanceof Refusal ? answer : { answer: query.answer.parse(answer), table: query.table(answer) };
}

/** Asks a question that must be answered. A refusal is an error. */
export async function askedWhole(
  ledger: TestLedger,
  name: string,
  given: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  const found = await ask(ledger, name, given);
  if (found instanceof Refusal) throw new Error(`${name}: ${found.rule}: ${found.detail}`);
  return found;
}

/** The same, only the answer. */
export const asked = async <As = Answer>(
  ledger: TestLedger,
  name: string,
  given: Readonly<Record<string, string>> = {},
): Promise<As> => (await askedWhole(ledger, name, given)).answer as As;

/** The same as a table. */
export const tableOf = async (
  ledger: TestLedger,
  name: string,
  given: Readonly<Record<string, string>> = {},
): Promise<Table> => (await askedWhole(ledger, name, given)).table;
