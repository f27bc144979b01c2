import type { BetterAuthPlugin } from '@better-auth/core';
import { BASE_PATH, type Config } from '../../config/config.js';
import { jwtOptions } from '../jwt/jwt-options.js';

/**
 * The URLs at which clients look for the metadata of the plugin `oauth-provider` (RFC 8414 §3.1, OpenID Connect Discovery 1.0
 * §4). They are no endpoints of the plugin, which answers them before it looks for one.
 */
export function metadataPaths(plugins: readonly BetterAuthPlugin[], config: Config): string[] {
  if (!plugins.some(({ id }) => id === 'oauth-provider')) return [];
  const issuer = jwtOptions.of(config).jwt.issuer ?? `${config.origin}${BASE_PATH}`;
  const path = URL.canParse(issuer) ? new URL(issuer).pathname.replace(/\/$/, '') : BASE_PATH;
  const server = '/.well-known/oauth-authorization-server';
  return [...new Set([`${server}${path}`, `${path}${server}`, `${path}/.well-known/openid-configuration`])];
}
