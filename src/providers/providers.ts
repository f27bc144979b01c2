import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import type { OidcProvider } from '../config/oidc-providers.js';
import { Logger } from '../logging/logger.js';
import { builtInProviders } from './built-in-providers.js';
import { PROVIDER_CALLS, observedProvider } from './observed-provider.js';
import { limitOutgoingRequests } from './outgoing-requests.js';
import { describeProviderFault } from './provider-fault.js';
import type { Provider } from './provider.js';
import { withTimeLimit } from './time-limit.js';

/** The configured providers by id. */
@Injectable()
export class Providers implements OnModuleInit {
  private readonly ready = new Map<string, Provider>();
  /** Discoveries that are running, by provider id, so that parallel requests share one. */
  private readonly discovering = new Map<string, Promise<Provider | undefined>>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly logger: Logger,
  ) {}

  /** Does not wait for discovery. If a provider is down, the server asks it again at the next sign-in with it. */
  async onModuleInit(): Promise<void> {
    limitOutgoingRequests();
    const { providers, unknown } = await builtInProviders(this.config.socialProviders);
    for (const id of unknown) {
      this.logger.warn(
        `${id.toUpperCase()}_CLIENT_ID has no effect because there is no built-in provider ${id}`,
      );
    }
    for (const provider of providers) this.add(provider);
    for (const { providerId } of this.config.oidcProviders) {
      if (this.ready.delete(providerId)) {
        this.logger.warn(`OIDC_PROVIDERS has a provider ${providerId}, which replaces the built-in one`);
      }
      void this.get(providerId);
    }
  }

  /** Undefined if the provider is not configured, or if its discovery document cannot be fetched. */
  async get(id: string): Promise<Provider | undefined> {
    const ready = this.ready.get(id);
    if (ready) return ready;
    const options = this.config.oidcProviders.find(({ providerId }) => providerId === id);
    if (!options) return undefined;
    const underWay = this.discovering.get(id) ?? this.discover(options);
    this.discovering.set(id, underWay);
    return underWay;
  }

  private async discover(options: OidcProvider): Promise<Provider | undefined> {
    const { providerId } = options;
    try {
      const [{ discover }, { genericProvider }] = await Promise.all([
        import('./discover.js'),
        import('./generic-provider.js'),
      ]);
      const discovered = await PROVIDER_CALLS.run({ provider: providerId, call: 'discovery' }, () =>
        discover(options, this.config.providerTimeout),
      );
      return this.add(genericProvider(this.withAbsoluteReturn(options), discovered));
    } catch (error) {
      this.logger.warn(`discovery of provider ${providerId} failed: ${describeProviderFault(error)}`);
      return undefined;
    } finally {
      this.discovering.delete(providerId);
    }
  }

  private withAbsoluteReturn(options: OidcProvider): OidcProvider {
    const { postLogoutRedirectURI: target } = options;
    return target ? { ...options, postLogoutRedirectURI: new URL(target, this.config.origin).href } : options;
  }

  private add(provider: Provider): Provider {
    const limited = observedProvider(withTimeLimit(provider, this.config.providerTimeout));
    this.ready.set(provider.id, limited);
    return limited;
  }
}
