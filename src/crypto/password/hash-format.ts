import { parseHash } from './formats.js';

/**
 * The id of the hash's format in the table of formats. Undefined if no password can match: unknown format, malformed,
 * or so costly that it would block the server.
 */
export function hashFormat(stored: string): string | undefined {
  return parseHash(stored)?.format.id;
}
