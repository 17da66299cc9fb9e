import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { LightMyRequestResponse } from 'fastify';
import t, { type Test } from 'tap';
import type { Scanned } from '../../src/store/document-scanner.js';
import { openDocuments } from '../../src/store/documents.js';
import { disputing } from '../support/disputes.js';
import { contribution, folder, FUND, openedLedger, type TestLedger } from '../support/ledger.js';
import { asShown, FormVisit, titleOf } from './filling-in.js';
import { ORIGIN, site, type Visitor } from './site.js';

/**
 * A document for a fact. It is sent on a page of its own, kept under its digest, and given to those who may see the
 * fact.
 */

const PDF = Buffer.from('%PDF-1.7 the minutes of March');
const DIGEST = createHash('sha256').update(PDF).digest('hex');
const BYTES_MAX = 1_000_000;
const GAP = `/funds/${FUND}/record/gap-stated`;

async function keeping(t: Test, ledger?: TestLedger, more: { documentsOfDisputes?: boolean } = {}) {
  const path = folder(t);
  const documents = openDocuments({ folder: path, bytesMax: BYTES_MAX, now: 0, freeBytesMin: 0 });
  return { ...(await site(t, ledger ?? (await openedLedger(t, undefined, true)), { documents, ...more })), path };
}

/** Keeps the document for a stream, as if an officer had sent it there. */
async function keptAt(path: string, stream: string): Promise<void> {
  async function* content() {
    yield PDF;
  }
  await openDocuments({ folder: path, bytesMax: BYTES_MAX, now: 0, freeBytesMin: 0 }).keep(stream, 'pdf', content());
}

interface Sent {
  readonly name: string;
  readonly content: Buffer | string;
}

const BOUNDARY = 'a-boundary-of-the-test';

function multipart(fields: Readonly<Record<string, string>>, file: Sent): Buffer {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return Buffer.concat([
    Buffer.from(parts.join('')),
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${file.name}"\r\nContent-Type: text/html\r\n\r\n`,
    ),
    Buffer.from(file.content),
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
}

/** Sends the form of an upload page with a file, as a browser does. */
function sender(app: Awaited<ReturnType<typeof site>>['app']) {
  let machines = 0;
  return (visitor: Visitor, page: LightMyRequestResponse, file: Sent, more: Readonly<Record<string, string>> = {}) =>
    app.inject({
      method: 'POST',
      url: /action="([^"]*\/document)"/.exec(page.body)?.[1] ?? `${GAP}/document`,
      remoteAddress: `10.1.0.${++machines}`,
      headers: {
        host: '127.0.0.1:8181',
        origin: ORIGIN,
        cookie: visitor.cookie,
        'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      },
      payload: multipart({ ...asShown(page.body), ...more }, file),
    });
}

const GAP_DATA = { effective: '2016-04-01', statedOn: '2016-03-01', amount: '5.00', claimant: 'x', basis: 'y' };

const ANSWERS = {
  'f.amount': '5',
  'f.effective': '2016-04-01',
  'f.claimant': 'The board',
  'f.basis': 'Its paper of March.',
};

/** The page on which a document of a draft is chosen. */
async function uploadPage(visitor: Visitor): Promise<LightMyRequestResponse> {
  const visit = new FormVisit(visitor, GAP);
  const check = await visit.toAnswers(ANSWERS);
  const [, papers = ''] =
    /value="(change \d+)">Change<span class="govuk-visually-hidden"> documents and conditions/.exec(check.body)!;
  return visit.press(await visit.press(check, papers), 'upload');
}

/** Records a fact with a document. Returns its address. */
async function recorded(app: Parameters<typeof sender>[0], visitor: Visitor, file: Sent): Promise<string> {
  const send = sender(app);
  const listed = await send(visitor, await uploadPage(visitor), file);
  const visit = new FormVisit(visitor, GAP);
  const check = await visit.press(listed, 'next');
  return String((await visit.press(check, 'send')).headers.location);
}

