import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import { back, end, forward, type StepOptions } from '../../src/switch-over/steps.js';
import { catchUp } from '../../src/switch-over/catch-up.js';
import { readSwitchOver, type Mode } from '../../src/switch-over/mode.js';
import { readStatus } from '../../src/switch-over/report.js';
import { fastapi, migrate, withDataSource } from '../migrations/support.js';
import { createDatabase, type PostgresVersion, type TestDatabase } from '../setup/database.js';

const OPTIONS: StepOptions = { fields: NO_FIELDS, acceptConflicts: true, confirmed: true };

/** A migrated FastAPI database that can be copied. */
export interface Pristine {
  copy(mode?: Mode): Promise<TestDatabase>;
  drop(): Promise<void>;
}

export async function aMigratedFastapi(version: PostgresVersion): Promise<Pristine> {
  const database = await fastapi(version);
  await migrate(database);
  await database.pool.end();
  const template = new URL(database.url).pathname.slice(1);
  return {
    async copy(mode = 'legacy') {
      const copy = await createDatabase({ version, template });
      const steps = ['legacy', 'both', 'gatehouse'].indexOf(mode);
      for (let step = 0; step < steps; step++) await stepForward(copy);
      return copy;
    },
    // `drop` fails only because the pool is already closed.
    drop: () => database.drop().catch(() => {}),
  };
}

export const stepForward = (database: TestDatabase, options: Partial<StepOptions> = {}) =>
  withDataSource(database.url, (dataSource) => forward(dataSource, { ...OPTIONS, ...options }));

export const stepBack = (database: TestDatabase) => withDataSource(database.url, back);

export const endIt = (database: TestDatabase) =>
  withDataSource(database.url, (dataSource) => end(dataSource, OPTIONS));

export const statusOf = (database: TestDatabase) => withDataSource(database.url, readStatus);

export const catchUpIn = (database: TestDatabase) =>
  withDataSource(database.url, async (dataSource) =>
    catchUp(dataSource, (await readSwitchOver(dataSource)).mode),
  );

/** A user's password hashes on both sides. */
export async function passwordsOf(
  database: TestDatabase,
  email: string,
): Promise<{ legacy: string | null; account: string | null }> {
  const [row] = await database.query<{ legacy: string | null; account: string | null }>(
    `select u.hashed_password as legacy, a.password as account from users u
     left join accounts a on a.provider_id = 'credential' and a.provider_user_id = u.id where u.email = $1`,
    [email],
  );
  if (!row) throw new Error(`no user has the e-mail ${email}`);
  return row;
}
