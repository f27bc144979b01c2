import type { onRequestHookHandler } from 'fastify';

/** Answers a path without a route with 404, before the body is read. */
export const answerUnknownPaths: onRequestHookHandler = (request, reply, done) => {
  if (request.is404) void reply.code(404).send();
  else done();
};
