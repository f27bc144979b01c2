import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config/config.js';
import { cookieSettings } from '../../config/cookie-settings.js';
import { decodeCookieValue } from '../../cookies/decode-cookie-value.js';
import { cookieName } from '../../cookies/session-cookies.js';
import { exposeHeader } from '../../http/exposed-headers.js';

/** Sends the signed session token in `set-auth-token` too, for clients that keep no cookies (protocol.md §11.1). */
export function installSetAuthToken(server: FastifyInstance, config: Config): void {
  const name = cookieName(cookieSettings(config), 'session_token');
  server.addHook('onSend', (request, reply, payload, done) => {
    const token = request.jar?.valueSet(name);
    if (token !== undefined) {
      void reply.header('set-auth-token', decodeCookieValue(token));
      exposeHeader(reply, 'set-auth-token');
    }
    done(null, payload);
  });
}
