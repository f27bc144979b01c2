import { flag, integer, postgresUrl, seconds } from './values.js';
import { variable } from './variable.js';

/** The variables for the connections to PostgreSQL. */
export const DATABASE_VARIABLES = {
  DATABASE_URL: variable(
    postgresUrl,
    'PostgreSQL 14 to 18; several servers as libpq spells it: `postgresql://user@one:5432,two:5432/app?target_session_attrs=read-write`',
    'embedded PostgreSQL, not in production',
  ),
  DATABASE_DIRECT_URL: variable(
    postgresUrl,
    'URL of PostgreSQL without a connection pooler, for migrations and `SESSION_CACHE`',
    '`DATABASE_URL`',
  ),
  DATABASE_REPLICA_URL: variable(
    postgresUrl,
    'URL of a streaming standby that answers reads which may be slightly old, such as lists; nothing that judges a session',
    'the primary answers them',
  ),
  DATABASE_REPLICA_MAX_LAG: variable(
    seconds(1, 3600),
    'seconds that the standby may be behind; if it is later or away, the primary answers',
    '5',
  ),
  DATABASE_POOL_SIZE: variable(
    integer(1, 1000),
    'most connections to PostgreSQL that this process opens',
    '10',
  ),
  DATABASE_PREPARED_STATEMENTS: variable(
    flag,
    'set false behind a transaction pooler that does not support prepared statements',
    'true',
  ),
  DATABASE_POOL_QUEUE: variable(
    integer(0, 100_000),
    'requests that may wait for a connection; when more wait, they are answered with 503',
    '500',
  ),
  DATABASE_CONNECT_TIMEOUT: variable(
    seconds(1, 60),
    'seconds that a request waits for a connection to PostgreSQL',
    '5',
  ),
  DATABASE_STATEMENT_TIMEOUT: variable(
    seconds(1, 600),
    'seconds after which PostgreSQL cancels a statement; a connection that stays silent 1 s longer is closed',
    '5',
  ),
  DATABASE_LOCK_TIMEOUT: variable(seconds(1, 600), 'seconds that a statement waits for a lock', '1'),
  DATABASE_IDLE_IN_TRANSACTION_TIMEOUT: variable(
    seconds(1, 3600),
    'seconds after which PostgreSQL ends a transaction in which nothing happens',
    '10',
  ),
  DATABASE_CONNECTION_LIFETIME: variable(
    seconds(1),
    'seconds after which a connection is closed and replaced',
    '3600',
  ),
  DATABASE_START_TIMEOUT: variable(
    seconds(0, 3600),
    'seconds that a start waits for a database that does not answer',
    '60',
  ),
};
