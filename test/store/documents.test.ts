import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { NotTaken, openDocuments, typeNamed, type DocumentType } from '../../src/store/documents.js';
import { folder } from '../support/ledger.js';

/**
 * Files that facts name: kept whole or not at all, under their digest, and only for the place for which they were sent.
 */

const STREAM = 'fund-testshire-2016-17';
const PDF = Buffer.from('%PDF-1.7 the minutes of March');
const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function* parts(...all: readonly Uint8Array[]) {
  yield* all;
}

function opened(t: Test, bytesMax = 10_000, freeBytesMin = 0) {
  const path = folder(t);
  return { path, documents: openDocuments({ folder: path, bytesMax, now: Date.parse('2026-11-30'), freeBytesMin }) };
}

async function textOf(content: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const each of content) all.push(each);
  return Buffer.concat(all).toString();
}

t.test('a file is kept under its digest, for the stream that it was sent for and no other', async (t) => {
  const { path, documents } = opened(t);
  const { sha256 } = await documents.keep(STREAM, 'pdf', parts(PDF.subarray(0, 5), PDF.subarray(5)));
  t.equal(sha256, digestOf(PDF));
  t.equal(await documents.has(STREAM, sha256), true);
  t.equal(await documents.has('fund-otherplace-2016-17', sha256), false);
  t.equal(await documents.give('fund-otherplace-2016-17', sha256), undefined);
  const given = await documents.give(STREAM, sha256);
  if (given === undefined || given === 'changed') throw new Error('It is not there.');
  t.same([given.type, given.bytes, await textOf(given.content)], ['pdf', PDF.length, PDF.toString()]);
  const file = join(path, STREAM, `${sha256}.pdf`);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.equal((await documents.keep(STREAM, 'pdf', parts(PDF))).sha256, sha256, 'sent again it is the same');
  t.same(readdirSync(join(path, '.parts')), []);
});

t.test('a folder that is none is told, and not taken for one without files', async (t) => {
  const { path, documents } = opened(t);
  writeFileSync(join(path, STREAM), 'a file of the operator');
  await t.rejects(documents.has(STREAM, digestOf(PDF)), { code: 'ENOTDIR' });
  await t.rejects(documents.give(STREAM, digestOf(PDF)), { code: 'ENOTDIR' });
});

t.test('what has been changed is not given, and sent again it is as it was', async (t) => {
  const { path, documents } = opened(t);
  const { sha256 } = await documents.keep(STREAM, 'pdf', parts(PDF));
  const file = join(path, STREAM, `${sha256}.pdf`);
  writeFileSync(file, '%PDF-1.7 other minutes');
  t.equal(await documents.give(STREAM, sha256), 'changed');
  await documents.keep(STREAM, 'pdf', parts(PDF));
  t.equal(readFileSync(file, 'utf8'), PDF.toString());
});

t.test('what is not taken leaves nothing behind', async (t) => {
  const { path, documents } = opened(t, 100);
  const refused = async (type: DocumentType, why: NotTaken['why'], ...content: readonly Uint8Array[]) => {
    await t.rejects(documents.keep(STREAM, type, parts(...content)), { name: 'NotTaken', why }, `${type}: ${why}`);
    t.same(readdirSync(join(path, '.parts')), []);
    t.notOk(existsSync(join(path, STREAM)));
  };
  await refused('pdf', 'empty');
  await refused('pdf', 'too-large', PDF, Buffer.alloc(90, 'a'));
  await refused('pdf', 'type', Buffer.from('<html><script>alert(1)</script>'));
  await refused('docx', 'type', PDF);
  await refused('png', 'type', PDF);
  await refused('txt', 'type', Buffer.from([65, 0, 66]));
  const large = opened(t, 1_000_000);
  let sent = 0;
  async function* endless() {
    for (;;) {
      sent += 8_192;
      yield Buffer.alloc(8_192, 'x');
    }
  }
  await t.rejects(large.documents.keep(STREAM, 'pdf', endless()), { name: 'NotTaken', why: 'type' });
  t.equal(sent, 8_192, 'of another type no more is read than its beginning');
  await t.rejects(large.documents.keep(STREAM, 'txt', endless()), { name: 'NotTaken', why: 'too-large' });
  t.ok(sent < 1_100_000, 'nor more than may come');
  async function* broken() {
    yield PDF;
    throw new Error('cut');
  }
  await t.rejects(documents.keep(STREAM, 'pdf', broken()), /cut/);
  t.same(readdirSync(join(path, '.parts')), []);
  const full = opened(t, 100, Number.MAX_SAFE_INTEGER);
  await t.rejects(full.documents.keep(STREAM, 'pdf', parts(PDF)), { name: 'NotTaken', why: 'full' });
});

t.test('no name leads out of the folder', async (t) => {
  const { documents } = opened(t);
  const { sha256 } = await documents.keep(STREAM, 'pdf', parts(PDF));
  for (const stream of ['..', 'fund/../..', '', '/etc', 'a--b', '.parts'])
    await t.rejects(documents.give(stream, sha256), /is no stream/, stream);
  for (const digest of ['', '..', `../${STREAM}/${sha256}`, sha256.toUpperCase(), `${sha256}.pdf`, `${sha256}\0`]) {
    t.equal(await documents.give(STREAM, digest), undefined, JSON.stringify(digest));
    t.equal(await documents.has(STREAM, digest), false, JSON.stringify(digest));
  }
});

t.test('what a crash has left is taken away, and what is on its way is not', async (t) => {
  const path = folder(t);
  mkdirSync(join(path, '.parts'));
  const now = Date.parse('2026-11-30T12:00:00Z');
  for (const [name, age] of [
    ['old', 2 * 3_600_000],
    ['new', 60_000],
  ] as const) {
    writeFileSync(join(path, '.parts', name), 'x');
    utimesSync(join(path, '.parts', name), new Date(now - age), new Date(now - age));
  }
  openDocuments({ folder: path, bytesMax: 10, now });
  t.same(readdirSync(join(path, '.parts')), ['new']);
  t.throws(() => openDocuments({ folder: join(path, 'nowhere'), bytesMax: 10, now }), /ENOENT/);
  t.throws(() => openDocuments({ folder: join(path, '.parts', 'new'), bytesMax: 10, now }), /is no folder/);
});

t.test('a name says of which type a file is', async (t) => {
  const names: Readonly<Record<string, DocumentType | undefined>> = {
    'minutes.pdf': 'pdf',
    'Plan.XLSX': 'xlsx',
    'photo.jpeg': 'jpg',
    'a.b.csv': 'csv',
    'page.html': undefined,
    'picture.svg': undefined,
    'macro.xlsm': undefined,
    'minutes.pdf.exe': undefined,
    pdf: undefined,
    '': undefined,
  };
  for (const [name, type] of Object.entries(names)) t.equal(typeNamed(name), type, name);
});
