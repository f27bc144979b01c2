import type { Options } from '../config/options.js';
import { twinOf } from '../http/auth-path.js';
import { fitsPattern } from './path-glob.js';

export interface RateLimitRule {
  /** Seconds. */
  readonly window: number;
  /** Requests that are let through in a window. */
  readonly max: number;
}

export interface AppliedRule {
  readonly rule: RateLimitRule;
  /** The path whose requests are counted together. */
  readonly path: string;
}

type Settings = Options['rateLimit'];

const GUESSING: RateLimitRule = { window: 10, max: 3 };
const MAILING: RateLimitRule = { window: 60, max: 3 };

const GUESSING_PREFIXES = ['/sign-in', '/sign-up', '/change-password', '/change-email'];
const MAILING_PREFIXES = ['/forget-password'];
const MAILING_PATHS = new Set([
  '/request-password-reset',
  '/send-verification-email',
  '/email-otp/send-verification-otp',
  '/email-otp/request-password-reset',
]);

/**
 * The built-in rule, in place of it the first configured one that fits (protocol.md §6).
 * @param path below the base path.
 * @returns undefined when the path is not limited.
 */
export function ruleFor(path: string, settings: Settings): AppliedRule | undefined {
  const own = configuredRule(path, settings);
  if (own !== undefined) return own === false ? undefined : { rule: own, path };
  // Two ways to the same password are one bucket, or there would be twice as many guesses.
  const twin = twinOf(path);
  if (twin !== undefined) return ruleFor(twin, settings);
  return { rule: builtInRule(path) ?? { window: settings.window, max: settings.max }, path };
}

function configuredRule(path: string, { customRules }: Settings): RateLimitRule | false | undefined {
  const pattern = Object.keys(customRules).find((candidate) => fitsPattern(path, candidate));
  return pattern === undefined ? undefined : customRules[pattern];
}

function builtInRule(path: string): RateLimitRule | undefined {
  const beginsWith = (prefix: string) => path.startsWith(prefix);
  if (GUESSING_PREFIXES.some(beginsWith)) return GUESSING;
  return MAILING_PATHS.has(path) || MAILING_PREFIXES.some(beginsWith) ? MAILING : undefined;
}

/** Seconds after which no rule here looks at a count any more. */
export function longestWindow({ window, customRules }: Settings): number {
  const configured = Object.values(customRules).map((rule) => (rule === false ? 0 : rule.window));
  return Math.max(window, GUESSING.window, MAILING.window, ...configured);
}
