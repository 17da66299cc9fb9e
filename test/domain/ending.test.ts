import fc from 'fast-check';
import t from 'tap';
import { sectorOf, type PartnerKind } from '../../src/domain/register/state.js';
import { Refusal } from '../../src/domain/rules.js';
import { encode } from '../../src/ledger/catalogue.js';
import { eventId } from '../../src/ledger/acts/event-id.js';
import { verify } from '../../src/ledger/audit/verify.js';
import { BOARD, DAY, MERGED, registerAll, split, succeeded, takenBack, UPTON } from '../support/bodies.js';
import { carried, COUNTY, EAST, NORTH, REGISTER_STREAM, SOUTH, WEST, type TestLedger } from '../support/ledger.js';
import { asyncProperty } from '../support/property.js';
import { emptyLedger, openedLedger } from '../support/rules-alone.js';

/** Who may end a body. Nobody can create a body and let it take over another with their own officers alone. */

const IN = { in: REGISTER_STREAM };
const MADE = 'made-body';
const LAST_DAY = '2016-09-30T20:00:00Z';
/** In London it is already the first of October. */
const DAY_AFTER = '2016-09-30T23:30:00Z';

const ends = (body: string, more: Readonly<Record<string, unknown>> = {}) => ({
  effective: DAY,
  mode: 'merge',
  predecessors: [body],
  successors: [MADE],
  instrument: 'Order',
  ...more,
});

const register = (ledger: TestLedger, more: Readonly<Record<string, unknown>> = {}) =>
  ledger.post(
    'registrar',
    'PartnerRegistered',
    {
      effective: '2016-01-01',
      partner: MADE,
      name: 'Made by the keeper',
      kind: 'icb',
      officers: [
        { officer: 'made-one', role: 'registrar' },
        { officer: 'made-two', role: 'chief-finance-officer' },
      ],
      ...more,
    },
    REGISTER_STREAM,
  );

const propose = async (ledger: TestLedger, data: object, officer = 'registrar', type = 'PartnerSucceeded') =>
  (await ledger.done(officer, { act: 'propose', fact: { type, data: data as never } }, IN)).outcome.proposal!;

/** The rule that refuses an officer’s signature, or that it is not refused. Nothing is recorded. */
async function signing(ledger: TestLedger, officer: string, proposal: string, actingFor?: string): Promise<string> {
  const more = { ...IN, dryRun: true, ...(actingFor && { actingFor }) };
  const done = await ledger.submit(officer, { act: 'agree', proposal }, more);
  return done instanceof Refusal ? done.rule : 'signed';
}

const mandated = (ledger: TestLedger, officer: string, partner: string, by: readonly [string, string]) =>
  ledger.signed(
    by[0],
    by[1],
    'OfficerMandated',
    { effective: '2016-01-01', officer, partner, role: 'registrar' },
    REGISTER_STREAM,
  );

t.test('the keeper makes a body, names its officers, and cannot have it take over another', async (t) => {
  const ledger = await openedLedger(t);
  await register(ledger);
  const proposal = await propose(ledger, ends(NORTH));
  t.same(ledger.ledger.model.stream('register', REGISTER_STREAM).open.get(proposal)!.awaiting, [NORTH]);
  for (const officer of ['county-chief', 'county-finance', 'made-one', 'made-two', `${SOUTH}-chief`])
    t.equal(await signing(ledger, officer, proposal), 'wrong_partner', officer);
  t.equal(await signing(ledger, 'registrar', proposal), 'same_partner');
  t.equal(
    await ledger.refused(
      'made-two',
      { act: 'propose', fact: { type: 'PartnerSucceeded', data: ends(NORTH) as never } },
      IN,
    ),
    'wrong_partner',
    'the body that it made does not propose it either',
  );
  t.equal(
    await ledger.refused(
      'registrar',
      { act: 'post', fact: { type: 'PartnerSucceeded', data: ends(NORTH) as never } },
      IN,
    ),
    'signature_needed',
  );
  t.equal(
    await signing(ledger, `${NORTH}-finance`, proposal),
    'signed',
    'its own officer signs, in any role but a reader’s',
  );
  t.same(ledger.ledger.model.register().successions, []);
});

