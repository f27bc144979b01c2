import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { nobody } from '../errors/auth-error.js';
import { ACCESS, type Access } from '../http/access.js';
import { ROUTE, type RouteSpecification } from '../http/auth-route.js';
import { Admission } from './admission.js';

/** Every route is for signed-in users only, unless its access is `public`. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly admission: Admission,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const access = this.accessOf(context);
    if (access !== 'public') await this.admission.admit(request, access, this.refusalOf(context));
    return true;
  }

  private accessOf(context: ExecutionContext): Access {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets) ?? 'session';
  }

  private refusalOf(context: ExecutionContext) {
    const route = this.reflector.get<RouteSpecification | undefined>(ROUTE, context.getHandler());
    return route?.empty?.[401] === undefined ? undefined : nobody;
  }
}
