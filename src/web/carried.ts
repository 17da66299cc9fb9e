import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { createSeal } from './seal.js';

/**
 * The result of an act, carried in the address of the page that shows it: a form is answered by a redirect, so that reloading the
 * page sends nothing again, and any service can show the page. The text is sealed, so nobody else can put words on a page.
 */
export interface Carried {
  /** The text for the address; undefined if it is too long for one. */
  carry(value: object): string | undefined;
  /** The value that was carried; undefined if the text was not made here. */
  read(text: string | undefined): unknown;
}

/** @param keys 32 bytes each; the first seals, and every key opens */
export function createCarried(keys: readonly Buffer[], purpose: string): Carried {
  const { seal, open } = createSeal(keys, purpose);
  return {
    carry(value) {
      const sealed = seal(deflateRawSync(JSON.stringify(value)));
      return open(sealed) === undefined ? undefined : sealed;
    },
    read(text) {
      const opened = open(text);
      return opened === undefined ? undefined : (JSON.parse(inflateRawSync(opened).toString()) as unknown);
    },
  };
}
