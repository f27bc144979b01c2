import type { Socket } from 'node:net';
import type pg from 'pg';
import { ObservedClient } from './observed-client.js';

/**
 * A connection that is closed when PostgreSQL owes an answer and stays silent for `patience` milliseconds. Without this, a
 * statement on a connection that the network lost would wait until TCP gives up, which takes about 15 minutes.
 * @param onSilence is called after a connection was closed for this reason.
 */
export function watchedClient(patience: number, onSilence: () => void): typeof pg.Client {
  return class WatchedClient extends ObservedClient {
    constructor(config?: ConstructorParameters<typeof ObservedClient>[0]) {
      super(config);
      // The pool and TypeORM listen only while they hold the connection, and an error without a listener ends the process.
      this.on('error', () => {});
      (this as pg.Client & NodeJS.EventEmitter).once('connect', () => this.watch());
    }

    private watch(): void {
      // The driver has this field, but its types do not show it.
      const client = this as unknown as { readyForQuery: boolean };
      (this.connection.stream as Socket).setTimeout(patience, () => {
        if (client.readyForQuery) return;
        this.sever('the database stopped answering');
        onSilence();
      });
    }
  };
}
