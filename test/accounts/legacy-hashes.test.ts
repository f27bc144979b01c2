import { parseHash } from '../../src/crypto/password/formats.js';
import { wrap } from '../../src/crypto/password/formats/wrapped.js';
import { VECTORS } from '../crypto/password/vectors.js';
import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { migrate } from '../migrations/support.js';

/** Those that the server knows all secrets of. Its pepper is Devise's. */
const SIGNER = VECTORS.find(({ firebaseSignerKey }) => firebaseSignerKey)?.firebaseSignerKey ?? '';
const PEPPER = 'pepperpepper';
/** One of each format: the first that the server can verify with this pepper. */
const KNOWN = [
  ...new Map(
    VECTORS.filter(({ pepper }) => !pepper || pepper === PEPPER)
      .toReversed()
      .map((vector) => [vector.pepper ? 'peppered' : vector.format, vector]),
  ).values(),
];
const WRAPPED = ['md5-crypt', 'spring-noop', 'firebase-scrypt', 'keycloak', 'plain-digest'];

const PEOPLE = [
  ...KNOWN.map((vector) => ({ ...vector, isWrapped: false })),
  ...KNOWN.filter(({ format }) => WRAPPED.includes(format)).map((vector) => ({ ...vector, isWrapped: true })),
].map((person, n) => ({ ...person, n: n + 1 }));

describe('sign-in with the hash of another application', () => {
  let database: TestDatabase;
  let gatehouse: Gatehouse;
  beforeAll(async () => {
    database = await createDatabase();
    await migrate(database);
    const hashes: string[] = [];
    for (const { hash, isWrapped } of PEOPLE) {
      const found = isWrapped ? parseHash(hash) : undefined;
      hashes.push((found && (await wrap(found))) ?? hash);
    }
    await database.query(
      `with made as (
         insert into users (id, name, email) select n, 'User ' || n, 'u' || n || '@example.com' from generate_series(1, $1::integer) n
       )
       insert into accounts (id, user_id, provider_id, provider_user_id, password)
       select n, n, 'credential', n, hash from unnest($2::text[]) with ordinality as v(hash, n)`,
      [hashes.length, hashes],
    );
    gatehouse = await startGatehouse(
      {
        LEGACY_PASSWORD_PEPPER: PEPPER,
        FIREBASE_SCRYPT_SIGNER_KEY: SIGNER,
        PASSWORD_BCRYPT_COST: '10',
        RATE_LIMIT_ENABLED: 'false',
      },
      database,
    );
  });
  afterAll(async () => {
    await gatehouse?.stop();
    await database.drop();
  });

  const signIn = async (n: number, password: string) => {
    const client = new BrowserLikeClient(gatehouse.origin);
    const answer = await client.post('/api/auth/sign-in/email', { email: `u${n}@example.com`, password });
    return answer.status;
  };

  // Each refusal takes as long as the slowest hash. test/crypto/password/formats.test.ts tries a wrong password on all.
  test.each(PEOPLE.filter(({ n }) => n % 8 === 0))(
    '$format: a wrong password is refused',
    async ({ n, password }) => {
      expect(await signIn(n, `#${password.slice(1)}`)).toBe(401);
    },
  );

  test.each(PEOPLE)(
    '$format of $origin, wrapped: $isWrapped: opens, and is replaced',
    async ({ n, password }) => {
      expect(await signIn(n, password)).toBe(200);
      const [row] = await database.query<{ password: string }>(
        `select password from accounts where id = $1`,
        [String(n)],
      );
      expect(row?.password).toMatch(/^\$2[aby]\$1\d\$|^\$bcrypt-sha256\$/);
      expect(await signIn(n, password)).toBe(200);
    },
  );
});
