import type { onSendHookHandler } from 'fastify';
import type { ChangeListener } from './change-listener.js';

/**
 * Delays the answer of a request that may have changed something until the session cache knows the change. So the next
 * request of the client already sees it.
 */
export function awaitOwnChanges(changes: ChangeListener): onSendHookHandler {
  return (request, _reply, payload, done) => {
    if (!request.routeOptions.config.writes) return done(null, payload);
    void changes.catchUp().then(() => done(null, payload));
  };
}
