import { readFileSync } from 'node:fs';
import { bearer, jwt } from 'better-auth/plugins';
import pg from 'pg';
import { password } from '../../test/oracle/passwords.mjs';
import { pluginsFrom } from '../../test/oracle/plugins.mjs';

const read = (name) =>
  JSON.parse(readFileSync(new URL(`../../test/oracle/${name}`, import.meta.url), 'utf8'));

/**
 * Options for the fastest Better Auth: `bearer` and `jwt` only if `PLUGINS` is set, further plugins only if `HOSTED_PLUGINS` lists
 * them, and as many database connections as Gatehouse.
 */
export function optionsFrom(environment) {
  const { DATABASE_URL, BETTER_AUTH_SECRET, BETTER_AUTH_URL, PLUGINS, HOSTED_PLUGINS, COOKIE_CACHE } =
    environment;
  const { session, ...mapping } = read('field-mapping.json');
  return {
    database: new pg.Pool({ connectionString: DATABASE_URL, max: 10 }),
    secret: BETTER_AUTH_SECRET,
    baseURL: BETTER_AUTH_URL,
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    emailAndPassword: { enabled: true, password },
    ...mapping,
    session: { ...session, ...(COOKIE_CACHE ? { cookieCache: { enabled: true, maxAge: 3600 } } : {}) },
    plugins: [
      ...(PLUGINS
        ? [bearer(), jwt({ jwks: { keyPairConfig: { alg: 'ES256' } }, schema: read('jwks-mapping.json') })]
        : []),
      ...(HOSTED_PLUGINS ? pluginsFrom(withDefaults(HOSTED_PLUGINS)) : []),
    ],
  };
}

const withDefaults = (ids) => Object.fromEntries(ids.split(',').map((id) => [id, {}]));
