import { createMigratingDataSource } from '../../src/migrating/migrating-data-source.js';
import { createDatabase } from '../setup/database.js';
import { startGatehouse } from '../setup/gatehouse.js';
import { startOracle } from '../oracle/oracle.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { sessionOf, signIn, signUp } from './two-servers.js';

/** The option that the README requires of Better Auth if ids are not text. */
const IDS_OF_THE_DATABASE = { advanced: { database: { generateId: false } } };

describe.each([
  ['uuid primary key default gen_random_uuid()', IDS_OF_THE_DATABASE],
  ['serial primary key', IDS_OF_THE_DATABASE],
  ['bigint generated always as identity primary key', IDS_OF_THE_DATABASE],
  ['varchar(36) primary key', {}],
  ['text primary key', {}],
])('Gatehouse and better-auth on a table users with an id %s', (id, options) => {
  it('both sign users up and in and accept each other’s sessions', async () => {
    const database = await createDatabase();
    await database.query(`create table users (id ${id}, email text not null unique)`);
    const dataSource = createMigratingDataSource(database.url);
    await dataSource.initialize();
    await dataSource.runMigrations();
    await dataSource.destroy();
    const [gatehouse, oracle] = await Promise.all([
      startGatehouse({}, database),
      startOracle(database, { options }),
    ]);
    try {
      const sides = [gatehouse, oracle];
      for (const [here, there] of [sides, sides.toReversed()]) {
        const client = new BrowserLikeClient(String(here?.origin));
        const email = `from.${new URL(String(here?.origin)).port}@example.com`;
        expect((await signUp(client, email)).status).toBe(200);
        const mine = await sessionOf(client);
        const [row] = await database.query('select id::text as id from users where email = $1', [email]);
        expect(row).toEqual({ id: mine?.user.id });
        const visiting = new BrowserLikeClient(String(there?.origin), true, client.cookies);
        expect((await sessionOf(visiting))?.user).toEqual(mine?.user);
        expect((await signIn(new BrowserLikeClient(String(there?.origin)), email)).status).toBe(200);
        expect((await visiting.get('/api/auth/list-sessions')).json()).toHaveLength(2);
      }
      expect(oracle.log()).not.toMatch(/mismatch|error/i);
    } finally {
      await Promise.all([gatehouse.stop(), oracle.stop()]);
      await database.drop();
    }
  });
});
