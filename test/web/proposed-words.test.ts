import t from 'tap';
import { agreement } from '../support/agreements.js';
import { contribution, FUND, line, SOUTH } from '../support/ledger.js';
import { site } from './site.js';
import { mainOf, readOf, walk } from './walk.js';

/** A sentence of the ledger says what is so. What is only proposed is not so, and every page says that it is proposed. */

const headingOf = (body: string): string => readOf(/<h1[^>]*>([\s\S]*?)<\/h1>/.exec(body)![1]!);

t.test('what is only proposed reads as proposed, on every page that names it', async (t) => {
  const { visitor, ledger } = await site(t);
  await ledger.post('pool-manager', 'PlanLineSet', line());
  const propose = async (officer: string, type: string, data: object): Promise<string> =>
    (await ledger.done(officer, { act: 'propose', fact: { type, data: data as never } })).outcome.proposal!;
  const ids = [
    await propose('north-ccg-finance', 'ContributionAgreed', contribution()),
    await propose('south-ccg-finance', 'ContributionAgreed', contribution({ contribution: 'south', payer: SOUTH })),
    await propose('county-finance', 'AgreementSigned', agreement()),
  ];
  const county = await visitor().signIn('county-chief');
  const said: string[] = [];
  for (const id of ids) {
    const heading = headingOf((await county.get(`/proposals/${id}`)).body);
    t.match(heading, /^Proposed: /);
    said.push(heading.slice('Proposed: '.length));
  }
  t.match(readOf(mainOf((await county.get(`/proposals/${ids[0]!}/decline`)).body)), `Proposed: ${said[0]!}`);
  let named = 0;
  for (const officer of ['county-chief', 'north-ccg-finance', 'auditor']) {
    const from = [
      '/',
      `/funds/${FUND}`,
      `/funds/${FUND}/proposals`,
      `/funds/${FUND}/history`,
      `/funds/${FUND}/minimum-tests`,
    ];
    const pages = await walk(() => visitor().signIn(officer), from, 3);
    for (const { path, body } of pages) {
      const text = readOf(mainOf(body));
      for (const sentence of said)
        for (let at = text.indexOf(sentence); at >= 0; at = text.indexOf(sentence, at + 1)) {
          t.match(
            text.slice(Math.max(0, at - 40), at),
            /(Proposed: |proposed: “)$/,
            `${officer}, ${path}: ${sentence}`,
          );
          named++;
        }
    }
  }
  t.ok(named > 20, `${named} times`);

  const [first = '', second = ''] = ids;
  await county.send(await county.get(`/proposals/${first}/decline`), `/proposals/${first}/decline`, { reason: 'No.' });
  t.match(
    headingOf((await county.get(`/proposals/${first}`)).body),
    /^Proposed and declined: NHS North CCG contributes/,
  );
  await county.send(await county.get(`/proposals/${second}`), `/proposals/${second}/sign`);
  t.match(headingOf((await county.get(`/proposals/${second}`)).body), /^NHS South CCG contributes/);
});
