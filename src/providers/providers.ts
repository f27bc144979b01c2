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
import { publishedProvider } from './published-provider.js';
import { askWithin, withTimeLimit } from './time-limit.js';

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
    const { oidcProviders, plugins } = this.config;
    const ids = (configured: readonly { providerId: string }[]) => configured.map((one) => one.providerId);
    this.startAll('OIDC_PROVIDERS', ids(oidcProviders));
    this.startAll('The module in PLUGINS', ids(plugins?.builtIn.providers ?? []));
  }

  /** Undefined if the provider is not configured, or if its discovery document cannot be fetched. */
  async get(id: string): Promise<Provider | undefined> {
    const ready = this.ready.get(id);
    if (ready) return ready;
    const make = this.makerOf(id);
    if (!make) return undefined;
    const underWay = this.discovering.get(id) ?? this.discover(id, make);
    this.discovering.set(id, underWay);
    return underWay;
  }

  /** The ids of all configured providers, whether discovered or not. */
  get ids(): ReadonlySet<string> {
    const { oidcProviders, plugins } = this.config;
    const configured = [...oidcProviders, ...(plugins?.builtIn.providers ?? [])];
    return new Set([...this.ready.keys(), ...configured.map(({ providerId }) => providerId)]);
  }

  /** Undefined if the provider is not configured, or not discovered yet. */
  ifReady(id: string): Provider | undefined {
    return this.ready.get(id);
  }

  private startAll(where: string, ids: readonly string[]): void {
    for (const id of ids) {
      if (this.ready.delete(id))
        this.logger.warn(`${where} has a provider ${id}, which replaces the built-in one`);
      void this.get(id);
    }
  }

  /** How to make a provider that is not built in. */
  private makerOf(id: string): (() => Promise<Provider>) | undefined {
    const { oidcProviders, plugins, origin, providerTimeout } = this.config;
    const options = oidcProviders.find(({ providerId }) => providerId === id);
    if (options) return () => this.generic(options);
    const published = plugins?.builtIn.providers.find(({ providerId }) => providerId === id);
    const { logger } = this;
    return (
      published && (() => askWithin(providerTimeout, () => publishedProvider(published, { origin, logger })))
    );
  }

  private async generic(options: OidcProvider): Promise<Provider> {
    const [{ discover }, { genericProvider }] = await Promise.all([
      import('./discover.js'),
      import('./generic-provider.js'),
    ]);
    return genericProvider(
      this.withAbsoluteReturn(options),
      await discover(options, this.config.providerTimeout),
    );
  }

  private async discover(id: string, make: () => Promise<Provider>): Promise<Provider | undefined> {
    try {
      return this.add(await PROVIDER_CALLS.run({ provider: id, call: 'discovery' }, make));
    } catch (error) {
      this.logger.warn(`discovery of provider ${id} failed: ${describeProviderFault(error)}`);
      return undefined;
    } finally {
      this.discovering.delete(id);
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
