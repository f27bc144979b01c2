import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { HttpModule } from '../http/http.module.js';
import { NoticesModule } from '../notices/notices.module.js';
import { ProvidersModule } from '../providers/providers.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { VerificationsModule } from '../verifications/verifications.module.js';
import { Authorization } from './authorization.js';
import { CallbackCompletion } from './callback-completion.js';
import { CallbackErrors } from './callback-errors.js';
import { ExplicitLinking } from './explicit-linking.js';
import { IdentityAdmission } from './identity-admission.js';
import { ImplicitLinking } from './implicit-linking.js';
import { LinkCallback } from './link-callback.js';
import { OAuthState } from './oauth-state.js';
import { ProviderAnswer } from './provider-answer.js';
import { ProviderSignIn } from './provider-sign-in.js';
import { ProviderSignOut } from './provider-sign-out.js';
import { ProviderUser } from './provider-user.js';
import { SocialController } from './social.controller.js';
import { Callback } from './use-cases/callback.js';
import { LinkSocial } from './use-cases/link-social.js';
import { SignInSocial } from './use-cases/sign-in-social.js';
import { SignOut } from './use-cases/sign-out.js';

@Module({
  imports: [
    AccountsModule,
    HttpModule,
    NoticesModule,
    ProvidersModule,
    SessionsModule,
    UsersModule,
    VerificationsModule,
  ],
  controllers: [SocialController],
  providers: [
    Authorization,
    Callback,
    CallbackCompletion,
    CallbackErrors,
    ExplicitLinking,
    IdentityAdmission,
    ImplicitLinking,
    LinkCallback,
    LinkSocial,
    OAuthState,
    ProviderAnswer,
    ProviderSignIn,
    ProviderSignOut,
    ProviderUser,
    SignInSocial,
    SignOut,
  ],
})
export class SocialModule {}
