import { parseArgs } from 'node:util';
import { campaign, KINDS } from './campaign.js';

/**
 * `npm run torture -- [--minutes N] [--seed S] [--kinds kills,damage] [--rounds N]`: tries each kind in turn until the
 * time or the rounds are over. Ends with 1 if an act was lost or doubled, an answer was silently wrong, or the program
 * hung.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    kinds: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const kinds = values.kinds?.split(',');
const unknown = kinds?.filter((kind) => !(kind in KINDS)) ?? [];
if (unknown.length > 0) throw new Error(`No kind ${unknown.join(', ')}; there are ${Object.keys(KINDS).join(', ')}.`);

const until = performance.now() + Number(values.minutes) * 60_000;
const rounds = values.rounds === undefined ? Infinity : Number(values.rounds);
const tally = await campaign({
  seed: Number(values.seed),
  kinds,
  goesOn: (round) => round < rounds && performance.now() < until,
  say: (words) => console.log(words),
});
console.log(tally.table());
console.log(`${tally.goals()}.`);
process.exitCode = tally.reached ? 0 : 1;
