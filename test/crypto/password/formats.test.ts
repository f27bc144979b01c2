import { FORMATS, isKnownHash, isWeakKnownHash, parseHash } from '../../../src/crypto/password/formats.js';
import { wrap } from '../../../src/crypto/password/formats/wrapped.js';
import { hashFormat } from '../../../src/crypto/password/hash-format.js';
import { verifyPassword } from '../../../src/crypto/password/password-hasher.js';
import { createDatabase, type TestDatabase } from '../../setup/database.js';
import { VECTORS } from './vectors.js';

describe.each(VECTORS)('$origin, $format: $hash', ({ format, password, hash, ...secrets }) => {
  test('the server verifies it, and a wrong password not', async () => {
    expect(hashFormat(hash)).toBe(format);
    expect(await verifyPassword(hash, password, secrets)).toBe(true);
    expect(await verifyPassword(hash, `${password}.`, secrets)).toBe(false);
    expect(await verifyPassword(hash, '', secrets)).toBe(false);
    expect(await verifyPassword(`${hash}   `, password, secrets)).toBe(true);
  });

  test('with zeros for its digest it has the same format, and no password matches', async () => {
    const bare = parseHash(hash)?.bare ?? '';
    expect(hashFormat(bare)).toBe(format);
    expect(parseHash(bare)?.weak).toBe(parseHash(hash)?.weak);
    expect(bare).not.toBe(hash);
    expect(await verifyPassword(bare, password, secrets)).toBe(false);
  });

  test('wrapped in argon2id, the password still matches', async () => {
    const found = parseHash(hash);
    const wrapped = (found && (await wrap(found))) ?? '';
    expect(hashFormat(wrapped)).toBe('wrapped');
    expect(await verifyPassword(wrapped, password, secrets)).toBe(true);
    expect(await verifyPassword(wrapped, `${password}.`, secrets)).toBe(false);
  });
});

test('every format of the table has a vector', () => {
  const tried = new Set(VECTORS.map(({ format }) => format));
  expect(FORMATS.map(({ id }) => id).filter((id) => id !== 'wrapped' && !tried.has(id))).toEqual([]);
});

describe('server and SQL agree', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
    await database.query('create table hashes (hash text)');
  });
  afterAll(() => database.drop());

  test('on which hashes the server can verify, and which of them are weak', async () => {
    const hashes = VECTORS.flatMap(({ hash }) => [hash, ...spoilt(hash)]);
    await database.query('insert into hashes select unnest($1::text[])', [hashes]);
    const rows = await database.query<{ hash: string; usable: boolean; weak: boolean }>(
      `select hash, ${isKnownHash('hash')} as usable, ${isWeakKnownHash('hash')} as weak from hashes`,
    );
    expect(rows).toHaveLength(hashes.length);
    const server = rows.map(({ hash }) => {
      const found = parseHash(hash);
      return { hash, usable: found !== undefined, weak: found?.weak ?? false };
    });
    const differing = rows.filter(
      (row, n) => row.usable !== server[n]?.usable || row.weak !== server[n]?.weak,
    );
    expect(differing).toEqual([]);
    expect(rows.filter(({ usable }) => !usable).length).toBeGreaterThan(100);
  });
});

/** Hashes that differ from a good one in one place, with numbers far out of bounds among them. */
function spoilt(hash: string): string[] {
  const numbers = [...hash.matchAll(/(?<=[=$:,])\d+(?=[$,:])/g)].flatMap(({ index, 0: digits }) =>
    ['0', '1', '3', '31', '999', '4097', '9'.repeat(9), '9'.repeat(60), 'x', '-1'].map(
      (other) => hash.slice(0, index) + other + hash.slice(index + digits.length),
    ),
  );
  return [
    ...numbers,
    hash.slice(0, -1),
    hash.slice(1),
    hash.slice(0, hash.length >> 1),
    `${hash}.`,
    `${hash}A`,
    `${hash}==`,
    `${hash}  `,
    `${hash}\n`,
    ` ${hash}`,
    `${hash}$${hash}`,
    hash.replace('$', '$$$'),
    hash.replaceAll('$', ''),
    hash.toLowerCase(),
    hash.toUpperCase(),
    hash.replace(/[A-Za-z0-9]{8}/, ''),
    hash.replace(/(.{16})$/, ''),
    hash.replace(/.(.{9})$/, '_$1'),
  ];
}
