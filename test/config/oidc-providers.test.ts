import { oidcProviders } from '../../src/config/oidc-providers.js';

const acme = { providerId: 'acme', clientId: 'app', discoveryUrl: 'https://id.example.com' };
const parse = (...entries: unknown[]) => oidcProviders(JSON.stringify(entries));

test('returns the providers as written', () => {
  const plain = {
    providerId: 'plain',
    clientId: 'app',
    clientSecret: 'secret',
    authorizationUrl: 'https://id.example.com/authorize',
    tokenUrl: 'https://id.example.com/token',
    scopes: ['email'],
    pkce: false,
    tokenEndpointAuth: { method: 'client_secret_basic' },
    authorizationUrlParams: { audience: 'api' },
  };
  expect(parse(acme, plain)).toEqual([acme, plain]);
});

test.each([
  ['text that is not JSON', () => oidcProviders('acme'), /JSON such as/],
  ['JSON that is not an array', () => oidcProviders('{}'), /JSON such as/],
  ['an entry that is not an object', () => parse('acme'), /entry 1 is not an object/],
  ['an unknown option', () => parse({ ...acme, getToken: 'x' }), /"getToken", which is not an option/],
  ['a name of Object.prototype as option', () => parse({ ...acme, constructor: 'x' }), /not an option/],
  ['a wrong type', () => parse({ ...acme, pkce: 'yes' }), /"pkce", which must be true or false/],
  ['a URL of another scheme', () => parse({ ...acme, discoveryUrl: 'ftp://x' }), /an http or https URL/],
  ['a missing id', () => parse({ ...acme, providerId: undefined }), /lacks "providerId"/],
  ['missing endpoints', () => parse({ ...acme, discoveryUrl: undefined }), /lacks "discoveryUrl"/],
  ['an id that occurs twice', () => parse(acme, acme), /two providers have the providerId "acme"/],
  [
    'an authentication method without the secret it needs',
    () => parse({ ...acme, authentication: 'basic' }),
    /lacks the "clientSecret"/,
  ],
  [
    'a secret with the authentication method none',
    () => parse({ ...acme, clientSecret: 's', tokenEndpointAuth: { method: 'none' } }),
    /has the method "none"/,
  ],
])('refuses %s', (_, parsed, reason) => expect(parsed).toThrow(reason));

test('error messages never contain a secret', () => {
  const fault = () => parse({ ...acme, clientSecret: 'hush', tokenEndpointAuth: { method: 'hush' } });
  expect(fault).toThrow(/tokenEndpointAuth/);
  expect(fault).not.toThrow(/hush/);
});
