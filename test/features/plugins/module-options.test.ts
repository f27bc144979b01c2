import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { BrowserLikeClient } from '../../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { MIGRATED, SECRET, startGatehouse, type Gatehouse } from '../../setup/gatehouse.js';
import { mailTo } from '../../setup/mails.js';
import { migrate } from '../../setup/migrate.js';
import { aMember, aPerson } from '../../setup/people.js';
import { expectOneSentence, runToEnd } from '../../setup/run-to-end.js';

/** Below the checkout, so that the modules find the published library. */
const FOLDER = 'dist/module-options-test';
const PAGE = readFileSync('src/features/plugins/README.md', 'utf8');

const COUNTING = `
import { createAuthMiddleware } from 'better-auth/api';
let count = 0;
const update = async (user) => console.log('changed ' + JSON.stringify([user.email, user.emailVerified]));
export default [];
export const hooks = { after: createAuthMiddleware(async (ctx) => ctx.setHeader('x-count', String((count += 1)))) };
export const databaseHooks = { user: { update: { after: update } } };
export const user = { deleteUser: { beforeDelete: async () => { throw new Error('no') } } };
`;

const opened: { database: TestDatabase; gatehouse: Gatehouse }[] = [];

async function started(name: string, code: string, variables: Record<string, string> = {}) {
  writeFileSync(`${FOLDER}/${name}.mjs`, code);
  const settings = {
    PLUGINS: `./${FOLDER}/${name}.mjs`,
    USER_DELETE_USER_ENABLED: 'true',
    USER_CHANGE_EMAIL_ENABLED: 'true',
    ...variables,
  };
  const database = await createDatabase({ template: MIGRATED });
  await migrate(database, settings);
  const gatehouse = await startGatehouse(settings, database);
  opened.push({ database, gatehouse });
  return gatehouse;
}

beforeAll(() => mkdirSync(FOLDER, { recursive: true }));

afterAll(async () => {
  for (const { database, gatehouse } of opened) {
    await gatehouse.stop();
    await database.drop();
  }
  rmSync(FOLDER, { recursive: true, force: true });
});

describe('the example of the page', () => {
  let gatehouse: Gatehouse;

  beforeAll(async () => {
    const [, example = ''] = /module-options\.test.*?```js\n(.*?)```/s.exec(PAGE) ?? [];
    gatehouse = await started('example', example);
  });

  test('a hook refuses a sign-up', async () => {
    const stranger = new BrowserLikeClient(gatehouse.origin);
    const person = aPerson({ email: 'ada@elsewhere.example' });
    const answer = await stranger.post('/api/auth/sign-up/email', person);
    expect([answer.status, answer.json()]).toEqual([403, { message: 'Only for people of Example' }]);
  });

  test('a hook on rows changes a new user, and a callback follows a deletion', async () => {
    const ada = await aMember(gatehouse, { name: '  Ada  ' });
    expect((await ada.client.get('/api/auth/get-session')).json()).toMatchObject({ user: { name: 'Ada' } });
    const { status } = await ada.client.post('/api/auth/delete-user', { password: ada.password });
    expect(status).toBe(200);
    await gatehouse.told(`${ada.email} has left`);
  });
});

describe('with the session cache', () => {
  let gatehouse: Gatehouse;

  beforeAll(async () => {
    gatehouse = await started('counting', COUNTING, { SESSION_CACHE: 'true' });
  });

  test('hooks run for each get-session', async () => {
    const { client } = await aMember(gatehouse);
    const counts: number[] = [];
    for (let n = 0; n < 4; n += 1)
      counts.push(Number((await client.get('/api/auth/get-session')).headers['x-count']));
    expect(counts.map((count) => count - (counts[0] ?? 0))).toEqual([0, 1, 2, 3]);
  });

  test('a hook on changed users runs for a change of the name and of the e-mail', async () => {
    const ada = await aMember(gatehouse);
    await ada.client.post('/api/auth/update-user', { name: 'Grace' });
    await gatehouse.told(`changed ["${ada.email}",false]`);
    const newEmail = `new.${ada.email}`;
    expect((await ada.client.post('/api/auth/change-email', { newEmail })).status).toBe(200);
    await ada.client.get((await mailTo(gatehouse, newEmail)).path);
    await gatehouse.told(`changed ["${newEmail}",false]`);
  });

  test('a callback that throws stops a deletion', async () => {
    const ada = await aMember(gatehouse);
    const { status } = await ada.client.post('/api/auth/delete-user', { password: ada.password });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(await gatehouse.database.query('select 1 from users where id = $1', [ada.id])).toHaveLength(1);
  });
});

test.each([
  ['session.expiresIn', 'export const session = { expiresIn: 1 };'],
  ['secondaryStorage', 'export const secondaryStorage = {};'],
  ['emailAndPassword.enabled', 'export const emailAndPassword = { enabled: true };'],
  [
    'emailVerification.sendVerificationEmail',
    'export const emailVerification = { sendVerificationEmail: 1 };',
  ],
  ['socialProviders.github.clientId', `export const socialProviders = { github: { clientId: 'x' } };`],
  [
    'user.additionalFields.plan.type',
    `export const user = { additionalFields: { plan: { type: 'string' } } };`,
  ],
  ['user.deleteUser.enabled', 'export const user = { deleteUser: { enabled: true } };'],
])('the export %s stops the start', async (name, code) => {
  writeFileSync(`${FOLDER}/wrong.mjs`, `export default [];\n${code}`);
  const environment = {
    DATABASE_URL: 'postgresql://localhost/unused',
    BETTER_AUTH_SECRET: SECRET,
    PLUGINS: `./${FOLDER}/wrong.mjs`,
  };
  const ended = await runToEnd('dist/src/main.js', { environment });
  expectOneSentence(ended, new RegExp(`without the export ${name}, which this server reads from variables`));
});
