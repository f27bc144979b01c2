import { Column, getMetadataArgsStorage } from 'typeorm';
import { FIELD_TYPES, type AdditionalField } from '../config/additional-fields.js';
import { StartupFault } from '../errors/startup-fault.js';

/** What a second application in this process finds done. */
const added = new Map<new () => object, Set<string>>();

/**
 * Adds the configured fields to an entity, as if they were written there.
 * @throws {StartupFault} when a field has the name of a property or column that is ours.
 */
export function addColumns(entity: new () => object, fields: readonly AdditionalField[]): void {
  for (const field of fields) {
    const taken = getMetadataArgsStorage().columns.find(
      ({ target, propertyName, options }) =>
        target === entity && (propertyName === field.name || (options.name ?? propertyName) === field.column),
    );
    if (taken && added.get(entity)?.has(field.name)) continue;
    if (taken)
      throw new StartupFault(
        `The configured field "${field.name}" has a name that is taken: choose another.`,
      );
    Column({
      name: field.column,
      type: columnType(field),
      nullable: field.required === false,
    })(entity.prototype as object, field.name);
    added.set(entity, (added.get(entity) ?? new Set()).add(field.name));
  }
}

export function columnType({ type, bigint }: AdditionalField) {
  if (typeof type !== 'string') return FIELD_TYPES.string;
  return type === 'number' && bigint ? 'bigint' : FIELD_TYPES[type];
}
