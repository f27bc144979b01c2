import type { SocialProviders } from '../config/social-providers.js';
import { StartupFault } from '../errors/startup-fault.js';
import type { Provider } from './provider.js';

export interface BuiltIn {
  readonly providers: readonly Provider[];
  /** Ids that the library does not know. */
  readonly unknown: readonly string[];
}

/**
 * The library is loaded only where one of its providers is configured.
 * @throws {StartupFault} when a provider lacks an option it cannot do without.
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
    throw new StartupFault(`The provider ${id} lacks an option: ${(error as Error).message}.`);
  }
}
