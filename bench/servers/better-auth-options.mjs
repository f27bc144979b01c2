import { readFileSync } from 'node:fs';
import { bearer, jwt } from 'better-auth/plugins';
import pg from 'pg';
import { password } from '../../test/oracle/passwords.mjs';

const read = (name) =>
  JSON.parse(readFileSync(new URL(`../../test/oracle/${name}`, import.meta.url), 'utf8'));

/** Options for the fastest Better Auth: plugins only if `PLUGINS` is set, and as many database connections as Gatehouse. */
export function optionsFrom({ DATABASE_URL, BETTER_AUTH_SECRET, BETTER_AUTH_URL, PLUGINS, COOKIE_CACHE }) {
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
    plugins: PLUGINS
      ? [bearer(), jwt({ jwks: { keyPairConfig: { alg: 'ES256' } }, schema: read('jwks-mapping.json') })]
      : [],
  };
}
