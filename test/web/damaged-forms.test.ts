import fc from 'fast-check';
import t from 'tap';
import { contribution, FUND, line, type TestLedger } from '../support/ledger.js';
import { asShown, FormVisit, titleOf } from './filling-in.js';
import { site } from './site.js';

/** Forms that none of our pages has shown. Whatever they hold, the service answers and says what is wrong. */

const DEAL = `/funds/${FUND}/deal`;
const PART = { type: 'PlanLineSet', data: { line: 'a', effective: '2016-04-01' } };

/** Values of buttons, each with a possible subject. */
const GO = [
  ...['next', 'back', 'check', 'send', 'again', 'deal', 'show', 'upload', 'part-more', 'part-file', 'acts'],
  ...['part-new', 'part-edit', 'part-drop', 'part-up', 'part-open', 'change', 'add', 'remove', 'split'],
];
const ABOUT = [
  ...['', '0', '1', '-1', '99', '1e3', '__proto__', 'constructor', 'f.instalments', 'f.__proto__', 'p.evidence'],
  ...[
    'fund-opened',
    'return-submitted',
    'dispute-raised',
    'contribution-agreed',
    'once f.instalments',
    '0 f.instalments',
  ],
];
const TEXTS = [
  ...['', ' ', '0', '-1', '99999999999999999999', 'x'.repeat(3_000), '<b>', '__proto__', '\u0000', '[]', '{}', 'null'],
  ...['{"parts":null}', `{"parts":[${JSON.stringify(PART)}]}`, '{"parts":[{"type":"FundOpened","data":{}}]}'],
  ...['{"parts":[],"counters":{"proposal":"0b7c9a52-0000-4000-8000-000000000000","revision":"1"}}', 'check', 'yes'],
];
const MORE = ['at', 'then', 'part', 'deal', 'draft', 'partner', 'mark', 'revision', 'file', 'f.instalments.count', 'f'];

async function negotiated(ledger: TestLedger): Promise<string> {
  await ledger.post('pool-manager', 'PlanLineSet', line());
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', contribution());
  const fact = { type: 'ContributionAgreed', data: contribution({ contribution: 'b' }) as never };
  const { outcome } = await ledger.done('north-ccg-finance', { act: 'propose', fact });
  return outcome.proposal!;
}

t.test('no form that is sent, however damaged, is a fault of the service', async (t) => {
  const { visitor, ledger } = await site(t);
  const proposal = await negotiated(ledger);
  const county = await visitor().signIn('county-finance');
  const addresses = [
    DEAL,
    `/funds/${FUND}/propose/contribution-agreed`,
    `/funds/${FUND}/propose/agreement-signed`,
    `/funds/${FUND}/record/contribution-received`,
    `/funds/${FUND}/roll-forward`,
    `/proposals/${proposal}/counter`,
    `/proposals/${proposal}/decline`,
  ];
  const shown = new Map<string, Record<string, string>>();
  for (const address of addresses) {
    const page = await county.get(address);
    t.equal(page.statusCode, 200, address);
    shown.set(address, asShown(page.body));
  }
  let officer = county;
  let marks = asShown((await county.get(DEAL)).body);
  let count = 0;
  async function holds(address: string, form: Record<string, string>): Promise<void> {
    // The service limits the forms of an officer per minute.
    if (++count % 200 === 0) {
      officer = await visitor().signIn('county-finance');
      marks = asShown((await officer.get(DEAL)).body);
    }
    const answer = await officer.post(address, { ...form, token: marks['token']!, whose: marks['whose']! });
    if (answer.statusCode >= 500)
      throw new Error(`${address} ${JSON.stringify(form)}: ${answer.statusCode} ${titleOf(answer.body)}`);
  }

  for (const go of GO)
    for (const about of ABOUT) await holds(DEAL, { ...shown.get(DEAL), go: `${go} ${about}`.trim() });
  const damage = fc.tuple(fc.nat(), fc.constantFrom(...TEXTS, undefined));
  const sent = fc.record({
    address: fc.constantFrom(...addresses, `/proposals/${proposal}/deal`),
    go: fc.tuple(fc.constantFrom(...GO), fc.constantFrom(...ABOUT)),
    isCheck: fc.boolean(),
    damaged: fc.array(damage, { maxLength: 3 }),
  });
  // A failure prints its seed.
  await fc.assert(
    fc.asyncProperty(sent, async ({ address, go, isCheck, damaged }) => {
      const form = new Map(Object.entries({ ...shown.get(address), ...(isCheck && { at: 'check' }) }));
      const names = [...form.keys(), ...MORE];
      for (const [at, text] of damaged) {
        const name = names[at % names.length]!;
        if (text === undefined) form.delete(name);
        else form.set(name, text);
      }
      await holds(address, { ...Object.fromEntries(form), go: go.join(' ').trim() });
    }),
    { numRuns: 300 },
  );
});

t.test('a deal of more parts than one holds keeps them, and says how many are too many', async (t) => {
  const { visitor, ledger } = await site(t);
  await negotiated(ledger);
  const county = await visitor().signIn('county-finance');
  const visit = new FormVisit(county, DEAL);
  const parts = Array.from({ length: 21 }, (_, at) => ({
    type: 'ContributionAgreed',
    data: contribution({ contribution: `extra-${at}` }),
  }));
  const form = { ...asShown((await visit.open()).body), deal: JSON.stringify({ parts }), at: 'check' };
  const shown = await county.post(DEAL, form);
  t.match(shown.body, 'Part 21');
  t.match(shown.body, 'The deal has 21 parts; 20 are the most. Make two deals of it.');
  t.notMatch(shown.body, 'Propose the deal');
  t.equal((await visit.press(shown, 'send')).statusCode, 400);
  const fewer = await visit.press(shown, 'part-drop 20');
  t.notMatch(fewer.body, 'Part 21');
  t.match(fewer.body, 'Propose the deal');
});
