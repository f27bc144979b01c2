import type { onSendHookHandler } from 'fastify';
import type { ChangeListener } from './change-listener.js';

/** Delays an answer that may have changed something until the session cache has heard of it, so that the next answer shows it. */
export function awaitOwnChanges(changes: ChangeListener): onSendHookHandler {
  return (request, _reply, payload, done) => {
    if (!request.routeOptions.config.writes) return done(null, payload);
    void changes.catchUp().then(() => done(null, payload));
  };
}
