import { Get, HttpCode, Post, Put, SetMetadata, applyDecorators, type Type } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiBody,
  ApiConsumes,
  ApiCookieAuth,
  ApiExtraModels,
  ApiOperation,
  ApiResponse,
  ApiSecurity,
} from '../openapi/decorators.js';
import { declareTwin } from './auth-path.js';
import type { NamedError } from '../errors/defined-errors.js';
import { ACCESS, type Access } from './access.js';
import { declaredFields } from './declared-fields.js';
import { describeError, LIMITED, UNEXPECTED } from './described-errors.js';
import type { DirectHandler, DirectRoute } from './direct-route.js';
import { ErrorAnswer } from './error-answer.js';
import { REDIRECTS, noText } from './redirect-fields.js';

export interface RouteSpecification {
  readonly summary: string;
  readonly description?: string;
  /** Who may call the route. The default is `session`. */
  readonly access?: Access;
  /** True for a public route whose answer depends on whether the user is signed in. */
  readonly credentials?: boolean;
  /** The class whose fields describe and validate the body. */
  readonly body?: Type;
  /** The class whose fields validate the query. OpenAPI takes the query from the handler's `@Query()`. */
  readonly query?: Type;
  /**
   * True if the route redirects to `callbackURL` in the query. That URL must be trusted
   * (src/http/protocol.md, "Redirect parameters").
   */
  readonly redirects?: boolean;
  /**
   * True if the route takes `application/x-www-form-urlencoded` besides JSON. A page of another site can send such a
   * form, so the server checks for CSRF.
   */
  readonly form?: boolean;
  /** True if the form may come from another site, because it alone does not sign anybody in. */
  readonly crossSite?: boolean;
  /** For a route that always answers 302: describes the target. */
  readonly leadsTo?: string;
  /** True if the route ignores the body. */
  readonly bodiless?: boolean;
  /** True if the body needs little, so that the server takes at most 32 KiB of it. */
  readonly shortBody?: boolean;
  /** The body of a 200. A route that always redirects has none. */
  readonly answer?: Type | [Type] | AnswerSchema;
  /** Error codes by status, besides those that follow from `access`, `body` and the method. */
  readonly errors?: Readonly<Record<number, readonly NamedError[]>>;
  /** Messages of errors without a code, by status (src/http/protocol.md, "Redirects and odd bodies"). */
  readonly messages?: Readonly<Record<number, readonly string[]>>;
  /** By status: when the server sends it without a body. */
  readonly empty?: Readonly<Record<number, string>>;
  /** Path of the route that this one is another form of. Limits and bans of that path apply to this route too. */
  readonly twinOf?: string;
  /** True if the answer is the same for everybody and contains no secret. Caches may then store it. */
  readonly cacheable?: boolean;
  /** The handler that Fastify calls directly, without Nest's guards and interceptors. */
  readonly direct?: DirectRoute;
}

/** A route that needs no check but those of its origin, its body and the session. */
type DirectSpecification = Omit<RouteSpecification, 'query' | 'redirects' | 'form' | 'empty' | 'direct'>;

/** The OpenAPI description of an answer that is not a class. */
export interface AnswerSchema {
  readonly contentType?: string;
  readonly schema: Record<string, unknown>;
  readonly models?: readonly Type[];
}

export const ROUTE = Symbol('route');

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True if the route takes forms besides JSON. */
    form?: boolean;
    /** True if the route ignores the body. */
    bodiless?: boolean;
    /** True if the body needs little. */
    shortBody?: boolean;
    /** True if the route gets the body as text and parses it itself. */
    plainBody?: boolean;
    /** True if the route is there for every method, and refuses most of them. */
    everyMethod?: boolean;
    /** True if the route may change something: every route except GET, and a GET with `redirects`. */
    writes?: boolean;
  }
}

export const AuthGet = (path: string, route: RouteSpecification) =>
  authRoute(path, { method: Get(path), verb: 'GET' }, route);
/** A route that Fastify calls directly, because Nest's work per request is too slow for a route that pages call often. */
export const DirectAuthGet = (path: string, route: Omit<DirectSpecification, 'body'>) =>
  directRoute(AuthGet, path, route);
export const DirectAuthPost = (path: string, route: DirectSpecification) =>
  directRoute(AuthPost, path, route);
export const AuthPost = (path: string, route: RouteSpecification) =>
  authRoute(path, { method: Post(path), verb: 'POST' }, route);
export const AuthPut = (path: string, route: RouteSpecification) =>
  authRoute(path, { method: Put(path), verb: 'PUT' }, route);

const directRoute =
  (method: typeof AuthGet, path: string, route: DirectSpecification) =>
  <Handler extends DirectHandler>(
    target: object,
    name: string,
    descriptor: TypedPropertyDescriptor<Handler>,
  ): void => {
    const { access = 'session', body } = route;
    const direct = { controller: target.constructor as Type, method: name, access, body };
    method(path, { ...route, direct })(target, name, descriptor);
  };

