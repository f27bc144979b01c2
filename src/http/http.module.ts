import { Module, type Provider } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { cookieSettings } from '../config/cookie-settings.js';
import { openingSecrets } from '../config/keyring.js';
import { AccountCookie } from '../cookies/account-cookie.js';
import { SessionCookieWriter } from '../cookies/session-cookie-writer.js';
import { SessionDataCookie } from '../cookies/session-data-cookie.js';
import { ApiContributions } from '../openapi/api-contributions.js';
import { AddedHeaders } from './added-headers.js';
import { AnswerWriter } from './answer-writer.js';
import { ErrorReports } from './error-reports.js';
import { RequestMetrics } from './request-metrics.js';

/** The cookie classes do not know Nest or the configuration, so this module constructs them. */
const cookies: Provider[] = [
  {
    provide: AccountCookie,
    inject: [CONFIG],
    useFactory: (config: Config) => new AccountCookie(cookieSettings(config), openingSecrets(config)),
  },
  {
    provide: SessionDataCookie,
    inject: [CONFIG, AccountCookie],
    useFactory: (config: Config, account: AccountCookie) =>
      new SessionDataCookie(
        cookieSettings(config),
        openingSecrets(config),
        { ...config.session.cookieCache, ...config.functions.session?.cookieCache },
        account,
      ),
  },
  {
    provide: SessionCookieWriter,
    inject: [CONFIG, SessionDataCookie],
    useFactory: (config: Config, data: SessionDataCookie) =>
      new SessionCookieWriter(cookieSettings(config), openingSecrets(config), data),
  },
];

@Module({
  providers: [...cookies, AddedHeaders, AnswerWriter, ApiContributions, ErrorReports, RequestMetrics],
  exports: [
    AccountCookie,
    AddedHeaders,
    AnswerWriter,
    ApiContributions,
    ErrorReports,
    SessionCookieWriter,
    SessionDataCookie,
  ],
})
export class HttpModule {}
