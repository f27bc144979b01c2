import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import type { Config } from '../../config/config.js';
import { CONFIG } from '../../config/config.module.js';
import { AccountsModule } from '../../accounts/accounts.module.js';
import { AddedHeaders } from '../../http/added-headers.js';
import { HttpModule } from '../../http/http.module.js';
import { ApiContributions } from '../../openapi/api-contributions.js';
import { Credentials } from '../../sessions/credentials.js';
import { SessionHeaders } from '../../sessions/session-headers.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { JwksController } from './jwks.controller.js';
import { JwtAuthenticator } from './jwt-authenticator.js';
import { JwtCredential } from './jwt-credential.js';
import { JwtIssuer } from './jwt-issuer.js';
import { jwtOptions } from './jwt-options.js';
import { JwtStrategy } from './jwt.strategy.js';
import { Login } from './login.js';
import { JwtPasswordController } from './password.controller.js';
import { Register } from './register.js';
import { SET_AUTH_JWT, SetAuthJwt } from './set-auth-jwt.js';
import { SigningKeysModule } from './signing-keys.module.js';
import { TokenController } from './token.controller.js';

/** For clients and services that keep a JWT instead of a cookie (src/features/jwt/protocol.md, "Keys"). */
@Module({
  imports: [
    AccountsModule,
    HttpModule,
    SessionsModule,
    SigningKeysModule,
    JwtModule.register({}),
    PassportModule,
  ],
  controllers: [JwksController, JwtPasswordController, TokenController],
  providers: [JwtStrategy, JwtAuthenticator, JwtCredential, JwtIssuer, Login, Register, SetAuthJwt],
})
export class JwtFeature implements OnModuleInit {
  constructor(
    private readonly credentials: Credentials,
    private readonly credential: JwtCredential,
    private readonly headers: AddedHeaders,
    private readonly api: ApiContributions,
    private readonly sessionHeaders: SessionHeaders,
    private readonly setAuthJwt: SetAuthJwt,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.api.addBearer({
      name: 'jwt',
      format: 'JWT',
      description: 'The `accessToken` of `login` or `register`, or the `token` of `GET /api/auth/token`.',
    });
    this.api.addTag({ name: 'JWT', description: 'Tokens that others can verify' });
    this.credentials.add(this.credential);
    this.headers.declare(SET_AUTH_JWT);
    if (!jwtOptions.of(this.config).disableSettingJwtHeader) this.sessionHeaders.add(this.setAuthJwt);
  }
}
