import { BrowserLikeClient } from '../setup/browser-like-client.js';
import { startGatehouse, type Gatehouse } from '../setup/gatehouse.js';

const settings = (max = 3) => ({
  RATE_LIMIT_ENABLED: 'true',
  RATE_LIMIT_MAX: String(max),
  RATE_LIMIT_WINDOW: '60',
});

const client = ({ origin }: Gatehouse) => new BrowserLikeClient(origin);

async function withServer(environment: Record<string, string>, run: (server: Gatehouse) => Promise<void>) {
  const server = await startGatehouse(environment);
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}

async function statuses(
  server: Gatehouse,
  requests: readonly { path: string; headers?: Record<string, string> }[],
) {
  const seen: number[] = [];
  for (const { path, headers } of requests)
    seen.push((await client(server).get(`/api/auth/${path}`, headers)).status);
  return seen;
}

test('all tokens of reset-password share one count, and so do all providers of callback', async () => {
  await withServer({ ...settings(), RATE_LIMIT_STORAGE: 'database' }, async (server) => {
    const from = { 'x-forwarded-for': '203.0.113.5' };
    const tokens = ['a', 'b', 'c', 'd'].map((token) => ({
      path: `reset-password/${token}?callbackURL=/new`,
      headers: from,
    }));
    expect(await statuses(server, tokens)).toEqual([302, 302, 302, 429]);
    const providers = ['a', 'b', 'c', 'd'].map((id) => ({ path: `callback/${id}`, headers: from }));
    expect((await statuses(server, providers)).at(-1)).toBe(429);
    // Clients cannot fill the table with invented values.
    expect(await server.database.query('select key from rate_limits order by key')).toEqual([
      { key: '203.0.113.5|/callback/:id' },
      { key: '203.0.113.5|/reset-password/:token' },
    ]);
  });
});

test('a rule with a pattern also counts all tokens together, and a rule for one value only that value', async () => {
  const rules = { '/callback/known': { window: 60, max: 1 }, '/callback/*': { window: 60, max: 2 } };
  await withServer({ ...settings(), RATE_LIMIT_CUSTOM_RULES: JSON.stringify(rules) }, async (server) => {
    const ids = ['known', 'known', 'a', 'b', 'c'].map((id) => ({ path: `callback/${id}` }));
    expect((await statuses(server, ids)).map((status) => status === 429)).toEqual([
      false,
      true,
      false,
      false,
      true,
    ]);
  });
});

test('clients without a header do not share a count with others', async () => {
  await withServer(settings(), async (server) => {
    const here = Array.from({ length: 4 }, () => ({ path: 'ok' }));
    expect(await statuses(server, here)).toEqual([200, 200, 200, 429]);
    // Behind a proxy that appends to a list, the last hop counts.
    const there = ['5.5.5.5', '6.6.6.6'].map((hop) => ({
      path: 'ok',
      headers: { 'x-forwarded-for': `9.9.9.9, ${hop}` },
    }));
    expect(await statuses(server, there)).toEqual([200, 200]);
  });
});

test('the address of the connection counts if there is no header', async () => {
  await withServer({ ...settings(), RATE_LIMIT_STORAGE: 'database', HOST: '0.0.0.0' }, async (server) => {
    await statuses(server, [{ path: 'ok' }]);
    expect(await server.database.query('select key from rate_limits')).toEqual([{ key: '127.0.0.1|/ok' }]);
  });
});

test('a proxy that is not declared is logged once', async () => {
  await withServer(settings(100), async (server) => {
    await statuses(server, [{ path: 'ok', headers: { 'x-forwarded-for': '5.5.5.5' } }]);
    expect(server.log()).not.toContain('proxy that is not declared');
    const behind = { path: 'ok', headers: { 'x-forwarded-for': '5.5.5.5, 10.0.0.1' } };
    await statuses(server, [behind, behind, { path: 'ok', headers: { 'x-real-ip': '5.5.5.5' } }]);
    await server.told('proxy that is not declared');
    expect(server.log().match(/proxy that is not declared/g)).toHaveLength(1);
    expect(server.log()).toContain('ADVANCED_IP_ADDRESS_TRUSTED_PROXIES');
  });
});

test('a client that floods sign-in does not shut out others', async () => {
  const slow = {
    PASSWORD_HASH_CONCURRENCY: '1',
    PASSWORD_HASH_QUEUE: '5',
    PASSWORD_BCRYPT_COST: '12',
    // Here only a full queue refuses, even if the machine is busy: no hash would be computed too late.
    REQUEST_DEADLINE: '120',
  };
  await withServer(slow, async (server) => {
    const signIn = (address: string) =>
      client(server).post(
        '/api/auth/sign-in/email',
        { email: 'nobody@example.com', password: 'wrong password' },
        { 'x-forwarded-for': address },
      );
    const flood = Array.from({ length: 15 }, () => signIn('203.0.113.5'));
    // The flood has filled the queue: the server has refused the rest of it.
    const refused = Promise.any(
      flood.map(async (one) => {
        if ((await one).status !== 503) throw new Error('not refused');
      }),
    );
    await refused;
    let floodOver = false;
    void Promise.all(flood).then(() => (floodOver = true));
    expect((await signIn('198.51.100.9')).status).toBe(401);
    expect(floodOver).toBe(false);
    const codes = (await Promise.all(flood)).map(({ status }) => status);
    expect(new Set(codes)).toEqual(new Set([401, 503]));
  });
});
