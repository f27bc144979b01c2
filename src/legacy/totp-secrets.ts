import { createDecipheriv, createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { equalsConstantTime } from '../crypto/equals-constant-time.js';
import { StartupFault } from '../errors/startup-fault.js';

/**
 * Reads a stored secret of time-based one-time codes (RFC 6238).
 * @param row all columns of the row, for a module that needs more than one.
 * @returns the secret in base32 (RFC 4648 §6); undefined if it cannot be read.
 */
export type ReadTotpSecret = (
  stored: string,
  row: Readonly<Record<string, unknown>>,
) => Promise<string | undefined>;

/** Characters of the shortest secret that is accepted: 80 bits, as old authenticator apps made them. */
const SHORTEST = 16;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const require = createRequire(import.meta.url);

/**
 * @param format `base32`, `hex`, `laravel`, or the path of a module whose default export has the form of `ReadTotpSecret`.
 * @param key Laravel's `APP_KEY`.
 * @throws {StartupFault} if there is no such format, or if its key is missing.
 */
export function totpReader(format: string, key: string | undefined): ReadTotpSecret {
  if (format === 'base32') return (stored) => Promise.resolve(asBase32(stored));
  if (format === 'hex') return (stored) => Promise.resolve(fromHex(stored));
  if (format === 'laravel') {
    if (key === undefined)
      throw new StartupFault(
        'LEGACY_TOTP_FORMAT=laravel needs the key. Set LEGACY_TOTP_KEY to APP_KEY of Laravel.',
      );
    const bytes = laravelKey(key);
    return (stored) => Promise.resolve(fromLaravel(stored, bytes));
  }
  return fromModule(format);
}

/** Apps show secrets in lower case, in groups, and with `=` at the end. */
function asBase32(text: string): string | undefined {
  const secret = text.replaceAll(/[\s-]/g, '').replace(/=+$/, '').toUpperCase();
  return secret.length >= SHORTEST && /^[A-Z2-7]+$/.test(secret) ? secret : undefined;
}

function fromHex(text: string): string | undefined {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) return undefined;
  const bits = [...Buffer.from(text, 'hex')].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return asBase32(groups.map((group) => BASE32[Number.parseInt(group.padEnd(5, '0'), 2)]).join(''));
}

function laravelKey(key: string): Buffer {
  const bytes = key.startsWith('base64:') ? Buffer.from(key.slice(7), 'base64') : Buffer.from(key);
  if (bytes.length === 16 || bytes.length === 32) return bytes;
  throw new StartupFault('LEGACY_TOTP_KEY must be APP_KEY of Laravel, such as base64:… with 32 bytes.');
}

interface LaravelPayload {
  readonly iv: string;
  readonly value: string;
  readonly mac: string;
  readonly tag?: string;
}

/** Opens what Laravel's `Crypt` has encrypted: AES-CBC with an HMAC, or AES-GCM. */
function fromLaravel(stored: string, key: Buffer): string | undefined {
  try {
    const payload = JSON.parse(Buffer.from(stored, 'base64').toString()) as LaravelPayload;
    const text = openLaravel(payload, key);
    // `encrypt` serializes the text as PHP does; `Crypt::encryptString` does not.
    return text && asBase32(/^s:\d+:"(.*)";$/s.exec(text)?.[1] ?? text);
  } catch {
    return undefined;
  }
}

function openLaravel({ iv, value, mac, tag }: LaravelPayload, key: Buffer): string | undefined {
  const bits = key.length * 8;
  const nonce = Buffer.from(iv, 'base64');
  if (tag) {
    const cipher = createDecipheriv(bits === 128 ? 'aes-128-gcm' : 'aes-256-gcm', key, nonce);
    cipher.setAuthTag(Buffer.from(tag, 'base64'));
    return cipher.update(value, 'base64', 'utf8') + cipher.final('utf8');
  }
  const right = createHmac('sha256', key)
    .update(iv + value)
    .digest('hex');
  if (!equalsConstantTime(mac, right)) return undefined;
  const cipher = createDecipheriv(`aes-${bits}-cbc`, key, nonce);
  return cipher.update(value, 'base64', 'utf8') + cipher.final('utf8');
}

function fromModule(path: string): ReadTotpSecret {
  let loaded: { default?: unknown };
  try {
    loaded = require(resolve(path)) as { default?: unknown };
  } catch (error) {
    const [reason] = (error as Error).message.split('\n', 1);
    throw new StartupFault(
      `LEGACY_TOTP_FORMAT must be base32, hex, laravel, or the path of a module, but ${path} cannot be loaded: ${reason}`,
    );
  }
  const read = loaded.default ?? loaded;
  if (typeof read !== 'function')
    throw new StartupFault(`LEGACY_TOTP_FORMAT: the default export of ${path} must be a function.`);
  return async (stored, row) => {
    const secret: unknown = await (read as ReadTotpSecret)(stored, row);
    return typeof secret === 'string' ? asBase32(secret) : undefined;
  };
}
