import t from 'tap';
import { FUND, openedLedger } from '../support/ledger.js';
import { FormVisit, raisingCase, type Answers, type Work } from './filling-in.js';
import { site, type Visitor } from './site.js';

/** A year of a fund in the browser, without scripts: its officers record, propose and sign everything in forms. */

t.test('officers live through a year of a fund in forms alone', async (t) => {
  const ledger = await openedLedger(t, undefined, true);
  const { visitor } = await site(t, ledger);
  const work: Work = { pages: 0, fields: 0 };
  const signedIn = new Map<string, Visitor>();
  let signatures = 0;

  /** An officer in their browser. After some months of the clock they must sign in again. */
  async function as(officer: string): Promise<Visitor> {
    const found = signedIn.get(officer) ?? visitor();
    signedIn.set(officer, found);
    if ((await found.get('/')).statusCode !== 200) await found.signIn(officer);
    return found;
  }
  const fill = async (officer: string, address: string, answers: Answers): Promise<string> =>
    new FormVisit(await as(officer), address, work).send(answers);
  const inFund = (officer: string, act: string, answers: Answers) => fill(officer, `/funds/${FUND}/${act}`, answers);
  const inDisputes = (officer: string, act: string, answers: Answers) =>
    fill(officer, `/areas/testshire/disputes/${act}`, answers);

  async function answer(officer: string, proposal: string, how: 'sign' | 'decline', filled = {}): Promise<void> {
    const own = await as(officer);
    const page = await own.get(how === 'sign' ? proposal : `${proposal}/${how}`);
    if (!page.body.includes(`${proposal}/${how}`))
      throw new Error(`${officer} cannot ${how}: ${page.body.replace(/<[^>]*>|\s+/g, ' ')}`);
    const sent = await own.send(page, `${proposal}/${how}`, filled);
    if (sent.statusCode !== 303)
      throw new Error(`${officer} cannot ${how} ${proposal}: ${sent.body.replace(/<[^>]*>|\s+/g, ' ')}`);
    work.pages += how === 'sign' ? 1 : 2;
    work.fields += Object.keys(filled).length;
    signatures++;
  }
  const signed = async (proposer: string, signer: string, act: string, answers: Answers): Promise<void> =>
    answer(signer, await inFund(proposer, `propose/${act}`, answers), 'sign');

  const plan = { 'f.category': 'base', 'f.recurrent': 'yes', 'f.effective': '2016-04-01' };
  await inFund('pool-manager', 'record/plan-line-set', {
    ...plan,
    'f.source': 'NHS_ADD',
    'f.amount': '2,000,000',
    'f.description': 'Home care',
  });
  await inFund('pool-manager', 'record/plan-line-set', {
    ...plan,
    'f.source': 'NHS_ADD',
    'f.amount': '500,000',
    'f.description': 'Night sitting',
  });

  const offer = {
    'f.source': 'NHS_ADD',
    'f.recurrent': 'yes',
    'f.effective': '2016-04-01',
    Instalments: 'split quarter f.instalments',
  };
  const first = await inFund('north-ccg-finance', 'propose/contribution-agreed', {
    ...offer,
    'f.payer': 'north-ccg',
    'f.amount': '1 million',
  });
  const counter = await fill('county-finance', `${first}/counter`, {
    'f.amount': '1.2 million',
    Instalments: 'split quarter f.instalments',
  });
  await answer('north-ccg-chief', counter, 'sign');
  const refused = await inFund('south-ccg-finance', 'propose/contribution-agreed', {
    ...offer,
    'f.payer': 'south-ccg',
    'f.amount': '100,000',
  });
  await answer('county-finance', refused, 'decline', { reason: 'It is less than a tenth of what was asked.' });
  await signed('south-ccg-finance', 'county-finance', 'contribution-agreed', {
    ...offer,
    'f.payer': 'south-ccg',
    'f.amount': '800,000',
  });
  await signed('county-finance', 'north-ccg-finance', 'contribution-agreed', {
    ...offer,
    'f.payer': 'county',
    'f.source': 'LA_ADD',
    'f.amount': '600,000',
  });
  await signed('south-ccg-finance', 'south-ccg-chief', 'discretionary-payment-withdrawn', {
    'f.of': '0',
    'f.of.0.contribution': 'south-ccg-nhs-add',
    'f.payer': 'south-ccg',
    'f.amount': '100,000',
    'f.effective': '2016-10-01',
    'f.noticeGiven': '2016-03-01',
    'f.reason': 'The board has to save.',
  });

  await inFund('county-finance', 'record/grant-determined', {
    'f.holder': 'county',
    'f.source': 'DFG',
    'f.determination': '31/2697',
    'f.amount': '400,000',
    'f.recurrent': 'yes',
    'f.effective': '2016-04-01',
    Instalments: 'split once f.tranches',
    'Passing down': 'add f.passDown.shares',
    'f.passDown.by': '2016-06-30',
    'f.passDown.shares.0.district': 'east-district',
    'f.passDown.shares.0.amount': '400,000',
  });
  ledger.now('2016-05-04T10:00:00Z');
  await inFund('county-finance', 'record/grant-tranche-received', {
    'f.grant': 'county-dfg',
    'f.amount': '400,000',
    'f.effective': '2016-05-02',
    'f.bankReference': 'DCLG 31/2697',
  });
  await signed('county-finance', 'east-district-finance', 'grant-passed-down', {
    'f.grant': 'county-dfg',
    'f.district': 'east-district',
    'f.amount': '400,000',
    'f.effective': '2016-05-03',
  });
  await inFund('county-finance', 'record/contribution-received', {
    'f.contribution': 'north-ccg-nhs-add',
    'f.amount': '300,000',
    'f.effective': '2016-05-04',
    'f.bankReference': 'BACS 40177',
  });
  await signed('pool-manager', 'county-finance', 'budget-vired', {
    'f.moves.0.line': 'home-care',
    'f.moves.0.change': '-50,000',
    'f.moves.1.line': 'night-sitting',
    'f.moves.1.change': '50,000',
    'f.effective': '2016-05-04',
    'f.reason': 'More people need help at night.',
  });

  await fill('pool-manager', '/register/record/disputes-opened', {
    'f.area': 'Testshire',
    'f.partners.0': 'county',
    'f.partners.1': 'north-ccg',
    'f.effective': '2016-04-01',
  });
  await answer(
    'north-ccg-finance',
    await inDisputes('county-finance', 'propose/dispute-protocol-adopted', {
      'f.protocol': 'three-stage',
      'f.effective': '2016-04-01',
    }),
    'sign',
  );
  await inDisputes('county-finance', 'record/dispute-raised', raisingCase('2016-04-04', '2016-05-04'));
  const [id] = [...ledger.ledger.model.stream('dispute', 'disputes-testshire').own.cases.keys()] as [string];
  await inDisputes('county-finance', 'record/dispute-stage-entered', {
    'f.case': id,
    'f.stage': 'informal',
    'f.effective': '2016-05-04',
  });
  ledger.now('2016-09-05T10:00:00Z');
  const split = await inDisputes('county-finance', 'propose/split-decided', {
    'f.case': id,
    'f.by': 'parties',
    'f.split.claimant': '50',
    'f.split.respondent': '50',
    'f.effective': '2016-04-04',
    'f.decidedOn': '2016-09-05',
  });
  await answer('north-ccg-finance', split, 'sign');

  for (let period = 1; period <= 12; period++) {
    const month = ((period + 2) % 12) + 1;
    const year = period <= 9 ? 2016 : 2017;
    const [next, of] = month === 12 ? [1, year + 1] : [month + 1, year];
    ledger.now(`${of}-${String(next).padStart(2, '0')}-05T10:00:00Z`);
    const last = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
    await signed('pool-manager', 'county-chief', 'period-closed', {
      'f.period': String(period),
      'f.effective': last,
    });
  }
  // A late fact in a closed period is an adjustment, with its reason.
  const late = new FormVisit(await as('county-finance'), `/funds/${FUND}/record/contribution-received`, work);
  const closed = await late.toAnswers({
    'f.contribution': 'north-ccg-nhs-add',
    'f.amount': '300,000',
    'f.effective': '2016-07-01',
    'f.bankReference': 'BACS 41200',
  });
  t.match(closed.body, 'Rule: period_closed');
  t.notMatch(closed.body, 'value="send"');
  const papers = await late.press(closed, pressing(closed.body, 'Change documents and conditions'));
  const again = await late.press(papers, 'next', { 'p.adjustment.reason': 'The bank told us of it in April.' });
  t.notMatch(again.body, 'It cannot be signed as it stands');
  await answer('county-chief', (await late.press(again, 'send')).headers.location as string, 'sign');

  for (const [name, cutOff] of [
    ['quarter-1', '2016-06-30'],
    ['quarter-2', '2016-09-30'],
    ['quarter-3', '2016-12-31'],
    ['quarter-4', '2017-03-31'],
  ] as const)
    await inFund('pool-manager', 'record/return-submitted', {
      'f.kind': name,
      'f.on': cutOff,
      'f.effective': '2017-04-05',
    });

  const settlement = await inDisputes('county-finance', 'propose/dispute-settled', {
    'f.lines.0.case': id,
    'f.lines.0.agreed': '15,000',
    'f.lines.0.abandoned': '0',
    'f.lines.0.through': '2017-03-31',
    'f.lines.0.closes': 'no',
    'f.effective': '2017-03-31',
  });
  await answer('north-ccg-finance', settlement, 'sign');

  const { model } = ledger.ledger;
  const { own } = await ledger.ledger.stateOf('fund', `fund-${FUND}`);
  t.equal(own.closedThrough, 12);
  t.same(
    [...own.items.keys()],
    ['home-care', 'night-sitting', 'north-ccg-nhs-add', 'south-ccg-nhs-add', 'county-la-add', 'county-dfg'],
  );
  t.same(
    [...own.returns.keys()],
    ['quarter-1-2016-06-30', 'quarter-2-2016-09-30', 'quarter-3-2016-12-31', 'quarter-4-2017-03-31'],
  );
  t.equal(model.stream('dispute', 'disputes-testshire').own.settlements.size, 1);
  t.equal(model.openProposals().length, 0);
  t.comment(`${work.pages} pages sent, ${work.fields} fields filled in, ${signatures} signatures`);
});

/** The value that a button with these words sends. */
const pressing = (body: string, words: string): string =>
  [...body.matchAll(/<button[^>]*value="([^"]*)"[^>]*>([\s\S]*?)<\/button>/g)].find(
    ([, , said]) => said!.replace(/<[^>]*>/g, '').trim() === words,
  )![1]!;
