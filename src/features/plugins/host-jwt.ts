import type { BetterAuthPlugin } from '@better-auth/core';
import type { Config } from '../../config/config.js';
import { betterAuthMapping } from '../../database/better-auth-mapping.js';
import type { Tables } from '../../database/tables.js';
import { jwtOptions } from '../jwt/jwt-options.js';

/** Plugins that sign with the keys of the plugin `jwt`. */
const SIGNS: ReadonlySet<string> = new Set(['oauth-provider']);

export const needsJwt = (plugins: readonly BetterAuthPlugin[]): boolean =>
  plugins.some(({ id }) => SIGNS.has(id));

/**
 * The published plugin `jwt` with the options and the keys of this server, for plugins that ask the library for it. It has no
 * hooks, because this server sends `set-auth-jwt` itself. No request reaches its routes.
 */
export async function jwtOfThisServer(config: Config, tables: Tables): Promise<BetterAuthPlugin> {
  const { jwt } = await import('better-auth/plugins/jwt');
  const { jwt: own, jwks } = jwtOptions.of(config);
  const { alg, modulusLength } = jwks.keyPairConfig;
  const isRsa = alg === 'RS256' || alg === 'PS256';
  const plugin = jwt({
    jwt: {
      ...(own.issuer === undefined ? {} : { issuer: own.issuer }),
      ...(own.audience === undefined ? {} : { audience: own.audience }),
      expirationTime: own.expirationTime,
    },
    jwks: {
      keyPairConfig: (isRsa ? { alg, modulusLength } : { alg }) as { alg: 'ES256' },
      ...(jwks.rotationInterval === undefined ? {} : { rotationInterval: jwks.rotationInterval }),
      gracePeriod: jwks.gracePeriod,
    },
    schema: { jwks: betterAuthMapping(tables).jwks },
  });
  const { id, version, options, schema, endpoints } = plugin;
  return { id, version, options, schema, endpoints: { getJwks: endpoints.getJwks } };
}
