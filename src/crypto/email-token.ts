import { createHmac } from 'node:crypto';
import { equalsConstantTime } from './equals-constant-time.js';

/** What the link in a mail proves: that its bearer reads the mail of `email` (protocol.md §8). */
export interface EmailTokenClaims {
  /** Lower case. */
  readonly email: string;
  /** The address to change to, lower case. */
  readonly updateTo?: string;
  readonly requestType?: string;
  /** Whose address it was when the link was mailed. Links of Better Auth before 1.7.16 name nobody. */
  readonly userId?: string;
}

/** Exactly this, without `typ`, is Better Auth's header (protocol.md §16). */
const HEADER = encode({ alg: 'HS256' });
const SEGMENT = /^[\w-]+$/;

/**
 * A JWT (RFC 7519) signed with HS256 (RFC 7518 §3.2); the claims stand in the order of protocol.md §8.
 * @param expiresIn seconds
 * @param now milliseconds since 1970
 */
export function signEmailToken(
  { email, updateTo, requestType, userId }: EmailTokenClaims,
  secret: string,
  expiresIn: number,
  now: number = Date.now(),
): string {
  const iat = Math.floor(now / 1000);
  const payload = {
    email: email.toLowerCase(),
    updateTo: updateTo?.toLowerCase(),
    requestType,
    userId,
    iat,
    exp: iat + expiresIn,
  };
  const signed = `${HEADER}.${encode(payload)}`;
  return `${signed}.${hmac(signed, secret).toString('base64url')}`;
}

/**
 * What the token says, if one of the secrets signed it and its time is now.
 * @param now milliseconds since 1970
 * @returns `'expired'` only for a token that was good once; otherwise `'invalid'`.
 */
export function openEmailToken(
  token: string,
  secrets: readonly string[],
  now: number = Date.now(),
): EmailTokenClaims | 'expired' | 'invalid' {
  const segments = token.split('.');
  const [header = '', payload = '', signature = ''] = segments;
  if (segments.length !== 3 || !segments.every((segment) => SEGMENT.test(segment))) return 'invalid';
  const { alg, crit } = decode(header) ?? {};
  // No other algorithm, and no extension we would have to understand (RFC 7515 §4.1.11).
  if (alg !== 'HS256' || crit !== undefined) return 'invalid';
  const given = Buffer.from(signature, 'base64url');
  const isOurs = secrets.some((secret) => equalsConstantTime(hmac(`${header}.${payload}`, secret), given));
  const claims = isOurs ? decode(payload) : undefined;
  return claims ? judge(claims, Math.floor(now / 1000)) : 'invalid';
}

/** The times first, then the shape (RFC 7519 §4.1.4, §4.1.5). */
function judge(claims: Record<string, unknown>, now: number): EmailTokenClaims | 'expired' | 'invalid' {
  const { iat, nbf, exp, email, updateTo, requestType, userId } = claims;
  if (![iat, nbf, exp].every((time) => time === undefined || typeof time === 'number')) return 'invalid';
  if (typeof nbf === 'number' && nbf > now) return 'invalid';
  if (typeof exp === 'number' && exp <= now) return 'expired';
  if (typeof email !== 'string' || ![updateTo, requestType, userId].every(isOptionalText)) return 'invalid';
  return { email, updateTo, requestType, userId } as EmailTokenClaims;
}

const isOptionalText = (value: unknown) => value === undefined || typeof value === 'string';

const hmac = (value: string, secret: string) => createHmac('sha256', secret).update(value).digest();

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(segment: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
