import type { Parser } from './values.js';

/** A provider of OpenID Connect or OAuth 2. The options have the names of Better Auth's generic OAuth plugin. */
export interface OidcProvider {
  readonly providerId: string;
  readonly name?: string;
  readonly discoveryUrl?: string;
  readonly requireIdTokenVerification?: boolean;
  readonly authorizationUrl?: string;
  readonly tokenUrl?: string;
  readonly userInfoUrl?: string;
  readonly endSessionEndpoint?: string;
  readonly postLogoutRedirectURI?: string;
  readonly disableProviderLogout?: boolean;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly tokenEndpointAuth?: {
    readonly method: 'client_secret_basic' | 'client_secret_post' | 'none';
  };
  readonly scopes?: string[];
  readonly redirectURI?: string;
  readonly responseType?: string;
  readonly responseMode?: 'query' | 'form_post';
  readonly prompt?: string;
  readonly pkce?: boolean;
  readonly accessType?: string;
  readonly accessTokenExpiresIn?: number;
  readonly authorizationUrlParams?: Record<string, string>;
  readonly tokenUrlParams?: Record<string, string>;
  readonly refreshTokenParams?: Record<string, string>;
  readonly disableImplicitSignUp?: boolean;
  readonly disableSignUp?: boolean;
  readonly authentication?: 'basic' | 'post';
  readonly discoveryHeaders?: Record<string, string>;
  readonly authorizationHeaders?: Record<string, string>;
  readonly overrideUserInfo?: boolean;
  readonly requireEmailVerification?: boolean;
  readonly allowIdpInitiated?: boolean;
  readonly disableIdTokenNonceBinding?: boolean;
}

interface Kind {
  readonly fits: (value: unknown) => boolean;
  readonly what: string;
}

const isText = (value: unknown) => typeof value === 'string' && value !== '';
const isUrl = (value: unknown) =>
  typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text: Kind = { fits: isText, what: 'a string that is not empty' };
const flag: Kind = { fits: (value) => typeof value === 'boolean', what: 'true or false' };
const url: Kind = { fits: isUrl, what: 'an http or https URL' };
const texts: Kind = {
  fits: (value) => isRecord(value) && Object.values(value).every((entry) => typeof entry === 'string'),
  what: 'an object of strings',
};
const choice = (...choices: readonly string[]): Kind => ({
  fits: (value) => choices.some((option) => option === value),
  what: `one of ${choices.join(', ')}`,
});

const METHODS = choice('client_secret_basic', 'client_secret_post', 'none');

const OPTIONS: Readonly<Record<keyof OidcProvider, Kind>> = {
  providerId: {
    fits: (value) => typeof value === 'string' && /^[\w.-]+$/.test(value),
    what: 'made of letters, digits and -_.',
  },
  name: text,
  discoveryUrl: url,
  requireIdTokenVerification: flag,
  authorizationUrl: url,
  tokenUrl: url,
  userInfoUrl: url,
  endSessionEndpoint: url,
  postLogoutRedirectURI: text,
  disableProviderLogout: flag,
  clientId: text,
  clientSecret: text,
  tokenEndpointAuth: {
    fits: (value) => isRecord(value) && METHODS.fits(value['method']),
    what: `an object whose method is ${METHODS.what}`,
  },
  scopes: { fits: (value) => Array.isArray(value) && value.every(isText), what: 'an array of strings' },
  redirectURI: url,
  responseType: text,
  responseMode: choice('query', 'form_post'),
  prompt: text,
  pkce: flag,
  accessType: text,
  accessTokenExpiresIn: {
    fits: (value) => Number.isInteger(value) && Number(value) > 0,
    what: 'a whole number of seconds',
  },
  authorizationUrlParams: texts,
  tokenUrlParams: texts,
  refreshTokenParams: texts,
  disableImplicitSignUp: flag,
  disableSignUp: flag,
  authentication: choice('basic', 'post'),
  discoveryHeaders: texts,
  authorizationHeaders: texts,
  overrideUserInfo: flag,
  requireEmailVerification: flag,
  allowIdpInitiated: flag,
  disableIdTokenNonceBinding: flag,
};

const KINDS = new Map(Object.entries(OPTIONS));

const SHAPE =
  'JSON such as [{"providerId":"acme","discoveryUrl":"https://id.example.com/.well-known/openid-configuration","clientId":"…","clientSecret":"…"}]';

export const oidcProviders: Parser<readonly OidcProvider[]> = (value) => {
  const given = parseJson(value);
  if (!Array.isArray(given)) throw new Error(SHAPE);
  const providers = given.map((entry, index) => providerFrom(entry, `entry ${index + 1}`));
  const ids = providers.map(({ providerId }) => providerId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`${SHAPE}; two providers have the providerId "${twice}"`);
  return providers;
};

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw new Error(SHAPE);
  }
}

/** @throws {Error} whose message names the option, but never its value, because the value may be a secret. */
function providerFrom(entry: unknown, where: string): OidcProvider {
  if (!isRecord(entry)) throw new Error(`${SHAPE}; ${where} is not an object`);
  for (const [name, value] of Object.entries(entry)) {
    const kind = KINDS.get(name);
    if (!kind) throw new Error(`${SHAPE}; ${where} has "${name}", which is not an option`);
    if (!kind.fits(value)) throw new Error(`${SHAPE}; ${where} has "${name}", which must be ${kind.what}`);
  }
  const provider = entry as unknown as OidcProvider;
  const fault = contradiction(provider);
  if (fault) throw new Error(`${SHAPE}; ${where} ${fault}`);
  return provider;
}

function contradiction(provider: OidcProvider): string | undefined {
  const { providerId, clientId, clientSecret, discoveryUrl, authorizationUrl, tokenUrl } = provider;
  if (!providerId || !clientId) return 'lacks "providerId" or "clientId"';
  if (!discoveryUrl && !(authorizationUrl && tokenUrl)) {
    return 'lacks "discoveryUrl", or both "authorizationUrl" and "tokenUrl"';
  }
  if (provider.requireIdTokenVerification && !discoveryUrl) {
    return 'has "requireIdTokenVerification", which needs "discoveryUrl"';
  }
  const method = provider.tokenEndpointAuth?.method;
  if (clientSecret && method === 'none')
    return 'has a "clientSecret", but its "tokenEndpointAuth" has the method "none"';
  if (!clientSecret && (method?.startsWith('client_secret') || provider.authentication === 'basic')) {
    return 'lacks the "clientSecret" that its authentication method needs';
  }
  return undefined;
}
