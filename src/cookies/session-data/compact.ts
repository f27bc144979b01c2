import { createHmac } from 'node:crypto';
import { equalsConstantTime } from '../../crypto/equals-constant-time.js';
import { parseSessionData, type OpenedSessionData, type SessionData } from './session-data.js';

/**
 * Base64url of JSON that contains its own HMAC-SHA256 (src/cookies/protocol.md, "Session data", strategy
 * `compact`).
 * @param expiresAt milliseconds since 1970.
 */
export function sealCompact(data: SessionData, expiresAt: number, secret: string): string {
  const signature = signatureOf({ ...data, expiresAt }, secret);
  return Buffer.from(JSON.stringify({ session: data, expiresAt, signature })).toString('base64url');
}

/** Undefined if none of the secrets signed the value or if it is no session data. Never throws. */
export function openCompact(value: string, secrets: readonly string[]): OpenedSessionData | undefined {
  const { session, expiresAt, signature } = parse(value);
  if (typeof session !== 'object' || session === null || typeof expiresAt !== 'number') return undefined;
  if (typeof signature !== 'string') return undefined;
  // JSON.parse keeps the order of keys, so JSON.stringify restores the text that was signed.
  const signed = { ...session, expiresAt };
  const secretIndex = secrets.findIndex((secret) =>
    equalsConstantTime(signatureOf(signed, secret), signature),
  );
  const data = secretIndex === -1 ? undefined : parseSessionData(session);
  return data && { data, expiresAt, secretIndex };
}

function signatureOf(signed: object, secret: string): string {
  return createHmac('sha256', secret).update(JSON.stringify(signed)).digest('base64url');
}

function parse(value: string): { session?: unknown; expiresAt?: unknown; signature?: unknown } {
  try {
    return (JSON.parse(Buffer.from(value, 'base64url').toString()) ?? {}) as object;
  } catch {
    return {};
  }
}
