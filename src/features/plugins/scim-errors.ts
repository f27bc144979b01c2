/** The form of errors in SCIM (RFC 7644 §3.12). */
export const SCHEMA_OF_ERRORS = 'urn:ietf:params:scim:api:messages:2.0:Error';
export const MEDIA_TYPE = 'application/scim+json';

/** @param types the values of `scimType`; undefined if nobody knows them */
export const scimErrorSchema = (status: string, types: readonly string[] | undefined): object => ({
  type: 'object',
  properties: {
    schemas: { type: 'array', items: { type: 'string', enum: [SCHEMA_OF_ERRORS] } },
    status: { type: 'string', enum: [status] },
    detail: { type: 'string' },
    ...(types?.length === 0 ? {} : { scimType: { type: 'string', ...(types ? { enum: [...types] } : {}) } }),
  },
  required: ['schemas', 'status'],
});