t.test('an officer sends a document with a fact, and those who see the fact are given it', async (t) => {
  const { app, visitor, path } = await keeping(t);
  const north = await visitor().signIn('north-ccg-finance');
  const page = await uploadPage(north);
  t.equal(titleOf(page.body), 'Upload a document');
  t.match(page.body, 'PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, PNG, JPG, CSV or TXT, smaller than 1MB');
  const send = sender(app);
  const listed = await send(north, page, { name: 'Minutes of March.pdf', content: PDF });
  t.match([listed.statusCode, titleOf(listed.body)], [200, 'Documents and conditions']);
  t.match(asShown(listed.body), {
    'p.evidence.0.reference': 'Minutes of March.pdf',
    'p.evidence.0.sha256': DIGEST,
  });
  t.same(readdirSync(join(path, `fund-${FUND}`)), [`${DIGEST}.pdf`]);
  const visit = new FormVisit(north, GAP);
  const check = await visit.press(listed, 'next');
  t.match([titleOf(check.body), check.body], ['Check your answers', 'The board']);
  const sent = await visit.press(check, 'send');
  t.equal(sent.statusCode, 303, check.body);
  const address = String(sent.headers.location);
  const event = await north.get(address);
  t.match(event.body, `href="${address}/documents/${DIGEST}"`);
  const given = await north.get(`${address}/documents/${DIGEST}`);
  t.equal(given.body, PDF.toString());
  t.match(given.headers, {
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment; filename="Minutes of March.pdf"',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'no-store',
  });
  const south = await visitor().signIn('south-ccg-finance');
  t.equal((await south.get(`${address}/documents/${DIGEST}`)).statusCode, 200, 'a partner of the fund');
});

t.test('a document of an offer is given before it is signed, and afterwards', async (t) => {
  const ledger = await openedLedger(t, undefined, true);
  const { visitor, path } = await keeping(t, ledger);
  await keptAt(path, `fund-${FUND}`);
  const { outcome } = await ledger.done(
    'north-ccg-finance',
    { act: 'propose', fact: { type: 'ContributionAgreed', data: contribution() as never } },
    { evidence: [{ reference: 'Minutes of March', sha256: DIGEST, page: 3 }] },
  );
  const address = `/proposals/${outcome.proposal!}`;
  const county = await visitor().signIn('county-finance');
  const read = await county.get(address);
  t.match(read.body, /Minutes of March, page 3/);
  t.match(read.body, `href="${address}/documents/${DIGEST}"`);
  const given = await county.get(`${address}/documents/${DIGEST}`);
  t.match(given.headers['content-disposition'], 'filename="Minutes of March.pdf"');
  t.equal(given.body, PDF.toString());
  await county.send(read, `${address}/sign`);
  t.equal((await county.get(`${address}/documents/${DIGEST}`)).statusCode, 200);
  t.equal((await county.get(`${address}/documents/${'0'.repeat(64)}`)).statusCode, 404);
});

t.test('a document goes with a deal, and with the deal that counters it', async (t) => {
  const { visitor, app, ledger } = await keeping(t);
  const send = sender(app);
  const parts = ['north-extra', 'north-more'].map((name) => ({
    type: 'ContributionAgreed',
    data: contribution({ contribution: name }),
  }));
  const papersOf = (body: string): string =>
    /value="(change \d+)">Change<span class="govuk-visually-hidden"> documents and conditions/.exec(body)![1]!;
  const county = await visitor().signIn('county-finance');
  const visit = new FormVisit(county, `/funds/${FUND}/deal`);
  const file = JSON.stringify({ title: 'x', steps: [{ officer: 'county-finance', in: FUND, propose: parts }] });
  const draft = await visit.press(await visit.open(), 'part-open', { file });
  const chosen = await send(county, await visit.press(await visit.press(draft, papersOf(draft.body)), 'upload'), {
    name: 'minutes.pdf',
    content: PDF,
  });
  t.match(chosen.body, 'minutes.pdf');
  const sentOff = await visit.press(await visit.press(chosen, 'next'), 'send');
  t.equal(sentOff.statusCode, 303, sentOff.body.replace(/<[^>]*>|\s+/g, ' ').slice(0, 600));
  const address = sentOff.headers.location as string;
  t.match((await county.get(address)).body, `${address}/documents/${DIGEST}`);

  const north = await visitor().signIn('north-ccg-finance');
  const counter = new FormVisit(north, `${address}/counter`);
  const open = await counter.open();
  const again = await send(north, await counter.press(await counter.press(open, papersOf(open.body)), 'upload'), {
    name: 'reply.pdf',
    content: PDF,
  });
  t.match(again.body, 'reply.pdf');
  t.match(again.body, `action="${address}/deal"`, 'the draft is still the counter-offer');
  t.equal(ledger.ledger.model.openProposals().length, 1);
});

