import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { BASE_PATH } from '../../config/config.js';
import { badRequest } from '../../errors/auth-error.js';
import { twinOf } from '../../http/auth-path.js';
import { exposeHeader } from '../../http/exposed-headers.js';
import { asJson } from '../../http/json-answer.js';
import { jarOf } from '../../http/request-cookies.js';
import { withSentEscapes } from '../../http/strict-paths.js';
import type { ResolvedSession } from '../../sessions/current/current-session.js';
import { SessionHeaders } from '../../sessions/session-headers.js';
import { isAtomic } from './atomic-routes.js';
import { FactorNotices } from './factor-notices.js';
import { errorOf, isOfToken, isRefusal } from './faults-of-values.js';
import { HostDatabase } from './host-database.js';
import { HostPasswords } from './host-passwords.js';
import { hostedCalls, type HostedCall } from './hosted-call.js';
import { answerOf, type NativeAnswer } from './native-answer.js';
import { secondFactorRedirect } from './second-factor-redirect.js';
import type { HostedRoute } from './hosted-route.js';
import { LibraryRequests, type Asked } from './library-requests.js';
import type { StartedHost } from './plugin-host.js';
import { RequestTransaction } from './request-transaction.js';
import { scimRefusals } from './scim-refusals.js';
import { withoutSessionTokens } from './without-session-tokens.js';

/** Lets requests pass through the published library. */
@Injectable()
export class HostedRoutes {
  constructor(
    private readonly requests: LibraryRequests,
    private readonly passwords: HostPasswords,
    private readonly notices: FactorNotices,
    private readonly database: HostDatabase,
    private readonly sessionHeaders: SessionHeaders,
  ) {}

  /** Call this before the server has routes. */
  install(server: FastifyInstance, host: StartedHost): void {
    const handlerOf =
      (atomic: boolean): RouteHandlerMethod =>
      (request, reply) =>
        this.answer({ host, isAtomic: atomic }, request, reply);
    for (const route of host.routes) {
      const handler = handlerOf(isAtomic(route));
      for (const method of route.methods) {
        if (host.replaced.takes(route, method)) continue;
        const config = { plainBody: true, writes: method !== 'GET' };
        const refusals = route.plugin === 'scim' ? { onSend: scimRefusals } : {};
        server.route({ method, url: `${BASE_PATH}${route.path}`, config, handler, ...refusals });
      }
    }
    for (const url of host.metadata)
      server.route({
        method: [...METHODS],
        url,
        config: { plainBody: true, everyMethod: true },
        handler: handlerOf(false),
      });
    server.addHook('onRoute', (route) => {
      if (!route.url.startsWith(`${BASE_PATH}/`) || route.config?.plainBody) return;
      const path = route.url.slice(BASE_PATH.length);
      const replacement = host.replaced.inPlaceOf(path, [route.method].flat()[0] ?? 'GET', twinOf(path));
      if (replacement) {
        route.config = { ...route.config, plainBody: true };
        route.handler = replacement === 'gone' ? notFound : handlerOf(isAtomic(replacement));
        return;
      }
      const native = route.handler;
      const hosted = host.hosted(twinOf(path) ?? path, [route.method].flat());
      if (!hosted) return;
      route.handler = (request, reply) =>
        isFor(hosted, request)
          ? this.answerAround(native, { host, hosted, twin: twinOf(path) }, request, reply)
          : native.call(server, request, reply);
    });
  }

  /** Answers a request for a route that a plugin defines. */
  private async answer(
    { host, isAtomic: atomic }: { host: StartedHost; isAtomic: boolean },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    const asked = {
      path: withSentEscapes(request.url),
      method: request.method,
      body: typeof request.body === 'string' ? request.body : undefined,
    };
    const call: HostedCall = { request, native: undefined, afterwards: [], isAtomic: atomic };
    return this.send(call, { host, asked, reply });
  }

  /** Answers a request for a route of this server, so that the hooks of plugins run around it. */
  private async answerAround(
    native: RouteHandlerMethod,
    { host, hosted, twin }: { host: StartedHost; hosted: HostedRoute; twin: string | undefined },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    const { method = request.method } = hosted;
    const query = request.url.slice(request.url.split('?', 1)[0]?.length);
    const asked = {
      path: twin === undefined ? withSentEscapes(request.url) : `${BASE_PATH}${twin}${query}`,
      method,
      body: BODILESS.has(method) ? undefined : JSON.stringify(request.body ?? {}),
      parsed: true,
    };
    const run = () => answerOf(native, request, reply);
    return this.send({ request, native: run, afterwards: [], isAtomic: false }, { host, asked, reply });
  }

