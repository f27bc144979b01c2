import { Injectable } from '@nestjs/common';
import { RateLimitRules } from '../rate-limits/rate-limit-rules.js';

/** Against guessing passwords and taken e-mails. */
const GUESSING = { window: 10, max: 3 };
/** Against flooding somebody with mails. */
const MAILING = { window: 60, max: 3 };

/** Better Auth's rules for the routes of accounts, and for those of its own that clients may call in vain (protocol.md §6). */
@Injectable()
export class AccountRateLimits {
  constructor(rules: RateLimitRules) {
    rules.add([
      { beginsWith: '/sign-in', ...GUESSING },
      { beginsWith: '/sign-up', ...GUESSING },
      { beginsWith: '/change-password', ...GUESSING },
      { beginsWith: '/change-email', ...GUESSING },
      { beginsWith: '/forget-password', ...MAILING },
      { path: '/request-password-reset', ...MAILING },
      { path: '/send-verification-email', ...MAILING },
      { path: '/email-otp/send-verification-otp', ...MAILING },
      { path: '/email-otp/request-password-reset', ...MAILING },
    ]);
  }
}
