import t from 'tap';
import { verify } from '../../src/ledger/audit/verify.js';
import { asked as ask } from '../support/asking.js';
import {
  BOARD,
  DAY,
  DOWNTON,
  figureOf,
  MERGED,
  merger,
  MIDDLETON,
  registerAll,
  split,
  succeeded,
  takenBack,
  UPTON,
  type PositionText,
} from '../support/bodies.js';
import {
  contribution,
  COUNTY,
  EAST,
  FUND,
  grant,
  NORTH,
  refusals,
  REGISTER_STREAM,
  SOUTH,
  WEST,
  type TestLedger,
} from '../support/ledger.js';
import { allocation, publish } from '../support/plan.js';
import { told } from '../support/told.js';
import { openedLedger } from '../support/rules-alone.js';

const before = '2016-09-30T12:00:00Z';
const after = '2016-10-03T12:00:00Z';

async function opened(t: Parameters<typeof openedLedger>[0]): Promise<TestLedger> {
  const ledger = await openedLedger(t);
  await registerAll(ledger);
  return ledger;
}

const position = (ledger: TestLedger, on: string, more = {}): Promise<PositionText> =>
  ask(ledger, 'position', { fund: FUND, on, ...more });

const act = { officer: 'registrar', act: 'propose', type: 'PartnerSucceeded' } as const;
const shares = (...parts: readonly (readonly [string, string, string, string?])[]) =>
  parts.map(([predecessor, successor, share, source]) => ({
    predecessor,
    successor,
    share,
    ...(source && { source }),
  }));

/** One body that ends, and what else is said of it. */
const ends = (more: Readonly<Record<string, unknown>> = {}) => merger({ predecessors: [NORTH], ...more });

