import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { RequestTrace, Telemetry } from './telemetry.js';

/** Traces every request from here to its answer. */
export function followRequests(server: FastifyInstance, telemetry: Telemetry): onRequestHookHandler {
  const traces = new WeakMap<FastifyRequest, RequestTrace>();
  // Fastify reads the body in the context of the connection, so the context of the request is entered again after it.
  server.addHook('preValidation', (request, _reply, done) => traces.get(request)?.run(done));
  server.addHook('onResponse', (request, reply, done) => {
    traces.get(request)?.end({
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
    });
    done();
  });
  return (request, _reply, done) => {
    const trace = telemetry.begin(request.headers);
    traces.set(request, trace);
    request.traceId = trace.traceId;
    trace.run(done);
  };
}
