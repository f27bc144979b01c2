import type { FastifyInstance } from 'fastify';

/**
 * Lets a stopping server end as soon as the requests under way are answered: Fastify closes only the connections that
 * are idle when it stops, so a client that keeps its own open would hold the process for as long as keep-alive lasts.
 */
export function closeConnectionsWithLastAnswers(server: FastifyInstance): void {
  let stopping = false;
  server.addHook('preClose', (done) => {
    stopping = true;
    done();
  });
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping) void reply.header('connection', 'close');
    done(null, payload);
  });
}
