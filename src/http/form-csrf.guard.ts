import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { forbidden } from '../errors/auth-error.js';
import { ROUTE, type RouteSpecification } from './auth-route.js';
import { isCsrfCheckOff, requireTrustedOrigin } from './origin.guard.js';

/**
 * Prevents login CSRF (src/http/protocol.md, "Form CSRF"): a form on another site could sign a visitor in to
 * the attacker's account. `OriginGuard` does not prevent this, because it checks only requests with cookies,
 * and the visitor does not have one yet.
 */
@Injectable()
export class FormCsrfGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const route = this.reflector.get<RouteSpecification | undefined>(ROUTE, context.getHandler());
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!route?.form || route.crossSite) return true;
    if (request.headers.cookie !== undefined || isCsrfCheckOff(this.config)) return true;
    const { headers } = request;
    const metadata = [headers['sec-fetch-site'], headers['sec-fetch-mode'], headers['sec-fetch-dest']];
    const fromBrowser = metadata.some((value) => typeof value === 'string' && value.trim() !== '');
    if (
      fromBrowser &&
      headers['sec-fetch-site'] === 'cross-site' &&
      headers['sec-fetch-mode'] === 'navigate'
    ) {
      throw forbidden('CROSS_SITE_NAVIGATION_LOGIN_BLOCKED');
    }
    if (fromBrowser || headers.origin || headers.referer) requireTrustedOrigin(request, this.config);
    return true;
  }
}
