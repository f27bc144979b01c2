import type { FastifyError, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { CookieJar } from '../../cookies/cookie-jar.js';
import { jarOf } from '../../http/request-cookies.js';

/** What a route of this server would have sent. */
export interface NativeAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly cookies: readonly string[];
  readonly text: string;
  /** The body of a route of an extension, if it is no text. */
  readonly bytes: unknown;
  /** The token of the session whose cookies the answer sets. */
  readonly sessionToken: string | undefined;
}

/** Runs the handler of a route, and catches its answer before it is sent. */
export async function answerOf(
  handler: RouteHandlerMethod,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<NativeAnswer> {
  const caught = new CaughtReply();
  request.jar = new CookieJar(jarOf(request).carried);
  request.startedSession = undefined;
  const inPlace = caught.inPlaceOf(reply);
  try {
    await handler.call(request.server, request, inPlace);
  } catch (error) {
    // Nest's routes answer errors themselves. For those that Fastify calls directly, Fastify asks its error handler.
    request.server.errorHandler(error as FastifyError, request, inPlace);
  }
  return {
    status: request.redirects ? 302 : caught.status,
    headers: caught.headers,
    cookies: jarOf(request).setCookies,
    text: caught.text,
    bytes: caught.bytes,
    sessionToken: startedIn(request),
  };
}

const startedIn = ({ startedSession }: FastifyRequest) => startedSession?.session.token;

class CaughtReply {
  status = 200;
  text = '';
  bytes: unknown;
  readonly headers = new Map<string, string>();
  private sent = false;

  /** An object with everything of the reply, except that it keeps what the route sends. */
  inPlaceOf(reply: FastifyReply): FastifyReply {
    const caught = Object.create(reply) as FastifyReply;
    const chained =
      <Parameters extends unknown[]>(change: (...given: Parameters) => void) =>
      (...given: Parameters) => {
        change(...given);
        return caught;
      };
    const code = chained((status: number) => (this.status = status));
    const header = chained((name: string, value: unknown) =>
      this.headers.set(name.toLowerCase(), String(value)),
    );
    Object.defineProperties(caught, {
      sent: { get: () => this.sent },
      statusCode: {
        get: () => this.status,
        set: (status: number) => {
          this.status = status;
        },
      },
      code: { value: code },
      status: { value: code },
      header: { value: header },
      headers: {
        value: chained((values: object) => {
          for (const [name, value] of Object.entries(values)) header(name, value);
        }),
      },
      getHeader: { value: (name: string) => this.headers.get(name.toLowerCase()) },
      hasHeader: { value: (name: string) => this.headers.has(name.toLowerCase()) },
      removeHeader: { value: chained((name: string) => this.headers.delete(name.toLowerCase())) },
      serializer: { value: chained(() => {}) },
      send: {
        value: chained((body?: unknown) => {
          this.sent = true;
          if (typeof body === 'string') this.text = body;
          else this.bytes = body ?? undefined;
        }),
      },
    });
    return caught;
  }
}