t.test('bodies follow one another by the rules', async (t) => {
  const ledger = await opened(t);
  const two = { mode: 'split', predecessors: [NORTH], successors: [MERGED, BOARD] };
  await refusals(t, ledger, REGISTER_STREAM, [
    { ...act, name: 'an unknown body', data: ends({ successors: ['nobody'] }), rule: 'partner_unknown' },
    {
      ...act,
      name: 'a merger into two',
      data: ends({ successors: [MERGED, BOARD] }),
      rule: 'succession_unfit',
    },
    { ...act, name: 'a split into one', data: ends({ mode: 'split' }), rule: 'succession_unfit' },
    { ...act, name: 'a body after itself', data: ends({ successors: [NORTH] }), rule: 'succession_unfit' },
    {
      ...act,
      name: 'shares where one follows alone',
      data: ends({ shares: shares([NORTH, MERGED, '1']) }),
      rule: 'succession_unfit',
    },
    {
      ...act,
      name: 'a share for a body that does not follow',
      data: ends({ ...two, shares: shares([NORTH, MERGED, '0.5'], [NORTH, COUNTY, '0.5']) }),
      rule: 'succession_unfit',
    },
    {
      ...act,
      name: 'a share of a body that does not end',
      data: ends({ ...two, shares: shares([SOUTH, MERGED, '0.5'], [SOUTH, BOARD, '0.5']) }),
      rule: 'succession_unfit',
    },
    {
      ...act,
      name: 'a source that there is not',
      data: ends({
        ...two,
        shares: shares([NORTH, MERGED, '1'], [NORTH, BOARD, '1', 'NO_SUCH']),
      }),
      rule: 'source_unknown',
    },
    { ...act, name: 'no shares', data: ends(two), rule: 'shares_not_one' },
    {
      ...act,
      name: 'a successor without a share',
      data: ends({ ...two, shares: shares([NORTH, MERGED, '1']) }),
      rule: 'shares_not_one',
    },
    {
      ...act,
      name: 'shares below one',
      data: ends({ ...two, shares: shares([NORTH, MERGED, '0.5'], [NORTH, BOARD, '0.499999999999']) }),
      rule: 'shares_not_one',
    },
    {
      ...act,
      name: 'shares of one source above one',
      data: ends({
        ...two,
        shares: shares(
          [NORTH, MERGED, '0.5'],
          [NORTH, BOARD, '0.5'],
          [NORTH, BOARD, '1', 'DFG'],
          [NORTH, MERGED, '0.1', 'DFG'],
        ),
      }),
      rule: 'shares_not_one',
    },
    {
      ...act,
      name: 'a successor named twice',
      data: ends({ ...two, shares: shares([NORTH, MERGED, '0.5'], [NORTH, BOARD, '0.25'], [NORTH, BOARD, '0.25']) }),
      rule: 'shares_not_one',
    },
    {
      ...act,
      name: 'shares for one source only',
      data: ends({ ...two, shares: shares([NORTH, MERGED, '0.5', 'NHS_ADD'], [NORTH, BOARD, '0.5', 'NHS_ADD']) }),
      rule: 'shares_not_one',
    },
    {
      ...act,
      name: 'by who does not keep the ledger',
      officer: `${SOUTH}-chief`,
      data: ends(),
      rule: 'wrong_partner',
    },
  ]);

  await refusals(t, ledger, REGISTER_STREAM, [
    { ...act, name: 'two bodies that end at once', data: merger(), rule: 'one_predecessor' },
  ]);

  await succeeded(ledger, merger());
  await refusals(t, ledger, REGISTER_STREAM, [
    {
      ...act,
      name: 'a second end',
      data: ends({ predecessors: [NORTH], successors: [BOARD] }),
      rule: 'partner_ended',
    },
    {
      ...act,
      name: 'an end before the beginning',
      data: ends({ predecessors: [MERGED], successors: [BOARD] }),
      rule: 'succession_unfit',
    },
    {
      ...act,
      name: 'a successor that has ended',
      data: ends({ effective: '2017-01-01', predecessors: [EAST], successors: [NORTH] }),
      rule: 'partner_ended',
    },
    {
      name: 'a mandate for an ended body',
      officer: `${NORTH}-chief`,
      act: 'propose',
      type: 'OfficerMandated',
      data: { effective: DAY, officer: 'x', partner: NORTH, role: 'finance-officer' },
      rule: 'partner_ended',
    },
  ]);
  await succeeded(ledger, merger({ effective: '2016-05-01', predecessors: [EAST], successors: [NORTH] }));
  await refusals(t, ledger, REGISTER_STREAM, [
    {
      ...act,
      name: 'an end before the last of several beginnings',
      data: ends({ effective: '2016-06-01', predecessors: [MERGED], successors: [BOARD] }),
      rule: 'succession_unfit',
    },
  ]);
  told(t, await ask(ledger, 'successions', {}), {
    successions: [
      { effective: DAY, predecessors: [NORTH], successors: [MERGED], shares: [], reversed: false },
      { effective: DAY, predecessors: [SOUTH], successors: [MERGED], shares: [], reversed: false },
      { effective: '2016-05-01', predecessors: [EAST], successors: [NORTH], reversed: false },
    ],
  });
  t.equal((await verify(ledger.store)).problems.length, 0);
});

t.test('the officers of a body that has ended can all be let go, and those of another cannot', async (t) => {
  const ledger = await opened(t);
  const end = (partner: string, role: string) => ({
    effective: '2016-10-31',
    officer: role === 'finance-officer' ? `${partner}-finance` : `${partner}-chief`,
    partner,
    role,
    reason: 'the body has ended',
  });
  t.equal(
    await ledger.refused(
      `${NORTH}-chief`,
      { act: 'post', fact: { type: 'MandateEnded', data: end(NORTH, 'finance-officer') as never } },
      { in: REGISTER_STREAM },
    ),
    'officers_too_few',
  );
  await succeeded(ledger, merger());
  ledger.now(after);
  for (const role of ['finance-officer', 'chief-finance-officer']) {
    const { outcome } = await ledger.post(`${MERGED}-chief`, 'MandateEnded', end(NORTH, role), REGISTER_STREAM);
    t.match(outcome.events[0], { type: 'MandateEnded' }, 'by the successor’s officer');
  }
});

