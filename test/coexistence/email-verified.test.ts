import { randomBytes } from 'node:crypto';
import { SIDES, sessionOf, signUp, startTwoServers, type TwoServers, type Visitor } from './two-servers.js';
import { verificationToken } from './verification-token.js';

let servers: TwoServers;

beforeAll(async () => {
  servers = await startTwoServers();
});

afterAll(() => servers.stop());

interface Columns {
  email_verified: Date | null;
  is_email_verified: boolean;
}

async function columnsOf(email: string): Promise<Columns | undefined> {
  const select = 'select email_verified, is_email_verified from users where email = $1';
  return (await servers.database.query<Columns & { [column: string]: unknown }>(select, [email]))[0];
}

async function newUser(side: 'gatehouse' | 'oracle'): Promise<{ visitor: Visitor; email: string }> {
  const [visitor, email] = [servers.visitor(), `${randomBytes(6).toString('hex')}@example.com`];
  await signUp(visitor[side], email);
  return { visitor, email };
}

async function expectBoth(visitor: Visitor, emailVerified: boolean): Promise<void> {
  for (const side of SIDES) expect(await sessionOf(visitor[side])).toMatchObject({ user: { emailVerified } });
}

test.each(SIDES)('a user who signed up on %s is unverified in both columns', async (side) => {
  const { visitor, email } = await newUser(side);
  expect(await columnsOf(email)).toEqual({ email_verified: null, is_email_verified: false });
  await expectBoth(visitor, false);
});

test.each(SIDES)('Better Auth’s verification link verifies a user of %s in both columns', async (side) => {
  const { visitor, email } = await newUser(side);
  const user = (await sessionOf(visitor.gatehouse))?.user;
  const token = await verificationToken(user?.id ?? '', email);
  const answer = await visitor.oracle.get(`/api/auth/verify-email?token=${token}`);
  expect(answer.status).toBe(200);
  const columns = await columnsOf(email);
  expect(columns?.is_email_verified).toBe(true);
  expect(Math.abs(Date.now() - Number(columns?.email_verified))).toBeLessThan(60_000);
  await expectBoth(visitor, true);
});

test('setting only email_verified by SQL verifies the user on both servers, and clearing it reverts that', async () => {
  const { visitor, email } = await newUser('oracle');
  const update = 'update users set email_verified = $2 where email = $1';
  await servers.database.query(update, [email, '2024-02-29T12:00:00Z']);
  expect(await columnsOf(email)).toEqual({
    email_verified: new Date('2024-02-29T12:00:00Z'),
    is_email_verified: true,
  });
  await expectBoth(visitor, true);
  await servers.database.query(update, [email, null]);
  expect(await columnsOf(email)).toEqual({ email_verified: null, is_email_verified: false });
  await expectBoth(visitor, false);
});

test('setting only is_email_verified by SQL also sets email_verified, keeps an earlier time, and clears it', async () => {
  const { visitor, email } = await newUser('gatehouse');
  const update = 'update users set is_email_verified = $2 where email = $1';
  await servers.database.query(update, [email, true]);
  const first = (await columnsOf(email))?.email_verified;
  expect(first).toBeInstanceOf(Date);
  await servers.database.query(update, [email, true]);
  expect((await columnsOf(email))?.email_verified).toEqual(first);
  await expectBoth(visitor, true);
  await servers.database.query(update, [email, false]);
  expect(await columnsOf(email)).toEqual({ email_verified: null, is_email_verified: false });
  await expectBoth(visitor, false);
});
