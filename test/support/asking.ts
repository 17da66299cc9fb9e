import { z } from 'zod';
import { Refusal } from '../../src/domain/rules.js';
import { QUERIES } from '../../src/ledger/queries/all.js';
import type { Answer, Table } from '../../src/ledger/queries/query.js';
import { FUND, type TestLedger } from './ledger.js';

interface Asked {
  readonly answer: Answer;
  readonly table: Table;
}

/** Asks a question by its name as the faces do, of the test fund unless told otherwise. */
export async function ask(
  { ledger }: TestLedger,
  name: string,
  given: Readonly<Record<string, string>> = {},
): Promise<Asked | Refusal> {
  const query = QUERIES.find((each) => each.name === name)!;
  const named = 'fund' in query.params.shape ? { fund: FUND, ...given } : given;
  const answer = await query.run(ledger, z.object({ ...query.params.shape, ...query.options.shape }).parse(named));
  return answer instanceof Refusal ? answer : { answer: query.answer.parse(answer), table: query.table(answer) };
}

/** Asks what must be answered. */
export async function asked(
  ledger: TestLedger,
  name: string,
  given: Readonly<Record<string, string>> = {},
): Promise<Asked['answer']> {
  const found = await ask(ledger, name, given);
  if (found instanceof Refusal) throw new Error(`${name}: ${found.detail}`);
  return found.answer;
}

/** The same as a table. */
export async function tableOf(
  ledger: TestLedger,
  name: string,
  given: Readonly<Record<string, string>> = {},
): Promise<Table> {
  const found = await ask(ledger, name, given);
  if (found instanceof Refusal) throw new Error(`${name}: ${found.detail}`);
  return found.table;
}