t.test(
  'a merger: what stood with two stands with one from the day on, and answers under the old names before',
  async (t) => {
    const ledger = await opened(t);
    await ledger.signed(`${NORTH}-finance`, `${COUNTY}-finance`, 'ContributionAgreed', {
      ...contribution({ amount: '1000000.01' }),
      instalments: [
        { due: '2016-04-30', amount: '400000.01' },
        { due: '2017-01-31', amount: '600000.00' },
      ],
    });
    await ledger.signed(
      `${SOUTH}-finance`,
      `${COUNTY}-finance`,
      'ContributionAgreed',
      contribution({ contribution: 'south-extra', payer: SOUTH, amount: '500000.00' }),
    );
    const paid = {
      effective: '2016-05-01',
      contribution: 'south-extra',
      amount: '600000.00',
      bankReference: 'B',
      reason: 'early',
    };
    await ledger.post(`${COUNTY}-finance`, 'ContributionReceived', paid);
    const offered = await ledger.done(`${COUNTY}-finance`, {
      act: 'propose',
      fact: {
        type: 'ContributionAgreed',
        data: contribution({ contribution: 'late', effective: '2016-09-30', amount: '70000.00' }) as never,
      },
    });
    const countered = await ledger.done(`${NORTH}-finance`, {
      act: 'propose',
      fact: {
        type: 'ContributionAgreed',
        data: contribution({ contribution: 'later', effective: '2016-11-30', amount: '80000.00' }) as never,
      },
    });
    ledger.now('2016-09-01T09:00:00Z');
    const unknown = await position(ledger, '2016-12-01', { 'known-at': '2016-08-31' });
    await succeeded(ledger, merger());

    t.same(figureOf(await position(ledger, '2016-09-30'), 'agreed'), [
      'north-ccg NHS_ADD 1000000.01',
      'south-ccg NHS_ADD 500000.00',
    ]);
    const joined = await position(ledger, DAY);
    t.same(figureOf(joined, 'agreed'), ['merged-ccg NHS_ADD 1500000.01']);
    t.same(figureOf(joined, 'received'), ['merged-ccg NHS_ADD 600000.00']);
    t.same(
      figureOf(joined, 'overdue'),
      ['merged-ccg NHS_ADD 400000.01'],
      'as it stood: what South paid early is South’s',
    );
    t.same(joined.total, (await position(ledger, '2016-09-30')).total, 'before = after');
    t.match(joined.successions, [{ mode: 'merge', successors: [MERGED] }]);
    t.same(
      figureOf(await position(ledger, '2017-01-31'), 'due'),
      ['merged-ccg NHS_ADD 1500000.01'],
      'instalments follow',
    );
    told(t, await ask(ledger, 'partner-position', { fund: FUND, partner: NORTH, on: DAY }), { sources: [] });
    t.match(await ask(ledger, 'partner-position', { fund: FUND, partner: MERGED, on: DAY }), {
      name: 'merged-ccg by name',
      total: { agreed: '1500000.01', overdue: '400000.01' },
    });
    t.match(await ask(ledger, 'statement', { fund: FUND, partner: NORTH, on: '2017-01-31' }), {
      opening: '0.00',
      lines: [
        { on: '2016-04-01', agreed: '1000000.01', outstanding: '1000000.01', stream: 'fund' },
        { on: '2016-04-30', due: '400000.01' },
        { on: DAY, agreed: '-1000000.01', due: '-400000.01', outstanding: '0.00', stream: 'register' },
      ],
      closing: '0.00',
    });
    t.match(await ask(ledger, 'statement', { fund: FUND, partner: MERGED, from: '2016-10-02', on: '2017-01-31' }), {
      opening: '900000.01',
      lines: [{ on: '2017-01-31', agreed: '0.00', due: '600000.00', outstanding: '900000.01' }],
      closing: '900000.01',
    });
    t.match(await ask(ledger, 'gap', { fund: FUND, on: DAY }), {
      fundedBy: [{ partner: MERGED, recurrent: '1500000.01' }],
    });
    t.same(
      figureOf(await position(ledger, '2016-12-01', { 'known-at': '2016-08-31' }), 'agreed'),
      figureOf(unknown, 'agreed'),
      'who did not know it is told what they were told',
    );
    t.match(await ask(ledger, 'succession', { area: 'testshire', on: DAY }), {
      funds: [{ fund: FUND, totalBefore: { agreed: '1500000.01' }, totalAfter: { agreed: '1500000.01' } }],
      notYetDue: [
        { predecessor: NORTH, successors: [MERGED], item: 'north-extra', due: '2017-01-31', amount: '600000.00' },
      ],
      proposals: [{ by: NORTH, byNow: [MERGED], awaiting: [COUNTY], awaitingNow: [COUNTY] }],
    });

    const sign = { act: 'agree', proposal: offered.outcome.proposal! } as const;
    ledger.now(before);
    t.equal(
      await ledger.refused(`${MERGED}-finance`, sign),
      'wrong_partner',
      'the successor signs nothing before its day',
    );
    ledger.now(after);
    t.match(await ask(ledger, 'succession', { area: 'testshire' }), {
      proposals: [{ awaiting: [NORTH], awaitingNow: [NORTH, MERGED] }, { byNow: [MERGED] }],
    });
    await ledger.done(`${MERGED}-finance`, sign);
    t.same(
      (
        await ask<{ funds: { after: { partner: string; source: string; figures: Record<string, string> }[] }[] }>(
          ledger,
          'succession',
          { area: 'testshire', on: DAY },
        )
      ).funds[0]!.after.map(({ partner, figures }) => [partner, figures['agreed']]),
      [[MERGED, '1570000.01']],
    );

    const other = countered.outcome.proposal!;
    const less = contribution({ contribution: 'later', effective: '2016-11-30', amount: '75000.00' });
    await ledger.done(`${COUNTY}-finance`, {
      act: 'counter',
      proposal: other,
      fact: { type: 'ContributionAgreed', data: less as never },
    });
    t.equal(
      await ledger.refused(`${NORTH}-finance`, { act: 'agree', proposal: other }),
      'wrong_partner',
      'for days after its end a body’s officers do nothing',
    );
    await ledger.done(`${MERGED}-chief`, { act: 'agree', proposal: other });

    await refusals(t, ledger, FUND, [
      {
        name: 'a new contribution in the old name',
        officer: `${NORTH}-finance`,
        act: 'propose',
        type: 'ContributionAgreed',
        data: contribution({ contribution: 'new', effective: DAY }),
        rule: 'partner_ended',
      },
      {
        name: 'by the successor too',
        officer: `${MERGED}-finance`,
        act: 'propose',
        type: 'ContributionAgreed',
        data: contribution({ contribution: 'new', effective: DAY }),
        rule: 'partner_ended',
      },
      {
        name: 'the successor before its first day',
        officer: `${MERGED}-finance`,
        act: 'propose',
        type: 'ContributionAgreed',
        data: contribution({ contribution: 'new', payer: MERGED, effective: '2016-09-30' }),
        rule: 'not_in_fund',
      },
    ]);
    await ledger.signed(
      `${MERGED}-finance`,
      `${COUNTY}-finance`,
      'ContributionAgreed',
      contribution({ contribution: 'new', payer: MERGED, effective: DAY, amount: '9.99' }),
    );
    await ledger.signed(`${MERGED}-finance`, `${MERGED}-chief`, 'DiscretionaryPaymentWithdrawn', {
      effective: '2016-12-01',
      payer: NORTH,
      of: { contribution: 'north-extra' },
      amount: '100000.00',
      noticeGiven: '2016-11-01',
      reason: 'saving',
    });
    t.same(figureOf(await position(ledger, '2016-12-01'), 'agreed'), ['merged-ccg NHS_ADD 1545010.00']);

    const late = {
      act: 'propose',
      fact: { type: 'ContributionAgreed', data: contribution({ contribution: 'old' }) as never },
    } as const;
    await ledger.done(`${NORTH}-finance`, late);
    const [open] = ledger.ledger.model.openProposals();
    const end = { proposal: open!.proposal.id, reason: 'not needed' };
    await ledger.done(`${MERGED}-finance`, { act: 'withdraw', ...end });
    t.equal((await verify(ledger.store)).problems.length, 0);
  },
);

