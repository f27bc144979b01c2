import type { Provider } from './provider.js';

export class ProviderTimeout extends Error {
  override readonly name = 'ProviderTimeout';
}

/** @throws {ProviderTimeout} when the promise is not kept within so many seconds. */
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
 * The provider, asked for no longer than so many seconds at a time: the library itself would wait for ever. Refreshes are
 * limited where they are asked for: their answer counts even when nobody waits for it any more.
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
