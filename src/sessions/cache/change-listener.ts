import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { isPooled } from '../../database/connection-pooler.js';
import { ServerClient, toOneOf } from '../../database/server-client.js';
import { SESSION_STATE, Servers, type SessionState } from '../../database/servers.js';
import { sqlState } from '../../database/sql-state.js';
import { Logger } from '../../logging/logger.js';
import { Bell } from '../../concurrency/bell.js';
import { IS_SENT, NotRegistered, registerCache } from './registration.js';
import { SessionCache } from './session-cache.js';

/**
 * Milliseconds after sending a heartbeat for which the cache may answer, if PostgreSQL answers that heartbeat. The server
 * promises that a revocation takes effect within 100 ms. The other 25 ms are for writing the answer.
 */
const LEASE = 75;
/** Milliseconds between two heartbeats. */
const BEAT_EVERY = 25;
/** If nobody reads the cache for this many milliseconds, the listener sends a heartbeat only every `IDLE_BEAT_EVERY` ms. */
const IDLE_AFTER = 1000;
const IDLE_BEAT_EVERY = 1000;
/** The listener closes a connection that does not answer for this many milliseconds. */
const SILENCE = 2000;
const RECONNECT_AFTER = 200;
const CONNECTS_WITHIN = 5000;
const INSUFFICIENT_PRIVILEGE = '42501';

interface Beat extends SessionState {
  readonly pid: number;
  /** False if somebody has deleted the registration. */
  readonly isSent: boolean;
}

const BEAT = `select pg_backend_pid() as pid, ${IS_SENT} as "isSent", ${SESSION_STATE}`;

interface Waiting {
  readonly since: number;
  readonly done: () => void;
}

/**
 * Listens for all changes of sessions and users, by any program. Before PostgreSQL answers a query, it sends the listener
 * everything that was committed before. So an answered heartbeat proves that the cache knows everything that was
 * committed when the heartbeat was sent. The cache may answer only for `LEASE` milliseconds after that, because a dead
 * connection looks like a quiet one.
 */
@Injectable()
export class ChangeListener implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly bell = new Bell();
  private readonly servers: Servers;
  private client: pg.Client | undefined;
  /** When the last answered heartbeat was sent, by the monotonic clock, in milliseconds. */
  private provenAt = -Infinity;
  private askedAt = -Infinity;
  private waiting: Waiting[] = [];
  private stopping = false;
  private failing = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly cache: SessionCache,
    private readonly logger: Logger,
  ) {
    this.servers = new Servers(config.database.directUrl, CONNECTS_WITHIN);
  }

  onApplicationBootstrap(): void {
    if (this.config.sessionCache.enabled) void this.run();
  }

  onModuleDestroy(): void {
    this.stopping = true;
    void this.client?.end().catch(() => {});
    this.bell.ring();
  }

  /** True if the cache knows every change that was committed more than 75 ms ago. */
  get isCurrent(): boolean {
    const now = performance.now();
    this.askedAt = now;
    if (now - this.provenAt < LEASE) return true;
    this.bell.ring();
    return false;
  }

  get isListening(): boolean {
    return performance.now() - this.provenAt < SILENCE;
  }

  /**
   * Waits until the cache knows every change that is committed now, or until it may no longer answer without a new
   * heartbeat.
   */
  async catchUp(): Promise<void> {
    const since = performance.now();
    if (since - this.provenAt >= SILENCE) return;
    const caughtUp = new Promise<void>((done) => this.waiting.push({ since, done }));
    this.bell.ring();
    let timer: NodeJS.Timeout | undefined;
    const leaseIsOver = new Promise<void>((done) => (timer = setTimeout(done, LEASE)));
    await Promise.race([caughtUp, leaseIsOver]);
    clearTimeout(timer);
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.listen();
      } catch (error) {
        this.lose();
        if (this.stopping) return;
        if (!this.failing) this.logger.warn(`the session cache is off: ${reasonOf(error)}`);
        this.failing = true;
        await sleep(RECONNECT_AFTER);
      }
    }
  }

  private async listen(): Promise<void> {
    const client = newClient(this.servers);
    const lost = () => this.lose();
    client.on('error', lost).on('end', lost);
    client.on('notification', ({ payload = '' }) => this.cache.drop(payload));
    this.client = client;
    try {
      await client.connect();
      if (await isPooled(client, () => newClient(this.servers))) throw new Error('a pooler');
      await client.query('listen gatehouse_sessions');
      await this.register(client);
      const server = await this.ask(client, BEAT);
      this.cache.open();
      while (!this.stopping) {
        await this.beat(client, server);
        const idle = performance.now() - this.askedAt > IDLE_AFTER;
        // Counts from the last heartbeat and not from its answer, because otherwise the lease could end on a busy machine.
        const since = performance.now() - this.provenAt;
        await this.bell.wait(idle ? IDLE_BEAT_EVERY : Math.max(0, BEAT_EVERY - since));
      }
    } finally {
      void client.end().catch(() => {});
    }
  }

  private async register(client: pg.Client): Promise<void> {
    for (let isWaiting = false; !(await registerCache(client)); isWaiting = true) {
      if (!isWaiting) this.logger.warn('the session cache waits for a transaction that began before it');
    }
  }

  /**
   * @throws {Error} if there is no answer, or if another process of PostgreSQL answers. Then there is a pooler in
   * between, and notifications do not arrive.
   */
  private async beat(client: pg.Client, server: number): Promise<void> {
    const sentAt = performance.now();
    if ((await this.ask(client, BEAT)) !== server) throw new Error('a pooler');
    this.provenAt = sentAt;
    if (this.failing) this.logger.warn('the session cache is on again');
    this.failing = false;
    const caughtUp = this.waiting.filter(({ since }) => since <= sentAt);
    this.waiting = this.waiting.filter(({ since }) => since > sentAt);
    for (const { done } of caughtUp) done();
    if (this.waiting.length > 0) this.bell.ring();
  }

  private async ask(client: pg.Client, text: string): Promise<number> {
    const result = (await client.query(text)) as unknown as pg.QueryResult<Beat>[];
    const beat = [result].flat().at(-1)?.rows[0];
    // A server that was demoted hears nothing of the changes on its successor.
    if (!beat || !this.servers.fits(beat)) throw new Error('a server that does not fit');
    if (!beat.isSent) throw new NotRegistered();
    return beat.pid;
  }

  private lose(): void {
    this.provenAt = -Infinity;
    this.cache.close();
    for (const { done } of this.waiting.splice(0)) done();
    this.bell.ring();
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof NotRegistered) return error.message;
  if (sqlState(error) === INSUFFICIENT_PRIVILEGE)
    return `${(error as Error).message}. Run the grants that npm run migration:plan prints, for this role`;
  return (
    'its connection to PostgreSQL is lost or leads through a pooler. ' +
    'Behind a pooler, set DATABASE_DIRECT_URL to the URL of PostgreSQL itself'
  );
}

function newClient(servers: Servers): pg.Client {
  const client = new ServerClient({
    ...toOneOf(servers),
    application_name: 'gatehouse-session-cache',
    keepAlive: true,
    connectionTimeoutMillis: CONNECTS_WITHIN,
    query_timeout: SILENCE,
  });
  return client.on('error', () => {});
}
