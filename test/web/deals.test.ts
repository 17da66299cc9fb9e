import t from 'tap';
import type { FactData } from '../../src/domain/grammar/event.js';
import { fundStream } from '../../src/ledger/catalogue.js';
import { contribution, FUND, line, NORTH, SOUTH, type TestLedger } from '../support/ledger.js';
import { asShown, FormVisit, titleOf } from './filling-in.js';
import { site } from './site.js';

/** Deals on pages: several drafts gathered, tried together, proposed as one, and signed body by body. */

const AGREED = {
  'f.payer': NORTH,
  'f.source': 'NHS_ADD',
  'f.amount': '1200000',
  'f.recurrent': 'yes',
  'f.effective': '2016-04-01',
  Instalments: 'split once f.instalments',
};
const SOUTHS = { ...AGREED, 'f.payer': SOUTH, 'f.amount': '300000' };

const DEAL = `/funds/${FUND}/deal`;

const onTable = ({ ledger }: TestLedger) => [...ledger.model.stream('fund', fundStream(FUND)).open.values()];

const types = async ({ ledger }: TestLedger) => (await ledger.entries(fundStream(FUND), 1_000)).map(({ type }) => type);

t.test('an officer gathers parts, sees what the whole would change, and proposes it as one', async (t) => {
  const { visitor, ledger } = await site(t);
  await ledger.post('pool-manager', 'PlanLineSet', line({ amount: '1500000.00' }));
  const county = await visitor().signIn('county-finance');
  t.match((await county.get(`/funds/${FUND}/propose`)).body, `href="${DEAL}">make a deal`);
  const visit = new FormVisit(county, DEAL);
  const empty = await visit.open();
  t.equal(titleOf(empty.body), 'Check the deal');
  t.match(empty.body, 'It has no parts yet.');
  t.notMatch(empty.body, 'There is a problem');
  const list = await visit.press(empty, 'part-more');
  t.match(list.body, 'Agree a contribution');
  t.notMatch(list.body, 'Open a fund');
  const first = await visit.toAnswers(AGREED, await visit.press(list, 'part-new contribution-agreed'));
  t.match(first.body, 'Add to the deal');
  t.notMatch(first.body, 'value="send"', 'a part is not proposed by itself');
  const one = await visit.press(first, 'deal');
  t.match(one.body, 'Part 1');
  const more = await visit.press(one, 'part-more');
  const second = await visit.toAnswers(SOUTHS, await visit.press(more, 'part-new contribution-agreed'));
  const two = await visit.press(second, 'deal');
  t.match(two.body, 'NHS South CCG contributes £300,000.00');
  t.match(two.body, 'What it would change');
  t.match(two.body, /Funded<\/th>\s*<td[^>]*>0\.00<\/td>\s*<td[^>]*>1,500,000\.00/);
  t.match(two.body, 'Propose the deal');
  const sent = await visit.press(two, 'send');
  t.equal(sent.statusCode, 303, sent.body.replace(/<[^>]*>|\s+/g, ' ').slice(0, 900));
  const again = await visit.press(two, 'send');
  t.equal(again.headers.location, sent.headers.location, 'sent twice it is one deal');
  const [proposal] = onTable(ledger);
  t.match(proposal, { further: [{ type: 'ContributionAgreed' }], awaiting: [NORTH, SOUTH] });
  t.not(proposal!.fact.data['contribution'], proposal!.further![0]!.data['contribution'], 'each has a name of its own');

  const page = await county.get(sent.headers.location as string);
  t.equal(titleOf(page.body), 'Proposed: a deal of 2 parts');
  t.match((await county.get(`/funds/${FUND}`)).body, 'NHS North CCG and NHS South CCG');
  const north = await visitor().signIn('north-ccg-finance');
  t.match((await north.get('/')).body, 'A deal of 2', 'it is among their tasks');
  const address = sent.headers.location as string;
  const read = await north.get(address);
  t.match(read.body, 'Sign for NHS North CCG');
  t.equal((await north.send(read, `${address}/sign`)).statusCode, 303);
  const waits = await north.get(address);
  t.notMatch(waits.body, 'Sign for NHS North CCG');
  t.match(waits.body, 'Nobody: it is complete');
  t.notMatch((await north.get('/')).body, 'A deal of 2', 'it waits for them no more');
  const south = await visitor().signIn('south-ccg-finance');
  t.equal((await south.send(await south.get(address), `${address}/sign`)).statusCode, 303);
  t.match((await south.get(address)).body, 'Recorded on');
  t.strictSame((await types(ledger)).slice(-3), ['ProposalAgreed', 'ContributionAgreed', 'ContributionAgreed']);
  const agreed = `/funds/${FUND}/history/${(await types(ledger)).length - 3}`;
  t.match((await south.get(agreed)).body, 'Part 2', 'the agreement tells every part');
});

