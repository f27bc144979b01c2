import { loadConfig } from '../../../src/config/config.js';
import { signValue } from '../../../src/cookies/signed-value.js';
import { BearerCredential } from '../../../src/features/bearer/bearer-credential.js';
import { SECRET } from '../../setup/gatehouse.js';

const TOKEN = 'R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647';
const client = { address: '', userAgent: '', language: undefined };

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

test('takes a token plain and signed, as JSON holds it and as a cookie holds it', () => {
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

test('refuses a bad signature instead of taking the text before the dot', () => {
  expect(read(signValue(TOKEN, 'foreign-secret'))).toBeUndefined();
  expect(read(`${TOKEN}.x`)).toBeUndefined();
});

test('leaves a JWT to others', () => {
  expect(read('eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln')).toBeUndefined();
});
