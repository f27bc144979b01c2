import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import type { Options } from '../config/options.js';
import type { RateLimitFunction } from '../config/plugins/module-options.js';
import { twinOf } from '../http/auth-path.js';
import { fitsPattern } from './path-glob.js';

export interface RateLimitRule {
  /** Seconds. */
  readonly window: number;
  /** Requests that are allowed in a window. */
  readonly max: number;
}

/** Seconds. Another instance may have been told of a long window. */
const DAY = 86_400;

/** A rule that a feature adds for its own paths. Paths are relative to the base path. */
export type PathRule = RateLimitRule & ({ readonly path: string } | { readonly beginsWith: string });

export interface AppliedRule {
  readonly rule: RateLimitRule;
  /** The path whose requests are counted together. */
  readonly path: string;
  /** Says which rule applies instead. */
  readonly decide?: RateLimitFunction;
  /** True if there is no limit unless `decide` names one. */
  readonly isUnlimited?: boolean;
}

/**
 * Finds the rule for a path: a configured one, else one of a feature, else the general one
 * (src/rate-limits/protocol.md, "Rules").
 */
@Injectable()
export class RateLimitRules {
  private readonly settings: Options['rateLimit'];
  private readonly functions: readonly (readonly [pattern: string, RateLimitFunction])[];
  private readonly exact = new Map<string, RateLimitRule>();
  private readonly prefixes = new Map<string, RateLimitRule>();
  private longestNoted = 0;
  private readonly matching: { readonly matches: (path: string) => boolean; readonly rule: RateLimitRule }[] =
    [];

  constructor(@Inject(CONFIG) { rateLimit, functions }: Pick<Config, 'rateLimit' | 'functions'>) {
    this.settings = rateLimit;
    this.functions = Object.entries(functions.rateLimit?.customRules ?? {});
  }

  /** @throws {Error} if the path or the prefix has a rule already. */
  add(rules: readonly PathRule[]): void {
    for (const { window, max, ...where } of rules) {
      const [known, path] = 'path' in where ? [this.exact, where.path] : [this.prefixes, where.beginsWith];
      if (known.has(path)) throw new Error(`There are two rate-limit rules for ${path}.`);
      known.set(path, { window, max });
    }
  }

  /** Adds a rule that comes before those of paths and prefixes. Of several, the first that matches counts. */
  addMatching(matches: (path: string) => boolean, rule: RateLimitRule): void {
    this.matching.push({ matches, rule });
  }

  /**
   * Returns the first configured rule that matches. If there is none, it returns the rule of the path, or else of its
   * longest prefix, or else the general rule. A function of the module that matches may replace the rule.
   * @param path relative to the base path.
   * @param route the path of the route as registered. If it has a parameter, such as the token in
   * `/reset-password/:token`, all values of the parameter share one count, because clients can invent values.
   * @returns undefined if the path is not limited.
   */
  ruleFor(path: string, route?: string): AppliedRule | undefined {
    const fixed = this.fixedRule(path);
    // Two routes that check the same password share one count, because two counts would allow twice as many guesses.
    const twin = fixed ? undefined : twinOf(path);
    if (twin !== undefined) return this.ruleFor(twin);
    const rule = fixed?.rule ?? this.unconfiguredRule(path);
    const counted = route?.includes(':') && fixed?.pattern !== path ? route : path;
    const decide = this.functions.find(([pattern]) => fitsPattern(path, pattern))?.[1];
    if (decide)
      return { rule: rule || this.unconfiguredRule(path), path: counted, decide, isUnlimited: !rule };
    return rule === false ? undefined : { rule, path: counted };
  }

  /** Remembers a window that a function of the module has named, because its counts must be kept for as long. */
  note({ window }: RateLimitRule): void {
    this.longestNoted = Math.max(this.longestNoted, window);
  }

  /** Seconds. No rule of this server needs an older count. */
  get longestWindow(): number {
    const configured = Object.values(this.settings.customRules);
    const matching = this.matching.map(({ rule }) => rule);
    const rules = [...configured, ...this.exact.values(), ...this.prefixes.values(), ...matching];
    return Math.max(
      this.settings.window,
      this.longestNoted,
      this.functions.length > 0 ? DAY : 0,
      ...rules.map((rule) => (rule === false ? 0 : rule.window)),
    );
  }

  private fixedRule(path: string): { rule: RateLimitRule | false; pattern: string } | undefined {
    const found = Object.entries(this.settings.customRules).find(([pattern]) => fitsPattern(path, pattern));
    return found && { pattern: found[0], rule: found[1] };
  }

  private unconfiguredRule(path: string): RateLimitRule {
    const { window, max } = this.settings;
    return this.ownersRule(path) ?? { window, max };
  }

  private ownersRule(path: string): RateLimitRule | undefined {
    const matching = this.matching.find(({ matches }) => matches(path));
    if (matching) return matching.rule;
    const exact = this.exact.get(path);
    if (exact) return exact;
    const [longest] = [...this.prefixes.keys()]
      .filter((prefix) => path.startsWith(prefix))
      .toSorted((a, b) => b.length - a.length);
    return longest === undefined ? undefined : this.prefixes.get(longest);
  }
}
