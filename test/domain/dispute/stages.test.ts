import t from 'tap';
import type { RuleCode } from '../../../src/domain/rules.js';
import { acts, caseNamed, DISPUTES, settle } from '../../support/disputes.js';
import { DISPUTE } from '../../../src/domain/dispute/facts.js';
import { verify } from '../../../src/ledger/audit/verify.js';
import { asked } from '../../support/asking.js';
import { COUNTY, refusals, REGISTER_STREAM, WEST } from '../../support/ledger.js';
import { disputing, openedLedger } from '../../support/rules-alone.js';

const ONE = { case: caseNamed('one') };

t.test('an area adopts a protocol by name or with stages of its own, signed by both sectors', async (t) => {
  const ledger = await disputing(t);
  const adopting = { effective: '2018-11-01', protocol: 'sheffield-five-stage' };
  const cases: readonly (readonly [name: string, data: object, rule: RuleCode, officer?: string])[] = [
    ['a name that nobody knows', { effective: '2018-11-01', protocol: 'our-own' }, 'reference_unknown'],
    ['a day that an adopted protocol covers', { ...adopting, effective: '2016-04-01' }, 'later_change_stands'],
    ['an officer of no partner of the area', adopting, 'wrong_partner', 'west-district-finance'],
  ];
  for (const [name, data, rule, officer = 'county-finance'] of cases) {
    t.equal(await acts(ledger).refused(officer, 'propose', 'DisputeProtocolAdopted', data), rule, name);
  }
  const own = {
    effective: '2018-12-01',
    protocol: 'our-own',
    title: 'Testshire’s own',
    stages: [{ stage: 'panel', title: 'Panel', workingDays: 5 }],
  };
  await ledger.signed('county-finance', 'north-ccg-chief', 'DisputeProtocolAdopted', adopting, DISPUTES);
  const done = await ledger.signed('south-ccg-finance', 'county-chief', 'DisputeProtocolAdopted', own, DISPUTES);
  t.equal(
    done.outcome.events.at(-1)!.sentence,
    'The dispute protocol "Testshire’s own" was adopted from 1 December 2018: Panel (5 working days).',
  );
  const { protocol, stages } = own;
  const nameless = { effective: '2019-01-01', protocol, stages };
  const proposed = await ledger.done(
    'county-finance',
    { act: 'propose', fact: { type: 'DisputeProtocolAdopted', data: nameless as never } },
    { in: DISPUTES },
  );
  const proposal = proposed.outcome.proposal!;
  const later = { type: 'DisputeProtocolAdopted', data: { ...nameless, effective: '2019-02-01' } as never };
  await ledger.done('north-ccg-finance', { act: 'counter', proposal, fact: later }, { in: DISPUTES });
  const named = await ledger.done('county-finance', { act: 'agree', proposal }, { in: DISPUTES });
  t.match(named.outcome.events.at(-1)!.sentence, 'The dispute protocol "our-own" was adopted from 1 February 2019');
  const { protocols } = ledger.ledger.model.stream('dispute', DISPUTES).own;
  t.same(
    protocols.map(({ data }) => [data.protocol, data.stages.length]),
    [
      ['three-stage', 3],
      ['sheffield-five-stage', 5],
      ['our-own', 1],
      ['our-own', 1],
    ],
  );
});

