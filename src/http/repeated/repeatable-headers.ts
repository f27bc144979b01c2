import type { AddedHeader } from '../added-headers.js';

/** Each answer gets its own. */
const MADE_ANEW = new Set(['x-request-id', 'date', 'connection', 'keep-alive']);

/** The steps of every request set these. They depend on the settings, the origin and the body, so they never change. */
const LASTING = new Set([
  'access-control-allow-credentials',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'cache-control',
  'content-length',
  'content-security-policy',
  'content-type',
  'pragma',
  'strict-transport-security',
  'vary',
  'x-content-type-options',
]);

export interface RepeatableHeaders {
  /** Names and values in turn. */
  readonly lines: string[];
  /** Milliseconds since 1970. */
  readonly until: number;
}

/**
 * The headers with which an answer may be sent again.
 * @param added by features. Each must say until when it holds.
 * @returns undefined if there is any other header: somebody contributed to the answer who does not know that it is repeated.
 */
export function repeatableHeaders(
  headers: Readonly<Record<string, unknown>>,
  added: readonly AddedHeader[],
  now: number,
): RepeatableHeaders | undefined {
  const terms = new Map(added.map(({ name, until }) => [name, until]));
  let earliest = Infinity;
  const lines: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (MADE_ANEW.has(name)) continue;
    const until = LASTING.has(name) ? Infinity : terms.get(name);
    if (until === undefined || until <= now) return undefined;
    earliest = Math.min(earliest, until);
    lines.push(name, String(value));
  }
  return { lines, until: earliest };
}
