import t from 'tap';
import { verify } from '../src/ledger/audit/verify.js';
import { asked } from './support/asking.js';
import { loadedLedger, scenarios } from './support/scenarios.js';

/** A deal of five groups and the council, countered once and signed by six bodies over ten days, at three states of knowledge. */

const FUND = 'norfolk-deal-2016-17';

t.test(
  'a deal of six parts counts for nothing before the last of six bodies has signed, and then as a whole',
  async (t) => {
    const ledger = await loadedLedger(t, scenarios(/^norfolk-(1-|12-)/));
    const at = async (knownAt: string) => {
      const gap = await asked<Record<string, string>>(ledger, 'gap', {
        fund: FUND,
        on: '2016-06-01',
        'known-at': knownAt,
      });
      const { requirement, funded, soft, hard } = gap;
      const { proposals } = await asked<{
        proposals: { needs: object[]; given: { partner: string }[]; sentence: string }[];
      }>(ledger, 'proposals', { fund: FUND, 'known-at': knownAt });
      const [deal] = proposals;
      return {
        figures: { requirement, funded, soft, hard },
        missing: deal?.needs.length,
        signed: deal?.given.map(({ partner }) => partner),
      };
    };

    t.same(
      await at('2016-05-31T23:00:00Z'),
      {
        figures: { requirement: '7000000.00', funded: '0.00', soft: '5000000.00', hard: '2000000.00' },
        missing: 4,
        signed: ['norfolk-county-council', 'norwich-ccg'],
      },
      'as known at the end of May: offered by the council, and signed by Norwich',
    );
    t.same(
      await at('2016-06-08T23:00:00Z'),
      {
        figures: { requirement: '7000000.00', funded: '0.00', soft: '4900000.00', hard: '2100000.00' },
        missing: 2,
        signed: ['west-norfolk-ccg', 'norfolk-county-council', 'norwich-ccg', 'north-norfolk-ccg'],
      },
      'as known on 8 June: the counter-offer stands, and the signatures before it fell with what it replaced',
    );
    t.same(
      await at('2016-06-13T23:00:00Z'),
      {
        figures: { requirement: '4900000.00', funded: '4900000.00', soft: '0.00', hard: '0.00' },
        missing: undefined,
        signed: undefined,
      },
      'as known on 13 June: all six parts count, each from its own day',
    );

    const { entries } = await asked<{ entries: { type: string }[] }>(ledger, 'timeline', { fund: FUND, limit: '100' });
    t.same(entries.map(({ type }) => type).slice(2), [
      'ProposalMade',
      'ProposalSigned',
      'ProposalCountered',
      ...Array<string>(4).fill('ProposalSigned'),
      'ProposalAgreed',
      ...Array<string>(5).fill('ContributionAgreed'),
      'PlanLineRevised',
    ]);
    const { approvals } = await asked<{ approvals: { by: { partner: string; act: string; on: string }[] }[] }>(
      ledger,
      'approvals',
      { fund: FUND },
    );
    t.same(
      approvals.at(-2)!.by.map(({ partner, act, on }) => [partner, act, on]),
      [
        ['norfolk-county-council', 'signed', '2016-06-06'],
        ['great-yarmouth-and-waveney-ccg', 'signed', '2016-06-13'],
      ],
      'each part is approved by the bodies that are its sides, each on its day',
    );
    t.same((await verify(ledger.store)).problems, []);
  },
);
