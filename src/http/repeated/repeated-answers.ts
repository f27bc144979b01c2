import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, onResponseHookHandler } from 'fastify';
import type { AnsweredRequest } from '../../logging/logger.js';
import { callersSpan } from '../../logging/trace-context.js';
import { repeatableHeaders } from './repeatable-headers.js';
import type { RepeatableAnswer } from './repeatable-answer.js';

/** What happens around every answer, also around one that Fastify does not give. */
export interface Surroundings {
  /** True if the rate limiter would refuse this request. Fastify then sends the 429. Undefined if nothing is limited. */
  readonly refuses: ((request: IncomingMessage) => Promise<boolean>) | undefined;
  readonly record: (answered: AnsweredRequest, headers: IncomingHttpHeaders) => void;
}

/** Characters of what one kept answer needs. Clients choose most of them, for example with further cookies. */
const LARGEST = 8192;

interface KnownAnswer {
  readonly answer: RepeatableAnswer;
  readonly url: string;
  /** Names and values in turn. The last value is the request id, which is new each time. */
  readonly headers: string[];
  /** Milliseconds since 1970. */
  readonly until: number;
}

/**
 * Answers a repeated request before Fastify sees it, because Fastify's hooks and reply cost several times more than the
 * rest. An answer is repeated only if its route allows that and nothing else contributed to it, except headers that say
 * until when they hold.
 */
export class RepeatedAnswers {
  private readonly known = new Map<string, KnownAnswer>();
  private surroundings: Surroundings | undefined;

  /**
   * @param capacity number of answers that are kept. The oldest one is dropped first.
   * @param credentials headers that say who asks, besides cookies and `Authorization`.
   */
  constructor(
    private readonly capacity: number,
    private readonly credentials: readonly string[] = [],
  ) {}

  /** Answers requests in front of another listener. */
  readonly inFront = (handle: RequestListener): RequestListener => {
    return (request, response) => this.answer(request, response, handle);
  };

  /** From now on, until the server stops, a request may be answered before Fastify sees it. */
  start(server: FastifyInstance, surroundings: Surroundings): void {
    this.surroundings = surroundings;
    server.addHook('preClose', (done) => {
      this.surroundings = undefined;
      done();
    });
  }

  readonly learn: onResponseHookHandler = (request, reply, done) => {
    this.keep(request, reply);
    done();
  };

  /** Keeps an answer that has been sent, if it may be repeated. */
  private keep(request: FastifyRequest, reply: FastifyReply): void {
    const { repeatable, raw } = request;
    const { url } = request.routeOptions;
    if (!repeatable || !url || raw.url !== url || reply.statusCode !== 200) return;
    const key = keyOf(raw, this.credentials);
    const headers = repeatableHeaders(reply.getHeaders(), repeatable.added, Date.now());
    if (key === undefined || !headers) return;
    if (!this.known.has(key) && this.known.size >= this.capacity) {
      this.known.delete(this.known.keys().next().value ?? '');
    }
    const { lines, until } = headers;
    if (key.length + repeatable.answer.text.length + lines.join('').length > LARGEST) return;
    this.known.set(key, { answer: repeatable.answer, url, headers: [...lines, 'x-request-id', ''], until });
  }

  private answer(request: IncomingMessage, response: ServerResponse, handle: RequestListener): void {
    const { surroundings } = this;
    const key = surroundings && keyOf(request, this.credentials);
    const known = key === undefined ? undefined : this.known.get(key);
    const otherwise = () => handle(request, response);
    if (!surroundings || !known || known.url !== request.url) return otherwise();
    const answer = () => (holds(known) ? send(known, request, response, surroundings) : otherwise());
    const { refuses } = surroundings;
    if (refuses) refuses(request).then((refused) => (refused ? otherwise() : answer()), otherwise);
    else answer();
  }
}

const holds = ({ answer, until }: KnownAnswer) => Date.now() < until && answer.holds();

function send(
  { answer, url, headers }: KnownAnswer,
  request: IncomingMessage,
  response: ServerResponse,
  surroundings: Surroundings,
): void {
  const requestId = randomUUID();
  headers[headers.length - 1] = requestId;
  response.writeHead(200, headers);
  response.end(answer.text);
  const traceId = callersSpan(request.headers['traceparent'])?.traceId;
  const answered = { requestId, method: 'GET', route: url, status: 200, milliseconds: 0, traceId };
  surroundings.record(answered, request.headers);
}

/**
 * All of a request that its answer can depend on besides the path. Undefined if it has a body, an `Authorization` or one of the
 * other credentials.
 */
function keyOf({ method, headers }: IncomingMessage, credentials: readonly string[]): string | undefined {
  const { cookie, origin = '', authorization } = headers;
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (method !== 'GET' || cookie === undefined || authorization !== undefined || hasBody) return undefined;
  for (const name of credentials) if (headers[name] !== undefined) return undefined;
  return `${origin}\n${cookie}`;
}