  private async send(
    call: HostedCall,
    { host, asked, reply }: { host: StartedHost; asked: Asked; reply: FastifyReply },
  ): Promise<unknown> {
    const { request } = call;
    const found = await request.requestedSession.resolve({ renews: !call.native });
    const { client } = request;
    call.act = { client, actor: found?.user.id, session: found?.session.id };
    const before = jarOf(request).setCookies;
    const question = this.requests.make(call, asked, found);
    const response = await this.handle(call, () => host.handle(question));
    // The next request must reach the hooks too. They may also have changed what the answer depends on.
    request.repeatable = undefined;
    // A route of an extension may write to the connection itself.
    if (reply.raw.headersSent) return reply.hijack();
    if (call.fault !== undefined) throw errorOf(call.fault);
    if (response.status >= 500 && (call.isRefused || isOfToken(call.reported)))
      throw badRequest('VALIDATION_ERROR');
    if (response.status === 401) await this.passwords.evenOut(call);
    const text = textFor(found, await response.text());
    if (found && response.ok && text !== 'null' && showsSession(call, asked))
      await this.addSessionHeaders(found, reply);
    if (response.ok && found) await this.notices.tell(client.route, found.user, client);
    const unchanged = call.answer !== undefined && isSame(call.answer, response.status, text);
    const cookies = response.headers.getSetCookie();
    // A client that holds a JWT must not get a session that is valid for longer.
    const kept = found?.jwt ? cookies.filter((line) => !this.requests.containsToken(line)) : cookies;
    const isReplaced =
      call.answer !== undefined ||
      (!found && !this.requests.isOfSession(request, asked.path)) ||
      kept.some((line) => this.requests.isToken(line));
    jarOf(request).replaceAll(isReplaced ? kept : [...before, ...kept]);
    request.redirects = false;
    for (const [name, value] of response.headers)
      if (name !== 'set-cookie' && name !== 'content-type') void reply.header(name, value);
    const target = secondFactorRedirect(targetOf(call, asked), text);
    if (target !== undefined) return reply.code(302).header('location', target).send();
    void reply.code(response.status === 500 && isRefusal(client.route, text) ? 400 : response.status);
    const type = unchanged
      ? call.answer?.headers.get('content-type')
      : (response.headers.get('content-type') ?? undefined);
    const body = unchanged ? (call.answer?.text ?? '') : text;
    const bytes = call.answer?.bytes;
    if (unchanged && bytes !== undefined)
      return reply.header('content-type', type ?? 'application/octet-stream').send(bytes);
    if (bytes instanceof Readable) bytes.destroy();
    if (type === 'application/json') return asJson(reply).send(body);
    if (type !== undefined) void reply.header('content-type', type);
    if (body === '') return reply.send();
    // Fastify would add a charset to the type of a text in JSON, such as that of SCIM.
    return reply.send(type?.endsWith('json') ? Buffer.from(body) : body);
  }

  private async addSessionHeaders(found: ResolvedSession, reply: FastifyReply): Promise<void> {
    for (const { name, value } of await this.sessionHeaders.of(found)) {
      void reply.header(name, value);
      exposeHeader(reply, name);
    }
  }

  /** If the server dies or the library fails, nothing of an atomic request is written. */
  private async handle(call: HostedCall, run: () => Promise<Response>): Promise<Response> {
    if (!call.isAtomic || !call.act) return hostedCalls.run(call, run);
    const { dataSource, audit } = this.database;
    const transaction = new RequestTransaction(dataSource, audit, call.act);
    call.transaction = transaction;
    let commits = false;
    try {
      const response = await hostedCalls.run(call, run);
      commits = response.status < 500 && call.fault === undefined;
      return response;
    } finally {
      await transaction.end({ commits });
    }
  }
}

/** True if a plugin answers `get-session` in the place of this server's own route. */
const showsSession = ({ native, request }: HostedCall, { path }: Asked): boolean =>
  !native && !request.actsAs && path.split('?', 1)[0] === `${BASE_PATH}/get-session`;

const notFound: RouteHandlerMethod = (_request, reply) => reply.code(404).send();

/** Where the browser would go after the sign-in. Undefined if the route does not redirect. */
function targetOf({ answer }: HostedCall, { path, method }: Asked): string | undefined {
  if (answer) return answer.status === 302 ? (answer.headers.get('location') ?? undefined) : undefined;
  // The plugin has checked this URL before it used up the link.
  return method === 'GET'
    ? (new URLSearchParams(path.slice(path.indexOf('?') + 1)).get('callbackURL') ?? undefined)
    : undefined;
}

const textFor = (found: ResolvedSession | undefined, text: string): string =>
  found?.jwt ? withoutSessionTokens(text, { token: found.session.token, jwt: found.jwt.text }) : text;

/** Methods whose requests have no body in the Fetch API. */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Other methods than GET and HEAD are 405 where a plugin answers without a route. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** True if a hook of a plugin runs for this request. */
function isFor({ hosting, path }: HostedRoute, request: FastifyRequest): boolean {
  if (hosting === 'all') return true;
  const { method, body, query, params } = request;
  const headers = { get: (name: string) => request.headers[name.toLowerCase()] ?? null };
  const context = { path, method, body, query, params, headers, request: { headers } };
  return hosting.some((matcher) => {
    try {
      return matcher(context);
    } catch {
      return true;
    }
  });
}

/** True if no hook has changed what the route answered. */
function isSame(answer: NativeAnswer, status: number, text: string): boolean {
  if (answer.status !== status) return false;
  if (answer.text === text) return true;
  try {
    return JSON.stringify(JSON.parse(answer.text)) === text;
  } catch {
    return answer.text === '';
  }
}
