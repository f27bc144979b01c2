import { MIGRATIONS } from '../../migrations/index.js';
import { createDatabase } from '../setup/database.js';
import { MIGRATED } from '../setup/gatehouse.js';
import { runToEnd } from '../setup/run-to-end.js';

test('the trail names each migration that is reverted and applied', async () => {
  const database = await createDatabase({ template: MIGRATED });
  const run = (name: string) =>
    runToEnd(`dist/src/commands/${name}.js`, { environment: { DATABASE_URL: database.url } });
  const newest = MIGRATIONS.at(-1)?.name;
  expect(await run('migration-revert')).toMatchObject({ code: 0, err: '' });
  expect(await run('migration-run')).toMatchObject({ code: 0, err: '' });
  const events = await database.query(
    `select event, details->>'migration' as migration, actor, db_role = current_user as "isRole"
     from gatehouse.audit_events order by id desc limit 2`,
  );
  expect(events).toEqual([
    { event: 'migration.applied', migration: newest, actor: null, isRole: true },
    { event: 'migration.reverted', migration: newest, actor: null, isRole: true },
  ]);
  await database.drop();
});
