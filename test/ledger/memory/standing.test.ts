import type { LedgerEvent } from '../../../src/domain/grammar/event.js';
import t from 'tap';
import {
  createStanding,
  isMoreToCome,
  judgedAsStored,
  whyVoidInWords,
  type Judged,
  type WhyVoid,
} from '../../../src/ledger/memory/standing.js';

/** Which events stand is decided by numbers alone. The table below is read from the top, in ledger order. */

const FUND = 'fund-testshire-2016-17';
const NEXT = 'fund-testshire-2017-18';
const DISPUTES = 'disputes-testshire';

const whyMoved = (rested: string, stood: string): WhyVoid => ({ stream: 'register', rested, stood });

const event = (stream: string, revision: number, more: Partial<Judged['metadata']> = {}): Judged => ({
  stream,
  revision,
  metadata: { officer: 'o', key: `${stream} ${revision}`, recordedAt: '2016-05-01T12:00:00.000Z', ...more },
});

t.test('an act is void where a stream that it rests on had moved, and moves nothing itself', (t) => {
  const standing = createStanding();
  const rows: readonly (readonly [words: string, event: Judged, why: WhyVoid | undefined])[] = [
    ['the first event rests on nothing', event('register', 0), undefined],
    ['an older event says nothing of what it rests on', event(FUND, 0), undefined],
    ['the register is where it was', event(FUND, 1, { rests: { register: '0' } }), undefined],
    ['the register moves', event('register', 1), undefined],
    [
      'the register is not where it was',
      event(FUND, 2, { rests: { register: '0' } }),
      { stream: 'register', rested: '0', stood: '1' },
    ],
    [
      'a fund that is absent is absent still',
      event(FUND, 3, { rests: { [NEXT]: 'no_stream', register: '1' } }),
      undefined,
    ],
    ['the next fund rests on the last that stands of the other', event(NEXT, 0, { rests: { [FUND]: '3' } }), undefined],
    [
      'a fund that was absent is there',
      event(FUND, 4, { rests: { [NEXT]: 'no_stream', register: '0' } }),
      { stream: NEXT, rested: 'no_stream', stood: '0' },
    ],
    ['the void act has not moved its fund', event(NEXT, 1, { rests: { [FUND]: '3' } }), undefined],
    [
      'what never stood',
      event(NEXT, 2, { rests: { [DISPUTES]: '0' } }),
      { stream: DISPUTES, rested: '0', stood: 'no_stream' },
    ],
    ['the older event of a stream with void ones stands', event(NEXT, 3), undefined],
  ];
  for (const [words, judged, why] of rows) t.same(standing.take(judged), why, words);
  t.end();
});

t.test('an act is void that was recorded more than a minute behind what stands, from rules 3 on', (t) => {
  const standing = createStanding();
  const at = (time: string, more: Partial<Judged['metadata']> = {}) => ({
    rules: 3,
    recordedAt: `2016-05-01T${time}Z`,
    ...more,
  });
  const why = (time: string, latest: string) => ({
    recorded: `2016-05-01T${time}Z`,
    latest: `2016-05-01T${latest}Z`,
  });
  const rows: readonly (readonly [words: string, event: Judged, why: WhyVoid | undefined])[] = [
    ['the first event', event('register', 0, at('12:00:00.000')), undefined],
    ['a void act', event(FUND, 0, at('13:00:00.000', { rests: { register: '7' } })), whyMoved('7', '0')],
    ['what is void moves no instant', event(FUND, 1, at('12:00:00.000')), undefined],
    ['another that stands', event('register', 1, at('12:02:00.000')), undefined],
    ['a minute behind it', event(FUND, 2, at('12:01:00.000')), undefined],
    ['more than that', event(FUND, 3, at('12:00:59.999')), why('12:00:59.999', '12:02:00.000')],
    [
      'the rest of the same act',
      event(FUND, 4, at('12:00:59.999', { causation: 'first' })),
      why('12:00:59.999', '12:02:00.000'),
    ],
    [
      'what it rests on had moved, too: that is said first',
      event(FUND, 5, at('12:00:00.000', { rests: { register: '0' } })),
      whyMoved('0', '1'),
    ],
    ['by the rules of before', event(FUND, 6, at('11:00:00.000', { rules: 2 })), undefined],
    ['by the first rules', event(FUND, 7, { recordedAt: '2016-05-01T11:00:00.000Z' }), undefined],
    ['behind what stood before those', event(NEXT, 0, at('12:00:00.000')), why('12:00:00.000', '12:02:00.000')],
    ['ahead of all', event(NEXT, 1, at('12:03:00.000')), undefined],
  ];
  for (const [words, judged, expected] of rows) t.same(standing.take(judged), expected, words);
  const again = createStanding(structuredClone(standing.kept()));
  t.ok(again.take(event(NEXT, 2, at('12:01:59.999'))), 'what is kept goes on the same');
  t.notOk(again.take(event(NEXT, 3, at('12:02:00.000'))));
  t.end();
});