t.test('the statement of a successor goes on to the last penny of what it took over', async (t) => {
  const ledger = await opened(t);
  await ledger.signed(
    `${NORTH}-finance`,
    `${COUNTY}-finance`,
    'ContributionAgreed',
    contribution({ amount: '100.00' }),
  );
  await succeeded(ledger, merger());
  ledger.now(after);
  await ledger.signed(`${MERGED}-finance`, `${MERGED}-chief`, 'DiscretionaryPaymentWithdrawn', {
    effective: '2016-11-01',
    payer: NORTH,
    of: { contribution: 'north-extra' },
    amount: '100.00',
    noticeGiven: '2016-10-03',
    reason: 'saving',
  });
  t.match(await ask(ledger, 'statement', { fund: FUND, partner: MERGED, on: '2016-11-01' }), {
    lines: [
      { on: DAY, agreed: '100.00', due: '100.00', outstanding: '100.00', stream: 'register' },
      { on: '2016-11-01', agreed: '-100.00', due: '-100.00', outstanding: '0.00', stream: 'fund' },
    ],
    closing: '0.00',
  });
});

t.test('a succession that is taken back never was, for who knows it', async (t) => {
  const ledger = await opened(t);
  await ledger.signed(`${NORTH}-finance`, `${COUNTY}-finance`, 'ContributionAgreed', contribution());
  await succeeded(ledger, merger());
  const both = ledger.ledger.model.register().successions.map(({ revision }) => revision);
  ledger.now('2016-04-01T09:00:00Z');
  await ledger.signed(
    `${MERGED}-finance`,
    `${COUNTY}-finance`,
    'ContributionAgreed',
    contribution({ contribution: 'new', payer: MERGED, effective: DAY, amount: '5.00' }),
  );
  ledger.now('2016-05-01T09:00:00Z');
  const back = { reverses: String(both[0]), reason: 'not approved' };
  t.equal(
    await ledger.refused(
      'registrar',
      { act: 'propose', fact: { type: 'FactReversed', data: { effective: '2016-11-01', ...back } as never } },
      { in: REGISTER_STREAM },
    ),
    'reversal_day_fixed',
  );
  for (const revision of both) await takenBack(ledger, DAY, revision);
  t.same(
    figureOf(await position(ledger, DAY), 'agreed'),
    ['north-ccg NHS_ADD 1000000.00', 'merged-ccg NHS_ADD 5.00'],
    'what the successor undertook stands',
  );
  t.same(figureOf(await position(ledger, DAY, { 'known-at': '2016-04-30' }), 'agreed'), [
    'merged-ccg NHS_ADD 1000005.00',
  ]);
  t.match(await ask(ledger, 'successions', { 'known-at': '2016-04-30' }), {
    successions: [{ reversed: false }, { reversed: false }],
  });
  t.match(await ask(ledger, 'successions', {}), {
    successions: [{ reversed: true }, { reversed: true }],
  });
  await succeeded(ledger, merger({ effective: '2017-01-01' }));
  t.same(figureOf(await position(ledger, '2017-01-01'), 'agreed'), ['merged-ccg NHS_ADD 1000005.00']);
  t.equal((await verify(ledger.store)).problems.length, 0);
});

