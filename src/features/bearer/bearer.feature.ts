import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { cookieSettings } from '../../config/cookie-settings.js';
import { decodeCookieValue } from '../../cookies/decode-cookie-value.js';
import { cookieName } from '../../cookies/session-cookies.js';
import { AddedHeaders } from '../../http/added-headers.js';
import { HttpModule } from '../../http/http.module.js';
import { ApiContributions } from '../../openapi/api-contributions.js';
import { Credentials } from '../../sessions/credentials.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { BearerCredential } from './bearer-credential.js';

const HEADER = 'set-auth-token';

/**
 * For clients that keep the session token themselves instead of a cookie
 * (src/features/bearer/protocol.md, "Bearer token").
 */
@Module({ imports: [HttpModule, SessionsModule], providers: [BearerCredential] })
export class BearerFeature implements OnModuleInit {
  constructor(
    private readonly credentials: Credentials,
    private readonly bearer: BearerCredential,
    private readonly headers: AddedHeaders,
    private readonly api: ApiContributions,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.api.addBearer({
      name: 'sessionToken',
      format: 'session token',
      description: 'The `token` in the answer to signing up or signing in.',
    });
    this.credentials.add(this.bearer);
    const cookie = cookieName(cookieSettings(this.config), 'session_token');
    this.headers.add(HEADER, (jar) => {
      const token = jar.valueSet(cookie);
      return token === undefined ? undefined : { name: HEADER, value: decodeCookieValue(token) };
    });
  }
}
