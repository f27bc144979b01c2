import { createSecretKey, type KeyObject } from 'node:crypto';
import { SignJWT, jwtVerify, type JWTPayload } from 'jose';
import { parseSessionData, type OpenedSessionData, type SessionData } from './session-data.js';

const ALGORITHM = 'HS256';

/** The key is the raw bytes of the secret (src/cookies/protocol.md, "Session data"). */
export const signingKeyOf = (secret: string): KeyObject => createSecretKey(secret, 'utf8');

/**
 * A JWT signed with HMAC-SHA256 (RFC 7515; src/cookies/protocol.md, "Session data", strategy `jwt`).
 * @param expiresAt milliseconds since 1970.
 */
export function sealSignedJwt(data: SessionData, expiresAt: number, key: KeyObject): Promise<string> {
  return new SignJWT(data as unknown as JWTPayload)
    .setProtectedHeader({ alg: ALGORITHM })
    .setIssuedAt()
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(key);
}

/**
 * Undefined if none of the keys signed the token, if it has expired, if it names another algorithm (also `none`), or if
 * it is no session data. Never rejects.
 */
export async function openSignedJwt(
  value: string,
  keys: readonly KeyObject[],
): Promise<OpenedSessionData | undefined> {
  for (const [secretIndex, key] of keys.entries()) {
    const payload = await verified(value, key);
    if (!payload) continue;
    const data = parseSessionData(payload);
    return data && { data, expiresAt: (payload.exp ?? 0) * 1000, secretIndex };
  }
  return undefined;
}

async function verified(value: string, key: KeyObject): Promise<JWTPayload | undefined> {
  try {
    return (await jwtVerify(value, key, { algorithms: [ALGORITHM] })).payload;
  } catch {
    return undefined;
  }
}
