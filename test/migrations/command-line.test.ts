import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MIGRATIONS } from '../../migrations/index.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';

const ROOT = join(import.meta.dirname, '../..');

interface Outcome {
  code: number;
  output: string;
}

/** Runs the TypeORM CLI on the compiled data source, from another working directory. */
function typeorm(command: string, environment: Record<string, string>): Promise<Outcome> {
  const args = [join(ROOT, 'node_modules/typeorm/cli.js'), command, '-d', join(ROOT, 'dist/ormconfig.js')];
  const inherited = { ...process.env, GATEHOUSE_QUIET: '', DATABASE_URL: '', NO_COLOR: '1' };
  return new Promise((resolve) => {
    const options = { env: { ...inherited, ...environment }, cwd: tmpdir() };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: `${stdout}${stderr}` });
    });
  });
}

describe('the TypeORM command line', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  it('runs, shows and reverts migrations', async () => {
    const environment = {
      DATABASE_URL: 'postgresql://localhost:1/pooled',
      DATABASE_DIRECT_URL: database.url,
    };
    const run = await typeorm('migration:run', environment);
    expect(run).toMatchObject({ code: 0 });
    expect(run.output).toContain('ValidateMigration1763901300000 has been executed successfully');
    expect(run.output).not.toContain('select ');
    const show = await typeorm('migration:show', environment);
    expect(show.output.match(/\[X\]/g)).toHaveLength(MIGRATIONS.length);
    expect(await typeorm('migration:revert', environment)).toMatchObject({ code: 0 });
    expect((await typeorm('migration:show', environment)).output.match(/\[ \]/g)).toHaveLength(1);
  });

  it.each([
    ['no URL', {}, /DATABASE_URL is not set/],
    ['a malformed URL', { DATABASE_URL: 'nonsense' }, /DATABASE_URL must be a PostgreSQL URL/],
    ['no server', { DATABASE_URL: 'postgresql://localhost:1/x' }, /No PostgreSQL answers at localhost:1/],
  ])('%s ends with one sentence and exit code 1', async (_what, environment, message) => {
    const { code, output } = await typeorm('migration:run', environment);
    expect(code).toBe(1);
    expect(output).toMatch(message);
    expect(output).not.toMatch(/^\s+at /m);
  });

  it('a legacy table that cannot be migrated ends with the findings, no stack trace and exit code 1', async () => {
    const legacy = await createDatabase();
    await legacy.query('create table users (id text primary key, email text, is_active text)');
    const { code, output } = await typeorm('migration:run', { DATABASE_URL: legacy.url });
    expect(code).toBe(1);
    expect(output).toContain('Nothing was changed');
    expect(output.match(/users\.is_active is text/g)).toHaveLength(1);
    expect(output).not.toMatch(/^\s+at /m);
    await legacy.drop();
  });
});
