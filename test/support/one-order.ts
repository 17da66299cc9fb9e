import fc from 'fast-check';
import type { Test } from 'tap';
import { Refusal } from '../../src/domain/rules.js';
import type { Command } from '../../src/domain/grammar/command.js';
import { decode, fundStream, REGISTER_STREAM, sha256 } from '../../src/ledger/catalogue.js';
import { createStanding } from '../../src/ledger/memory/standing.js';
import type { Done } from '../../src/ledger/acts/submission.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { OutcomeUnknown } from '../../src/store/event-store.js';
import { COUNTY, FUND, line, type TestLedger } from './ledger.js';
import { asyncProperty } from './property.js';
import { carryIn, drawn, level, NEXT, post, ready, remembered, service, shared, type Sharing } from './sharing.js';
import { everything } from '../store/conformance.js';

/**
 * Acts on the register and on two funds, through one service or two, together or one after the other. The events that
 * stand must be those that the rules accept when read event by event.
 */

const CLERKS = 3;
const DRAWS = 3;
const clerk = (which: number): string => `clerk-${which}`;

type Step =
  | { readonly what: 'end' | 'reverse' | 'register'; readonly which: number }
  | { readonly what: 'carry' }
  | { readonly what: 'plan'; readonly which: number; readonly next: boolean };

const which = fc.nat(CLERKS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ what: fc.constant('end' as const), which }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('reverse' as const), which: fc.nat(DRAWS - 1) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('register' as const), which }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('carry' as const) }) },
  { weight: 5, arbitrary: fc.record({ what: fc.constant('plan' as const), which, next: fc.boolean() }) },
);
/** Steps sent in the same moment, each by one service or the other. */
const round = fc.array(fc.record({ step, second: fc.boolean() }), { minLength: 1, maxLength: 5 });

/** A ledger with clerks whose mandates can be ended, and draws that can be reversed or carried in. */
async function begun(t: Test, sharing: Sharing, two: boolean) {
  const { first, another } = await shared(t, sharing);
  for (let each = 0; each < CLERKS; each++) {
    const mandate = {
      effective: '2016-01-01',
      officer: clerk(each),
      partner: COUNTY,
      role: 'finance-officer',
    };
    await first.signed('registrar', 'county-chief', 'OfficerMandated', mandate, REGISTER_STREAM);
  }
  const proposals = await drawn(first, DRAWS);
  const second = two ? await service(t, another(), first) : first;
  await ready(first, second);
  return { first, second, proposals, another };
}

function asked(step: Step, name: string, proposals: readonly string[]): readonly [string, Command, string] {
  switch (step.what) {
    case 'end': {
      const mandate = { officer: clerk(step.which), partner: COUNTY, role: 'finance-officer', reason: 'Left' };
      return ['registrar', post('MandateEnded', { effective: '2017-05-01', ...mandate }), REGISTER_STREAM];
    }
    case 'register': {
      const partner = { partner: `district-${step.which}`, name: 'Some District', kind: 'district' };
      const officers = ['finance-officer', 'chief-finance-officer'].map((role) => ({
        officer: `${partner.partner}-${role}`,
        role,
      }));
      return [
        'registrar',
        post('PartnerRegistered', { effective: '2016-01-01', ...partner, officers }),
        REGISTER_STREAM,
      ];
    }
    case 'reverse':
      return ['county-chief', { act: 'agree', proposal: proposals[step.which]! }, FUND];
    case 'carry':
      return ['county-finance', carryIn(name), NEXT];
    case 'plan': {
      const effective = step.next ? '2017-04-01' : '2016-04-01';
      return [clerk(step.which), post('PlanLineSet', line({ line: name, effective })), step.next ? NEXT : FUND];
    }
  }
}

const found = (what: string): never => {
  throw new Error(what);
};

/** The events that stand, computed event by event without the program that decided them. */
async function held(ledger: TestLedger): Promise<{ readonly standing: Map<string, number>; readonly voids: number }> {
  const standing = new Map<string, number>();
  const judge = createStanding();
  const ended = new Set<string>();
  let [spare, voids] = [0, 0];
  for (const event of (await everything(ledger.store)).map((each) => decode(each))) {
    if (judge.take(event)) {
      voids++;
      continue;
    }
    const { type, data, metadata } = event;
    if (ended.has(metadata.officer)) found(`${metadata.officer} recorded ${type} without a mandate.`);
    if (type === 'MandateEnded') ended.add(String(data['officer']));
    if (type === 'ReserveDrawn') spare++;
    if (type === 'CarriedForwardReceived') spare--;
    if (type === 'FactReversed') spare--;
    if (spare < 0) found(`At position ${event.position} more is carried in than is drawn.`);
    if (metadata.causation === undefined) standing.set(metadata.key, (standing.get(metadata.key) ?? 0) + 1);
  }
  return { standing, voids };
}

