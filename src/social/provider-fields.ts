import { parseAdditionalInput, type AdditionalValues } from '../additional-fields/additional-input.js';
import type { AdditionalField } from '../config/additional-fields.js';
import type { ProviderProfile } from './provider-identity.js';

/**
 * Reads the configured fields from a provider's profile, except the fields that clients may not set (`input: false`).
 * @throws {AuthError} 400 if a value is not allowed or a required one is missing.
 */
export function fieldsFrom(
  { rest }: ProviderProfile,
  fields: readonly AdditionalField[],
  action: 'create' | 'update',
): AdditionalValues {
  const closed = new Set(fields.filter(({ input }) => !input).map(({ name }) => name));
  const open = Object.fromEntries(Object.entries(rest).filter(([name]) => !closed.has(name)));
  return parseAdditionalInput(fields, open, action);
}
