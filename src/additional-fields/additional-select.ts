import type { AdditionalField } from '../config/additional-fields.js';
import { returnedValues, type AdditionalValues } from './additional-input.js';

/** The configured fields in a select list, with the comma before them; they come back under `<alias>:<field>`. */
export function selectAdditional(alias: string, fields: readonly AdditionalField[]): string {
  return fields
    .filter(({ returned }) => returned)
    .map(({ column, name }) => `,\n       ${alias}."${column}" as "${alias}:${name}"`)
    .join('');
}

export function additionalOf(
  alias: string,
  fields: readonly AdditionalField[],
  row: object,
): AdditionalValues {
  const values = row as Readonly<Record<string, unknown>>;
  return returnedValues(fields, ({ name }) => values[`${alias}:${name}`]);
}
