import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { badRequestWithoutCode, forbidden } from '../errors/auth-error.js';
import { authPath } from './auth-path.js';
import { originsOf } from './origins-of-request.js';
import { REDIRECTS, noText } from './redirect-fields.js';
import { isTrustedOrigin, isTrustedRedirect } from './trusted-origins.js';

/**
 * Refuses a request that comes from an untrusted origin or redirects to an untrusted URL
 * (src/http/protocol.md, "Origin check" and "Redirect parameters").
 */
@Injectable()
export class OriginGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  canActivate(context: ExecutionContext): boolean {
    requireTrusted(context.switchToHttp().getRequest<FastifyRequest>(), this.config);
    return true;
  }
}

/** @throws {AuthError} 403 if the request comes from an untrusted origin, or a target in it is untrusted. */
export function requireTrusted(request: FastifyRequest, config: Config): void {
  if (request.method === 'GET') return;
  // A request without cookies cannot abuse the session of a user.
  if (request.headers.cookie !== undefined) requireTrustedOrigin(request, config);
  if (!isOriginCheckOff(request, config)) checkRedirects(request, config);
}

/** Reads the raw body, because the protocol refuses an untrusted target before it validates the body. */
function checkRedirects(request: FastifyRequest, config: Config): void {
  const body = (request.body ?? {}) as Record<string, unknown>;
  const query = request.query as Record<string, unknown>;
  for (const { field, label, code } of REDIRECTS) {
    const target = body[field] || (field === 'callbackURL' ? query[field] : undefined);
    if (!target) continue;
    if (typeof target !== 'string') throw badRequestWithoutCode(noText(label));
    if (!isTrustedRedirect(target, originsOf(request, config))) throw forbidden(code);
  }
}

/**
 * @throws {AuthError} 403 unless `Origin`, or without it `Referer`, is a trusted origin
 * (src/http/protocol.md, "Origin check").
 */
export function requireTrustedOrigin(request: FastifyRequest, config: Config): void {
  if (isCsrfCheckOff(config) || isOriginCheckOff(request, config)) return;
  const { origin, referer } = request.headers;
  // A browser may send `null` for a page of this server too. Then it must say `same-origin` in `Sec-Fetch-Site`, which
  // no page can set (src/http/protocol.md, "Origin check").
  const sameOrigin = origin === 'null' && request.headers['sec-fetch-site'] === 'same-origin';
  const claimed = sameOrigin ? ownOrigin(request) : origin || referer;
  if (!claimed || claimed === 'null') throw forbidden('MISSING_OR_NULL_ORIGIN');
  if (!isTrustedOrigin(claimed, originsOf(request, config))) throw forbidden('INVALID_ORIGIN');
}

/**
 * The server's origin as the browser sees it. Pages cannot set these headers, and the result must still be a trusted
 * origin.
 */
function ownOrigin({ protocol, headers }: FastifyRequest): string {
  const forwarded = headers['x-forwarded-proto'];
  return `${typeof forwarded === 'string' && forwarded !== '' ? forwarded : protocol}://${headers.host}`;
}

/**
 * True if the origin check is disabled for everything, or for a path that contains this request
 * (src/http/protocol.md, "Origin check").
 */
export function isOriginCheckOff(
  request: FastifyRequest,
  { advanced: { disableOriginCheck } }: Config,
): boolean {
  if (typeof disableOriginCheck === 'boolean') return disableOriginCheck;
  const path = authPath(request.originalUrl) ?? '';
  return disableOriginCheck.some((listed) => path === listed || path.startsWith(`${listed}/`));
}

/** True if the CSRF check is disabled. `disableOriginCheck` alone disables it too, as in Better Auth. */
export function isCsrfCheckOff(config: Config): boolean {
  const { disableCSRFCheck, disableOriginCheck } = config.advanced;
  return disableCSRFCheck ?? disableOriginCheck === true;
}
