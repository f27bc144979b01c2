import { closestName } from './closest-name.js';
import type { Environment } from './environment.js';
import { flag, integer, json, list, text, type Parser } from './values.js';

/** Options of a built-in provider, in the form that the library of providers expects. */
export type SocialProviderOptions = Readonly<Record<string, unknown>>;

/** Options by provider id. Only the library knows the valid ids, and this folder does not load it. */
export type SocialProviders = Readonly<Record<string, SocialProviderOptions>>;

/** One client id, or several. The server signs in with the first. The others are only accepted as audience of id tokens. */
const oneOrMore: Parser<string | string[]> = (value) => (value.includes(',') ? list(value) : value);

const tokenEndpointAuth = json<{ readonly method: string }>(
  '{"method":"client_secret_basic"}',
  (value): value is { method: string } => typeof (value as { method?: unknown } | null)?.method === 'string',
);

/**
 * Every option of a built-in provider that can be written as text. A test compares this list with the types of the
 * library.
 */
export const SOCIAL_OPTIONS: Readonly<Record<string, Parser<unknown>>> = {
  accessType: text,
  appBundleIdentifier: text,
  audience: oneOrMore,
  authority: text,
  authorizationEndpoint: text,
  claims: list,
  clientId: oneOrMore,
  clientKey: text,
  clientSecret: text,
  configId: text,
  disableDefaultScope: flag,
  disableIdTokenSignIn: flag,
  disableImplicitSignUp: flag,
  disableProfilePhoto: flag,
  disableSignUp: flag,
  display: text,
  domain: text,
  duration: text,
  environment: text,
  fields: list,
  hd: text,
  identityProvider: text,
  includeGrantedScopes: flag,
  issuer: text,
  lang: text,
  loginUrl: text,
  overrideUserInfoOnSignIn: flag,
  permissions: integer(0, Number.MAX_SAFE_INTEGER),
  pkce: flag,
  platformType: text,
  profilePhotoSize: integer(48, 648),
  prompt: text,
  redirectURI: text,
  region: text,
  requestShippingAddress: flag,
  requireClientSecret: flag,
  requireEmailVerification: flag,
  responseMode: text,
  scheme: text,
  scope: list,
  tenantId: text,
  tokenEndpointAuth,
  tokenEndpointAuthMethod: text,
  userPoolId: text,
};

const SPELLED = new Map(
  Object.keys(SOCIAL_OPTIONS).map((option) => [
    option.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase(),
    option,
  ]),
);

/** `MICROSOFT_CLIENT_ID` enables the provider `microsoft`, and `MICROSOFT_TENANT_ID` sets its `tenantId`. */
export function socialProvidersIn(environment: Environment, faults: string[]): SocialProviders {
  const prefixes = new Set(
    Object.keys(environment).flatMap((name) => {
      const prefix = /^([A-Z][A-Z0-9]*)_CLIENT_(?:ID|KEY)$/.exec(name)?.[1];
      return prefix && environment[name] ? [prefix] : [];
    }),
  );
  return Object.fromEntries(
    [...prefixes].map((prefix) => [prefix.toLowerCase(), optionsOf(`${prefix}_`, environment, faults)]),
  );
}

function optionsOf(prefix: string, environment: Environment, faults: string[]): SocialProviderOptions {
  const options: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(environment)) {
    if (!name.startsWith(prefix) || !given) continue;
    const option = SPELLED.get(name.slice(prefix.length));
    if (option === undefined) {
      const meant = closestName(
        name,
        [...SPELLED.keys()].map((spelled) => prefix + spelled),
      );
      if (meant) faults.push(`${name} is not a setting. Rename it to ${meant}.`);
      continue;
    }
    try {
      options[option] = SOCIAL_OPTIONS[option]?.(given);
    } catch (error) {
      faults.push(`${name} must be ${(error as Error).message}.`);
    }
  }
  return options;
}
