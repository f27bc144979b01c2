import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createDatabase, type PostgresVersion, type TestDatabase } from '../setup/database.js';
import { MIGRATED } from '../setup/gatehouse.js';
import { legacyDatabase, migrate, VERSIONS, withDataSource } from '../migrations/support.js';
import { plantedCalls, plantEverything } from './planted.js';

/** Makes every kind of function: the address, the ban and the password are followed, and `created_at` is mirrored. */
const LEGACY = `
  create table users (
    id varchar(255) primary key, email varchar(255) unique not null, hashed_password varchar(255), full_name varchar(100),
    is_active boolean not null default true, is_verified boolean, created_at bigint);
  insert into users values ('ada', ' Ada@Example.com', '$2b$10$${'a'.repeat(53)}', 'Ada', true, true, 1700000000);`;
const HASH = `$2b$10$${'b'.repeat(53)}`;

interface OwnFunction {
  readonly name: string;
  readonly signature: string;
  readonly definer: boolean;
  readonly trigger: boolean;
  readonly language: string;
  readonly config: string[];
  readonly body: string;
  readonly strangers: string[];
}

const functionsOf = (database: TestDatabase) =>
  database.query<OwnFunction>(`
    select p.proname as name, p.oid::regprocedure::text as signature, p.prosecdef as definer, l.lanname as language,
           p.prorettype = 'trigger'::regtype as trigger, coalesce(p.proconfig, '{}') as config, p.prosrc as body,
           array(select coalesce(r.rolname, 'public')
                 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a left join pg_roles r on r.oid = a.grantee
                 where a.grantee <> p.proowner)::text[] as strangers
    from pg_proc p join pg_language l on l.oid = p.prolang join pg_namespace n on n.oid = p.pronamespace
    where n.nspname ~ '^gatehouse' or p.proname ~ '^gatehouse' order by 2`);

describe.each(VERSIONS)('on PostgreSQL %i', (version: PostgresVersion) => {
  const intruder = `intruder_${randomBytes(4).toString('hex')}`;
  let database: TestDatabase;
  let attack: pg.Client;

  beforeAll(async () => {
    database = await legacyDatabase(version, LEGACY);
    await database.administer(`create role ${intruder} login password '${intruder}'`);
    // Some databases give new functions to other roles by default.
    await database.query(`alter default privileges grant execute on functions to ${intruder}`);
    await migrate(database);
    await database.administer(`grant usage on schema gatehouse to ${intruder}`);
    const url = new URL(database.url);
    [url.username, url.password] = [intruder, intruder];
    attack = new pg.Client({ connectionString: url.href });
    await attack.connect();
  });

  afterAll(async () => {
    await attack.end();
    await database.administer(`drop owned by ${intruder}`);
    await database.query(`alter default privileges revoke execute on functions from ${intruder}`);
    await database.administer(`drop owned by ${intruder}; drop role ${intruder}`);
    await database.drop();
  });

  test('nobody but its owner may execute a function of ours', async () => {
    const all = [...(await functionsOf(database)), ...(await functionsOfNewDatabase(version))];
    expect(all.length).toBeGreaterThan(15);
    expect(all.filter(({ strangers }) => strangers.length > 0)).toEqual([]);
  });

  test('every function with a body that runs later finds only built-in functions and operators', async () => {
    const all = [...(await functionsOf(database)), ...(await functionsOfNewDatabase(version))];
    const later = all.filter(({ language, definer }) => language === 'plpgsql' || definer);
    expect(later.length).toBeGreaterThan(8);
    expect(later.filter(({ config }) => !config.includes('search_path=pg_catalog, pg_temp'))).toEqual([]);
  });

  test('every function with the rights of its owner is a trigger of one table', async () => {
    const all = [...(await functionsOf(database)), ...(await functionsOfNewDatabase(version))];
    const definers = all.filter(({ definer }) => definer);
    expect(definers.length).toBeGreaterThan(8);
    expect(definers.filter(({ trigger }) => !trigger)).toEqual([]);
    expect(definers.filter(({ body }) => !body.includes('tg_relid is distinct from'))).toEqual([]);
  });

  test('no role attaches one to a table of its own', async () => {
    const triggers = (await functionsOf(database)).filter(({ trigger }) => trigger);
    await attack.query('create temp table mine (id varchar(255), email varchar(255))');
    for (const { name } of triggers) {
      await expect(
        attack.query(
          `create trigger t after insert on mine for each row execute function gatehouse.${name}()`,
        ),
      ).rejects.toThrow(/permission denied for function/);
    }
  });

  test('even a role that may execute one cannot write with the rights of its owner', async () => {
    const [before] = await database.query('select * from accounts');
    // Without a cache, some functions end before they do anything.
    await database.query('insert into gatehouse.session_caches default values on conflict do nothing');
    const definers = (await functionsOf(database)).filter(({ definer }) => definer);
    for (const { name, signature } of definers) {
      await database.query(`grant execute on function ${signature} to ${intruder}`);
      await attack.query(
        `create temp table users (id varchar(255), email varchar(255), hashed_password varchar(255), full_name text)`,
      );
      await attack.query(
        `create trigger t after insert on pg_temp.users for each row execute function gatehouse.${name}()`,
      );
      await expect(
        attack.query(`insert into pg_temp.users values ('ada', 'ada@example.com', '${HASH}')`),
      ).rejects.toThrow('this trigger function of Gatehouse belongs to another table');
      await attack.query('drop table pg_temp.users');
      await database.query(`revoke execute on function ${signature} from ${intruder}`);
    }
    expect(await database.query('select * from accounts')).toEqual([before]);
  });

  test('what somebody plants in `public` never runs in a trigger', async () => {
    await plantEverything(database, intruder);
    await database.query(`insert into users (id, email, hashed_password, full_name, created_at)
      values ('bob', ' Bob@Example.com', '${HASH}', 'Bob', 1700000000)`);
    await database.query(
      `insert into users (id, email, hashed_password, is_active) values ('eve', 'BOB@example.com', null, false)`,
    );
    await database
      .query(
        `update users set hashed_password = null, is_active = false, created_at = 1, email = 'Eve@Example.com'`,
      )
      .catch(() => {});
    await database.query(
      `update users set hashed_password = null, is_active = not is_active, is_verified = false, created_at = 1`,
    );
    await database.query(`update gatehouse.switch_over set mode = 'both'`);
    await database.query(`update accounts set password = '${HASH}x', access_token_expires_at = now()`);
    await database.query(
      `insert into sessions (id, user_id, token, expires_at) values ('s', 'bob', 't', now() + interval '1 day')`,
    );
    await database.query(`update sessions set user_agent = 'x'`);
    await database.query('delete from sessions');
    await database.query('delete from users');
    expect(await plantedCalls(database)).toBe(0);
    expect(await database.query('select * from gatehouse.quarantine')).toEqual([]);
    // The planted operators are in effect, or the test would show nothing.
    await database.query(`select 1 from pg_class where 'a'::varchar = 'b'::varchar limit 1`);
    expect(await plantedCalls(database)).toBe(1);
  });
});

