import type { ModuleFunctions } from '../config/plugins/module-options.js';
import type { RateLimitRule } from './rate-limit-rules.js';
import type { RateLimitStore } from './rate-limit-store.js';

type Given = NonNullable<NonNullable<ModuleFunctions['rateLimit']>['customStorage']>;

/** The store of the module in `PLUGINS`, Better Auth's `rateLimit.customStorage`. */
export class GivenStore implements RateLimitStore {
  constructor(private readonly given: Given) {}

  async consume(key: string, rule: RateLimitRule): Promise<number | undefined> {
    const { allowed, retryAfter } = await this.given.consume(key, { ...rule });
    return allowed ? undefined : (retryAfter ?? rule.window);
  }
}
