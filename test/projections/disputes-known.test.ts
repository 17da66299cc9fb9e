import t from 'tap';
import { disputeRegister } from '../../projections/dispute-register.js';
import type { Day } from '../../src/domain/calendar.js';
import { forget } from '../../src/domain/dispute/state.js';
import { AREA, DISPUTES, caseNamed, raised } from '../support/disputes.js';
import { disputing } from '../support/rules-alone.js';

t.test('a case revised many times is told as it was known each time, in any order of asking', async (t) => {
  const ledger = await disputing(t);
  await ledger.post('county-finance', 'DisputeRaised', raised('one', { until: '2019-12-31' }), DISPUTES);
  for (let month = 1; month <= 9; month++) {
    const effective = `2019-0${month}-01`;
    const costs = [{ from: effective, weekly: `${1400 + month}.00` }];
    await ledger.post('county-finance', 'ClaimRevised', { effective, case: caseNamed('one'), costs }, DISPUTES);
  }
  const state = ledger.ledger.model.stream('dispute', DISPUTES).own;
  t.equal(state.opened?.area, AREA);
  const last = ledger.ledger.model.stream('dispute', DISPUTES).revision;
  const known = (upTo: number) => disputeRegister({ state, on: '2019-12-31' as Day, upTo });
  const order = Array.from({ length: last + 1 }, (_, index) => (index * 7) % (last + 1));
  const first = order.map(known);
  t.same(order.map(known), first, 'what is kept answers as what was worked out');
  for (const history of state.cases.values()) forget(history);
  t.same(order.map(known), first, 'and so does what is worked out again');
  t.not(known(last)[0]!.claimed, known(last - 1)[0]!.claimed);
});

t.test('the ground of a case is the one last given, from its day on, as it was known', async (t) => {
  const ledger = await disputing(t);
  await ledger.post('county-finance', 'DisputeRaised', raised('one'), DISPUTES);
  const revised = { effective: '2018-12-01', case: caseNamed('one'), ground: 'other' };
  await ledger.post('county-finance', 'ClaimRevised', revised, DISPUTES);
  const state = ledger.ledger.model.stream('dispute', DISPUTES).own;
  const last = ledger.ledger.model.stream('dispute', DISPUTES).revision;
  const ground = (on: string, upTo: number) => disputeRegister({ state, on: on as Day, upTo })[0]!.ground;
  t.equal(ground('2018-12-01', last), 'other');
  t.equal(ground('2018-11-30', last), 'primary-health-need', 'before its day');
  t.equal(ground('2018-12-01', last - 1), 'primary-health-need', 'before it was known');
  const reversal = { effective: '2018-12-01', reverses: String(last), reason: 'in error' };
  await ledger.post('county-finance', 'FactReversed', reversal, DISPUTES);
  t.equal(ground('2018-12-01', last), 'other', 'as known before it was taken back');
  t.equal(ground('2018-12-01', last + 1), 'primary-health-need');
});
