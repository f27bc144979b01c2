import { FEATURES } from '../../src/assembly/features.js';
import { loadConfig } from '../../src/assembly/load-config.js';
import { knownVariables } from '../../src/config/variables.js';
import { option, optionTable, variableOf } from '../../src/config/option-table.js';
import { coreOptions } from '../../src/config/options.js';
import { text } from '../../src/config/values.js';

test.each([
  ['session.cookieCache.maxAge', 'SESSION_COOKIE_CACHE_MAX_AGE'],
  ['emailAndPassword.requireEmailVerification', 'EMAIL_AND_PASSWORD_REQUIRE_EMAIL_VERIFICATION'],
  ['rateLimit.enabled', 'RATE_LIMIT_ENABLED'],
  ['advanced.disableCSRFCheck', 'ADVANCED_DISABLE_CSRF_CHECK'],
  ['advanced.ipAddress.ipv6Subnet', 'ADVANCED_IP_ADDRESS_IPV6_SUBNET'],
  ['onAPIError.errorURL', 'ON_API_ERROR_ERROR_URL'],
])('%s has the variable %s', (path, name) => expect(variableOf(path)).toBe(name));

test('two features cannot have one option', () => {
  const table = optionTable({ 'session.expiresIn': option(text, '') });
  expect(() => knownVariables([coreOptions, table])).toThrow(
    'The option session.expiresIn is declared twice.',
  );
});

const base = {
  DATABASE_URL: 'postgresql://localhost/app',
  BETTER_AUTH_SECRET: 'a secret that only these tests know',
};

test.each(Object.entries(coreOptions.rows))(
  '%s is in the config at its path, with the default and with a set value',
  (path, declared) => {
    const at = (config: unknown) =>
      path.split('.').reduce((part, key) => (part as Record<string, unknown>)[key], config);
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

describe('the option table of a feature', () => {
  const table = optionTable({
    'apiKey.prefix': option(text, 'gh_'),
    'apiKey.limits.perDay': option(text, '5'),
    disableApiKeys: option(text, 'no'),
  });
  const load = (environment: Record<string, string>) =>
    loadConfig({ ...base, ...environment }, [...FEATURES, { module: class {}, optionTables: [table] }]);

  test('is read with its defaults', () => {
    const { apiKey, disableApiKeys } = table.of(load({ API_KEY_PREFIX: 'x_', DISABLE_API_KEYS: 'yes' }));
    expect([apiKey.prefix, apiKey.limits.perDay, disableApiKeys]).toEqual(['x_', '5', 'yes']);
  });

  test('reports misspelt variables and variables without effect', () => {
    expect(() => load({ API_KEY_PREFX: 'x_' })).toThrow(
      'API_KEY_PREFX is not a setting. Rename it to API_KEY_PREFIX.',
    );
    expect(load({ API_KEY_COLOUR: 'red' }).warnings).toEqual([
      'API_KEY_COLOUR has no effect, because this server does not have this option. Remove it.',
    ]);
  });

  test('cannot be read if the application was assembled without it', () => {
    expect(() => table.of(loadConfig(base))).toThrow(
      'The configuration was loaded without the option apiKey.prefix.',
    );
  });
});
