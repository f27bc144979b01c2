import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { PasswordRules, type PasswordRule } from '../accounts/password-rules.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import type { PasswordRulesConfig } from '../config/password-settings.js';
import { badRequest, type AuthError } from '../errors/auth-error.js';
import { Logger } from '../logging/logger.js';

/** The service learns this many digits of 40, which thousands of passwords share. */
const PREFIX = 5;
/** Milliseconds after a failure in which no password waits for the service. */
const PAUSE = 30_000;
/** Characters. The service answers with about 40,000. */
const LONGEST_ANSWER = 1_000_000;

/**
 * Refuses passwords that are known from breaches, as Better Auth's plugin haveibeenpwned. Unlike the plugin, it accepts
 * every password if the service does not answer, because sign-ups must not depend on another service.
 */
@Injectable()
export class BreachRule implements PasswordRule {
  private readonly settings: PasswordRulesConfig;
  private pausedUntil = 0;

  constructor(
    rules: PasswordRules,
    @Inject(CONFIG) { password }: Config,
    private readonly logger: Logger,
  ) {
    this.settings = password.rules;
    if (this.settings.refuseBreached) rules.add(this);
  }

  async refuse(password: string): Promise<AuthError | undefined> {
    const digest = createHash('sha1').update(password).digest('hex').toUpperCase();
    const suffixes = await this.suffixesFor(digest.slice(0, PREFIX));
    return suffixes?.has(digest.slice(PREFIX)) ? badRequest('PASSWORD_COMPROMISED') : undefined;
  }

  /** Undefined if the service does not answer. */
  private async suffixesFor(prefix: string): Promise<ReadonlySet<string> | undefined> {
    if (Date.now() < this.pausedUntil) return undefined;
    try {
      const response = await fetch(this.settings.breachUrl + prefix, {
        // Padding hides from an eavesdropper which prefix was asked for.
        headers: { 'add-padding': 'true', 'user-agent': 'Gatehouse' },
        redirect: 'error',
        signal: AbortSignal.timeout(this.settings.breachTimeout * 1000),
      });
      const text = await response.text();
      if (!response.ok || text.length > LONGEST_ANSWER) throw new Error('not the answer of a range query');
      this.answersAgain();
      return breachedIn(text);
    } catch {
      this.pause();
      return undefined;
    }
  }

  private pause(): void {
    if (this.pausedUntil === 0) {
      this.logger.warn(
        'the service at PASSWORD_BREACH_URL does not answer, so new passwords are not checked for breaches until it ' +
          'does. To switch the check off: PASSWORD_BREACH_CHECK=false',
      );
    }
    this.pausedUntil = Date.now() + PAUSE;
  }

  private answersAgain(): void {
    if (this.pausedUntil > 0) this.logger.warn('the service at PASSWORD_BREACH_URL answers again');
    this.pausedUntil = 0;
  }
}

/** Lines `<35 digits>:<count>`. Padding has the count 0. */
function breachedIn(text: string): ReadonlySet<string> {
  const lines = text.matchAll(/^([0-9A-F]{35}):(\d+)\r?$/gim);
  return new Set(
    [...lines].flatMap(([, suffix = '', count]) => (Number(count) > 0 ? [suffix.toUpperCase()] : [])),
  );
}
