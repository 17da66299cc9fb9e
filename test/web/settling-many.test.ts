import type { LightMyRequestResponse } from 'fastify';
import t, { type Test } from 'tap';
import { CaseReference } from '../../src/domain/dispute/cases.js';
import { AREA, caseNamed, disputing, DISPUTES, raised, share } from '../support/disputes.js';
import { SOUTH, type TestLedger } from '../support/ledger.js';
import { asShown, FormVisit, titleOf } from './filling-in.js';
import { ORIGIN, site, type Visitor } from './site.js';

/**
 * Hundreds of cases are settled at once. They are found by a question, or pasted or sent as a table; errors are shown
 * line by line.
 */

const SETTLE = `/areas/${AREA}/disputes/propose/dispute-settled`;
const LINES = 'f.lines';
/** The claim of one case of the test: 26 weeks at £1,400. */
const CLAIMED = 36_400;

async function raisedMany(t: Test, many: number, more: Readonly<Record<string, unknown>> = {}): Promise<TestLedger> {
  const ledger = await disputing(t, undefined, true);
  // Sent together, so that the acts share commits.
  await Promise.all(
    CASES.slice(0, many).map((each) =>
      ledger.post('county-finance', 'DisputeRaised', { ...raised('', more), case: each }, DISPUTES),
    ),
  );
  ledger.now('2019-04-10T09:00:00Z');
  return ledger;
}

/** References without digits that look like an NHS number. */
const CASES = Array.from({ length: 520 }, (_each, at) => caseNamed(`case ${at}`)).filter(
  (each) => CaseReference.safeParse(each).success,
);
const caseAt = (each: number): string => CASES[each]!;

/** The page of the list of cases, and of its table. */
async function tablePage(visit: FormVisit): Promise<LightMyRequestResponse> {
  const first = await visit.open();
  const page = await visit.press(first, `table ${LINES}`);
  t.equal(titleOf(page.body), 'Cases');
  return page;
}

const tableIn = (body: string): string[] => asShown(body)['table']!.trim().split('\n');
const faultsOf = (body: string): string[] =>
  [...(/role="alert">([\s\S]*?)<\/ul>/.exec(body)?.[1] ?? '').matchAll(/<a [^>]*>([\s\S]*?)<\/a>/g)].map(([, words]) =>
    words!.replaceAll('&quot;', '"'),
  );
const textOf = (body: string): string =>
  (body.split('<main')[1] ?? '').replace(/<[^>]*>|\s+/g, ' ').replace(/ +/g, ' ');

t.test('500 cases are pasted as a table, shown with their totals, proposed as one act and signed', async (t) => {
  const many = 500;
  const ledger = await raisedMany(t, many);
  const { visitor } = await site(t, ledger);
  const county = await visitor().signIn('county-finance');
  const visit = new FormVisit(county, SETTLE);
  const page = await tablePage(visit);
  const rows = Array.from({ length: many }, (_each, at) => `${caseAt(at)}\t£20,000.5\t16,399.50`);
  const filled = await visit.press(page, 'table-read', { table: ['Case\tAgreed\tAbandoned', ...rows].join('\r\n') });
  t.equal(filled.statusCode, 200, faultsOf(filled.body).join());
  t.match(textOf(filled.body), '500 cases. Together: agreed £10,000,250.00, given up £8,199,750.00.');
  const check = await visit.toAnswers({ 'f.effective': '2019-04-01' }, filled);
  t.match(
    textOf(check.body),
    'settles 500 cases: of £18,200,000.00 claimed, £10,000,250.00 is agreed, £8,199,750.00 abandoned',
  );
  t.match(textOf(check.body), 'These are the first 100: press “Change” to see all of them.');
  const [totals, cases] = check.body
    .split('</table>')
    .map((part) => part.match(/<tr class="govuk-table__row">/g)?.length);
  t.strictSame([totals, cases], [4, 101], 'two bodies and their sum, and 100 cases, each below a line of titles');
  const ofBodies = 'Pays, £ Receives, £ Gives up, £';
  const ofNorth = 'NHS North CCG 10,000,250.00 0.00 0.00';
  const ofCounty = 'County Council 0.00 10,000,250.00 8,199,750.00';
  const together = 'Together 10,000,250.00 10,000,250.00 8,199,750.00';
  for (const row of [ofBodies, ofNorth, ofCounty, together]) t.match(textOf(check.body), row);
  const sent = await visit.press(check, 'send');
  t.equal(sent.statusCode, 303, textOf(sent.body).slice(0, 500));
  const address = sent.headers.location as string;
  const signer = await visitor().signIn('north-ccg-finance');
  const read = await signer.get(address);
  t.match(textOf(read.body), together, 'whoever signs it reads the same totals');
  const signed = await signer.send(read, `${address}/sign`);
  t.equal(signed.statusCode, 303);
  const { own } = ledger.ledger.model.stream('dispute', DISPUTES);
  t.equal(own.settlements.size, 1);
  t.equal(ledger.ledger.model.openProposals().length, 0);
  t.comment(`${visit.work.pages} pages sent`);
});

