import type { FastifyInstance, FastifyReply, onRequestHookHandler } from 'fastify';
import { Unavailable } from '../errors/unavailable.js';

/** Milliseconds between two looks at the requests in flight. */
const EVERY = 250;

interface InFlight {
  readonly reply: FastifyReply;
  /** By the monotonic clock, in milliseconds. */
  readonly due: number;
}

/**
 * Answers a request with 503 if it is not answered within this number of seconds, whatever it waits for. What it waits for
 * has limits of its own. One timer looks at all requests, because a timer for each would cost more than an answer from
 * memory.
 */
export function answerInTime(server: FastifyInstance, seconds: number): onRequestHookHandler {
  let inFlight: InFlight[] = [];
  const timer = setInterval(() => {
    const now = performance.now();
    inFlight = inFlight.filter(({ reply, due }) => {
      if (reply.sent) return false;
      if (due > now) return true;
      void reply.send(new Unavailable(`the request was not answered within ${seconds} s`));
      return false;
    });
  }, EVERY);
  timer.unref();
  server.addHook('onClose', (_server, done) => {
    clearInterval(timer);
    done();
  });
  return (_request, reply, done) => {
    inFlight.push({ reply, due: performance.now() + seconds * 1000 });
    done();
  };
}
