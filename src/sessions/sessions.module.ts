import { Module } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { NoticesModule } from '../notices/notices.module.js';
import { UsersModule } from '../users/users.module.js';
import { ChangeListener } from './cache/change-listener.js';
import { SessionCache } from './cache/session-cache.js';
import { SessionCacheMetrics } from './cache/session-cache-metrics.js';
import { SessionReader } from './cache/session-reader.js';
import { ExpiredSessions } from './expired-sessions.js';
import { CurrentSessionController } from './current-session.controller.js';
import { Credentials } from './credentials.js';
import { CurrentSession } from './current/current-session.js';
import { Identify } from './current/identify.js';
import { LookUp } from './current/look-up.js';
import { Renew } from './current/renew.js';
import { Write } from './current/write.js';
import { SessionHeaders } from './session-headers.js';
import { LiveSession } from './live-session.js';
import { NewDeviceNotice } from './new-device-notice.js';
import { SessionDeletion } from './session-deletion.js';
import { Revocations } from './revocations.js';
import { SessionsController } from './sessions.controller.js';
import { SignInMetrics } from './sign-in-metrics.js';
import { SessionsStore } from './sessions.store.js';
import { Admission } from './admission.js';
import { BanGate } from './gates/ban.gate.js';
import { SessionGates } from './gates/session-gates.js';
import { CreateSession } from './use-cases/create-session.js';
import { GetSession } from './use-cases/get-session.js';
import { ListSessions } from './use-cases/list-sessions.js';
import { RevokeOtherSessions } from './use-cases/revoke-other-sessions.js';
import { RevokeSession } from './use-cases/revoke-session.js';
import { RevokeSessions } from './use-cases/revoke-sessions.js';
import { UpdateSession } from './use-cases/update-session.js';

@Module({
  imports: [HttpModule, NoticesModule, UsersModule],
  controllers: [CurrentSessionController, SessionsController],
  providers: [
    SessionDeletion,
    SessionsStore,
    SignInMetrics,
    ExpiredSessions,
    SessionCache,
    SessionCacheMetrics,
    ChangeListener,
    SessionReader,
    Credentials,
    Identify,
    LookUp,
    Renew,
    Write,
    CurrentSession,
    Admission,
    SessionHeaders,
    NewDeviceNotice,
    Revocations,
    SessionGates,
    BanGate,
    LiveSession,
    CreateSession,
    GetSession,
    ListSessions,
    RevokeOtherSessions,
    RevokeSession,
    RevokeSessions,
    UpdateSession,
  ],
  exports: [
    SessionGates,
    LiveSession,
    ChangeListener,
    Credentials,
    Admission,
    CurrentSession,
    Revocations,
    SessionHeaders,
    SessionsStore,
    SignInMetrics,
    CreateSession,
  ],
})
export class SessionsModule {}
