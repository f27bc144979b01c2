import { loadConfig } from '../../src/assembly/load-config.js';

const complete = {
  DATABASE_URL: 'postgresql://localhost/app',
  BETTER_AUTH_SECRET: 'a-secret-of-at-least-thirty-two-characters',
};
const load = (environment: Record<string, string>) => loadConfig({ ...complete, ...environment });

const URLS = [
  ['https://auth.example.com', true],
  ['https://localhost.example.com', true],
  ['https://10.0.0.1', true],
  ['https://localhost:3000', false],
  ['https://app.localhost', false],
  ['https://127.0.0.1:3000', false],
  ['https://[::1]:3000', false],
  ['http://auth.example.com', false],
] as const;

test.each(URLS)('%s without NODE_ENV=production: a warning and no mails in the log: %s', (url, expected) => {
  const { warnings, mailsInLog } = load({ BETTER_AUTH_URL: url });
  expect([warnings.length, mailsInLog]).toEqual([expected ? 1 : 0, !expected]);
  if (expected) expect(warnings[0]).toContain('Set NODE_ENV=production.');
});

test.each(URLS)('%s in production: no warning and no mails in the log', (url) =>
  expect(load({ BETTER_AUTH_URL: url, NODE_ENV: 'production' })).toMatchObject({
    warnings: [],
    mailsInLog: false,
  }),
);

test('METRICS_PORT must differ from PORT', () => {
  expect(() => load({ PORT: '4000', METRICS_PORT: '4000' })).toThrow(
    'METRICS_PORT and PORT are both 4000. Set METRICS_PORT to another port.',
  );
  expect(() => load({ METRICS_PORT: '3000' })).toThrow('METRICS_PORT and PORT are both 3000.');
  expect(load({ METRICS_PORT: '3001' }).metrics).toEqual({ onPublicPort: false, port: 3001 });
});
