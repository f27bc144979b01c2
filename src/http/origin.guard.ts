import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { badRequestWithoutCode, forbidden } from '../errors/auth-error.js';
import { authPath } from './auth-path.js';
import { REDIRECTS, noText } from './redirect-fields.js';
import { isTrustedOrigin, isTrustedRedirect } from './trusted-origins.js';

/** Where a request that changes something may come from, and where its answer may send the browser (protocol.md §5.1, §5.3). */
@Injectable()
export class OriginGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.method === 'GET') return true;
    // Without cookies nobody's session can be ridden on.
    if (request.headers.cookie !== undefined) requireTrustedOrigin(request, this.config);
    if (!isOriginCheckOff(request, this.config)) this.checkRedirects(request);
    return true;
  }

  /** Reads the raw body, because an untrusted target is refused before the body is validated. */
  private checkRedirects(request: FastifyRequest): void {
    const body = (request.body ?? {}) as Record<string, unknown>;
    const query = request.query as Record<string, unknown>;
    for (const { field, label, code } of REDIRECTS) {
      const target = body[field] || (field === 'callbackURL' ? query[field] : undefined);
      if (!target) continue;
      if (typeof target !== 'string') throw badRequestWithoutCode(noText(label));
      if (!isTrustedRedirect(target, this.config.trustedOrigins)) throw forbidden(code);
    }
  }
}

/** @throws {AuthError} 403 unless `Origin`, or `Referer` in its place, is a trusted origin (protocol.md §5.1). */
export function requireTrustedOrigin(request: FastifyRequest, config: Config): void {
  if (isCsrfCheckOff(config) || isOriginCheckOff(request, config)) return;
  const { origin, referer } = request.headers;
  // A page of an opaque origin says `null`; the browser's own word that it is ours is enough (protocol.md §0.2).
  const sameOrigin = origin === 'null' && request.headers['sec-fetch-site'] === 'same-origin';
  const claimed = sameOrigin ? ownOrigin(request) : origin || referer;
  if (!claimed || claimed === 'null') throw forbidden('MISSING_OR_NULL_ORIGIN');
  if (!isTrustedOrigin(claimed, config.trustedOrigins)) throw forbidden('INVALID_ORIGIN');
}

/** What the browser knows us by. No page can set these headers, and a made-up one still has to be a trusted origin. */
function ownOrigin({ protocol, headers }: FastifyRequest): string {
  const forwarded = headers['x-forwarded-proto'];
  return `${typeof forwarded === 'string' && forwarded !== '' ? forwarded : protocol}://${headers.host}`;
}

/** Turned off altogether, or for a list of paths and what is below them (protocol.md §5.1). */
export function isOriginCheckOff(
  request: FastifyRequest,
  { advanced: { disableOriginCheck } }: Config,
): boolean {
  if (typeof disableOriginCheck === 'boolean') return disableOriginCheck;
  const path = authPath(request.originalUrl) ?? '';
  return disableOriginCheck.some((listed) => path === listed || path.startsWith(`${listed}/`));
}

/** `disableOriginCheck` alone also turns this one off, as in Better Auth. */
export function isCsrfCheckOff(config: Config): boolean {
  const { disableCSRFCheck, disableOriginCheck } = config.advanced;
  return disableCSRFCheck ?? disableOriginCheck === true;
}
