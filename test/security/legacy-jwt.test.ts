import { SignJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import type { TestDatabase } from '../setup/database.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { startLegacyApplication, type LegacyApplication } from '../setup/legacy-application.js';
import { aStranger, bearer, onAnotherDevice } from '../setup/people.js';
import { mailTo } from '../setup/mails.js';
import { aMigratedFastapi, type Pristine } from '../switch-over/support.js';
import { hashPassword } from '../../src/crypto/password/password-hasher.js';

const LEGACY_SECRET = 'the secret of the old application';
const PASSWORD = 'the password of old times';

let pristine: Pristine;
let database: TestDatabase;
let legacy: LegacyApplication;
let gatehouse: Gatehouse;
let hash: string;

beforeAll(async () => {
  pristine = await aMigratedFastapi(18);
  database = await pristine.copy();
  legacy = await startLegacyApplication(database);
  gatehouse = await startGatehouse(
    { LEGACY_JWT_SECRET: LEGACY_SECRET, LEGACY_JWT_TYPES: 'staff, kiosk' },
    database,
  );
  hash = await hashed(PASSWORD, 10);
});

afterAll(async () => {
  await gatehouse.stop();
  await legacy.stop();
  await database.drop();
  await pristine.drop();
});

const hashed = (password: string, cost: number) =>
  hashPassword(password, { hash: 'bcrypt', bcryptCost: cost });

let count = 0;

/** A user whom the legacy application registered. */
async function aUser(password = hash) {
  count += 1;
  const id = `jwt-${count}`;
  const email = `${id}@example.com`;
  await legacy.register({ id, email, hashed_password: password, is_active: true });
  return { id, email, name: id, password: PASSWORD };
}

const now = () => Math.floor(Date.now() / 1000);

/** When the tables of this file were made. */
const started = now();

function signed(claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
  const all = { iat: now() - 60, exp: now() + 600, jti: crypto.randomUUID(), ...claims };
  return new SignJWT(all)
    .setProtectedHeader({ alg: 'HS256', ...header })
    .sign(new TextEncoder().encode(LEGACY_SECRET));
}

const statusOf = async (jwt: string) =>
  (await aStranger(gatehouse).get('/api/auth/list-sessions', bearer(jwt))).status;

describe('times of a JWT of the legacy application', () => {
  test.each<[string, JWTPayload, number]>([
    ['without exp is refused', { exp: undefined }, 401],
    ['that has just expired is refused', { exp: now() - 1 }, 401],
    ['from 1 hour in the future is refused', { iat: now() + 3600, exp: now() + 7200 }, 401],
    ['from 20 s in the future is refused', { iat: now() + 20 }, 401],
    ['from 3 s in the future is accepted, because clocks differ', { iat: now() + 3 }, 200],
    ['that is valid from 3 s in the future is accepted', { nbf: now() + 3 }, 200],
    ['that is valid from 20 s in the future is refused', { nbf: now() + 20 }, 401],
  ])('one %s', async (_, claims, status) => {
    const { id } = await aUser();
    const shift = now() - started;
    const moved = Object.fromEntries(
      Object.entries(claims).map(([name, time]) => [name, typeof time === 'number' ? time + shift : time]),
    );
    expect(await statusOf(await signed({ sub: id, ...moved }))).toBe(status);
  });

  test('the log says that exp is missing', async () => {
    const { id } = await aUser();
    await statusOf(await signed({ sub: id, exp: undefined }));
    await gatehouse.told('because it has no claim exp');
  });
});

describe('the purpose of a JWT of the legacy application', () => {
  test('the log says which value was refused, and which setting accepts it', async () => {
    const { id } = await aUser();
    await statusOf(await signed({ sub: id, type: 'courier' }));
    await gatehouse.told('its type is ');
    expect(gatehouse.log()).toMatch(/its type is \W+courier\W+\. If .* LEGACY_JWT_TYPES/);
  });

  test.each<[JWTPayload]>([
    [{ type: 'refresh' }],
    [{ token_type: 'refresh' }],
    [{ tokenType: 'REFRESH_TOKEN' }],
    [{ typ: 'Refresh' }],
    [{ typ: 'Offline' }],
    [{ typ: 'ID' }],
    [{ type: 'reset' }],
    [{ type: 'password-reset' }],
    [{ purpose: 'reset_password' }],
    [{ purpose: 'verify' }],
    [{ purpose: 'email_verification' }],
    [{ purpose: 'unsubscribe' }],
    [{ purpose: ['access', 'reset'] }],
    [{ use: 'refresh' }],
    [{ use: 'magic-link' }],
    [{ token_use: 'id' }],
    [{ type: '2fa' }],
    [{ type: 'invite' }],
    [{ type: 7 }],
    [{ scope: 'refresh' }],
    [{ scope: 'refresh_token' }],
    [{ scope: 'password-reset' }],
    [{ scope: 'reset_password' }],
    [{ scope: 'verify_email' }],
    [{ scope: 'email:verification' }],
    [{ scope: 'openid password_reset' }],
    [{ scope: ['account_activation'] }],
    [{ scope: 'invitation' }],
    [{ scope: 'magic_link' }],
    [{ scope: '2fa_pending' }],
    [{ scopes: ['mfa'] }],
    [{ scp: ['pre-auth'] }],
  ])('%j is refused', async (claims) => {
    const { id } = await aUser();
    expect(await statusOf(await signed({ sub: id, ...claims }))).toBe(401);
  });

  test.each<[JWTPayload]>([
    [{ type: 'access' }],
    [{ type: 'Access_Token' }],
    [{ typ: 'Bearer' }],
    [{ token_use: 'access' }],
    [{ token_type: 'sliding' }],
    [{ type: null, purpose: '' }],
    [{ type: 'staff' }],
    [{ use: 'Kiosk' }],
    [{ scope: 'openid profile email offline_access' }],
    [{ scope: 'read write users:read password:read' }],
    [{ scopes: ['user', 'admin'], scope: '' }],
  ])('%j is accepted', async (claims) => {
    const { id } = await aUser();
    expect(await statusOf(await signed({ sub: id, ...claims }))).toBe(200);
  });

  test.each([
    ['refresh+jwt', 401],
    ['logout+jwt', 401],
    ['JWT', 200],
    ['application/at+jwt', 200],
  ])('the header typ %s answers %i', async (typ, status) => {
    const { id } = await aUser();
    expect(await statusOf(await signed({ sub: id }, { typ }))).toBe(status);
  });
});

describe('a JWT that was issued before', () => {
  const before = (sub: string) => signed({ sub, iat: now() - 60 });

  /** Each change, and the password that holds afterwards. */
  const CHANGES: readonly [string, (user: Awaited<ReturnType<typeof aUser>>) => Promise<unknown>][] = [
    [
      'the user changed the password here',
      async (user) => {
        const { client } = await onAnotherDevice(gatehouse, user);
        const body = { currentPassword: PASSWORD, newPassword: 'another password' };
        expect((await client.post('/api/auth/change-password', body)).status).toBe(200);
      },
    ],
    [
      'the user reset the password here',
      async ({ email }) => {
        await aStranger(gatehouse).post('/api/auth/request-password-reset', { email });
        const { token } = await mailTo(gatehouse, email);
        const body = { token, newPassword: 'another password' };
        expect((await aStranger(gatehouse).post('/api/auth/reset-password', body)).status).toBe(200);
      },
    ],
    [
      'the legacy application changed the password',
      async ({ id }) => legacy.change(id, { hashed_password: await hashed('another password', 10) }),
    ],
    [
      'Better Auth changed the password',
      async ({ id }) => database.query(`update accounts set password = 'salt:key' where user_id = $1`, [id]),
    ],
    [
      'the user ended all sessions',
      async (user) => {
        const { client } = await onAnotherDevice(gatehouse, user);
        await client.post('/api/auth/revoke-sessions');
      },
    ],
    [
      'the user ended all other sessions',
      async (user) => {
        const { client } = await onAnotherDevice(gatehouse, user);
        await client.post('/api/auth/revoke-other-sessions');
      },
    ],
  ];

  test.each(CHANGES)('%s is refused, and a newer one is accepted', async (_, change) => {
    const user = await aUser();
    const [old, withoutTime] = [await before(user.id), await signed({ sub: user.id, iat: undefined })];
    await change(user);
    expect([await statusOf(old), await statusOf(withoutTime)]).toEqual([401, 401]);
    expect(await statusOf(await signed({ sub: user.id, iat: now() }))).toBe(200);
  });

  test.each(CHANGES.slice(0, 4))(
    '%s is refused even if it was exchanged for a session',
    async (_, change) => {
      const user = await aUser();
      const [old, recent] = [await before(user.id), await signed({ sub: user.id, iat: now() + 2 })];
      expect([await statusOf(old), await statusOf(recent)]).toEqual([200, 200]);
      await change(user);
      expect([await statusOf(old), await statusOf(recent)]).toEqual([401, 200]);
    },
  );

  test('the end of all other sessions leaves the session of the JWT that asks for it', async () => {
    const user = await aUser();
    const [own, other] = [await before(user.id), await before(user.id)];
    await aStranger(gatehouse).post('/api/auth/revoke-other-sessions', {}, bearer(own));
    expect([await statusOf(own), await statusOf(other)]).toEqual([200, 401]);
  });

  test('another user’s password change makes no difference', async () => {
    const [ada, bob] = [await aUser(), await aUser()];
    await legacy.change(bob.id, { hashed_password: await hashed('another password', 10) });
    expect(await statusOf(await before(ada.id))).toBe(200);
  });

  test('a new hash of the same password makes no difference', async () => {
    // The server’s cost is 10, so it replaces this one at sign-in.
    const user = await aUser(await hashed(PASSWORD, 4));
    await onAnotherDevice(gatehouse, user);
    const [{ password } = { password: '' }] = await database.query<{ password: string }>(
      'select password from accounts where user_id = $1',
      [user.id],
    );
    expect(password).toMatch(/^\$2b\$10\$/);
    expect(await statusOf(await before(user.id))).toBe(200);
  });

  test('a change of another column in the legacy application makes no difference', async () => {
    const user = await aUser();
    await legacy.change(user.id, { full_name: 'Ada', hashed_password: hash });
    expect(await statusOf(await before(user.id))).toBe(200);
  });

  test('the migration counts no password as changed', async () => {
    const copy = await pristine.copy();
    expect(await copy.query('select 1 from gatehouse.legacy_token_cutoffs')).toEqual([]);
    await copy.drop();
  });
});
