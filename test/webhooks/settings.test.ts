import { webhookFaults, webhooksFrom, WEBHOOK_VARIABLES } from '../../src/config/webhook-settings.js';

const SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const environment = { WEBHOOK_SECRET: SECRET };
const url = (WEBHOOK_URL: string, more = {}) => webhookFaults({ WEBHOOK_URL, ...more }, environment);

test('in production the URL must be https, except on this machine', () => {
  const production = { NODE_ENV: 'production' };
  expect(url('https://hooks.example.com', production)).toEqual([]);
  for (const local of ['http://localhost:1', 'http://127.0.0.1:1', 'http://[::1]:1'])
    expect(url(local, production)).toEqual([]);
  for (const open of ['http://hooks.example.com', 'http://10.0.0.1', 'http://localhost.example.com'])
    expect(url(open, production)).toEqual([expect.stringContaining('https URL in production')]);
  expect(url('http://hooks.example.com')).toEqual([]);
});

test('a URL needs a secret and the audit trail', () => {
  expect(webhookFaults({ WEBHOOK_URL: 'https://a.example' }, {})).toEqual([
    expect.stringContaining('WEBHOOK_SECRET is required'),
  ]);
  expect(url('https://a.example', { AUDIT: false })).toEqual([expect.stringContaining('needs AUDIT=true')]);
  expect(webhooksFrom({})).toBeUndefined();
});

test('a secret has at least 24 bytes', () => {
  const { parse } = WEBHOOK_VARIABLES.WEBHOOK_SECRET;
  expect(parse(`${SECRET},${SECRET}`)).toHaveLength(2);
  for (const wrong of ['whsec_', SECRET.slice(6), `whsec_${Buffer.alloc(23).toString('base64')}`])
    expect(() => parse(wrong)).toThrow('at least 24 bytes');
});

test('the URL has no password', () => {
  expect(() => WEBHOOK_VARIABLES.WEBHOOK_URL.parse('https://a:b@hooks.example.com')).toThrow(
    'without a user',
  );
});
