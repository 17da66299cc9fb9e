import t from 'tap';
import { contribution, FUND, line, SOUTH } from '../support/ledger.js';
import { titleOf } from './filling-in.js';
import { site } from './site.js';

/**
 * The year is rolled forward in the browser, without scripts: an officer looks, changes, presses one button, and others
 * sign.
 */

const PAGE = `/funds/${FUND}/roll-forward`;

const textOf = (body: string): string => body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');

t.test('officers open next year’s fund from this one, and sign what it proposes', async (t) => {
  const { visitor, ledger } = await site(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const agreed = contribution({ amount: '100.00' });
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', agreed);
  const souths = contribution({ contribution: 'south', payer: SOUTH, amount: '50.00' });
  await ledger.signed('south-ccg-finance', 'county-finance', 'ContributionAgreed', souths);
  const once = contribution({ contribution: 'once', recurrent: false });
  await ledger.signed('north-ccg-finance', 'county-finance', 'ContributionAgreed', once);

  const county = await visitor().signIn('county-chief');
  t.match((await county.get(`/funds/${FUND}`)).body, `href="${PAGE}"`, 'the fund leads to it');
  const page = await county.get(PAGE);
  t.match(titleOf(page.body), 'Roll forward into 2017 to 2018');
  const text = textOf(page.body);
  t.match(text, 'The fund Testshire, 2017 to 2018 is not open yet. It would be held by Testshire County Council');
  t.match(text, 'It is one-off: it is of this year alone.');
  t.match(text, 'NHS North CCG or Testshire County Council The other of the two');

  const typed = { 'rise.north-extra': '2.5%', 'without.south': 'yes', 'rise.south': '' };
  const size = ledger.ledger.model.size();
  const unseen = await county.send(page, PAGE, typed);
  t.equal(unseen.statusCode, 409, 'what was typed is shown before it is done');
  t.match(textOf(unseen.body), 'The steps have changed since the page showed them');
  t.match(unseen.body, 'name="rise.north-extra" type="text" inputmode="decimal" value="2.5%"');
  t.equal(ledger.ledger.model.size(), size, 'and nothing is done');
  const chosen = await county.send(page, PAGE, { ...typed, go: 'again' });
  t.equal(chosen.statusCode, 200);
  t.match(textOf(chosen.body), '102.50');
  t.match(textOf(chosen.body), 'a refused step does not stop the others');
  t.match(chosen.body, 'id="without.south" name="without.south" type="checkbox" value="yes" checked');
  const wrong = await county.send(page, PAGE, { 'rise.north-extra': 'much', 'without.south': 'yes' });
  t.equal(wrong.statusCode, 400);
  t.match(textOf(wrong.body), 'Write a rise as a number of per cent above -100 and below 1,000');
  t.match(wrong.body, 'value="much"', 'what was typed is kept');

  t.match(wrong.body, 'id="without.south" name="without.south" type="checkbox" value="yes" checked');
  const large = await county.send(page, PAGE, { 'rise.north-extra': '1000' });
  t.match([large.statusCode, textOf(large.body)], [400, 'above -100 and below 1,000, with at most four decimals']);
  const nothing = await county.send(page, PAGE, { 'rise.north-extra': '-99.999', go: 'again' });
  t.match([nothing.statusCode, textOf(nothing.body)], [400, 'A rise of -99.999 per cent leaves nothing of']);

  const file = await county.send(chosen, PAGE, { ...typed, go: 'acts' });
  t.match(file.headers['content-disposition'], 'attachment; filename="testshire-2017-18.json"');
  t.match(file.json(), {
    steps: [{ officer: 'county-chief', in: 'testshire-2017-18' }, {}, { propose: { data: { amount: '102.50' } } }],
  });

  const sent = await county.send(chosen, PAGE, typed);
  t.equal(sent.statusCode, 303, 'reloading the next page sends nothing again');
  const opened = await county.get(sent.headers.location!);
  t.equal(opened.statusCode, 200);
  t.match(
    opened.body,
    'id="without.south" name="without.south" type="checkbox" value="yes" checked',
    'what was left out stays out',
  );
  t.match(textOf(opened.body), 'Opened: The fund of Testshire for 2017 to 2018 was opened');
  t.match(textOf(opened.body), 'NHS North CCG contributes £102.50');
  const twice = await county.send(chosen, PAGE, typed);
  t.equal(twice.statusCode, 303, 'sent twice it is done once');
  t.match(textOf((await county.get(PAGE)).body), 'Leave out', 'what was left out is still to do');

  const [, proposal] = /href="(\/proposals\/[0-9a-f-]+)"/.exec(opened.body)!;
  const north = await visitor().signIn('north-ccg-finance');
  t.equal((await north.send(await north.get(proposal!), `${proposal!}/sign`)).statusCode, 303);
  t.match(textOf((await north.get(PAGE)).body), 'No proposal of it waits for a signature.');

  const south = await visitor().signIn('south-ccg-finance');
  const before = await south.get(PAGE);
  t.match(textOf(before.body), 'is open, held by Testshire County Council');
  t.notMatch(
    textOf((await south.get(sent.headers.location!)).body),
    'Opened:',
    'the result is told to its officer alone',
  );
  t.notMatch(textOf((await county.get(`${PAGE}?sent=Nothing`)).body), 'Done:');
  const offered = await south.get((await south.send(before, PAGE)).headers.location!);
  t.match(textOf(offered.body), 'Proposed: NHS South CCG contributes £50.00');
  t.match(textOf(offered.body), 'Nothing is left to do.');
  t.equal((await south.send(before, PAGE, { go: 'acts' })).statusCode, 409);
});

t.test('who may not do a step reads why; and what has changed since is shown again', async (t) => {
  const { visitor, ledger } = await site(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const north = await visitor().signIn('north-ccg-finance');
  const page = await north.get(PAGE);
  t.match(textOf(page.body), 'You may not open the fund. An officer of Testshire County Council must do that first');
  t.notMatch(page.body, 'Open the fund, record and propose', 'no button for what they may not do');
  t.match((await (await visitor().signIn('county-chief')).get(PAGE)).body, 'Open the fund, record and propose');
  const told = await north.get((await north.send(page, PAGE)).headers.location!);
  t.match(textOf(told.body), 'What you could not do');
  t.match(textOf(told.body), 'Testshire County Council');
  await ledger.post('pool-manager', 'PlanLineSet', line({ line: 'another' }));
  const moved = await north.send(page, PAGE);
  t.equal(moved.statusCode, 409);
  t.match(textOf(moved.body), 'by you or by others');
});

t.test('a hundred long names are worked out again', async (t) => {
  const { visitor, ledger } = await site(t);
  const rises: Record<string, string> = {};
  for (let at = 0; at < 100; at++) {
    const name = `contribution-of-a-long-name-that-says-much-about-what-it-is-${at}`;
    await ledger.signed(
      'north-ccg-finance',
      'county-finance',
      'ContributionAgreed',
      contribution({ contribution: name, amount: '100.00' }),
    );
    rises[`rise.${name}`] = '1';
  }
  const county = await visitor().signIn('county-chief');
  const again = await county.send(await county.get(PAGE), PAGE, { ...rises, go: 'again' });
  t.match([again.statusCode, textOf(again.body)], [200, 'Contributions 10,100.00']);
  const sent = await county.send(again, PAGE, rises);
  t.equal(sent.statusCode, 303);
  t.ok(sent.headers.location!.length < 4_096, 'an address that the service takes');
  t.match(textOf((await county.get(sent.headers.location!)).body), 'Opened: The fund of Testshire');
});

t.test('a year of which nothing goes on says so', async (t) => {
  const { visitor } = await site(t);
  const county = await visitor().signIn('county-chief');
  const page = await county.get(PAGE);
  t.match(textOf(page.body), 'Nothing of this year continues in the next year by itself.');
  t.match(textOf(page.body), 'Nothing is left out.');
});
