import { withDeadline } from '../concurrency/with-deadline.js';
import type { Provider } from './provider.js';

export class ProviderTimeout extends Error {
  override readonly name = 'ProviderTimeout';
}

/** @throws {ProviderTimeout} if the provider does not answer within so many seconds. */
export const within = <T>(seconds: number, answer: Promise<T>): Promise<T> =>
  withDeadline(seconds * 1000, answer, () => new ProviderTimeout(`no answer within ${seconds} s`));

/**
 * The same provider with a time limit for each request, because the library itself waits forever. Refreshing tokens has
 * no limit here: the caller limits its own wait, because a late answer of a refresh must still be stored.
 */
export function withTimeLimit(provider: Provider, seconds: number): Provider {
  const { getUserInfoFromIdToken } = provider;
  return {
    ...provider,
    validateAuthorizationCode: (data) => within(seconds, provider.validateAuthorizationCode(data)),
    getUserInfo: (tokens) => within(seconds, provider.getUserInfo(tokens)),
    ...(getUserInfoFromIdToken && {
      getUserInfoFromIdToken: (idToken: string) => within(seconds, getUserInfoFromIdToken(idToken)),
    }),
  };
}