t.test('a split shares out every source by its own shares, to the penny; the successors act and sign', async (t) => {
  const ledger = await opened(t);
  await ledger.signed(
    `${COUNTY}-finance`,
    `${NORTH}-finance`,
    'ContributionAgreed',
    contribution({ contribution: 'county-extra', payer: COUNTY, source: 'LA_ADD', amount: '100.00' }),
  );
  await ledger.post(
    `${COUNTY}-finance`,
    'GrantDetermined',
    grant({
      amount: '900000.01',
      passDown: {
        by: '2016-06-30',
        shares: [
          { district: EAST, amount: '500000.00' },
          { district: WEST, amount: '400000.01' },
        ],
      },
    }),
  );
  await ledger.signed(`${COUNTY}-finance`, `${EAST}-finance`, 'GrantPassedDown', {
    effective: '2016-06-01',
    grant: 'dfg',
    district: EAST,
    amount: '500000.00',
  });
  const offer = await ledger.done(`${COUNTY}-finance`, {
    act: 'propose',
    fact: {
      type: 'GrantPassedDown',
      data: { effective: '2016-09-30', grant: 'dfg', district: WEST, amount: '100000.00' } as never,
    },
  });
  await succeeded(ledger, split());
  const now = await position(ledger, DAY);
  t.same(figureOf(now, 'agreed'), [
    'downton-council DFG 270000.00',
    'downton-council LA_ADD 33.34',
    'middleton-council LA_ADD 33.33',
    'upton-council DFG 630000.01',
    'upton-council LA_ADD 33.33',
  ]);
  t.same(now.total, (await position(ledger, '2016-09-30')).total);
  t.match(await ask(ledger, 'pass-down', { fund: FUND, on: DAY }), {
    grants: [
      {
        share: '900000.01',
        districts: [
          { district: UPTON, share: '500000.00', passedDown: '500000.00' },
          { district: DOWNTON, share: '300000.01', passedDown: '0.00' },
          { district: MIDDLETON, share: '100000.00' },
        ],
      },
    ],
  });
  ledger.now(after);
  await ledger.done(`${MIDDLETON}-finance`, { act: 'agree', proposal: offer.outcome.proposal! });
  await ledger.signed(`${UPTON}-finance`, `${DOWNTON}-finance`, 'GrantPassedDown', {
    effective: '2016-10-02',
    grant: 'dfg',
    district: WEST,
    amount: '100000.00',
  });
  t.match(await ask(ledger, 'pass-down', { fund: FUND, on: '2016-10-02' }), { grants: [{ passedDown: '700000.00' }] });
  await ledger.signed(
    `${UPTON}-finance`,
    `${NORTH}-finance`,
    'ContributionAgreed',
    contribution({ contribution: 'upton-extra', payer: UPTON, source: 'LA_ADD', effective: DAY, amount: '1.00' }),
  );
  await ledger.signed(
    `${NORTH}-finance`,
    `${MIDDLETON}-finance`,
    'ContributionAgreed',
    contribution({ contribution: 'north-more', effective: DAY, amount: '2.00' }),
  );
  t.same(
    figureOf(await position(ledger, DAY), 'agreed').filter((row) => row.includes('upton-council LA_ADD')),
    ['upton-council LA_ADD 34.33'],
  );
  // The county kept the ledger and hosted the fund. Now its successors do.
  await ledger.post(
    `${DOWNTON}-chief`,
    'PartnerRegistered',
    {
      effective: DAY,
      partner: 'newcomer',
      name: 'Newcomer',
      kind: 'icb',
      officers: [
        { officer: 'a', role: 'finance-officer' },
        { officer: 'b', role: 'finance-officer' },
      ],
    },
    REGISTER_STREAM,
  );
  t.equal((await verify(ledger.store)).problems.length, 0);
});

