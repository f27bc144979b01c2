import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { BASE_PATH, type Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { cookieSettings } from '../../config/cookie-settings.js';
import { currentSecret } from '../../config/keyring.js';
import { cookieName } from '../../cookies/session-cookies.js';
import { signValue } from '../../cookies/signed-value.js';
import { badRequest } from '../../errors/auth-error.js';
import { twinOf } from '../../http/auth-path.js';
import { asJson } from '../../http/json-answer.js';
import { jarOf } from '../../http/request-cookies.js';
import { withSentEscapes } from '../../http/strict-paths.js';
import type { ResolvedSession } from '../../sessions/current/current-session.js';
import { isAtomic } from './atomic-routes.js';
import { FactorNotices } from './factor-notices.js';
import { errorOf, isOfToken, isRefusal } from './faults-of-values.js';
import { HostDatabase } from './host-database.js';
import { CLIENT_ADDRESS } from './host-options.js';
import { HostPasswords } from './host-passwords.js';
import { hostedCalls, type HostedCall } from './hosted-call.js';
import { answerOf, type NativeAnswer } from './native-answer.js';
import { secondFactorRedirect } from './second-factor-redirect.js';
import type { HostedRoute } from './hosted-route.js';
import type { StartedHost } from './plugin-host.js';
import { RequestTransaction } from './request-transaction.js';
import { scimRefusals } from './scim-refusals.js';
import { withoutSessionTokens } from './without-session-tokens.js';

/** A request as the library sees it. */
interface Asked {
  readonly path: string;
  readonly method: string;
  /** Undefined if the request has no body. */
  readonly body: string | undefined;
  /** True if the body is JSON, whatever the client sent. */
  readonly parsed?: boolean;
}

/** Lets requests pass through the published library. */
@Injectable()
export class HostedRoutes {
  private readonly tokenCookie: string;
  private readonly dataCookie: string;
  private readonly secret: string;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly passwords: HostPasswords,
    private readonly notices: FactorNotices,
    private readonly database: HostDatabase,
  ) {
    const settings = cookieSettings(config);
    this.tokenCookie = cookieName(settings, 'session_token');
    this.dataCookie = cookieName(settings, 'session_data');
    this.secret = currentSecret(config);
  }

  /** Call this before the server has routes. */
  install(server: FastifyInstance, host: StartedHost): void {
    const handlerOf =
      (atomic: boolean): RouteHandlerMethod =>
      (request, reply) =>
        this.answer({ host, isAtomic: atomic }, request, reply);
    for (const route of host.routes) {
      const handler = handlerOf(isAtomic(route));
      for (const method of route.methods) {
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
    const cookie =
      found && `${this.tokenCookie}=${encodeURIComponent(signValue(found.session.token, this.secret))}`;
    const headers = this.headersFor(request, asked, cookie);
    if (!headers.has('cookie') && cookie !== undefined) call.cookie = cookie;
    const url = `${this.config.origin}${asked.path}`;
    const question = new Request(url, { method: asked.method, headers, body: asked.body ?? null });
    const response = await this.handle(call, () => host.handle(question));
    // A route of an extension may write to the connection itself.
    if (reply.raw.headersSent) return reply.hijack();
    if (call.fault !== undefined) throw errorOf(call.fault);
    if (response.status >= 500 && (call.isRefused || isOfToken(call.reported)))
      throw badRequest('VALIDATION_ERROR');
    if (response.status === 401) await this.passwords.evenOut(call);
    const text = textFor(found, await response.text());
    if (response.ok && found) await this.notices.tell(client.route, found.user, client);
    const unchanged = call.answer !== undefined && isSame(call.answer, response.status, text);
    const cookies = response.headers.getSetCookie();
    // A client that holds a JWT must not get a session that is valid for longer.
    const kept = found?.jwt
      ? cookies.filter((line) => !isPart(line.split('=', 1)[0] ?? '', this.tokenCookie))
      : cookies;
    const isReplaced =
      call.answer !== undefined ||
      (!found && !this.isOfSession(request, asked.path)) ||
      kept.some((line) => line.startsWith(`${this.tokenCookie}=`));
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

  /** False for the token of an OAuth client or of a directory, which says nothing about the session in the cookies. */
  private isOfSession(request: FastifyRequest, path: string): boolean {
    if (request.headers.authorization !== undefined && OF_CLIENTS.test(path)) return false;
    return [...jarOf(request).carried].some(
      ([name]) => name === this.tokenCookie || isPart(name, this.dataCookie),
    );
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

  /**
   * The library gets a cookie with the session that this server found, whatever credential the client sent. It never gets
   * the session data cookie, because that may describe a session that has ended. A client without cookies gets its cookie
   * later, from `nativeEndpoints`, because the library checks the origin of requests with cookies.
   */
  private headersFor(request: FastifyRequest, asked: Asked, cookie: string | undefined): Headers {
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers))
      if (typeof value === 'string' && !NOT_PASSED.has(name)) headers.set(name, value);
    const jar = jarOf(request);
    const cookies = [...jar.carried]
      .filter(([name]) => name !== this.tokenCookie && !isPart(name, this.dataCookie))
      .map(([name, value]) => `${name}=${value}`);
    if (cookie !== undefined) cookies.push(cookie);
    // Also if the cookie of an ended session is left out, so that the origin is checked.
    if (request.headers.cookie !== undefined) headers.set('cookie', cookies.join('; '));
    const { address, userAgent } = request.client;
    if (address !== '') headers.set(CLIENT_ADDRESS, address);
    if (userAgent !== '') headers.set('user-agent', userAgent);
    if (asked.parsed || (asked.body !== undefined && !headers.has('content-type')))
      headers.set('content-type', 'application/json');
    return headers;
  }
}

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

/** Routes of OAuth clients and of directories, which have tokens of their own. */
const OF_CLIENTS = new RegExp(`^${BASE_PATH}/(?:oauth2|scim/v2)/`);

/** These describe the connection, or the library gets them in another form. */
const NOT_PASSED = new Set([
  'cookie',
  'connection',
  'content-length',
  'transfer-encoding',
  'expect',
  'keep-alive',
  CLIENT_ADDRESS,
]);

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

const isPart = (name: string, cookie: string) => name === cookie || name.startsWith(`${cookie}.`);

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
