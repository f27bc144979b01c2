import { createCipheriv, pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto';
import { bcrypt, keycloak } from '../hashes.js';
import { CROWD, fullName, signsIn, uuid, type Member } from '../people.js';
import { insert, type Value } from '../sql.js';
import type { WildCase } from '../wild-case.js';

/** Users of another service, in a table that the operator filled from its export. */
function exported(
  about: string,
  columns: string,
  row: (member: Member) => Readonly<Record<string, Value>>,
  rest: Partial<WildCase>,
): WildCase {
  return {
    about,
    schema: `create table users (${columns});\n${insert('users', CROWD.map(row))}`,
    people: CROWD.map((member) => signsIn(member)),
    ...rest,
  };
}

const [BANNED, DELETED] = [5, 6];

/** `create table users as select … from auth.users`, because only Supabase itself may change that table. */
export const SUPABASE = exported(
  'Supabase auth.users, copied',
  `id uuid primary key, email varchar(255), encrypted_password varchar(255), email_confirmed_at timestamptz,
   raw_user_meta_data jsonb, banned_until timestamptz, deleted_at timestamptz, created_at timestamptz, updated_at timestamptz`,
  (member) => ({
    id: uuid(member.number),
    email: member.email,
    encrypted_password: bcrypt(member.password, 'a'),
    email_confirmed_at: '2024-02-03T04:05:06Z',
    raw_user_meta_data: JSON.stringify({ full_name: fullName(member) }),
    banned_until: member.number === BANNED ? '2999-01-01T00:00:00Z' : null,
    deleted_at: member.number === DELETED ? '2025-01-01T00:00:00Z' : null,
    created_at: '2024-01-02T03:04:05Z',
    updated_at: '2024-01-02T03:04:05Z',
  }),
  {
    settings: { LEGACY_NAME_COLUMN: "raw_user_meta_data->>'full_name'" },
    people: CROWD.map((member) => {
      if (member.number === BANNED) return signsIn(member, { refused: 'BANNED_USER' });
      if (member.number === DELETED) return signsIn(member, { refused: 'INVALID_EMAIL_OR_PASSWORD' });
      return signsIn(member, { user: { name: fullName(member), emailVerified: true } });
    }),
  },
);

export const AUTH0 = exported(
  'an export of Auth0',
  `id text primary key, email text not null, email_verified boolean not null default false, name text, picture text,
   "passwordHash" text, created_at timestamptz not null, updated_at timestamptz not null`,
  (member) => ({
    id: `auth0|${uuid(member.number)}`,
    email: member.email,
    email_verified: member.number !== 3,
    name: fullName(member),
    picture: `https://example.com/${member.number}.png`,
    passwordHash: bcrypt(member.password),
    created_at: '2024-01-02T03:04:05Z',
    updated_at: '2024-01-02T03:04:05Z',
  }),
  {
    people: CROWD.map((member) =>
      signsIn(member, {
        user: {
          name: fullName(member),
          emailVerified: member.number !== 3,
          image: `https://example.com/${member.number}.png`,
        },
      }),
    ),
  },
);

/** `user_entity` joined with the rows of `credential` whose type is `password`. */
export const KEYCLOAK = exported(
  'Keycloak, user_entity joined with credential',
  `id varchar(36) primary key, email varchar(255), email_verified boolean not null default false,
   enabled boolean not null default true, first_name varchar(255), last_name varchar(255), username varchar(255),
   created_timestamp bigint, secret_data text, credential_data text`,
  (member) => ({
    id: uuid(member.number),
    email: member.email,
    email_verified: true,
    enabled: member.number !== BANNED,
    first_name: member.first,
    last_name: member.last,
    username: member.email,
    created_timestamp: 1_704_164_645_000,
    secret_data: keycloak(member.password, 'sha512', 1000).secret,
    credential_data: JSON.stringify({ hashIterations: 1000, algorithm: 'pbkdf2-sha512' }),
  }),
  {
    settings: {
      LEGACY_PASSWORD_COLUMN: 'secret_data',
      LEGACY_PASSWORD_SALT_COLUMN: 'credential_data',
      LEGACY_PASSWORD_FORMAT: 'keycloak',
    },
    people: CROWD.map((member) =>
      member.number === BANNED
        ? signsIn(member, { refused: 'BANNED_USER' })
        : signsIn(member, { user: { name: fullName(member), emailVerified: true } }),
    ),
  },
);

const SIGNER_KEY = randomBytes(64);

/** As Firebase computes it: the signer key, encrypted with a key that scrypt makes from the password. */
function firebase(password: string): { passwordHash: string; salt: string } {
  const salt = randomBytes(8);
  const salted = Buffer.concat([salt, Buffer.from('Bw==', 'base64')]);
  const key = scryptSync(password, salted, 32, { N: 2 ** 10, r: 8, p: 1 });
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const hash = Buffer.concat([cipher.update(SIGNER_KEY), cipher.final()]);
  return { passwordHash: hash.toString('base64'), salt: salt.toString('base64') };
}

/** `firebase auth:export users.json`, with names of its JSON. */
export const FIREBASE = exported(
  'an export of Firebase',
  `id varchar(128) primary key, email text, "emailVerified" boolean, "displayName" text, "photoUrl" text, disabled boolean,
   "passwordHash" text, salt text`,
  (member) => ({
    id: `firebase${member.number}`,
    email: member.email,
    emailVerified: true,
    displayName: fullName(member),
    photoUrl: null,
    disabled: member.number === BANNED,
    ...firebase(member.password),
  }),
  {
    settings: {
      LEGACY_PASSWORD_SALT_COLUMN: 'salt',
      FIREBASE_SCRYPT_SIGNER_KEY: SIGNER_KEY.toString('base64'),
      FIREBASE_SCRYPT_MEMORY_COST: '10',
    },
    people: CROWD.map((member) =>
      member.number === BANNED
        ? signsIn(member, { refused: 'BANNED_USER' })
        : signsIn(member, { user: { name: fullName(member), emailVerified: true } }),
    ),
  },
);

const ITERATIONS = 1000;

/** Payload and passport-local-mongoose: PBKDF2 with 512 bytes in hex, and the salt in a column of its own. */
export const PAYLOAD = exported(
  'Payload users',
  `id serial primary key, email varchar not null unique, salt varchar, hash varchar, login_attempts numeric default 0,
   lock_until timestamptz(3), updated_at timestamptz(3) not null default now(), created_at timestamptz(3) not null default now()`,
  (member) => {
    const salt = randomBytes(32).toString('hex');
    const hash = pbkdf2Sync(member.password, salt, ITERATIONS, 512, 'sha256').toString('hex');
    return { email: member.email, salt, hash };
  },
  {
    settings: {
      LEGACY_PASSWORD_COLUMN: 'hash',
      LEGACY_PASSWORD_SALT_COLUMN: 'salt',
      LEGACY_PASSWORD_FORMAT: `pbkdf2-sha256:iterations=${ITERATIONS},length=512,encoding=hex`,
    },
  },
);
