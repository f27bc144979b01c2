import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { bearer, genericOAuth, jwt } from 'better-auth/plugins';
import pg from 'pg';
import { withMailCallbacks } from './mail-callbacks.mjs';
import { onTables, pluginsFrom } from './plugins.mjs';
import { password } from './passwords.mjs';

/** A fast hash for tests that are not about passwords. */
const quick = {
  hash: async (given) => createHash('sha256').update(given).digest('hex'),
  verify: async ({ hash, password: given }) => hash === createHash('sha256').update(given).digest('hex'),
};

const PASSWORDS = { scrypt: undefined, bcrypt: password, quick };

/** The options of the module at this path take the place of those beside them. */
async function withModule(path, options) {
  if (path === undefined) return options;
  const { default: plugins, ...functions } = await import(resolve(path));
  return merged(
    { ...options, plugins: [...options.plugins, ...plugins.map((plugin) => onTables(plugin))] },
    functions,
  );
}

const isObject = (value) => typeof value === 'object' && value !== null;

function merged(options, functions) {
  const both = Object.entries(functions).map(([name, value]) => [
    name,
    isObject(value) && isObject(options[name]) ? merged(options[name], value) : value,
  ]);
  return { ...options, ...Object.fromEntries(both) };
}

/** The options with which the published Better Auth runs beside Gatehouse on the same database. */
export async function optionsFrom({
  DATABASE_URL,
  BETTER_AUTH_SECRET,
  BETTER_AUTH_URL,
  ORACLE_PASSWORD,
  ORACLE_OPTIONS,
  ORACLE_MAPPING,
  ORACLE_MODULE,
}) {
  const given = JSON.parse(ORACLE_OPTIONS ?? '{}');
  const { jwt: jwtOptions, bearer: bearerOptions, genericOAuth: generic, plugins, ...rest } = given;
  const options = withMailCallbacks(rest);
  const mapping = JSON.parse(ORACLE_MAPPING);
  return withModule(ORACLE_MODULE, {
    database: new pg.Pool({ connectionString: DATABASE_URL, max: 4 }),
    secret: BETTER_AUTH_SECRET,
    baseURL: BETTER_AUTH_URL,
    telemetry: { enabled: false },
    ...options,
    emailAndPassword: { enabled: true, password: PASSWORDS[ORACLE_PASSWORD], ...options.emailAndPassword },
    user: { ...mapping.user, ...options.user },
    session: { ...mapping.session, ...options.session },
    account: { ...mapping.account, ...options.account },
    verification: { ...mapping.verification, ...options.verification },
    rateLimit: { ...mapping.rateLimit, ...options.rateLimit },
    plugins: [
      bearer(bearerOptions),
      jwt({
        ...jwtOptions,
        jwks: { keyPairConfig: { alg: 'ES256' }, ...jwtOptions?.jwks },
        schema: { jwks: mapping.jwks },
      }),
      ...(generic ? [genericOAuth(generic)] : []),
      ...pluginsFrom(plugins ?? {}),
    ],
  });
}
