import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { authPath } from '../http/auth-path.js';
import { countedIp, hasUndeclaredProxy } from '../http/client-ip.js';
import { webRequest } from '../http/web-request.js';
import { Logger } from '../logging/logger.js';
import { MemoryStore } from './memory-store.js';
import { RateLimitRules, type AppliedRule, type RateLimitRule } from './rate-limit-rules.js';
import { RateLimitStore } from './rate-limit-store.js';

/** Characters. Longer keys are hashed, because an index of PostgreSQL cannot contain long values. */
const LONGEST_KEY = 512;
/** The number of keys in memory for paths without a route. */
const UNKNOWN_PATHS = 10_000;

export interface LimitedRequest {
  readonly raw: IncomingMessage;
  /** As the client sent it. */
  readonly originalUrl: string;
  /** The path of the route as registered, with its parameters. Undefined if there is no route for the path and method. */
  readonly route: string | undefined;
}

/**
 * Decides whether a request below the base path is allowed, before the other steps
 * (src/http/protocol.md, "Order of a request"; src/rate-limits/protocol.md, "Rules").
 */
@Injectable()
export class RateLimiter {
  readonly enabled: boolean;
  /** Refused requests since the start of the process. */
  refusals = 0;
  /** Paths of all routes below the base path, for any method. */
  private readonly known = new Set<string>();
  /**
   * Counts for paths without a route. They are not in the shared store, because clients could fill it with invented
   * paths.
   */
  private readonly unknownPaths = new MemoryStore(UNKNOWN_PATHS);
  private warnedOfProxy = false;
  private readonly counted = new WeakSet<IncomingMessage>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly store: RateLimitStore,
    private readonly rules: RateLimitRules,
    private readonly logger: Logger,
  ) {
    this.enabled = config.rateLimit.enabled ?? config.production;
  }

  /** @param url the path of a route, as registered. */
  know(url: string): void {
    const path = authPath(url);
    if (path !== undefined) this.known.add(path);
  }

  /**
   * Counts a request once, even if this is called several times for it.
   * @returns undefined if the request is allowed, otherwise the seconds after which the client may try again.
   */
  async refuses({ raw, originalUrl, route }: LimitedRequest): Promise<number | undefined> {
    const { ipAddress } = this.config.advanced;
    if (this.counted.has(raw)) return undefined;
    const path = authPath(originalUrl);
    if (path === undefined || ipAddress.disableIpTracking) return undefined;
    const applied = this.rules.ruleFor(path, route && authPath(route));
    const rule = applied?.decide ? await this.decided(applied, raw, originalUrl) : applied?.rule;
    if (!applied || !rule) return undefined;
    this.warnOfProxy(raw.headers);
    const key = keyOf(`${countedIp(raw, ipAddress, this.config.nodeEnv)}|${applied.path}`);
    const hasRoute = route !== undefined || this.known.has(path);
    const retryAfter = await (hasRoute
      ? this.store.consume(key, rule)
      : this.unknownPaths.consume(key, rule));
    if (retryAfter === undefined) this.counted.add(raw);
    else this.refusals += 1;
    return retryAfter;
  }

  /** @returns undefined if the function of the module sets no limit. */
  private async decided(
    { rule, decide, isUnlimited }: AppliedRule,
    raw: IncomingMessage,
    url: string,
  ): Promise<RateLimitRule | undefined> {
    const named = await decide?.(webRequest(raw, url, this.config.origin), { ...rule });
    if (named === false) return undefined;
    if (named) this.rules.note(named);
    return named ?? (isUnlimited ? undefined : rule);
  }

  /** Warns once, because every request through such a proxy has the same fault. */
  private warnOfProxy(headers: IncomingHttpHeaders): void {
    if (this.warnedOfProxy || !hasUndeclaredProxy(headers, this.config.advanced.ipAddress)) return;
    this.warnedOfProxy = true;
    this.logger.warn(
      'requests come through a proxy that is not declared, so rate limits may count all its clients together. ' +
        'If the proxy sends the address of the client in a header other than X-Forwarded-For, name the header in ' +
        'ADVANCED_IP_ADDRESS_IP_ADDRESS_HEADERS. If there are several proxies, list them in ' +
        'ADVANCED_IP_ADDRESS_TRUSTED_PROXIES',
    );
  }
}

const keyOf = (key: string) =>
  key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('base64url');
