import { errorSchema } from '../../http/described-errors.js';
import type { ErrorsOfStatus } from './error-codes.js';
import { MEDIA_TYPE, scimErrorSchema } from './scim-errors.js';

/** The body of an error in OAuth (RFC 6749 §5.2). */
const oauthSchema = (names: readonly string[] | undefined) => ({
  type: 'object',
  properties: {
    error: { type: 'string', ...(names ? { enum: [...names] } : {}) },
    error_description: { type: 'string' },
  },
  required: ['error'],
});

/**
 * Describes the errors of one status. The schema lists the codes only if there can be no others, because generated types
 * come from it.
 * @param messages the texts of the codes, as far as they are known.
 */
export function describeErrors(
  status: string,
  { codes = [], names = [], scimTypes, bare = false, open = false }: ErrorsOfStatus,
  messages: ReadonlyMap<string, string>,
): object {
  const lines = [
    ...codes.map((code) => (messages.has(code) ? `\`${code}\`: ${messages.get(code)}` : `\`${code}\``)),
    ...names.map((name) => `\`error\` is \`${name}\``),
    ...(scimTypes ?? []).map((type) => `\`scimType\` is \`${type}\``),
    ...(bare ? ['Without a code'] : []),
    ...(open ? ['Other codes'] : []),
  ];
  const schemas = [
    ...(codes.length > 0 || bare || open ? [errorSchema(open ? [] : codes, !bare)] : []),
    ...(names.length > 0 ? [oauthSchema(open ? undefined : names)] : []),
  ];
  const [first] = schemas;
  const json = { schema: schemas.length === 1 ? first : { anyOf: schemas } };
  return {
    description: lines.join('<br>') || 'An error in the form of SCIM',
    content: {
      ...(first ? { 'application/json': json } : {}),
      ...(scimTypes
        ? { [MEDIA_TYPE]: { schema: scimErrorSchema(status, open ? undefined : scimTypes) } }
        : {}),
    },
  };
}