t.test('whoever acts for the keeper too does not sign for another body', async (t) => {
  const ledger = await openedLedger(t);
  await register(ledger, {
    officers: [
      { officer: 'made-one', role: 'registrar' },
      { officer: 'made-two', role: 'registrar' },
    ],
  });
  // Officers whom the keeper mandates after they belong to the other body, and one whom the other body mandates.
  await mandated(ledger, 'made-one', COUNTY, ['registrar', 'county-chief']);
  await mandated(ledger, 'county-finance', NORTH, [`${NORTH}-chief`, `${NORTH}-finance`]);
  const own = await propose(ledger, ends(NORTH, { successors: [SOUTH] }));
  t.equal(await signing(ledger, 'county-finance', own), 'keeper_alone');
  const byNorth = await propose(ledger, ends(NORTH, { successors: [SOUTH] }), `${NORTH}-chief`);
  t.equal(
    await signing(ledger, 'county-finance', byNorth, COUNTY),
    'signed',
    'for the keeper it is its officer’s to sign',
  );
  ledger.now(DAY_AFTER);
  const late = await propose(ledger, ends(EAST));
  t.equal(await signing(ledger, 'made-one', late, MADE), 'keeper_alone');
  await ledger.post(
    'registrar',
    'MandateEnded',
    { effective: '2016-03-01', officer: 'made-one', partner: COUNTY, role: 'registrar', reason: 'for a day' },
    REGISTER_STREAM,
  );
  t.equal(await signing(ledger, 'made-one', late), 'keeper_alone', 'a mandate that was ended is easily given again');
  t.equal(await signing(ledger, 'made-two', late), 'signed', 'who never acted for the keeper signs');
});

t.test('an officer of the body signs to its last day; after it, a body of the other sector', async (t) => {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  const sold = { successors: [MERGED] };
  ledger.now(LAST_DAY);
  const proposal = await propose(ledger, ends(NORTH, sold));
  t.equal(await signing(ledger, `${NORTH}-chief`, proposal), 'signed', 'on the last day');
  t.equal(await signing(ledger, `${SOUTH}-chief`, proposal), 'wrong_partner');
  ledger.now(DAY_AFTER);
  t.equal(await signing(ledger, `${NORTH}-chief`, proposal), 'changed_since_proposed', 'a day later');
  const late = await propose(ledger, ends(NORTH, sold));
  t.same(ledger.ledger.model.stream('register', REGISTER_STREAM).open.get(late)!.awaiting, [SOUTH, MERGED, BOARD]);
  for (const officer of [`${NORTH}-chief`, `${EAST}-chief`, `${UPTON}-chief`, 'county-chief'])
    t.equal(await signing(ledger, officer, late), 'wrong_partner', officer);
  await ledger.done(`${SOUTH}-chief`, { act: 'agree', proposal: late }, IN);
  t.same((await verify(ledger.store)).problems, []);
});

t.test(
  'the body that ends may counter by which shares, and the keeper signs; nobody counters another body in',
  async (t) => {
    const ledger = await openedLedger(t);
    await registerAll(ledger);
    const shared = (share: string, rest: string) => ({
      mode: 'split',
      successors: [MERGED, BOARD],
      shares: [
        { predecessor: NORTH, successor: MERGED, share },
        { predecessor: NORTH, successor: BOARD, share: rest },
      ],
    });
    const proposal = await propose(ledger, ends(NORTH, shared('0.5', '0.5')));
    const counter = (data: object) =>
      ({ act: 'counter', proposal, fact: { type: 'PartnerSucceeded', data: data as never } }) as const;
    const other = ends(SOUTH, { successors: [MERGED] });
    t.equal(await ledger.refused(`${NORTH}-chief`, counter(other), IN), 'counter_differs');
    const less = ends(NORTH, shared('0.25', '0.75'));
    t.equal(await ledger.refused('county-chief', counter(less), IN), 'wrong_partner');
    await ledger.done(`${NORTH}-chief`, counter(less), IN);
    t.equal(await signing(ledger, `${NORTH}-finance`, proposal), 'wrong_partner', 'its own side does not sign it');
    await ledger.done('county-chief', { act: 'agree', proposal }, IN);
    t.match(ledger.ledger.model.register().successions, [{ predecessors: [NORTH], shares: [{ share: '0.25' }, {}] }]);
    t.same((await verify(ledger.store)).problems, []);
  },
);

