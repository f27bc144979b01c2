import type { MigrationInterface, QueryRunner } from 'typeorm';
import { quote } from './helpers/1763900000000-catalogue.js';
import { readLegacyRules } from './helpers/1763900000000-legacy-rules.js';
import { createTrigger, stepTriggers, type TriggerDefinition } from './helpers/1763900600000-triggers.js';
import { addedColumns, undo } from './helpers/1763900000000-undo-journal.js';
import { readUserColumns } from './helpers/1763900000000-user-columns.js';

/**
 * Creates triggers that keep two columns for one fact in step, whichever of them is written: `email_verified` with
 * `is_email_verified`, and `expires_at` with `access_token_expires_at`. Another trigger fills the required columns of
 * users that the legacy application adds.
 */
export class KeepColumnsInStep1763900600000 implements MigrationInterface {
  name = 'KeepColumnsInStep1763900600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const trigger of await stepTriggers(queryRunner))
      await createTrigger(queryRunner, this.name, trigger);
    if ((await addedColumns(queryRunner, 'users')).size === 0) return;
    await createTrigger(queryRunner, this.name, await requiredValues(queryRunner));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await undo(queryRunner, this.name);
  }
}

async function requiredValues(queryRunner: QueryRunner): Promise<TriggerDefinition> {
  const { name: legacyName, text } = await readLegacyRules(queryRunner);
  const named = await readUserColumns(queryRunner);
  const [name, created, updated] = ['name', 'created_at', 'updated_at'].map((column) => quote(named(column)));
  const local = `nullif(split_part(${text.normalised('new.email')}, '@', 1), '')`;
  const names = [
    `new.${name}`,
    ...(legacyName ? [legacyName('new')] : []),
    local,
    text.presence('new.email'),
    'new.id::text',
  ];
  return {
    name: 'users_required_values',
    table: 'users',
    events: `insert or update of ${name}, ${created}, ${updated}`,
    when: `(new.${name} is null or new.${created} is null or new.${updated} is null)
      and current_setting('gatehouse.reverting', true) is distinct from 'on'`,
    body: `
      begin
        new.${name} := coalesce(${names.join(', ')});
        new.${created} := coalesce(new.${created}, new.${updated}, now());
        new.${updated} := coalesce(new.${updated}, new.${created});
        return new;
      end`,
  };
}
