import { SignedValues, signValue } from '../../src/cookies/signed-value.js';
import { openSignedToken } from '../../src/sessions/signed-token.js';

const TOKEN = 'R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647';
const signed = new SignedValues(['current-secret', 'older-secret']);

test.each([
  ['current-secret', 0],
  ['older-secret', 1],
])('opens what %s signed, plain and URL-encoded', (secret, secretIndex) => {
  const value = signValue(TOKEN, secret);
  const named = { key: { token: TOKEN }, cookies: 'keeps', secretIndex };
  expect(openSignedToken(value, signed)).toEqual(named);
  expect(openSignedToken(encodeURIComponent(value), signed)).toEqual(named);
});

test.each([
  ['a foreign signature', signValue(TOKEN, 'foreign-secret')],
  ['another token under the signature', signValue(TOKEN, 'current-secret').replace('R7', 'R8')],
  ['a cut signature', signValue(TOKEN, 'current-secret').slice(0, -2)],
  ['no signature', TOKEN],
  ['an empty signature', `${TOKEN}.`],
  ['nothing', ''],
  ['broken encoding', `%${signValue(TOKEN, 'current-secret')}`],
])('refuses a token with %s', (_, raw) => {
  expect(openSignedToken(raw, signed)).toBeUndefined();
  expect(openSignedToken(encodeURIComponent(raw), signed)).toBeUndefined();
});
