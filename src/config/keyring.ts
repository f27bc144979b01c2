import type { EncryptionKey, EncryptionSecret, Keyring } from '../crypto/symmetric-encryption.js';
import { purposeKey, type Purpose } from '../crypto/purpose-key.js';
import type { Config } from './config.js';

/** The key that encrypts (src/crypto/protocol.md, "Secrets"). */
export function encryptionKeyOf(config: Config): EncryptionKey {
  return { current: current(config), versioned: config.versioned };
}

/** The keys that decrypt. */
export function keyringOf({ secrets, legacySecret }: Config): Keyring {
  return { secrets, legacySecret };
}

/** As `encryptionKeyOf`, but the key serves one purpose only. */
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

/** The secrets that verify signatures and open cookies: the current one first, without duplicates. */
export function openingSecrets(config: Config): readonly [string, ...string[]] {
  const { secrets, legacySecret } = config;
  const others = [...secrets.map(({ value }) => value), ...(legacySecret ? [legacySecret] : [])];
  const first = currentSecret(config);
  return [first, ...new Set(others.filter((secret) => secret !== first))];
}

function current({ secrets: [first] }: Config): EncryptionSecret {
  if (!first) throw new Error('The configuration has no secret. loadConfig should have refused it.');
  return first;
}
