import { createHmac } from 'node:crypto';
import type { Step } from './steps.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The current code of an authenticator app (RFC 6238) that has scanned this URI. */
export function totpOf(uri: string): string {
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  const bits = [...secret].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = (bits.match(/[01]{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  return codeOf(Buffer.from(bytes));
}

/** The current code of an authenticator app with this secret. */
export function codeOf(secret: Buffer): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', secret).update(counter).digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7f_ff_ff_ff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** Saves the current code of the authenticator app as `totp`. The step before saved its URI as `uri`. */
export const readAuthenticator = (): Step => ({
  label: 'read the authenticator app',
  run(side) {
    side.saved.set('totp', totpOf(side.saved.get('uri') ?? ''));
    return Promise.resolve(undefined);
  },
});
