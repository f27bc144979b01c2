import type { FastifyInstance, onSendHookHandler } from 'fastify';

/**
 * Closes each connection after its answer while the server is stopping. Fastify only closes connections that are idle
 * when it stops, so without this a client with keep-alive would keep the process running until the keep-alive timeout.
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
