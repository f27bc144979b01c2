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
  const address = `${origin}${url}`;
  return new Request(URL.canParse(address) ? address : origin, {
    method: REFUSED.test(method) ? 'GET' : method,
    headers: sent,
  });
}

/** Methods that a `Request` cannot have (Fetch Standard §2.2.1). No route has them. */
const REFUSED = /^(connect|trace|track)$/i;