t.test('a case goes forward through the stages of the protocol in force when it was raised', async (t) => {
  const ledger = await disputing(t);
  const { raise, post, signed } = acts(ledger);
  await ledger.signed(
    'county-finance',
    'north-ccg-chief',
    'DisputeProtocolAdopted',
    { effective: '2018-11-01', protocol: 'sheffield-five-stage' },
    DISPUTES,
  );
  await raise();
  await raise('two', { raisedOn: '2018-10-31' });
  ledger.now('2018-12-20T09:00:00Z');

  const done = await post('north-ccg-finance', 'DisputeStageEntered', {
    ...ONE,
    effective: '2018-12-20',
    stage: 'prevention',
    panel: '2019-01-10',
  });
  t.match(
    done.outcome.events[0]!.sentence,
    'entered the stage "Prevention" on 20 December 2018, panel on 10 January 2019, to be done by 8 January 2019',
    'ten working days, over Christmas, Boxing Day and New Year',
  );
  ledger.now('2018-12-21T09:00:00Z');
  const cases: readonly (readonly [name: string, data: object, rule: RuleCode, officer?: string])[] = [
    ['a stage of another protocol', { stage: 'hearing' }, 'stage_unknown'],
    ['a day that has not come', { stage: 'informal', effective: '2018-12-22' }, 'in_the_future'],
    ['the same stage again', { stage: 'prevention' }, 'stage_backwards'],
    ['a later stage on an earlier day', { stage: 'informal', effective: '2018-12-19' }, 'stage_backwards'],
    ['an unknown case', { stage: 'informal', case: caseNamed('nobody') }, 'reference_unknown'],
    [
      'a stage before the case was raised',
      { stage: 'informal', case: caseNamed('two'), effective: '2018-10-30' },
      'stage_backwards',
    ],
    ['a stage that only the newer protocol has', { stage: 'prevention', case: caseNamed('two') }, 'stage_unknown'],
    ['a body that is not in the case', { stage: 'informal' }, 'wrong_partner', 'south-ccg-finance'],
  ];
  for (const [name, more, rule, officer = 'county-finance'] of cases) {
    const data = { ...ONE, effective: '2018-12-21', ...more };
    t.equal(await acts(ledger).refused(officer, 'post', 'DisputeStageEntered', data), rule, name);
  }

  const extension = { ...ONE, effective: '2018-12-21', dueBy: '2019-01-31' };
  const refusals: readonly (readonly [name: string, data: object, rule: RuleCode])[] = [
    ['no later day', { ...extension, dueBy: '2019-01-08' }, 'deadline_not_later'],
    ['before the stage was entered', { ...extension, effective: '2018-12-19' }, 'stage_backwards'],
    ['a case in no stage', { ...extension, case: caseNamed('two') }, 'stage_unknown'],
    ['an unknown case', { ...extension, case: caseNamed('nobody') }, 'reference_unknown'],
  ];
  for (const [name, data, rule] of refusals) {
    t.equal(await acts(ledger).refused('county-finance', 'propose', 'DisputeStageExtended', data), rule, name);
  }
  const proposed = await ledger.done(
    'county-finance',
    { act: 'propose', fact: { type: 'DisputeStageExtended', data: extension as never } },
    { in: DISPUTES },
  );
  const proposal = proposed.outcome.proposal!;
  const shorter = { type: 'DisputeStageExtended', data: { ...extension, dueBy: '2019-01-20' } as never };
  await ledger.done('north-ccg-finance', { act: 'counter', proposal, fact: shorter }, { in: DISPUTES });
  await ledger.done('county-finance', { act: 'agree', proposal }, { in: DISPUTES });
  const extended = await signed('DisputeStageExtended', extension);
  t.match(extended.outcome.events.at(-1)!.sentence, 'was extended by consent to 31 January 2019.');

  ledger.now('2019-01-03T09:00:00Z');
  const arbitration = await post('county-finance', 'DisputeStageEntered', {
    ...ONE,
    effective: '2019-01-02',
    stage: 'arbitration',
  });
  t.match(arbitration.outcome.events[0]!.sentence, /entered the stage "Arbitration" on 2 January 2019\.$/);
  const past = { ...ONE, effective: '2019-01-02', dueBy: '2019-01-02' };
  t.equal(
    await acts(ledger).refused('county-finance', 'propose', 'DisputeStageExtended', past),
    'deadline_not_later',
    'a first deadline that is past already',
  );
  const before = { ...ONE, effective: '2019-01-10', dueBy: '2019-01-09' };
  t.equal(
    await acts(ledger).refused('county-finance', 'propose', 'DisputeStageExtended', before),
    'deadline_not_later',
    'one before the extension itself',
  );
  await signed('DisputeStageExtended', { ...ONE, effective: '2019-01-03', dueBy: '2019-01-04' });
});

