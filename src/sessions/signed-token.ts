import type { SignedValues } from '../cookies/signed-value.js';
import type { NamedSession } from './credentials.js';

/** Opens a session token that this server signed. It comes from the session cookie or from a bearer header. */
export function openSignedToken(value: string, signed: SignedValues): NamedSession | undefined {
  const { value: token, secretIndex } = signed.open(value) ?? {};
  if (token === undefined || secretIndex === undefined) return undefined;
  return { key: { token }, cookies: 'keeps', secretIndex };
}
