import type { JWTHeaderParameters, JWTPayload } from 'jose';

/** The claims in which applications write what a token is for. */
const CLAIMS = ['type', 'typ', 'token_type', 'tokenType', 'token_use', 'use', 'purpose'];

/** Values of these claims that name a token for requests. Compared without case, `-`, `_` and spaces. */
const FOR_REQUESTS = new Set([
  'access',
  'accesstoken',
  'api',
  'at+jwt',
  'auth',
  'authentication',
  'authorization',
  'bearer',
  'jwt',
  'login',
  'session',
  'signin',
  'sliding',
  'user',
]);

/** One word of `scope` that makes a token good for one step only, such as `password-reset` or `verify_email`. */
const ONE_STEP = new RegExp(
  `^(${[
    '(token)?refresh(token)?(only)?',
    '(account|user)?(password|passwd|pwd|pass)?(reset|recover|recovery|forgot|forgotten|lost|change|set)(password|passwd|pwd|account)?(token)?',
    '(account|user|address|phone)?(e?mail)?(verify|verification|confirm|confirmation|activate|activation|change|validate|validation)(e?mail|address|account|user|phone)?(token|only)?',
    '(account|team|user)?(invite|invitation)(token)?',
    'magic(link)?|loginlink|emaillogin|onetime(link|token|login)?|passwordless',
    '(otp|2fa|mfa|twofa|twofactor|secondfactor|totp)(auth|pending|required|challenge|verify|setup|token)?',
    '(pre|partial|pending)auth(entication)?|challenge',
    'unsubscribe|optout|download|upload|preview|share|sharelink',
    'delete(account|user)|accountdeletion|signup|register|registration',
  ].join('|')})$`,
);

/** What a token says about its purpose. */
export interface ForeignPurpose {
  readonly claim: string;
  readonly value: string;
}

/**
 * Returns the first claim that says that the token is not for requests, for example a refresh token or the token of a
 * link that resets a password. An application signs all its tokens with one key (RFC 8725 §2.8), so the signature alone
 * does not tell them apart.
 * @param accepted further values that are for requests.
 */
export function foreignPurpose(
  payload: JWTPayload,
  header: JWTHeaderParameters,
  accepted: readonly string[],
): ForeignPurpose | undefined {
  const known = new Set([...FOR_REQUESTS, ...accepted.map(plain)]);
  const stated = [
    ...CLAIMS.map((claim) => ({ claim, value: payload[claim] })),
    { claim: 'typ in the header', value: header.typ?.replace(/^application\//i, '') },
  ];
  for (const { claim, value } of stated) {
    if (value === undefined || value === null || value === '') continue;
    if (!known.has(plain(textOf(value)))) return { claim, value: textOf(value) };
  }
  const value = scopesOf(payload).find((word) => ONE_STEP.test(plain(word)) && !known.has(plain(word)));
  return value === undefined ? undefined : { claim: 'scope', value };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

const plain = (value: string) => value.toLowerCase().replace(/[-_\s.:/]/g, '');

/** A text with words (RFC 8693 §4.2), or an array. */
function scopesOf({ scope, scopes, scp }: JWTPayload): string[] {
  return [scope, scopes, scp]
    .flat()
    .flatMap((part) => (typeof part === 'string' ? part.split(/[\s,]+/) : []));
}
