import type { AuthContext, BetterAuthPlugin } from '@better-auth/core';
import type { GenericOAuthConfig } from 'better-auth/plugins';
import { BASE_PATH } from '../config/config.js';
import type { Logger } from '../logging/logger.js';
import type { Provider } from './provider.js';

/**
 * A provider as the published plugin `generic-oauth` makes it, with the functions in its options.
 * @throws {Error} if the plugin cannot make it, for example because the provider does not answer.
 */
export async function publishedProvider(
  config: GenericOAuthConfig,
  { origin, logger }: { readonly origin: string; readonly logger: Logger },
): Promise<Provider> {
  const { genericOAuth } = await import('better-auth/plugins/generic-oauth');
  const reasons: string[] = [];
  const log = {
    // The messages of the plugin name the provider and what its discovery lacks.
    error: (message: string) => void reasons.push(message),
    warn: () => logger.warn(`generic-oauth warns about the provider ${config.providerId}`),
  };
  const plugin: BetterAuthPlugin = genericOAuth({ config: [config] });
  const context = { socialProviders: [], baseURL: `${origin}${BASE_PATH}`, logger: log };
  const made = await plugin.init?.(context as unknown as AuthContext);
  const { socialProviders: [provider] = [] } = (made?.context ?? {}) as Partial<AuthContext>;
  if (!provider) throw new Error(reasons.join(' '));
  return provider;
}
