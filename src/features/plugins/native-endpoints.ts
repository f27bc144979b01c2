import type { BetterAuthPlugin, GenericEndpointContext } from '@better-auth/core';
import { BASE_PATH } from '../../config/config.js';
import type { Library } from './library.js';
import { takeChanges } from './changed-request.js';
import type { GivenSession, GivenSessions } from './given-sessions.js';
import { hostedCalls } from './hosted-call.js';
import type { NativeAnswer } from './native-answer.js';
import { withReturnAddress } from './return-address.js';
import { inLibrary } from './thrown-error.js';

export type Endpoints = NonNullable<BetterAuthPlugin['endpoints']>;

/** A route of the protocol's core, as the library names it. */
export interface CoreRoute {
  readonly key: string;
  readonly path: string;
  readonly methods: readonly string[];
}

/** The id of the plugin that puts this server's routes in the place of the library's. */
const OURS = 'gatehouse';

/** The routes of the plugin `jwt`, which this server has itself. `/token` is a route for sessions, so an API key opens it. */
const OF_JWT: readonly CoreRoute[] = [
  { key: 'getToken', path: '/token', methods: ['GET'] },
  { key: 'getJwks', path: '/jwks', methods: ['GET'] },
];

/** The library's own routes, and those of a plugin which this server has itself. */
export function coreRoutesOf({ coreEndpoints }: Library): CoreRoute[] {
  const core = Object.entries(coreEndpoints).flatMap(([key, { path, options }]) =>
    path === undefined ? [] : [{ key, path, methods: [options.method ?? 'GET'].flat() }],
  );
  return [...core, ...OF_JWT];
}

/**
 * An endpoint of a plugin replaces the library's endpoint with the same key. So each rule of the core has one
 * implementation, this server's, and the hooks of other plugins run around it.
 */
export function nativeEndpoints(parts: EndpointParts, routes: readonly CoreRoute[]): BetterAuthPlugin {
  const endpoints = routes.map((route) => [route.key, endpointFor(parts, route)]);
  return {
    id: OURS,
    endpoints: Object.fromEntries(endpoints) as Endpoints,
    hooks: { before: [cookieOfSession(parts.library)] },
  };
}

/** The endpoint of the library that runs a route of this server. */
export const endpointFor = (
  parts: EndpointParts,
  { path, methods }: Omit<CoreRoute, 'key'>,
): Endpoints[string] =>
  parts.library.createAuthEndpoint(path, { method: [...methods] as ['POST'] }, (context) =>
    runNative(parts, context as GenericEndpointContext),
  );

/**
 * Gives the library the session of a client without cookies, after the origin check. It changes the headers themselves,
 * because hooks that run later in the same request must see the session too.
 */
const cookieOfSession = ({ createAuthMiddleware }: Library) => ({
  matcher: () => hostedCalls.getStore()?.cookie !== undefined,
  handler: createAuthMiddleware((context) => {
    context.headers?.set('cookie', hostedCalls.getStore()?.cookie ?? '');
    return Promise.resolve();
  }),
});

/** What an endpoint needs to run a route of this server. */
export interface EndpointParts {
  readonly library: Library;
  readonly givenSessions: GivenSessions;
}

/** What the library's context has beyond its type. */
interface Responding {
  responseHeaders: Headers;
}

async function runNative(
  { library, givenSessions }: EndpointParts,
  context: GenericEndpointContext,
): Promise<unknown> {
  const call = hostedCalls.getStore();
  if (!call?.native) throw new Error(`A plugin calls ${context.path} itself, which this server cannot do.`);
  takeChanges(call, context);
  call.context = context;
  const { session } = context.context;
  // The library's own get-session reads the cookie only.
  if (session && context.path !== '/get-session')
    await inLibrary(library, () => givenSessions.take(call, session.session as GivenSession));
  const own = `${new URL(context.request?.url ?? context.context.baseURL).origin}${BASE_PATH}`;
  const answer = withReturnAddress(await call.native(), own, context.context.baseURL);
  call.answer = answer;
  const { responseHeaders } = context as unknown as Responding;
  for (const line of answer.cookies) responseHeaders.append('set-cookie', line);
  for (const [name, value] of answer.headers) if (name !== 'content-type') context.setHeader(name, value);
  const body = bodyOf(answer);
  if (answer.status < 400) await noteSession(context, answer.sessionToken ?? call.begun);
  await runAll(call.afterwards);
  if (answer.status >= 300) throw new library.APIError(answer.status as 400, body as { message: string });
  return context.json(body as object);
}

/** Runs every hook, also after one has failed. @throws the first error of a hook. */
async function runAll(hooks: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const hook of hooks) await hook().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

export function bodyOf({ text }: NativeAnswer): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}

/** Tells the hooks that run after which session has begun, with all fields that plugins add. */
async function noteSession(context: GenericEndpointContext, token: string | undefined): Promise<void> {
  if (token === undefined) return;
  const found = await context.context.internalAdapter.findSession(token);
  if (found) context.context.setNewSession(found);
}
