import fastJson, { type Schema } from 'fast-json-stringify';
import { z } from 'zod';

/** Types whose values are written without checking which of several schemas they match. */
const PLAIN: ReadonlySet<unknown> = new Set(['string', 'integer', 'number', 'boolean', 'null']);

/**
 * Writes answers as text with a function compiled from the declared schema, once for each route. It writes only
 * declared fields, and throws if one is missing. It does not check values at each request; a test that asks every
 * question does.
 */
export const compiled = (schema: z.ZodType): ((answer: unknown) => string) =>
  fastJson(
    z.toJSONSchema(schema, {
      io: 'output',
      override({ jsonSchema }) {
        // A field that is not declared is left out, and the rest is still written.
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        // Joined into one list of types, a value that may be null needs no validator when an answer is written.
        const types = jsonSchema.anyOf?.map(({ type }) => type);
        if (types?.length !== 2 || !types.includes('null') || types.some((type) => !PLAIN.has(type))) return;
        delete jsonSchema.anyOf;
        (jsonSchema as { type?: unknown }).type = types;
      },
    }) as Schema,
  );

/** The same, as Fastify’s compiler of a route’s answers. */
export const serialiserCompiler = ({ schema }: { readonly schema: z.ZodType }) => compiled(schema);
