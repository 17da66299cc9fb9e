import t from 'tap';
import { z } from 'zod';
import { fact, type Fact } from '../../src/domain/grammar/fact.js';
import type { FactData } from '../../src/domain/grammar/event.js';
import type { FundState } from '../../src/domain/fund/state.js';
import { inForce, RULE_CHANGES, RULES_NOW } from '../../src/domain/grammar/rule-versions.js';
import { FUND as FUND_KIND } from '../../src/domain/fund/facts.js';
import { PROPOSAL_EVENTS } from '../../src/domain/grammar/proposal.js';
import { refuse, RULES } from '../../src/domain/rules.js';
import { EffectiveDay, words } from '../../src/domain/values.js';
import { canonical, encode, REGISTER_STREAM, decode } from '../../src/ledger/catalogue.js';
import { requestOf } from '../../src/ledger/acts/request.js';
import { eventId } from '../../src/ledger/acts/event-id.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { carried, contribution, COUNTY, FUND, NORTH, onSameFile, openedLedger } from '../support/ledger.js';

/** The first version 2 of a fact, and of a step of a proposal, in a whole ledger, with facts made for this test. */

const stream = `fund-${FUND}`;
const declared = FUND_KIND.byName as Map<string, Fact<FundState>>;
const steps = PROPOSAL_EVENTS as Record<string, { version: number; earlier: readonly unknown[] }>;

const common = {
  name: 'Noted',
  title: 'Note something',
  group: 'fund',
  about: 'A note.',
  signature: 'other-side',
  roles: ['finance-officer', 'chief-finance-officer'],
  effective: 'any-day',
  reversible: true,
  sides: () => ({ acts: [NORTH], signs: [COUNTY] }),
  subject: () => 'note',
  check: () => undefined,
  postings: () => [],
  evolve: () => undefined,
} as const;

const First = z.strictObject({ effective: EffectiveDay, text: words(100), loud: z.boolean().optional() });
const Second = z.strictObject({ effective: EffectiveDay, words: words(100), tone: z.enum(['plain', 'loud']) });
const first = fact<typeof First, FundState>({ ...common, input: First, sentence: ({ text }) => text });
const second = fact<typeof Second, FundState>({
  ...common,
  input: Second,
  earlier: [
    {
      input: First,
      lift: ({ effective, text, loud }): FactData => ({ effective, words: text, tone: loud ? 'loud' : 'plain' }),
    },
  ],
  sentence: ({ words: said, tone }) => `${said} (${tone})`,
});

const note = (text: string) => ({ type: 'Noted', data: { effective: '2016-04-01', text } as never });
const noteNow = (text: string) => ({
  type: 'Noted',
  data: { effective: '2016-04-01', words: text, tone: 'plain' } as never,
});

