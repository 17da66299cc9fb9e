import { UNSEEN_SIGNS, words, type EvidenceList } from '../../domain/values.js';
import { streamOf } from '../../ledger/catalogue.js';
import { DOCUMENT_TYPES, NotTaken, typeNamed, type Documents } from '../../store/documents.js';
import { button, errorSummary, fileUpload } from '../components/fields.js';
import { keptFor } from '../documents.js';
import { html, type Content } from '../html.js';
import type { SentFile } from '../receiving.js';
import type { Form, Site } from '../site.js';
import type { Errand } from './form.js';
import { rowsAt } from './reading.js';

/**
 * The upload of a document for a draft. It has its own page, whose form holds the draft and the file. The service keeps
 * the file, and the draft continues with the file’s name and digest.
 */

/**
 * The store of files that may be sent with a form; undefined if none may. A form that opens a fund or an area has no
 * place for them yet.
 */
export const filesFor = (site: Site, { kind, name }: Pick<Errand, 'kind' | 'name'>): Documents | undefined =>
  kind !== 'register' && name === '' ? undefined : keptFor(site, { kind });

const TYPES = DOCUMENT_TYPES.map((type) => type.toUpperCase());
const LISTED = `${TYPES.slice(0, -1).join(', ')} or ${TYPES.at(-1)!}`;

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1_000_000)}MB`;

/** What is wrong with a file, in the words that officers know from other services. */
const WRONG: Readonly<Record<NotTaken['why'] | 'none', (bytesMax: number) => string>> = {
  none: () => 'Select a file',
  empty: () => 'The selected file is empty',
  type: () => `The selected file must be a ${LISTED}`,
  'too-large': (bytesMax) => `The selected file must be smaller than ${megabytes(bytesMax)}`,
  full: () =>
    'The file cannot be kept now: the disk is nearly full. Go on without it, and tell whoever runs the service',
  'scan-refused': () =>
    'The scan for harmful content rejected the selected file, and it is not kept. Go on without it, and tell whoever runs the service',
  'scan-failed': () =>
    'The selected file could not be scanned for harmful content, and is not kept. Try again; if that does not help, go on without it, and tell whoever runs the service',
  'scan-busy': () => 'Too many files are being scanned, and the selected file is not kept. Try again in a minute',
};

export type UploadFault = keyof typeof WRONG;

const STATUS: Partial<Record<UploadFault, number>> = {
  'too-large': 413,
  full: 503,
  'scan-refused': 422,
  'scan-failed': 503,
  'scan-busy': 503,
};
export const statusOf = (fault: UploadFault): number => STATUS[fault] ?? 400;

/** The content of the page on which a file is chosen. `hidden` is the draft. */
export function uploadContent(files: Documents, address: string, hidden: Content, fault?: UploadFault) {
  const words = fault && WRONG[fault](files.bytesMax);
  return {
    above:
      words !== undefined && errorSummary({ title: 'There is a problem', errors: [{ content: words, href: '#file' }] }),
    content: html`<form method="post" action="${address}/document" enctype="multipart/form-data" novalidate>${hidden}
        ${fileUpload({
          name: 'file',
          label: { content: 'File', classes: 'govuk-label--s' },
          hint: { content: `${LISTED}, smaller than ${megabytes(files.bytesMax)}. It must name no patient.` },
          ...(words !== undefined && { errorMessage: { content: words } }),
        })}${button({ content: 'Upload' })}</form>
      <form method="post" action="${address}" novalidate>${hidden}${button({ content: 'Go back', name: 'go', value: 'show', classes: 'govuk-button--secondary' })}</form>`,
  };
}

const REFERENCE_MAX = 300;

/** A file’s name as the reference of a document, without folders and invisible characters. */
function referenceOf(name: string): string {
  const own = name.split(/[/\\]/).at(-1)!;
  const seen = own
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim();
  const short = seen.slice(0, REFERENCE_MAX);
  const read = words(REFERENCE_MAX).safeParse(short);
  return read.success || !read.error.issues.some(({ message }) => message === UNSEEN_SIGNS) ? short : 'Document';
}

/** The most bytes of a form beside its file. */
const FORM_BYTES = 1024 * 1024;

/**
 * Keeps a file. Resolves to how the draft names it, or to what is wrong with it. `declaredBytes` is the length of the
 * request by its header.
 */
export async function kept(
  files: Documents,
  { kind, name }: Errand,
  file: SentFile,
  declaredBytes: number | undefined,
): Promise<UploadFault | { readonly reference: string; readonly sha256: string }> {
  if (file.name === '') return 'none';
  // A file that is too large by its header is not read.
  if ((declaredBytes ?? 0) > files.bytesMax + FORM_BYTES) return 'too-large';
  const type = typeNamed(file.name);
  if (!type) return 'type';
  try {
    const { sha256 } = await files.keep(streamOf(kind, name), type, file.content);
    return { reference: referenceOf(file.name), sha256 };
  } catch (error) {
    if (error instanceof NotTaken) return error.why;
    throw error;
  }
}

/** Keeps the files that a draft names as long as if they had just been sent, because the draft is still in use. */
export async function renewed(site: Site, { kind, name }: Errand, evidence: EvidenceList): Promise<void> {
  const files = filesFor(site, { kind, name });
  for (const { sha256 } of evidence)
    if (files && sha256 !== undefined) await files.renew(streamOf(kind, name), sha256, site.ledger.clock.now());
}

/** A draft with one more document in the list at a place. */
export function withDocument(form: Form, at: string, document: { reference: string; sha256: string }): Form {
  const row = `${at}.${rowsAt(form, at)}`;
  return {
    ...form,
    [`${at}.count`]: String(rowsAt(form, at) + 1),
    [`${row}.reference`]: document.reference,
    [`${row}.sha256`]: document.sha256,
  };
}
