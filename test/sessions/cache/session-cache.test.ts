import { SessionCache, type StoredSession } from '../../../src/sessions/cache/session-cache.js';
import { loadConfig } from '../../../src/assembly/load-config.js';
import { SECRET } from '../../setup/gatehouse.js';

const NOW = new Date('2026-01-01T00:00:00Z');

function aSession(token: string, { id = `id of ${token}`, userId = 'ada' } = {}): StoredSession {
  const times = { createdAt: NOW, updatedAt: NOW };
  return {
    session: {
      id,
      userId,
      token,
      expiresAt: NOW,
      ipAddress: null,
      userAgent: null,
      additional: {},
      ...times,
    },
    user: {
      id: userId,
      name: 'Ada',
      email: 'ada@example.com',
      emailVerified: false,
      image: null,
      additional: {},
      ...times,
    },
  };
}

function aCache(size = 10): SessionCache {
  const cache = new SessionCache(
    loadConfig({
      DATABASE_URL: 'postgresql://localhost/none',
      BETTER_AUTH_SECRET: SECRET,
      SESSION_CACHE_SIZE: String(size),
    }),
  );
  cache.open();
  return cache;
}

function keep(cache: SessionCache, ...sessions: StoredSession[]): void {
  for (const session of sessions) cache.beginRead()(session);
}

test('a session is found by its token and by its id', () => {
  const cache = aCache();
  const ada = aSession('a');
  keep(cache, ada);
  expect(cache.get('a')).toBe(ada);
  expect(cache.getById('id of a')).toBe(ada);
  expect(cache.get('b')).toBeUndefined();
});

test('drops the least recently used session when it is full', () => {
  const cache = aCache(2);
  keep(cache, aSession('a'), aSession('b'));
  cache.get('a');
  keep(cache, aSession('c'));
  expect(cache.size).toBe(2);
  expect(cache.get('b')).toBeUndefined();
  expect(cache.getById('id of b')).toBeUndefined();
  expect([cache.get('a'), cache.get('c')]).not.toContain(undefined);
});

test('a change of a session drops only that session', () => {
  const cache = aCache();
  keep(cache, aSession('a'), aSession('b'));
  cache.drop('{"sessions":["id of a","of nobody"]}');
  expect(cache.get('a')).toBeUndefined();
  expect(cache.get('b')).toBeDefined();
  expect(cache.invalidations).toBe(1);
});

test('a change of a user drops all sessions of that user', () => {
  const cache = aCache();
  keep(cache, aSession('a'), aSession('b'), aSession('c', { userId: 'bob' }));
  cache.drop('{"users":["ada"]}');
  expect([cache.get('a'), cache.get('b')]).toEqual([undefined, undefined]);
  expect(cache.get('c')).toBeDefined();
});

test.each(['', '{}', 'what is this?'])(
  'the notification %j may mean any change and drops everything',
  (payload) => {
    const cache = aCache();
    keep(cache, aSession('a'), aSession('b', { userId: 'bob' }));
    cache.drop(payload);
    expect(cache.size).toBe(0);
  },
);

test('does not keep a session that was read before it changed', () => {
  const cache = aCache();
  const finish = cache.beginRead();
  cache.drop('{"sessions":["id of a"]}');
  finish(aSession('a'));
  expect(cache.get('a')).toBeUndefined();
});

test('does not keep a session that was read before the connection was lost', () => {
  const cache = aCache();
  const finish = cache.beginRead();
  cache.close();
  cache.open();
  finish(aSession('a'));
  expect(cache.size).toBe(0);
});

test('keeps nothing without a connection', () => {
  const cache = aCache();
  keep(cache, aSession('a'));
  cache.close();
  expect(cache.size).toBe(0);
  keep(cache, aSession('a'));
  expect(cache.size).toBe(0);
});
