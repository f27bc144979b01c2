import { Observed } from '../metrics/observed.js';
import type { Provider } from './provider.js';

export interface ProviderCall {
  readonly provider: string;
  readonly call: 'discovery' | 'tokens' | 'refresh' | 'profile';
}

/** Every request to a provider, until its answer or the end of the patience. */
export const PROVIDER_CALLS = new Observed<ProviderCall>();

/** The same provider. It reports each call to `PROVIDER_CALLS`. */
export function observedProvider(provider: Provider): Provider {
  const { id, refreshAccessToken, getUserInfoFromIdToken } = provider;
  const run = <Result>(call: ProviderCall['call'], work: () => Promise<Result>) =>
    PROVIDER_CALLS.run({ provider: id, call }, work);
  return {
    ...provider,
    validateAuthorizationCode: (data) => run('tokens', () => provider.validateAuthorizationCode(data)),
    getUserInfo: (tokens) => run('profile', () => provider.getUserInfo(tokens)),
    ...(refreshAccessToken && {
      refreshAccessToken: (token: string) => run('refresh', () => refreshAccessToken(token)),
    }),
    ...(getUserInfoFromIdToken && {
      getUserInfoFromIdToken: (idToken: string) => run('profile', () => getUserInfoFromIdToken(idToken)),
    }),
  };
}
