import type { FastifyInstance, onSendHookHandler } from 'fastify';

/**
 * Lets a stopping server end as soon as the requests under way are answered: Fastify closes only the connections that
 * are idle when it stops, so a client that keeps its own open would hold the process for as long as keep-alive lasts.
 */
export function closeConnectionsWithLastAnswers(server: FastifyInstance): onSendHookHandler {
  let stopping = false;
  server.addHook('preClose', (done) => {
    stopping = true;
    done();
  });
  return (_request, reply, payload, done) => {
    if (stopping) void reply.header('connection', 'close');
    done(null, payload);
  };
}
