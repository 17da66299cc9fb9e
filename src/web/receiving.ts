import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../domain/rules.js';
import { Refused } from './refused.js';

/** What was typed, by the names of its fields. */
type Fields = Readonly<Record<string, string>>;

/**
 * A form with a file in it, as a browser sends it: first the fields, and then the file, as it comes. The file is looked at once
 * the fields before it have said whose it is.
 */
export interface SentFile {
  /** The name that it has on the officer’s machine, without its folders. */
  readonly name: string;
  readonly content: BusboyFileStream;
}

export interface Received<T> {
  readonly form: Fields;
  /** What came of the file; undefined where none was sent. */
  readonly taken: T | undefined;
}

const FIELD_BYTES_MAX = 512 * 1024;
const FIELDS_MAX = 5_000;
const HEADERS_MAX = 20;
/** What is not wanted any more is let in for so long, so that the browser reads the answer; then the connection ends. */
const LINGER_MS = 5_000;

/**
 * Receives a form. `take` is given the file, and the fields before it; what it does not read of the file is not let in. Rejects
 * what `take` rejects, and {@link Refused} where the fields are too large, or the request is no such form.
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

    /** Reads no more. The browser may still be sending: it is let go on for a while, so that it reads the answer. */
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
        new Refused(refuse('form_not_ours', 'It was not sent as a form of a page is sent, or not to its end.')),
      );
    const tooLarge = (): void =>
      refuseWith(new Refused(refuse('body_too_large', 'What was typed is more than a form holds.')));

    const busboy = busboyFor(request);
    if (!busboy) {
      reject(new Refused(refuse('form_not_ours', 'It was not sent as a form of a page is sent.')));
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

/** What reads the request; nothing where it is no form with a file. */
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