t.test('what was filled in for one proposal goes into a deal; parts are changed, moved and taken out', async (t) => {
  const { visitor, ledger } = await site(t);
  const north = await visitor().signIn('north-ccg-finance');
  const visit = new FormVisit(north, `/funds/${FUND}/propose/contribution-agreed`);
  const check = await visit.toAnswers(AGREED);
  t.match(check.body, 'Add to a deal');
  const one = await visit.press(check, 'deal');
  t.equal(titleOf(one.body), 'Check the deal');
  const form = new FormVisit(north, `/funds/${FUND}/propose/plan-line-set`);
  const added = await form.press(await form.press(one, 'part-more'), 'part-new plan-line-set');
  const planned = await form.toAnswers(
    {
      'f.description': 'Home care',
      'f.category': 'base',
      'f.source': 'NHS_ADD',
      'f.recurrent': 'yes',
      'f.amount': '5',
      'f.effective': '2016-04-01',
    },
    added,
  );
  const two = await visit.press(planned, 'deal');
  t.match(two.body, /Part 2[\s\S]*Home care/);
  const moved = await visit.press(two, 'part-up 1');
  t.match(moved.body, /Part 1[\s\S]*Home care[\s\S]*Part 2/);
  const changed = await visit.toAnswers({}, await visit.press(moved, 'part-edit 1'));
  t.match(changed.body, 'Change the part');
  const other = await visit.toAnswers(
    { 'f.amount': '900000', 'f.instalments.0.amount': '900000' },
    await visit.press(changed, 'change 1'),
  );
  const after = await visit.press(other, 'deal');
  t.match(after.body, '£900,000.00');
  t.notMatch(after.body, '£1,200,000.00');
  const dropped = await visit.press(after, 'part-drop 0');
  t.notMatch(dropped.body, 'Home care');
  const file = await visit.press(after, 'part-file');
  t.match(file.headers['content-disposition'], 'attachment');
  t.match(file.json(), {
    steps: [
      { officer: 'north-ccg-finance', in: FUND, propose: [{ type: 'PlanLineSet' }, { type: 'ContributionAgreed' }] },
    ],
  });
  t.equal(onTable(ledger).length, 0, 'a draft is recorded nowhere');

  const county = new FormVisit(await visitor().signIn('county-finance'), DEAL);
  const opened = await county.press(await county.open(), 'part-open', { file: file.body });
  t.match(opened.body, /Part 1[\s\S]*Home care[\s\S]*Part 2[\s\S]*£900,000\.00/, 'a colleague opens the file');
  const evidence = [{ reference: 'Minute 12' }];
  const whole = { ...file.json<{ steps: object[] }>().steps[0], conditions: 'Both boards agree.', evidence };
  const again = await county.press(await county.open(), 'part-open', {
    file: JSON.stringify({ title: 'x', steps: [whole] }),
  });
  for (const said of ['Both boards agree.', 'Minute 12']) t.match(again.body, said);
  t.match((await county.press(again, 'part-file')).json(), { steps: [{ conditions: 'Both boards agree.', evidence }] });
  const text = file.json<{ steps: { in: string; propose: { data: object }[] }[] }>();
  const [step] = text.steps as [(typeof text.steps)[number]];
  for (const [wrong, why] of [
    ['no JSON', 'it is not a file of acts'],
    [JSON.stringify({ title: 'x', steps: [step, step] }), 'it must have one step'],
    [JSON.stringify({ title: 'x', steps: [{ ...step, in: 'elsewhere-2016-17' }] }), 'it is of elsewhere-2016-17'],
    [
      JSON.stringify({
        title: 'x',
        steps: [{ ...step, propose: [step.propose[0], { type: 'PlanLineSet', data: {} }] }],
      }),
      'part 2 has a fault in its form',
    ],
  ] as const) {
    const page = await county.press(await county.open(), 'part-open', { file: wrong });
    t.equal(page.statusCode, 400);
    t.match(page.body, why);
  }
});