t.test('what is wrong is told line by line, all of it at once, and nothing that was typed is lost', async (t) => {
  const ledger = await raisedMany(t, 4);
  const { visitor } = await site(t, ledger);
  const visit = new FormVisit(await visitor().signIn('county-finance'), SETTLE);
  const page = await tablePage(visit);
  const wrong = async (table: string, ...faults: readonly (string | RegExp)[]) => {
    const answer = await visit.press(page, 'table-read', { table });
    t.equal(answer.statusCode, 400, table);
    t.match(faultsOf(answer.body), faults, table);
    t.equal(faultsOf(answer.body).length, faults.length, faultsOf(answer.body).join('\n'));
    t.equal(asShown(answer.body)['table']!.trim(), table.trim(), 'what was typed is kept');
  };
  await wrong('', /Enter the table/);
  await wrong('Case,Agreed,Abandoned\n', /Enter the table/);
  await wrong(`Case,Agreed\n${caseAt(0)},1`, 'The first line must name a column “Given up”', 'Line 2: Enter given up');
  await wrong(
    [
      'case;what;AGREED;Abandoned;Through;Closes the case',
      `${caseAt(0)};note;lots;0;31/3/2019;yes`,
      '',
      `${caseAt(1).toUpperCase()};;1;;31 February 2019;`,
      'nowhere;;1;1;;perhaps',
      `${caseAt(2)};;1.5;0;;no`,
      `${caseAt(3)};;-2;36402;2019-03-31;`,
    ].join('\n'),
    'Line 2: Agreed must be a sum in pounds, like 1,600,000 or 1,600,000.50',
    'Line 4: Enter given up',
    /Line 4: .* must be a real day/,
    'Line 5: Case must be an existing name: nothing is called “nowhere”',
    'Line 5: Closes the case must be yes or no, and “perhaps” is neither',
  );
  await wrong(
    `Case,Agreed,Abandoned\n${caseAt(0)},1,0\n${caseAt(1)},1,0\n${caseAt(0)},2,0`,
    'Cases must name each case once',
    'Line 4: Case is the same as in line 2',
  );
  const tooMany = Array.from({ length: 501 }, () => `${caseAt(0)},1,0`);
  const answer = await visit.press(page, 'table-read', { table: ['Case,Agreed,Abandoned', ...tooMany].join('\n') });
  t.match(faultsOf(answer.body)[0], 'There are 501 rows. A form holds at most 500');
  t.match(faultsOf(answer.body).at(-1), /^And \d+ more/);
});

