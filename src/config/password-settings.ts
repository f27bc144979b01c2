import { availableParallelism } from 'node:os';
import type { HashSecrets } from '../crypto/password/formats/format.js';
import type { PasswordFunctions } from '../crypto/password/password-hasher.js';

/** What new passwords must be besides long enough. */
export interface PasswordRulesConfig {
  readonly refuseObvious: boolean;
  readonly refuseBreached: boolean;
  /** Ends where the first digits of the password's SHA-1 are added. */
  readonly breachUrl: string;
  /** Seconds. */
  readonly breachTimeout: number;
}

/** When wrong passwords lock an account for a network. */
export interface LockoutConfig {
  readonly enabled: boolean;
  readonly after: number;
  /** Seconds. */
  readonly longest: number;
}

/** How passwords are hashed and verified. */
export interface PasswordConfig {
  readonly hash: 'bcrypt' | 'argon2id' | 'scrypt';
  readonly bcryptCost: number;
  readonly concurrency: number;
  readonly queue: number;
  readonly rules: PasswordRulesConfig;
  /** What some legacy hashes need besides what is stored. */
  readonly secrets: HashSecrets;
  /** Functions of the module in `PLUGINS` that hash and verify instead. */
  readonly functions?: PasswordFunctions | undefined;
}

interface PasswordValues {
  readonly SECURITY_PROFILE?: 'compatible' | 'strict';
  readonly PASSWORD_BREACH_CHECK?: boolean;
  readonly PASSWORD_BREACH_URL?: string;
  readonly PASSWORD_BREACH_TIMEOUT?: number;
  readonly PASSWORD_OBVIOUS_CHECK?: boolean;
  readonly LOCKOUT_ENABLED?: boolean;
  readonly LOCKOUT_AFTER?: number;
  readonly LOCKOUT_LONGEST?: number;
  readonly PASSWORD_HASH?: PasswordConfig['hash'];
  readonly PASSWORD_BCRYPT_COST?: number;
  readonly PASSWORD_HASH_CONCURRENCY?: number;
  readonly PASSWORD_HASH_QUEUE?: number;
  readonly LEGACY_PASSWORD_PEPPER?: string;
  readonly FIREBASE_SCRYPT_SIGNER_KEY?: string;
}

export function passwordsFrom(values: PasswordValues): PasswordConfig {
  return {
    hash: values.PASSWORD_HASH ?? 'bcrypt',
    bcryptCost: values.PASSWORD_BCRYPT_COST ?? 11,
    concurrency: values.PASSWORD_HASH_CONCURRENCY ?? Math.min(4, availableParallelism()),
    queue: values.PASSWORD_HASH_QUEUE ?? 256,
    rules: rulesFrom(values),
    secrets: { pepper: values.LEGACY_PASSWORD_PEPPER, firebaseSignerKey: values.FIREBASE_SCRYPT_SIGNER_KEY },
  };
}

function rulesFrom(values: PasswordValues): PasswordRulesConfig {
  const strict = values.SECURITY_PROFILE === 'strict';
  return {
    refuseObvious: values.PASSWORD_OBVIOUS_CHECK ?? strict,
    refuseBreached: values.PASSWORD_BREACH_CHECK ?? strict,
    breachUrl: values.PASSWORD_BREACH_URL ?? 'https://api.pwnedpasswords.com/range/',
    breachTimeout: values.PASSWORD_BREACH_TIMEOUT ?? 2,
  };
}

/** Networks are unknown if addresses are not tracked. A lock would then hit everybody, so there is none. */
export const lockoutFrom = (values: PasswordValues, disableIpTracking: boolean): LockoutConfig => ({
  enabled: (values.LOCKOUT_ENABLED ?? values.SECURITY_PROFILE === 'strict') && !disableIpTracking,
  after: values.LOCKOUT_AFTER ?? 5,
  longest: values.LOCKOUT_LONGEST ?? 3600,
});
