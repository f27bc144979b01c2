import type { onRequestHookHandler } from 'fastify';
import { authPath, twinOf } from './auth-path.js';

/**
 * Answers the paths in `disabledPaths` with 404, before any other check
 * (src/http/protocol.md, "Order of a request").
 */
export function answerDisabledPaths(disabledPaths: readonly string[]): onRequestHookHandler | undefined {
  const disabled = new Set(disabledPaths);
  if (disabled.size === 0) return undefined;
  return (request, reply, done) => {
    const path = authPath(request.originalUrl);
    if (path === undefined || !(disabled.has(path) || disabled.has(twinOf(path) ?? path))) done();
    else void reply.code(404).header('content-type', 'text/plain;charset=UTF-8').send('Not Found');
  };
}