t.test('where a body has nobody who can act, a body of the other sector signs, whatever the day', async (t) => {
  const ledger = await openedLedger(t);
  const readers = [
    { officer: 'reader-one', role: 'auditor' },
    { officer: 'reader-two', role: 'api-client' },
  ];
  await register(ledger, { officers: readers });
  await register(ledger, { partner: 'later-body', effective: '2016-12-01' });
  for (const body of [MADE, 'later-body']) {
    const proposal = await propose(ledger, ends(body, { successors: [WEST] }));
    for (const officer of ['county-chief', 'reader-one', `${WEST}-chief`])
      t.match(await signing(ledger, officer, proposal), /wrong_partner|not_mandated/, officer);
    t.equal(await signing(ledger, `${NORTH}-chief`, proposal), 'signed');
  }
  const small = await emptyLedger(t);
  await small.post(
    'k-one',
    'LedgerOpened',
    {
      effective: '2016-01-01',
      ledger: 'Councils alone',
      demonstration: false,
      partner: COUNTY,
      name: 'County',
      kind: 'county',
      officers: [
        { officer: 'k-one', role: 'registrar' },
        { officer: 'k-two', role: 'registrar' },
      ],
    },
    REGISTER_STREAM,
  );
  for (const partner of [MADE, EAST])
    await small.post(
      'k-one',
      'PartnerRegistered',
      { effective: '2016-01-01', partner, name: partner, kind: 'district', officers: readers },
      REGISTER_STREAM,
    );
  const alone = { type: 'PartnerSucceeded', data: ends(EAST) as never };
  t.equal(await small.refused('k-one', { act: 'propose', fact: alone }, IN), 'nobody_to_sign');
});

t.test('a keeper that ends acts itself, and a body of the other sector signs', async (t) => {
  const ledger = await openedLedger(t);
  await register(ledger, { kind: 'unitary' });
  const proposal = await propose(ledger, ends(COUNTY));
  for (const officer of ['county-chief', 'made-two', `${EAST}-chief`])
    t.equal(await signing(ledger, officer, proposal), 'wrong_partner', officer);
  await ledger.done(`${SOUTH}-finance`, { act: 'agree', proposal }, IN);
  ledger.now('2016-10-03T09:00:00Z');
  const next = { effective: '2017-01-01', successors: [MADE] };
  const by = await propose(ledger, ends(NORTH, next), 'made-one');
  t.equal(await signing(ledger, 'made-two', by), 'wrong_partner', 'who keeps the ledger now is held to it too');
  t.equal(await signing(ledger, `${NORTH}-chief`, by), 'signed');
  t.equal(
    await ledger.refused(
      'made-one',
      {
        act: 'post',
        fact: {
          type: 'PartnerRegistered',
          data: {
            effective: '2016-10-03',
            partner: 'another',
            name: 'Another',
            kind: 'icb',
            officers: [
              { officer: 'made-two', role: 'finance-officer' },
              { officer: 'x', role: 'finance-officer' },
            ],
          } as never,
        },
      },
      IN,
    ),
    'keeper_officer',
    'and its officers are not another body’s first',
  );
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a succession is taken back by the signature of one that followed, not by the keeper alone', async (t) => {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  const { outcome } = await succeeded(ledger, ends(NORTH, { successors: [MERGED] }));
  const back = { effective: DAY, reverses: outcome.revision, reason: 'no order' };
  for (const now of ['2016-03-02T09:00:00Z', DAY_AFTER]) {
    ledger.now(now);
    const proposal = await propose(ledger, back, 'registrar', 'FactReversed');
    for (const officer of ['county-chief', `${NORTH}-chief`, `${SOUTH}-chief`])
      t.equal(await signing(ledger, officer, proposal), 'wrong_partner', officer);
    t.equal(await signing(ledger, `${MERGED}-chief`, proposal), 'signed');
  }
  await takenBack(ledger, DAY, outcome.revision);
  await succeeded(ledger, split({ effective: '2017-01-01', predecessors: [COUNTY] }));
  const [keeper] = ledger.ledger.model.register().successions.slice(-1);
  ledger.now('2017-01-02T09:00:00Z');
  // All successors keep the ledger now. The other sector signs that the county never ended.
  const again = { effective: '2017-01-01', reverses: String(keeper!.revision), reason: 'no order' };
  const proposal = await propose(ledger, again, `${UPTON}-chief`, 'FactReversed');
  t.equal(await signing(ledger, 'middleton-council-chief', proposal), 'wrong_partner');
  t.equal(await signing(ledger, `${NORTH}-chief`, proposal), 'signed');
  t.same((await verify(ledger.store)).problems, []);
});

