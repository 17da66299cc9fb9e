import t, { type Test } from 'tap';
import type { FactData } from '../../src/domain/grammar/event.js';
import { contribution, FUND, NORTH, SOUTH, type TestLedger } from '../support/ledger.js';
import { FormVisit } from './filling-in.js';
import { site, type Visitor } from './site.js';

/** A form of a proposal that was left open while somebody else acted: its answer says who did what, and what is left. */

const OWN = 'county-finance';
const COLLEAGUE = 'county-chief';
const OTHERS = ['north-ccg-finance', 'north-ccg-chief'] as const;

const ADDRESS = (proposal: string, act: string): string => `/proposals/${proposal}/${act}`;

type Sent = Awaited<ReturnType<Visitor['get']>>;

/** Each act that can be left open: who made the proposal, and how the form is opened and sent later. */
interface Left {
  readonly maker: string;
  open(visitor: Visitor, proposal: string): Promise<() => Promise<Sent>>;
  /** What was typed in the form, and must not be lost. */
  readonly typed: string | undefined;
}

const ending = (act: 'decline' | 'withdraw', typed: string): Left['open'] =>
  async function open(visitor, proposal) {
    const page = await visitor.get(ADDRESS(proposal, act));
    return () => visitor.send(page, ADDRESS(proposal, act), { reason: typed });
  };

const LEFT: Readonly<Record<string, Left>> = {
  sign: {
    maker: OTHERS[0],
    typed: undefined,
    async open(visitor, proposal) {
      const page = await visitor.get(`/proposals/${proposal}`);
      return () => visitor.send(page, ADDRESS(proposal, 'sign'));
    },
  },
  decline: {
    maker: OTHERS[0],
    typed: 'It is &amp; stays too little',
    open: ending('decline', 'It is & stays too little'),
  },
  withdraw: { maker: OWN, typed: 'We counted twice', open: ending('withdraw', 'We counted twice') },
  counter: {
    maker: OTHERS[0],
    typed: '£777,000.00',
    async open(visitor, proposal) {
      const visit = new FormVisit(visitor, ADDRESS(proposal, 'counter'));
      const answers = { 'f.amount': '777000', 'f.instalments.0.amount': '777000' };
      const check = await visit.toAnswers(answers);
      return () => visit.press(check, 'send');
    },
  },
};

const AGREE = { act: 'agree' } as const;
const DECLINE = { act: 'decline', reason: 'The board says no' } as const;
const WITHDRAW = { act: 'withdraw', reason: 'We made a mistake' } as const;
const counter = (amount: string) =>
  ({
    act: 'counter',
    fact: { type: 'ContributionAgreed', data: contribution({ amount }) as unknown as FactData },
  }) as const;

type Act = typeof AGREE | typeof DECLINE | typeof WITHDRAW | ReturnType<typeof counter>;
type Then = readonly (readonly [officer: string, act: Act])[];

const [NORTHERN, NORTHERN_TOO] = OTHERS;

/** What happens to a proposal that waits for the reader’s body, and to one that the reader’s body made. */
const HAPPENS: Readonly<
  Record<string, { readonly toAnswer: Then; readonly toTakeBack: Then; readonly says: RegExp; readonly ends: boolean }>
