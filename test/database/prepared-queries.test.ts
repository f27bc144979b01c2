import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse } from '../setup/gatehouse.js';
import { listenToStatements } from '../setup/statement-listener.js';
import { aMember, aPerson, aStranger, bearer } from '../setup/people.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
});

afterAll(() => database.drop());

test('every get-session runs exactly one prepared statement', async () => {
  const listener = await listenToStatements(database.url);
  const gatehouse = await startGatehouse({}, { ...database, url: listener.url });
  try {
    const { client, id } = await aMember(gatehouse);
    listener.run.length = 0;
    for (let n = 0; n < 5; n++)
      expect((await client.get('/api/auth/get-session')).json()).toMatchObject({ user: { id } });
    const ofSessions = listener.run.filter((statement) => /session/.test(statement));
    expect(ofSessions).toEqual(Array(5).fill('find_session_by_token'));
  } finally {
    await gatehouse.stop();
    await listener.stop();
  }
});

test.each(['true', 'false'])(
  'the routes work with DATABASE_PREPARED_STATEMENTS=%s',
  async (preparedStatements) => {
    const gatehouse = await startGatehouse({ DATABASE_PREPARED_STATEMENTS: preparedStatements }, database);
    try {
      const { client, id, email, password, token } = await aMember(gatehouse, aPerson());
      expect((await client.get('/api/auth/get-session')).json()).toMatchObject({ user: { id } });
      const login = await aStranger(gatehouse).post('/api/auth/login', { email, password });
      const { accessToken } = login.json<{ accessToken: string }>();
      expect(
        (await aStranger(gatehouse).get('/api/auth/list-sessions', bearer(accessToken))).json(),
      ).toHaveLength(2);
      expect((await aStranger(gatehouse).get('/api/auth/token', bearer(token))).status).toBe(200);
    } finally {
      await gatehouse.stop();
    }
  },
);