t.test('no officer has the service’s name', async (t) => {
  const ledger = await openedLedger(t);
  const named = { officer: 'ledger-service', role: 'registrar' };
  const officers = [named, { officer: 'made-two', role: 'registrar' }];
  const refused = (officer: string, act: 'post' | 'propose', type: string, data: object, on = ledger) =>
    on.refused(officer, { act, fact: { type, data: data as never } }, IN);
  const made = { effective: '2016-01-01', partner: MADE, name: 'Made', kind: 'icb', officers };
  t.equal(await refused('registrar', 'post', 'PartnerRegistered', made), 'officer_reserved');
  const mandate = { effective: '2016-03-01', partner: COUNTY, ...named };
  t.equal(await refused('registrar', 'propose', 'OfficerMandated', mandate), 'officer_reserved');
  const opening = { ...made, ledger: 'Another', demonstration: true };
  t.equal(await refused('made-two', 'post', 'LedgerOpened', opening, await emptyLedger(t)), 'officer_reserved');
});

// Property: whoever has mandates for whichever bodies, no signature is the keeper's own.

const BODIES = ['b-one', 'b-two', 'b-three', 'b-four'] as const;
const people = (body: string) => [`${body}-a`, `${body}-b`];
const PEOPLE = ['keeper', ...BODIES].flatMap(people);
const kinds = fc.constantFrom<PartnerKind>('county', 'district', 'ccg', 'icb', 'nhs-england', 'unnamed');
const TODAY = '2016-06-01';

const registers = fc.record({
  keeper: kinds,
  bodies: fc.tuple(kinds, kinds, kinds, kinds),
  able: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
  shared: fc.array(
    fc.record({
      officer: fc.constantFrom(...PEOPLE),
      partner: fc.constantFrom('keeper', ...BODIES),
      until: fc.boolean(),
    }),
    { maxLength: 5 },
  ),
  ending: fc.constantFrom('keeper', ...BODIES),
  effective: fc.constantFrom('2016-02-01', TODAY, '2016-06-02', '2017-04-01'),
});

