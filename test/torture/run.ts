import { parseArgs } from 'node:util';
import { campaign, KINDS } from './campaign.js';

/**
 * `npm run torture -- [--minutes N] [--seed S] [--kinds kills,damage] [--rounds N]`: tries everything in turn until the time is
 * over, or so many rounds are, and ends with 1 where something was lost, doubled, wrong in silence, or hung.
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
