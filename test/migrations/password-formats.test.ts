import { createCipheriv, createHash, pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto';
import { parseHash } from '../../src/crypto/password/formats.js';
import { verifyPassword } from '../../src/crypto/password/password-hasher.js';
import { checkData } from '../../src/compat/data-check.js';
import { compareWithLegacy } from '../../src/compat/legacy-comparisons.js';
import { readTables, withTables } from '../../src/database/tables.js';
import { catchUp } from '../../src/switch-over/catch-up.js';
import { forward } from '../../src/switch-over/steps.js';
import { NO_FIELDS } from '../../src/migrating/expected-migrations.js';
import { VECTORS } from '../crypto/password/vectors.js';
import type { TestDatabase } from '../setup/database.js';
import { catalogue, digest, legacyDatabase, migrate, revert, revertFrom, withDataSource } from './support.js';

const PASSWORD = 'Secret-42 hörse';
const SIGNER = randomBytes(64).toString('base64');

/** Sets variables while `work` runs, because migrations read them from the process. */
async function withVariables<Result>(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<Result>,
): Promise<Result> {
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
  }
}

const stored = async (database: TestDatabase, id: string): Promise<string | undefined> => {
  const [row] = await database.query<{ password: string }>(
    `select password from accounts where provider_id = 'credential' and provider_user_id = $1`,
    [id],
  );
  return row?.password;
};

/** What compat:check calls an error, or different from the legacy columns. */
const differences = (database: TestDatabase) =>
  withDataSource(database.url, async (dataSource) => {
    const tables = await readTables(dataSource);
    return [
      ...(await checkData(withTables(tables, dataSource), tables)).filter(({ level }) => level === 'error'),
      ...(await compareWithLegacy(dataSource, tables)).filter(({ different }) => different > 0),
    ];
  });

interface Case {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  /** What the legacy application stores for the password. */
  make(password: string): { readonly hash: string; readonly salt: string };
  readonly format: string;
}

const hexSalt = () => randomBytes(16).toString('hex');
const SALT_COLUMN = { LEGACY_PASSWORD_SALT_COLUMN: 'salt' };

const CASES: readonly Case[] = [
  {
    name: 'passport-local-mongoose and Payload',
    variables: {
      ...SALT_COLUMN,
      LEGACY_PASSWORD_FORMAT: 'pbkdf2-sha256:iterations=25000,length=512,encoding=hex',
    },
    make: (password) => {
      const salt = hexSalt();
      return { hash: pbkdf2Sync(password, salt, 25_000, 512, 'sha256').toString('hex'), salt };
    },
    format: 'pbkdf2',
  },
  {
    name: 'Discourse',
    variables: { ...SALT_COLUMN, LEGACY_PASSWORD_FORMAT: 'pbkdf2-sha256:iterations=64000,length=32' },
    make: (password) => {
      const salt = hexSalt();
      return { hash: pbkdf2Sync(password, salt, 64_000, 32, 'sha256').toString('hex'), salt };
    },
    format: 'pbkdf2',
  },
  {
    name: 'crypto.scrypt of Node.js with a salt in base64',
    variables: {
      ...SALT_COLUMN,
      LEGACY_PASSWORD_FORMAT: 'scrypt:n=16384,r=8,p=1,length=64,encoding=base64,salt-encoding=base64',
    },
    make: (password) => {
      const salt = randomBytes(16);
      return { hash: scryptSync(password, salt, 64).toString('base64'), salt: salt.toString('base64') };
    },
    format: 'phc-scrypt',
  },
  {
    name: 'Firebase',
    variables: { ...SALT_COLUMN, FIREBASE_SCRYPT_SIGNER_KEY: SIGNER },
    make: (password) => {
      const salt = randomBytes(8);
      const key = scryptSync(password, Buffer.concat([salt, Buffer.from('Bw==', 'base64')]), 32);
      const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
      const hash = Buffer.concat([cipher.update(Buffer.from(SIGNER, 'base64')), cipher.final()]);
      return { hash: hash.toString('base64'), salt: salt.toString('base64') };
    },
    format: 'firebase-scrypt',
  },
  {
    name: 'Symfony',
    variables: { ...SALT_COLUMN, LEGACY_PASSWORD_FORMAT: 'symfony-sha512' },
    make: (password) => {
      const salt = hexSalt();
      const text = `${password}{${salt}}`;
      let last = createHash('sha512').update(text).digest();
      for (let round = 1; round < 5000; round++) {
        last = createHash('sha512').update(last).update(text).digest();
      }
      return { hash: last.toString('base64'), salt };
    },
    format: 'gatehouse-digest',
  },
  {
    name: 'SHA-256 of password, salt and pepper',
    variables: { ...SALT_COLUMN, LEGACY_PASSWORD_FORMAT: 'sha256:order=password+salt+pepper' },
    make: (password) => {
      const salt = hexSalt();
      return { hash: createHash('sha256').update(`${password}${salt}pep'per`).digest('hex'), salt };
    },
    format: 'gatehouse-digest',
  },
  {
    name: 'Keycloak',
    variables: { ...SALT_COLUMN, LEGACY_PASSWORD_FORMAT: 'keycloak' },
    make: (password) => {
      const salt = randomBytes(16);
      const value = pbkdf2Sync(password, salt, 27_500, 64, 'sha256').toString('base64');
      return {
        hash: JSON.stringify({ value, salt: salt.toString('base64'), additionalParameters: {} }),
        salt: JSON.stringify({ hashIterations: 27_500, algorithm: 'pbkdf2-sha256' }),
      };
    },
    format: 'keycloak',
  },
];

