import t from 'tap';
import { fundStream } from '../../src/ledger/catalogue.js';
import { decided } from '../http/disputing.js';
import { acts, DISPUTES, disputing } from '../support/disputes.js';
import { NORTH, openFund } from '../support/ledger.js';
import { FormVisit, titleOf } from './filling-in.js';
import { site } from './site.js';

/**
 * A settlement in two places on pages: the way from one half to making the other, and what each half shows of the
 * other.
 */

const FUND = 'testshire-2018-19';

const PAYS = {
  'f.payer': NORTH,
  'f.source': 'NHS_ADD',
  'f.amount': '500000',
  'f.recurrent': 'no',
  'f.effective': '2018-12-01',
  Instalments: 'split once f.instalments',
};

const plain = (body: string): string => body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

t.test('from the page of one half an officer makes the other, and each tells of the other', async (t) => {
  const ledger = await disputing(t, undefined, true);
  await acts(ledger).raise();
  await openFund(ledger, '2018-19');
  const fact = { type: 'SplitDecided', data: decided('one', 6_000) as never };
  const made = await ledger.done('county-finance', { act: 'propose', fact }, { in: DISPUTES });
  const first = made.outcome.proposal!;
  const { visitor } = await site(t, ledger);
  const county = await visitor().signIn('county-finance');
  const before = await county.get(`/proposals/${first}`);
  t.match(plain(before.body), 'Is it half of a settlement? Make the other half');
  const link = /href="([^"]*)">In the fund of Testshire, 2018 to 2019</.exec(before.body);
  t.equal(link?.[1], `/funds/${FUND}/deal?p.otherHalf=${first}`);

  const draft = await county.get(link![1]!);
  t.match(plain(draft.body), /Other half of a settlement Case [-0-9a-f]+ was decided/);
  const visit = new FormVisit(county, `/funds/${FUND}/deal`);
  const part = await visit.press(await visit.press(draft, 'part-more'), 'part-new contribution-agreed');
  const deal = await visit.press(await visit.toAnswers(PAYS, part), 'deal');
  t.match(plain(deal.body), 'Half of a settlement; the other half is among the disputes of');
  const sent = await visit.press(deal, 'send');
  t.equal(sent.statusCode, 303, plain(sent.body).slice(0, 600));
  const [second] = ledger.ledger.model.stream('fund', fundStream(FUND)).open.values();
  t.match(second, { otherHalf: { kind: 'dispute', in: 'testshire', proposal: first } });

  const one = plain((await county.get(`/proposals/${first}`)).body);
  t.match(
    one,
    'Half of a settlement The other half, in the fund of Testshire, 2018 to 2019, is not signed yet: NHS North CCG',
  );
  t.notMatch(one, 'Make the other half', 'there is one already');
  t.match(
    plain((await county.get(`/proposals/${second!.id}`)).body),
    'The other half, in the disputes of Testshire, is not signed yet: Case',
  );
  const west = await visitor().signIn('west-district-finance');
  t.match(
    plain((await west.get(`/proposals/${second!.id}`)).body),
    'in the disputes of Testshire, is not signed yet: you may not see what it says.',
  );

  const north = await visitor().signIn('north-ccg-finance');
  const reading = await north.get(`/proposals/${second!.id}`);
  await north.send(reading, `/proposals/${second!.id}/sign`);
  const receipt = await north.get(
    `/funds/${FUND}/history/${ledger.ledger.model.stream('fund', fundStream(FUND)).revision}`,
  );
  t.match(plain(receipt.body), 'Half of a settlement The other half, in the disputes of Testshire, is not signed yet');
  t.match(plain((await north.get(`/proposals/${first}`)).body), 'in the fund of Testshire, 2018 to 2019, is signed');
  const bridge = await county.get('/areas/testshire/bridge');
  t.match(plain(bridge.body), 'Half of a settlement. The other half, among the disputes of');
  t.equal(titleOf(bridge.body).length > 0, true);
});
