import { AccountEntity } from './accounts/account.entity.js';
import type { ConfiguredFields } from './config/config.js';
import { addColumns } from './additional-fields/additional-columns.js';
import { Jwk } from './features/jwt/jwk.entity.js';
import { QueuedMail } from './mail/mail.entity.js';
import { RateLimit } from './rate-limits/rate-limit.entity.js';
import { SessionEntity } from './sessions/session.entity.js';
import { UserEntity } from './users/user.entity.js';
import { Verification } from './verifications/verification.entity.js';

/**
 * Every table that is ours, for the server and for the TypeORM CLI, with the configured fields.
 * @throws {StartupFault} when a configured field has a name that is taken.
 */
export function entitiesWith({ user, session }: ConfiguredFields) {
  addColumns(UserEntity, user.additionalFields);
  addColumns(SessionEntity, session.additionalFields);
  return [UserEntity, SessionEntity, AccountEntity, Verification, Jwk, RateLimit, QueuedMail] as const;
}
