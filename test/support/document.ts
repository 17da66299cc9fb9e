import type { FastifyInstance } from 'fastify';

/** The service's own OpenAPI document, and requests made from it. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface Schema {
  readonly $ref?: string;
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly examples?: readonly Json[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly format?: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

export interface Routed {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly operation: Operation;
}

export interface Described {
  readonly operations: readonly Routed[];
  readonly schemas: Readonly<Record<string, Schema>>;
  /** The schema itself, if the given one only refers to it. */
  resolved(schema: Schema): Schema;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export async function described(app: FastifyInstance): Promise<Described> {
  const { paths, components } = (await app.inject('/openapi.json')).json<Document>();
  const resolved = (schema: Schema): Schema =>
    schema.$ref === undefined ? schema : resolved(components.schemas[schema.$ref.split('/').at(-1)!]!);
  return {
    operations: Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        path,
        method: method.toUpperCase() as Routed['method'],
        operation,
      })),
    ),
    schemas: components.schemas,
    resolved,
  };
}

/** How to choose a value where a schema allows several. */
export interface Choices {
  /** A whole number from 0, below `count`. */
  below(count: number): number;
  /** True with this probability, from 0 to 1. */
  chance(of: number): boolean;
}

/** Choices that are always the same: the first value, likely parts, and no optional part. */
export const PLAIN: Choices = { below: () => 0, chance: (of) => of > 0.5 };

/** Makes values that match schemas. For a field with a name in `known`, one of its values is used. */
export function createValues(
  { resolved }: Pick<Described, 'resolved'>,
  { below, chance }: Choices,
  known: Readonly<Record<string, readonly Json[]>>,
): (schema: Schema, name?: string) => Json {
  const oneOf = <T>(all: readonly T[]): T => all[below(all.length)]!;
  return function valueOf(given: Schema, name = '', depth = 0): Json {
    const schema = resolved(given);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return oneOf(schema.enum);
    const options = schema.oneOf ?? schema.anyOf;
    if (options) return valueOf(oneOf(options), name, depth);
    if (known[name] && chance(0.9)) return oneOf(known[name]);
    if (schema.examples?.length && chance(0.8)) return oneOf(schema.examples);
    switch ([schema.type].flat()[0]) {
      case 'object':
        return Object.fromEntries(
          Object.entries(schema.properties ?? {})
            .filter(([each]) => (schema.required?.includes(each) ?? false) || chance(0.3))
            .map(([each, of]) => [each, depth > 6 ? null : valueOf(of, each, depth + 1)]),
        );
      case 'array':
        return Array.from({ length: (schema.minItems ?? 0) + below(3) }, () =>
          depth > 6 ? null : valueOf(schema.items ?? {}, name, depth + 1),
        );
      case 'integer':
      case 'number':
        return below(20);
      case 'boolean':
        return chance(0.5);
      default:
        if (schema.format === 'uuid') return '6158e32f-7fd2-4cef-93fd-d29dd78439c4';
        return oneOf(['a', 'home-care', '2016-04-01', '100.00', 'A text of some words.', '12']);
    }
  };
}

/** A path with its parameters in their places. */
export const addressed = (path: string, value: (name: string) => string): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(value(name)));
