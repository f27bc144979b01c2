import { createHmac } from 'node:crypto';
import { equalsConstantTime } from './equals-constant-time.js';
import { lowerCaseAddress } from '../network/lower-case-address.js';

/**
 * Content of the token in a mailed link. The token proves that its bearer reads the mail of `email`
 * (src/crypto/protocol.md, "E-mail tokens").
 */
export interface EmailTokenClaims {
  /** Lower case. */
  readonly email: string;
  /** The address to change to, lower case. */
  readonly updateTo?: string;
  readonly requestType?: string;
  /** User who had this address when the link was mailed. Links of Better Auth before 1.7.16 have no user id. */
  readonly userId?: string;
  /** When the token was signed, in seconds since 1970. */
  readonly iat?: number;
}

/** Better Auth's exact header, which has no `typ` (src/crypto/protocol.md, "Test vectors"). */
const HEADER = encode({ alg: 'HS256' });
const SEGMENT = /^[\w-]+$/;

/**
 * A JWT (RFC 7519) signed with HS256 (RFC 7518 §3.2). The claims are in the order of
 * src/crypto/protocol.md, "E-mail tokens".
 * @param expiresIn seconds.
 * @param now milliseconds since 1970.
 */
export function signEmailToken(
  { email, updateTo, requestType, userId }: Omit<EmailTokenClaims, 'iat'>,
  secret: string,
  expiresIn: number,
  now: number = Date.now(),
): string {
  const iat = Math.floor(now / 1000);
  const payload = {
    email: lowerCaseAddress(email),
    updateTo: updateTo === undefined ? undefined : lowerCaseAddress(updateTo),
    requestType,
    userId,
    iat,
    exp: iat + expiresIn,
  };
  const signed = `${HEADER}.${encode(payload)}`;
  return `${signed}.${hmac(signed, secret).toString('base64url')}`;
}

/**
 * The token's claims, if one of the secrets signed it and the current time is within its `nbf` and `exp`.
 * @param now milliseconds since 1970.
 * @returns `'expired'` if the token is correctly signed and too old, `'invalid'` for every other fault.
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
  // Refuse other algorithms, and refuse extensions, because RFC 7515 §4.1.11 requires to understand them.
  if (alg !== 'HS256' || crit !== undefined) return 'invalid';
  const given = Buffer.from(signature, 'base64url');
  const isOurs = secrets.some((secret) => equalsConstantTime(hmac(`${header}.${payload}`, secret), given));
  const claims = isOurs ? decode(payload) : undefined;
  return claims ? judge(claims, Math.floor(now / 1000)) : 'invalid';
}

/** Checks the times first (RFC 7519 §4.1.4, §4.1.5), then the types of the claims. */
function judge(claims: Record<string, unknown>, now: number): EmailTokenClaims | 'expired' | 'invalid' {
  const { iat, nbf, exp, email, updateTo, requestType, userId } = claims;
  if (![iat, nbf, exp].every((time) => time === undefined || typeof time === 'number')) return 'invalid';
  if (typeof nbf === 'number' && nbf > now) return 'invalid';
  if (typeof exp === 'number' && exp <= now) return 'expired';
  if (typeof email !== 'string' || ![updateTo, requestType, userId].every(isOptionalText)) return 'invalid';
  return { email, updateTo, requestType, userId, iat } as EmailTokenClaims;
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
