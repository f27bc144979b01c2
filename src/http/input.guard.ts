import { Injectable, type CanActivate, type ExecutionContext, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { validateSync } from './validate.js';
import type { FastifyRequest } from 'fastify';
import { badRequest } from '../errors/auth-error.js';
import { ROUTE, type RouteSpecification } from './auth-route.js';
import { declaredFields } from './declared-fields.js';
import { splitIssues } from './fields.js';
import { typeName } from './type-name.js';

/** Static properties by which a body class describes the body as a whole. */
interface BodyType extends Type {
  /** True if the body may be missing. */
  readonly optional?: boolean;
  /** The shapes that the message names if the body is not an object, in this order. The default is `object`. */
  readonly shapes?: readonly string[];
  /** For a body with several possible shapes: returns the message if the body has none of them. */
  readonly refusal?: (values: unknown) => string | undefined;
  /** True if the whole body is also kept as `rest`, because some of its keys may be configured fields. */
  readonly keepsRest?: boolean;
}

/**
 * Validates the body, and then the query. The body is replaced by an instance of the route's class that has only the
 * fields of the class. The query stays unchanged, because other steps read parameters of it too
 * (src/sessions/protocol.md, "get-session").
 *
 * This is a guard and not a pipe, because pipes run after all guards, and the protocol validates before it looks for a
 * session: a wrong type without a session gets 400, not 401 (src/http/protocol.md, "Order of a request").
 */
@Injectable()
export class InputGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const route = this.reflector.get<RouteSpecification | undefined>(ROUTE, context.getHandler());
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (route?.body) request.body = parseBody(route.body, request.body);
    if (route?.query) parseQuery(route.query, request.query as object);
    return true;
  }
}

/** @throws {AuthError} 400 `VALIDATION_ERROR` that lists every issue in the order of the class's fields. */
export function parseBody(type: BodyType, body: unknown): object {
  if (body === undefined && type.optional) return new type() as object;
  requireShape(type, body, 'body');
  if (typeName(body) !== 'object') {
    const issues = (type.shapes ?? ['object']).map(
      (shape) => `[body] Invalid input: expected ${shape}, received ${typeName(body)}`,
    );
    throw badRequest('VALIDATION_ERROR', issues.join('; '));
  }
  const instance = validate(type, body as object, 'body');
  return type.keepsRest ? Object.assign(instance, { rest: body }) : instance;
}

function parseQuery(type: BodyType, query: object): void {
  requireShape(type, query, 'query');
  validate(type, query, 'query');
}

function requireShape(type: BodyType, values: unknown, source: 'body' | 'query'): void {
  const refusal = type.refusal?.(values);
  if (refusal !== undefined) throw badRequest('VALIDATION_ERROR', `[${source}] ${refusal}`);
}

/** Returns an instance of the class with the values of its fields. */
function validate(type: BodyType, values: object, source: 'body' | 'query'): object {
  const instance = Object.assign(new type() as object, pick(values, fieldsOf(type)));
  const issues = validateSync(instance).flatMap((issue) =>
    Object.values(issue.constraints ?? {}).flatMap((text) =>
      splitIssues(text).map(({ path, issue: what }) => `[${source}.${issue.property}${path}] ${what}`),
    ),
  );
  if (issues.length > 0) throw badRequest('VALIDATION_ERROR', issues.join('; '));
  return instance;
}

/** Takes own properties only, so that keys such as `constructor` and `__proto__` are ignored. */
function pick(values: object, fields: readonly string[]): object {
  return Object.fromEntries(Object.entries(values).filter(([key]) => fields.includes(key)));
}

const fieldNames = new WeakMap<Type, readonly string[]>();

function fieldsOf(type: Type): readonly string[] {
  const known = fieldNames.get(type);
  if (known) return known;
  const declared = declaredFields(type);
  fieldNames.set(type, declared);
  return declared;
}
