import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { forbidden, nobody, unauthorized, type AuthError } from '../errors/auth-error.js';
import { ACCESS, type Access } from '../http/access.js';
import { ROUTE, type RouteSpecification } from '../http/auth-route.js';
import { jarOf } from '../http/request-cookies.js';
import { signedInUser } from './auth-context.js';
import { isFresh } from './is-fresh.js';
import { CurrentSession } from './current/current-session.js';
import { sessionQuestion } from './current/session-question.js';

/**
 * Finds the session of the request. Every route is for signed-in users only, unless its access is `public`
 * (src/http/protocol.md, "Access levels").
 */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly current: CurrentSession,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.accessOf(context);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const auth = await this.current.resolve(sessionQuestion(request), { sensitive: access === 'sensitive' });
    if (!auth) throw this.refusal(context);
    if (access === 'fresh' && !isFresh(auth.session, this.config)) throw forbidden('SESSION_NOT_FRESH');
    request.auth = auth;
    request.signedInUser = signedInUser(auth);
    jarOf(request).keepLastOfEachCookie();
    return true;
  }

  private accessOf(context: ExecutionContext): Access {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets) ?? 'session';
  }

  private refusal(context: ExecutionContext): AuthError {
    const route = this.reflector.get<RouteSpecification | undefined>(ROUTE, context.getHandler());
    return route?.empty?.[401] === undefined ? unauthorized('UNAUTHORIZED') : nobody();
  }
}
