import { startOracle, type Oracle } from '../oracle/oracle.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { sessionOf, signUp } from './two-servers.js';

describe.each(['compact', 'jwt', 'jwe'] as const)('the cookie cache, %s', (strategy) => {
  let database: TestDatabase;
  let gatehouse: Gatehouse;
  let oracle: Oracle;

  beforeAll(async () => {
    database = await createDatabase({ template: MIGRATED });
    [gatehouse, oracle] = await Promise.all([
      startGatehouse(
        { SESSION_COOKIE_CACHE_ENABLED: 'true', SESSION_COOKIE_CACHE_STRATEGY: strategy },
        database,
      ),
      startOracle(database, {
        password: 'quick',
        options: { session: { cookieCache: { enabled: true, strategy } } },
      }),
    ]);
  });

  afterAll(async () => {
    await Promise.all([gatehouse.stop(), oracle.stop()]);
    await database.drop();
  });

  test.each([
    ['Gatehouse', 'Better Auth', 5],
    ['Better Auth', 'Gatehouse', 5],
    ['Gatehouse', 'Better Auth', 9000],
    ['Better Auth', 'Gatehouse', 9000],
  ])('%s writes a cache that %s reads, with a picture of %i characters', async (writer, _, length) => {
    const cookies = new Map<string, string>();
    const [ours, theirs] = [gatehouse, oracle].map(
      (server) => new BrowserLikeClient(server.origin, true, cookies),
    ) as [BrowserLikeClient, BrowserLikeClient];
    const [first, second] = writer === 'Gatehouse' ? [ours, theirs] : [theirs, ours];
    await signUp(first, `${writer.at(0)}${length}${strategy}@example.com`);
    const image = 'x'.repeat(length);
    expect((await first.post('/api/auth/update-user', { image, name: 'é😀"' })).status).toBe(200);
    expect([...cookies.keys()].filter((name) => name.includes('session_data'))).toHaveLength(
      length > 4000 ? 4 : 1,
    );
    // Without the row, only the cache can answer.
    await database.query('delete from sessions');
    expect(await sessionOf(second)).toMatchObject({ user: { name: 'é😀"', image } });
    expect(await sessionOf(first)).toMatchObject({ user: { name: 'é😀"', image } });
    expect((await second.post('/api/auth/revoke-sessions', {})).status).toBe(401);
    expect([...cookies.keys()]).toEqual([]);
  });
});
