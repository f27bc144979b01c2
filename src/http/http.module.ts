import { Module } from '@nestjs/common';
import { AccountDataCookie } from './account-data-cookie.js';
import { SessionCookieWriter } from './session-cookie-writer.js';
import { SessionDataCookie } from './session-data-cookie.js';

@Module({
  providers: [AccountDataCookie, SessionCookieWriter, SessionDataCookie],
  exports: [AccountDataCookie, SessionCookieWriter, SessionDataCookie],
})
export class HttpModule {}
