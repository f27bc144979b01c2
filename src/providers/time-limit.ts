import { withDeadline } from '../concurrency/with-deadline.js';
import { endingWith } from './outgoing-requests.js';
import type { Provider } from './provider.js';

export class ProviderTimeout extends Error {
  override readonly name = 'ProviderTimeout';
}

/** @throws {ProviderTimeout} if the answer takes longer than so many seconds. What it waits for goes on. */
export const within = <T>(seconds: number, answer: Promise<T>): Promise<T> =>
  withDeadline(seconds * 1000, answer, () => new ProviderTimeout(`no answer within ${seconds} s`));

/** Like `within`, but also ends the requests that `ask` made, because nobody needs their answers any more. */
export async function askWithin<T>(seconds: number, ask: () => Promise<T>): Promise<T> {
  const ending = new AbortController();
  try {
    return await within(seconds, endingWith(ending.signal, ask));
  } finally {
    ending.abort();
  }
}

/**
 * The same provider with a time limit for each request, because the library itself waits forever. Refreshing tokens has
 * no limit here: the caller limits its own wait, because a late answer of a refresh must still be stored.
 */
export function withTimeLimit(provider: Provider, seconds: number): Provider {
  const { getUserInfoFromIdToken } = provider;
  return {
    ...provider,
    validateAuthorizationCode: (data) => askWithin(seconds, () => provider.validateAuthorizationCode(data)),
    getUserInfo: (tokens) => askWithin(seconds, () => provider.getUserInfo(tokens)),
    ...(getUserInfoFromIdToken && {
      getUserInfoFromIdToken: (idToken: string) => askWithin(seconds, () => getUserInfoFromIdToken(idToken)),
    }),
  };
}
