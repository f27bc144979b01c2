import { addColumns } from '../additional-fields/additional-columns.js';
import type { ConfiguredFields } from '../config/config.js';
import { SessionEntity } from '../sessions/session.entity.js';
import { UserEntity } from '../users/user.entity.js';
import type { Feature } from './feature.js';
import { FEATURES } from './features.js';

/**
 * The tables of all features, for the server and for the TypeORM CLI, with the configured fields.
 * @throws {StartupFault} if a configured field has a name that is taken.
 */
export function entitiesWith({ user, session }: ConfiguredFields, features: readonly Feature[] = FEATURES) {
  addColumns(UserEntity, user.additionalFields);
  addColumns(SessionEntity, session.additionalFields);
  return features.flatMap(({ entities = [] }) => entities);
}
