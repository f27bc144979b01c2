import type { BetterAuthOptions } from '@better-auth/core';
import { sha256Base64Url } from '../crypto/sha256.js';

/** Better Auth's `verification.storeIdentifier`. */
export type StoreIdentifier = NonNullable<NonNullable<BetterAuthOptions['verification']>['storeIdentifier']>;

/** The identifier as the row has it. If several prefixes in `overrides` fit, the first one decides, as in Better Auth. */
export function storedIdentifier(identifier: string, option: StoreIdentifier): string | Promise<string> {
  if (option === 'plain') return identifier;
  if (option === 'hashed') return sha256Base64Url(identifier);
  if ('hash' in option) return option.hash(identifier);
  const [, form = option.default] =
    Object.entries(option.overrides ?? {}).find(([prefix]) => identifier.startsWith(prefix)) ?? [];
  return storedIdentifier(identifier, form ?? 'plain');
}
