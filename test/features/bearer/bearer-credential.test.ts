import { loadConfig } from '../../../src/assembly/load-config.js';
import { signValue } from '../../../src/cookies/signed-value.js';
import { BearerCredential } from '../../../src/features/bearer/bearer-credential.js';
import { SECRET } from '../../setup/gatehouse.js';

const TOKEN = 'R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647';
const client = {
  address: '',
  network: '',
  userAgent: '',
  language: undefined,
  peer: '',
  requestId: '',
  route: '',
  hasLeft: () => false,
};

function read(bearer: string, settings: Record<string, string> = {}) {
  const config = loadConfig({
    DATABASE_URL: 'postgres://localhost/x',
    BETTER_AUTH_SECRET: SECRET,
    BETTER_AUTH_URL: 'http://localhost:3000',
    ...settings,
  });
  const shown = { authorization: `Bearer ${bearer}`, cookies: new Map<string, string>(), client };
  return new BearerCredential(config).read(shown);
}

test('accepts a plain token as in answers, and a signed one as in the session cookie', () => {
  const named = { key: { token: TOKEN }, cookies: 'keeps', secretIndex: 0 };
  const signed = signValue(TOKEN, SECRET);
  expect(read(TOKEN)).toEqual(named);
  expect(read(signed)).toEqual(named);
  expect(read(encodeURIComponent(signed))).toEqual(named);
});

test('refuses a plain token if signatures are required', () => {
  const required = { REQUIRE_SIGNATURE: 'true' };
  expect(read(TOKEN, required)).toBeUndefined();
  expect(read(signValue(TOKEN, SECRET), required)).toMatchObject({ key: { token: TOKEN } });
});

test('refuses a token with a wrong signature, even if the text before the dot is a valid token', () => {
  expect(read(signValue(TOKEN, 'foreign-secret'))).toBeUndefined();
  expect(read(`${TOKEN}.x`)).toBeUndefined();
});

test('ignores a JWT, because the jwt feature reads it', () => {
  expect(read('eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln')).toBeUndefined();
});
