import { parseAdditionalInput, type AdditionalValues } from '../additional-fields/additional-input.js';
import type { AdditionalField } from '../config/additional-fields.js';
import type { ProviderProfile } from './provider-identity.js';

/**
 * The configured fields that a provider's profile has values for; those that clients may not set it may not either.
 * @throws {AuthError} 400 for a value that a field does not take, or that it lacks.
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
