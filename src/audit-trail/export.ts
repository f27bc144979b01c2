import type { DataSource } from 'typeorm';

const BATCH = 2000;

export interface ExportRange {
  /** Only events from this time on. */
  readonly since?: Date | undefined;
  /** Only events after this position of the chain. */
  readonly after?: string | undefined;
}

/**
 * Yields the events of the chain as JSON texts, in the order of the chain. The last `position` says where the next export
 * continues. Events that a transaction commits late come later, so a next export misses none.
 */
export async function* exportEvents(
  dataSource: DataSource,
  { since, after = '0' }: ExportRange,
): AsyncGenerator<string> {
  for (let last = after; ;) {
    const rows = await dataSource.query<{ position: string; line: string }[]>(
      `select c.position, json_build_object(
         'position', c.position, 'id', e.id,
         'at', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
         'event', e.event, 'actor', e.actor, 'subject', e.subject, 'sessionId', e.session_id, 'address', e.address,
         'userAgent', e.user_agent, 'requestId', e.request_id, 'reason', e.reason, 'dbRole', e.db_role,
         'details', e.details, 'hash', encode(c.hash, 'hex'))::text as line
       from gatehouse.audit_chain c join gatehouse.audit_events e on e.id = c.event_id and e.at = c.event_at
       where c.position > $1 and ($2::timestamptz is null or c.event_at >= $2)
       order by c.position limit ${BATCH}`,
      [last, since ?? null],
    );
    for (const { line } of rows) yield line;
    if (rows.length < BATCH) return;
    last = rows.at(-1)?.position ?? last;
  }
}