t.test('a deal is countered with a deal, from its parts as they stand', async (t) => {
  const { visitor, ledger } = await site(t);
  const [first, second] = [
    contribution(),
    contribution({ contribution: 'south-extra', payer: SOUTH, amount: '500000.00' }),
  ].map((data) => ({ type: 'ContributionAgreed', data: data as unknown as FactData }));
  const { outcome } = await ledger.done('county-finance', { act: 'propose', fact: first!, further: [second!] });
  const north = await visitor().signIn('north-ccg-finance');
  const visit = new FormVisit(north, `/proposals/${outcome.proposal!}/counter`);
  const draft = await visit.open();
  t.equal(titleOf(draft.body), 'Check the deal');
  t.match(draft.body, /Part 1[\s\S]*Part 2/);
  const lower = await visit.toAnswers({}, await visit.press(draft, 'part-edit 0'));
  const changed = await visit.toAnswers(
    { 'f.amount': '800000', 'f.instalments.0.amount': '800000' },
    await visit.press(lower, 'change 1'),
  );
  const deal = await visit.press(changed, 'deal');
  t.match(deal.body, 'Send the counter-offer');
  t.match(
    deal.body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' '),
    /What you change of the offer Not in your counter-offer: [^.]*£1,000,000\.00.* In your counter-offer, and not in the offer: [^.]*£800,000\.00/,
  );
  const kept = await visit.press(deal, 'part-file');
  t.match(kept.json(), { steps: [{ counter: outcome.proposal, with: [{ type: String }, { type: String }] }] });
  const elsewhere = new FormVisit(north, DEAL);
  const refused = await elsewhere.press(await elsewhere.open(), 'part-open', { file: kept.body });
  t.match(refused.body, 'it is a counter-offer. Open the proposal that it counters');
  const sent = await visit.press(deal, 'send');
  t.equal(sent.statusCode, 303, sent.body.replace(/<[^>]*>|\s+/g, ' ').slice(0, 900));
  const [now] = onTable(ledger);
  t.match(now, { by: NORTH, fact: { data: { amount: '800000.00' } }, further: [{ type: 'ContributionAgreed' }] });
  t.match((await north.get(sent.headers.location as string)).body, 'What was offered before the counter-offer');
});

t.test(
  'whoever gives up a part comes back to the deal; a deal that fits no more can be declined and countered',
  async (t) => {
    const { visitor, ledger } = await site(t);
    const county = await visitor().signIn('county-finance');
    const visit = new FormVisit(county, DEAL);
    const list = await visit.press(await visit.open(), 'part-more');
    const first = await visit.toAnswers(AGREED, await visit.press(list, 'part-new contribution-agreed'));
    const one = await visit.press(first, 'deal');
    const begun = await visit.press(await visit.press(one, 'part-more'), 'part-new plan-line-set');
    const back = await visit.press(begun, 'back');
    t.equal(titleOf(back.body), 'Check the deal');
    t.match(back.body, '£1,200,000.00', 'with the part that it has');

    const facts = ['contribution', 'line'].map((each) =>
      each === 'line'
        ? { type: 'PlanLineSet', data: line() as unknown as FactData }
        : { type: 'ContributionAgreed', data: contribution() as unknown as FactData },
    );
    const made = await ledger.done('county-finance', { act: 'propose', fact: facts[0]!, further: [facts[1]!] });
    await ledger.post('pool-manager', 'PlanLineSet', line());
    const address = `/proposals/${made.outcome.proposal!}`;
    const north = await visitor().signIn('north-ccg-finance');
    const page = await north.get(address);
    t.notMatch(page.body, 'Sign for');
    t.match(page.body, `href="${address}/decline"`);
    t.equal(titleOf((await north.get(`${address}/counter`)).body), 'Check the deal');
  },
);

t.test('a draft that somebody has written by hand holds only facts of the place', async (t) => {
  const { visitor } = await site(t);
  const county = await visitor().signIn('county-finance');
  const visit = new FormVisit(county, DEAL);
  const shown = asShown((await visit.open()).body);
  for (const deal of [
    'no JSON',
    '[]',
    '{"parts":[{"type":"FundOpened","data":{}},{"type":"__proto__","data":{}},{"type":"PlanLineSet","data":{}}]}',
    `{"parts":${'['.repeat(5000)}`,
  ]) {
    const page = await county.post(DEAL, { ...shown, deal, go: 'check' });
    t.equal(page.statusCode, 200);
    t.match(page.body, 'It has no parts yet.');
    t.equal((await county.post(DEAL, { ...shown, deal, go: 'send' })).statusCode, 400);
  }
  for (const go of ['part-new', 'part-new nothing', 'part-edit 7', 'part-up 0', 'part-drop -1'])
    t.equal((await county.post(DEAL, { ...shown, go })).statusCode, 200, go);
  const stranger = await visitor().signIn('north-ccg-finance');
  t.equal((await stranger.get('/funds/elsewhere-2016-17/deal')).statusCode, 404);
});
