import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { aMember, aStranger } from '../../setup/people.js';

/** Below the checkout, so that the module finds the published library. */
const FOLDER = 'dist/native-answer-test';
/** A hook for every route, so that every route passes through the library. */
const HOOK = `
import { createAuthMiddleware } from 'better-auth/api';
export default [];
export const hooks = { before: createAuthMiddleware(async () => {}) };
`;

let database: TestDatabase;
let hosted: Gatehouse;
let plain: Gatehouse;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/hook.mjs`, HOOK);
  database = await createDatabase({ template: MIGRATED });
  [hosted, plain] = await Promise.all([
    startGatehouse({ PLUGINS: `./${FOLDER}/hook.mjs` }, database),
    startGatehouse({}, database),
  ]);
});

afterAll(async () => {
  await Promise.all([hosted.stop(), plain.stop()]);
  await database.drop();
  rmSync(FOLDER, { recursive: true, force: true });
});

/** The status, the body and the type of an answer. */
const seen = ({
  status,
  text,
  headers,
}: {
  status: number;
  text: string;
  headers: Record<string, unknown>;
}) => [status, text, headers['content-type']];

test.each(['list-sessions', 'list-accounts', 'token', 'get-session'])(
  'GET %s answers a stranger through the library as it does without it',
  async (path) => {
    const [through, alone] = await Promise.all(
      [hosted, plain].map((gatehouse) => aStranger(gatehouse).get(`/api/auth/${path}`)),
    );
    expect(seen(through!)).toEqual(seen(alone!));
  },
);

test.each([{}, { name: 7 }, { name: {} }, { email: 'new@example.com' }, { name: 'Grace' }])(
  'update-user answers %j through the library as it does without it',
  async (body) => {
    const answers = [hosted, plain].map(async (gatehouse) => {
      const { client } = await aMember(gatehouse);
      return seen(await client.post('/api/auth/update-user', body));
    });
    const [through, alone] = await Promise.all(answers);
    expect(through).toEqual(alone);
  },
);
