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
  schemaPath,
} from '../openapi/decorators.js';
import { declareTwin } from './auth-path.js';
import { definitionOf, type NamedError } from '../errors/defined-errors.js';
import { ACCESS, type Access } from './access.js';
import { declaredFields } from './declared-fields.js';
import type { DirectHandler, DirectRoute } from './direct-routes.js';
import { ErrorAnswer } from './error-answer.js';
import { REDIRECTS, noText } from './redirect-fields.js';

export interface RouteSpecification {
  readonly summary: string;
  readonly description?: string;
  /** Who may call it; `session` unless said otherwise. */
  readonly access?: Access;
  /** A route open to all that answers otherwise to who is signed in. */
  readonly credentials?: boolean;
  /** The class whose fields describe and validate the body. */
  readonly body?: Type;
  /** The class whose fields validate the query; OpenAPI has it from the handler's `@Query()`. */
  readonly query?: Type;
  /** Sends the browser to the query's `callbackURL`, which must be trusted for that (protocol.md §5.3). */
  readonly redirects?: boolean;
  /** Besides JSON also `application/x-www-form-urlencoded`, which a page can send across sites: so form-CSRF is checked. */
  readonly form?: boolean;
  /** Such a form may come from another site: nobody is signed in by it alone. */
  readonly crossSite?: boolean;
  /** Always answers 302: where to. */
  readonly leadsTo?: string;
  /** A body is passed over, whatever it holds. */
  readonly bodiless?: boolean;
  /** What a 200 holds; a route that always redirects has none. */
  readonly answer?: Type | [Type] | AnswerSchema;
  /** Status to the codes it may carry, besides those that follow from `access`, `body` and the method. */
  readonly errors?: Readonly<Record<number, readonly NamedError[]>>;
  /** Status to the messages that go out without a code (protocol.md §4.4). */
  readonly messages?: Readonly<Record<number, readonly string[]>>;
  /** Status to when it goes out without a body. */
  readonly empty?: Readonly<Record<number, string>>;
  /** Path of the route that this one is another form of. Whatever limits or disables that path holds for this one too. */
  readonly twinOf?: string;
  /** Whom Fastify asks by itself, without guards and interceptors. */
  readonly direct?: DirectRoute;
}

/** A route open to all that takes nothing: none of the guards would look at it. */
type UnguardedSpecification = Omit<
  RouteSpecification,
  'access' | 'body' | 'query' | 'redirects' | 'form' | 'direct'
>;

/** An answer that is no class: what OpenAPI says of it. */
export interface AnswerSchema {
  readonly contentType?: string;
  readonly schema: Record<string, unknown>;
  readonly models?: readonly Type[];
}

export const ROUTE = Symbol('route');

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route takes form posts besides JSON. */
    form?: boolean;
    /** Whether a body is passed over, whatever it holds. */
    bodiless?: boolean;
    /** Whether it may change something; of those that read, only followed links do. */
    writes?: boolean;
  }
}

export const AuthGet = (path: string, route: RouteSpecification) =>
  authRoute(path, { method: Get(path), verb: 'GET' }, route);
/** For what every page asks: none of Nest's per-request machinery stands between Fastify and the handler. */
export const DirectAuthGet =
  (path: string, route: UnguardedSpecification) =>
  <Handler extends DirectHandler>(
    target: object,
    method: string,
    descriptor: TypedPropertyDescriptor<Handler>,
  ): void => {
    const direct = { controller: target.constructor as Type, method };
    AuthGet(path, { ...route, access: 'public', direct })(target, method, descriptor);
  };
export const AuthPost = (path: string, route: RouteSpecification) =>
  authRoute(path, { method: Post(path), verb: 'POST' }, route);
export const AuthPut = (path: string, route: RouteSpecification) =>
  authRoute(path, { method: Put(path), verb: 'PUT' }, route);

/** One declaration for routing, access, validation and OpenAPI, so that none of them can say something else. */
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
      writes: verb !== 'GET' || (route.redirects ?? false),
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

const UNEXPECTED = ApiResponse({
  status: 500,
  description: 'Unexpected fault. No body; the log tells of it under the `x-request-id` of the answer.',
});

function describeError(
  status: number,
  errors: readonly NamedError[],
  { messages, empty }: { messages: readonly string[]; empty: string | undefined },
) {
  const defined = errors.map(definitionOf);
  const lines = [
    ...defined.map(({ code, message }) => `\`${code}\`: ${message}`),
    ...messages,
    ...(empty === undefined ? [] : [`No body: ${empty}`]),
  ];
  return ApiResponse({
    status,
    description: lines.join('<br>'),
    content: {
      'application/json': {
        schema: { $ref: schemaPath(ErrorAnswer) },
        examples: Object.fromEntries([
          ...defined.map(({ code, message }) => [code, { value: { message, code } }]),
          ...messages.map((message) => [message, { value: { message } }]),
        ]),
      },
    },
  });
}

const redirectsIn = ({ body }: RouteSpecification) =>
  REDIRECTS.filter(({ field }) => body && declaredFields(body).includes(field));

const redirectMessages = (route: RouteSpecification) => redirectsIn(route).map(({ label }) => noText(label));

/** The route's own errors and those that its access, body and method bring. */
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
