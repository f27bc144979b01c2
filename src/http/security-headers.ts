import { createHash } from 'node:crypto';
import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from 'node:http';
import { Socket } from 'node:net';
import type { onRequestHookHandler } from 'fastify';
import helmet from 'helmet';
import type { Config } from '../config/config.js';

/** Answers of the API are no pages: whatever a browser takes one for, nothing in it runs, loads or is framed. */
const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Swagger UI brings its scripts in files, its styles in elements as well, and its icons in data URLs. */
const DOCUMENTATION = [
  NOTHING,
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
].join('; ');

/**
 * Browsers heed these for documents alone, or the policy of an answer says the same; each costs every client the time to
 * read it.
 */
const OF_NO_USE_TO_DATA = {
  crossOriginOpenerPolicy: false,
  crossOriginResourcePolicy: false,
  originAgentCluster: false,
  referrerPolicy: false,
  xFrameOptions: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
} as const;

const YEAR = 31_536_000;

/** Of a page that has this one style and nothing else, besides those of every answer. */
export function styledPageHeaders(style: string): OutgoingHttpHeaders {
  const hash = createHash('sha256').update(style).digest('base64');
  return { ...helmetHeaders(false), 'content-security-policy': `${NOTHING}; style-src 'sha256-${hash}'` };
}

/** Helmet's headers, with a policy for each kind of answer; a page with its own says so in its reply. */
export function securityHeaders({ origin }: Config, documentation: string): onRequestHookHandler {
  const behindTls = origin.startsWith('https://');
  const ofAnswers = { ...helmetHeaders(behindTls, OF_NO_USE_TO_DATA), 'content-security-policy': NOTHING };
  const ofDocumentation = { ...helmetHeaders(behindTls), 'content-security-policy': DOCUMENTATION };
  return (request, reply, done) => {
    const isDocumentation = request.url === documentation || request.url.startsWith(`${documentation}/`);
    void reply.headers(isDocumentation ? ofDocumentation : ofAnswers);
    done();
  };
}

/** They are the same for every request, and helmet takes as long as a whole answer from the cache: it is asked once. */
function helmetHeaders(
  behindTls: boolean,
  without: Partial<typeof OF_NO_USE_TO_DATA> = {},
): OutgoingHttpHeaders {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  const setHeaders = helmet({
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    ...without,
    contentSecurityPolicy: false,
    // A promise that only a server behind TLS can keep, and one for itself alone.
    strictTransportSecurity: behindTls ? { maxAge: YEAR, includeSubDomains: false } : false,
  });
  setHeaders(request, response, () => {});
  return response.getHeaders();
}
