import type { AdditionalField } from '../config/additional-fields.js';
import { badRequest } from '../errors/auth-error.js';

/** Characters of a text, or of anything else as JSON: as many as a picture may have. */
const LONGEST_VALUE = 65_536;

/** Values by field name. */
export type AdditionalValues = Readonly<Record<string, unknown>>;

/**
 * Reads the configured fields from a client's request body
 * (src/additional-fields/protocol.md, "Input rules"). Ignores all other keys.
 * @throws {AuthError} 400 `FIELD_NOT_ALLOWED`, `VALIDATION_ERROR` or `MISSING_FIELD`.
 */
export function parseAdditionalInput(
  fields: readonly AdditionalField[],
  body: Readonly<Record<string, unknown>>,
  action: 'create' | 'update',
): AdditionalValues {
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    const given = Object.hasOwn(body, field.name) ? body[field.name] : undefined;
    const value = given === undefined ? absent(field, action) : present(field, given, action);
    if (value !== undefined) values[field.name] = value;
  }
  return values;
}

function present(field: AdditionalField, given: unknown, action: 'create' | 'update'): unknown {
  if (!field.input) {
    if (action === 'create' && field.defaultValue !== undefined) return defaultOf(field);
    if (given) throw badRequest('FIELD_NOT_ALLOWED', `${field.name} is not allowed to be set`);
    return undefined;
  }
  const problem = field.problem(given) ?? tooLong(field, given);
  if (problem !== undefined) throw badRequest('VALIDATION_ERROR', problem);
  return field.stored(given);
}

function tooLong({ name }: AdditionalField, given: unknown): string | undefined {
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  return text.length > LONGEST_VALUE
    ? `[body.${name}] Too big: expected at most ${LONGEST_VALUE} characters`
    : undefined;
}

function absent(field: AdditionalField, action: 'create' | 'update'): unknown {
  if (action === 'update') return undefined;
  if (field.defaultValue !== undefined) return defaultOf(field);
  if (field.required === true) throw badRequest('MISSING_FIELD', `${field.name} is required`);
  return undefined;
}

/** Default values for a row that no client sends values for, such as a new session. */
export function defaultValues(fields: readonly AdditionalField[]): AdditionalValues {
  const withDefault = fields.filter(({ defaultValue }) => defaultValue !== undefined);
  return Object.fromEntries(withDefault.map((field) => [field.name, defaultOf(field)]));
}

/** A default is a value, or a function that returns one. */
export function defaultOf({ defaultValue }: AdditionalField): unknown {
  return typeof defaultValue === 'function' ? (defaultValue as () => unknown)() : defaultValue;
}

/** Shared by all rows without additional fields, because otherwise each cached session would hold two empty objects. */
const NO_VALUES: AdditionalValues = Object.freeze({});

/**
 * The fields that the server returns to clients; `null` for those without a value
 * (src/http/protocol.md, "Fields of a user and a session").
 */
export function returnedValues(
  fields: readonly AdditionalField[],
  valueOf: (field: AdditionalField) => unknown,
): AdditionalValues {
  if (fields.length === 0) return NO_VALUES;
  return Object.fromEntries(
    fields.filter(({ returned }) => returned).map((field) => [field.name, valueOf(field) ?? null]),
  );
}
