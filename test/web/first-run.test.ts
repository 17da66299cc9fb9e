import t from 'tap';
import { emptyLedger } from '../support/ledger.js';
import { FormVisit, titleOf } from './filling-in.js';
import { site } from './site.js';

/** Only a person with the code that the service prints can open an empty ledger in a browser. */

const CODE = 'the-code-that-was-printed';
const ANSWERS = {
  'f.kind': 'county',
  'f.demonstration': 'no',
  'f.officers.0.officer': 'A Registrar',
  'f.officers.0.role': 'registrar',
  'f.officers.1.officer': 'b-finance',
  'f.officers.1.role': 'finance-officer',
  'f.effective': '2016-01-01',
  'f.ledger': 'Better Care Fund of Testshire',
  'f.name': 'Testshire County Council',
};

t.test('whoever has the code opens the ledger, and goes on as the officer whom they named', async (t) => {
  const ledger = await emptyLedger(t);
  const { visitor } = await site(t, ledger, { demonstration: false, firstRunCode: CODE });
  const somebody = visitor();
  t.equal((await somebody.get('/first-run')).statusCode, 200);
  t.equal((await somebody.get('/first-run?code=a&code=b')).statusCode, 403, 'a code that is sent twice');
  const wrong = await somebody.get('/first-run?code=guessed');
  t.equal(wrong.statusCode, 403);
  t.match(wrong.body, 'This is not the code that the service has printed');
  const first = await somebody.get(`/first-run?code=${CODE}`);
  t.equal(titleOf(first.body), 'Kind of body');
  const visit = new FormVisit(somebody, `/first-run?code=${CODE}`);
  const check = await visit.toAnswers(ANSWERS);
  t.match(check.body, 'Testshire County Council opened the ledger');
  t.match(check.body, 'testshire-county-council');
  t.equal((await somebody.post('/first-run?code=guessed', { go: 'send' })).statusCode, 403);
  t.equal(await visit.send(ANSWERS), '/register/history/0');
  t.match(ledger.ledger.model.register().ledger, { keeper: 'testshire-county-council' });
  const home = await somebody.get('/');
  t.match(home.body, 'You are registrar of Testshire County Council');
  t.match((await somebody.get('/register/record')).body, 'Register a partner');
  t.equal((await somebody.get(`/first-run?code=${CODE}`)).statusCode, 404, 'it is opened once');
});

t.test('a ledger that is open, or a service that has printed no code, has no first run', async (t) => {
  const { visitor } = await site(t, await emptyLedger(t), { demonstration: false });
  t.equal((await visitor().get('/first-run?code=')).statusCode, 404);
});
