import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerFactory } from 'fastify';
import type { AnsweredRequest } from '../logging/logger.js';
import type { JsonText } from './json-text.js';

/** An answer that the same question would be given again. */
export interface RepeatableAnswer {
  readonly answer: JsonText;
  /** Whether that is still so. */
  holds(): boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    repeatable?: RepeatableAnswer;
  }
}

/** What stands around every answer, however it comes about. */
export interface Surroundings {
  /** Whether the request is to take the long way, which will refuse it; undefined where nothing is limited. */
  readonly refuses: ((request: IncomingMessage) => Promise<boolean>) | undefined;
  record(answered: AnsweredRequest): void;
}

interface KnownAnswer {
  readonly repeatable: RepeatableAnswer;
  readonly url: string;
  /** Names and values in turn; one array for all that differ in nothing but what stands last, a JWT and a request id. */
  readonly headers: string[];
  readonly jwt: string | undefined;
  /** Text that is ASCII is the same bytes in either, and sooner made into them as the former. */
  readonly encoding: 'latin1' | 'utf8';
}

const MADE_ANEW = new Set(['x-request-id', 'date', 'connection', 'keep-alive']);
const JWT = 'set-auth-jwt';
/** Kinds of headers that are remembered; there are as many as lengths of answers, times the origins that ask. */
const KINDS = 500;

/**
 * Whoever asks again with the same cookies is sent the same bytes again, while they still hold: in front of Fastify, whose
 * hooks, headers and reply take several times as long as all the rest. Only the id of the request is another.
 */
export class RepeatedAnswers {
  private readonly known = new Map<string, KnownAnswer>();
  private readonly kinds = new Map<string, string[]>();
  private surroundings: Surroundings | undefined;

  /** @param capacity answers that are kept at most; the oldest gives way. */
  constructor(private readonly capacity: number) {}

  /** Node's own server with what Fastify would set, and this in front of Fastify. */
  readonly serverFactory: FastifyServerFactory = (handle, options) => {
    const server = createServer((request, response) => {
      this.answer(request, response, handle);
    });
    const { keepAliveTimeout, requestTimeout, connectionTimeout } = options as Record<string, number>;
    if (keepAliveTimeout !== undefined) server.keepAliveTimeout = keepAliveTimeout;
    if (requestTimeout !== undefined) server.requestTimeout = requestTimeout;
    if (connectionTimeout !== undefined) server.setTimeout(connectionTimeout);
    return server;
  };

  install(server: FastifyInstance, surroundings: Surroundings): void {
    this.surroundings = surroundings;
    server.addHook('onResponse', (request, reply, done) => {
      this.learn(request, reply);
      done();
    });
    server.addHook('preClose', (done) => {
      this.surroundings = undefined;
      done();
    });
  }

  private answer(request: IncomingMessage, response: ServerResponse, handle: RequestListener): void {
    const { surroundings } = this;
    const key = surroundings && keyOf(request);
    const known = key === undefined ? undefined : this.known.get(key);
    if (!surroundings || !known || known.url !== request.url) return handle(request, response);
    const { refuses } = surroundings;
    const otherwise = () => handle(request, response);
    const answer = () => (known.repeatable.holds() ? this.send(known, response, surroundings) : otherwise());
    if (refuses) refuses(request).then((refused) => (refused ? otherwise() : answer()), otherwise);
    else answer();
  }

  private send(known: KnownAnswer, response: ServerResponse, surroundings: Surroundings): void {
    const requestId = randomUUID();
    const { headers, jwt } = known;
    headers[headers.length - 1] = requestId;
    if (jwt !== undefined) headers[headers.length - 3] = jwt;
    response.writeHead(200, headers);
    response.end(known.repeatable.answer.text, known.encoding);
    surroundings.record({ requestId, method: 'GET', route: known.url, status: 200, milliseconds: 0 });
  }

  /** From an answer that has been sent. */
  private learn(request: FastifyRequest, reply: FastifyReply): void {
    const { repeatable, raw } = request;
    const { url } = request.routeOptions;
    if (!repeatable || !url || raw.url !== url) return;
    const key = keyOf(raw);
    if (key === undefined || reply.statusCode !== 200 || reply.hasHeader('set-cookie')) return;
    if (!this.known.has(key) && this.known.size >= this.capacity) {
      this.known.delete(this.known.keys().next().value ?? '');
    }
    const { text } = repeatable.answer;
    const encoding = Buffer.byteLength(text) === text.length ? 'latin1' : 'utf8';
    const jwt = reply.getHeader(JWT)?.toString();
    this.known.set(key, { repeatable, url, headers: this.headersOf(reply), jwt, encoding });
  }

  /** The id of the request comes last, and the JWT before it: they are written anew each time. */
  private headersOf(reply: FastifyReply): string[] {
    const headers = Object.entries(reply.getHeaders())
      .filter(([name]) => name !== JWT && !MADE_ANEW.has(name))
      .flatMap(([name, value]) => [name, String(value)]);
    if (reply.hasHeader(JWT)) headers.push(JWT, '');
    headers.push('x-request-id', '');
    const kind = headers.join('\n');
    const same = this.kinds.get(kind);
    if (same) return same;
    if (this.kinds.size >= KINDS) this.kinds.clear();
    this.kinds.set(kind, headers);
    return headers;
  }
}

/**
 * All of a request that an answer can depend on besides its path; undefined when it has a body or a bearer.
 */
function keyOf({ method, headers }: IncomingMessage): string | undefined {
  const { cookie, origin = '', authorization } = headers;
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (method !== 'GET' || cookie === undefined || authorization !== undefined || hasBody) return undefined;
  return `${origin}\n${cookie}`;
}
