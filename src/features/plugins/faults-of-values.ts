import { isUnstorable } from '../../database/unstorable.js';
import { sqlState } from '../../database/sql-state.js';
import { badRequest } from '../../errors/auth-error.js';
import type { ErrorsOfStatus } from './error-codes.js';

/**
 * SQLSTATEs of statements that a plugin makes of what a client sends: null for a required field (23502), no field at all
 * to update (42601), and a comparison of a field with a value of another type (42883).
 */
const OF_VALUES: ReadonlySet<string> = new Set(['23502', '42601', '42883']);

/** A key of `Object.prototype` in the place of a field's name becomes the name of a column. */
const NO_COLUMN = '42703';
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** What the library says if a client sorts or filters by a field that does not exist, or by a value that is no list. */
const NO_FILTER = /^(?:Field .* not found in model |Value must be an array$)/s;

const ON_VALUES: ReadonlySet<string> = new Set(['TypeError', 'RangeError', 'URIError', 'SyntaxError']);

/** The errors with which `samlify` refuses metadata. */
const METADATA = { says: /^ERR_[A-Z_]+$/, place: /\/node_modules\/samlify\// };

const CALLER = /^\s+at (?!.*(?:\bnode:|\(<anonymous>\)$))/;

/** The packages that read what a client sends. */
const READERS =
  /\/node_modules\/(?:better-auth|better-call|zod|@better-auth\/[^/]+|@simplewebauthn\/[^/]+)\//;

/** True if the database, or the library in front of it, refused what a plugin made of the values in a request. */
export function isRefusedByDatabase(fault: unknown): boolean {
  if (isUnstorable(fault) || (fault instanceof Error && NO_FILTER.test(fault.message))) return true;
  const state = sqlState(fault);
  if (state === NO_COLUMN) return INHERITED.has(/"(.*)"/.exec((fault as Error).message)?.[1] ?? '');
  return state !== undefined && OF_VALUES.has(state);
}

/**
 * True if the code of a plugin failed at a value that it did not check, such as a number without `toLowerCase`. A failure
 * in other code, such as a callback of the operator, has other reasons.
 */
function isThrownOnValue(fault: unknown): boolean {
  if (!(fault instanceof Error) || fault.cause !== undefined) return false;
  // Functions of Node and of the language throw for their caller.
  const place = (fault.stack ?? '').split('\n').find((line) => CALLER.test(line)) ?? '';
  return (
    (ON_VALUES.has(fault.name) && READERS.test(place)) ||
    (METADATA.says.test(fault.message) && METADATA.place.test(place))
  );
}

/** True if `jose` refused a token that a client sent. Its errors about keys of another server have other names. */
export const isOfToken = (stack: string | undefined): boolean =>
  stack !== undefined && /^(?:JW[STE]|JOSE|JWKSNoMatchingKey)\w*: /.test(stack);

/** @returns 400 if the reason is a value in the request, and otherwise the fault itself. */
export function errorOf(fault: unknown): unknown {
  if (isRefusedByDatabase(fault)) return badRequest('VALIDATION_ERROR');
  // The log names the place, because a check is missing in the plugin.
  return isThrownOnValue(fault) || (fault instanceof Error && isOfToken(fault.stack))
    ? badRequest('VALIDATION_ERROR').causedBy(fault)
    : fault;
}

/**
 * Errors that plugins answer with 500, although what the client sent is the reason: a number that nobody has, a cookie of
 * the administrator that is missing, a credential that cannot be read, and a code of a user who is deleted.
 */
const REFUSED_WITH_500: Readonly<Record<string, { readonly says: RegExp; readonly error: ErrorsOfStatus }>> =
  {
    'phone-number/verify': {
      says: /FAILED_TO_UPDATE_USER/,
      error: { codes: ['FAILED_TO_UPDATE_USER'] },
    },
    'admin/stop-impersonating': {
      says: /Failed to find (?:user|admin session)/,
      error: { bare: true },
    },
    'passkey/verify-registration': {
      says: /FAILED_TO_VERIFY_REGISTRATION/,
      error: { codes: ['FAILED_TO_VERIFY_REGISTRATION'] },
    },
    'device/token': { says: /"server_error"/, error: { names: ['server_error'] } },
  };

/** @param text of an answer of 500 that a plugin gives on purpose */
export const isRefusal = (route: string, text: string): boolean =>
  REFUSED_WITH_500[route]?.says.test(text) ?? false;

/** The error of the route that is answered with 400 and not with 500. */
export const refusalOf = (route: string): ErrorsOfStatus | undefined => REFUSED_WITH_500[route]?.error;