const SECRETS = { pepper: "pep'per", firebaseSignerKey: SIGNER };
const BCRYPT = '$2b$10$moERnCqXiNKFN3IcY0KB7.isZpq/19W.hJsRXo5S4Be.ePY165QCW';

describe.each(CASES)('$name: hash and salt in two columns', ({ variables, make, format }) => {
  let database: TestDatabase;
  let before: readonly unknown[];
  beforeAll(async () => {
    database = await legacyDatabase(
      18,
      `create table users (id text primary key, email text not null unique, password_hash text, salt text)`,
    );
    const { hash, salt } = make(PASSWORD);
    await database.query(
      `insert into users values ('good', 'a@example.com', $1, $2), ('no salt', 'b@example.com', $1, null),
         ('other', 'c@example.com', $3, $2), ('empty', 'd@example.com', null, $2), ('odd', 'e@example.com', $4, $2),
         ('unsalted', 'f@example.com', $5, null)`,
      [hash, salt, BCRYPT, hash.slice(0, 20), createHash('md5').update(PASSWORD).digest('hex')],
    );
    before = [await catalogue(database), await digest(database, 'users')];
    await withVariables({ ...variables, LEGACY_UNKNOWN_HASHES: 'keep' }, () => migrate(database));
  });
  afterAll(() => database.drop());

  const opens = async (id: string, password: string) => {
    const hash = await stored(database, id);
    return hash !== undefined && (await verifyPassword(hash, password, SECRETS));
  };

  test('the account holds a hash that says its format, and only the password opens it', async () => {
    expect(parseHash((await stored(database, 'good')) ?? '')?.format.id).toBe(format);
    expect(await opens('good', PASSWORD)).toBe(true);
    expect(await opens('good', `${PASSWORD}.`)).toBe(false);
  });

  test('a hash that says its own format is taken as it is; one that fits nothing gets no account', async () => {
    expect(await stored(database, 'other')).toBe(BCRYPT);
    for (const id of ['no salt', 'empty', 'odd', 'unsalted'])
      expect(await stored(database, id)).toBeUndefined();
  });

  test('the trigger builds the same hash from a new password or a new salt', async () => {
    const { hash, salt } = make('another');
    await database.query(`update users set password_hash = $1, salt = $2 where id = 'other'`, [hash, salt]);
    expect(await opens('other', 'another')).toBe(true);
    await database.query(`update users set salt = null where id = 'other'`);
    expect(await stored(database, 'other')).toBeUndefined();
    await database.query(`update users set salt = $1 where id = 'other'`, [salt]);
    expect(await opens('other', 'another')).toBe(true);
    await database.query(`insert into users values ('new', 'new@example.com', $1, $2)`, [hash, salt]);
    expect(await opens('new', 'another')).toBe(true);
  });

  test('compat:check finds no difference, also after the variables are gone', async () => {
    expect(await differences(database)).toEqual([]);
  });

  test('the switch-over writes no hash back that is already there', async () => {
    await withDataSource(database.url, async (dataSource) => {
      await catchUp(dataSource, 'legacy');
      await forward(dataSource, { fields: NO_FIELDS, acceptConflicts: true, confirmed: true });
      await catchUp(dataSource, 'both');
    });
    expect(await opens('good', PASSWORD)).toBe(true);
    const [row] = await database.query<{ salt: string; hash: string }>(
      `select salt, password_hash as hash from users where id = 'good'`,
    );
    expect(row?.hash).not.toContain('$2b$');
    await database.query(`delete from users where id = 'new'`);
  });

  test('down restores the database', async () => {
    const { hash, salt } = make('x');
    await database.query(`update users set password_hash = $1, salt = $2 where id = 'other'`, [hash, salt]);
    await revert(database);
    await database.query(
      `update users set password_hash = $1, salt = (select salt from users where id = 'good')
      where id = 'other'`,
      [BCRYPT],
    );
    expect([await catalogue(database), await digest(database, 'users')]).toEqual(before);
  });
});

