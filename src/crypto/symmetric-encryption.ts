import { createHash, randomBytes } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { DecryptionError } from './decryption-error.js';

const NONCE_BYTES = 24;
const TAG_BYTES = 16;

export interface EncryptionSecret {
  /** A whole number, 0 or greater. */
  readonly version: number;
  readonly value: string;
}

export interface EncryptionKey {
  readonly current: EncryptionSecret;
  /** True if the ciphertext names the version of its secret, so that the secret can be replaced later. */
  readonly versioned: boolean;
}

export interface Keyring {
  readonly secrets: readonly EncryptionSecret[];
  /** The secret that was used before secrets had versions. */
  readonly legacySecret?: string | undefined;
}

/**
 * XChaCha20-Poly1305 with the SHA-256 of the secret as key (src/crypto/protocol.md, "Encryption").
 * @returns lower-case hex of nonce, ciphertext and tag, or `$ba$<version>$<hex>`.
 */
export function encrypt(plaintext: string, { current, versioned }: EncryptionKey): string {
  const nonce = randomBytes(NONCE_BYTES);
  const sealed = xchacha20poly1305(keyOf(current.value), nonce).encrypt(Buffer.from(plaintext));
  const hex = Buffer.concat([nonce, sealed]).toString('hex');
  return versioned ? `$ba$${current.version}$${hex}` : hex;
}

/**
 * Opens a ciphertext of `encrypt` or of Better Auth's `symmetricEncrypt`. If the ciphertext names a version, only that
 * secret is tried. Otherwise the legacy secret and then all others are tried, because the tag shows reliably which one
 * is right. Better Auth gives up if no legacy secret is configured.
 * @throws {DecryptionError} if no secret fits.
 */
export function decrypt(ciphertext: string, keyring: Keyring): string {
  const envelope = /^\$ba\$(\d+)\$(.*)$/s.exec(ciphertext);
  const sealed = bytesOf(envelope ? envelope[2] : ciphertext);
  for (const secret of envelope ? named(Number(envelope[1]), keyring) : all(keyring)) {
    const plaintext = open(sealed, secret);
    if (plaintext !== undefined) return plaintext;
  }
  throw new DecryptionError('No configured secret opens this ciphertext.');
}

/** As `decrypt`, but returns undefined if no secret fits. */
export function tryDecrypt(ciphertext: string, keyring: Keyring): string | undefined {
  try {
    return decrypt(ciphertext, keyring);
  } catch (error) {
    if (error instanceof DecryptionError) return undefined;
    throw error;
  }
}

/** True if the text looks like a result of `encrypt`: it begins with `$ba$`, or it is hex of at least 40 bytes. */
export function looksEncrypted(text: string): boolean {
  const least = (NONCE_BYTES + TAG_BYTES) * 2;
  return (
    text.startsWith('$ba$') || (text.length >= least && text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text))
  );
}

function named(version: number, { secrets }: Keyring): string[] {
  const secret = secrets.find((candidate) => candidate.version === version);
  if (!secret)
    throw new DecryptionError(`No configured secret has version ${version}. Add the old secret again.`);
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
    return undefined; // the tag does not match this secret
  }
}

function bytesOf(hex = ''): Uint8Array {
  const bytes = Buffer.from(hex, 'hex'); // Node stops at the first character that is not hex
  if (bytes.length * 2 === hex.length && bytes.length >= NONCE_BYTES + TAG_BYTES) return bytes;
  throw new DecryptionError('This is not a ciphertext, which is hex of at least 40 bytes.');
}

function keyOf(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}
