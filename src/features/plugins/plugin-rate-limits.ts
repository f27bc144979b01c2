import { Injectable } from '@nestjs/common';
import type { BetterAuthPlugin } from '@better-auth/core';
import { RateLimitRules } from '../../rate-limits/rate-limit-rules.js';

/** The rate limits that plugins declare. */
@Injectable()
export class PluginRateLimits {
  constructor(private readonly rules: RateLimitRules) {}

  add(plugins: readonly BetterAuthPlugin[]): void {
    for (const { rateLimit = [] } of plugins)
      for (const { pathMatcher, window, max } of rateLimit)
        this.rules.addMatching(pathMatcher, { window, max });
  }
}
