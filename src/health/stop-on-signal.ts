import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '../logging/logger.js';
import { Stopping } from './stopping.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** Milliseconds that everything but requests may take to end, such as connections to the database. */
const REST = 2000;
/** Milliseconds in which the same signal may come twice: Ctrl-C in a terminal reaches the server, and npm passes it on. */
const SAME_SIGNAL = 300;

export interface Ending {
  /** Seconds that requests in flight have. */
  readonly patience: number;
  /** Runs after the server has stopped. */
  readonly leave?: () => Promise<void>;
}

/**
 * Stops the server at the first signal: it is not ready any more, accepts no new connection, and answers what it receives
 * on open connections. After `patience` it closes the connections that are left. A second signal ends the process at once.
 */
export function stopOnSignal(
  app: NestFastifyApplication,
  { patience, leave = async () => {} }: Ending,
): void {
  const logger = app.get(Logger);
  const stopping = app.get(Stopping);
  let begin = 0;
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping.begun) {
      if (performance.now() - begin < SAME_SIGNAL) return;
      logger.log(`${signal} again: stopped at once`);
      process.exit(1);
    }
    stopping.begin();
    begin = performance.now();
    logger.log(`${signal}: stopping; requests in flight have ${patience} s`);
    const closed = app
      .close()
      .catch((error: unknown) => logger.error(error))
      .then(() => true);
    let cut = false;
    if (!(await within(patience * 1000, closed))) {
      cut = true;
      app.getHttpServer().closeAllConnections();
      await within(REST, closed);
    }
    await leave();
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    logger.log(`stopped after ${seconds} s${cut ? '; connections that were still open were closed' : ''}`);
    process.exit(0);
  };
  for (const signal of SIGNALS) process.on(signal, (given) => void stop(given));
}

/** Returns false if the work takes longer than this number of milliseconds. */
async function within(milliseconds: number, work: Promise<boolean>): Promise<boolean> {
  return Promise.race([work, sleep(milliseconds, false, { ref: false })]);
}
