import t from 'tap';
import { financialYear, type Day } from '../../src/domain/calendar.js';
import { Refusal } from '../../src/domain/rules.js';
import { OPERATOR } from '../../src/ledger/access.js';
import { load, planLoad } from '../../src/ledger/acts/load.js';
import type { Submission } from '../../src/ledger/acts/submission.js';
import { whatIf, WhatIfAnswer, WhatIfAsked } from '../../src/ledger/acts/what-if.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { emptyLedger } from '../support/ledger.js';
import { scenarios } from '../support/scenarios.js';

/**
 * A what-if must give the figures that are found once the act is recorded. Each act of every scenario is tried first.
 */

const BY = { officer: 'county-finance', signedInBy: 'test', sight: OPERATOR };
/** An act that is refused. Its answer has the figures as they are. */
const NO_ACT = [{ fact: { type: 'Nothing', data: {} } }];
const NONE = '0.00';

type Told = ReturnType<typeof WhatIfAnswer.parse>;

/** What is tried: the fact that is posted, or the proposal that is signed. */
function actOf({ command }: Submission) {
  if (command.act === 'post') return { fact: command.fact, adjustment: command.adjustment };
  return command.act === 'agree' ? { proposal: command.proposal, adjustment: command.adjustment } : undefined;
}

async function told(ledger: Ledger, fund: string, acts: readonly object[], on: Day, officer: string): Promise<Told> {
  const asked = WhatIfAsked.parse(JSON.parse(JSON.stringify({ acts, on })));
  return WhatIfAnswer.parse(await whatIf(ledger, fund, asked, { ...BY, officer }));
}

/** Each figure by its name, before and after. Bodies that are not partners have no figures. */
function differences(foretold: Told, now: Told): string[] {
  const figures = (of: Told, side: 'before' | 'after'): Map<string, unknown> =>
    new Map<string, unknown>([
      ...Object.entries(of.gap[side]).map(([name, sum]): [string, unknown] => [`gap ${name}`, sum]),
      ...of.partners.flatMap((each) =>
        Object.entries(each[side]).map(([name, sum]): [string, unknown] => [`${each.partner} ${name}`, sum]),
      ),
      ...of.tests.map((each): [string, unknown] => [each.test, JSON.stringify(each[side])]),
      ...of.riskShare.map((each): [string, unknown] => [`${each.partner} risk`, each[side]]),
    ]);
  const [before, after] = [figures(foretold, 'after'), figures(now, 'before')];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [one, other] = [before.get(name) ?? NONE, after.get(name) ?? NONE];
    return one === other ? [] : [`${name}: ${JSON.stringify(one)} foretold, ${JSON.stringify(other)} found`];
  });
}

t.test('what each act of the scenarios would change is what it changes', async (t) => {
  const { ledger, clock } = await emptyLedger(t);
  const faults: string[] = [];
  let compared = 0;
  const trying: Ledger = {
    ...ledger,
    async submit(submission) {
      const { kind, stream, officer } = submission;
      const act = actOf(submission);
      if (kind !== 'fund' || !act || ledger.model.places(stream).length === 0) return ledger.submit(submission);
      const fund = stream.replace(/^fund-/, '');
      const { last } = financialYear(fund.slice(-7))!;
      const foretold = await told(ledger, fund, [act], last, officer);
      const done = await ledger.submit(submission);
      // For a deal that others must sign too, the what-if shows the effect of the whole deal.
      const waits = ledger.model.openProposals().some(({ proposal }) => proposal.id === act.proposal);
      if (foretold.acts[0]!.refusal === null && !(done instanceof Refusal) && !waits) {
        compared++;
        const now = await told(ledger, fund, NO_ACT, last, officer);
        for (const each of differences(foretold, now))
          faults.push(`${fund}, ${JSON.stringify(act).slice(0, 80)}: ${each}`);
      }
      return done;
    },
  };
  await load(planLoad(scenarios()), { ledger: trying, clock, signedInBy: 'file' });
  t.same(faults, []);
  t.ok(compared > 100, `${compared} acts`);
});
