import type { ErrorCode } from '../errors/error-catalogue.js';

/**
 * The fields with redirect targets, in the order of the checks, with the error code of each
 * (src/http/protocol.md, "Redirect parameters").
 */
export const REDIRECTS: readonly { field: string; label: string; code: ErrorCode }[] = [
  { field: 'callbackURL', label: 'callbackURL', code: 'INVALID_CALLBACK_URL' },
  { field: 'redirectTo', label: 'redirectURL', code: 'INVALID_REDIRECT_URL' },
  { field: 'errorCallbackURL', label: 'errorCallbackURL', code: 'INVALID_ERROR_CALLBACK_URL' },
  { field: 'newUserCallbackURL', label: 'newUserCallbackURL', code: 'INVALID_NEW_USER_CALLBACK_URL' },
];

export const noText = (label: string) => `Invalid ${label}: expected a string`;
