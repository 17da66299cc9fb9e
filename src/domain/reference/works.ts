/**
 * The published works that reference data rests on, by the marks under which its tables cite them. Newspapers and minutes
 * are named as they are filed; many long works were read at their opening only.
 */
const WORKS = {
  S0: 'a newspaper report of 2016',
  S3: 'statement on the Integration Transformation Fund, October 2013',
  S4: 'Norfolk County Council, budget paper 2018-19',
  W3: 'West Sussex, Better Care Fund narrative plan 2016-17',
  W4: 'ADASS, update on the Better Care Fund, 1 March 2016',
  W10: 'North Yorkshire Health and Wellbeing Board, 14 March and 16 May 2025',
  W15: 'Blackpool Council, page on the Better Care Fund',
  W16: 'Commons Public Accounts Committee, HC 807, Planning for the Better Care Fund',
  W26: 'NHS England, Better Care Fund policy and planning pages, 2022-23 and 2023-25',
  W27: 'Department of Health, Better Care Fund policy framework 2016-17',
  W28: 'NHS England, Better Care Fund grants and funding',
  W29: 'GOV.UK, winter funding, 17 October 2018',
  W31: 'Housing LIN, Better Care Fund and Disabled Facilities Grant, April 2017',
  W32: 'Parallel Parliament, HL838',
  W33: 'Commons Public Accounts Committee, HC 807, chapter 2',
  W35: 'Care Management Matters, August 2017',
  W37: 'pharmacy.biz, Better Care Fund 2021-22',
  W39: 'an encyclopedia’s entry on the Better Care Fund',
  W40: 'Health Service Journal 7017026, conditions on the £2 billion',
  W41: 'Local Government Association, briefing on the settlement 2023-24',
  W42: 'Department of Health, letter LASSL(DH)(2016)',
  W43: 'MHCLG, improved Better Care Fund reporting 2018-19, October 2019',
  W44: 'Better Care Fund template 2016-17',
  W45: 'Better Care Fund template 2017-19',
  W46: 'NHS England, letter on transfers, May 2014, as reported',
  W47: 'GOV.UK, Better Care Fund policy statement 2020-21',
  W48: 'Parliamentary question 49293',
  W49: 'East Sussex Health and Wellbeing Board, 15 July 2025',
  W50: 'Leicestershire Health and Wellbeing Board, minutes of 2025',
  W53: 'Department of Health, Better Care Fund policy framework 2016-17, section 3',
  W54: 'West Berkshire Health and Wellbeing Board, 2014',
  W57: 'Cumbria, Better Care Fund return for quarter 4 of 2015-16',
  W58: 'Lancashire Health and Wellbeing Board, items 92705, 93694 and 97146',
  W59: 'North Tyneside Council, cabinet 2023',
  W60: 'North Tyneside Council, cabinet 2024',
  W61: 'GOV.UK, Better Care Fund framework 2025-26',
  W79: 'Sheffield, continuing-healthcare dispute policy',
  D: 'worked out',
  R: 'professional knowledge, not confirmed in a source',
  I: 'an inference',
} as const;

type Mark = keyof typeof WORKS;

/** Evidence in words: each mark, such as `[W27]`, is replaced by the work that it stands for. */
export const cited = (evidence: string): string =>
  evidence.replace(/\[(\w+)\]/g, (_, mark: string) => WORKS[mark as Mark]);
