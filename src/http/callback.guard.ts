import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { forbidden } from '../errors/auth-error.js';
import { ROUTE, type RouteSpecification } from './auth-route.js';
import { isOriginCheckOff } from './origin.guard.js';
import { originsOf } from './origins-of-request.js';
import { isTrustedRedirect } from './trusted-origins.js';

/**
 * Refuses a mailed link with an untrusted `callbackURL`, with or without a cookie. The `Origin` header cannot help here,
 * because a followed link does not have one that means anything
 * (src/http/protocol.md, "Redirect parameters").
 */
@Injectable()
export class CallbackGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const route = this.reflector.get<RouteSpecification | undefined>(ROUTE, context.getHandler());
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (!route?.redirects || isOriginCheckOff(request, this.config)) return true;
    const { callbackURL } = request.query as { callbackURL?: string };
    if (callbackURL && !isTrustedRedirect(callbackURL, originsOf(request, this.config))) {
      throw forbidden('INVALID_CALLBACK_URL');
    }
    return true;
  }
}