t.test(
  'whoever is mandated for whom: one who signs is not of the keeper, and is of the body or of the other sector',
  async (t) => {
    let signatures = 0;
    await asyncProperty(
      t,
      fc.asyncProperty(registers, async ({ keeper, bodies, able, shared, ending, effective }) => {
        const ledger = await emptyLedger(t);
        const as = (body: string, role: string) => people(body).map((officer) => ({ officer, role }));
        const common = { effective: '2016-01-01' };
        const opening = { ...common, ledger: 'L', demonstration: false, partner: 'keeper', name: 'K', kind: keeper };
        await ledger.post(
          'keeper-a',
          'LedgerOpened',
          { ...opening, officers: as('keeper', 'registrar') },
          REGISTER_STREAM,
        );
        for (const [index, partner] of BODIES.entries()) {
          const officers = as(partner, able[index] ? 'registrar' : 'auditor');
          const data = { ...common, partner, name: partner, kind: bodies[index]!, officers };
          await ledger.post('keeper-a', 'PartnerRegistered', data, REGISTER_STREAM);
        }
        for (const { officer, partner, until } of shared) {
          const data = { ...common, officer, partner, role: 'finance-officer', ...(until && { until: '2016-05-31' }) };
          const fact = { type: 'OfficerMandated', data: data as never };
          const [a, b] = people(partner);
          const proposed = await ledger.submit(a!, { act: 'propose', fact }, { ...IN, actingFor: partner });
          if (proposed instanceof Refusal) continue;
          const proposal = proposed.outcome.proposal!;
          await ledger.submit(b!, { act: 'agree', proposal }, { ...IN, actingFor: partner });
        }
        ledger.now(`${TODAY}T09:00:00Z`);
        const state = ledger.ledger.model.register();
        const holds = (officer: string, partner: string, now = true) =>
          (state.mandates.get(officer) ?? []).some(
            (each) => each.partner === partner && (!now || ((each.until ?? '9') >= TODAY && each.role !== 'auditor')),
          );
        const sector = (body: string) => sectorOf(state.partners.get(body)!.kind);
        const own = ending !== 'keeper' && effective > TODAY && PEOPLE.some((officer) => holds(officer, ending));
        const successor = BODIES.find((body) => body !== ending)!;
        const fact = { type: 'PartnerSucceeded', data: ends(ending, { effective, successors: [successor] }) as never };
        for (const [proposer, by] of PEOPLE.flatMap((officer) =>
          ['keeper', ...BODIES].map((body) => [officer, body] as const),
        )) {
          const proposed = await ledger.submit(proposer, { act: 'propose', fact }, { ...IN, actingFor: by });
          if (proposed instanceof Refusal) continue;
          const proposal = proposed.outcome.proposal!;
          for (const signer of PEOPLE) {
            for (const partner of ['keeper', ...BODIES]) {
              if ((await signing(ledger, signer, proposal, partner)) !== 'signed') continue;
              signatures++;
              const [other, officer] = by === 'keeper' ? [partner, signer] : [by, proposer];
              if (by !== 'keeper' && partner !== 'keeper') throw new Error('The keeper has no part in it.');
              if (other === 'keeper' || (holds(proposer, 'keeper', false) && holds(signer, 'keeper', false)))
                throw new Error(`${proposer} and ${signer} signed for the keeper alone.`);
              if (!holds(officer, other)) throw new Error(`${officer} does not act for ${other}.`);
              if (
                own
                  ? other !== ending
                  : sector(other) === 'unknown' || sector(other) === sector('keeper') || other === ending
              )
                throw new Error(`${officer} signed for ${other} that ${ending} ends.`);
            }
          }
        }
        await ledger.close();
      }),
      25,
    );
    t.ok(signatures > 100, `${signatures} signatures were accepted`);
  },
);

t.test('what stands as the service’s own, and is another’s, is found', async (t) => {
  const ledger = await openedLedger(t);
  const beginning = { size: 1, root: 'a'.repeat(64) };
  const data = { effective: '2016-03-01', lost: beginning, found: beginning };
  const metadata = carried({ role: 'service', officer: 'county-chief' });
  const head = BigInt(ledger.ledger.model.stream('register', REGISTER_STREAM).revision);
  const event = encode(eventId('county-chief', 'k', 0), 'LossAccepted', data as never, metadata);
  await ledger.store.append(REGISTER_STREAM, head, [event]);
  const found = (await verify(ledger.store)).problems.filter(({ check }) => check === 'mandates');
  t.match(found, [{ words: /county-chief is not the service/ }]);
});
