import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Sweeper } from '../sweeping/sweeper.js';
import { RateLimitRules } from './rate-limit-rules.js';

/** Seconds. A better-auth server with the same table may have longer windows than this server. */
const KEEP_AT_LEAST = 3600;

/** Deletes counts that are older than the window of every rule. */
@Injectable()
export class OldCounts implements OnModuleInit {
  constructor(
    private readonly sweeper: Sweeper,
    private readonly rules: RateLimitRules,
  ) {}

  /** Runs after all owners have added their rules. */
  onModuleInit(): void {
    this.sweeper.add({
      table: 'rate_limits',
      condition: 'last_request < (extract(epoch from clock_timestamp()) * 1000)::bigint - $2::bigint',
      values: () => [Math.max(this.rules.longestWindow, KEEP_AT_LEAST) * 1000],
    });
  }
}
