import { decryptJwt, encryptJwt, type EncryptionKey } from '../encrypted-jwt.js';
import { parseSessionData, type OpenedSessionData, type SessionData } from './session-data.js';

/** @param expiresAt milliseconds since 1970. */
export const sealEncryptedJwt = (data: SessionData, expiresAt: number, key: EncryptionKey): Promise<string> =>
  encryptJwt(data, expiresAt, key);

/** Undefined if no key opens the value or if it is no session data. Never rejects. */
export async function openEncryptedJwt(
  value: string,
  keys: readonly EncryptionKey[],
): Promise<OpenedSessionData | undefined> {
  const opened = await decryptJwt(value, keys);
  const data = opened && parseSessionData(opened.payload);
  return opened && data && { data, expiresAt: (opened.payload.exp ?? 0) * 1000, secretIndex: opened.index };
}
