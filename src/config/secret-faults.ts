import { isPlaceholder } from './published-words.js';
import { PUBLISHED } from './published-secrets.js';
import type { VersionedSecret } from './values.js';

interface Values {
  readonly BETTER_AUTH_SECRET?: string;
  readonly BETTER_AUTH_SECRETS?: readonly VersionedSecret[];
  readonly LEGACY_JWT_SECRET?: string;
}

const MAKE = 'Make one with: openssl rand -base64 32';

/**
 * Faults of secrets that others know or can guess. Somebody who has one can forge sessions, or JWTs of the legacy
 * application. No message contains a secret.
 */
export function secretFaults(values: Values): string[] {
  const {
    LEGACY_JWT_SECRET: legacy,
    BETTER_AUTH_SECRET: single,
    BETTER_AUTH_SECRETS: versioned = [],
  } = values;
  const own = [
    ...(single === undefined ? [] : [{ name: 'BETTER_AUTH_SECRET', value: single }]),
    ...versioned.map(({ version, value }) => ({ name: `BETTER_AUTH_SECRETS, version ${version},`, value })),
  ];
  const faults = own.flatMap(({ name, value }) => {
    const weakness = weaknessOf(value);
    return weakness ? [`${name} ${weakness}. ${MAKE}`] : [];
  });
  if (legacy === undefined) return faults;
  const weakness = weaknessOf(legacy);
  if (weakness) {
    faults.push(
      `LEGACY_JWT_SECRET ${weakness}, so anybody can make JWTs for any user. Give the legacy application another secret, ` +
        'or remove this variable',
    );
  }
  const shared = own.find(({ value }) => value === legacy);
  if (shared) {
    faults.push(
      `LEGACY_JWT_SECRET is the same as ${shared.name.replace(/,$/, '')}, so a token of one kind could pass for another. ` +
        `Give this server a secret of its own. ${MAKE}`,
    );
  }
  return faults;
}

function weaknessOf(secret: string): string | undefined {
  const plain = secret.trim();
  if (/^(.)\1*$/su.test(plain)) return 'repeats one character';
  if (PUBLISHED.has(plain.toLowerCase()) || isPlaceholder(plain)) return 'is a published example';
  return undefined;
}
