import type { Provider } from './provider.js';

export class ProviderTimeout extends Error {
  override readonly name = 'ProviderTimeout';
}

/** @throws {ProviderTimeout} if the promise is still pending after `seconds`. */
export async function within<T>(seconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ProviderTimeout(`no answer within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
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
    validateAuthorizationCode: (data) => within(seconds, provider.validateAuthorizationCode(data)),
    getUserInfo: (tokens) => within(seconds, provider.getUserInfo(tokens)),
    ...(getUserInfoFromIdToken && {
      getUserInfoFromIdToken: (idToken: string) => within(seconds, getUserInfoFromIdToken(idToken)),
    }),
  };
}
