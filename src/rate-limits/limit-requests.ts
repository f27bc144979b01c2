import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { TOO_MANY_REQUESTS } from '../errors/auth-error.js';
import { asJson } from '../http/json-answer.js';
import type { RateLimiter } from './rate-limiter.js';

const REFUSAL = JSON.stringify(TOO_MANY_REQUESTS);

/** Runs before routing and before the body is read, so that a refused request costs little. */
export function limitRequests(
  server: FastifyInstance,
  limiter: RateLimiter,
): onRequestHookHandler | undefined {
  if (!limiter.enabled) return undefined;
  server.addHook('onRoute', ({ url }) => limiter.know(url));
  return (request, reply, done) => {
    const decide = (retryAfter: number | undefined) => {
      if (retryAfter === undefined) done();
      else void asJson(reply).code(429).header('x-retry-after', String(retryAfter)).send(REFUSAL);
    };
    const { raw, originalUrl, routeOptions, is404 } = request;
    limiter.refuses({ raw, originalUrl, route: is404 ? undefined : routeOptions.url }).then(decide, done);
  };
}
