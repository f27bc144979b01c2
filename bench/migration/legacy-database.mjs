// Creates a users table like one of SQLAlchemy or Django: random ids, bcrypt hashes, times without zone, and three unique
// indexes.
import pg from 'pg';

export async function onDatabase(url, work) {
  const client = new pg.Client({ connectionString: url, options: '-c timezone=UTC' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** An ordinary role, like those of managed PostgreSQL. It owns the databases. */
const OWNER = 'bench_owner';

const MAKE_OWNER = `do $$ begin
  create role ${OWNER} login password '${OWNER}';
exception when duplicate_object then null;
end $$`;

const TABLE = `
  create table users (
    id varchar(255) primary key, email varchar(255) not null, username varchar(100) not null, full_name varchar(255),
    hashed_password varchar(255), is_active boolean not null default true, is_verified boolean, avatar_url varchar(500),
    created_at timestamp, updated_at timestamp
  )`;

/** 10 % of the users have a capital letter in the e-mail, 5 % have no password, and 2 % are deactivated. */
const ROWS = `
  insert into users
  select gen_random_uuid()::text, case when n % 10 = 0 then 'User' else 'user' end || n || '@example.com', 'user' || n,
         'User ' || n,
         case when n % 20 > 0 then '$2b$12$' || left(md5(n::text) || md5('x' || n), 53) end,
         n % 50 > 0, n % 3 > 0, case when n % 4 = 0 then 'https://cdn.example.com/' || n || '.png' end,
         timestamp '2020-01-01' + n * interval '1 minute', timestamp '2024-05-02'
  from generate_series(1, $1::integer) n`;

/** Creates a database with this number of users for `withCopy` to copy. `prepare` makes further changes to it. */
export async function createLegacyDatabase(server, users, prepare = async () => {}) {
  const name = template(users);
  await onDatabase(server, async (client) => {
    await client.query(MAKE_OWNER);
    await client.query(`drop database if exists ${name}`);
    await client.query(`create database ${name} owner ${OWNER}`);
  });
  const url = urlOf(server, name);
  await onDatabase(url, async (client) => {
    await client.query(TABLE);
    await client.query(ROWS, [users]);
    await client.query('create unique index ix_users_email on users (email)');
    await client.query('create unique index ix_users_username on users (username)');
    await client.query('vacuum analyze users');
  });
  await prepare(url);
}

/** Runs `work` on a copy of the database and drops the copy afterwards. */
export async function withCopy(server, users, work) {
  await onDatabase(server, async (client) => {
    await client.query(`create database copy owner ${OWNER} template ${template(users)} strategy file_copy`);
    await client.query('checkpoint');
  });
  try {
    return await work(urlOf(server, 'copy'));
  } finally {
    await onDatabase(server, (client) => client.query('drop database copy with (force)'));
  }
}

const template = (users) => `legacy_${users}`;

function urlOf(server, database) {
  const url = new URL(server);
  [url.username, url.password, url.pathname] = [OWNER, OWNER, database];
  return url.href;
}