t.test('a stage that was entered in error is taken back, the last one first', async (t) => {
  const ledger = await disputing(t);
  const { raise, post, reverse } = acts(ledger);
  await raise();
  const first = await post('county-finance', 'DisputeStageEntered', { effective: '2018-11-01', stage: 'informal' });
  ledger.now('2018-11-02T09:00:00Z');
  const second = await post('county-finance', 'DisputeStageEntered', { effective: '2018-11-02', stage: 'panel' });
  const entered = Number(first.outcome.revision);
  t.equal(
    await acts(ledger).refused('county-finance', 'post', 'FactReversed', {
      effective: '2018-11-01',
      reverses: String(entered),
      reason: 'in error',
    }),
    'others_rest_on_it',
  );
  await reverse(Number(second.outcome.revision), '2018-11-02');
  await reverse(entered, '2018-11-01');
  await post('county-finance', 'DisputeStageEntered', { effective: '2018-11-01', stage: 'informal' });
});

t.test('a settled case enters no more stages', async (t) => {
  const ledger = await disputing(t);
  await acts(ledger).raise();
  await settle(ledger, 'all', '2018-11-01', [['one', '6400.00', '0.00']]);
  t.equal(
    await acts(ledger).refused('county-finance', 'post', 'DisputeStageEntered', {
      ...ONE,
      effective: '2018-11-01',
      stage: 'informal',
    }),
    'settled_already',
  );
});

t.test('where all partners are of one sector, any two of them adopt a protocol', async (t) => {
  const ledger = await openedLedger(t);
  ledger.now('2018-11-01T09:00:00Z');
  const stream = 'disputes-councils';
  const opening = { effective: '2016-04-01', area: 'councils', partners: [COUNTY, WEST] };
  await ledger.post('pool-manager', 'DisputesOpened', opening, stream);
  const data = { effective: '2016-04-01', protocol: 'three-stage' } as never;
  const act = { act: 'propose', fact: { type: 'DisputeProtocolAdopted', data } } as const;
  const { proposal } = (await ledger.done('county-finance', act, { in: stream })).outcome;
  t.equal(
    await ledger.refused('county-chief', { act: 'agree', proposal: proposal! }, { in: stream }),
    'wrong_partner',
    'a second officer of the same council is not enough',
  );
  await ledger.done('west-district-finance', { act: 'agree', proposal: proposal! }, { in: stream });
  t.equal(ledger.ledger.model.stream('dispute', stream).own.protocols.length, 1);
});

t.test('a case goes by the protocol known when it was raised, whatever is adopted for its days later', async (t) => {
  const ledger = await disputing(t);
  const { raise, post } = acts(ledger);
  await raise();
  await post('county-finance', 'DisputeStageEntered', { effective: '2018-11-01', stage: 'informal' });
  const stages = [{ stage: 'hearing', title: 'Hearing' }];
  const adopted = { effective: '2018-06-01', protocol: 'other', stages };
  await ledger.signed('county-finance', 'north-ccg-chief', 'DisputeProtocolAdopted', adopted, DISPUTES);
  await post('county-finance', 'DisputeStageEntered', { effective: '2018-11-01', stage: 'panel' });
  t.equal(
    await acts(ledger).refused('county-finance', 'post', 'DisputeStageEntered', {
      ...ONE,
      effective: '2018-11-01',
      stage: 'hearing',
    }),
    'stage_unknown',
  );
  await raise('two');
  await post('county-finance', 'DisputeStageEntered', {
    case: caseNamed('two'),
    effective: '2018-11-01',
    stage: 'hearing',
  });
});

t.test('a stage in calendar days ends on its day, be it a Sunday; in both kinds of days it is refused', async (t) => {
  const ledger = await disputing(t);
  const { raise, post } = acts(ledger);
  const stages = [
    { stage: 'talks', title: 'Talks', days: 28 },
    { stage: 'panel', title: 'Panel', workingDays: 20 },
  ];
  const adopting = { effective: '2018-11-01', protocol: 'somerset', stages };
  const done = await ledger.signed('county-finance', 'north-ccg-chief', 'DisputeProtocolAdopted', adopting, DISPUTES);
  t.match(done.outcome.events.at(-1)!.sentence, 'Talks (28 calendar days), Panel (20 working days).');
  await raise();
  ledger.now('2018-12-02T09:00:00Z');
  const entered = await post('north-ccg-finance', 'DisputeStageEntered', {
    ...ONE,
    effective: '2018-12-02',
    stage: 'talks',
  });
  t.match(entered.outcome.events[0]!.sentence, 'to be done by 30 December 2018', '28 days over Christmas, to a Sunday');
  const { input } = DISPUTE.byName.get('DisputeProtocolAdopted')!;
  const both = input.safeParse({ ...adopting, stages: [{ ...stages[0], workingDays: 20 }] });
  t.match(both.error!.issues, [
    { path: ['stages', 0], message: 'must be in working days or in calendar days, not in both' },
  ]);
});

