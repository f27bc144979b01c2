import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { createDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { hasRedis, startRedis } from '../setup/redis.js';

const wrong = { email: 'nobody@example.com', password: 'wrong password' };
const SMALL = { RATE_LIMIT_ENABLED: 'true', RATE_LIMIT_CUSTOM_RULES: '{"/ok":{"window":60,"max":2}}' };

const clientOf = ({ origin }: Gatehouse) => new BrowserLikeClient(origin);

/** Sends `count` simultaneous requests. Returns how many are let through. */
async function passing(count: number, ...servers: readonly Gatehouse[]): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      clientOf(servers[index % servers.length]!).get('/api/auth/ok', { 'x-forwarded-for': '9.9.9.9' }),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
  return answers.filter(({ status }) => status === 200).length;
}

const metric = async (server: Gatehouse, name: string) =>
  Number(new RegExp(`^${name} (\\d+)`, 'm').exec((await clientOf(server).get('/metrics')).text)?.[1]);

/** Runs a test with servers, and stops them even if the test fails. */
async function withServers(
  environments: readonly Record<string, string>[],
  run: (servers: Gatehouse[], database: Awaited<ReturnType<typeof createDatabase>>) => Promise<void>,
): Promise<void> {
  const database = await createDatabase({ template: MIGRATED });
  const servers = await Promise.all(environments.map((environment) => startGatehouse(environment, database)));
  try {
    await run(servers, database);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await database.drop();
  }
}

test('limits nothing by default outside of production', async () => {
  await withServers([{}], async ([server]) => {
    for (let index = 0; index < 6; index += 1) {
      expect((await clientOf(server!).post('/api/auth/sign-in/email', wrong)).status).toBe(401);
    }
  });
});

test('applies the rules by default in production', async () => {
  const production = { NODE_ENV: 'production', BETTER_AUTH_URL: 'http://localhost:3000' };
  await withServers([production], async ([server]) => {
    const origin = { origin: 'http://localhost:3000' };
    const statuses: number[] = [];
    for (let index = 0; index < 4; index += 1) {
      statuses.push((await clientOf(server!).post('/api/auth/sign-in/email', wrong, origin)).status);
    }
    expect(statuses).toEqual([401, 401, 401, 429]);
  });
});

