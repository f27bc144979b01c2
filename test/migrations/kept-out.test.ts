import { checkCompatibility } from '../../src/compat/compatibility.js';
import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import type { TestDatabase } from '../setup/database.js';
import { stepForward } from '../switch-over/support.js';
import { legacyDatabase, migrate, withTables } from './support.js';

/** The names of the contract, and a value that keeps a user out and one that does not. */
const FLAGS = [
  'blocked',
  'is_blocked',
  'disabled',
  'is_disabled',
  'suspended',
  'is_suspended',
  'is_banned',
  'is_deleted',
  'deleted',
];
const GRANTS = ['is_active', 'active', 'enabled', 'is_enabled'];
const TIMES = ['disabled_at', 'suspended_at', 'blocked_at', 'banned_at', 'deactivated_at', 'deleted_at'];
const ENDS = ['banned_until', 'locked_until', 'lockout_end', 'suspended_until', 'blocked_until'];

interface Bar {
  readonly name: string;
  readonly type: string;
  readonly barred: string;
  readonly free: string;
}

const flags = (type: string, yes: string, no: string): Bar[] => [
  ...FLAGS.map((name) => ({ name, type, barred: yes, free: no })),
  ...GRANTS.map((name) => ({ name, type, barred: no, free: yes })),
];
const times = (type: string, past: string): Bar[] =>
  TIMES.map((name) => ({ name, type, barred: past, free: 'null' }));
const ends = (type: string, past: string, future: string): Bar[] =>
  ENDS.map((name) => ({ name, type, barred: future, free: past }));

/** One kind of types for each database. */
const KINDS: Readonly<Record<string, readonly Bar[]>> = {
  'booleans and timestamptz': [
    ...flags('boolean', 'true', 'false'),
    ...times('timestamptz', `'2020-01-01 00:00:00+00'`),
    ...ends('timestamptz', `'2020-01-01 00:00:00+00'`, `'2200-01-01 00:00:00+00'`),
  ],
  'integers and timestamp': [
    ...flags('smallint', '1', '0'),
    ...times('timestamp', `'2020-01-01 00:00:00'`),
    ...ends('timestamp', `'2020-01-01 00:00:00'`, `'2200-01-01 00:00:00'`),
  ],
  'numbers and seconds': [
    ...flags('numeric(1)', '1', '0'),
    ...times('bigint', '1577836800'),
    ...ends('bigint', '1577836800', '4102444800'),
  ],
  'bigint, dates and milliseconds': [
    ...flags('bigint', '1', '0'),
    ...times('date', `'2020-01-01'`),
    ...ends('bigint', '1577836800000', '4102444800000'),
  ],
};

const camel = (name: string) => name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const SPELLINGS: Readonly<Record<string, (name: string) => string>> = {
  snake_case: (name) => name,
  camelCase: camel,
  PascalCase: (name) => camel(`_${name}`),
};

const HASH = `'$2b$04$${'a'.repeat(53)}'`;

/** One user for each column, named after it, whom only this column keeps out. And one whom nothing keeps out. */
function schema(bars: readonly Bar[], spelt: (name: string) => string): string {
  const columns = bars.map(({ name, type }) => `"${spelt(name)}" ${type}`);
  const row = (who: string, barred?: Bar) =>
    `insert into users values (default, '${who}@example.com', ${HASH}, ${bars
      .map((bar) => (bar === barred ? bar.barred : bar.free))
      .join(', ')});`;
  return `create table users (id serial primary key, email text not null unique, password text, ${columns.join(', ')});
    ${bars.map((bar) => row(bar.name, bar)).join('\n')}
    ${row('free')}`;
}

const bannedUsers = async (database: TestDatabase): Promise<string[]> =>
  (
    await database.query<{ name: string }>(
      `select split_part(email, '@', 1) as name from users where banned and coalesce(ban_expires > now(), true) order by 1`,
    )
  ).map(({ name }) => name);

const faults = (database: TestDatabase): Promise<string[]> =>
  withTables(database.url, async (dataSource) =>
    (await checkCompatibility(dataSource, database.url, NO_FIELDS)).findings
      .filter(({ level }) => level === 'error')
      .map(({ message, examples = [] }) => `${message}: ${examples.join(', ')}`),
  );

describe.each(Object.entries(KINDS))('columns with %s', (_kind, bars) => {
  test.each(Object.entries(SPELLINGS))('in %s', async (_spelling, spelt) => {
    const database = await legacyDatabase(18, schema(bars, spelt));
    try {
      await migrate(database);
      const everybody = bars.map(({ name }) => name).toSorted();
      expect(await bannedUsers(database)).toEqual(everybody);
      expect(await faults(database)).toEqual([]);
      for (const mode of ['legacy', 'both', 'gatehouse']) {
        if (mode !== 'legacy') await stepForward(database);
        // The legacy application lifts each block and gives it again.
        for (const { name, free } of bars)
          await database.query(
            `update users set "${spelt(name)}" = ${free} where email = '${name}@example.com'`,
          );
        expect([mode, await bannedUsers(database)]).toEqual([mode, []]);
        for (const { name, barred } of bars)
          await database.query(
            `update users set "${spelt(name)}" = ${barred} where email = '${name}@example.com'`,
          );
        expect([mode, await bannedUsers(database)]).toEqual([mode, everybody]);
        // Gatehouse lifts each ban. The legacy columns then keep nobody out.
        await database.query(
          `update users set banned = false, ban_reason = null, ban_expires = null where banned`,
        );
        expect([mode, await bannedUsers(database), await faults(database)]).toEqual([mode, [], []]);
        // A ban given by Gatehouse reaches every column, and lifting a column does not lift it.
        await database.query(
          `update users set banned = true, ban_reason = 'spam' where email = 'free@example.com'`,
        );
        const [given] = await database.query<Record<string, boolean>>(
          `select ${bars
            .map(({ name }) => name)
            .filter((name) => !/delete|until|end$/.test(name))
            .map(
              (name) =>
                `"${spelt(name)}"::text not in (${GRANTS.includes(name) ? `'true', '1'` : `'false', '0'`}) as "${name}"`,
            )
            .join(', ')} from users where email = 'free@example.com'`,
        );
        expect([mode, Object.values(given ?? {}).every(Boolean)]).toEqual([mode, true]);
        await database.query(
          `update users set ${bars.map(({ name, free }) => `"${spelt(name)}" = ${free}`).join(', ')} where email = 'free@example.com'`,
        );
        expect([mode, await bannedUsers(database)]).toEqual([mode, ['free']]);
        await database.query(`update users set banned = false where email = 'free@example.com'`);
        for (const { name, barred } of bars)
          await database.query(
            `update users set "${spelt(name)}" = ${barred} where email = '${name}@example.com'`,
          );
      }
    } finally {
      await database.drop();
    }
  });
});