t.test('what the rules refuse is told of every case at once', async (t) => {
  const ledger = await raisedMany(t, 30);
  const { visitor } = await site(t, ledger);
  const visit = new FormVisit(await visitor().signIn('county-finance'), SETTLE);
  const page = await tablePage(visit);
  const rows = Array.from({ length: 30 }, (_each, at) => `${caseAt(at)},${at < 5 ? CLAIMED : 40_000},0`);
  const filled = await visit.press(page, 'table-read', { table: ['Case,Agreed,Abandoned', ...rows].join('\n') });
  const told = /Of case \S+ £36,400\.00 is left; £40,000\.00 agreed/;
  t.comment('on the page of the cases, each at its line');
  const refused = await visit.press(filled, 'next', { 'f.effective': '2019-04-01' });
  t.match([refused.statusCode, titleOf(refused.body)], [400, 'Cases']);
  const faults = faultsOf(refused.body);
  t.equal(faults.length, 25);
  t.match(
    faults,
    faults.map((_each, at) => new RegExp(`^Line ${at + 7}: ${told.source}`)),
  );
  t.comment('and again above the answers, if the officer goes on all the same');
  const few = ['Case,Agreed,Abandoned', `${caseAt(0)},${CLAIMED},0`, ...rows.slice(5, 8)].join('\n');
  t.match(textOf(refused.body), 'Continue all the same');
  const some = await visit.press(await visit.press(refused, 'table f.lines'), 'table-read', { table: few });
  const atRows = await visit.press(some, 'next');
  t.match(faultsOf(atRows.body), [told, told, told]);
  t.match(atRows.body, /href="#f\.lines\.1\.case"/);
  const check = await visit.toAnswers({}, await visit.press(atRows, 'on'));
  t.match(textOf(check.body), '3 items are refused');
  t.match(faultsOf(check.body), [told, told, told]);
});

t.test('cases may be settled through a day to come, if they are settled from it on', async (t) => {
  const ledger = await raisedMany(t, 25);
  const { visitor } = await site(t, ledger);
  const visit = new FormVisit(await visitor().signIn('county-finance'), SETTLE);
  const rows = Array.from({ length: 25 }, (_each, at) => `${caseAt(at)},${CLAIMED},0,2019-12-31`);
  const filled = await visit.press(await tablePage(visit), 'table-read', {
    table: ['Case,Agreed,Abandoned,Through', ...rows].join('\n'),
  });
  const day = await visit.press(filled, 'next');
  t.match([day.statusCode, titleOf(day.body)], [200, 'Effective day and note'], 'no day is refused before it is asked');
  const check = await visit.toAnswers({ 'f.effective': '2019-12-31' }, day);
  t.match(textOf(check.body), 'settles 25 cases');
});

t.test('cases that fit are found by what the register can be asked, and put into the table once', async (t) => {
  const ledger = await raisedMany(t, 3);
  await ledger.post(
    'county-finance',
    'DisputeRaised',
    { ...raised('other side'), respondent: [{ from: '2018-10-01', partner: SOUTH }] },
    DISPUTES,
  );
  await ledger.post('county-finance', 'DisputeRaised', raised('later', { raisedOn: '2019-04-05' }), DISPUTES);
  await ledger.signed(
    'county-finance',
    'north-ccg-finance',
    'SplitDecided',
    {
      effective: '2018-10-01',
      case: caseAt(0),
      decidedOn: '2019-04-01',
      split: share(6_000),
      by: 'panel',
    },
    DISPUTES,
  );
  const { visitor } = await site(t, ledger);
  const visit = new FormVisit(await visitor().signIn('county-finance'), SETTLE);
  const page = await tablePage(visit);
  const find = await visit.press(page, 'table-find');
  t.equal(titleOf(find.body), 'Choose cases');
  const found = await visit.press(find, 'table-find', {
    'by.partner': 'north-ccg',
    'by.status': 'all',
    'by.year': '2018-19',
  });
  t.match(textOf(found.body), '3 fit and are not in the table yet: £109,200.00 claimed');
  const table = await visit.press(found, 'table-add');
  t.equal(titleOf(table.body), 'Cases');
  const [head, ...lines] = tableIn(table.body);
  t.match(head, /^Case,Agreed,Given up,Through,Closes the case,Claimant,Respondent,Status,Claimed,Open$/);
  t.equal(lines.length, 3);
  t.match(
    lines.find((each) => each.startsWith(caseAt(0))),
    `${caseAt(0)},21840.00,14560.00,`,
    'what was decided is filled in',
  );
  t.match(
    lines.find((each) => each.startsWith(caseAt(1))),
    `${caseAt(1)},,,`,
    'what is open is not',
  );
  const again = await visit.press(await visit.press(table, 'table-find'), 'table-find', {
    'by.status': 'all',
    'by.partner': 'north-ccg',
  });
  t.match(textOf(again.body), '1 fits and is not in the table yet');
  t.match(textOf((await visit.press(again, 'table-back')).body), 'A line for each case');
  const wrong = await visit.press(table, 'table-read');
  t.equal(faultsOf(wrong.body).length, 4, 'two sums are missing of two cases');
});

