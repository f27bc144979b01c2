import type { FastifyInstance } from 'fastify';
import type { ChangeListener } from './change-listener.js';

/** A client finds its own change in the next answer of the same server: the answer waits until the cache has heard of it. */
export function installOwnChanges(server: FastifyInstance, changes: ChangeListener): void {
  server.addHook('onSend', (request, _reply, payload, done) => {
    if (!request.routeOptions.config.writes) return done(null, payload);
    void changes.catchUp().then(() => done(null, payload));
  });
}
