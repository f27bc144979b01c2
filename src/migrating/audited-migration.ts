import type { QueryRunner } from 'typeorm';

/** Records that a migration was applied or reverted. Before the audit trail exists, nothing is recorded. */
export async function auditMigration(
  queryRunner: QueryRunner,
  event: 'migration.applied' | 'migration.reverted',
  migration: string,
): Promise<void> {
  const [row] = (await queryRunner.query(
    `select to_regclass('gatehouse.audit_events') is not null as found`,
  )) as { found: boolean }[];
  if (!row?.found) return;
  await queryRunner.query(
    `with written as (
       insert into gatehouse.audit_events (event, details) values ($1, jsonb_build_object('migration', $2::text))
       returning id
     )
     insert into gatehouse.audit_unchained (event_id) select id from written`,
    [event, migration],
  );
}
