import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { OutboxStore, STATE, type MessageState } from '../outbox/outbox.store.js';

/** Seconds for which the server tries to deliver an event. */
const LIFE = 3 * 86_400;

export interface ClaimedWebhook {
  readonly id: string;
  readonly event: string;
  readonly payload: string;
  /** The number of attempts, including this one. */
  readonly attempts: number;
}

export interface UndeliveredWebhook {
  readonly id: string;
  readonly event: string;
  readonly state: MessageState;
  readonly createdAt: Date;
  readonly attempts: number;
  readonly lastError: string | null;
}

/** The rows of `gatehouse.webhooks`. */
@Injectable()
export class WebhooksStore extends OutboxStore<ClaimedWebhook> {
  constructor(@Inject(DataSource) dataSource: DataSource) {
    super(dataSource, 'gatehouse.webhooks', ['event', 'payload']);
  }

  /**
   * Adds the events of the audit trail whose names match.
   * @param patterns names in which `*` stands for any text.
   */
  async add(eventIds: readonly string[], patterns: readonly string[], manager: EntityManager): Promise<void> {
    await manager.query(
      `insert into gatehouse.webhooks (id, event, payload, expires_at)
       select 'evt_' || e.id, e.event, json_build_object(
         'type', e.event,
         'timestamp', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
         'data', json_build_object(
           'id', e.id, 'actor', e.actor, 'subject', e.subject, 'sessionId', e.session_id, 'address', e.address,
           'userAgent', e.user_agent, 'requestId', e.request_id, 'reason', e.reason, 'details', e.details))::text,
         now() + ${LIFE} * interval '1 second'
       from gatehouse.audit_events e where e.id = any ($1) and e.event like any ($2)
       order by e.id`,
      [eventIds, patterns.map(likePattern)],
    );
  }

  /** Makes events due again that were given up. Returns their number. */
  async retry(): Promise<number> {
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `update gatehouse.webhooks
       set next_attempt_at = now(), attempts = 0, expires_at = now() + ${LIFE} * interval '1 second'
       where next_attempt_at is null`,
    );
    return count;
  }

  /** Lists the events that were not delivered, the oldest first, without their content. */
  async undelivered(): Promise<UndeliveredWebhook[]> {
    return await this.dataSource.query<UndeliveredWebhook[]>(
      `select id, event, ${STATE} as state, created_at as "createdAt", attempts, last_error as "lastError"
       from gatehouse.webhooks order by created_at, id`,
    );
  }
}

const likePattern = (pattern: string) => pattern.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%');
