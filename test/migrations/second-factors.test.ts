import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import bcrypt from 'bcrypt';
import { codeOf } from '../conformance/totp.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import type { TestDatabase } from '../setup/database.js';
import { SECRET, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { migrate } from '../setup/migrate.js';
import { runToEnd } from '../setup/run-to-end.js';
import { legacyDatabase } from './support.js';

const FOLDER = 'dist/second-factors-test';
const PASSWORD = 'correct horse battery';
const HASH = await bcrypt.hash(PASSWORD, 4);
const KEY = randomBytes(32);

const SETTINGS = {
  PLUGINS: 'two-factor',
  LEGACY_SECOND_FACTOR: 'carry-over',
  BETTER_AUTH_SECRET: SECRET,
  RATE_LIMIT_ENABLED: 'false',
};

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** 20 bytes are 32 letters without a rest. */
const base32 = (secret: Buffer) =>
  [...secret]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .match(/.{5}/g)
    ?.map((bits) => ALPHABET[Number.parseInt(bits, 2)])
    .join('') ?? '';

/** As Laravel's `encrypt` stores a text. */
function laravel(text: string): string {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-256-cbc', KEY, iv);
  const value = cipher.update(`s:${text.length}:"${text}";`, 'utf8', 'base64') + cipher.final('base64');
  const payload = { iv: iv.toString('base64'), value, tag: '' };
  const mac = createHmac('sha256', KEY)
    .update(payload.iv + value)
    .digest('hex');
  return Buffer.from(JSON.stringify({ ...payload, mac })).toString('base64');
}

const secrets = new Map<string, Buffer>();
function secretOf(name: string): Buffer {
  const known = secrets.get(name) ?? randomBytes(20);
  secrets.set(name, known);
  return known;
}

const opened: { database: TestDatabase; gatehouse?: Gatehouse }[] = [];

async function served(sql: string, more: Record<string, string> = {}): Promise<Gatehouse> {
  const database = await legacyDatabase(18, sql);
  const entry: (typeof opened)[number] = { database };
  opened.push(entry);
  const settings = { ...SETTINGS, ...more };
  await migrate(database, settings);
  entry.gatehouse = await startGatehouse(settings, database);
  return entry.gatehouse;
}

beforeAll(() => mkdirSync(FOLDER, { recursive: true }));

afterAll(async () => {
  for (const { database, gatehouse } of opened) {
    await gatehouse?.stop();
    await database.drop();
  }
  rmSync(FOLDER, { recursive: true, force: true });
});

interface SignedIn {
  readonly twoFactorRedirect?: boolean;
  readonly twoFactorMethods?: string[];
  readonly token?: string;
}

async function signIn({ origin }: Gatehouse, name: string) {
  const client = new BrowserLikeClient(origin);
  const body = { email: `${name}@example.com`, password: PASSWORD };
  const answer = await client.post('/api/auth/sign-in/email', body);
  return { client, answer: answer.json<SignedIn>() };
}

/** Signs in with the password and then with the app of the old application. */
async function expectTheirApp(gatehouse: Gatehouse, name: string) {
  const { client, answer } = await signIn(gatehouse, name);
  expect([name, answer]).toEqual([name, { twoFactorRedirect: true, twoFactorMethods: ['totp', 'otp'] }]);
  const wrong = await client.post('/api/auth/two-factor/verify-totp', { code: codeOf(randomBytes(20)) });
  expect([name, wrong.status]).toEqual([name, 401]);
  const code = codeOf(secretOf(name));
  const right = await client.post('/api/auth/two-factor/verify-totp', { code });
  expect([name, right.status]).toEqual([name, 200]);
  expect((await client.get('/api/auth/get-session')).json()).toMatchObject({
    user: { email: `${name}@example.com`, twoFactorEnabled: true },
  });
}

const USUAL = `
create table users (
  id serial primary key, email text not null unique, password text,
  totp_secret text, totp_enabled boolean not null default false, mfa_enabled boolean
);
insert into users (email, password, totp_secret, totp_enabled, mfa_enabled) values
  ('column@example.com', '${HASH}', '${base32(secretOf('column')).toLowerCase()}', true, null),
  ('pending@example.com', '${HASH}', '${base32(secretOf('pending'))}', false, null),
  ('text-message@example.com', '${HASH}', null, false, true),
  ('nobody@example.com', '${HASH}', null, false, false),
  ('django@example.com', '${HASH}', null, false, null),
  ('allauth@example.com', '${HASH}', null, false, null),
  ('supabase@example.com', '${HASH}', null, false, null);
create table otp_totp_totpdevice (id serial primary key, user_id integer, key text, confirmed boolean);
insert into otp_totp_totpdevice (user_id, key, confirmed) values
  (5, '${secretOf('django').toString('hex')}', true), (4, '${'ab'.repeat(20)}', false);
create table mfa_authenticator (id serial primary key, user_id integer, type text, data jsonb);
insert into mfa_authenticator (user_id, type, data) values
  (6, 'totp', '{"secret":"${base32(secretOf('allauth'))}"}'), (6, 'recovery_codes', '{"seed":"x"}');
create table mfa_factors (id serial primary key, user_id text, factor_type text, status text, secret text);
insert into mfa_factors (user_id, factor_type, status, secret) values
  ('7', 'totp', 'verified', '${base32(secretOf('supabase'))}'), ('4', 'totp', 'unverified', 'x');`;

describe('secrets in the usual places', () => {
  let gatehouse: Gatehouse;

  beforeAll(async () => {
    gatehouse = await served(USUAL);
  });

  test.each(['column', 'django', 'allauth', 'supabase'])('%s: the app goes on working', (name) =>
    expectTheirApp(gatehouse, name),
  );

  test('a user whose second factor has no secret is asked for a mailed code', async () => {
    const { answer } = await signIn(gatehouse, 'text-message');
    expect(answer).toEqual({ twoFactorRedirect: true, twoFactorMethods: ['otp'] });
  });

  test.each(['nobody', 'pending'])(
    '%s, who has switched nothing on, signs in with the password',
    async (name) => {
      expect((await signIn(gatehouse, name)).answer.token).toEqual(expect.any(String));
    },
  );

  test('a catch-up brings the second factors that were switched on since', async () => {
    const { database } = gatehouse;
    await database.query(
      `update users set totp_enabled = true, totp_secret = $1 where email = 'pending@example.com'`,
      [base32(secretOf('pending'))],
    );
    const environment = { ...SETTINGS, DATABASE_URL: database.url };
    const program = { arguments: ['catch-up'], environment };
    expect(await runToEnd('dist/src/commands/switch-over.js', program)).toMatchObject({ code: 0 });
    await expectTheirApp(gatehouse, 'pending');
    expect(await database.query('select 1 from two_factors')).toHaveLength(5);
  });

  test('no secret is stored in clear', async () => {
    const rows = await gatehouse.database.query<{ secret: string }>('select secret from two_factors');
    expect(rows).toHaveLength(5);
    for (const { secret } of rows) expect(secret).toMatch(/^[0-9a-f]+$/);
  });
});

test('Laravel has encrypted the secret with its key', async () => {
  const gatehouse = await served(
    `create table users (
       id bigserial primary key, email text not null unique, password text,
       two_factor_secret text, two_factor_confirmed_at timestamp
     );
     insert into users (email, password, two_factor_secret, two_factor_confirmed_at) values
       ('laravel@example.com', '${HASH}', '${laravel(base32(secretOf('laravel')))}', now());`,
    { LEGACY_TOTP_FORMAT: 'laravel', LEGACY_TOTP_KEY: `base64:${KEY.toString('base64')}` },
  );
  await expectTheirApp(gatehouse, 'laravel');
});

test('ASP.NET Core Identity keeps the secret among its tokens, and a module reads it', async () => {
  writeFileSync(
    `${FOLDER}/reader.cjs`,
    `module.exports = (stored, row) => row.Prefix && stored.slice(row.Prefix.length);`,
  );
  const gatehouse = await served(
    `create table "AspNetUsers" (
       "Id" text primary key, "Email" text, "PasswordHash" text, "EmailConfirmed" boolean, "TwoFactorEnabled" boolean
     );
     insert into "AspNetUsers" values ('a', 'aspnet@example.com', '${HASH}', true, true);
     create table "AspNetUserTokens" ("UserId" text, "Name" text, "Value" text, "Prefix" text);
     insert into "AspNetUserTokens" values
       ('a', 'AuthenticatorKey', 'v1:${base32(secretOf('aspnet'))}', 'v1:'), ('a', 'RecoveryCodes', 'x;y', 'v1:');`,
    { LEGACY_TOTP_FORMAT: `./${FOLDER}/reader.cjs` },
  );
  await expectTheirApp(gatehouse, 'aspnet');
});

test('a revert takes the rows back and leaves the old ones', async () => {
  const database = await legacyDatabase(18, USUAL);
  opened.push({ database });
  const old = () => database.query('select email, totp_secret, totp_enabled from users order by id');
  const before = await old();
  await migrate(database, SETTINGS);
  // The setting may have been removed since.
  const environment = { DATABASE_URL: database.url };
  const program = { arguments: ['--all'], environment };
  expect(await runToEnd('dist/src/commands/migration-revert.js', program)).toMatchObject({ code: 0 });
  expect(await old()).toEqual(before);
  expect(await database.query(`select to_regclass('two_factors') as found`)).toEqual([{ found: null }]);
});

describe('what stops the run', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await legacyDatabase(
      18,
      `create table users (id serial primary key, email text not null unique, password text, otp_secret text);
       insert into users (email, password, otp_secret) values
         ('ada@example.com', '${HASH}', 'this is encrypted'),
         ('grace@example.com', '${HASH}', '${base32(randomBytes(20))}');`,
    );
    opened.push({ database });
  });

  test.each([
    ['the plugin is missing', { PLUGINS: '' }, /carry-over needs the plugin two-factor/],
    ['the secret of the server is missing', { BETTER_AUTH_SECRET: '' }, /carry-over needs the secret/],
    ['there is no such column', { LEGACY_TOTP_SECRET_COLUMN: 'seed' }, /no column seed/],
    ['a secret cannot be read', {}, /cannot be read for 1 \(1\)/],
    ['the key is missing', { LEGACY_TOTP_FORMAT: 'laravel' }, /Set LEGACY_TOTP_KEY to APP_KEY/],
  ])('%s', async (_, more, message) => {
    await expect(migrate(database, { ...SETTINGS, ...more })).rejects.toThrow(message);
  });

  test('after that, everything can still be reverted', async () => {
    const environment = { DATABASE_URL: database.url };
    const program = { arguments: ['--all'], environment };
    expect(await runToEnd('dist/src/commands/migration-revert.js', program)).toMatchObject({ code: 0 });
    expect(await database.query(`select to_regclass('sessions') as found`)).toEqual([{ found: null }]);
  });
});
