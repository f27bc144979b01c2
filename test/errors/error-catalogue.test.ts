import { BASE_ERROR_CODES } from 'better-auth';
import { MESSAGES, type ErrorCode } from '../../src/errors/error-catalogue.js';

const theirs: Readonly<Record<string, { readonly message: string }>> = BASE_ERROR_CODES;
const shared = (Object.keys(MESSAGES) as ErrorCode[]).filter((code) => code in theirs);

/** Codes that are not in Better Auth's catalogue: it has them inline or in a plugin, or they are Gatehouse's own. */
const NOT_THEIRS: readonly ErrorCode[] = [
  'ACCESS_TOKEN_NOT_FOUND',
  'BAD_REQUEST',
  'BANNED_USER',
  'EMAIL_PASSWORD_DISABLED',
  'EMAIL_PASSWORD_SIGN_UP_DISABLED',
  'FAILED_TO_GET_ACCESS_TOKEN',
  'FAILED_TO_REFRESH_ACCESS_TOKEN',
  'INTERNAL_SERVER_ERROR',
  'LINKING_DIFFERENT_EMAILS_NOT_ALLOWED',
  'LINKING_FAILED',
  'LINKING_NOT_ALLOWED',
  'NOT_FOUND',
  'OAUTH_LINK_ERROR',
  'PASSWORD_COMPROMISED',
  'PAYLOAD_TOO_LARGE',
  'PROVIDER_NOT_CONFIGURED',
  'PROVIDER_NOT_SUPPORTED',
  'REFRESH_TOKEN_NOT_FOUND',
  'REQUEST_HEADERS_TOO_LARGE',
  'RESET_PASSWORD_DISABLED',
  'SERVICE_UNAVAILABLE',
  'TOKEN_REFRESH_NOT_SUPPORTED',
  'UNAUTHORIZED',
  'UNSUPPORTED_MEDIA_TYPE',
];

test.each(shared)('%s has the message of Better Auth', (code) => {
  expect(MESSAGES[code]).toBe(theirs[code]?.message);
});

test('every other code is listed here as missing in Better Auth’s catalogue', () => {
  const own = (Object.keys(MESSAGES) as ErrorCode[]).filter((code) => !shared.includes(code));
  expect(own.sort()).toEqual(NOT_THEIRS);
});
