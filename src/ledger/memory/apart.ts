import { DefaultDeserializer, DefaultSerializer } from 'node:v8';

/**
 * A value as bytes, with its long arrays of numbers as parts of their own after it. Each part is read into memory once and stays
 * there. An array in the middle of other bytes would have to be copied first, because numbers of four or eight bytes are read
 * only at places that are multiples of four or eight.
 */

/** Arrays of so many bytes and more are parts of their own. */
const APART_MIN = 65_536;
const KINDS = [Uint8Array, Uint32Array, Float64Array] as const;

/** What Node calls for each array, on both sides. */
interface Hooks {
  _writeHostObject(array: NodeJS.ArrayBufferView): void;
  _readHostObject(): NodeJS.ArrayBufferView;
}

class Serializer extends DefaultSerializer {
  readonly apart: Uint8Array[] = [];

  _writeHostObject(array: NodeJS.ArrayBufferView): void {
    const kind = array.byteLength < APART_MIN ? -1 : KINDS.findIndex((each) => array.constructor === each);
    this.writeUint32(kind + 1);
    if (kind >= 0) this.apart.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    else (DefaultSerializer.prototype as unknown as Hooks)._writeHostObject.call(this, array);
  }
}

class Deserializer extends DefaultDeserializer {
  readonly #next: () => Uint8Array;

  constructor(bytes: Uint8Array, next: () => Uint8Array) {
    super(bytes);
    this.#next = next;
  }

  _readHostObject(): NodeJS.ArrayBufferView {
    const kind = this.readUint32();
    if (kind === 0) return (DefaultDeserializer.prototype as unknown as Hooks)._readHostObject.call(this);
    const Kind = KINDS[kind - 1]!;
    const { buffer, byteOffset, byteLength } = this.#next();
    return new Kind(buffer as ArrayBuffer, byteOffset, byteLength / Kind.BYTES_PER_ELEMENT);
  }
}

/** The parts of a value: its own, then one for each of its long arrays. */
export function* partsOf(value: unknown): Generator<Uint8Array> {
  const serializer = new Serializer();
  serializer.writeHeader();
  serializer.writeValue(value);
  yield serializer.releaseBuffer();
  yield* serializer.apart;
}

/**
 * The value that was given to {@link partsOf}.
 * @param own the first of its parts
 * @param next gives the others one after another, each at a place in memory where its numbers can be read
 */
export function valueOf(own: Uint8Array, next: () => Uint8Array): unknown {
  const deserializer = new Deserializer(own, next);
  deserializer.readHeader();
  return deserializer.readValue();
}
