import type { AdditionalField } from '../config/additional-fields.js';
import { readValue } from './field-code.js';
import { returnedValues, type AdditionalValues } from './additional-input.js';

/** SQL that adds the configured fields to a select list, with a comma before each. Rows have them as `<alias>:<field>`. */
export function selectAdditional(alias: string, fields: readonly AdditionalField[]): string {
  return fields
    .filter(({ returned }) => returned)
    .map(({ column, name }) => `,\n       ${alias}."${column}" as "${alias}:${name}"`)
    .join('');
}

/** Reads the fields that `selectAdditional` added to a row. */
export function additionalOf(
  alias: string,
  fields: readonly AdditionalField[],
  row: object,
): AdditionalValues {
  const values = row as Readonly<Record<string, unknown>>;
  return returnedValues(fields, (field) => readValue(field, values[`${alias}:${field.name}`]));
}
