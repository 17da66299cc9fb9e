import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

/**
 * The style sheet of all pages, made by Sass when the program is built. Its address holds its digest, so the content at
 * an address never changes.
 */
const FILE = fileURLToPath(new URL('style.css', import.meta.url));
const YEAR_SECONDS = 31_536_000;

/** Serves the style sheet. Returns its address. */
export function registerAssets(app: FastifyInstance): string {
  const plain = readFileSync(FILE);
  const address = `/assets/style.${createHash('sha256').update(plain).digest('hex').slice(0, 16)}.css`;
  const [brotli, gzip] = [brotliCompressSync(plain), gzipSync(plain)];
  app.get(address, { schema: { hide: true }, config: { isAsset: true } }, async (request, reply) => {
    const accepted = request.headers['accept-encoding'] ?? '';
    const [encoding, body] = /\bbr\b/.test(accepted)
      ? ['br', brotli]
      : /\bgzip\b/.test(accepted)
        ? ['gzip', gzip]
        : [undefined, plain];
    if (encoding) void reply.header('content-encoding', encoding);
    return reply
      .headers({ 'cache-control': `public, max-age=${YEAR_SECONDS}, immutable`, vary: 'accept-encoding' })
      .type('text/css; charset=utf-8')
      .send(body);
  });
  return address;
}
