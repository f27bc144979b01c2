import { MESSAGES, type ErrorCode } from './error-catalogue.js';

/** An error that a feature owns. */
export interface DefinedError<Code extends string = string> {
  readonly code: Code;
  readonly message: string;
}

/** An error as routes and use cases name it: a code of the catalogue, or an error of a feature. */
export type NamedError = ErrorCode | DefinedError;

const taken = new Set<string>(Object.keys(MESSAGES));

/**
 * Adds the errors of a feature to those of the catalogue. The feature raises them as `badRequest(errors.CODE)` and lists
 * them in its routes as `errors: { 400: [errors.CODE] }`.
 * @param texts code to text; a code of the catalogue does not compile.
 * @throws {Error} if another feature owns one of the codes.
 */
export function defineErrors<const Texts extends Readonly<Record<string, string>>>(
  texts: Texts & { readonly [Code in ErrorCode]?: never },
): { readonly [Code in keyof Texts & string]: DefinedError<Code> } {
  const errors = Object.entries<string | undefined>(texts).map(([code, message]) => {
    if (taken.has(code)) {
      throw new Error(`The error code ${code} is defined twice. Give one of the two errors another code.`);
    }
    taken.add(code);
    return [code, { code, message }];
  });
  return Object.fromEntries(errors) as { readonly [Code in keyof Texts & string]: DefinedError<Code> };
}

export const definitionOf = (error: NamedError): DefinedError =>
  typeof error === 'string' ? { code: error, message: MESSAGES[error] } : error;
