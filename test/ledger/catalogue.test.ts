import t from 'tap';
import { z } from 'zod';
import type { FactData, Metadata } from '../../src/domain/grammar/event.js';
import { fact } from '../../src/domain/grammar/fact.js';
import type { FundState } from '../../src/domain/fund/state.js';
import { EffectiveDay } from '../../src/domain/values.js';
import {
  allFacts,
  canonical,
  decode,
  encode,
  KINDS,
  kindOf,
  sentenceOf,
  type AnyKind,
} from '../../src/ledger/catalogue.js';
import { leafOf } from '../../src/store/leaf.js';
import { csv } from '../../src/ledger/csv.js';
import { carried } from '../support/ledger.js';
import type { RecordedEvent } from '../../src/store/event-store.js';

const metadata = carried({ officer: 'a', partner: 'b' });

const recorded = (
  type: string,
  data: object,
  more: Partial<Metadata> = {},
  stream = 'fund-x-2016-17',
): RecordedEvent => ({
  ...encode('id', type, data as never, { ...metadata, ...more }),
  stream,
  revision: 3n,
  position: '4',
});

t.test('facts are declared once: every name stands for one fact of one kind', async (t) => {
  // A reversal is a fact of every kind of stream in which facts can be reversed.
  const names = allFacts().map(({ kind, fact: each }) => (each.signedAs ? `${kind.name} ${each.name}` : each.name));
  t.equal(new Set(names).size, names.length);
  const titles = allFacts().map(({ kind, fact: each }) => (each.signedAs ? `${kind.name} ${each.title}` : each.title));
  t.equal(new Set(titles).size, titles.length, 'so does every title');
  for (const { fact: each } of allFacts()) {
    t.match(each.about, /^[A-Z].*\.$/s, `${each.name} is described in a sentence`);
    t.match(each.title, /^[A-Z][a-z’]+ [^.]+[^. ]$/, `${each.name} says in a verb phrase what is done`);
    if (each.signedAs) t.same(each.sides({}, {}, {} as never), { acts: [], signs: [] }, 'it has no sides of its own');
    if (!each.reversible)
      t.match(each.wayBack, /^[A-Z].*\.$/, `${each.name} says what is done instead of taking it back`);
    if (each.signature === 'other-side') t.ok(each.subject, `${each.name} says what a counter must leave alone`);
  }
});

t.test('stored bytes are canonical, so an event has one hash for ever', async (t) => {
  const one = recorded('GapStated', {
    effective: '2016-04-01',
    claimant: 'é',
    statedOn: '2016-04-01',
    amount: '1.00',
    basis: 'x',
  });
  const two = recorded('GapStated', {
    basis: 'x',
    amount: '1.00',
    statedOn: '2016-04-01',
    claimant: 'é',
    effective: '2016-04-01',
  });
  t.equal(one.data, two.data);
  t.same(leafOf(one), leafOf(two));
  t.equal(canonical({ b: 1, a: [true, null] }), '{"a":[true,null],"b":1}');
});

t.test('what cannot be read is named, not skipped', async (t) => {
  const bad = (event: RecordedEvent) => t.throws(() => decode(event), { name: 'UnreadableEvent' });
  bad(recorded('Unheard', { effective: '2016-04-01' }));
  bad(recorded('PlanLineSet', { effective: '2016-04-01' }));
  bad(recorded('PlanLineSet', { effective: '2016-04-01' }, { schemaVersion: 2 }));
  bad({ ...recorded('PlanLineSet', {}), metadata: '{}' });
  bad({ ...recorded('PlanLineSet', {}), data: 'not json' });
  t.throws(() => kindOf('weather-norfolk'), { name: 'UnreadableEvent', message: /of no kind/ });
});

const textToWords = ({ effective, text }: FactData): FactData => ({ effective, words: text });
const plainly = (data: FactData): FactData => ({ ...data, tone: 'plain' });
const NOTED = { effective: EffectiveDay, words: z.string(), tone: z.string() };

t.test('an older version is brought up to date where it is read, also inside a proposal', async (t) => {
  const noted = {
    ...fact<z.ZodObject<typeof NOTED>, FundState>({
      name: 'Noted',
      title: 'Note something',
      group: 'fund',
      about: 'A note.',
      input: z.strictObject(NOTED),
      signature: 'other-side',
      roles: [],
      effective: 'any-day',
      reversible: false,
      sides: () => ({ acts: [], signs: [] }),
      check: () => undefined,
      postings: () => [],
      evolve: () => undefined,
      sentence: (data) => `${data.words} (${data.tone})`,
    }),
    version: 3,
    earlier: [
      { input: z.strictObject({ effective: EffectiveDay, text: z.string() }), lift: textToWords },
      { input: z.strictObject({ effective: EffectiveDay, words: z.string() }), lift: plainly },
    ],
  };
  const kind = { ...KINDS.fund, facts: [noted], byName: new Map([['Noted', noted as never]]) } as AnyKind;
  const first = { effective: '2016-04-01', text: 'hello' };
  const upToDate = { effective: '2016-04-01', words: 'hello', tone: 'plain' };
  t.same(decode(recorded('Noted', first), kind).data, upToDate);
  t.same(
    decode(recorded('Noted', { effective: '2016-04-01', words: 'hello' }, { schemaVersion: 2 }), kind).data,
    upToDate,
  );
  t.same(decode(recorded('Noted', upToDate, { schemaVersion: 3 }), kind).data, upToDate);
  const proposal = '00000000-0000-4000-8000-000000000000';
  const text = { type: 'Noted', version: 1, data: first };
  const countered = {
    proposal,
    effective: '2016-04-01',
    fact: text,
    replaces: { ...text, version: 2, data: { effective: '2016-04-01', words: 'hello' } },
    signature: 'other-side',
    awaiting: ['a'],
  };
  t.match(decode(recorded('ProposalCountered', countered), kind).data, {
    fact: { data: upToDate },
    replaces: { data: upToDate },
  });
});

t.test('every step of a proposal is said in a sentence', async (t) => {
  const line = { effective: '2016-04-01', claimant: 'Press', statedOn: '2016-04-01', amount: '1.00', basis: 'x' };
  const common = {
    proposal: '00000000-0000-4000-8000-000000000000',
    effective: '2016-04-01',
    fact: { type: 'GapStated', version: 1, data: line },
  };
  const say = (type: string, data: object) => sentenceOf(decode(recorded(type, { ...common, ...data })));
  t.match(
    say('ProposalMade', { signature: 'other-side', awaiting: ['c', 'd'], expires: '2016-04-30' }),
    /^b proposed: “.*”, until 30 April 2016. Waits for c or d.$/,
  );
  t.match(say('ProposalMade', { signature: 'other-side', awaiting: ['c'] }), /^b proposed: “.*” Waits for c.$/);
  t.match(say('ProposalLapsed', {}), /^Nobody signed in time/);
});

t.test('a table as CSV is quoted, and runs nothing in a spreadsheet', async (t) => {
  const rows = [['=1+1', '-5.00', '-5', '+44', '@x', 'a,b', 'say "hi"', '＝1', '\tx', 'plain']];
  t.equal(
    csv({ columns: ['a'], rows }),
    '\uFEFFa\r\n\'=1+1,-5.00,\'-5,\'+44,\'@x,"a,b","say ""hi""",\'＝1,\'\tx,plain\r\n',
  );
});
