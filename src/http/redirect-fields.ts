import type { ErrorCode } from '../errors/error-catalogue.js';

/** Fields that name where a browser is sent, in the order they are checked, and how each is refused (protocol.md §5.3). */
export const REDIRECTS: readonly { field: string; label: string; code: ErrorCode }[] = [
  { field: 'callbackURL', label: 'callbackURL', code: 'INVALID_CALLBACK_URL' },
  { field: 'redirectTo', label: 'redirectURL', code: 'INVALID_REDIRECT_URL' },
  { field: 'errorCallbackURL', label: 'errorCallbackURL', code: 'INVALID_ERROR_CALLBACK_URL' },
  { field: 'newUserCallbackURL', label: 'newUserCallbackURL', code: 'INVALID_NEW_USER_CALLBACK_URL' },
];

export const noText = (label: string) => `Invalid ${label}: expected a string`;
