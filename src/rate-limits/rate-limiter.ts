import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { withDeadline } from '../concurrency/with-deadline.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { authPath } from '../http/auth-path.js';
import { clientIp } from '../http/client-ip.js';
import { Logger } from '../logging/logger.js';
import { MemoryStore } from './memory-store.js';
import { RateLimitRules, type RateLimitRule } from './rate-limit-rules.js';
import { RateLimitStore } from './rate-limit-store.js';

/** Who cannot be told apart is counted together; no limit would be an invitation to leave the header out. */
const UNKNOWN_CLIENT = 'no-trusted-ip';
/** Characters; a B-tree of PostgreSQL holds no long keys. */
const LONGEST_KEY = 512;
const UNKNOWN_PATHS = 10_000;
/** Milliseconds a request waits for the store, and after a failure all of them leave it alone. */
const PATIENCE = 1000;
const PAUSE = 1000;

export type LimitedRequest = Pick<FastifyRequest, 'raw' | 'headers' | 'originalUrl' | 'is404'>;

/** Decides over every request below the base path before anything else is done for it (protocol.md §4.1, §6). */
@Injectable()
export class RateLimiter {
  readonly enabled: boolean;
  /** Since the start. */
  refusals = 0;
  /** Since the start. */
  storeFailures = 0;
  /** Paths below the base path that a route has, by whichever method. */
  private readonly known = new Set<string>();
  /** Anybody can make up paths, so those without a route never fill a shared store. */
  private readonly unknownPaths = new MemoryStore(UNKNOWN_PATHS);
  /** Counts while the store is away: a store that fails neither locks everybody out nor lets everybody in. */
  private readonly standIn = new MemoryStore();
  private pausedUntil = 0;
  private readonly counted = new WeakSet<IncomingMessage>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly store: RateLimitStore,
    private readonly rules: RateLimitRules,
    private readonly logger: Logger,
  ) {
    this.enabled = config.rateLimit.enabled ?? config.production;
  }

  /** @param url of a route, as it is registered. */
  know(url: string): void {
    const path = authPath(url);
    if (path !== undefined) this.known.add(path);
  }

  /**
   * A request that may pass is counted once, however often it is asked about.
   * @returns undefined when the request may pass, else the seconds after which to try again.
   */
  async refuses(request: LimitedRequest): Promise<number | undefined> {
    const { ipAddress } = this.config.advanced;
    if (this.counted.has(request.raw)) return undefined;
    const path = authPath(request.originalUrl);
    if (path === undefined || ipAddress.disableIpTracking) return undefined;
    const applied = this.rules.ruleFor(path);
    if (!applied) return undefined;
    const ip = clientIp(request.headers, ipAddress, this.config.nodeEnv) || UNKNOWN_CLIENT;
    const key = keyOf(`${ip}|${applied.path}`);
    const hasRoute = !request.is404 || this.known.has(path);
    const retryAfter = await (hasRoute
      ? this.count(key, applied.rule)
      : this.unknownPaths.consume(key, applied.rule));
    if (retryAfter === undefined) this.counted.add(request.raw);
    else this.refusals += 1;
    return retryAfter;
  }

  private async count(key: string, rule: RateLimitRule): Promise<number | undefined> {
    if (Date.now() < this.pausedUntil) return this.standIn.consume(key, rule);
    try {
      const verdict = await withDeadline(
        PATIENCE,
        this.store.consume(key, rule),
        () => new Error('no answer in time'),
      );
      if (this.pausedUntil > 0) this.logger.warn('the rate-limit store answers again');
      this.pausedUntil = 0;
      return verdict;
    } catch {
      if (this.pausedUntil === 0) {
        this.logger.warn(
          'the rate-limit store does not answer; until it does, each process counts for itself',
        );
      }
      this.pausedUntil = Date.now() + PAUSE;
      this.storeFailures += 1;
      return this.standIn.consume(key, rule);
    }
  }
}

const keyOf = (key: string) =>
  key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('base64url');
