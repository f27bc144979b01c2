import type { GenericEndpointContext } from '@better-auth/core';
import { CookieJar } from '../../cookies/cookie-jar.js';
import { parseCookies } from '../../cookies/parse-cookies.js';
import type { HostedCall } from './hosted-call.js';

/** Lets the server's own route see what `onRequest` and the hooks of plugins that run before have changed. */
export function takeChanges(call: HostedCall, { body, query, headers }: GenericEndpointContext): void {
  const { request, passed } = call;
  if (body !== undefined) request.body = body as unknown;
  if (!passed) return;
  if (!isEqual(query, queryOf(passed.url))) request.query = query;
  if (!headers) return;
  for (const name of new Set([...passed.headers.keys(), ...headers.keys()])) {
    const value = headers.get(name) ?? undefined;
    if (name !== 'cookie' && value !== (passed.headers.get(name) ?? undefined)) request.headers[name] = value;
  }
  const cookies = headers.get('cookie');
  // The header itself stays, because the origin of the client's own cookies has been checked already.
  if (cookies !== (call.cookie ?? passed.headers.get('cookie')))
    request.jar = new CookieJar(parseCookies(cookies ?? ''));
}

/** The query as the library reads it: a parameter that is repeated is a list. */
function queryOf(url: string): Record<string, string | string[]> {
  const { searchParams } = new URL(url);
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const values = searchParams.getAll(name);
      return [name, values.length > 1 ? values : (values[0] ?? '')];
    }),
  );
}

const isEqual = (one: unknown, other: unknown) => JSON.stringify(one ?? {}) === JSON.stringify(other);
