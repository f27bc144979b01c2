import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { PreparedQueries } from '../database/prepared-queries.js';
import type { Act, AuditEvent } from './act.js';

const DESCRIBE = { name: 'describe_act', text: `select set_config('gatehouse.act', $1, true)` };

const RECORD = {
  name: 'record_event',
  text: `
    with written as (
      insert into gatehouse.audit_events (event, actor, subject, session_id, address, user_agent, request_id, reason, details)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id
    )
    insert into gatehouse.audit_unchained (event_id) select id from written`,
};

/**
 * Tells the database who acts, and records acts that change no row. Triggers record all others, so that no statement of
 * anybody is recorded twice or not at all (src/audit/README.md).
 */
@Injectable()
export class Audit {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly prepared: PreparedQueries,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Runs `work` in a transaction whose events name this act. */
  transaction<Result>(act: Act, work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    return this.dataSource.transaction(async (manager) => {
      await this.describe(act, manager);
      return work(manager);
    });
  }

  /** Describes the act of a transaction that is open. The setting ends with the transaction. */
  async describe(act: Act, manager: EntityManager): Promise<void> {
    await this.prepared.rows(DESCRIBE, [this.settingOf(act)], manager);
  }

  /** The value of the setting `gatehouse.act` that describes an act. */
  settingOf({ client, actor, session }: Act): string {
    const { peer, userAgent, requestId, route } = client;
    const act = this.config.audit.enabled
      ? {
          actor,
          self: actor === undefined,
          session,
          address: peer,
          userAgent,
          requestId,
          reason: route,
        }
      : { off: true };
    return JSON.stringify(act);
  }

  /** Records an act in the caller's transaction, or at once if there is none. */
  async record(event: AuditEvent, manager?: EntityManager): Promise<void> {
    if (!this.config.audit.enabled) return;
    const { client, reason = client.route, details = {} } = event;
    const values = [
      event.event,
      event.actor,
      event.subject,
      event.session,
      client.peer,
      client.userAgent,
      client.requestId,
      reason,
      JSON.stringify(details),
    ];
    await this.prepared.rows(RECORD, values, manager);
  }
}
