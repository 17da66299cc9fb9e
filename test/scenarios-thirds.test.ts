import t from 'tap';
import { verify } from '../src/ledger/audit/verify.js';
import { asked } from './support/asking.js';
import { loadedLedger, scenarios } from './support/scenarios.js';

/** A pool of three who share in thirds, which a group joins and a district leaves, and a bank holiday that is proclaimed later. */

const FUND = 'norfolk-thirds-2018-19';

t.test(
  'three bodies share in thirds; others join, leave, and are owed a part of a grant, each by its own signature',
  async (t) => {
    const ledger = await loadedLedger(t, scenarios(/^norfolk-(1-|13-)/));

    const { schemes } = await asked<{
      schemes: { variance: string; shares: { partner: string; amount: string }[] }[];
    }>(ledger, 'risk-share', { fund: FUND, on: '2019-03-31' });
    t.match(schemes, [
      {
        variance: '-10000.00',
        shares: [
          { partner: 'norfolk-county-council', amount: '-3333.33' },
          { partner: 'norwich-ccg', amount: '-3333.33' },
          { partner: 'south-norfolk-ccg', amount: '-3333.34' },
        ],
      },
    ]);

    const owed = async (knownAt: string) => {
      const { grants } = await asked<{ grants: { districts: { district: string; share: string }[] }[] }>(
        ledger,
        'pass-down',
        {
          fund: FUND,
          on: '2018-06-10',
          'known-at': knownAt,
        },
      );
      return grants[0]!.districts.map(({ district, share }) => [district, share]);
    };
    t.same(await owed('2018-06-05'), [['breckland-district', '90000.00']], 'while nobody has signed');
    t.same(
      await owed('2018-06-06'),
      [
        ['breckland-district', '60000.00'],
        ['norwich-district', '30000.00'],
      ],
      'once the district that gives has signed',
    );

    const goesOn = await asked<{ partners: { partner: string }[]; leftOut: { what: string }[] }>(
      ledger,
      'roll-forward',
      {
        fund: FUND,
      },
    );
    t.same(
      goesOn.partners.map(({ partner }) => partner),
      ['norfolk-county-council', 'norwich-ccg', 'south-norfolk-ccg', 'norwich-district', 'north-norfolk-ccg'],
      'who joined is in the next year’s fund, and who left is not',
    );
    t.match(goesOn.leftOut[0], { what: 'Breckland District Council' });

    const { holidays } = await asked<{ holidays: { day: string; name: string }[] }>(ledger, 'bank-holidays');
    t.match(
      holidays.find(({ day }) => day === '2026-10-16'),
      { name: /thanksgiving/ },
    );
    t.same((await verify(ledger.store)).problems, []);
  },
);