t.test('an act of several events stands or is void whole', (t) => {
  const standing = createStanding();
  standing.take(event('register', 0));
  standing.take(event('register', 1));
  const why = { stream: 'register', rested: '0', stood: '1' };
  t.same(standing.take(event(FUND, 0, { rests: { register: '0' } })), why);
  t.same(standing.take(event(FUND, 1, { causation: 'first' })), why);
  t.same(standing.take(event(FUND, 2, { causation: 'first' })), why);
  t.same(standing.take(event(FUND, 3, { rests: { register: '1' } })), undefined);
  t.same(standing.take(event(FUND, 4, { causation: 'second', rests: { register: '0' } })), undefined);
  t.end();
});

t.test('the void acts of an officer’s key are counted, and what is kept goes on the same', (t) => {
  const standing = createStanding();
  t.equal(standing.voidActs('o', 'k'), 0);
  standing.take(event('register', 0));
  const lost = { officer: 'o', key: 'k', rests: { register: '7' } };
  for (const revision of [0, 2]) {
    standing.take(event(FUND, revision, lost));
    standing.take(event(FUND, revision + 1, { ...lost, causation: 'first' }));
  }
  const again = createStanding(structuredClone(standing.kept()));
  for (const each of [standing, again]) {
    t.equal(each.voidActs('o', 'k'), 2, 'acts, not events');
    t.equal(each.voidActs('p', 'k'), 0);
    t.ok(each.take(event(FUND, 4, { causation: 'first' })), 'the rest of an act');
    t.notOk(each.take(event(FUND, 5, { rests: { register: '0' } })));
  }
  t.end();
});

t.test('why an act is void is said in words', (t) => {
  const words = (stream: string, rested: string, stood: string) => whyVoidInWords({ stream, rested, stood });
  t.equal(
    words('register', '41', '43'),
    'It rested on the register at revision 41, which had moved to 43 when it was recorded.',
  );
  t.equal(
    words(FUND, 'no_stream', '0'),
    'It rested on the fund testshire-2016-17 not being open, which was at revision 0 when it was recorded.',
  );
  t.equal(
    words(DISPUTES, '3', 'no_stream'),
    'It rested on the disputes of testshire at revision 3, of which nothing stood when it was recorded.',
  );
  t.equal(
    whyVoidInWords({ recorded: '2016-05-01T12:00:00.000Z', latest: '2016-05-01T12:02:00.000Z' }),
    'It came too late: it was recorded at 2016-05-01T12:00:00.000Z, more than 60 seconds behind what stood before it, of 2016-05-01T12:02:00.000Z.',
  );
  t.end();
});

t.test('only after an agreement is more of the same act to come: the fact, or every fact of a deal', (t) => {
  const event = (type: string, data = {}) => ({ type, data }) as unknown as LedgerEvent;
  const fact = event('LineAdded');
  t.ok(isMoreToCome([event('ProposalAgreed', { fact: {} })]));
  t.notOk(isMoreToCome([event('ProposalAgreed', { fact: {} }), fact]));
  const deal = event('ProposalAgreed', { fact: {}, further: [{}, {}] });
  t.ok(isMoreToCome([deal]));
  t.ok(isMoreToCome([deal, fact, fact]));
  t.notOk(isMoreToCome([deal, fact, fact, fact]));
  t.notOk(isMoreToCome([event('ProposalMade', { fact: {} })]));
  t.notOk(isMoreToCome([]));
  t.end();
});

t.test('a stored event is judged without knowing its type; one whose metadata cannot be read stands', (t) => {
  const stored = { stream: FUND, revision: 0n, id: '', type: 'Unheard', data: '', position: '1' };
  const standing = createStanding();
  t.ok(standing.take(judgedAsStored({ ...stored, metadata: '{"rests":{"register":"0"}}' })));
  t.notOk(standing.take(judgedAsStored({ ...stored, metadata: '{' })));
  t.end();
});
