import { AccountsModule } from '../accounts/accounts.module.js';
import { AccountEntity } from '../accounts/account.entity.js';
import { SIGNED_UP } from '../accounts/sign-up-mark.js';
import { bearerOptions } from '../features/bearer/bearer-options.js';
import { AuditTrailModule } from '../audit-trail/audit-trail.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { BearerFeature } from '../features/bearer/bearer.feature.js';
import { Jwk } from '../features/jwt/jwk.entity.js';
import { jwtOptions } from '../features/jwt/jwt-options.js';
import { JwtFeature } from '../features/jwt/jwt.feature.js';
import { LegacyModule } from '../legacy/legacy.module.js';
import { LockoutModule } from '../lockout/lockout.module.js';
import { QueuedMail } from '../mail/mail.entity.js';
import { MailModule } from '../mail/mail.module.js';
import { NoticesModule } from '../notices/notices.module.js';
import { PagesModule } from '../pages/pages.module.js';
import { PasswordRulesModule } from '../password-rules/password-rules.module.js';
import { RateLimit } from '../rate-limits/rate-limit.entity.js';
import { RateLimitsModule } from '../rate-limits/rate-limits.module.js';
import { SessionEntity } from '../sessions/session.entity.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { SocialModule } from '../social/social.module.js';
import { OAUTH_STATE, STATE } from '../social/state-cookies.js';
import { UserEntity } from '../users/user.entity.js';
import { UsersModule } from '../users/users.module.js';
import { Verification } from '../verifications/verification.entity.js';
import { WebhooksModule } from '../webhooks/webhooks.module.js';
import { VerificationsModule } from '../verifications/verifications.module.js';
import type { Config } from '../config/config.js';
import type { Feature } from './feature.js';

/**
 * The features of the application. A new feature is one folder and one line here. The order counts: the server reads
 * credentials and adds headers in this order.
 */
export const FEATURES: readonly Feature[] = [
  { module: RateLimitsModule, entities: [RateLimit] },
  { module: PagesModule },
  { module: AuditModule },
  { module: MailModule, entities: [QueuedMail] },
  { module: VerificationsModule, entities: [Verification] },
  { module: UsersModule, entities: [UserEntity] },
  { module: NoticesModule },
  { module: SessionsModule, entities: [SessionEntity] },
  { module: AccountsModule, entities: [AccountEntity], cookies: [SIGNED_UP] },
  { module: LockoutModule },
  { module: PasswordRulesModule },
  { module: SocialModule, cookies: [STATE, OAUTH_STATE] },
  { module: BearerFeature, optionTables: [bearerOptions] },
  { module: JwtFeature, entities: [Jwk], optionTables: [jwtOptions] },
  { module: WebhooksModule },
  { module: AuditTrailModule },
  { module: LegacyModule },
];

/** The features of a configuration. The host of Better Auth's plugins is loaded only if there are plugins. */
export async function featuresOf(
  { plugins, extensions }: Config,
  features: readonly Feature[] = FEATURES,
): Promise<readonly Feature[]> {
  if (!plugins) return [...features, ...extensions];
  const { installPlugins, PluginsFeature } = await import('../features/plugins/plugins.feature.js');
  return [...features, { module: PluginsFeature, install: installPlugins }, ...extensions];
}
