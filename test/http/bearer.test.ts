import { signValue } from '../../src/cookies/signed-value.js';
import { bearerOf, looksLikeJwt } from '../../src/http/bearer.js';

test.each(['Bearer x', 'bearer x', 'BEARER x', 'bEaReR \t x  '])(
  'reads the scheme in any case: %j',
  (header) => {
    expect(bearerOf(header)).toBe('x');
  },
);

test.each([undefined, '', 'Bearer', 'Bearer ', 'Basic x', 'Bearerx', 'xBearer y'])(
  'finds no bearer in %j',
  (header) => {
    expect(bearerOf(header)).toBeUndefined();
  },
);

test('a JWT has three segments and begins as JSON does in base64', () => {
  expect(looksLikeJwt('eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln')).toBe(true);
  expect(looksLikeJwt('eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.')).toBe(false);
  expect(looksLikeJwt(signValue('R7LZ9bCk4PxMrdRYs2LLbaffLRQHJ647', 'a-secret'))).toBe(false);
  expect(looksLikeJwt('eyJ.a')).toBe(false);
});
