import { loadConfig } from '../../src/assembly/load-config.js';
import { SessionCache, type StoredSession } from '../../src/sessions/cache/session-cache.js';
import { SECRET, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { metric } from '../setup/metrics.js';
import { aMember } from '../setup/people.js';

const NOW = new Date('2026-01-01T00:00:00Z');

function aCache(): SessionCache {
  const cache = new SessionCache(
    loadConfig({ DATABASE_URL: 'postgresql://localhost/none', BETTER_AUTH_SECRET: SECRET }),
  );
  cache.open();
  return cache;
}

function keep(cache: SessionCache, id: string): void {
  const times = { createdAt: NOW, updatedAt: NOW };
  const session = { id, userId: id, token: id, expiresAt: NOW, ipAddress: null, userAgent: null };
  const user = { id, name: 'Ada', email: 'ada@example.com', emailVerified: false, image: null };
  const stored: StoredSession = {
    session: { ...session, ...times, additional: {} },
    user: { ...user, ...times, additional: {} },
  };
  cache.beginRead()(stored);
}

/** Texts that are not what our triggers send. */
const FOREIGN = [
  'null',
  'true',
  '0',
  '-1',
  '"sessions"',
  '[]',
  '[null]',
  '{}',
  '{"sessions":null}',
  '{"sessions":{}}',
  '{"sessions":"a"}',
  '{"sessions":[]}',
  '{"sessions":[null]}',
  '{"sessions":[1]}',
  '{"sessions":["a",1]}',
  '{"sessions":[["a"]]}',
  '{"users":null}',
  '{"users":{"length":1e9}}',
  '{"users":[{}]}',
  '{"__proto__":["a"]}',
  '{"constructor":["a"]}',
  '{"sessions":["a"],"users":["a"]}',
  '{"accounts":["a"]}',
  '{"sessions":["a"]',
  '\u0000',
  '💥',
  ' ',
  '[[[[',
  '{"sessions":{"length":1,"0":"a"}}',
  '"'.repeat(500),
  '['.repeat(7000),
  '{"sessions":["a"]}{"users":["a"]}',
];

/** A text made of pieces of valid ones. The same seed makes the same text. */
function nonsense(seed: number): string {
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"sessions"',
    '"users"',
    '"a"',
    'null',
    '1e999',
    '"__proto__"',
    '\\',
    '""',
    ' ',
  ];
  let state = seed + 1;
  const next = () => (state = (state * 48_271) % 2_147_483_647);
  return Array.from({ length: next() % 12 }, () => pieces[next() % pieces.length]).join('');
}

test('a text of another form makes the cache forget everything, and never throws', () => {
  for (const text of FOREIGN) {
    const cache = aCache();
    keep(cache, 'a');
    cache.drop(text);
    expect([text, cache.size]).toEqual([text, 0]);
  }
});

test('no text at all makes the cache throw', () => {
  const cache = aCache();
  for (let seed = 0; seed < 20_000; seed++) {
    keep(cache, 'a');
    cache.drop(nonsense(seed));
  }
  keep(cache, 'b');
  expect(cache.get('b')).toBeDefined();
});

test('a list of ids makes the cache forget these and no others', () => {
  const cache = aCache();
  for (const id of ['a', 'b', 'c']) keep(cache, id);
  cache.drop('{"sessions":["a","__proto__","unknown"]}');
  cache.drop('{"users":["c","constructor"]}');
  expect(['a', 'b', 'c'].map((id) => cache.get(id)?.session.id)).toEqual([undefined, 'b', undefined]);
});

describe('a server with the session cache', () => {
  let gatehouse: Gatehouse;

  beforeAll(async () => {
    gatehouse = await startGatehouse({ SESSION_CACHE: 'true' });
  });

  afterAll(() => gatehouse.stop());

  test('outlives whatever any role of the database sends', async () => {
    const { client, email } = await aMember(gatehouse);
    const sendable = FOREIGN.filter((text) => !text.includes('\u0000'));
    for (const text of sendable)
      await gatehouse.database.query('select pg_notify($1, $2)', ['gatehouse_sessions', text]);
    const answer = await client.get('/api/auth/get-session');
    expect(answer.json()).toMatchObject({ user: { email } });
    while ((await metric(gatehouse, 'gatehouse_session_cache_listening')) !== 1);
    expect(gatehouse.log()).not.toMatch(/the session cache is off|uncaught/i);
  });
});
