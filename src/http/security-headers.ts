import { createHash } from 'node:crypto';
import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from 'node:http';
import { Socket } from 'node:net';
import type { onRequestHookHandler } from 'fastify';
import helmet from 'helmet';
import type { Config } from '../config/config.js';

/** For answers of the API, which are not pages. Even if a browser shows one, nothing in it runs, loads or can be framed. */
const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Swagger UI has its scripts in files, its styles in files and elements, and its icons in data URLs. */
const DOCUMENTATION = [
  NOTHING,
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
].join('; ');

/**
 * Helmet's headers that answers of the API do not need, because browsers use them for documents only or the content
 * security policy says the same. Each of them would cost every client the time to read it.
 */
const ONLY_FOR_PAGES = {
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

/** The headers of a page whose only content besides text is this style. */
export function styledPageHeaders(style: string): OutgoingHttpHeaders {
  const hash = createHash('sha256').update(style).digest('base64');
  return { ...helmetHeaders(false), 'content-security-policy': `${NOTHING}; style-src 'sha256-${hash}'` };
}

/**
 * Sets helmet's headers, with one policy for the API and one for its documentation. A page may replace them in its reply.
 */
export function securityHeaders({ origin }: Config, documentation: string): onRequestHookHandler {
  const behindTls = origin.startsWith('https://');
  const ofAnswers = { ...helmetHeaders(behindTls, ONLY_FOR_PAGES), 'content-security-policy': NOTHING };
  const ofDocumentation = { ...helmetHeaders(behindTls), 'content-security-policy': DOCUMENTATION };
  return (request, reply, done) => {
    const isDocumentation = request.url === documentation || request.url.startsWith(`${documentation}/`);
    void reply.headers(isDocumentation ? ofDocumentation : ofAnswers);
    done();
  };
}

/**
 * Computes the headers once, because they are the same for every request and helmet is as slow as a whole cached answer.
 */
function helmetHeaders(
  behindTls: boolean,
  without: Partial<typeof ONLY_FOR_PAGES> = {},
): OutgoingHttpHeaders {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  const setHeaders = helmet({
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    ...without,
    contentSecurityPolicy: false,
    // Only if the public URL is https. Subdomains are not included, because they may belong to other servers.
    strictTransportSecurity: behindTls ? { maxAge: YEAR, includeSubDomains: false } : false,
  });
  setHeaders(request, response, () => {});
  return response.getHeaders();
}
