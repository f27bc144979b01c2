import { Injectable, type CanActivate, type ExecutionContext, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { validateSync } from './validate.js';
import type { FastifyRequest } from 'fastify';
import { badRequest } from '../errors/auth-error.js';
import { ROUTE, type RouteSpecification } from './auth-route.js';
import { declaredFields } from './declared-fields.js';
import { splitIssues } from './fields.js';
import { typeName } from './type-name.js';

/** What a body class may say of the body as a whole. */
interface BodyType extends Type {
  /** The body may be absent. */
  readonly optional?: boolean;
  /** How a body that is no object is told, in this order; `object` unless said otherwise. */
  readonly shapes?: readonly string[];
  /** Judges the whole where the protocol knows several shapes: what it is told when it fits none. */
  readonly refusal?: (values: unknown) => string | undefined;
  /** Keys without a field are kept under `rest`: some of them may be configured fields. */
  readonly keepsRest?: boolean;
}

/**
 * Validates the body, and after it the query. An instance of the route's class takes the body's place, with the class's
 * fields and no others; the query stays as it is, because some of it is for others (protocol.md §1.5).
 *
 * A guard and not a pipe, because pipes run after all guards while the protocol validates before it asks who is there:
 * a wrong type without a session is 400 and not 401 (protocol.md §4.1).
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

/** An instance of the class with the values of its fields. */
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

/** Own properties only: a key such as `constructor` or `__proto__` names nothing. */
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
