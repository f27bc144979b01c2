import type { Parser } from './values.js';

export interface Variable<T> {
  readonly parse: Parser<T>;
  /** One line for the table in the README. */
  readonly about: string;
  /** The default as the README shows it. If it depends on other variables, `config.ts` computes it. */
  readonly fallback?: string;
}

export const variable = <T>(parse: Parser<T>, about: string, fallback?: string): Variable<T> => ({
  parse,
  about,
  fallback,
});
