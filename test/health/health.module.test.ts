import { freePort } from '../../src/local/free-port.js';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, SECRET, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { aStranger } from '../setup/people.js';
import { expectOneSentence, runToEnd } from '../setup/run-to-end.js';

const PRODUCTION = { NODE_ENV: 'production', BETTER_AUTH_URL: 'https://auth.example.com' };

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
});

afterAll(() => database.drop());

async function withServer(
  environment: Record<string, string>,
  use: (gatehouse: Gatehouse) => Promise<void>,
): Promise<void> {
  const gatehouse = await startGatehouse(environment, database);
  try {
    await use(gatehouse);
  } finally {
    await gatehouse.stop();
  }
}

const PATHS = [
  '/',
  '/docs',
  '/docs/',
  '/docs/json',
  '/docs/swagger-ui-bundle.js',
  '/metrics',
  '/health/live',
];

/** The status of each path. */
async function statuses(gatehouse: Gatehouse, paths = PATHS): Promise<Record<string, number>> {
  const client = aStranger(gatehouse);
  const entries = paths.map(async (path) => [path, (await client.get(path)).status] as const);
  return Object.fromEntries(await Promise.all(entries));
}

test('outside of production everything is open', () =>
  withServer({}, async (gatehouse) =>
    expect(await statuses(gatehouse)).toEqual({
      '/': 302,
      '/docs': 200,
      '/docs/': 200,
      '/docs/json': 200,
      '/docs/swagger-ui-bundle.js': 200,
      '/metrics': 200,
      '/health/live': 200,
    }),
  ));

test('in production the documentation and the metrics answer like a path that does not exist', () =>
  withServer(PRODUCTION, async (gatehouse) => {
    const client = aStranger(gatehouse);
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
      const ofUnknown = await client.call('/nothing', { method });
      for (const path of PATHS.filter((closed) => closed !== '/health/live')) {
        const { status, text, headers } = await client.call(path, { method });
        expect([method, path, status, text, Object.keys(headers).toSorted()]).toEqual([
          method,
          path,
          404,
          '',
          Object.keys(ofUnknown.headers).toSorted(),
        ]);
      }
    }
    expect(await statuses(gatehouse, ['/health/live', '/health/ready'])).toEqual({
      '/health/live': 200,
      '/health/ready': 200,
    });
  }));

test('DOCS_ENABLED and METRICS_ENABLED open them in production', () =>
  withServer({ ...PRODUCTION, DOCS_ENABLED: 'true', METRICS_ENABLED: 'true' }, async (gatehouse) =>
    expect(await statuses(gatehouse, ['/docs', '/docs/json', '/metrics'])).toEqual({
      '/docs': 200,
      '/docs/json': 200,
      '/metrics': 200,
    }),
  ));

test('DOCS_ENABLED and METRICS_ENABLED close them outside of production', () =>
  withServer({ DOCS_ENABLED: 'false', METRICS_ENABLED: 'false' }, async (gatehouse) =>
    expect(await statuses(gatehouse, ['/', '/docs', '/docs/json', '/metrics', '/health/live'])).toEqual({
      '/': 404,
      '/docs': 404,
      '/docs/json': 404,
      '/metrics': 404,
      '/health/live': 200,
    }),
  ));

describe('with METRICS_PORT', () => {
  test.each([
    ['outside of production', {}],
    ['in production', PRODUCTION],
    ['with METRICS_ENABLED=false', { METRICS_ENABLED: 'false' }],
    ['with METRICS_ENABLED=true', { METRICS_ENABLED: 'true' }],
  ])('%s, only that port serves metrics and health', async (_when, environment) => {
    const port = await freePort();
    await withServer({ ...environment, METRICS_PORT: String(port) }, async (gatehouse) => {
      const own = { ...gatehouse, origin: `http://localhost:${port}` };
      const paths = ['/metrics', '/health/live', '/health/ready'];
      await aStranger(gatehouse).get('/api/auth/get-session');
      expect(await statuses(gatehouse, paths)).toEqual({
        '/metrics': 404,
        '/health/live': 404,
        '/health/ready': 404,
      });
      expect(await statuses(own, [...paths, '/', '/docs', '/api/auth/ok', '/api/auth/get-session'])).toEqual({
        '/metrics': 200,
        '/health/live': 200,
        '/health/ready': 200,
        '/': 404,
        '/docs': 404,
        '/api/auth/ok': 404,
        '/api/auth/get-session': 404,
      });
      expect((await aStranger(own).get('/metrics')).text).toContain('route="/api/auth/get-session"');
      expect((await aStranger(own).get('/health/ready')).json()).toEqual({ status: 'ok' });
    });
  });

  test('the server closes both ports when it stops', async () => {
    const port = await freePort();
    const gatehouse = await startGatehouse({ METRICS_PORT: String(port) }, database);
    expect(await gatehouse.stop()).toBe(0);
    await expect(fetch(`http://localhost:${port}/health/live`)).rejects.toThrow();
  });

  test('the server does not start if another program has that port', async () => {
    const port = await freePort();
    await withServer({ METRICS_PORT: String(port) }, async () => {
      const ended = await runToEnd('dist/src/main.js', {
        environment: {
          DATABASE_URL: database.url,
          BETTER_AUTH_SECRET: SECRET,
          HOST: '127.0.0.1',
          PORT: '0',
          METRICS_PORT: String(port),
        },
      });
      expectOneSentence(ended, new RegExp(`^Port ${port} is in use .* or set METRICS_PORT to a free port`));
    });
  });
});
