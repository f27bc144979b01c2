import type { onRequestHookHandler } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True if caches may keep the answer, because it is the same for everybody and contains no secret. */
    cacheable?: boolean;
  }
}

/**
 * Forbids caches and browsers to store an answer, unless its route says that it is cacheable. Most answers contain a token,
 * a link with one, or something about the user. An error and a redirect of such a route are treated alike.
 */
export const forbidStoring: onRequestHookHandler = (request, reply, done) => {
  if (!request.routeOptions.config.cacheable) void reply.header('cache-control', 'no-store');
  done();
};
