import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BASE_PATH, type Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { cookieSettings } from '../../config/cookie-settings.js';
import { currentSecret } from '../../config/keyring.js';
import { cookieName } from '../../cookies/session-cookies.js';
import { signValue } from '../../cookies/signed-value.js';
import { jarOf } from '../../http/request-cookies.js';
import type { ResolvedSession } from '../../sessions/current/current-session.js';
import { CLIENT_ADDRESS } from './host-options.js';
import type { HostedCall } from './hosted-call.js';

/** A request as the library sees it. */
export interface Asked {
  readonly path: string;
  readonly method: string;
  /** Undefined if the request has no body. */
  readonly body: string | undefined;
  /** True if the body is JSON, whatever the client sent. */
  readonly parsed?: boolean;
}

/** Makes the requests that the library gets. */
@Injectable()
export class LibraryRequests {
  private readonly tokenCookie: string;
  private readonly dataCookie: string;
  private readonly accountCookie: string;
  private readonly secret: string;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    const settings = cookieSettings(config);
    this.tokenCookie = cookieName(settings, 'session_token');
    this.dataCookie = cookieName(settings, 'session_data');
    this.accountCookie = cookieName(settings, 'account_data');
    this.secret = currentSecret(config);
  }

  /** Also notes in the call what the library gets. */
  make(call: HostedCall, asked: Asked, found: ResolvedSession | undefined): Request {
    const { token } = found?.session ?? {};
    const cookie = token && `${this.tokenCookie}=${encodeURIComponent(signValue(token, this.secret))}`;
    const headers = this.headersFor(call.request, asked, cookie);
    if (!headers.has('cookie') && cookie !== undefined) call.cookie = cookie;
    const url = `${this.config.origin}${asked.path}`;
    call.passed = { url, headers: new Headers(headers) };
    return new Request(url, { method: asked.method, headers, body: asked.body ?? null });
  }

  /** True if the line of `Set-Cookie` is that of the session's token. */
  isToken(line: string): boolean {
    return isPart(nameIn(line), this.tokenCookie);
  }

  /** True if the line of `Set-Cookie` contains the session's token, or tokens of a provider. */
  containsToken(line: string): boolean {
    const name = nameIn(line);
    return [this.tokenCookie, this.dataCookie, this.accountCookie].some((cookie) => isPart(name, cookie));
  }

  /** False for the token of an OAuth client or of a directory, which says nothing about the session in the cookies. */
  isOfSession(request: FastifyRequest, path: string): boolean {
    if (request.headers.authorization !== undefined && OF_CLIENTS.test(path)) return false;
    return [...jarOf(request).carried].some(
      ([name]) => name === this.tokenCookie || isPart(name, this.dataCookie),
    );
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

const nameIn = (line: string) => line.split('=', 1)[0] ?? '';

const isPart = (name: string, cookie: string) => name === cookie || name.startsWith(`${cookie}.`);
