import { byText } from '../domain/order.js';
import { z } from 'zod';
import { SignedMoney } from '../domain/values.js';
import { QUERIES } from './questions/all.js';

/**
 * What each figure of an answer is, by its name. A field that says more of itself, in its own schema, is described by
 * that; the document of the service and docs/figures.md both follow from here, so that a figure means one thing.
 */
export const FIGURE_WORDS: Readonly<Record<string, string>> = {
  // The gap.
  requirement: 'What the plan’s lines in force add up to; what saves is taken off.',
  funded: 'Agreed contributions + determined grants − withdrawals and reductions + money carried in.',
  gap: 'requirement − funded; below zero where more is agreed than is required.',
  soft: 'The lesser of proposed and the gap, never below zero: on the table, and not signed.',
  hard: 'gap − soft: what nobody has offered. funded + soft + hard = requirement.',
  recurrentGap: 'The gap with one-off lines and one-off money left out on both sides.',
  gapFrom: 'The gap of the year, as known first.',
  gapTo: 'The gap of the year, as known then.',
  openClaims:
    'Claims of the fund’s year that are neither agreed nor abandoned, whoever makes them. Beside the gap, never in it.',
  exposure: 'atRisk + openClaims: what may yet be lost or have to be paid. Beside the gap, never in it.',

  // A position.
  proposed:
    'On the table, and not signed. An offer that names a last day is off the table for what is known from the day after it in London.',
  agreed:
    'Agreed contributions, determined grants and money carried in, less what was withdrawn or reduced; in a dispute, what the claimant is to be paid.',
  agreedRecurrent: 'Of what is agreed, what goes on in later years.',
  agreedOneOff: 'Of what is agreed, what is of this year alone.',
  recurrent: 'Of what is agreed, what goes on in later years.',
  oneOff: 'Of what is agreed, what is of this year alone.',
  withdrawn: 'Agreed, and taken back in whole or in part; or offered, and taken back whole while it was on the table.',
  due: 'The instalments that have fallen due by the day, less what later changes took off them; and money carried in, from its day on.',
  received: 'Money that has come by the day, and money carried in, from its day on.',
  outstanding:
    'agreed − received; below zero where more was paid than is agreed. Of a settlement: what is still to be paid or written off.',
  overdue: 'due − received, source by source, never below zero.',
  atRisk: 'Agreed, and may be lost. It stays in what is agreed until it is reduced.',
  assumed: 'Counted on by somebody, and agreed by nobody. Never in what is agreed.',
  claimedBy: 'Open claims that the partner makes.',
  claimedAgainst: 'Open claims that others make against the partner.',
  spent:
    'What was spent of the money: of a source, charged to those who agreed to pay it, in proportion; of a plan line, what was spent on it.',
  returned: 'Paid back to who had paid it.',
  setAside: 'Set aside for a later year, and still held.',
  held: 'received, money carried in included, − spent − accrued − passedDown − returned − drawn.',

  // A statement, a schedule, a trace, a comparison.
  opening: 'What stood before the first day.',
  closing: 'What stands at the end of the last day.',
  amount: 'The sum of the row.',
  paid: 'Money that was paid of it.',
  change: 'What it changed by.',
  total: 'The sum of the rows.',
  limit: 'The most that the officer may commit in any one act.',
  pool: 'The same from the pool’s own side of the books.',
  filed: 'As it was filed.',
  now: 'The same days, as known at the instant asked for.',

  // The plan, its tests, spending and grants.
  required: 'What the test asks for.',
  actual: 'What there is.',
  margin:
    'actual − required: what can be lost before the test fails; the test of grants also fails where it is above zero.',
  budget: 'What the plan’s lines in force set.',
  committed: 'Ordered, and not yet spent.',
  accrued: 'Due for what was had, and not yet paid.',
  available: 'budget − committed − spent − accrued.',
  forecast: 'What it is expected to cost in the year.',
  outturn: 'What it was then expected to cost in the year.',
  variance: 'budget − forecast: below zero where more will be spent. Of a risk share: spent − budget + ringFenced.',
  notForecast: 'The budgets of lines without a forecast. budget = forecast + variance + notForecast.',
  drawn: 'Taken out of what was set aside, into a later year’s fund.',
  unspent:
    'received − spent − accrued − passedDown − returned − setAside − drawn; below zero where more was spent than came.',
  approved: 'What was approved to be set aside.',
  left: 'approved − drawn.',
  earned: 'What performance has earned of it.',
  released: 'What was paid out of it.',
  share: 'The district’s part of the grant.',
  passedDown: 'Of a grant: passed down to districts.',
  waived: 'What of the share the district agreed not to have passed down.',
  shortfall: 'share − passedDown − waived.',
  uncovered: 'What the signed rule leaves with nobody.',
  socialCare: 'The least that must be spent on social care, of the minimum NHS contribution.',
  outOfHospital: 'The least that must be spent outside hospital, of the minimum NHS contribution.',

  planned: 'Of savings and income: what the plan counts on, above zero.',
  achieved: 'Of savings and income: what was saved or came in so far, as their forecasts say.',

  // The memorandum account.
  funding: 'What was agreed for the year, with what was carried in, whenever it falls due.',
  spending: 'What was spent or accrued.',
  grossFunding: 'A: what was agreed for the year, with what was carried in, whenever it falls due.',
  debtor: 'Agreed for the year, and not received yet; below zero, received beyond what is agreed.',
  debtors: 'Of the funding, what has not been received yet: it is owed to the pool.',
  grossSpending: 'B: what was spent, accrued, or passed down.',
  surplus: 'Funding − spending: a deficit is below zero.',
  carriedForward: 'What was approved to be carried forward, out of the closing balance.',

  // Disputes.
  claimed:
    'Weekly cost × days ÷ 7 × (the share claimed of the respondent − the share that it pays meanwhile). Always agreed + abandoned + open.',
  abandoned: 'Claimed, and given up or not awarded.',
  open: 'Claimed, and neither agreed nor abandoned.',
  confirmed: 'Of the amount, what an officer of the partner has confirmed in its class.',
  borneByClaimant: 'What the claimant would have borne of the cost in all.',
  borneByRespondent: 'What the respondent would have borne of the cost in all.',
  decidedToPay: 'What a decision says is to be paid.',
  settledToPay: 'What settlements say is to be paid.',
  toWriteOff: 'What was abandoned, and is to be written off.',
  writtenOff: 'What was written off.',
  toReceive: 'What others are to pay it under the settlement.',
  toPay: 'What it is to pay others under the settlement.',
  net: 'toReceive − toPay.',

  // The national figures.
  from: 'The contribution of the year before.',
  stated: 'What is stated for the year.',
};

