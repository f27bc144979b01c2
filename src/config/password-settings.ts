import { availableParallelism } from 'node:os';
import type { HashSecrets } from '../crypto/password/formats/format.js';

/** How passwords are hashed and verified. */
export interface PasswordConfig {
  readonly hash: 'bcrypt' | 'argon2id' | 'scrypt';
  readonly bcryptCost: number;
  readonly concurrency: number;
  readonly queue: number;
  /** What some legacy hashes need besides what is stored. */
  readonly secrets: HashSecrets;
}

interface PasswordValues {
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
    secrets: { pepper: values.LEGACY_PASSWORD_PEPPER, firebaseSignerKey: values.FIREBASE_SCRYPT_SIGNER_KEY },
  };
}
