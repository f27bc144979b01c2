import { handOverLegacyNames } from '../../src/migrating/migrating-data-source.js';

const GIVEN = {
  LEGACY_USERS_TABLE: 'people',
  LEGACY_PASSWORD_FORMAT: 'pbkdf2-sha256:iterations=25000',
  LEGACY_MISSING_EMAIL: 'skip',
  SESSION_MODEL_NAME: 'auth_sessions',
  RATE_LIMIT_MODEL_NAME: 'auth_rate_limits',
  WRAP_WEAK_HASHES: 'true',
};
const NOT_GIVEN = { LEGACY_JWT_SECRET: 'secret', BETTER_AUTH_SECRET: 'secret', USER_MODEL_NAME: 'people' };

test('the migrations get the settings of `.env` that concern tables, and no others', () => {
  const before = { ...process.env };
  try {
    process.env['LEGACY_MISSING_EMAIL'] = 'placeholder';
    handOverLegacyNames({ ...GIVEN, ...NOT_GIVEN });
    expect(process.env).toMatchObject({ ...GIVEN, LEGACY_MISSING_EMAIL: 'placeholder' });
    for (const name of Object.keys(NOT_GIVEN)) expect(process.env).not.toHaveProperty(name);
  } finally {
    for (const name of Object.keys({ ...GIVEN, ...NOT_GIVEN })) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
});
