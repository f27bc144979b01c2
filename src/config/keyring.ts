import type { EncryptionKey, EncryptionSecret, Keyring } from '../crypto/symmetric-encryption.js';
import { purposeKey, type Purpose } from '../crypto/purpose-key.js';
import type { Config } from './config.js';

/** What new ciphertexts are made with (protocol.md §12). */
export function encryptionKeyOf(config: Config): EncryptionKey {
  return { current: current(config), versioned: config.versioned };
}

/** What old ciphertexts are opened with. */
export function keyringOf({ secrets, legacySecret }: Config): Keyring {
  return { secrets, legacySecret };
}

/** As `encryptionKeyOf`, under a key that is good for one purpose only. */
export function purposeKeyOf(config: Config, purpose: Purpose): EncryptionKey {
  const { version, value } = current(config);
  return { current: { version, value: purposeKey(value, purpose) }, versioned: config.versioned };
}

/** As `keyringOf`, for one purpose. */
export function purposeKeyringOf({ secrets, legacySecret }: Config, purpose: Purpose): Keyring {
  return {
    secrets: secrets.map(({ version, value }) => ({ version, value: purposeKey(value, purpose) })),
    legacySecret: legacySecret && purposeKey(legacySecret, purpose),
  };
}

/** The secret that signs. */
export function currentSecret(config: Config): string {
  return current(config).value;
}

/** The secrets that signatures and cookies are opened with, the current one first and each once. */
export function openingSecrets(config: Config): readonly [string, ...string[]] {
  const { secrets, legacySecret } = config;
  const others = [...secrets.map(({ value }) => value), ...(legacySecret ? [legacySecret] : [])];
  const first = currentSecret(config);
  return [first, ...new Set(others.filter((secret) => secret !== first))];
}

function current({ secrets: [first] }: Config): EncryptionSecret {
  if (!first) throw new Error('a configuration without a secret was let through');
  return first;
}
