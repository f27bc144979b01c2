import { loadConfig } from '../../src/assembly/load-config.js';
import { bearerOptions } from '../../src/features/bearer/bearer-options.js';
import { jwtOptions } from '../../src/features/jwt/jwt-options.js';

const complete = {
  DATABASE_URL: 'postgresql://localhost/app',
  BETTER_AUTH_SECRET: 'a secret that only these tests know',
};

test('the defaults of the jwt and bearer plugins are Better Auth’s, but for the algorithm', () => {
  const config = loadConfig(complete);
  expect(jwtOptions.of(config)).toEqual({
    disableSettingJwtHeader: false,
    jwt: { expirationTime: 900, issuer: undefined, audience: undefined, definePayload: undefined },
    // Better Auth makes EdDSA keys, the seed asks for ES256.
    jwks: {
      keyPairConfig: { alg: 'ES256', modulusLength: 2048 },
      rotationInterval: undefined,
      gracePeriod: 2_592_000,
    },
  });
  expect(bearerOptions.of(config)).toEqual({ requireSignature: false });
});

test('each option of the jwt and bearer plugins has its variable', () => {
  const config = loadConfig({
    ...complete,
    JWT_EXPIRATION_TIME: '60',
    JWT_ISSUER: 'https://issuer.example',
    JWT_AUDIENCE: 'https://audience.example',
    JWT_DEFINE_PAYLOAD: 'id,email',
    JWKS_KEY_PAIR_CONFIG_ALG: 'RS256',
    JWKS_KEY_PAIR_CONFIG_MODULUS_LENGTH: '3072',
    JWKS_ROTATION_INTERVAL: '3600',
    JWKS_GRACE_PERIOD: '0',
    DISABLE_SETTING_JWT_HEADER: 'true',
    REQUIRE_SIGNATURE: 'true',
  });
  expect(jwtOptions.of(config)).toEqual({
    disableSettingJwtHeader: true,
    jwt: {
      expirationTime: 60,
      issuer: 'https://issuer.example',
      audience: 'https://audience.example',
      definePayload: ['id', 'email'],
    },
    jwks: {
      keyPairConfig: { alg: 'RS256', modulusLength: 3072 },
      rotationInterval: 3600,
      gracePeriod: 0,
    },
  });
  expect(bearerOptions.of(config)).toEqual({ requireSignature: true });
});
