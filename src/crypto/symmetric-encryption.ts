import { createHash, randomBytes } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { DecryptionError } from './decryption-error.js';

const NONCE_BYTES = 24;
const TAG_BYTES = 16;

export interface EncryptionSecret {
  /** A whole number from 0. */
  readonly version: number;
  readonly value: string;
}

export interface EncryptionKey {
  readonly current: EncryptionSecret;
  /** Whether the ciphertext names its secret's version, so that the secret can be replaced later. */
  readonly versioned: boolean;
}

export interface Keyring {
  readonly secrets: readonly EncryptionSecret[];
  /** The secret from before secrets had versions. */
  readonly legacySecret?: string | undefined;
}

/**
 * XChaCha20-Poly1305 under SHA-256 of the secret (protocol.md §12): lower-case hex of nonce, ciphertext and
 * tag, or `$ba$<version>$<hex>`.
 */
export function encrypt(plaintext: string, { current, versioned }: EncryptionKey): string {
  const nonce = randomBytes(NONCE_BYTES);
  const sealed = xchacha20poly1305(keyOf(current.value), nonce).encrypt(Buffer.from(plaintext));
  const hex = Buffer.concat([nonce, sealed]).toString('hex');
  return versioned ? `$ba$${current.version}$${hex}` : hex;
}

/**
 * Opens what `encrypt` or Better Auth's `symmetricEncrypt` made. An envelope is opened by the secret it names
 * alone. Bare hex belongs to the legacy secret; Better Auth gives up where there is none, here the known
 * secrets are tried too, since the tag tells without doubt which of them is right.
 * @throws {DecryptionError} when no secret fits.
 */
export function decrypt(ciphertext: string, keyring: Keyring): string {
  const envelope = /^\$ba\$(\d+)\$(.*)$/s.exec(ciphertext);
  const sealed = bytesOf(envelope ? envelope[2] : ciphertext);
  for (const secret of envelope ? named(Number(envelope[1]), keyring) : all(keyring)) {
    const plaintext = open(sealed, secret);
    if (plaintext !== undefined) return plaintext;
  }
  throw new DecryptionError('None of the secrets that apply opens this ciphertext.');
}

/** Whether it has the form of what `encrypt` makes: an envelope, or hex that is long enough. */
export function looksEncrypted(text: string): boolean {
  const least = (NONCE_BYTES + TAG_BYTES) * 2;
  return (
    text.startsWith('$ba$') || (text.length >= least && text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text))
  );
}

function named(version: number, { secrets }: Keyring): string[] {
  const secret = secrets.find((candidate) => candidate.version === version);
  if (!secret)
    throw new DecryptionError(`There is no secret of version ${version}; it may have been retired.`);
  return [secret.value];
}

function all({ secrets, legacySecret }: Keyring): Set<string> {
  const values = secrets.map(({ value }) => value);
  return new Set(legacySecret === undefined ? values : [legacySecret, ...values]);
}

function open(sealed: Uint8Array, secret: string): string | undefined {
  const cipher = xchacha20poly1305(keyOf(secret), sealed.subarray(0, NONCE_BYTES));
  try {
    return Buffer.from(cipher.decrypt(sealed.subarray(NONCE_BYTES))).toString();
  } catch {
    return undefined; // the tag does not fit this secret
  }
}

function bytesOf(hex = ''): Uint8Array {
  const bytes = Buffer.from(hex, 'hex'); // stops at the first character that is not hex
  if (bytes.length * 2 === hex.length && bytes.length >= NONCE_BYTES + TAG_BYTES) return bytes;
  throw new DecryptionError('This is not a ciphertext: hex of at least 40 bytes is expected.');
}

function keyOf(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}
