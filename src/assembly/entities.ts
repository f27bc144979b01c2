import { addColumns } from '../additional-fields/additional-columns.js';
import type { ConfiguredFields } from '../config/configured-fields.js';
import { SessionEntity } from '../sessions/session.entity.js';
import { UserEntity } from '../users/user.entity.js';
import type { Feature } from './feature.js';
import { FEATURES } from './features.js';

/**
 * Returns the entities of all features with the configured fields, for the server and for the TypeORM CLI.
 * @throws {StartupFault} if the name of a configured field is already taken.
 */
export function entitiesWith({ user, session }: ConfiguredFields, features: readonly Feature[] = FEATURES) {
  addColumns(UserEntity, user.additionalFields);
  addColumns(SessionEntity, session.additionalFields);
  return features.flatMap(({ entities = [] }) => entities);
}