t.test('nothing that was typed is lost where something is refused', async (t) => {
  const ledger = await raisedMany(t, 3);
  const { visitor } = await site(t, ledger);
  const visit = new FormVisit(await visitor().signIn('county-finance'), SETTLE);
  const page = await tablePage(visit);
  const table = `Case,Note,Agreed,Given up\n${caseAt(0)},"see ""a"", b",1.00,2.00`;
  const kept = (body: string): boolean => t.equal(asShown(body)['table']!.trim(), table);

  t.comment('a body that has no part in the area, and a day before any fund');
  const find = await visit.press(page, 'table-find', { table });
  const refused = await visit.press(find, 'table-find', { 'by.partner': 'nobody-here', 'by.status': 'open' });
  t.match([refused.statusCode, titleOf(refused.body)], [400, 'Choose cases']);
  t.equal(faultsOf(refused.body).length, 1);
  kept(refused.body);
  t.match(asShown(refused.body), { 'by.status': 'open' });
  const first = await visit.open();
  const early = { 'f.effective-day': '1', 'f.effective-month': '1', 'f.effective-year': '1900' };
  const opened = await visit.press(first, `table ${LINES}`, { ...early, 'f.lines.0.case': caseAt(1) });
  t.match([opened.statusCode, titleOf(opened.body)], [200, 'Cases']);
  t.match(tableIn(opened.body)[1], caseAt(1));
  const looked = await visit.press(await visit.press(opened, 'table-find', { table }), 'table-find');
  t.match([looked.statusCode, faultsOf(looked.body)], [400, [/^Effective day must be between/]]);
  kept(looked.body);

  t.comment('what was not shown is not put into the table');
  const shown = await visit.press(find, 'table-find', { 'by.status': 'settled' });
  t.match(textOf(shown.body), '0 fit and are not in the table yet');
  const unseen = await visit.press(shown, 'table-add', { 'by.status': 'open' });
  t.match([unseen.statusCode, titleOf(unseen.body)], [400, 'Choose cases']);
  t.match(faultsOf(unseen.body), [/^The rows that fit have changed since they were shown/]);
  t.match(textOf(unseen.body), '2 fit and are not in the table yet');
  const added = await visit.press(unseen, 'table-add');
  const [head, row, ...more] = tableIn(added.body);
  t.equal(`${head}\n${row}`, table, 'what was typed stands as it was');
  t.strictSame(more.sort(), [`${caseAt(1)},,,`, `${caseAt(2)},,,`].sort(), 'in the columns that the first line names');

  t.comment('who goes back is told what a form cannot hold');
  const long = ['Case,Agreed,Given up', ...Array.from({ length: 501 }, () => `${caseAt(0)},1,0`)].join('\n');
  for (const [text, says] of [
    [long, 'There are 501 rows'],
    [`Case,Agreed,Given up\n${caseAt(0)},1,600.00,0.00`, 'Line 2: This line has 4 cells'],
  ] as const) {
    const stays = await visit.press(page, 'table-leave', { table: text });
    t.match([stays.statusCode, faultsOf(stays.body)[0]], [400, says]);
    t.equal(asShown(stays.body)['table']!.trim(), text);
    t.equal((await visit.press(stays, 'table-drop')).statusCode, 200);
    const blocked = await visit.press(await visit.press(stays, 'table-find'), 'table-find', { 'by.status': 'open' });
    t.equal(blocked.statusCode, 400, 'nothing is added to it');
    t.equal(asShown(blocked.body)['table']!.trim(), text);
  }
  const back = await visit.press(page, 'table-leave', { table });
  t.match(asShown(back.body), { 'f.lines.0.case': caseAt(0), 'f.lines.0.agreed': '1.00' });
});

