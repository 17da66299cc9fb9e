import t from 'tap';
import { capacitiesOf } from '../../../src/domain/fund/plan/plan-years.js';
import { NATIONAL_TOTALS } from '../../../src/domain/reference/national-totals.js';
import { shippedRuleSet } from '../../../src/domain/reference/rule-sets.js';

/**
 * The shipped data for the years of the seed papers and of today, each with the source that was read. A change of a
 * figure here changes what officers read, and needs another source.
 */

const FRAMEWORK_2016 = 'Department of Health, Better Care Fund policy framework 2016-17';
const TEMPLATE_2016 = 'Better Care Fund template 2016-17';
const FRAMEWORK_2025 = 'GOV.UK, Better Care Fund framework 2025-26';
const NORTH_YORKSHIRE = 'North Yorkshire Health and Wellbeing Board, 14 March and 16 May 2025';
const EAST_SUSSEX = 'East Sussex Health and Wellbeing Board, 15 July 2025';
const KNOWLEDGE = 'professional knowledge, not confirmed in a source';
const NOWHERE = 'not found';

type Told = readonly [what: string, evidence: string, proven: boolean];

function toldOf(year: string) {
  const { dueDates, conditions, notes, uplifts, evidence, proven } = shippedRuleSet(year);
  return {
    due: dueDates.map((each): Told => [`${each.what}: ${each.day}`, each.evidence, each.proven]),
    conditions: conditions.map((each): Told => [each.words, each.evidence, each.proven]),
    notes: notes.map((each): Told => [each.words, each.evidence, each.proven]),
    signs: capacitiesOf(year).map((each): Told => [`${each.capacity}, ${each.needed}`, each.evidence, each.proven]),
    totals: NATIONAL_TOTALS.filter((each) => each.year === year).map((each): Told => [
      `${each.name}: ${each.amount ?? 'none'}`,
      each.evidence,
      each.proven,
    ]),
    uplifts,
    lists: { evidence, proven },
  };
}

t.test('2016-17: what is shipped, and where each figure is from', async (t) => {
  t.same(toldOf('2016-17'), {
    due: [
      ['Plan, first submission: 2016-03-02', TEMPLATE_2016, true],
      [
        'Plan, final submission: 2016-05-03',
        'West Sussex, Better Care Fund narrative plan 2016-17; a newspaper report of 2016',
        true,
      ],
      ['Section 75 agreement: 2016-06-30', KNOWLEDGE, false],
    ],
    conditions: [
      ['£1 billion of the NHS minimum is for NHS-commissioned services outside hospital', FRAMEWORK_2016, true],
      [
        'Adult social care is protected in real terms at the mandated minimum of 2015-16; what was agreed beyond it is changed by local agreement',
        'ADASS, update on the Better Care Fund, 1 March 2016',
        true,
      ],
    ],
    notes: [
      ['Planning guidance: 22 December 2015; rules of the fund: February 2016', TEMPLATE_2016, true],
      ['£2.519 billion of the NHS minimum of £3.519 billion is under no such condition', FRAMEWORK_2016, true],
      ['Regions assess the risk of each plan', `${FRAMEWORK_2016}, section 3`, true],
      ['The other national conditions of the year', NOWHERE, false],
      ['By how much the NHS minimum and the least for social care rise', NOWHERE, false],
    ],
    signs: [
      [
        'health-and-wellbeing-board, to-submit',
        'statement on the Integration Transformation Fund, October 2013; Blackpool Council, page on the Better Care Fund',
        true,
      ],
      ['section-151-officer, to-submit', `2025-26: ${NORTH_YORKSHIRE}; earlier years: ${KNOWLEDGE}`, false],
      ['nhs-chief-finance-officer, to-submit', KNOWLEDGE, false],
    ],
    totals: [
      [
        'Minimum NHS contribution: 3519000000.00',
        'Department of Health, 2016-17 Better Care Fund policy framework',
        true,
      ],
      [
        'Improved Better Care Fund, from 2025-26 the Local Authority Better Care Grant: none',
        'none in that year',
        true,
      ],
      [
        'Disabled Facilities Grant: 394000000.00',
        'Department of Health, 2016-17 Better Care Fund policy framework',
        true,
      ],
      ['Discharge Fund, councils: none', 'none in that year', true],
      ['Discharge Fund, integrated care boards: none', 'none in that year', true],
      ['Mandated in all: 3913000000.00', 'Department of Health, 2016-17 Better Care Fund policy framework', true],
      [
        'of the NHS minimum, under the out-of-hospital condition: 1000000000.00',
        'Department of Health, 2016-17 Better Care Fund policy framework',
        true,
      ],
    ],
    uplifts: [],
    lists: { evidence: 'the lists of 2019 to 2025, for want of the year’s own: an inference', proven: false },
  });
  const millions = [3519, 1000, 2519] as const;
  t.equal(millions[0] - millions[1], millions[2], 'what is under no condition is the rest');
});

t.test('2025-26: what is shipped, and where each figure is from', async (t) => {
  t.same(toldOf('2025-26'), {
    due: [['Plan: 2025-03-31', `${FRAMEWORK_2025}; ${NORTH_YORKSHIRE}`, true]],
    conditions: [
      ['Joint agreement', EAST_SUSSEX, true],
      ['The objectives of the framework', EAST_SUSSEX, true],
      ['Grant and funding conditions, the NHS minimum to adult social care among them', EAST_SUSSEX, true],
      ['Oversight and support', `${EAST_SUSSEX}; ${KNOWLEDGE}`, false],
    ],
    notes: [
      ['Framework: 30 January 2025', FRAMEWORK_2025, true],
      ['Objectives: from sickness to prevention, and from hospital to home', FRAMEWORK_2025, true],
      ['Discharge money is part of the pool, and no ring-fence is kept around it', EAST_SUSSEX, true],
      ['A shorter list of activities, and a primary objective for each scheme', KNOWLEDGE, false],
      [
        'One area was told that its NHS minimum stays as it was, after a rise of 1.7% had been planned',
        'Leicestershire Health and Wellbeing Board, minutes of 2025',
        true,
      ],
      ['By how much the NHS minimum rises in all areas', NOWHERE, false],
      ['The NHS minimum of England', NOWHERE, false],
    ],
    signs: [
      [
        'health-and-wellbeing-board, later',
        `2024-25: North Tyneside Council, cabinet 2024; 2025-26: ${NORTH_YORKSHIRE}`,
        true,
      ],
      ['section-151-officer, to-submit', NORTH_YORKSHIRE, true],
      ['chief-executive, to-submit', NORTH_YORKSHIRE, true],
    ],
    totals: [
      ['Minimum NHS contribution: none', NOWHERE, false],
      [
        'Improved Better Care Fund, from 2025-26 the Local Authority Better Care Grant: 2640000000.00',
        'general knowledge, not confirmed in a source',
        false,
      ],
      ['Disabled Facilities Grant: 711000000.00', 'Parliamentary question 49293 (Disabled Facilities Grant)', true],
      ['Discharge Fund, councils: none', 'none in that year', true],
      ['Discharge Fund, integrated care boards: none', 'none in that year', true],
      ['Mandated in all: 9000000000.00', 'general knowledge, not confirmed in a source: “about 9bn”', false],
    ],
    uplifts: [],
    lists: { evidence: 'the lists of 2019 to 2025, for want of the year’s own: an inference', proven: false },
  });
});
