import type { onRequestHookHandler, onResponseHookHandler } from 'fastify';
import type { Logger } from './logger.js';

/** Sends the id of the request, so that a user can name it to those who read the log. */
export const sendRequestId: onRequestHookHandler = (request, reply, done) => {
  void reply.header('x-request-id', request.id);
  done();
};

/** Logs one line for each answer. */
export const logAnswers =
  (logger: Logger): onResponseHookHandler =>
  (request, reply, done) => {
    logger.answered({
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime),
      traceId: request.traceId,
    });
    done();
  };
