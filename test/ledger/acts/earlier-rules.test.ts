import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import { Refusal } from '../../../src/domain/rules.js';
import { sightOf } from '../../../src/ledger/access.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { emptyLedger, folder, REGISTER_STREAM } from '../../support/ledger.js';

/** A ledger that an earlier program wrote by earlier rules, and acts that today’s rules allow on it. */

const IN = { in: REGISTER_STREAM };

t.test(
  'what the keeper alone recorded under rules 3 stands and is well, and what it proposed is not signed any more',
  async (t) => {
    const name = 'successions-by-the-keeper.sqlite';
    const fixture = fileURLToPath(new URL(`../../../../test/fixtures/rules-3/${name}.gz`, import.meta.url));
    const file = join(folder(t), name);
    writeFileSync(file, gunzipSync(readFileSync(fixture)), { mode: 0o600 });
    const ledger = await emptyLedger(t, file);
    /** The rule that refuses an officer’s signature, or that it is not refused. Nothing is recorded. */
    const signing = async (officer: string, proposal: string): Promise<string> => {
      const done = await ledger.submit(officer, { act: 'agree', proposal }, { ...IN, dryRun: true });
      return done instanceof Refusal ? done.rule : 'signed';
    };
    ledger.clock.set(ledger.ledger.model.lastRecorded());
    t.same((await verify(ledger.store)).problems, []);
    const successors = ['made-body'];
    t.match(ledger.ledger.model.register().successions, [
      { predecessors: ['north-ccg', 'south-ccg'], successors, reversed: { revision: Number } },
      { predecessors: ['north-ccg', 'south-ccg'], successors },
      { predecessors: ['county', 'east-district'] },
    ]);
    const open = [...ledger.ledger.model.stream('register', REGISTER_STREAM).open.values()];
    const ending = open.find(({ fact }) => fact.type === 'PartnerSucceeded')!;
    t.equal(await signing('downton-finance', ending.id), 'changed_since_proposed');
    await ledger.done('downton-chief', { act: 'withdraw', proposal: ending.id, reason: 'rules have changed' }, IN);
    const both = ledger.ledger.model.register().successions[1]!;
    const back = { effective: both.effective, reverses: String(both.revision), reason: 'taken over' };
    const fact = { type: 'FactReversed', data: back as never };
    const { outcome } = await ledger.done('downton-chief', { act: 'propose', fact }, IN);
    const proposal = outcome.proposal!;
    t.equal(
      await signing('upton-chief', proposal),
      'wrong_partner',
      'it is not taken back by its keepers alone either',
    );
    t.equal(await signing('made-one', proposal), 'keeper_alone', 'nor with one whom the keeper took on');
    t.equal(await signing('ledger-service', proposal), 'not_mandated', 'nobody acts under the service’s name');
    const register = ledger.ledger.model.register();
    const mandate = { partner: 'downton', role: 'finance-officer', from: '2016-01-01' } as never;
    const mandates = new Map([...register.mandates, ['ledger-service', [mandate]]]);
    const asEarlier = { ...ledger.ledger.model, register: () => ({ ...register, mandates }) };
    t.match(
      sightOf({ ...ledger.ledger, model: asEarlier }, 'ledger-service'),
      { rule: 'not_mandated', detail: 'Nobody acts as ledger-service: it is the service itself.' },
      'nor sees anything, though an earlier register gives it a mandate',
    );
    t.same((await verify(ledger.store)).problems, []);
  },
);
