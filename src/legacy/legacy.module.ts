import { Module, type OnModuleInit } from '@nestjs/common';
import { Credentials } from '../sessions/credentials.js';
import { Revocations } from '../sessions/revocations.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { LegacyJwtCredential } from './legacy-jwt-credential.js';
import { LegacyJwtVerifier } from './legacy-jwt-verifier.js';
import { LegacyTokenExchange } from './legacy-token-exchange.js';
import { LegacyTokensStore } from './legacy-tokens.store.js';

/** Accepts JWTs of the legacy application until the switch-over ends. */
@Module({
  imports: [SessionsModule, UsersModule],
  providers: [LegacyJwtVerifier, LegacyTokensStore, LegacyTokenExchange, LegacyJwtCredential],
})
export class LegacyModule implements OnModuleInit {
  constructor(
    private readonly credentials: Credentials,
    private readonly jwt: LegacyJwtCredential,
    private readonly revocations: Revocations,
    private readonly tokens: LegacyTokensStore,
  ) {}

  onModuleInit(): void {
    this.credentials.add(this.jwt);
    this.revocations.add({ revoked: (userId) => this.tokens.revoke(userId) });
  }
}
