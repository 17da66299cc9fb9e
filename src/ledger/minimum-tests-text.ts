import { z } from 'zod';
import { VERDICTS, type TestResult } from '../domain/fund/plan/minimum-tests.js';
import { moneyText } from '../domain/money.js';
import { SignedMoney } from '../domain/values.js';

/** The minimum tests as answers give them: of a question, and of a dry run. */
export const TestText = z.object({
  test: z.string(),
  title: z.string(),
  verdict: z.enum(VERDICTS),
  why: z.string(),
  margin: SignedMoney.nullable().meta({
    description:
      'The smallest margin of its rows: what can be lost before it fails; the test of grants also fails where more is pooled than was determined. Null where nothing was tested.',
  }),
  rows: z.array(
    z.object({
      of: z.string(),
      required: SignedMoney,
      actual: SignedMoney,
      margin: SignedMoney,
      verdict: z.enum(VERDICTS),
      why: z.string(),
    }),
  ),
  unclassified: z.array(z.string()).meta({ description: 'Lines of which no area of spend is known.' }),
});

export const testText = ({ test, title, verdict, why, margin, rows, unclassified }: TestResult) => ({
  test,
  title,
  verdict,
  why,
  margin: verdict === 'not-applicable' ? null : moneyText(margin),
  rows: rows.map((row) => ({
    ...row,
    required: moneyText(row.required),
    actual: moneyText(row.actual),
    margin: moneyText(row.margin),
  })),
  unclassified: [...unclassified],
});
