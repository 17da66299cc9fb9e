import t from 'tap';
import { Refusal } from '../../src/domain/rules.js';
import { openedFile, partInWords } from '../../src/web/forms/parts.js';
import { contribution, FUND } from '../support/ledger.js';

/** The draft of a deal as a file of acts, and its parts in words. */

const PROPOSAL = '5b4b4a4e-3a1c-4b0f-9f5e-0d6f5a2c7e11';
const FACT = { type: 'ContributionAgreed', data: contribution() };
const file = (step: object, more: readonly object[] = []) =>
  JSON.stringify({ title: 'A deal', steps: [{ officer: 'county-finance', in: FUND, ...step }, ...more] });

const IN_FUND = { kind: 'fund', name: FUND } as const;
const opened = (text: string, at: Parameters<typeof openedFile>[0] = IN_FUND) => {
  const found = openedFile(at, text);
  return found instanceof Refusal
    ? found.detail.replace('The file holds no deal that can be opened here: ', '')
    : { parts: found.parts.map(({ type }) => type), terms: found.terms };
};

t.test('a file is opened with the terms of its deal, where it belongs', (t) => {
  const terms = {
    ...{ conditions: 'once the board agrees', expires: '2016-05-01', otherHalf: PROPOSAL },
    adjustment: { reason: 'A late paper' },
  };
  t.match(opened(file({ propose: [FACT, FACT], ...terms })), {
    parts: ['ContributionAgreed', 'ContributionAgreed'],
    terms: {
      'p.conditions': 'once the board agrees',
      'p.expires-day': '1',
      'p.expires-month': '5',
      'p.expires-year': '2016',
      'p.otherHalf': PROPOSAL,
      'p.adjustment.reason': 'A late paper',
      partner: '',
    },
  });
  t.match(opened(`\ufeff${file({ propose: FACT })}`), { parts: ['ContributionAgreed'] });
  const area = { kind: 'dispute', name: 'testshire' } as const;
  t.equal(
    opened(file({ propose: FACT }), area),
    `it is of ${FUND}, and this is disputes-testshire.`,
    'nor is a deal of a fund one of an area',
  );
  t.end();
});

t.test('what is no draft of a deal of the place says why', (t) => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['{', /^it is not a file of acts/],
    [file({ post: FACT }), /^it must have one step/],
    [file({ propose: FACT }, [{ officer: 'a', in: FUND, propose: FACT }]), /^it must have one step/],
    [file({ propose: FACT, in: 'testshire-2017-18' }), /^it is of testshire-2017-18/],
    [file({ counter: PROPOSAL, with: FACT }), /^it is a counter-offer\./],
    [file({ propose: [FACT, { type: 'ContributionAgreed', data: {} }] }), /^part 2 has a fault/],
  ];
  for (const [text, why] of rows) t.match(opened(text), why);
  t.match(
    opened(file({ counter: PROPOSAL, with: FACT }), {
      ...IN_FUND,
      deal: { parts: [], counters: { proposal: PROPOSAL, revision: '1' } },
    }),
    { parts: ['ContributionAgreed'] },
    'on the page of the counter it is opened',
  );
  t.end();
});

t.test('a part is its sentence, or its title where the decision adds what the sentence says', (t) => {
  const names = { in: (text: string) => text } as never;
  t.match(partInWords('fund', FACT as never, names), /^north-ccg contributes £1,000,000\.00/);
  const vary = { effective: '2016-05-01', contribution: 'north-extra', now: '5.00', reason: 'x' };
  t.equal(partInWords('fund', { type: 'ContributionVaried', data: vary as never }, names), 'Vary a contribution');
  const receive = { effective: '2016-05-01', grant: 'dfg', amount: '5.00', bankReference: 'B' };
  t.equal(
    partInWords('fund', { type: 'GrantTrancheReceived', data: receive as never }, names).includes('undefined'),
    false,
  );
  t.end();
});
