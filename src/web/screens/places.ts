import { questionNamed, QUESTIONS, type Question } from '../asking.js';
import { addressOf, addressWith, type TwoDates } from '../dates.js';
import { areaName, fundName, plainly } from '../format.js';

/** Where each question has its page, the page’s title, and the list that the page is in. */

/** Titles of pages whose question has a name that is not plain words. */
const TITLES: Readonly<Record<string, string>> = {
  fund: 'The fund',
  funds: 'Funds in the register',
  portfolio: 'Totals by year',
  position: 'Positions in full',
  'partner-position': 'Position in full',
  statement: 'Statement of account',
  gap: 'The gap in full',
  'gap-history': 'How the gap moved',
  'pass-down': 'Grants passed down',
  contributions: 'Contributions and grants',
  approvals: 'Who approved what',
  late: 'Late facts',
  trace: 'The facts behind a figure',
  monitoring: 'Spending and forecasts',
  'grant-use': 'Use of grants',
  balances: 'Opening reserves and provisions',
  performance: 'Payment for performance',
  returns: 'Returns',
  return: 'Return',
  'return-figures': 'What a return would say',
  'plan-year': 'Plan of the year',
  agreement: 'Section 75 agreements',
  memorandum: 'Memorandum account',
  mirror: 'Do partners and pool agree?',
  proposals: 'Waiting for signature',
  areas: 'Areas with disputes',
  'medium-term': 'Medium term',
  bridge: 'Why the gaps changed',
  succession: 'Changes of bodies',
  successions: 'Changes of bodies',
  'dispute-cases': 'Cases',
  'dispute-outcomes': 'Possible outcomes',
  'dispute-classes': 'Accounting classes',
  'dispute-treatments': 'Accounting class of each case',
  'dispute-proposals': 'Disputes: waiting for signature',
  'register-proposals': 'Register: waiting for signature',
  'rule-sets': 'Rules of each year',
  'rule-set': 'Rules of a year',
  'national-totals': 'The Better Care Fund of England',
  'grant-series': 'Grants of single councils',
  partners: 'Bodies',
};

export const questionTitle = (name: string): string => TITLES[name] ?? plainly(name);

/**
 * Pages that are written by hand, with the questions that each asks. These questions have no page made from their
 * declaration.
 */
export const BY_HAND: Readonly<Record<string, string>> = {
  tasks: '/',
  compare: '/funds/{fund}/compare',
  timeline: '/funds/{fund}/history',
  'dispute-timeline': '/areas/{area}/disputes/history',
  'register-timeline': '/register/history',
  event: '/funds/{fund}/history/{revision}',
  'dispute-event': '/areas/{area}/disputes/history/{revision}',
  'register-event': '/register/history/{revision}',
  proposal: '/proposals/{proposal}',
  'find-proposal': '/proposals/{proposal}',
  'dispute-proposal': '/proposals/{proposal}',
  'register-proposal': '/proposals/{proposal}',
  facts: '/glossary',
  find: '/find',
  'open-acts': '/funds/{fund}/propose',
  'dispute-open-acts': '/areas/{area}/disputes/propose',
  'register-open-acts': '/register/propose',
  'roll-forward': '/funds/{fund}/roll-forward',
  choices: '/funds/{fund}/propose/{act}',
  'dispute-choices': '/areas/{area}/disputes/propose/{act}',
  'register-choices': '/register/propose/{act}',
};

/** Addresses of pages that differ from the address for programs. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  fund: '/funds/{fund}/about',
  funds: '/register/funds',
  officers: '/register/officers',
  partners: '/register/partners',
  successions: '/register/successions',
  sources: '/reference/sources',
  'dispute-protocols': '/reference/dispute-protocols',
  'bank-holidays': '/reference/bank-holidays',
  'supplier-classes': '/reference/supplier-classes',
};

/** The address of a question’s page. The parts in braces are filled in later. */
export const pageOf = ({ name, path }: Pick<Question, 'name' | 'path'>): string =>
  BY_HAND[name] ?? ELSEWHERE[name] ?? path;

/** The questions whose pages are made from their declarations. */
export const DERIVED: readonly Question[] = QUESTIONS.filter(({ name }) => !Object.hasOwn(BY_HAND, name));

type Given = Readonly<Record<string, string>>;

export const filled = (address: string, given: Given): string =>
  address.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(given[name]!));

/**
 * The dates that a page is asked for, as far as its question takes them. A comparison begins at the dates of the page
 * that links to it, and ends now.
 */