describe.each(VERSIONS)('the migrations on PostgreSQL %i', (version: PostgresVersion) => {
  const intruder = `planter_${randomBytes(4).toString('hex')}`;
  let database: TestDatabase;

  beforeEach(async () => {
    database = await legacyDatabase(version, LEGACY);
    await database.administer(`create role ${intruder}`);
  });

  afterEach(async () => {
    await database.administer(`drop owned by ${intruder}; drop role ${intruder}`);
    await database.drop();
  });

  test('stop before they run what somebody planted, and name it', async () => {
    await plantEverything(database, intruder);
    await expect(migrate(database)).rejects.toThrow(new RegExp(`of the role "${intruder}"`));
    expect(await plantedCalls(database)).toBe(0);
    expect(await database.query(`select 1 from pg_namespace where nspname like 'gatehouse%'`)).toEqual([]);
  });

  test('stop if somebody plants something while they run', async () => {
    await withDataSource(database.url, async (dataSource) => {
      const query = dataSource.createQueryRunner.bind(dataSource);
      let planted = false;
      dataSource.createQueryRunner = (...mode) => {
        const runner = query(...mode);
        const send = runner.query.bind(runner);
        runner.query = (async (text: string, ...more: []) => {
          if (text.startsWith('create schema') && !planted) {
            planted = true;
            await database.administer(PLANT_ONE(intruder));
          }
          return (await send(text, ...more)) as unknown;
        }) as typeof runner.query;
        return runner;
      };
      await expect(dataSource.runMigrations()).rejects.toThrow(/public\.btrim|btrim\(character varying\)/);
      expect(planted).toBe(true);
    });
  });

  test('accept functions of this role, of superusers and of extensions', async () => {
    await database.administer(`create extension citext`);
    await database.query(
      `create function public.format(varchar) returns text language sql as 'select null::text'`,
    );
    expect(await migrate(database)).toBeGreaterThan(10);
  });

  test('stop if somebody else has made the schema `gatehouse`', async () => {
    await database.administer(
      `create schema gatehouse authorization ${intruder}; grant usage on schema gatehouse to public`,
    );
    await expect(migrate(database)).rejects.toThrow(
      `The schema gatehouse belongs to the role "${intruder}", who could change what runs in it`,
    );
  });
});

const PLANT_ONE = (role: string) => `
  grant usage, create on schema public to ${role};
  set role ${role};
  create function public.btrim(varchar) returns text language sql as 'select null::text'`;

async function functionsOfNewDatabase(version: PostgresVersion): Promise<OwnFunction[]> {
  const database = await createDatabase({ version, template: MIGRATED });
  try {
    return await functionsOf(database);
  } finally {
    await database.drop();
  }
}
