import { Module } from '@nestjs/common';
import { HttpModule } from '../http/http.module.js';
import { MailModule } from '../mail/mail.module.js';
import { NoticesModule } from '../notices/notices.module.js';
import { ProvidersModule } from '../providers/providers.module.js';
import { RateLimitsModule } from '../rate-limits/rate-limits.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { VerificationsModule } from '../verifications/verifications.module.js';
import { AccountCallbacks } from './account-callbacks.js';
import { AccountDeletion } from './account-deletion.js';
import { AccountRows } from './account-rows.js';
import { AccountRateLimits } from './account-rate-limits.js';
import { AccountsController } from './accounts.controller.js';
import { SelectedAccount } from './account-selection.js';
import { AccountsStore } from './accounts.store.js';
import { DeletionController } from './deletion.controller.js';
import { EmailChange } from './email-change.js';
import { AddressProofsStore } from './address-proofs.store.js';
import { EmailLinks } from './email-links.js';
import { EmailProof } from './email-proof.js';
import { EmailWriter } from './email-writer.js';
import { PasswordReset } from './password-reset.js';
import { EmailController } from './email.controller.js';
import { LinkedAccountsController } from './linked-accounts.controller.js';
import { AccountMails } from './mails/account-mails.js';
import { NewAccount } from './new-account.js';
import { PasswordCheck } from './password-check.js';
import { PasswordController } from './password.controller.js';
import { PasswordGates } from './password-gates.js';
import { PasswordMetrics } from './password-metrics.js';
import { PasswordProof } from './password-proof.js';
import { PasswordRules } from './password-rules.js';
import { Passwords } from './passwords.js';
import { PreRegistration } from './pre-registration.js';
import { SignUpMark } from './sign-up-mark.js';
import { ProviderAccountsStore } from './provider-accounts.store.js';
import { StoredHashes } from './stored-hashes.js';
import { TokenRefresh } from './token-refresh.js';
import { TokenRefreshesStore } from './token-refreshes.store.js';
import { TokenSeal } from './token-seal.js';
import { GetAccountInfo } from './use-cases/account-info.js';
import { ChangeEmail } from './use-cases/change-email.js';
import { ChangePassword } from './use-cases/change-password.js';
import { DeleteUserCallback } from './use-cases/delete-user-callback.js';
import { DeleteUser } from './use-cases/delete-user.js';
import { GetAccessToken } from './use-cases/get-access-token.js';
import { ListAccounts } from './use-cases/list-accounts.js';
import { RefreshToken } from './use-cases/refresh-token.js';
import { RequestPasswordReset } from './use-cases/request-password-reset.js';
import { ResetPasswordCallback } from './use-cases/reset-password-callback.js';
import { ResetPassword } from './use-cases/reset-password.js';
import { SendVerificationEmail } from './use-cases/send-verification-email.js';
import { SignInEmail } from './use-cases/sign-in-email.js';
import { SignUpEmail } from './use-cases/sign-up-email.js';
import { UnlinkAccount } from './use-cases/unlink-account.js';
import { VerifyEmail } from './use-cases/verify-email.js';
import { VerifyPassword } from './use-cases/verify-password.js';
import { ValidAccessToken } from './valid-access-token.js';

@Module({
  imports: [
    HttpModule,
    MailModule,
    NoticesModule,
    ProvidersModule,
    RateLimitsModule,
    SessionsModule,
    UsersModule,
    VerificationsModule,
  ],
  controllers: [
    AccountsController,
    PasswordController,
    EmailController,
    DeletionController,
    LinkedAccountsController,
  ],
  providers: [
    AccountCallbacks,
    AccountRows,
    AccountsStore,
    AccountMails,
    AccountRateLimits,
    ProviderAccountsStore,
    TokenSeal,
    PasswordProof,
    Passwords,
    PasswordMetrics,
    PasswordCheck,
    PasswordGates,
    PasswordRules,
    StoredHashes,
    EmailLinks,
    EmailWriter,
    AddressProofsStore,
    EmailProof,
    PasswordReset,
    PreRegistration,
    SignUpMark,
    NewAccount,
    EmailChange,
    AccountDeletion,
    SelectedAccount,
    TokenRefresh,
    TokenRefreshesStore,
    ValidAccessToken,
    ChangeEmail,
    ChangePassword,
    DeleteUser,
    DeleteUserCallback,
    GetAccessToken,
    GetAccountInfo,
    ListAccounts,
    RefreshToken,
    RequestPasswordReset,
    ResetPassword,
    ResetPasswordCallback,
    SendVerificationEmail,
    SignInEmail,
    SignUpEmail,
    UnlinkAccount,
    VerifyEmail,
    VerifyPassword,
  ],
  exports: [
    AccountCallbacks,
    AccountsStore,
    EmailLinks,
    EmailWriter,
    Passwords,
    PreRegistration,
    PasswordCheck,
    PasswordGates,
    PasswordRules,
    ProviderAccountsStore,
    SignInEmail,
    SignUpEmail,
  ],
})
export class AccountsModule {}
