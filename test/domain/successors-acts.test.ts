import t from 'tap';
import { verify } from '../../src/ledger/audit/verify.js';
import { agreement, terms } from '../support/agreements.js';
import { asked as ask } from '../support/asking.js';
import { DAY, DOWNTON, MERGED, merger, MIDDLETON, registerAll, split, succeeded, UPTON } from '../support/bodies.js';
import { contribution, COUNTY, EAST, grant, NORTH, SOUTH, WEST, type TestLedger } from '../support/ledger.js';
import { openedLedger } from '../support/rules-alone.js';

/** The acts and signatures of successors, and the names under which they stand. */

async function opened(t: Parameters<typeof openedLedger>[0]): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  return ledger;
}

t.test('where both sides have become one body, two of its officers sign, whatever the day', async (t) => {
  const ledger = await opened(t);
  const shares = [
    { district: EAST, amount: '400000.00' },
    { district: WEST, amount: '500000.00' },
  ];
  await ledger.post('county-finance', 'GrantDetermined', grant({ passDown: { by: '2016-12-31', shares } }));
  const own = contribution({ contribution: 'east-extra', payer: EAST, source: 'LA_ADD', amount: '500.00' });
  await ledger.signed(`${EAST}-finance`, 'county-finance', 'ContributionAgreed', own);
  await succeeded(ledger, merger({ predecessors: [COUNTY, EAST, WEST], successors: [UPTON] }));
  ledger.now('2017-01-10T09:00:00Z');
  const share = (effective: string, amount = '100000.00') => ({ effective, grant: 'dfg', district: EAST, amount });
  const varied = { effective: '2016-11-01', contribution: 'east-extra', now: '400.00', reason: 'one council' };
  const proposed = await ledger.done(`${UPTON}-finance`, {
    act: 'propose',
    fact: { type: 'GrantPassedDown', data: share(DAY) as never },
  });
  const agreed = { act: 'agree', proposal: proposed.outcome.proposal! } as const;
  t.equal(await ledger.refused(`${UPTON}-finance`, agreed), 'same_officer');
  t.equal(await ledger.refused(`${NORTH}-finance`, agreed), 'wrong_partner');
  await ledger.done(`${UPTON}-chief`, agreed);
  t.equal(
    await ledger.refused(`${UPTON}-finance`, {
      act: 'post',
      fact: { type: 'GrantPassedDown', data: share(DAY) as never },
    }),
    'signature_needed',
    'one alone cannot',
  );
  const signed = (type: string, data: object) =>
    ledger.signed(`${UPTON}-finance`, `${UPTON}-chief`, type, data as ReturnType<typeof share>);
  await signed('PassDownWaived', { ...share(DAY), consent: 'letter' });
  await signed('GrantPassedDown', share('2016-09-30'));
  await signed('ContributionVaried', varied);
  t.match((await ask(ledger, 'pass-down', { on: '2016-11-01' }))['grants'], [
    { districts: [{ district: UPTON, passedDown: '200000.00', waived: '100000.00' }] },
  ]);
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a body that stands on both sides beside others waits for any of them', async (t) => {
  const ledger = await opened(t);
  const shares = [{ district: EAST, amount: '900000.00' }];
  await ledger.post('county-finance', 'GrantDetermined', grant({ passDown: { by: '2016-12-31', shares } }));
  await succeeded(ledger, split());
  ledger.now('2016-11-10T09:00:00Z');
  const passed = { effective: '2016-11-01', grant: 'dfg', district: EAST, amount: '900000.00' };
  const { outcome } = await ledger.done(`${UPTON}-finance`, {
    act: 'propose',
    fact: { type: 'GrantPassedDown', data: passed as never },
  });
  t.match(await ask(ledger, 'proposals'), { proposals: [{ signature: 'other-side', awaiting: [DOWNTON, MIDDLETON] }] });
  await ledger.done(`${DOWNTON}-finance`, { act: 'agree', proposal: outcome.proposal! });
  t.same((await verify(ledger.store)).problems, []);
});

t.test('a counter names no ended body that the text on the table does not name for such a day', async (t) => {
  const ledger = await opened(t);
  const offer = async (more: object): Promise<string> => {
    const data = agreement({ parties: [COUNTY, NORTH, SOUTH], ...more }) as never;
    const done = await ledger.done('county-finance', { act: 'propose', fact: { type: 'AgreementSigned', data } });
    return done.outcome.proposal!;
  };
  const [early, late] = [await offer({}), await offer({ agreement: 'two', effective: '2016-11-01' })];
  await succeeded(ledger, merger());
  ledger.now('2016-11-10T09:00:00Z');
  const counter = (proposal: string, more: object, ofTerms: object = {}) => {
    const data = agreement(
      { effective: '2016-11-01', parties: [COUNTY, NORTH, SOUTH], ...more },
      terms({ from: '2016-11-01', ...ofTerms }),
    );
    return { act: 'counter', proposal, fact: { type: 'AgreementSigned', data: data as never } } as const;
  };
  const officer = `${MERGED}-finance`;
  t.equal(await ledger.refused(officer, counter(early, {})), 'partner_ended', 'of a day on which they have ended');
  const toSouth = { underspend: { kind: 'to-partner', partner: SOUTH } };
  t.equal(
    await ledger.refused(officer, counter(late, { agreement: 'two' }, toSouth)),
    'partner_ended',
    'nor in terms of which the other text does not speak',
  );
  await ledger.done(officer, counter(late, { agreement: 'two' }), {});
  await ledger.done(officer, counter(early, { parties: [COUNTY, MERGED] }));
});

t.test('who follows a payer and would withdraw under its own name is told under which it stands', async (t) => {
  const ledger = await opened(t);
  await ledger.signed(`${NORTH}-finance`, 'county-finance', 'ContributionAgreed', contribution());
  const offer = (officer: string, name: string) =>
    ledger.done(officer, {
      act: 'propose',
      fact: { type: 'ContributionAgreed', data: contribution({ contribution: name }) as never },
    });
  const offered = (await offer(`${NORTH}-finance`, 'offered')).outcome.proposal!;
  const asked = (await offer('county-finance', 'asked')).outcome.proposal!;
  await succeeded(ledger, merger());
  ledger.now('2016-11-01T09:00:00Z');
  const withdrawal = (of: object, payer: string, effective = '2016-11-01') => ({
    act: 'propose' as const,
    fact: {
      type: 'DiscretionaryPaymentWithdrawn',
      data: {
        effective,
        payer,
        of,
        amount: '1000000.00',
        noticeGiven: effective,
        reason: 'deficit',
      } as never,
    },
  });
  for (const [of, what] of [
    [{ contribution: 'north-extra' }, '"north-extra"'],
    [{ proposal: offered }, `Proposal ${offered}`],
  ] as const) {
    t.match(await ledger.submit(`${MERGED}-finance`, withdrawal(of, MERGED)), {
      rule: 'reference_unknown',
      detail: `${what} stands under the name of north-ccg, which merged-ccg follows: write "payer": "north-ccg".`,
    });
    await ledger.done(`${MERGED}-finance`, withdrawal(of, NORTH));
  }
  t.equal(await ledger.refused(`${MERGED}-finance`, withdrawal({ proposal: asked }, MERGED)), 'wrong_partner');
});