const asked = (question: Question, { on, knownAt }: TwoDates): Readonly<Record<string, string | undefined>> => {
  const at = { on, 'known-at': knownAt, 'from-on': on, 'from-known-at': knownAt };
  return Object.fromEntries(Object.entries(at).filter(([name]) => name in question.options.shape));
};

/** The address of a question’s page for a fund or an area, at the dates of the page that links to it. */
export function placeOf(name: string, given: Given = {}, dates: TwoDates = {}): string {
  const question = questionNamed(name);
  return addressWith(filled(pageOf(question), given), asked(question, dates));
}

export interface Place {
  readonly href: string;
  readonly title: string;
}

const placesOf = (names: string, given: Given, dates: TwoDates = {}): Place[] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => ({ href: placeOf(name, given, dates), title: questionTitle(name) }));

export interface Places {
  readonly title: string;
  readonly places: readonly Place[];
}

/**
 * The pages of a fund, grouped by what officers look for, at the dates of the page that links to them. An officer who may
 * not see next year’s fund gets no link to the page that shows it.
 */
export const placesOfFund = (fund: string, dates: TwoDates, mayRollForward: boolean): Places[] => {
  const base = `/funds/${fund}`;
  const places = (names: string): Place[] => placesOf(names, { fund }, dates);
  return [
    {
      title: 'Money in',
      places: places('position gap gap-history contributions instalments proposals withdrawals'),
    },
    { title: 'The plan', places: places('plan minimum-tests plan-year agreement') },
    { title: 'Spending', places: places('monitoring grant-use pass-down performance') },
    {
      title: 'Year end',
      places: [
        { href: addressOf(`${base}/year-end`, dates), title: 'Year end' },
        ...places('returns return-figures risk-share memorandum reserves balances'),
        ...(mayRollForward ? [{ href: `${base}/roll-forward`, title: 'Roll forward to the next year' }] : []),
      ],
    },
    { title: 'History and audit', places: auditOfFund(fund, dates) },
  ];
};

/** The pages of a fund for auditors. The auditors’ page lists them for every fund. */
export const auditOfFund = (fund: string, dates: TwoDates = {}): Place[] => [
  { href: placeOf('timeline', { fund }, dates), title: 'History' },
  { href: placeOf('compare', { fund }, dates), title: 'Compare two dates' },
  ...placesOf('trace approvals late mirror fund', { fund }, dates),
];

/** The pages of an area. Which pages of its disputes are listed depends on what the officer may see. */
export const placesOfArea = (area: string, disputes: 'none' | 'totals' | 'cases'): Places[] => [
  { title: 'Years ahead', places: placesOf('medium-term bridge succession', { area }) },
  ...(disputes === 'none'
    ? []
    : [
        {
          title: 'Disputes',
          places: [
            ...placesOf('disputes', { area }),
            ...(disputes === 'totals'
              ? []
              : [
                  ...placesOf(
                    'dispute-cases dispute-outcomes settlements dispute-classes dispute-treatments dispute-proposals',
                    { area },
                  ),
                  { href: `/areas/${area}/disputes/history`, title: 'History of disputes' },
                ]),
          ],
        },
      ]),
];

/** The pages of the register and of published data. */
export const placesOfRegister = (): Places[] => [
  {
    title: 'Register',
    places: [
      ...placesOf('partners officers funds areas successions register-proposals', {}),
      { href: '/register/history', title: 'History of the register' },
    ],
  },
  {
    title: 'Reference',
    places: placesOf(
      'sources allocations rule-sets national-totals grant-series dispute-protocols bank-holidays supplier-classes',
      {},
    ),
  },
];

/** The fund, the area or the register that a page belongs to. */
export interface Whereabouts {
  readonly above: readonly { readonly content: string; readonly href?: string }[];
  /** Its name in words. */
  readonly of: string;
}

/** The breadcrumbs of a page: from the funds, or the register, to its fund or area, at the dates of the page. */
export function whereaboutsOf(given: Given, dates: TwoDates = {}): Whereabouts {
  const { fund, area } = given;
  if (fund !== undefined && /^.+-\d{4}-\d{2}$/.test(fund))
    return {
      of: fundName(fund),
      above: [
        { content: 'Funds', href: '/funds' },
        { content: fundName(fund), href: addressOf(`/funds/${fund}`, dates) },
      ],
    };
  if (area !== undefined)
    return {
      of: areaName(area),
      above: [
        { content: 'Funds', href: '/funds' },
        { content: areaName(area), href: `/areas/${area}` },
      ],
    };
  return { of: 'The register', above: [{ content: 'Register', href: '/register' }] };
}
