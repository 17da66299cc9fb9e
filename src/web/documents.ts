import type { FastifyReply } from 'fastify';
import { refuse } from '../domain/rules.js';
import type { StreamKind } from '../domain/grammar/event.js';
import { streamOf } from '../ledger/catalogue.js';
import { html, type Content } from './html.js';
import { paragraph } from './layout.js';
import { Refused } from './refused.js';
import type { Site } from './site.js';

/**
 * The documents that a fact names, and the files of them that the service keeps. Files are offered as downloads, and
 * never shown in the page.
 */

export interface NamedDocument {
  readonly reference: string;
  readonly sha256: string | null;
  readonly page: number | null;
}

/** Where a fact or a proposal is: a fund, an area, or the register. */
export interface Where {
  readonly kind: StreamKind;
  readonly in: string;
}

/**
 * The store of a stream’s files, if files are kept for it. Files of disputes are kept only if the operator says so,
 * because they may name a patient.
 */
export function keptFor(site: Site, { kind }: Pick<Where, 'kind'>) {
  const { documents, documentsOfDisputes } = site.options;
  return kind === 'dispute' && !documentsOfDisputes ? undefined : documents;
}

/** A list of documents, with a link to each kept file. `address` is the address of the page. */
export async function documentsList(
  site: Site,
  where: Where,
  address: string,
  documents: readonly NamedDocument[],
): Promise<Content> {
  if (documents.length === 0) return paragraph('None were named.');
  const kept = keptFor(site, where);
  const items = await Promise.all(
    documents.map(async ({ reference, sha256, page }) => {
      const isKept = sha256 !== null && (await kept?.has(streamOf(where.kind, where.in), sha256));
      return html`<li>${reference}${page !== null && `, page ${page}`}${sha256 !== null && html`<br><span class="govuk-body-s">SHA-256 <span class="bcf-code">${sha256}</span></span>`}${
        isKept
          ? html`<br><a class="govuk-link" href="${address}/documents/${sha256}">Download<span class="govuk-visually-hidden"> ${reference}</span></a>`
          : sha256 !== null && kept && html`<br><span class="govuk-body-s">The file is not kept here.</span>`
      }</li>`;
    }),
  );
  return html`<ul class="govuk-list govuk-list--bullet">${items}</ul>`;
}

const NAME_LENGTH_MAX = 80;

/** The name of the file on the officer’s machine: letters, digits, spaces and an ending for its type. */
function fileNameOf(reference: string, type: string): string {
  const plain = reference
    .normalize('NFKD')
    .replace(new RegExp(`\\.${type}$`, 'i'), '')
    .replace(/[^A-Za-z0-9 _-]+/g, ' ')
    .trim()
    .slice(0, NAME_LENGTH_MAX)
    .trim();
  return `${plain === '' ? 'document' : plain}.${type}`;
}

/**
 * Sends the file of one of the documents that the officer may see. Throws {@link Refused} if the file is missing or has
 * changed.
 */
export async function giveDocument(
  site: Site,
  where: Where,
  documents: readonly NamedDocument[],
  sha256: string,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const named = documents.find((each) => each.sha256 === sha256);
  if (!named) throw new Refused(refuse('not_found', 'This page names no such document.'));
  const given = await keptFor(site, where)?.give(streamOf(where.kind, where.in), sha256);
  if (given === undefined)
    throw new Refused(refuse('document_missing', `The file of “${named.reference}” is not kept by this service.`));
  if (given === 'changed')
    throw new Refused(
      refuse(
        'document_changed',
        `The file of “${named.reference}” has changed since it was sent, so it cannot be downloaded. Tell whoever runs the service.`,
      ),
    );
  return reply
    .type('application/octet-stream')
    .headers({
      'content-disposition': `attachment; filename="${fileNameOf(named.reference, given.type)}"`,
      'content-length': given.bytes,
      'x-content-type-options': 'nosniff',
      // If a browser shows the file all the same, it runs nothing in it.
      'content-security-policy': "default-src 'none'; sandbox",
    })
    .send(given.content);
}