t.test('a body is split by thirds, and what was agreed before is agreed after, to the penny', async (t) => {
  const ledger = await opened(t);
  const thirds = [UPTON, MIDDLETON, DOWNTON].map((successor) => ({ predecessor: COUNTY, successor, share: '1/3' }));
  const others = (split().shares as readonly { readonly predecessor: string }[]).filter(
    ({ predecessor }) => predecessor !== COUNTY,
  );
  t.equal(
    await ledger.refused(
      'registrar',
      {
        act: 'propose',
        fact: {
          type: 'PartnerSucceeded',
          data: split({
            predecessors: [COUNTY],
            shares: [...thirds.slice(1), { ...thirds[0]!, share: '1/4' }],
          }) as never,
        },
      },
      { in: REGISTER_STREAM },
    ),
    'shares_not_one',
  );
  await ledger.signed(
    `${COUNTY}-finance`,
    `${NORTH}-finance`,
    'ContributionAgreed',
    contribution({ contribution: 'county-extra', payer: COUNTY, source: 'LA_ADD', amount: '100.01' }),
  );
  await succeeded(ledger, split({ shares: [...thirds, ...others] }));
  t.same(figureOf(await position(ledger, DAY), 'agreed'), [
    'downton-council LA_ADD 33.34',
    'middleton-council LA_ADD 33.34',
    'upton-council LA_ADD 33.33',
  ]);
  t.equal((await verify(ledger.store)).problems.length, 0);
});

t.test('the keeper keeps the ledger until the day it ends', async (t) => {
  const ledger = await opened(t);
  await succeeded(ledger, split());
  ledger.now(before);
  // A change that takes effect on that day is recorded before it.
  const { outcome } = await succeeded(ledger, merger());
  t.match(outcome.events.at(-1), { type: 'PartnerSucceeded' });
  const published = allocation({ effective: DAY, payer: BOARD });
  t.match((await publish(ledger, published)).outcome.events[0], { type: 'AllocationPublished' });
  ledger.now(after);
  t.equal(
    await ledger.refused(
      'registrar',
      { act: 'post', fact: { type: 'AllocationPublished', data: published as never } },
      { in: REGISTER_STREAM },
    ),
    'wrong_partner',
  );
  t.equal(
    await ledger.refused(
      'registrar',
      {
        act: 'propose',
        fact: {
          type: 'PartnerSucceeded',
          data: merger({ predecessors: [MERGED], successors: [BOARD], effective: '2017-04-01' }) as never,
        },
      },
      { in: REGISTER_STREAM },
    ),
    'wrong_partner',
  );
});
