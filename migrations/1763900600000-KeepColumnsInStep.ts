import type { MigrationInterface, QueryRunner } from 'typeorm';
import { quote } from './helpers/1763900000000-catalogue.js';
import { readLegacyColumns } from './helpers/1763900000000-legacy-columns.js';
import { createTrigger, TRIGGERS, type TriggerDefinition } from './helpers/1763900600000-triggers.js';
import { addedColumns, undo } from './helpers/1763900000000-undo-journal.js';
import { textExpressions } from './helpers/1763900000000-text.js';

/**
 * Creates triggers that keep both forms of a value equal, no matter which one is written. A further trigger fills
 * required columns of users that a legacy application adds.
 */
export class KeepColumnsInStep1763900600000 implements MigrationInterface {
  name = 'KeepColumnsInStep1763900600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const trigger of TRIGGERS) await createTrigger(queryRunner, this.name, trigger);
    if ((await addedColumns(queryRunner, 'users')).size === 0) return;
    await createTrigger(queryRunner, this.name, await requiredValues(queryRunner));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}

async function requiredValues(queryRunner: QueryRunner): Promise<TriggerDefinition> {
  const { name } = await readLegacyColumns(queryRunner);
  const { normalised, presence } = await textExpressions(queryRunner);
  const source = name && name !== 'name' ? `${presence(`new.${quote(name)}`)}, ` : '';
  return {
    name: 'users_required_values',
    table: 'users',
    events: 'insert or update of name, created_at, updated_at',
    when: `(new.name is null or new.created_at is null or new.updated_at is null)
      and current_setting('gatehouse.reverting', true) is distinct from 'on'`,
    body: `
      begin
        new.name := coalesce(new.name, ${source}nullif(split_part(${normalised('new.email')}, '@', 1), ''), new.email);
        new.created_at := coalesce(new.created_at, new.updated_at, now());
        new.updated_at := coalesce(new.updated_at, new.created_at);
        return new;
      end`,
  };
}
