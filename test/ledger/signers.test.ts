import fc from 'fast-check';
import t from 'tap';
import { moneyText } from '../../src/domain/money.js';
import { mandatesOn } from '../../src/domain/grammar/mandate.js';
import { actingFor } from '../../src/domain/grammar/succession.js';
import { Refusal } from '../../src/domain/rules.js';
import { todayOf } from '../../src/ledger/acts/stamp.js';
import { fundStream } from '../../src/ledger/catalogue.js';
import { sidesToSign, wholeProposal } from '../../src/ledger/questions/proposal.js';
import { histories, play } from '../support/histories.js';
import { contribution, FUND, openedLedger, type TestLedger } from '../support/ledger.js';
import { asyncProperty } from '../support/property.js';

/**
 * The list of officers who can sign a proposal is made without signing. It matches the answer that each officer gets
 * who tries.
 */

const STREAM = fundStream(FUND);

/** The answer that each officer of a side gets who tries to sign, one after another. */
async function tryingEach({ ledger }: TestLedger, id: string) {
  const proposal = ledger.model.stream('fund', STREAM).open.get(id)!;
  const register = ledger.model.register();
  const today = todayOf(ledger);
  const sides = sidesToSign(proposal).flatMap(({ bodies, effective }) =>
    actingFor(register.successions, bodies, { area: 'testshire', today, effective }),
  );
  const found = [];
  for (const officer of register.mandates.keys())
    for (const { partner, role, limit } of mandatesOn(register, officer, today)) {
      if (!sides.includes(partner)) continue;
      const done = await ledger.submit({
        kind: 'fund',
        stream: STREAM,
        command: { act: 'agree', proposal: id },
        officer,
        actingFor: partner,
        signedInBy: 'test',
        key: `try ${id} ${partner} ${role}`,
        correlation: id,
        evidence: [],
        dryRun: true,
      });
      const refusal = done instanceof Refusal ? done : undefined;
      found.push({
        officer,
        partner,
        role,
        limit: limit === undefined ? null : moneyText(limit),
        able: refusal === undefined,
        rule: refusal?.rule ?? null,
        why: refusal?.detail ?? null,
      });
    }
  return found;
}

t.test('who can sign is who is not refused when they try, and why not is what they are told', async (t) => {
  const counted = { able: 0, refused: 0 };
  await asyncProperty(
    t,
    fc.asyncProperty(histories(30), async (moves) => {
      const ledger = await openedLedger(t);
      await play(ledger, moves, async (index) => {
        if (index % 4 !== 3) return;
        for (const { proposal } of ledger.ledger.model.openProposals()) {
          const whole = await wholeProposal(ledger.ledger, 'fund', STREAM, proposal.id);
          if (whole instanceof Refusal) throw new Error(whole.detail);
          if (whole.state !== 'open') continue;
          const each = await tryingEach(ledger, proposal.id);
          if (JSON.stringify(whole.signers) !== JSON.stringify(each))
            throw new Error(`${JSON.stringify(whole.signers)} are said to sign, and not ${JSON.stringify(each)}`);
          for (const { able } of each) counted[able ? 'able' : 'refused']++;
        }
      });
    }),
    8,
  );
  t.ok(counted.able > 0 && counted.refused > 0, JSON.stringify(counted));
});

t.test('two who look at a proposal at once are told the same', async (t) => {
  const ledger = await openedLedger(t);
  const fact = { type: 'ContributionAgreed', data: contribution() as never };
  const { outcome } = await ledger.done('north-ccg-finance', { act: 'propose', fact });
  const look = () => wholeProposal(ledger.ledger, 'fund', STREAM, outcome.proposal!);
  const [one, other] = await Promise.all([look(), look()]);
  t.same(one, other);
  if (one instanceof Refusal) throw new Error(one.detail);
  t.same(
    one.signers.flatMap(({ officer, able }) => (able ? [officer] : [])),
    ['county-finance', 'county-chief'],
  );
});
