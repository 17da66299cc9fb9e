import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet, { type HelmetOptions } from 'helmet';

/**
 * The headers that tell browsers what an answer may not do, helmet’s. They depend on no request, so they are worked out
 * once, on an answer that nobody is sent.
 */
function headersBy(options: HelmetOptions): Record<string, string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, () => undefined);
  return response.getHeaders() as Record<string, string>;
}

/** Of pages: nothing foreign is loaded, and nobody frames them. */
export const headersOfPages = (): Record<string, string> =>
  headersBy({
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: null,
      },
    },
  });

/**
 * Of answers to programs: should a browser show one all the same, it loads nothing. What only pages can do is not forbidden.
 * Nobody stores figures; an answer that has a tag says otherwise of itself.
 */
export const headersOfData = (): Record<string, string> => ({
  'cache-control': 'no-store',
  ...headersBy({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  }),
});
