import type { SocialProviders } from '../config/social-providers.js';
import { StartupFault } from '../errors/startup-fault.js';
import type { Provider } from './provider.js';

export interface BuiltIn {
  readonly providers: readonly Provider[];
  /** Ids for which `@better-auth/core` has no provider. */
  readonly unknown: readonly string[];
}

/**
 * Loads `@better-auth/core/social-providers` only if at least one provider is configured.
 * @throws {StartupFault} if a provider lacks a required option.
 */
export async function builtInProviders(configured: SocialProviders): Promise<BuiltIn> {
  const entries = Object.entries(configured);
  if (entries.length === 0) return { providers: [], unknown: [] };
  const { socialProviders } = await import('@better-auth/core/social-providers');
  const known = new Map(Object.entries(socialProviders)) as ReadonlyMap<string, Factory>;
  const providers: Provider[] = [];
  const unknown: string[] = [];
  for (const [id, options] of entries) {
    const create = known.get(id);
    if (create) providers.push(built(id, create, options));
    else unknown.push(id);
  }
  return { providers, unknown };
}

type Factory = (options: unknown) => Provider;

function built(id: string, create: Factory, options: SocialProviders[string]): Provider {
  try {
    const provider = create(options);
    return { ...provider, disableImplicitSignUp: options['disableImplicitSignUp'] === true };
  } catch (error) {
    throw new StartupFault(`Provider ${id} lacks a required option: ${(error as Error).message}.`);
  }
}
