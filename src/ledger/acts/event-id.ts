import { parse, v5 as uuid } from 'uuid';
import { scopedKey } from '../memory/key-table.js';

/** The namespace of event identifiers: the same officer's same key makes the same event. */
const EVENT_IDS = parse('6f1d3a52-8f0e-5c1b-9d63-0b9c1f7a4e21');

/**
 * The identifier of an act's event: `key` is the digest that events carry, not the text that was sent. `voidActs` is how many
 * acts under the key were void before it: what is tried again is another event.
 */
export const eventId = (officer: string, key: string, index: number, voidActs = 0): string =>
  uuid(Buffer.from(`${scopedKey(officer, key)} ${index}${voidActs > 0 ? ` ${voidActs}` : ''}`), EVENT_IDS);
