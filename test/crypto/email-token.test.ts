import { SignJWT, jwtVerify } from 'jose';
import { openEmailToken, signEmailToken } from '../../src/crypto/email-token.js';

const SECRET = 'better-auth-secret-that-is-long-enough-for-validation-test';
const OLDER = 'the secret of last year, rotated out';
const key = new TextEncoder().encode(SECRET);
const claims = { email: 'ada@example.com', userId: 'u1' };

const byJose = (payload: Record<string, unknown>, header = { alg: 'HS256' }) =>
  new SignJWT(payload).setProtectedHeader(header).sign(key);

test('jose verifies a token, which has the header and the order of claims of Better Auth', async () => {
  const token = signEmailToken(
    { userId: 'u1', requestType: 'x', updateTo: 'New@Example.com', email: 'Ada@Example.com' },
    SECRET,
    60,
  );
  expect(token.split('.')[0]).toBe('eyJhbGciOiJIUzI1NiJ9');
  const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'] });
  expect(Object.entries(payload)).toEqual([
    ['email', 'ada@example.com'],
    ['updateTo', 'new@example.com'],
    ['requestType', 'x'],
    ['userId', 'u1'],
    ['iat', expect.any(Number)],
    ['exp', (payload.iat ?? 0) + 60],
  ]);
});

test('a token has no entry for an absent claim', async () => {
  const { payload } = await jwtVerify(signEmailToken(claims, SECRET, 60), key);
  expect(Object.keys(payload)).toEqual(['email', 'userId', 'iat', 'exp']);
});

test('opens a token that jose signed with any of the secrets', async () => {
  const token = await byJose({ ...claims, exp: Math.floor(Date.now() / 1000) + 60 });
  expect(openEmailToken(token, [SECRET])).toMatchObject(claims);
  expect(openEmailToken(token, [OLDER, SECRET])).toMatchObject(claims);
  expect(openEmailToken(token, [OLDER])).toBe('invalid');
  expect(openEmailToken(token, [])).toBe('invalid');
});

test('a token is valid until the second of its expiry, and "expired" only if a listed secret signed it', () => {
  const token = signEmailToken(claims, SECRET, 60, 1_000_000);
  expect(openEmailToken(token, [SECRET], 1_059_999)).toMatchObject(claims);
  expect(openEmailToken(token, [SECRET], 1_060_000)).toBe('expired');
  expect(openEmailToken(token, [OLDER], 1_060_000)).toBe('invalid');
});

test('refuses a token with any character changed', () => {
  const token = signEmailToken(claims, SECRET, 60);
  const positions = [...token].map((_, index) => index).filter((index) => token[index] !== '.');
  // The last character is left out, because only four of its six bits belong to the signature.
  for (const index of positions.slice(0, -1)) {
    const other = token[index] === 'A' ? 'B' : 'A';
    const tampered = token.slice(0, index) + other + token.slice(index + 1);
    expect(openEmailToken(tampered, [SECRET])).toBe('invalid');
  }
});

test.each([
  '',
  '.',
  '..',
  'a.b',
  'a.b.c',
  'a.b.c.d',
  'eyJhbGciOiJIUzI1NiJ9..',
  'é.é.é',
  '\0.\0.\0',
  'x'.repeat(100_000),
])('refuses text that is not a token: %j', (text) => {
  expect(openEmailToken(text, [SECRET])).toBe('invalid');
});

test('refuses the algorithms none and HS512', async () => {
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  expect(openEmailToken(`${none}.`, [SECRET])).toBe('invalid');
  expect(openEmailToken(`${none}.AA`, [SECRET])).toBe('invalid');
  const long = new TextEncoder().encode(SECRET.padEnd(64, '!'));
  const hs512 = await new SignJWT(claims).setProtectedHeader({ alg: 'HS512' }).sign(long);
  expect(openEmailToken(hs512, [SECRET.padEnd(64, '!')])).toBe('invalid');
});

test.each([
  { exp: 'soon', email: 'a@b.co' },
  { iat: '1', email: 'a@b.co' },
  { nbf: 4_000_000_000, email: 'a@b.co' },
  { userId: 'u1' },
  { email: 5 },
  { email: 'a@b.co', userId: 5 },
  { email: 'a@b.co', updateTo: {} },
  { session: { userId: 'u1' }, user: { email: 'a@b.co' } },
])('refuses invalid claims despite a valid signature: %j', async (payload) => {
  expect(openEmailToken(await byJose(payload), [SECRET])).toBe('invalid');
});
