import type { FastifyInstance, FastifyReply } from 'fastify';
import { asJson } from '../http/json-answer.js';
import type { RateLimiter } from './rate-limiter.js';

const REFUSAL = JSON.stringify({ message: 'Too many requests. Please try again later.' });

/** Before routing and before the body is read: a refused request costs as little as it can. */
export function installRateLimits(server: FastifyInstance, limiter: RateLimiter): void {
  if (!limiter.enabled) return;
  server.addHook('onRoute', ({ url }) => limiter.know(url));
  server.addHook('onRequest', async (request, reply): Promise<FastifyReply | undefined> => {
    const retryAfter = await limiter.refuses(request);
    if (retryAfter === undefined) return undefined;
    return asJson(reply).code(429).header('x-retry-after', String(retryAfter)).send(REFUSAL);
  });
}
