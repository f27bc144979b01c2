import type { PluginRoute } from './plugin-route.js';

/** Plugins that change nothing but rows. The others ask other servers, or are not known well enough. */
const PLUGINS: ReadonlySet<string> = new Set([
  'admin',
  'anonymous',
  'api-key',
  'device-authorization',
  'email-otp',
  'last-login-method',
  'magic-link',
  'multi-session',
  'one-time-token',
  'organization',
  'passkey',
  'phone-number',
  'two-factor',
  'username',
]);

/** Routes that send a message, which may take long. */
const SENDS = [
  /\/(send|request)-/,
  /^\/forget-password\//,
  /^\/sign-in\/(magic-link|phone-number)$/,
  /^\/organization\/invite-member$/,
];

/**
 * True if everything that a request for this route writes is one transaction. A transaction keeps a connection, so a route
 * that waits for another server has none.
 */
export const isAtomic = ({ plugin, path }: PluginRoute): boolean =>
  PLUGINS.has(plugin) && !SENDS.some((sends) => sends.test(path));
