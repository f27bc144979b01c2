import type { AdditionalField } from '../config/additional-fields.js';
import { defaultOf, type AdditionalValues } from './additional-input.js';

type Action = 'create' | 'update';

/**
 * The values as they are stored: with `onUpdate`, and changed by `transform.input`. It changes a client's value a second
 * time, and at a creation it is called without a value too, as in Better Auth.
 */
export function writtenValues(
  fields: readonly AdditionalField[],
  values: AdditionalValues,
  action: Action,
): AdditionalValues {
  const written: Record<string, unknown> = { ...values };
  for (const field of fields) {
    const { name, type, transform } = field;
    const filled = filledIn(field, values[name], action);
    const value = type === 'date' && typeof filled === 'string' ? new Date(filled) : filled;
    if (transform.input && (value !== undefined || action === 'create'))
      written[name] = atOnce(name, transform.input(value));
    else if (value !== undefined) written[name] = value;
  }
  return written;
}

/** The value as clients see it. */
export const readValue = ({ name, transform }: AdditionalField, stored: unknown): unknown =>
  transform.output ? atOnce(name, transform.output(stored ?? null)) : stored;

function filledIn(field: AdditionalField, value: unknown, action: Action): unknown {
  const isMissing = value === undefined || (action === 'create' && field.required === true && value === null);
  if (!isMissing) return value;
  const { onUpdate } = field;
  if (action === 'create') return field.defaultValue === undefined ? value : defaultOf(field);
  return typeof onUpdate === 'function' ? (onUpdate as () => unknown)() : onUpdate;
}

function atOnce(name: string, value: unknown): unknown {
  if (value instanceof Promise)
    throw new Error(`transform of the additional field ${name} returns a promise. It must return the value.`);
  return value;
}
