import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ServerClient } from './server-client.js';
import type { ServerDataSource } from './server-data-source.js';
import { SESSION_STATE, type SessionState } from './servers.js';

/** Milliseconds between two looks. A session that was revoked on the new primary lives at most this long on the old one. */
const EVERY = 1000;

/**
 * Looks whether the server of the pool still accepts writes. Usually its connections break when it is demoted. But a pooler
 * between may keep them open, and then reads would come from a standby until the first write is refused.
 */
@Injectable()
export class DemotionWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(DataSource) private readonly dataSource: ServerDataSource) {}

  onApplicationBootstrap(): void {
    if (!this.dataSource.servers.mustWrite) return;
    // If the database does not answer, the requests find out by themselves.
    this.timer = setInterval(() => void this.look().catch(() => {}), EVERY);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    const { pool, servers } = this.dataSource;
    const client = (await pool.connect()) as unknown as ServerClient & { release(): void };
    try {
      const { rows } = await client.query<SessionState>(`select ${SESSION_STATE}`);
      if (rows[0] && client.server && !servers.fits(rows[0])) servers.abandon(client.server);
    } finally {
      client.release();
    }
  }
}
