import type { SignedValues } from '../cookies/signed-value.js';
import type { NamedSession } from './credentials.js';

/** A session token with a signature of ours, as the session cookie holds it and as a client may send it as bearer. */
export function openSignedToken(value: string, signed: SignedValues): NamedSession | undefined {
  const { value: token, secretIndex } = signed.open(value) ?? {};
  if (token === undefined || secretIndex === undefined) return undefined;
  return { key: { token }, cookies: 'keeps', secretIndex };
}
