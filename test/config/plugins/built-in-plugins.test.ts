import type { BetterAuthPlugin } from '@better-auth/core';
import { bearer, genericOAuth, jwt, openAPI } from 'better-auth/plugins';
import { builtInPlugins, doubleProviders } from '../../../src/config/plugins/built-in-plugins.js';

const config = [{ providerId: 'acme', clientId: 'id', mapProfileToUser: () => ({ name: 'Ada' }) }];
const definePayload = () => ({ role: 'member' });
const getSubject = () => 'Ada';
const sign = async () => 'signed';

test.each<[string, string, BetterAuthPlugin]>([
  ['bearer', 'requireSignature', bearer({ requireSignature: true })],
  ['jwt', 'jwt.issuer', jwt({ jwt: { issuer: 'https://example.com' } })],
  [
    'jwt',
    'jwks.remoteUrl',
    jwt({ jwks: { remoteUrl: 'https://example.com', keyPairConfig: { alg: 'ES256' } }, jwt: { sign } }),
  ],
  ['jwt', 'jwt.audience', jwt({ jwt: { definePayload, audience: ['a', 'b'] } })],
  ['open-api', 'path', openAPI({ path: '/reference' })],
])('the plugin %s with %s is refused', (id, option, plugin) => {
  expect(() => builtInPlugins('./module.mjs', [bearer(), plugin])).toThrow(
    `whose plugin ${id} is without the option ${option}, which this server reads from variables`,
  );
});

test('providers and functions of claims are taken', () => {
  const plugins = [
    bearer(),
    openAPI(),
    jwt({ jwt: { definePayload, getSubject } }),
    genericOAuth({ config }),
  ];
  expect(builtInPlugins('./module.mjs', plugins)).toEqual({
    providers: config,
    jwt: { definePayload, getSubject },
  });
  expect(builtInPlugins('./module.mjs', [])).toEqual({ providers: [], jwt: {} });
});

test('a provider that OIDC_PROVIDERS has too is a fault', () => {
  expect(doubleProviders(config, new Map([['OIDC_PROVIDERS', [{ providerId: 'acme' }]]]))).toEqual([
    'OIDC_PROVIDERS must be without acme, which the module in PLUGINS has too.',
  ]);
  expect(doubleProviders(config, new Map())).toEqual([]);
});
