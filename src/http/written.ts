import type { z } from 'zod';
import { onceEach } from '../domain/once-each.js';
import { serialiserCompiler } from './serialise.js';

const writerOf = onceEach((schema: z.ZodType) => serialiserCompiler({ schema }));

/**
 * Writes answers by their declared schema. The writer of a schema is compiled at its first answer, once for all routes
 * with this schema. So a service starts without compiling writers that may never be needed.
 */
export const writtenBy =
  (schema: z.ZodType) =>
  (answer: unknown): string =>
    writerOf(schema)(answer);