t.test('whoever may not see the fact is given nothing, by any address', async (t) => {
  const ledger = await openedLedger(t, undefined, true);
  const { app, visitor } = await keeping(t, ledger);
  const stranger = {
    effective: '2016-01-01',
    partner: 'stranger',
    name: 'Stranger CCG',
    kind: 'ccg',
    officers: [
      { officer: 'stranger-one', role: 'finance-officer' },
      { officer: 'stranger-two', role: 'finance-officer' },
    ],
  };
  await ledger.post('registrar', 'PartnerRegistered', stranger, 'register');
  const address = await recorded(app, await visitor().signIn('north-ccg-finance'), { name: 'm.pdf', content: PDF });
  const other = await visitor().signIn('stranger-one');
  t.equal((await other.get(`${address}/documents/${DIGEST}`)).statusCode, 403);
  t.equal((await visitor().get(`${address}/documents/${DIGEST}`)).statusCode, 303);
  const north = await visitor().signIn('north-ccg-finance');
  for (const digest of ['f'.repeat(64), '..%2F..%2Fetc%2Fpasswd', `..%2F${DIGEST}`, `${DIGEST}.pdf`, 'x']) {
    const { statusCode, body } = await north.get(`${address}/documents/${digest}`);
    t.equal(statusCode, 404, digest);
    t.notMatch(body, 'root:');
  }
  const elsewhere = address.replace(/\d+$/, '0');
  t.equal((await north.get(`${elsewhere}/documents/${DIGEST}`)).statusCode, 404, 'a fact that does not name it');
});

t.test('a digest that somebody knows from elsewhere opens no file of another fund', async (t) => {
  const ledger = await openedLedger(t, undefined, true);
  const { visitor, path } = await keeping(t, ledger);
  await keptAt(path, 'fund-elsewhere-2016-17');
  const made = await ledger.done(
    'north-ccg-finance',
    { act: 'post', fact: { type: 'GapStated', data: GAP_DATA as never } },
    { evidence: [{ reference: 'minutes', sha256: DIGEST }] },
  );
  const address = `/funds/${FUND}/history/${made.outcome.events[0]!.revision}`;
  const north = await visitor().signIn('north-ccg-finance');
  t.match((await north.get(address)).body, 'The file is not kept here.');
  const asked = await north.get(`${address}/documents/${DIGEST}`);
  t.match([asked.statusCode, asked.body], [404, /document_missing/]);
});

t.test('a file that is missing, or is not what it was, is said to be so', async (t) => {
  const { app, visitor, path } = await keeping(t);
  const north = await visitor().signIn('north-ccg-finance');
  const address = await recorded(app, north, { name: 'm.pdf', content: PDF });
  const file = join(path, `fund-${FUND}`, `${DIGEST}.pdf`);
  writeFileSync(file, '%PDF-1.7 other minutes');
  const changed = await north.get(`${address}/documents/${DIGEST}`);
  t.match([changed.statusCode, changed.body], [409, /document_changed/]);
  t.match(changed.headers['content-type'], 'text/html');
  rmSync(file);
  t.match((await north.get(address)).body, 'The file is not kept here.');
  const missing = await north.get(`${address}/documents/${DIGEST}`);
  t.match([missing.statusCode, missing.body], [404, /document_missing/]);
});

t.test('a file that is not taken is told in words, and the draft is kept', async (t) => {
  const { app, visitor, path } = await keeping(t);
  const north = await visitor().signIn('north-ccg-finance');
  const page = await uploadPage(north);
  const send = sender(app);
  const cases: readonly (readonly [file: Sent, status: number, says: string])[] = [
    [{ name: '', content: '' }, 400, 'Select a file'],
    [{ name: 'empty.pdf', content: '' }, 400, 'The selected file is empty'],
    [{ name: 'page.html', content: '<script>alert(1)</script>' }, 400, 'must be a PDF, DOCX'],
    [{ name: 'picture.svg', content: '<svg onload="alert(1)"/>' }, 400, 'must be a PDF, DOCX'],
    [{ name: 'page.pdf', content: '<script>alert(1)</script>' }, 400, 'must be a PDF, DOCX'],
    [{ name: 'bomb.docx', content: PDF }, 400, 'must be a PDF, DOCX'],
    [{ name: 'large.pdf', content: Buffer.concat([PDF, Buffer.alloc(BYTES_MAX)]) }, 413, 'must be smaller than 1MB'],
    [
      { name: 'larger.pdf', content: Buffer.concat([PDF, Buffer.alloc(2 * BYTES_MAX)]) },
      413,
      'must be smaller than 1MB',
    ],
  ];
  for (const [file, status, says] of cases) {
    const answer = await send(north, page, file);
    t.match([answer.statusCode, answer.body], [status, says], file.name);
    t.equal(titleOf(answer.body), 'Upload a document', file.name);
    t.match(answer.body, 'value="The board"', `${file.name}: what was typed is kept`);
    t.match(answer.body, 'href="#file"');
  }
  t.same(readdirSync(path), ['.parts']);
  t.same(readdirSync(join(path, '.parts')), []);
});

