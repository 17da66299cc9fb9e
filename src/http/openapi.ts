import { jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Fact } from '../domain/grammar/fact.js';
import type { AnyKind } from '../ledger/catalogue.js';
import { describeFigures } from '../ledger/figure-words.js';
import { Problem } from './problem.js';

/** What the routes share in their descriptions: answers by media type, headers, and the facts that each takes. */

/** An answer of a route: what it means, and its form in each media type. */
export const answered = (description: string, content: Readonly<Record<string, z.ZodType>>) => ({
  description,
  content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }])),
});

export const REFUSED = answered('Refused: which rule refused it, why, and what to do.', {
  'application/problem+json': Problem,
});

export const CSV = z.string().meta({ description: 'The answer as a table: UTF-8 with a byte-order mark, RFC 4180.' });

/**
 * The headers of a route's good answers, each with its meaning. The route's schema keeps them under a name of our own
 * until the document is finished.
 */
export const withHeaders = (headers: Readonly<Record<string, string>>) => ({ 'x-answer-headers': headers });

interface Operation {
  readonly responses: Record<string, { headers?: Record<string, unknown> }>;
  'x-answer-headers'?: Readonly<Record<string, string>>;
}

/**
 * Finishes the document: named schemas, the meaning of each figure, and the headers of answers, which the schemas of
 * routes cannot hold.
 */
export const finished: typeof jsonSchemaTransformObject = (given) => {
  const document = jsonSchemaTransformObject(given);
  describeFigures(document);
  const paths = document.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path))) {
    const headers = operation['x-answer-headers'];
    delete operation['x-answer-headers'];
    if (!headers) continue;
    const described = Object.entries(headers).map(([name, description]) => [
      name,
      { description, schema: { type: 'string' } },
    ]);
    for (const [status, response] of Object.entries(operation.responses)) {
      if (status.startsWith('2')) response.headers = Object.fromEntries(described) as Record<string, unknown>;
    }
  }
  return document;
};

/** The schema of a fact that a client sends: one of the given facts, chosen by its type. */
export function factsSchema(facts: readonly Fact<never>[]): z.ZodType {
  const options = facts.map((fact) =>
    z
      .strictObject({ type: z.literal(fact.name), data: fact.input })
      .meta({ title: fact.title, description: fact.about }),
  );
  return z.discriminatedUnion('type', options as never, {
    error: () => `must be one of ${facts.map((fact) => fact.name).join(', ')}`,
  });
}

/**
 * The facts of a kind that a route takes. A fact that is signed as another may go by either route, as that other may.
 */
export const factsFor = (kind: AnyKind, route: 'facts' | 'proposals' | 'counter'): readonly Fact<never>[] =>
  (kind.facts as readonly Fact<never>[]).filter(({ signature, signedAs }) => {
    if (signedAs) return true;
    if (route === 'counter') return signature === 'other-side';
    return (signature === 'none') === (route === 'facts');
  });
