import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { asJson } from '../http/json-answer.js';
import type { RateLimiter } from './rate-limiter.js';

const REFUSAL = JSON.stringify({ message: 'Too many requests. Please try again later.' });

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
    limiter.refuses(request).then(decide, done);
  };
}