/** What money says of itself where nothing more is said. */
const { pattern: PATTERN, description: PLAIN } = z.toJSONSchema(SignedMoney);

interface Node {
  readonly pattern?: string;
  description?: string;
  readonly anyOf?: readonly Node[];
}

const isMoney = (node: Node): boolean =>
  node.pattern === PATTERN || (node.anyOf?.some((each) => each.pattern === PATTERN) ?? false);

/** Looks at every field of money in a JSON schema, however deep, with its name. */
function eachFigure(schema: unknown, look: (name: string, field: Node) => void): void {
  if (typeof schema !== 'object' || schema === null) return;
  const { properties } = schema as { readonly properties?: unknown };
  if (typeof properties === 'object' && properties !== null) {
    for (const [name, field] of Object.entries(properties as Record<string, Node>)) {
      if (isMoney(field)) look(name, field);
    }
  }
  for (const each of Object.values(schema)) eachFigure(each, look);
}

/** What a field of money says of itself, where it says more than that it is money. */
const ownWords = ({ description, anyOf }: Node): string | undefined =>
  [description, ...(anyOf ?? []).map((each) => each.description)].find(
    (words) => words !== undefined && words !== PLAIN,
  );

/** Describes every figure in a JSON schema that does not say itself what it is. */
export const describeFigures = (schema: unknown): void =>
  eachFigure(schema, (name, field) => {
    field.description = ownWords(field) ?? FIGURE_WORDS[name]!;
  });

interface FigureUse {
  readonly name: string;
  readonly words: string | undefined;
  readonly questions: readonly string[];
}

/** Every figure of every answer by its name and what it means, with the questions that give it in that meaning. */
export function figuresInAnswers(): FigureUse[] {
  const found = new Map<string, { name: string; words: string | undefined; questions: Set<string> }>();
  for (const query of QUERIES) {
    eachFigure(z.toJSONSchema(query.answer, { io: 'output' }), (name, field) => {
      const words = ownWords(field) ?? FIGURE_WORDS[name];
      const key = JSON.stringify([name, words]);
      const use = found.get(key) ?? { name, words, questions: new Set<string>() };
      found.set(key, use);
      use.questions.add(query.name);
    });
  }
  return [...found.values()]
    .map((each) => ({ ...each, questions: [...each.questions] }))
    .sort((a, b) => byText(a.name, b.name));
}

/** The page of figures, in Markdown. */
export function figuresPage(): string {
  const rows = figuresInAnswers().map(
    ({ name, words, questions }) =>
      `| \`${name}\` | ${words!} | ${questions.map((each) => `\`${each}\``).join(', ')} |`,
  );
  return `${[
    '# Figures',
    'What each figure of an answer is. Written by `bcf-ledger catalogue --figures` from the declarations; not edited by hand. Every figure is pounds and pence, on a day and as known at an instant; below zero it has a leading minus.',
    ['| figure | what it is | given by |', '|---|---|---|', ...rows].join('\n'),
  ].join('\n\n')}\n`;
}