describe('a server with limits', () => {
  let server: Gatehouse;
  const from = (address: string) => ({ 'x-forwarded-for': address });

  beforeAll(async () => {
    server = await startGatehouse(SMALL);
  });

  afterAll(() => server.stop());

  test('a refusal has a message without a code, and says when to try again', async () => {
    const client = clientOf(server);
    await client.get('/api/auth/ok', from('1.0.0.1'));
    await client.get('/api/auth/ok', from('1.0.0.1'));
    const { status, headers, text } = await client.get('/api/auth/ok', from('1.0.0.1'));
    expect(status).toBe(429);
    expect(text).toBe('{"message":"Too many requests. Please try again later."}');
    expect(headers['content-type']).toBe('application/json');
    expect(headers['x-retry-after']).toBe('60');
    expect(headers['retry-after']).toBeUndefined();
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(await metric(server, 'gatehouse_rate_limited_requests_total')).toBeGreaterThan(0);
    expect(await metric(server, 'gatehouse_rate_limit_store_failures_total')).toBe(0);
  });

  test('an allowed request gets no headers about limits', async () => {
    const { headers } = await clientOf(server).get('/api/auth/ok', from('1.0.0.2'));
    expect(Object.keys(headers).filter((name) => /rate|retry/.test(name))).toEqual([]);
  });

  test('three failures lock out their IPv6 network, and no other', async () => {
    const client = clientOf(server);
    const addresses = [
      '2001:db8::1',
      '2001:DB8:0:0:1::2',
      '2001:db8::ffff',
      '2001:db8::2',
      '2001:db8:0:1::1',
    ];
    const statuses: number[] = [];
    for (const address of addresses) {
      statuses.push((await client.post('/api/auth/sign-in/email', wrong, from(address))).status);
    }
    expect(statuses).toEqual([401, 401, 401, 429, 401]);
  });

  test('all spellings of an IPv4 address count as one client', async () => {
    const client = clientOf(server);
    const addresses = ['::ffff:5.6.7.8', '5.6.7.8', '::FFFF:0506:0708', '0:0:0:0:0:ffff:5.6.7.8'];
    const statuses: number[] = [];
    for (const address of addresses) {
      statuses.push((await client.post('/api/auth/sign-in/email', wrong, from(address))).status);
    }
    expect(statuses).toEqual([401, 401, 401, 429]);
  });

  test.each([
    ['login', '/api/auth/login', '/api/auth/sign-in/email', wrong],
    ['register', '/api/auth/register', '/api/auth/sign-up/email', {}],
  ])('%s and its twin share one count', async (name, twin, original, body) => {
    const client = clientOf(server);
    const address = from(`1.1.1.${name.length}`);
    const statuses: number[] = [];
    for (const path of [twin, original, twin, original, twin]) {
      statuses.push((await client.post(path, body, address)).status);
    }
    expect(statuses.slice(0, 3)).not.toContain(429);
    expect(statuses.slice(3)).toEqual([429, 429]);
  });

  test('refuses before it checks the origin, the content type or the body', async () => {
    const client = clientOf(server);
    for (let index = 0; index < 3; index += 1)
      await client.post('/api/auth/sign-up/email', {}, from('1.0.0.3'));
    const headers = {
      ...from('1.0.0.3'),
      cookie: 'a=b',
      origin: 'https://evil.example',
      'content-type': 'text/plain',
    };
    expect((await client.post('/api/auth/sign-up/email', '{', headers)).status).toBe(429);
  });

  test('does not limit routes outside of the base path', async () => {
    const client = clientOf(server);
    const statuses = await Promise.all(
      Array.from({ length: 120 }, async () => (await client.get('/health/live', from('1.0.0.4'))).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  test('limits each unknown path on its own', async () => {
    const client = clientOf(server);
    const ask = async (path: string) => (await client.get(path, from('1.0.0.5'))).status;
    const statuses = await Promise.all(Array.from({ length: 101 }, () => ask('/api/auth/nowhere')));
    expect(statuses.filter((status) => status === 404)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    expect(await ask('/api/auth/elsewhere')).toBe(404);
  });
});

test('instances with one database count together, and unknown paths leave no rows', async () => {
  const environment = { ...SMALL, RATE_LIMIT_STORAGE: 'database' };
  await withServers([environment, environment], async (servers, database) => {
    // A server that waits for the first connection for more than 100 ms counts alone.
    for (const server of servers) await clientOf(server).get('/api/auth/ok');
    expect(await passing(10, ...servers)).toBe(2);
    await clientOf(servers[0]!).get('/api/auth/made-up', { 'x-forwarded-for': '9.9.9.9' });
    const [path, method] = ['/api/auth/sign-in/email', { 'x-forwarded-for': '9.9.9.9' }];
    await clientOf(servers[0]!).get(path, method);
    expect(
      await database.query(`select key, count from rate_limits where key like '9.9.9.9|%' order by key`),
    ).toEqual([
      { key: '9.9.9.9|/ok', count: 2 },
      { key: '9.9.9.9|/sign-in/email', count: 1 },
    ]);
  });
});

test('if the database cannot count, each instance counts in memory and locks nobody out', async () => {
  await withServers([{ ...SMALL, RATE_LIMIT_STORAGE: 'database' }], async ([server], database) => {
    await database.query('alter table rate_limits rename to gone');
    expect(await passing(30, server!)).toBe(2);
    expect(await metric(server!, 'gatehouse_rate_limit_store_failures_total')).toBeGreaterThan(0);
    expect(server!.log().match(/the rate-limit store does not answer/g)).toHaveLength(1);
    await database.query('alter table gone rename to rate_limits');
    await new Promise((done) => setTimeout(done, 1100));
    // This request probes the store and does not wait for it.
    const probe = { 'x-forwarded-for': '8.8.8.8' };
    expect((await clientOf(server!).get('/api/auth/ok', probe)).status).toBe(200);
    await server!.told('the rate-limit store answers again');
    // A request from before may be counted only now.
    const counted = `select key from rate_limits where key like '8.8.8.8|%'`;
    expect(await database.query(counted)).toEqual([{ key: '8.8.8.8|/ok' }]);
  });
});

(hasRedis ? describe : describe.skip)('with a Redis', () => {
  test('instances count together', async () => {
    const redis = await startRedis();
    try {
      const environment = { ...SMALL, REDIS_URL: redis.url };
      await withServers([environment, environment], async (servers) => {
        expect(await passing(30, ...servers)).toBe(2);
      });
    } finally {
      await redis.stop();
    }
  });

  test.each(['freezes', 'is gone'])(
    'if Redis %s, each instance counts in memory and locks nobody out',
    async (what) => {
      const redis = await startRedis();
      try {
        await withServers([{ ...SMALL, REDIS_URL: redis.url }], async ([server]) => {
          expect((await clientOf(server!).get('/api/auth/ok', { 'x-forwarded-for': '1.1.1.1' })).status).toBe(
            200,
          );
          if (what === 'freezes') redis.freeze();
          else await redis.stop();
          expect(await passing(30, server!)).toBe(2);
          expect(await metric(server!, 'gatehouse_rate_limit_store_failures_total')).toBeGreaterThan(0);
          await server!.told('the rate-limit store does not answer');
        });
      } finally {
        redis.thaw();
        if (what === 'freezes') await redis.stop();
      }
    },
  );
});

test('the server starts and limits although Redis does not answer', async () => {
  await withServers([{ ...SMALL, REDIS_URL: 'redis://127.0.0.1:1' }], async ([server]) => {
    await server!.told('Redis at REDIS_URL does not answer');
    expect(await passing(10, server!)).toBe(2);
  });
});

test('refuses to start with secondary storage but without REDIS_URL', async () => {
  await expect(startGatehouse({ RATE_LIMIT_STORAGE: 'secondary-storage' })).rejects.toThrow(
    'RATE_LIMIT_STORAGE is secondary-storage, but REDIS_URL is not set.',
  );
});