describe('WRAP_WEAK_HASHES', () => {
  const weakOnes = VECTORS.filter(({ hash }) => parseHash(hash)?.weak);
  let database: TestDatabase;
  beforeAll(async () => {
    database = await legacyDatabase(
      18,
      `create table users (id integer generated by default as identity primary key, email text not null unique, hashed_password text)`,
    );
    await database.query(
      `insert into users select n, 'u' || n || '@example.com', hash from unnest($1::text[]) with ordinality as v(hash, n)`,
      [VECTORS.map(({ hash }) => hash)],
    );
    await withVariables({ WRAP_WEAK_HASHES: 'true' }, () => migrate(database));
  });
  afterAll(() => database.drop());

  const passwords = () =>
    database.query<{ n: number; password: string }>(
      `select provider_user_id::integer as n, password from accounts order by 1`,
    );

  test('leaves no weak hash in accounts, and every password still opens its account', async () => {
    expect(weakOnes.length).toBeGreaterThan(50);
    const rows = await passwords();
    expect(rows).toHaveLength(VECTORS.length);
    for (const { n, password } of rows) {
      const vector = VECTORS[n - 1];
      if (!vector) throw new Error(`no vector ${n}`);
      const wasWeak = parseHash(vector.hash)?.weak;
      expect(parseHash(password)).toMatchObject({ weak: false });
      expect(password === vector.hash).toBe(!wasWeak);
      expect(await verifyPassword(password, vector.password, vector)).toBe(true);
      expect(await verifyPassword(password, `${vector.password}.`, vector)).toBe(false);
    }
  });

  test('catching up wraps what the legacy application wrote since, and writes nothing back', async () => {
    const md5 = createHash('md5').update('new').digest('hex');
    await database.query(`insert into users values (1000, 'new@example.com', $1)`, [md5]);
    expect(await stored(database, '1000')).toBe(md5);
    await withDataSource(database.url, async (dataSource) => {
      await catchUp(dataSource, 'legacy');
      await forward(dataSource, { fields: NO_FIELDS, acceptConflicts: true, confirmed: true });
      await catchUp(dataSource, 'both');
    });
    const wrapped = (await stored(database, '1000')) ?? '';
    expect(parseHash(wrapped)?.format.id).toBe('wrapped');
    expect(await verifyPassword(wrapped, 'new')).toBe(true);
    const [row] = await database.query(`select hashed_password as hash from users where id = 1000`);
    expect(row).toEqual({ hash: md5 });
  });

  test('compat:check finds no difference', async () => {
    expect(await differences(database)).toEqual([]);
  });

  test('down puts the old hashes back', async () => {
    await database.query(`delete from users where id = 1000`);
    await revertFrom(database, 'WrapWeakHashes');
    const rows = await passwords();
    expect(rows.map(({ password }) => password)).toEqual(VECTORS.map(({ hash }) => hash));
  });

  test('an interrupted run continues behind its last batch', async () => {
    await database.query(
      `create function stop_after_a_batch() returns trigger stable language plpgsql as
         $$begin if (select count(*) from accounts where starts_with(password, '$gatehouse-wrapped$')) > 5 then raise 'stopped' using errcode = '57014'; end if; return new; end$$;
       create trigger stop_after_a_batch before update on accounts for each row execute function stop_after_a_batch()`,
    );
    const variables = { WRAP_WEAK_HASHES: 'true' };
    await expect(withVariables(variables, () => migrate(database))).rejects.toThrow('stopped');
    const half = await passwords();
    const isWrapped = ({ password }: { password: string }) => parseHash(password)?.format.id === 'wrapped';
    expect(half.filter(isWrapped).length).toBeGreaterThan(5);
    expect(half.filter(({ password }) => parseHash(password)?.weak).length).toBeGreaterThan(10);
    await database.query('drop trigger stop_after_a_batch on accounts; drop function stop_after_a_batch()');
    await withVariables(variables, () => migrate(database));
    const all = await passwords();
    expect(all.filter(({ password }) => parseHash(password)?.weak)).toEqual([]);
    expect(all.filter(({ n }) => half.some((row) => row.n === n && isWrapped(row)))).toEqual(
      half.filter(isWrapped),
    );
  });
});
