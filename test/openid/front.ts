import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Endpoint = 'discovery' | 'jwks' | 'authorization' | 'token' | 'userinfo' | 'other';

/** How an endpoint misbehaves. */
export type Fault =
  | { readonly kind: 'down' }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | { readonly kind: 'redirect'; readonly to: string }
  /** Sends JSON that does not end, until the client closes the connection. Then it calls `ended`. */
  | { readonly kind: 'endless'; readonly ended: () => void }
  /** Never answers. Calls `ended` when the client closes the connection. */
  | { readonly kind: 'silent'; readonly ended: () => void }
  /** Answers correctly, but this many milliseconds late. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** Answers correctly after the promise has resolved. */
  | { readonly kind: 'held'; readonly until: Promise<unknown> };

/** A request that the provider received. */
export interface ProviderRequest {
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The fields of a form body; empty if there is none. */
  readonly form: URLSearchParams;
}

/** Replaces the JSON answer of an endpoint by another. */
export type Rewrite = (
  endpoint: Endpoint,
  answer: Record<string, unknown>,
  request: ProviderRequest,
) => Promise<Record<string, unknown>>;

interface FrontSettings {
  /** The port of the provider behind the front. */
  readonly inner: number;
  readonly port: number;
  readonly faults: ReadonlyMap<Endpoint, Fault>;
  readonly seen: ProviderRequest[];
  readonly rewrite: Rewrite;
}

/** Paths that some built-in providers of Better Auth request at their `issuer`, with the provider's own path for each. */
const ALIASES: Readonly<Record<string, string>> = {
  '/oauth/authorize': '/auth',
  '/oauth/token': '/token',
  '/api/v4/user': '/me',
  '/oauth2/authorize': '/auth',
  '/oauth2/token': '/token',
};

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/.well-known/openid-configuration': 'discovery',
  '/jwks': 'jwks',
  '/auth': 'authorization',
  '/token': 'token',
  '/me': 'userinfo',
};

/** Starts a proxy in front of the provider. It records requests, applies faults and rewrites answers. */
export async function startFront({ inner, port, faults, seen, rewrite }: FrontSettings): Promise<Server> {
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(502);
      response.end(String(error));
    });
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    const { pathname, search } = new URL(request.url ?? '/', 'http://front');
    const path = ALIASES[pathname] ?? pathname;
    const noted: ProviderRequest = {
      endpoint: ENDPOINTS[path] ?? 'other',
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      form: new URLSearchParams(body.toString()),
    };
    seen.push(noted);
    const fault = faults.get(noted.endpoint);
    if (fault?.kind === 'slow') await sleep(fault.milliseconds);
    if (fault?.kind === 'held') await fault.until;
    if (fault?.kind === 'redirect') return void response.writeHead(302, { location: fault.to }).end();
    if (fault?.kind === 'endless') return sendForever(response, fault.ended);
    if (fault?.kind === 'silent') return void response.once('close', fault.ended);
    if (fault?.kind === 'down') return void request.socket.destroy();
    if (fault?.kind === 'garbage') return void response.writeHead(200, HTML).end('<html>It works!</html>');
    if (fault?.kind === 'answer') return void response.writeHead(fault.status, JSON_TYPE).end(fault.body);
    const query = pathname === '/oauth/authorize' ? withScopesOfUserinfo(search) : search;
    const answer = await forward(inner, request, path + query, body);
    const { status, headers } = answer;
    const isJson = headers['content-type']?.startsWith('application/json');
    const text = isJson
      ? JSON.stringify(
          await rewrite(noted.endpoint, JSON.parse(answer.body.toString()) as Record<string, unknown>, noted),
        )
      : answer.body;
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
  }

  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Adds the OpenID scopes. GitLab's user endpoint needs only `read_user`, but the provider behind needs these scopes. */
function withScopesOfUserinfo(search: string): string {
  const query = new URLSearchParams(search);
  query.set('scope', `${query.get('scope') ?? ''} ${SCOPES_OF_USERINFO.join(' ')}`);
  return `?${query.toString()}`;
}

export const SCOPES_OF_USERINFO = ['openid', 'email', 'profile'];

export const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const HTML = { 'content-type': 'text/html' };
const JSON_TYPE = { 'content-type': 'application/json' };

function sendForever(response: ServerResponse, ended: () => void): void {
  response.writeHead(200, JSON_TYPE).write('{"a":"');
  const sending = setInterval(() => response.write('x'.repeat(64 * 1024)), 1);
  response.once('close', () => {
    clearInterval(sending);
    ended();
  });
}

async function forward(inner: number, { method, headers }: IncomingMessage, path: string, body: Buffer) {
  const forwarded = httpRequest({ host: '127.0.0.1', port: inner, path, method, headers, agent: false });
  forwarded.end(body);
  const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
  const { 'transfer-encoding': _, ...rest } = answer.headers;
  return { status: answer.statusCode ?? 0, headers: rest, body: await read(answer) };
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
