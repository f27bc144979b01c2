import type { AuthContext } from '@better-auth/core';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { Providers } from '../../providers/providers.js';

type Entries = AuthContext['socialProviders'];

/**
 * Lets plugins find the providers of this server, for example to start a sign-in, or to refuse a provider of their own with
 * the id of one of these.
 */
@Injectable()
export class HostProviders {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly providers: Providers,
  ) {}

  /** Call this once for the context that the library copies for each request. */
  showIn(context: AuthContext): void {
    context.options.socialProviders = { ...this.config.socialProviders };
    Object.defineProperty(context, 'socialProviders', { get: () => this.entries(), enumerable: true });
  }

  private entries(): Entries {
    return [...this.providers.ids].map((id) => this.providers.ifReady(id) ?? this.discoverable(id));
  }

  /** The library also takes a function that returns the provider. Some plugins only read the id. */
  private discoverable(id: string): Entries[number] {
    const discover = async () => (await this.providers.get(id)) ?? { id: undefined };
    return Object.assign(discover, { id }) as unknown as Entries[number];
  }
}
