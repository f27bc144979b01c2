import type { AdditionalField } from '../config/additional-fields.js';
import { columnType } from './additional-columns.js';
import type { AdditionalValues } from './additional-input.js';

/** The values of configured fields by column, as the driver takes them. */
export function additionalColumnValues(
  fields: readonly AdditionalField[],
  values: AdditionalValues,
): Record<string, unknown> {
  const given = fields.filter(({ name }) => values[name] !== undefined);
  return Object.fromEntries(given.map((field) => [field.column, encoded(field, values[field.name])]));
}

function encoded(field: AdditionalField, value: unknown): unknown {
  if (value === null) return null;
  const type = columnType(field);
  // The driver would write an array as PostgreSQL's own array type.
  if (type === 'jsonb') return JSON.stringify(value);
  // JavaScript reads more ways to write a date than PostgreSQL.
  return type === 'timestamptz' && typeof value === 'string' ? new Date(value) : value;
}
