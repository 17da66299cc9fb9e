import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../domain/rules.js';
import { Refused } from './refused.js';

/** What was typed, by the names of its fields. */
type Fields = Readonly<Record<string, string>>;

/**
 * A form with a file, as a browser sends it: first the fields, then the file as a stream. The file is read only after
 * the fields have shown whose form it is.
 */
export interface SentFile {
  /** The name of the file on the officer’s machine, without folders. */
  readonly name: string;
  readonly content: BusboyFileStream;
}

export interface Received<T> {
  readonly form: Fields;
  /** What the handler made of the file; undefined if no file was sent. */
  readonly taken: T | undefined;
}

const FIELD_BYTES_MAX = 512 * 1024;
const FIELDS_MAX = 5_000;
const HEADERS_MAX = 20;
/**
 * How long the rest of an unwanted file is still received, so that the browser reads the answer. Then the connection
 * ends.
 */
const LINGER_MS = 5_000;

/**
 * Receives a form. `take` gets the file and the fields before it; the part of the file that it does not read is not
 * received. Rejects with what `take` rejects with, and with {@link Refused} if the fields are too large or the request
 * is not such a form.
 */
export function receive<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  take: (form: Fields, file: SentFile) => Promise<T>,
): Promise<Received<T>> {
  const { raw } = request;
  return new Promise((resolve, reject) => {
    const form: Record<string, string> = {};
    let bytes = 0;
    let file: BusboyFileStream | undefined;

    /** Stops reading. The browser may still be sending, so it may go on for a while, in order to read the answer. */
    function stop(): void {
      raw.unpipe(busboy);
      file?.destroy();
      if (raw.readableEnded || raw.destroyed) return;
      void reply.header('connection', 'close');
      raw.resume();
      const over = setTimeout(() => raw.destroy(), LINGER_MS);
      over.unref();
      raw.once('close', () => clearTimeout(over));
    }
    function refuseWith(error: Error): void {
      stop();
      reject(error);
    }
    const notAForm = (): void =>
      refuseWith(
        new Refused(refuse('form_not_ours', 'The request is not a form of one of our pages, or it broke off.')),
      );
    const tooLarge = (): void =>
      refuseWith(
        new Refused(refuse('body_too_large', 'The text is too long for one form. Send less of it at a time.')),
      );

    const busboy = busboyFor(request);
    if (!busboy) {
      reject(new Refused(refuse('form_not_ours', 'The request is not a form of one of our pages.')));
      return;
    }
    busboy.on('field', (name, value, nameCut, valueCut) => {
      bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
      if (bytes > FIELD_BYTES_MAX || nameCut || valueCut) tooLarge();
      else form[name] = value;
    });
    busboy.on('fieldsLimit', tooLarge);
    busboy.on('file', (_field, content, name: string | undefined) => {
      file = content;
      content.on('error', () => undefined);
      take(form, { name: name ?? '', content }).then((taken) => {
        if (!content.readableEnded) stop();
        resolve({ form, taken });
      }, refuseWith);
    });
    busboy.on('finish', () => {
      if (!file) resolve({ form, taken: undefined });
    });
    busboy.on('error', notAForm);
    raw.on('aborted', notAForm);
    raw.pipe(busboy);
  });
}

/** The parser of the request; undefined if the request is no form with a file. */
function busboyFor({ headers }: FastifyRequest): BusboyInstance | undefined {
  const { 'content-type': type = '' } = headers;
  if (!type.startsWith('multipart/form-data')) return undefined;
  try {
    return new Busboy({
      headers: { 'content-type': type },
      limits: { fieldSize: FIELD_BYTES_MAX, fields: FIELDS_MAX, files: 1, headerPairs: HEADERS_MAX },
    });
  } catch {
    return undefined;
  }
}
