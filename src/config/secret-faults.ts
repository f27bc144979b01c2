import { consistsOfWords } from './published-words.js';
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
  if (isRepetition(plain)) return 'repeats one character or pattern';
  if (PUBLISHED.has(plain.toLowerCase()) || consistsOfWords(plain)) return 'is a published example';
  return undefined;
}

/** True for `aaaa` and `abcabcab`: a random secret of 8 or more characters does not begin again after its first half. */
function isRepetition(text: string): boolean {
  for (let period = 1; period <= text.length / 2; period += 1) {
    if (text.slice(period) === text.slice(0, -period)) return true;
  }
  return false;
}