t.test(
  'a bank holiday proclaimed while a stage runs moves no deadline that is set, and every one set after it',
  async (t) => {
    const ledger = await disputing(t);
    const { raise, post } = acts(ledger);
    await raise('before');
    await raise('after');
    const entering = (name: string) =>
      post('north-ccg-finance', 'DisputeStageEntered', {
        case: caseNamed(name),
        effective: '2018-12-03',
        stage: 'informal',
      });
    const dueBy = async (name: string, more: object = {}) => {
      const { stages } = await asked<{ stages: readonly { readonly dueBy: string }[] }>(ledger, 'dispute-case', {
        area: 'testshire',
        case: caseNamed(name),
        on: '2018-12-05',
        ...more,
      });
      return stages.map((each) => each.dueBy);
    };
    ledger.now('2018-12-03T09:00:00Z');
    await entering('before');
    t.same(await dueBy('before'), ['2018-12-17'], 'ten working days');

    const proclaimed = {
      effective: '2018-12-04',
      day: '2018-12-10',
      occasion: 'A royal wedding',
      publication: 'The London Gazette',
    };
    const record = { officer: 'registrar', act: 'post', type: 'BankHolidayProclaimed' } as const;
    ledger.now('2018-12-04T09:00:00Z');
    await refusals(t, ledger, REGISTER_STREAM, [
      { ...record, name: 'a Sunday', data: { ...proclaimed, day: '2018-12-09' }, rule: 'holiday_unfit' },
      { ...record, name: 'Christmas Day', data: { ...proclaimed, day: '2018-12-25' }, rule: 'holiday_unfit' },
      {
        ...record,
        name: 'in place of a working day',
        data: { ...proclaimed, insteadOf: '2018-12-11' },
        rule: 'holiday_unfit',
      },
      {
        ...record,
        name: 'by an officer of another body',
        officer: 'north-ccg-chief',
        data: proclaimed,
        rule: 'wrong_partner',
      },
    ]);
    const said = await ledger.post('registrar', 'BankHolidayProclaimed', proclaimed, REGISTER_STREAM);
    t.equal(
      said.outcome.events[0]!.sentence,
      '10 December 2018 is a bank holiday: A royal wedding (The London Gazette).',
    );
    await entering('after');

    for (const [known, days] of [
      ['2018-12-03T23:00:00Z', [['2018-12-17'], []]],
      ['2018-12-04T12:00:00Z', [['2018-12-17'], ['2018-12-18']]],
    ] as const)
      t.same([await dueBy('before', { 'known-at': known }), await dueBy('after', { 'known-at': known })], days, known);
    const holidaysIn = async (knownOn: string) =>
      (
        await asked<{ holidays: readonly { readonly day: string }[] }>(ledger, 'bank-holidays', {
          year: '2018',
          'known-on': knownOn,
        })
      ).holidays.filter(({ day }) => day.startsWith('2018-12'));
    t.same(
      await holidaysIn('2018-12-03'),
      [{ day: '2018-12-25' }, { day: '2018-12-26' }].map((each, index) => ({
        ...each,
        name: ['Christmas Day', 'Boxing Day'][index],
      })),
    );
    t.match(await holidaysIn('2018-12-04'), [{ day: '2018-12-10', name: 'A royal wedding' }, {}, {}]);

    await post('north-ccg-finance', 'DisputeStageEntered', {
      case: caseNamed('before'),
      effective: '2018-12-04',
      stage: 'panel',
    });
    await ledger.post(
      'registrar',
      'BankHolidayProclaimed',
      { ...proclaimed, day: '2018-12-11', insteadOf: '2018-12-10' },
      REGISTER_STREAM,
    );
    t.match(await holidaysIn('2018-12-04'), [{ day: '2018-12-11' }, {}, {}], 'what was wrong is put right by another');
    t.same((await verify(ledger.store)).problems, []);
  },
);
