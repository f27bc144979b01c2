import type { ConfiguredFields } from '../config/configured-fields.js';
import type { Environment } from '../config/environment.js';
import type { Entities } from '../database/connect.js';

/**
 * The classes of the tables, if a command needs them. They are not always loaded, because they bring all features along and
 * take a second of processor time.
 * @param compares true if the command compares the classes with the database. They are needed without that too if fields are
 * configured, because only the classes tell whether the name of a field is taken.
 */
export async function tableClasses(
  environment: Environment,
  compares: boolean,
): Promise<((fields: ConfiguredFields) => Entities) | undefined> {
  const { USER_ADDITIONAL_FIELDS, SESSION_ADDITIONAL_FIELDS, PLUGINS } = environment;
  if (!compares && !USER_ADDITIONAL_FIELDS && !SESSION_ADDITIONAL_FIELDS && !PLUGINS) return undefined;
  const { entitiesWith } = await import('../assembly/entities.js');
  return (fields) => [
    ...entitiesWith(fields),
    ...(fields.extensions ?? []).flatMap(({ entities = [] }) => entities),
  ];
}
