import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { startOracle, type Oracle } from '../oracle/oracle.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aPerson } from '../setup/people.js';

const FOLDER = 'dist/password-functions-test';
const MODULE = `./${FOLDER}/passwords.mjs`;

/** Peppered bcrypt, so that its format is known to this server although only the module can verify it. */
const SOURCE = `
import { createHmac } from 'node:crypto';
import bcrypt from 'bcrypt';
const peppered = (password) => createHmac('sha256', 'pepper').update(password).digest('base64');
export default [];
export const emailAndPassword = {
  password: {
    hash: (password) => bcrypt.hash(peppered(password), 10),
    async verify({ hash, password }) {
      if (password === 'service is down') throw new Error('no such service');
      if (!hash.startsWith('$2')) throw new Error('not bcrypt');
      return bcrypt.compare(peppered(password), hash);
    },
  },
};
`;
/** Of "correct horse battery", as Django makes it. */
const DJANGO = 'pbkdf2_sha256$1000$salt$hHq2CwjSpsUCltVF/ZDe25M5jA5hBHN9+inXRaOGbjU=';

let database: TestDatabase;
let gatehouse: Gatehouse;
let library: Oracle;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(MODULE, SOURCE);
  database = await createDatabase({ template: MIGRATED });
  [gatehouse, library] = await Promise.all([
    startGatehouse({ PLUGINS: MODULE, RATE_LIMIT_ENABLED: 'false' }, database),
    startOracle(database, { environment: { ORACLE_MODULE: MODULE } }),
  ]);
});

afterAll(async () => {
  await Promise.all([gatehouse.stop(), library.stop()]);
  await database.drop();
  rmSync(FOLDER, { recursive: true, force: true });
});

const signUp = ({ origin }: { readonly origin: string }, person: object) =>
  new BrowserLikeClient(origin).post('/api/auth/sign-up/email', person);
const signIn = async ({ origin }: { readonly origin: string }, email: string, password: string) =>
  (await new BrowserLikeClient(origin).post('/api/auth/sign-in/email', { email, password })).status;
const storedHash = async (email: string) => {
  const query = `select a.password from accounts a join users u on u.id = a.user_id where u.email = $1`;
  const [row] = await database.query<{ password: string }>(query, [email]);
  return row?.password ?? '';
};

test('each side accepts what the functions have hashed on the other side', async () => {
  const [here, there] = [aPerson(), aPerson()];
  await signUp(gatehouse, here);
  await signUp(library, there);
  for (const { email, password } of [here, there])
    expect([
      await signIn(gatehouse, email, password),
      await signIn(library, email, password),
      await signIn(gatehouse, email, `${password}?`),
      await signIn(library, email, `${password}?`),
    ]).toEqual([200, 200, 401, 401]);
});

test('a hash of a legacy application is verified too, and replaced by one of the functions', async () => {
  const { email } = aPerson();
  await signUp(gatehouse, aPerson({ email }));
  await database.query(
    `update accounts set password = $1 where user_id = (select id from users where email = $2)`,
    [DJANGO, email],
  );
  const password = 'correct horse battery';
  expect(await signIn(gatehouse, email, 'wrong')).toBe(401);
  expect(await storedHash(email)).toBe(DJANGO);
  expect(await signIn(gatehouse, email, password)).toBe(200);
  const end = Date.now() + 5000;
  while ((await storedHash(email)) === DJANGO && Date.now() < end)
    await new Promise((next) => setTimeout(next, 20));
  expect(await signIn(library, email, password)).toBe(200);
});

test('a function that fails refuses with 500, and not as a wrong password', async () => {
  const person = aPerson();
  await signUp(gatehouse, person);
  expect(await signIn(gatehouse, person.email, 'service is down')).toBe(500);
  await gatehouse.told('no such service');
});

test('an unknown user costs a hash of the functions', async () => {
  expect(await signIn(gatehouse, 'nobody@example.com', 'some password')).toBe(401);
  expect(await signIn(gatehouse, 'nobody@example.com', 'service is down')).toBe(500);
});
