import { existsSync, readFileSync } from 'node:fs';
import { createDatabase, type TestDatabase } from '../setup/database.js';
import { MIGRATED, startGatehouse, type Gatehouse } from '../setup/gatehouse.js';
import { hashesDuring } from '../setup/metrics.js';
import { aMember, aPerson, aStranger } from '../setup/people.js';

let database: TestDatabase;
let gatehouse: Gatehouse;
let limited: Gatehouse;

beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  [gatehouse, limited] = await Promise.all([
    startGatehouse({ USER_DELETE_USER_ENABLED: 'true' }, database),
    startGatehouse({ RATE_LIMIT_ENABLED: 'true' }, database),
  ]);
});

afterAll(async () => {
  await Promise.all([gatehouse.stop(), limited.stop()]);
  await database.drop();
});

test('every advisory of the core names tests that exist', () => {
  const page = readFileSync('test/security/advisories.md', 'utf8');
  const advisories = page
    .slice(page.indexOf('## Core'), page.indexOf('## Weaknesses'))
    .split(/^### /m)
    .slice(1);
  expect(advisories.map((text) => text.split('\n', 1)[0])).toEqual(
    Array.from({ length: 24 }, (_, index) => `A${index + 1}`),
  );
  const lacking = advisories.filter((text) => {
    const shown = Array.from(
      (text.split('- Shown by')[1] ?? '').matchAll(/`(test\/[^`]+)`/g),
      ([, file = '']) => file,
    );
    return shown.length === 0 || !shown.every((file) => existsSync(file));
  });
  expect(lacking).toEqual([]);
});

describe('A7: another spelling of a path', () => {
  const SPELLINGS = [
    '//sign-in/email',
    '/sign-in//email',
    '/sign-in/email/',
    '/./sign-in/email',
    '/x/../sign-in/email',
    '/sign-in/%65mail',
    '/SIGN-IN/EMAIL',
    '/sign-in/email;x',
  ];

  test('does not get past a rate limit, and gives no second limit', async () => {
    const from = { 'x-forwarded-for': '192.0.2.7' };
    const ask = (path: string) => aStranger(limited).post(`/api/auth${path}`, aPerson(), from);
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await ask('/sign-in/email')).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    for (const path of SPELLINGS) {
      const { status } = await ask(path);
      expect([path, [404, 429].includes(status)]).toEqual([path, true]);
    }
    expect((await ask('/login')).status).toBe(429);
  });
});

describe('A19: a password of 1,000,000 characters', () => {
  const long = 'x'.repeat(1_000_000);

  test.each([
    ['sign-in/email', { email: 'ada@example.com', password: long }],
    ['verify-password', { password: long }],
    ['change-password', { currentPassword: long, newPassword: 'another good password' }],
    ['change-password', { currentPassword: 'correct horse battery', newPassword: long }],
    ['delete-user', { password: long }],
    ['reset-password', { token: 'x', newPassword: long }],
  ])('is refused by %s without a hash', async (path, body) => {
    const { client } = await aMember(gatehouse);
    const hashes = await hashesDuring(gatehouse, async () => {
      const answer = await client.post(`/api/auth/${path}`, body);
      expect([answer.status, answer.json<{ code: string }>().code]).toEqual([400, 'PASSWORD_TOO_LONG']);
    });
    expect(hashes).toBe(0);
  });
});

describe('A23: update-session', () => {
  test('changes nothing but configured fields', async () => {
    const { client, token } = await aMember(gatehouse);
    const sessionOf = () => database.query('select * from sessions where token = $1', [token]);
    const before = await sessionOf();
    const answer = await client.post('/api/auth/update-session', {
      token: 'chosen',
      userId: 'chosen',
      expiresAt: '2099-01-01T00:00:00.000Z',
      id: 'chosen',
      ipAddress: '192.0.2.9',
    });
    expect([answer.status, answer.json()]).toEqual([400, { message: 'No fields to update' }]);
    expect(before).toHaveLength(1);
    expect(await sessionOf()).toEqual(before);
  });
});