> = {
  'signed by a colleague': {
    toAnswer: [[COLLEAGUE, AGREE]],
    toTakeBack: [
      [NORTHERN, counter('900000.00')],
      [COLLEAGUE, AGREE],
    ],
    says: /C\. Chief, director of finance signed it for your body, Testshire County Council, on 1 March 2016, 9:15am\./,
    ends: true,
  },
  'signed by the other side': {
    toAnswer: [
      [COLLEAGUE, counter('900000.00')],
      [NORTHERN, AGREE],
    ],
    toTakeBack: [[NORTHERN, AGREE]],
    says: /North ccg finance signed it for NHS North CCG on 1 March 2016, 9:15am\./i,
    ends: true,
  },
  'countered by a colleague': {
    toAnswer: [[COLLEAGUE, counter('900000.00')]],
    toTakeBack: [
      [NORTHERN, counter('900000.00')],
      [COLLEAGUE, counter('950000.00')],
    ],
    says: /C\. Chief, director of finance made a counter-offer for your body, Testshire County Council, on 1 March 2016, 9:15am\..*The proposal waits for NHS North CCG now\./s,
    ends: false,
  },
  'countered by the other side': {
    toAnswer: [
      [COLLEAGUE, counter('900000.00')],
      [NORTHERN_TOO, counter('950000.00')],
    ],
    toTakeBack: [[NORTHERN_TOO, counter('950000.00')]],
    says: /North ccg chief made a counter-offer for NHS North CCG on 1 March 2016, 9:15am\..*The proposal waits for Testshire County Council now\./is,
    ends: false,
  },
  declined: {
    toAnswer: [[COLLEAGUE, DECLINE]],
    toTakeBack: [[NORTHERN, DECLINE]],
    says: /declined it for .* on 1 March 2016, 9:15am\. The reason given: “The board says no”/,
    ends: true,
  },
  'taken back': {
    toAnswer: [[NORTHERN_TOO, WITHDRAW]],
    toTakeBack: [[COLLEAGUE, WITHDRAW]],
    says: /took it back for .* on 1 March 2016, 9:15am\. The reason given: “We made a mistake”/,
    ends: true,
  },
};

const made = async (ledger: TestLedger, maker: string): Promise<string> => {
  const fact = { type: 'ContributionAgreed', data: contribution() as unknown as FactData };
  return (await ledger.done(maker, { act: 'propose', fact })).outcome.proposal!;
};

const done = async (ledger: TestLedger, proposal: string, then: Then): Promise<void> => {
  for (const [officer, act] of then) await ledger.done(officer, { ...act, proposal });
};

/** Whether a page has a form or a link for an act. */
const offers = ({ body }: Sent, proposal: string, act: string): boolean =>
  body.includes(`action="${ADDRESS(proposal, act)}"`) || body.includes(`href="${ADDRESS(proposal, act)}"`);

for (const [act, left] of Object.entries(LEFT)) {
  const isOfMaker = act === 'withdraw';
  for (const [what, { toAnswer, toTakeBack, says, ends }] of Object.entries(HAPPENS)) {
    t.test(`a form to ${act} that was left open while the proposal was ${what}`, async (t) => {
      const { ledger, visitor } = await site(t);
      const proposal = await made(ledger, left.maker);
      const officer = await visitor().signIn(OWN);
      const send = await left.open(officer, proposal);
      ledger.now('2016-03-01T09:15:00Z');
      await done(ledger, proposal, isOfMaker ? toTakeBack : toAnswer);
      const head = await ledger.store.head();
      const sent = await send();
      t.equal(sent.statusCode, 409);
      t.equal(await ledger.store.head(), head, 'nothing is recorded');
      t.match(sent.body, says);
      t.match(sent.body, 'What you sent was not recorded.');
      if (left.typed !== undefined) t.match(sent.body, left.typed, 'what was typed is there to read');
      t.notMatch(sent.body, /have moved since|wrong_partner|proposal_ended|revision_conflict|There is a problem/);
      t.equal(/must be proposed again/.test(sent.body), what === 'declined' || what === 'taken back');
      await isAnsweredBy(t, { officer, sent, proposal, act, what, ends });
    });
  }
}

interface Answered {
  readonly officer: Visitor;
  readonly sent: Sent;
  readonly proposal: string;
  readonly act: string;
  readonly what: string;
  readonly ends: boolean;
}

