import type { z } from 'zod';
import { serialiserCompiler } from './serialise.js';

const writers = new WeakMap<z.ZodType, (answer: unknown) => string>();

/**
 * Writes answers by their declared schema. What that takes is compiled when the first is written, and once for all
 * routes that answer by the schema: a service starts without waiting for what may never be asked.
 */
export const writtenBy =
  (schema: z.ZodType) =>
  (answer: unknown): string => {
    let write = writers.get(schema);
    if (!write) writers.set(schema, (write = serialiserCompiler({ schema })));
    return write(answer);
  };
