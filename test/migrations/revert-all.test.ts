import { MIGRATIONS } from '../../migrations/index.js';
import type { TestDatabase } from '../setup/database.js';
import { runToEnd } from '../setup/run-to-end.js';
import { fastapi, fingerprint, legacyDatabase, VERSIONS } from './support.js';

const FIELDS = JSON.stringify({ plan: { type: 'string', required: false } });

const command = (name: string, environment: Record<string, string>, ...words: string[]) =>
  runToEnd(`dist/src/commands/${name}.js`, { environment, arguments: words });

describe.each(VERSIONS)('npm run migration:revert -- --all on PostgreSQL %i', (version) => {
  let database: TestDatabase;
  afterEach(() => database.drop());

  it('restores the legacy database and says how long each step took', async () => {
    database = await fastapi(version);
    const before = await fingerprint(database);
    const run = await command('migration-run', { DATABASE_URL: database.url });
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out.match(/has been executed successfully \(\d[^)]* m?s\)/g)).toHaveLength(MIGRATIONS.length);
    const reverted = await command('migration-revert', { DATABASE_URL: database.url }, '--all');
    expect(reverted).toMatchObject({ code: 0, err: '' });
    expect(reverted.out.match(/has been reverted successfully \(\d[^)]* m?s\)/g)).toHaveLength(
      MIGRATIONS.length,
    );
    expect(reverted.out).toMatch(new RegExp(`Took back ${MIGRATIONS.length} migrations in .*\\.\n$`));
    expect(reverted.out).not.toContain('already loaded');
    expect(await fingerprint(database)).toEqual(before);
    expect(await command('migration-revert', { DATABASE_URL: database.url }, '--all')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nothing to revert') as unknown,
    });
  });

  it('takes back configured columns without their setting, and leaves names of others alone', async () => {
    database = await legacyDatabase(
      version,
      `create table users (id text primary key, email text not null unique, hashed_password text)`,
    );
    const before = await fingerprint(database);
    const run = await command('migration-run', {
      DATABASE_URL: database.url,
      USER_ADDITIONAL_FIELDS: FIELDS,
    });
    expect(run).toMatchObject({ code: 0, err: '' });
    await database.query(
      `insert into gatehouse_migrations (timestamp, name) values (1799999999999, 'SomebodyElses1799999999999')`,
    );
    const show = await command('migration-show', { DATABASE_URL: database.url });
    expect(show.out.match(/^\[X\]/gm)).toHaveLength(MIGRATIONS.length + 1);
    const reverted = await command('migration-revert', { DATABASE_URL: database.url }, '--all');
    expect(reverted).toMatchObject({ code: 0, err: '' });
    expect(reverted.out).toContain(`Took back ${MIGRATIONS.length + 1} migrations`);
    expect(await fingerprint(database)).toEqual(before);
    expect(await database.query('select name from gatehouse_migrations')).toEqual([
      { name: 'SomebodyElses1799999999999' },
    ]);
  });
});