async function tried(
  t: Test,
  sharing: Sharing,
  two: boolean,
  rounds: readonly (readonly { step: Step; second: boolean }[])[],
) {
  const services = await begun(t, sharing, two);
  const { first, second, proposals } = services;
  const ends = new Map<string, Done | Refusal>();
  for (const [index, acts] of rounds.entries()) {
    await Promise.all(
      acts.map(async ({ step, second: bySecond }, each) => {
        const name = `act-${index}-${each}`;
        const [officer, command, where] = asked(step, name, proposals);
        const by = bySecond ? second : first;
        ends.set(name, await by.submit(officer, command, { in: where, key: name }));
      }),
    );
  }
  return looked(t, services, ends);
}

/** Checks everything in the ledger, and closes the services. Returns how many events were void. */
async function looked(
  t: Test,
  { first, second, another }: Awaited<ReturnType<typeof begun>>,
  ends: ReadonlyMap<string, Done | Refusal>,
): Promise<number> {
  await level(first, second);
  const { standing, voids } = await held(first);
  for (const [name, end] of ends) {
    const times = standing.get(sha256(name)) ?? 0;
    if (times !== (end instanceof Refusal ? 0 : 1)) found(`${name} stands ${times} times.`);
  }
  const { problems } = await verify(first.store);
  if (problems.length > 0) found(problems.map(({ words }) => words).join('; '));
  const rebuilt = await service(t, another(), first);
  t.strictSame(remembered(second), remembered(first), 'both services remember the same');
  t.strictSame(remembered(rebuilt), remembered(first), 'and so does one that reads all of it');
  for (const fund of [FUND, NEXT])
    t.strictSame(
      await second.ledger.stateOf('fund', fundStream(fund)),
      await rebuilt.ledger.stateOf('fund', fundStream(fund)),
    );
  await rebuilt.close();
  if (second !== first) await second.close();
  await first.close();
  return voids;
}

/** Tries so many stories, each with one service or two. */
export async function inOneOrder(t: Test, sharing: Sharing, runs: number): Promise<void> {
  let [recorded, voids] = [0, 0];
  await asyncProperty(
    t,
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 4 }), fc.boolean(), async (rounds, two) => {
      recorded += rounds.flat().length;
      voids += await tried(t, sharing, two, rounds);
    }),
    runs,
  );
  t.comment(`${recorded} acts; ${voids} events were void`);
}

/** How many acts are under way at once, and how many of them change the register, on which all others depend. */
const ABREAST = 20;
const IN_REGISTER = 2;

/** Lets so many acts race through two services in two funds and in the register, and checks which of them stand. */
export async function racing(t: Test, sharing: Sharing, acts: number): Promise<void> {
  const services = await begun(t, sharing, true);
  const by = [services.first, services.second] as const;
  const ends = new Map<string, Done | Refusal>();
  let unknown = 0;
  for (let from = 0; from < acts; from += ABREAST) {
    await Promise.all(
      Array.from({ length: Math.min(ABREAST, acts - from) }, async (_, each) => {
        const name = `act-${from + each}`;
        const step: Step =
          each < IN_REGISTER
            ? { what: 'register', which: from + each }
            : { what: 'plan', which: 0, next: each % 3 === 0 };
        const [officer, command, where] = asked(step, name, []);
        try {
          ends.set(name, await by[each % 2]!.submit(officer, command, { in: where, key: name }));
        } catch (error) {
          // A busy machine may be too slow for the time limit of an act. Such an act is not judged.
          if (!(error instanceof OutcomeUnknown)) throw error;
          unknown++;
        }
      }),
    );
  }
  const refused = [...ends.values()].filter((end) => end instanceof Refusal);
  const voids = await looked(t, services, ends);
  t.same(
    [...new Set(refused.map(({ rule }) => rule))].filter((rule) => rule !== 'conflict'),
    [],
  );
  t.comment(
    `${acts} acts: ${ends.size - refused.length} stand, ${refused.length} were refused, of ${unknown} nothing is known; ${voids} events were void`,
  );
}
