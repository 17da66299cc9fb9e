import t from 'tap';
import { canonical, eventLine } from '../../src/ledger/catalogue.js';
import { SEES_ALL, type Seeing } from '../../src/ledger/questions/question.js';
import { isWhole, shownOf } from '../../src/ledger/shown.js';

/** An event is shown without the streams that its asker may not see, and then without its hash. */

const event = (type: string, data: object, rests?: Readonly<Record<string, string>>) => ({
  position: '7',
  stream: 'fund-norfolk-2023-24',
  revision: 3n,
  id: '00000000-0000-4000-8000-000000000000',
  type,
  data: canonical(data),
  metadata: canonical({ officer: 'eve', ...(rests && { rests }) }),
});
const model = {
  fund: () => ({ outline: { opened: { area: 'norfolk' } } }),
  places: (stream: string) => (stream === 'fund-norfolk-2014-15' ? [] : [1]),
} as never;
const seeing = (more: Partial<Seeing>): Seeing => ({ ...SEES_ALL, ...more });
const RESTS = { 'disputes-norfolk': '12', 'fund-norfolk-2022-23': '4', register: '2' };

t.test('what an event rests on is shown as far as its asker sees it', async (t) => {
  const signed = event('ProposalAgreed', { effective: '2023-09-30', proposal: 'half' }, RESTS);
  for (const [who, sees, rests] of [
    ['one who sees all', seeing({}), RESTS],
    ['one who sees no case', seeing({ seesCases: () => false }), { 'fund-norfolk-2022-23': '4', register: '2' }],
    [
      'one who sees this year’s fund alone',
      seeing({ sees: (fund) => fund === 'norfolk-2023-24' }),
      { 'disputes-norfolk': '12', register: '2' },
    ],
    ['one who sees neither', seeing({ sees: () => false, seesCases: () => false }), { register: '2' }],
  ] as const) {
    const shown = shownOf(signed, model)(sees);
    t.same((JSON.parse(shown.metadata) as { rests: object }).rests, rests, who);
    t.equal(shown.data, signed.data, who);
    t.equal(isWhole(signed, shown), rests === RESTS, who);
    const line = JSON.parse(eventLine(signed, undefined, shown)) as object;
    t.equal('hash' in line, rests === RESTS, `${who}: the number of what is left out could be tried until a hash fits`);
    t.notOk('withheld' in line, who);
  }
});

t.test('of a return without its claims the day is shown, and that the rest is withheld', async (t) => {
  const filed = event('ReturnSubmitted', { effective: '2019-04-10', figures: [] }, { register: '2' });
  const shown = shownOf(filed, model)(seeing({ seesClaims: () => false }));
  t.same(JSON.parse(shown.data), { effective: '2019-04-10' });
  t.match(JSON.parse(eventLine(filed, undefined, shown)), { withheld: true, hash: undefined });
  t.ok(isWhole(filed, shownOf(filed, model)(SEES_ALL)));
});

t.test('an event that rests on nothing is shown whole to everybody who sees its stream', async (t) => {
  const plain = event('ContributionReceived', { effective: '2023-09-30' });
  t.ok(isWhole(plain, shownOf(plain, model)(seeing({ sees: () => false, seesCases: () => false }))));
});

t.test('that there was no such stream is shown while there is none, and no longer', async (t) => {
  const nobody = seeing({ sees: () => false, seesCases: () => false });
  const opened = event('FundOpened', {}, { 'fund-norfolk-2014-15': 'no_stream', register: '2' });
  t.ok(isWhole(opened, shownOf(opened, model)(nobody)));
  const since = event('FundOpened', {}, { 'fund-norfolk-2022-23': 'no_stream', register: '2' });
  t.notOk(isWhole(since, shownOf(since, model)(nobody)), 'it has been opened since, and they may not see it');
});
