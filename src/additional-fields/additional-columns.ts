import { Column, getMetadataArgsStorage } from 'typeorm';
import { FIELD_TYPES, type AdditionalField } from '../config/additional-fields.js';
import { StartupFault } from '../errors/startup-fault.js';

/** Fields added before. A second application in this process shares the entities, so it must not add them again. */
const added = new Map<new () => object, Set<string>>();

/**
 * Adds the configured fields to an entity as columns.
 * @throws {StartupFault} if a field has the name of one of our properties or columns.
 */
export function addColumns(entity: new () => object, fields: readonly AdditionalField[]): void {
  for (const field of fields) {
    if (field.builtIn) continue;
    const taken = getMetadataArgsStorage().columns.find(
      ({ target, propertyName, options }) =>
        target === entity && (propertyName === field.name || (options.name ?? propertyName) === field.column),
    );
    if (taken && added.get(entity)?.has(field.name)) continue;
    if (taken)
      throw new StartupFault(
        `The configured field "${field.name}" has the name of a built-in field or column. Choose another name or fieldName.`,
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
