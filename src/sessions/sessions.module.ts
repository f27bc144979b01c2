import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { PassportModule } from '@nestjs/passport';
import { HttpModule } from '../http/http.module.js';
import { JwksModule } from '../jwks/jwks.module.js';
import { UsersModule } from '../users/users.module.js';
import { ChangeListener } from './cache/change-listener.js';
import { SessionCache } from './cache/session-cache.js';
import { SessionCacheMetrics } from './cache/session-cache-metrics.js';
import { SessionReader } from './cache/session-reader.js';
import { CurrentSessionController } from './current-session.controller.js';
import { ExpiredSessions } from './expired-sessions.js';
import { JwtAuthenticator } from './jwt-authenticator.js';
import { JwtIssuer } from './jwt-issuer.js';
import { JwtStrategy } from './jwt.strategy.js';
import { LegacyJwtVerifier } from './legacy-jwt-verifier.js';
import { LegacyTokenExchange } from './legacy-token-exchange.js';
import { LegacyTokensStore } from './legacy-tokens.store.js';
import { SessionResolver } from './session-resolver.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsStore } from './sessions.store.js';
import { BanGate } from './gates/ban.gate.js';
import { SessionGates } from './gates/session-gates.js';
import { CreateSession } from './use-cases/create-session.js';
import { GetSession } from './use-cases/get-session.js';
import { IssueToken } from './use-cases/issue-token.js';
import { ListSessions } from './use-cases/list-sessions.js';
import { RevokeOtherSessions } from './use-cases/revoke-other-sessions.js';
import { RevokeSession } from './use-cases/revoke-session.js';
import { RevokeSessions } from './use-cases/revoke-sessions.js';
import { UpdateSession } from './use-cases/update-session.js';

@Module({
  imports: [HttpModule, JwksModule, JwtModule.register({}), PassportModule, UsersModule],
  controllers: [CurrentSessionController, SessionsController],
  providers: [
    SessionsStore,
    ExpiredSessions,
    SessionCache,
    SessionCacheMetrics,
    ChangeListener,
    SessionReader,
    SessionResolver,
    JwtStrategy,
    JwtAuthenticator,
    JwtIssuer,
    LegacyJwtVerifier,
    LegacyTokensStore,
    LegacyTokenExchange,
    SessionGates,
    BanGate,
    CreateSession,
    GetSession,
    IssueToken,
    ListSessions,
    RevokeOtherSessions,
    RevokeSession,
    RevokeSessions,
    UpdateSession,
  ],
  exports: [SessionGates, ChangeListener, SessionResolver, SessionsStore, CreateSession, JwtIssuer],
})
export class SessionsModule {}
