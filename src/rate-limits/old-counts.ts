import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Sweeper } from '../sweeping/sweeper.js';
import { RateLimitRules } from './rate-limit-rules.js';

/** Seconds; a better-auth server that uses the same table may have longer windows. */
const KEEP_AT_LEAST = 3600;

/** Counts of requests are removed when no rule looks at them any more. */
@Injectable()
export class OldCounts implements OnModuleInit {
  constructor(
    private readonly sweeper: Sweeper,
    private readonly rules: RateLimitRules,
  ) {}

  /** When every owner has added its rules. */
  onModuleInit(): void {
    this.sweeper.add({
      table: 'rate_limits',
      condition: 'last_request < (extract(epoch from clock_timestamp()) * 1000)::bigint - $2::bigint',
      values: [Math.max(this.rules.longestWindow, KEEP_AT_LEAST) * 1000],
    });
  }
}
