import type { socialProviders } from '@better-auth/core/social-providers';
import { loadConfig } from '../../src/assembly/load-config.js';
import { SOCIAL_OPTIONS, socialProvidersIn } from '../../src/config/social-providers.js';

type Registered = typeof socialProviders;
type OptionsOf<Create> = Create extends (options: infer Options) => unknown ? Options : never;
type AnyOptions = { [Id in keyof Registered]: OptionsOf<Registered[Id]> }[keyof Registered];
type KeysOf<Union> = Union extends unknown ? keyof Union : never;
type ValueOf<Union, Key> = Union extends unknown ? (Key extends keyof Union ? Union[Key] : never) : never;
/** True for functions, which a variable cannot contain. */
type IsFunction<Value> = [Extract<Value, (...given: never[]) => unknown>] extends [never] ? false : true;
type TextOptions = {
  [Key in KeysOf<AnyOptions>]: IsFunction<ValueOf<AnyOptions, Key>> extends true ? never : Key;
}[KeysOf<AnyOptions>];

/** The type checker reports an option that the library does not have, and one of the library that is missing here. */
const everyOption: Record<Exclude<TextOptions, undefined>, true> = {
  accessType: true,
  appBundleIdentifier: true,
  audience: true,
  authority: true,
  authorizationEndpoint: true,
  claims: true,
  clientId: true,
  clientKey: true,
  clientSecret: true,
  configId: true,
  disableDefaultScope: true,
  disableIdTokenSignIn: true,
  disableImplicitSignUp: true,
  disableProfilePhoto: true,
  disableSignUp: true,
  display: true,
  domain: true,
  duration: true,
  environment: true,
  fields: true,
  hd: true,
  identityProvider: true,
  includeGrantedScopes: true,
  issuer: true,
  lang: true,
  loginUrl: true,
  overrideUserInfoOnSignIn: true,
  permissions: true,
  pkce: true,
  platformType: true,
  profilePhotoSize: true,
  prompt: true,
  redirectURI: true,
  region: true,
  requestShippingAddress: true,
  requireClientSecret: true,
  requireEmailVerification: true,
  responseMode: true,
  scheme: true,
  scope: true,
  tenantId: true,
  tokenEndpointAuth: true,
  tokenEndpointAuthMethod: true,
  userPoolId: true,
};

test('every option of the library that fits into text has a variable', () => {
  expect(Object.keys(SOCIAL_OPTIONS).toSorted()).toEqual(Object.keys(everyOption).toSorted());
});

test('a client id enables a provider, and its other variables are the options', () => {
  const faults: string[] = [];
  const environment = {
    MICROSOFT_CLIENT_ID: 'app',
    MICROSOFT_CLIENT_SECRET: 'secret',
    MICROSOFT_TENANT_ID: 'acme',
    MICROSOFT_DISABLE_PROFILE_PHOTO: 'true',
    MICROSOFT_REDIRECT_URI: 'https://example.com/back',
    GOOGLE_CLIENT_ID: 'web,ios',
    GOOGLE_SCOPE: 'a,b',
    GOOGLE_TOKEN: 'somebody else’s',
    TIKTOK_CLIENT_KEY: 'key',
    GITHUB_CLIENT_SECRET: 'alone',
  };
  expect(socialProvidersIn(environment, faults)).toEqual({
    microsoft: {
      clientId: 'app',
      clientSecret: 'secret',
      tenantId: 'acme',
      disableProfilePhoto: true,
      redirectURI: 'https://example.com/back',
    },
    google: { clientId: ['web', 'ios'], scope: ['a', 'b'] },
    tiktok: { clientKey: 'key' },
  });
  expect(faults).toEqual([]);
});

const base = {
  DATABASE_URL: 'postgresql://localhost/app',
  BETTER_AUTH_SECRET: 'a secret that only these tests know',
};

test('refuses malformed values and misspelt names', () => {
  const given = { ...base, ZOOM_CLIENT_ID: 'app', ZOOM_PKCE: 'maybe', ZOOM_CLIENT_SECRT: 'secret' };
  expect(() => loadConfig(given)).toThrow(/ZOOM_PKCE must be true or false/);
  expect(() => loadConfig(given)).toThrow(
    /ZOOM_CLIENT_SECRT is not a setting. Rename it to ZOOM_CLIENT_SECRET/,
  );
});
