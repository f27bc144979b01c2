import { oidcProviders } from '../../src/config/oidc-providers.js';

const acme = { providerId: 'acme', clientId: 'app', discoveryUrl: 'https://id.example.com' };
const parse = (...entries: unknown[]) => oidcProviders(JSON.stringify(entries));

test('providers are taken as they are written', () => {
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
  ['no JSON', () => oidcProviders('acme'), /JSON such as/],
  ['no array', () => oidcProviders('{}'), /JSON such as/],
  ['no object', () => parse('acme'), /entry 1 is no object/],
  ['an unknown option', () => parse({ ...acme, getToken: 'x' }), /"getToken", which is no option/],
  ['the name of an inherited one', () => parse({ ...acme, constructor: 'x' }), /no option/],
  ['a wrong type', () => parse({ ...acme, pkce: 'yes' }), /"pkce", which must be true or false/],
  ['a URL of another scheme', () => parse({ ...acme, discoveryUrl: 'ftp://x' }), /an http or https URL/],
  ['no id', () => parse({ ...acme, providerId: undefined }), /lacks "providerId"/],
  ['no endpoints', () => parse({ ...acme, discoveryUrl: undefined }), /lacks "discoveryUrl"/],
  ['one id twice', () => parse(acme, acme), /two providers are called "acme"/],
  [
    'a method without its secret',
    () => parse({ ...acme, authentication: 'basic' }),
    /lacks the "clientSecret"/,
  ],
  [
    'a secret that is not to be used',
    () => parse({ ...acme, clientSecret: 's', tokenEndpointAuth: { method: 'none' } }),
    /says that it has none/,
  ],
])('refused: %s', (_, parsed, reason) => expect(parsed).toThrow(reason));

test('a fault never quotes a secret', () => {
  const fault = () => parse({ ...acme, clientSecret: 'hush', tokenEndpointAuth: { method: 'hush' } });
  expect(fault).toThrow(/tokenEndpointAuth/);
  expect(fault).not.toThrow(/hush/);
});
