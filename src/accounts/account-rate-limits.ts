import { Injectable } from '@nestjs/common';
import { RateLimitRules, type PathRule } from '../rate-limits/rate-limit-rules.js';

/** Limits guesses of passwords and of taken e-mails. Window in seconds. */
const GUESSING = { window: 10, max: 3 };
/** Limits the mails that one client can cause. Window in seconds. */
const MAILING = { window: 60, max: 3 };

/**
 * Better Auth's rules for routes of accounts, including routes that this server does not have
 * (src/rate-limits/protocol.md, "Rules").
 */
export const ACCOUNT_RATE_LIMITS: readonly PathRule[] = [
  { beginsWith: '/sign-in', ...GUESSING },
  { beginsWith: '/sign-up', ...GUESSING },
  { beginsWith: '/change-password', ...GUESSING },
  { beginsWith: '/change-email', ...GUESSING },
  { beginsWith: '/forget-password', ...MAILING },
  { path: '/request-password-reset', ...MAILING },
  { path: '/send-verification-email', ...MAILING },
  { path: '/email-otp/send-verification-otp', ...MAILING },
  { path: '/email-otp/request-password-reset', ...MAILING },
];

@Injectable()
export class AccountRateLimits {
  constructor(rules: RateLimitRules) {
    rules.add(ACCOUNT_RATE_LIMITS);
  }
}