t.test('a file that the scanner does not let through is told in words, and the draft is kept', async (t) => {
  const path = folder(t);
  const came: Scanned[] = ['refused', 'failed', 'busy', 'passed'];
  const scanner = { scan: async () => came.shift()!, stop: () => undefined };
  const documents = openDocuments({ folder: path, bytesMax: BYTES_MAX, now: 0, freeBytesMin: 0, scanner });
  const { visitor, app } = await site(t, await openedLedger(t, undefined, true), { documents });
  const north = await visitor().signIn('north-ccg-finance');
  const page = await uploadPage(north);
  const send = sender(app);
  for (const [status, says] of [
    [422, 'scan for harmful content rejected'],
    [503, 'could not be scanned'],
    [503, 'Too many files are being scanned'],
  ] as const) {
    const answer = await send(north, page, { name: 'm.pdf', content: PDF });
    t.match([answer.statusCode, answer.body], [status, says]);
    t.equal(titleOf(answer.body), 'Upload a document');
    t.match(answer.body, 'value="The board"', 'what was typed is kept');
    t.same(readdirSync(path), ['.parts']);
  }
  t.match((await send(north, page, { name: 'm.pdf', content: PDF })).body, 'm.pdf');
  t.same(readdirSync(join(path, `fund-${FUND}`)), [`${DIGEST}.pdf`]);
});

t.test('a document of a draft that is still looked at is as good as new, so that no sweep takes it', async (t) => {
  const { app, visitor, path, ledger } = await keeping(t);
  const north = await visitor().signIn('north-ccg-finance');
  const listed = await sender(app)(north, await uploadPage(north), { name: 'm.pdf', content: PDF });
  const file = join(path, `fund-${FUND}`, `${DIGEST}.pdf`);
  const old = new Date('2015-01-01');
  const isYoung = (): boolean => statSync(file).mtimeMs === ledger.ledger.clock.now();
  utimesSync(file, old, old);
  const visit = new FormVisit(north, GAP);
  const check = await visit.press(listed, 'next');
  t.equal(titleOf(check.body), 'Check your answers');
  t.ok(isYoung(), 'when it is shown');
  utimesSync(file, old, old);
  t.equal((await visit.press(check, 'send')).statusCode, 303);
  t.ok(isYoung(), 'when it is sent');
});

t.test('a hostile name is a name and nothing else', async (t) => {
  const { app, visitor, path, ledger } = await keeping(t);
  const north = await visitor().signIn('north-ccg-finance');
  const page = await uploadPage(north);
  const send = sender(app);
  const names: readonly (readonly [sent: string, reference: string])[] = [
    ['../../../etc/passwd.pdf', 'passwd.pdf'],
    ['..\\..\\windows\\system.pdf', 'system.pdf'],
    ['<script>alert(1)<script>.pdf', '<script>alert(1)<script>.pdf'],
    ["a'onerror=alert(1).pdf", "a'onerror=alert(1).pdf"],
    ['minutes\u202efdp.pdf', 'minutesfdp.pdf'],
    ['mi\tnutes.pdf', 'minutes.pdf'],
  ];
  for (const [name, reference] of names) {
    const listed = await send(north, page, { name, content: PDF });
    t.equal(listed.statusCode, 200, name);
    t.equal(asShown(listed.body)['p.evidence.0.reference'], reference, name);
    t.notMatch(listed.body, '<script>alert');
  }
  t.same(readdirSync(join(path, `fund-${FUND}`)), [`${DIGEST}.pdf`]);
  const { outcome } = await ledger.done(
    'north-ccg-finance',
    { act: 'post', fact: { type: 'GapStated', data: GAP_DATA as never } },
    { evidence: [{ reference: 'x"; filename="evil.html\u00e9/../', sha256: DIGEST }] },
  );
  const given = await north.get(`/funds/${FUND}/history/${outcome.events[0]!.revision}/documents/${DIGEST}`);
  t.match(given.headers['content-disposition'], /^attachment; filename="[A-Za-z0-9 _-]+\.pdf"$/);
});