/** One declaration for routing, access, validation and OpenAPI, so that they cannot contradict each other. */
function authRoute(
  path: string,
  { method, verb }: { method: MethodDecorator; verb: 'GET' | 'POST' | 'PUT' },
  route: RouteSpecification,
): MethodDecorator {
  if (route.twinOf !== undefined) declareTwin(`/${path}`, `/${route.twinOf}`);
  const access = route.access ?? 'session';
  return applyDecorators(
    method,
    HttpCode(200),
    SetMetadata(ACCESS, access),
    SetMetadata(ROUTE, route),
    RouteConfig({
      form: route.form ?? false,
      bodiless: route.bodiless ?? false,
      shortBody: (route.shortBody || route.bodiless) ?? false,
      writes: verb !== 'GET' || (route.redirects ?? false),
      cacheable: route.cacheable ?? false,
      ...(route.direct ? { direct: route.direct } : {}),
    }),
    ApiOperation({ summary: route.summary, description: route.description }),
    ...(route.answer ? [describeAnswer(route.answer)] : []),
    ...(route.redirects ? [ApiResponse({ status: 302, description: 'On to `callbackURL`' })] : []),
    ...(route.leadsTo ? [ApiResponse({ status: 302, description: route.leadsTo })] : []),
    ...(access === 'public' && !route.credentials ? [] : [ApiCookieAuth('cookie')]),
    ...(access === 'public' && route.credentials ? [ApiSecurity({})] : []),
    ...(route.body ? [ApiBody({ type: route.body, required: isRequired(route.body) }), consumes(route)] : []),
    ApiExtraModels(ErrorAnswer),
    ...Object.entries(possibleErrors(verb, access, route)).map(([status, codes]) =>
      describeError(+status, codes, {
        messages: [
          ...(route.messages?.[+status] ?? []),
          ...(status === '400' ? redirectMessages(route) : []),
        ],
        empty: route.empty?.[+status],
      }),
    ),
    LIMITED,
    ...(route.errors?.[500] ? [] : [UNEXPECTED]),
  );
}

const consumes = (route: RouteSpecification) =>
  ApiConsumes('application/json', ...(route.form ? ['application/x-www-form-urlencoded'] : []));

const isRequired = (body: Type) => !(body as Type & { optional?: boolean }).optional;

function describeAnswer(answer: NonNullable<RouteSpecification['answer']>) {
  if (Array.isArray(answer))
    return ApiResponse({ status: 200, description: 'OK', type: answer[0], isArray: true });
  if (typeof answer === 'function') return ApiResponse({ status: 200, description: 'OK', type: answer });
  return applyDecorators(
    ...(answer.models ? [ApiExtraModels(...answer.models)] : []),
    ApiResponse({
      status: 200,
      description: 'OK',
      content: { [answer.contentType ?? 'application/json']: { schema: answer.schema } },
    }),
  );
}

const redirectsIn = ({ body }: RouteSpecification) =>
  REDIRECTS.filter(({ field }) => body && declaredFields(body).includes(field));

const redirectMessages = (route: RouteSpecification) => redirectsIn(route).map(({ label }) => noText(label));

/** The route's own errors, and those that follow from its access, body and method. */
function possibleErrors(
  verb: string,
  access: Access,
  route: RouteSpecification,
): Record<number, NamedError[]> {
  const errors: Record<number, NamedError[]> = {};
  const add = (status: number, ...codes: NamedError[]) => {
    errors[status] = [...new Set([...(errors[status] ?? []), ...codes])];
  };
  if (verb !== 'GET') {
    if (!route.bodiless) add(400, 'BAD_REQUEST');
    add(403, 'INVALID_ORIGIN', 'MISSING_OR_NULL_ORIGIN');
    add(413, 'PAYLOAD_TOO_LARGE');
    if (!route.bodiless) add(415, 'UNSUPPORTED_MEDIA_TYPE');
  }
  if (route.body || route.query) add(400, 'VALIDATION_ERROR');
  if (route.redirects) add(403, 'INVALID_CALLBACK_URL');
  if (route.form && !route.crossSite) add(403, 'CROSS_SITE_NAVIGATION_LOGIN_BLOCKED');
  for (const { code } of redirectsIn(route)) add(403, code);
  if (access !== 'public') {
    add(
      401,
      ...(route.empty?.[401] === undefined ? (['UNAUTHORIZED'] as const) : []),
      'FAILED_TO_GET_SESSION',
    );
  }
  if (access === 'fresh') add(403, 'SESSION_NOT_FRESH');
  for (const [status, codes] of Object.entries(route.errors ?? {})) add(Number(status), ...codes);
  return errors;
}
