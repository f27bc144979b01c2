import type { FastifyInstance, onRequestHookHandler } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** The trace that the request belongs to; undefined if nobody follows it. */
    traceId: string | undefined;
  }
}

/** The caller's span (https://www.w3.org/TR/trace-context/). */
export interface CallersSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: number;
}

/** Version 255 is forbidden, and so are ids of zeros. A later version may append fields after another dash. */
const TRACE_PARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:$|-)/;

/** Undefined if there is no header `traceparent`, or a malformed one. */
export function callersSpan(header: string | string[] | undefined): CallersSpan | undefined {
  if (typeof header !== 'string') return undefined;
  const [, traceId, spanId, flags] = TRACE_PARENT.exec(header) ?? [];
  if (!traceId || !spanId || !flags || (header.startsWith('00') && header.length !== 55)) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}

/** Takes the trace id from the caller, so that the log names it. */
export function readTraceContext(server: FastifyInstance): onRequestHookHandler {
  server.decorateRequest('traceId', undefined);
  return (request, _reply, done) => {
    request.traceId = callersSpan(request.headers['traceparent'])?.traceId;
    done();
  };
}