const BOUNDARY = 'a-boundary-of-the-test';

t.test('a table is sent as a file, as spreadsheets save it; and a page that is not to be read says so', async (t) => {
  const ledger = await raisedMany(t, 2);
  const { visitor, app } = await site(t, ledger);
  const county = await visitor().signIn('county-finance');
  const visit = new FormVisit(county, SETTLE);
  const page = await visit.press(await tablePage(visit), 'table-file', { table: 'Case,Agreed,Abandoned\nkept,1,2' });
  t.equal(titleOf(page.body), 'Send cases as a file');
  const send = (name: string, content: Buffer | string, who: Visitor = county) =>
    app.inject({
      method: 'POST',
      url: `${SETTLE}/document`,
      headers: {
        host: '127.0.0.1:8181',
        origin: ORIGIN,
        cookie: who.cookie,
        'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      },
      payload: Buffer.concat([
        Buffer.from(
          Object.entries(asShown(page.body))
            .map(
              ([field, value]) =>
                `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`,
            )
            .join(''),
        ),
        Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`),
        Buffer.from(content),
        Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
      ]),
    });
  const saved = `\uFEFF"case";kind;agreed;abandoned\r\n${caseAt(0)};chc;36400;0\r\n${caseAt(1)};"a ""b""";"1,000.00";35400\r\nTotal of 2;;37400;35400\r\n`;
  const sent = await send('cases.csv', saved);
  t.equal(sent.statusCode, 200, faultsOf(sent.body).join());
  const read = await visit.press(sent, 'table-read');
  t.match(asShown(read.body), { 'f.lines.1.case': caseAt(1), 'f.lines.1.agreed': '1,000.00', 'f.lines.count': '2' });
  const latin = await send(
    'cases.csv',
    Buffer.from(`Case,Agreed,Abandoned,Note\n${caseAt(0)},\xa312,0,caf\xe9\n`, 'latin1'),
  );
  t.match(asShown(latin.body)['table'], '£12,0,café');
  for (const [name, content, says] of [
    ['', '', 'Select a file'],
    ['empty.csv', '', 'The selected file is empty'],
    ['book.xlsx', Buffer.from([80, 75, 3, 4, 0, 0]), 'must be a table saved as CSV'],
    ['large.csv', 'x'.repeat(300_000), 'must be smaller than 250KB'],
  ] as const) {
    const answer = await send(name, content);
    t.match([answer.statusCode, faultsOf(answer.body)], [400, [new RegExp(says)]], name);
    t.match(asShown(answer.body)['table'], 'kept,1,2', 'the table as it stood is kept');
  }
  const faulty = await send('cases.csv', 'Case,Agreed,Abandoned\nnowhere,1,2\n');
  t.match([faulty.statusCode, titleOf(faulty.body)], [400, 'Cases']);
  const other = await county.post(SETTLE, { ...asShown(page.body), go: 'table f.note' });
  t.equal(other.statusCode, 404, 'a field that is no list');
});