t.test(
  'a text of version 1 is signed, countered, replayed and verified by a program that writes version 2',
  async (t) => {
    declared.set('Noted', first);
    t.teardown(() => declared.delete('Noted'));
    const old = await openedLedger(t);
    const propose = (text: string, key: string) =>
      old.done('north-ccg-finance', { act: 'propose', fact: note(text) }, { key });
    const waiting = (await propose('to be signed', 'one')).outcome.proposal!;
    const countered = (await propose('to be countered', 'two')).outcome.proposal!;
    const declined = (await propose('to be declined', 'three')).outcome.proposal!;
    await old.signed('north-ccg-finance', 'county-finance', 'Noted', note('signed before').data);
    await old.close();

    declared.set('Noted', second);
    const { version, earlier } = steps['ProposalMade']!;
    steps['ProposalMade'] = {
      ...steps['ProposalMade']!,
      version: version + 1,
      earlier: [...earlier, { lift: (data: FactData): FactData => data }],
    };
    t.teardown(() => void (steps['ProposalMade'] = { ...steps['ProposalMade']!, version, earlier }));
    const ledger = await onSameFile(t, old);
    t.same((await verify(ledger.store)).problems, [], 'what was recorded before is well');
    const table = () => ledger.ledger.model.stream('fund', stream).open;
    t.match(table().get(waiting)?.fact, {
      version: 2,
      data: { words: 'to be signed', tone: 'plain' },
      stored: { version: 1, data: { text: 'to be signed' } },
    });

    const again = await ledger.done(
      'north-ccg-finance',
      { act: 'propose', fact: noteNow('to be signed') },
      { key: 'one' },
    );
    t.ok(again.replayed, 'asked in the words of version 2 it is the same act');
    t.equal(
      await ledger.refused('north-ccg-finance', { act: 'propose', fact: noteNow('another') }, { key: 'one' }),
      'key_reused',
    );

    await ledger.done('county-finance', { act: 'agree', proposal: waiting });
    const last = async () => (await ledger.store.readStream(stream)).at(-1)!;
    const signed = await last();
    t.equal(signed.data, canonical(note('to be signed').data), 'what is recorded is what was signed, word for word');
    t.equal(decode(signed).metadata.schemaVersion, 1);
    t.match(decode(signed).data, { words: 'to be signed', tone: 'plain' });

    await ledger.done('county-finance', { act: 'counter', proposal: countered, fact: noteNow('countered') });
    t.match(JSON.parse((await last()).data), {
      fact: { version: 2, data: { words: 'countered' } },
      replaces: { version: 1, data: { text: 'to be countered' } },
    });
    await ledger.done('north-ccg-finance', { act: 'agree', proposal: countered });
    await ledger.done('county-finance', { act: 'decline', proposal: declined, reason: 'no' });
    t.match(JSON.parse((await last()).data), { fact: { version: 1, data: { text: 'to be declined' } } });
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test(
  'what was recorded in version 1 is reversed by a program that writes version 2, with the text as it stands',
  async (t) => {
    const old = await openedLedger(t);
    const data = {
      effective: '2016-04-01',
      claimant: 'Press',
      statedOn: '2016-03-01',
      amount: '7.00',
      basis: 'a report',
    };
    const { outcome } = await old.post('county-finance', 'GapStated', data);
    const reverse = (on: string, reverses: string) =>
      ({
        act: 'post',
        fact: { type: 'FactReversed', data: { effective: on, reverses, reason: 'wrong' } as never },
      }) as const;
    const other = await old.post('county-finance', 'GapStated', { ...data, amount: '8.00' });
    await old.done('county-finance', reverse('2016-04-01', other.outcome.revision));
    await old.close();

    const gap = declared.get('GapStated')!;
    const before = { ...gap };
    t.teardown(() => Object.assign(gap, before, { earlier: undefined }));
    const shape = gap.input.extend({ medium: z.string() });
    const lift = (stored: FactData): FactData => ({ ...stored, medium: 'unknown' });
    Object.assign(gap, { version: 2, input: shape, stored: shape, earlier: [{ input: before.input, lift }] });
    const ledger = await onSameFile(t, old);
    t.same((await verify(ledger.store)).problems, []);
    await ledger.done('county-finance', reverse('2016-04-02', outcome.revision));
    const reversal = (await ledger.store.readStream(stream)).at(-1)!;
    t.same((JSON.parse(reversal.data) as { fact: unknown }).fact, { type: 'GapStated', version: 1, data });
    t.match(decode(reversal).data, { fact: { version: 2, data: { medium: 'unknown' } } });
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test(
  'what was proposed in version 1 is signed by a program that writes version 2, by the rules of its day',
  async (t) => {
    const old = await openedLedger(t);
    await old.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
    const varied = { effective: '2016-05-01', contribution: 'north-extra', now: '900000.00', reason: 'as agreed' };
    const proposed = await old.done('north-ccg-finance', {
      act: 'propose',
      fact: { type: 'ContributionVaried', data: varied as never },
    });
    await old.close();
    const changed = declared.get('ContributionVaried')!;
    const before = { ...changed };
    t.teardown(() => Object.assign(changed, before, { earlier: undefined }));
    Object.assign(changed, {
      version: 2,
      earlier: [{ input: before.input, lift: (stored: FactData) => ({ ...stored }) }],
    });
    const ledger = await onSameFile(t, old);
    await ledger.done('county-finance', { act: 'agree', proposal: proposed.outcome.proposal! });
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test('what was accepted under earlier rules is well for ever, and refused now', async (t) => {
  const ledger = await openedLedger(t);
  const { rules, ...metadata } = carried({ officer: 'north-ccg-chief', partner: NORTH, role: 'chief-finance-officer' });
  t.equal(rules, RULES_NOW);
  const own = { effective: '2016-03-01', officer: 'north-ccg-chief', partner: NORTH, role: 'pool-manager' };
  const data = own as never;
  const command = { act: 'propose', fact: { type: 'OfficerMandated', data } } as const;
  t.equal(await ledger.refused('north-ccg-chief', command, { in: REGISTER_STREAM }), 'own_mandate');

  // The same act as recorded by a program that knew only the first rules, in a stream of its own.
  const key = 'own';
  const id = eventId('north-ccg-chief', key, 0);
  const request = requestOf({ kind: 'register', stream: REGISTER_STREAM, command, evidence: [] });
  const made = {
    proposal: id,
    effective: own.effective,
    fact: { type: 'OfficerMandated', version: 1, data },
    signature: 'second-officer',
    awaiting: [NORTH],
  };
  const head = BigInt(ledger.ledger.model.stream('register', REGISTER_STREAM).revision);
  const event = (more: object) => encode(id, 'ProposalMade', made as never, { ...metadata, key, request, ...more });
  await ledger.store.append(REGISTER_STREAM, head, [event({})]);
  t.match(
    (await verify(ledger.store)).problems,
    [{ check: 'sequence', words: /by rules 1, and the event before it by rules/ }],
    'the rules of its day accept it: that they are older than those before it is all that is found',
  );
  const other = await openedLedger(t);
  await other.store.append(REGISTER_STREAM, head, [event({ rules })]);
  t.match((await verify(other.store)).problems, [{ check: 'decisions', words: /own_mandate/ }]);
});

t.test('every change of the rules says from when it holds, and why', (t) => {
  for (const [name, { from, why }] of Object.entries<{ readonly from: number; readonly why: string }>(RULE_CHANGES)) {
    t.ok(Number.isInteger(from) && from >= 2 && from <= RULES_NOW, name);
    t.match(why, /^[A-Z].*\.$/s, `${name} is explained in a sentence`);
    const change = name as keyof typeof RULE_CHANGES;
    t.notOk(inForce(change, { rules: from - 1 }));
    t.ok(inForce(change, { rules: from }));
  }
  t.ok('own_mandate' in RULES);
  t.ok(refuse('own_mandate', 'x'));
  t.end();
});
