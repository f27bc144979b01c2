import type { IncomingMessage } from 'node:http';

/**
 * The request as functions of a module expect it (Fetch Standard), without the body.
 * @param url as the client sent it, such as `/api/auth/get-session`.
 * @param origin of this server.
 */
export function webRequest(
  { method = 'GET', headers }: IncomingMessage,
  url: string,
  origin: string,
): Request {
  const sent = Object.entries(headers).flatMap(([name, values = []]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  return new Request(URL.canParse(url, origin) ? new URL(url, origin) : origin, { method, headers: sent });
}
