import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, onRequestHookHandler } from 'fastify';
import { Unavailable } from '../errors/unavailable.js';

/** Milliseconds between two looks at the requests in flight. */
const EVERY = 250;

interface InFlight {
  readonly reply: FastifyReply;
  /** By the monotonic clock, in milliseconds. */
  readonly due: number;
  /** A request that came before on the same connection, if it was not answered yet. */
  readonly earlier: InFlight | undefined;
}

declare module 'node:net' {
  interface Socket {
    /** The last request on this connection, until some time after its answer. */
    inFlight?: InFlight | undefined;
  }
}

/**
 * Answers a request with 503 if it is not answered within this number of seconds, whatever it waits for. What it waits for
 * has limits of its own. One timer looks at all connections. A collection of the requests in flight would keep each of them
 * alive for a while, and the garbage collector would then need a third of the time of a `get-session`.
 */
export function answerInTime(server: FastifyInstance, seconds: number): onRequestHookHandler {
  const sockets = new Set<Socket>();
  const timer = setInterval(() => {
    const now = performance.now();
    for (const socket of sockets) {
      socket.inFlight = lastUnanswered(socket);
      answerLate(socket.inFlight, now, seconds);
    }
  }, EVERY);
  timer.unref();
  server.addHook('onClose', (_server, done) => {
    clearInterval(timer);
    done();
  });
  return ({ raw: { socket } }, reply, done) => {
    if (!sockets.has(socket)) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    const earlier = lastUnanswered(socket);
    socket.inFlight = { reply, due: performance.now() + seconds * 1000, earlier };
    done();
  };
}

function lastUnanswered({ inFlight }: Socket): InFlight | undefined {
  let last = inFlight;
  while (last?.reply.sent) last = last.earlier;
  return last;
}

function answerLate(last: InFlight | undefined, now: number, seconds: number): void {
  for (let each = last; each; each = each.earlier) {
    if (each.due <= now && !each.reply.sent)
      void each.reply.send(new Unavailable(`the request was not answered within ${seconds} s`));
  }
}
