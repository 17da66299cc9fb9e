import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { finished } from './openapi.js';

/**
 * The description of the API, as a document and as a page. It does not change while the service runs, so it is made
 * once and kept.
 */
export async function registerDocumentation(
  app: FastifyInstance,
  { version, demonstration }: { readonly version: string; readonly demonstration: boolean },
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'bcf-ledger',
        version,
        description: [
          'The ledger of Better Care Fund negotiations: every position and every gap, on a day, as known at an instant.',
          'Money is text in pounds with exactly two places. Days are in Europe/London and inclusive. Revisions and positions are text.',
          ...(demonstration
            ? [
                '**This is a demonstration.** Sign in with the header `Authorization: Demonstration <officer>`, such as `Demonstration norfolk-auditor`.',
              ]
            : []),
        ].join('\n\n'),
      },
      components: {
        securitySchemes: {
          token: {
            type: 'apiKey',
            in: 'header',
            name: 'authorization',
            description: demonstration ? 'Demonstration and an officer’s name.' : 'Bearer and a token.',
          },
        },
      },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: finished,
  });
  const kept = new Map<'json' | 'yaml', Buffer>();
  function document(as: 'json' | 'yaml'): Buffer {
    const found =
      kept.get(as) ?? Buffer.from(as === 'json' ? JSON.stringify(app.swagger()) : app.swagger({ yaml: true }));
    kept.set(as, found);
    return found;
  }
  // The page has addresses of its own for the document, which would write it again each time.
  app.addHook('onRoute', (route) => {
    if (route.url === '/docs/json')
      route.handler = async (_request, reply) => reply.type('application/json; charset=utf-8').send(document('json'));
    if (route.url === '/docs/yaml')
      route.handler = async (_request, reply) => reply.type('application/yaml; charset=utf-8').send(document('yaml'));
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  // Writing the document takes some tenths of a second, in which nobody else is answered. So it is written before
  // anybody asks, when the service begins to listen.
  app.addHook('onListen', async () => void document('json'));
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(document('json')),
  );
}
