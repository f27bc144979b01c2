import { SignedValues, signValue } from '../../src/cookies/signed-value.js';
import { bearerOf, bearerToken, cookieToken, looksLikeJwt } from '../../src/sessions/presented-credential.js';

const TOKEN = 'R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647';
const settings = {
  signed: new SignedValues(['current-secret', 'older-secret']),
  requireSignature: false,
};

test.each(['Bearer x', 'bearer x', 'BEARER x', 'bEaReR \t x  '])(
  'the scheme is read in any case: %j',
  (header) => {
    expect(bearerOf(header)).toBe('x');
  },
);

test.each([undefined, '', 'Bearer', 'Bearer ', 'Basic x', 'Bearerx', 'xBearer y'])(
  'is no bearer: %j',
  (header) => {
    expect(bearerOf(header)).toBeUndefined();
  },
);

test('a JWT has three segments and begins as JSON does in base64', () => {
  expect(looksLikeJwt('eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln')).toBe(true);
  expect(looksLikeJwt('eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.')).toBe(false);
  expect(looksLikeJwt(signValue(TOKEN, 'current-secret'))).toBe(false);
  expect(looksLikeJwt('eyJ.a')).toBe(false);
});

test('a bearer is taken plain and signed, as it stands in JSON and as it stands in a cookie', () => {
  const taken = { kind: 'token', token: TOKEN, via: 'bearer', secretIndex: 0 };
  const signed = signValue(TOKEN, 'current-secret');
  expect(bearerToken(TOKEN, settings)).toEqual(taken);
  expect(bearerToken(signed, settings)).toEqual(taken);
  expect(bearerToken(encodeURIComponent(signed), settings)).toEqual(taken);
});

test('a plain bearer is none where signatures are required', () => {
  expect(bearerToken(TOKEN, { ...settings, requireSignature: true })).toBeUndefined();
  expect(
    bearerToken(signValue(TOKEN, 'current-secret'), { ...settings, requireSignature: true }),
  ).toMatchObject({
    token: TOKEN,
  });
});

test('what an older secret signed is taken and known as such', () => {
  expect(cookieToken(signValue(TOKEN, 'older-secret'), settings)).toMatchObject({
    token: TOKEN,
    secretIndex: 1,
  });
});

test.each([
  ['a foreign signature', signValue(TOKEN, 'foreign-secret')],
  ['another token under the signature', signValue(TOKEN, 'current-secret').replace('R7', 'R8')],
  ['a cut signature', signValue(TOKEN, 'current-secret').slice(0, -2)],
  ['no signature', TOKEN],
  ['an empty signature', `${TOKEN}.`],
  ['nothing', ''],
  ['broken encoding', `%${signValue(TOKEN, 'current-secret')}`],
])('a cookie with %s is none', (_, raw) => {
  expect(cookieToken(raw, settings)).toBeUndefined();
  expect(cookieToken(encodeURIComponent(raw), settings)).toBeUndefined();
});

test('a bearer with a bad signature is none, and not the text before the dot', () => {
  expect(bearerToken(signValue(TOKEN, 'foreign-secret'), settings)).toBeUndefined();
  expect(bearerToken(`${TOKEN}.x`, settings)).toBeUndefined();
});
