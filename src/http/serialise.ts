import fastJson, { type Schema } from 'fast-json-stringify';
import { z } from 'zod';

/** Types whose values are written by their type alone, without looking which of several schemas they are of. */
const PLAIN: ReadonlySet<unknown> = new Set(['string', 'integer', 'number', 'boolean', 'null']);

/**
 * How answers become text: by a function compiled from the declared schema, once for each route. It writes the fields
 * that are declared and no others, and throws where one is missing; that the values are as declared is held by a test
 * that asks every question, not looked at again for every request.
 */
export const compiled = (schema: z.ZodType): ((answer: unknown) => string) =>
  fastJson(
    z.toJSONSchema(schema, {
      io: 'output',
      override({ jsonSchema }) {
        // What is not declared is left out; it must not stop the rest.
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        // Said as one type, what may be null needs no validator while an answer is written.
        const types = jsonSchema.anyOf?.map(({ type }) => type);
        if (types?.length !== 2 || !types.includes('null') || types.some((type) => !PLAIN.has(type))) return;
        delete jsonSchema.anyOf;
        (jsonSchema as { type?: unknown }).type = types;
      },
    }) as Schema,
  );

/** The same, for Fastify to compile a route’s answers by. */
export const serialiserCompiler = ({ schema }: { readonly schema: z.ZodType }) => compiled(schema);