t.test('a file comes from a page of ours, in the officer’s own session, and where files are kept', async (t) => {
  const { app, visitor, path, ledger } = await keeping(t);
  const north = await visitor().signIn('north-ccg-finance');
  const page = await uploadPage(north);
  const send = sender(app);
  const file = { name: 'm.pdf', content: PDF };
  t.match((await send(north, page, file, { token: 'made up', whose: '' })).body, /form_not_ours/);
  const south = await visitor().signIn('south-ccg-finance');
  t.match((await send(south, page, file)).body, /form_not_ours/, 'another officer’s draft');
  const plain = await north.post(`${GAP}/document`, asShown(page.body));
  t.match([plain.statusCode, plain.body], [403, /form_not_ours/]);
  const elsewhere = await app.inject({
    method: 'POST',
    url: `${GAP}/document`,
    headers: {
      host: '127.0.0.1:8181',
      origin: 'https://evil.example',
      cookie: north.cookie,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    },
    payload: multipart(asShown(page.body), file),
  });
  t.equal(elsewhere.statusCode, 403);
  const wrongPlace = await app.inject({
    method: 'POST',
    url: GAP,
    headers: {
      host: '127.0.0.1:8181',
      origin: ORIGIN,
      cookie: north.cookie,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    },
    payload: multipart(asShown(page.body), file),
  });
  t.match([wrongPlace.statusCode, wrongPlace.body], [403, /form_not_ours/], 'files are sent to their own address');
  const auditor = await visitor().signIn('auditor');
  t.equal((await send(auditor, page, file)).statusCode, 403, 'who may not record it sends no file with it');
  t.same(readdirSync(path), ['.parts']);

  ledger.now('2016-03-01T11:00:00Z');
  const kept = await send(north, page, file);
  t.match([kept.statusCode, titleOf(kept.body)], [401, 'Sign in again']);
  t.match(kept.body, `action="${GAP}"`);
  t.match(kept.body, 'value="The board"');
  await north.signIn('north-ccg-finance');
  const again = await send(north, page, file);
  t.match([again.statusCode, again.body], [400, 'Select a file'], 'in another session it has to be chosen again');
  t.same(readdirSync(path), ['.parts']);

  const { visitor: other } = await site(t);
  const there = await other().signIn('north-ccg-finance');
  const check = await new FormVisit(there, GAP).toAnswers(ANSWERS);
  t.notMatch(check.body, 'Upload a document');
  t.equal((await there.post(GAP, { ...asShown(check.body), go: 'upload' })).statusCode, 200);
});

t.test('of disputes files are kept only where the operator says so', async (t) => {
  const ledger = await disputing(t, undefined, true);
  const address = '/areas/testshire/disputes/record/dispute-raised';
  const open = async (documentsOfDisputes: boolean) => {
    const { visitor } = await keeping(t, ledger, { documentsOfDisputes });
    const visit = new FormVisit(await visitor().signIn('county-finance'), address);
    return titleOf((await visit.press(await visit.open(), 'upload')).body);
  };
  t.not(await open(false), 'Upload a document');
  t.equal(await open(true), 'Upload a document');
});

t.test('two gigabytes are refused before they are read', async (t) => {
  const { app, visitor, path } = await keeping(t);
  const north = await visitor().signIn('north-ccg-finance');
  const page = await uploadPage(north);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const whole = multipart(asShown(page.body), { name: 'huge.pdf', content: PDF });
  const begun = whole.subarray(0, whole.length - BOUNDARY.length - 8);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    [
      `POST ${GAP}/document HTTP/1.1`,
      `Host: 127.0.0.1:8181`,
      `Origin: ${ORIGIN}`,
      `Cookie: ${north.cookie}`,
      `Content-Type: multipart/form-data; boundary=${BOUNDARY}`,
      `Content-Length: 2000000000`,
      '',
      '',
    ].join('\r\n'),
  );
  socket.write(begun);
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('</html>')) resolve(text);
    });
  });
  socket.destroy();
  t.match(answer, /^HTTP\/1\.1 413/);
  t.match(answer, /connection: close/i);
  t.match(answer, 'The selected file must be smaller than 1MB');
  t.same(readdirSync(join(path, '.parts')), []);
});
