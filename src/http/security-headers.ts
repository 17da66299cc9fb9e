import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet, { type HelmetOptions } from 'helmet';

/**
 * The headers of helmet, which tell browsers what an answer may not do. They are the same for every request, so they
 * are worked out once, on an answer that is never sent.
 */
function headersBy(options: HelmetOptions): Record<string, string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, () => undefined);
  return response.getHeaders() as Record<string, string>;
}

/** Headers of pages: pages load nothing from other sites, and no other site may frame them. */
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
 * Headers of answers to programs. If a browser shows such an answer, it loads nothing from it. Restrictions that
 * concern only pages are left out. Figures must not be stored; an answer with a tag sets its own header for that.
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