/** What is left to do is what the page offers: nothing, the fact that was recorded, or the same act once more. */
async function isAnsweredBy(t: Test, { officer, sent, proposal, act, what, ends }: Answered): Promise<void> {
  if (ends) {
    t.match(sent.body, 'Nothing is left to do');
    for (const each of Object.keys(LEFT)) t.notOk(offers(sent, proposal, each), each);
    const [, fact] =
      new RegExp(`href="(/funds/${FUND}/history/\\d+)">Read what the signature recorded`).exec(sent.body) ?? [];
    t.equal(fact !== undefined, what.startsWith('signed'));
    if (fact !== undefined) t.match((await officer.get(fact)).body, /NHS North CCG contributes/);
    const opened = await officer.get(ADDRESS(proposal, act === 'sign' ? 'decline' : act));
    t.equal(opened.statusCode, 409, 'no form is opened for it any more');
    t.match(opened.body, 'Nothing is left to do');
    t.notMatch(opened.body, 'What you sent');
    return;
  }
  // The officer’s own proposal can be taken back while it waits for the others, and no longer once they have countered.
  const isStillTheirs = (what === 'countered by the other side') !== (act === 'withdraw');
  const isToDecide = isStillTheirs || act === 'withdraw';
  t.match(sent.body, isToDecide ? 'and decide again.' : 'Nothing is left for you to do until it is answered.');
  if (!isStillTheirs) {
    t.notOk(sent.body.includes(`action="${ADDRESS(proposal, act)}"`));
    return;
  }
  const address = ADDRESS(proposal, act);
  const typed: Record<string, string> = act === 'decline' || act === 'withdraw' ? { reason: 'As before' } : {};
  const again =
    act === 'counter'
      ? await new FormVisit(officer, address).press(sent, 'send')
      : await officer.send(sent, address, typed);
  t.equal(again.statusCode, 303, 'after reading, the officer sends it again');
}

t.test('an ended proposal shows why it was declined or taken back, and asks for no signature', async (t) => {
  const { ledger, visitor } = await site(t);
  const officer = await visitor().signIn(OWN);
  const declined = await made(ledger, NORTHERN);
  await done(ledger, declined, [[COLLEAGUE, DECLINE]]);
  t.match(
    (await officer.get(`/proposals/${declined}`)).body,
    /it was declined\. The reason given: “The board says no”/,
  );
  const withdrawn = await made(ledger, NORTHERN);
  await done(ledger, withdrawn, [[NORTHERN_TOO, WITHDRAW]]);
  t.match((await officer.get(`/proposals/${withdrawn}`)).body, /The reason given: “We made a mistake”/);
  const [first, second] = [contribution(), contribution({ contribution: 'south-extra', payer: SOUTH })].map((data) => ({
    type: 'ContributionAgreed',
    data: data as unknown as FactData,
  }));
  const deal = await ledger.done(OWN, { act: 'propose', fact: first!, further: [second!] });
  const open = await officer.get(`/proposals/${deal.outcome.proposal!}`);
  t.match(open.body, 'Still to sign');
  await done(ledger, deal.outcome.proposal!, [[NORTHERN, DECLINE]]);
  const ended = await officer.get(`/proposals/${deal.outcome.proposal!}`);
  t.notMatch(ended.body, /Still to sign|Nobody yet/);
  t.match(ended.body, 'The reason given: “The board says no”');
});

t.test('a deal whose part a colleague has signed says so to whoever signs after them', async (t) => {
  const { ledger, visitor } = await site(t);
  const [first, second] = [contribution(), contribution({ contribution: 'south-extra', payer: SOUTH })].map((data) => ({
    type: 'ContributionAgreed',
    data: data as unknown as FactData,
  }));
  const deal = (await ledger.done(OWN, { act: 'propose', fact: first!, further: [second!] })).outcome.proposal!;
  const officer = await visitor().signIn(NORTHERN);
  const page = await officer.get(`/proposals/${deal}`);
  const visit = new FormVisit(officer, ADDRESS(deal, 'counter'));
  const draft = await visit.open();
  await done(ledger, deal, [[NORTHERN_TOO, AGREE]]);
  const sent = await officer.send(page, ADDRESS(deal, 'sign'));
  t.equal(sent.statusCode, 409);
  t.match(sent.body, /signed a part of it for your body, NHS North CCG,.*waits for NHS South CCG now/s);
  await done(ledger, deal, [['south-ccg-finance', AGREE]]);
  const lost = await visit.press(draft, 'part-file');
  t.equal(lost.statusCode, 409);
  t.match(lost.body, /signed it for NHS South CCG.*What you typed.*NHS South CCG contributes/s);
});

t.test('an officer whose turn it is not reads whom the proposal waits for, by name', async (t) => {
  const { ledger, visitor } = await site(t);
  const proposal = await made(ledger, OWN);
  const officer = await visitor().signIn('east-district-finance');
  const page = await officer.get(ADDRESS(proposal, 'counter'));
  t.equal(page.statusCode, 403);
  t.match(page.body, 'It waits for NHS North CCG,');
  t.notMatch((await officer.get(ADDRESS(proposal, 'decline'))).body, NORTH);
});
