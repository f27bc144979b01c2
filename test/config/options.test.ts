import { loadConfig } from '../../src/config/config.js';
import { OPTIONS, variableOf } from '../../src/config/options.js';

test.each([
  ['session.cookieCache.maxAge', 'SESSION_COOKIE_CACHE_MAX_AGE'],
  ['emailAndPassword.requireEmailVerification', 'EMAIL_AND_PASSWORD_REQUIRE_EMAIL_VERIFICATION'],
  ['rateLimit.enabled', 'RATE_LIMIT_ENABLED'],
  ['advanced.disableCSRFCheck', 'ADVANCED_DISABLE_CSRF_CHECK'],
  ['advanced.ipAddress.ipv6Subnet', 'ADVANCED_IP_ADDRESS_IPV6_SUBNET'],
  ['onAPIError.errorURL', 'ON_API_ERROR_ERROR_URL'],
])('%s has the variable %s', (path, name) => expect(variableOf(path)).toBe(name));

test('no two options share a variable', () => {
  const names = Object.keys(OPTIONS).map(variableOf);
  expect(new Set(names).size).toBe(names.length);
});

const base = { DATABASE_URL: 'postgresql://localhost/app', BETTER_AUTH_SECRET: 's'.repeat(32) };

test.each(Object.keys(OPTIONS))(
  'the config has %s at its path, with the default and with a set value',
  (path) => {
    const at = (config: unknown) =>
      path.split('.').reduce((part, key) => (part as Record<string, unknown>)[key], config);
    const declared = OPTIONS[path as keyof typeof OPTIONS];
    expect(at(loadConfig(base))).toEqual('fallback' in declared ? declared.fallback : undefined);
    const given = [
      '60',
      'true',
      'compact',
      'plain',
      'memory',
      'cookie',
      'https://example.com',
      '{}',
      '[]',
      '1',
    ].find((text) => {
      try {
        declared.parse(text);
        return true;
      } catch {
        return false;
      }
    });
    expect(at(loadConfig({ ...base, [variableOf(path)]: given }))).toEqual(declared.parse(given ?? ''));
  },
);
