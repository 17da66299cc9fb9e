import type { z } from 'zod';
import { onceEach } from '../domain/once-each.js';
import { serialiserCompiler } from './serialise.js';

const writerOf = onceEach((schema: z.ZodType) => serialiserCompiler({ schema }));

/**
 * Writes answers by their declared schema. What that takes is compiled when the first is written, and once for all
 * routes that answer by the schema: a service starts without waiting for what may never be asked.
 */
export const writtenBy =
  (schema: z.ZodType) =>
  (answer: unknown): string =>
    writerOf(schema)(answer);
