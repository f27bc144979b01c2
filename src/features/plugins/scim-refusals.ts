import type { onSendHookHandler } from 'fastify';
import { MEDIA_TYPE, SCHEMA_OF_ERRORS } from './scim-errors.js';

/** What this server refuses before the plugin does, by code, with the reason in SCIM. */
const REASONS: Readonly<Record<string, string | undefined>> = {
  VALIDATION_ERROR: 'invalidValue',
  BAD_REQUEST: 'invalidSyntax',
  PAYLOAD_TOO_LARGE: undefined,
  INTERNAL_SERVER_ERROR: undefined,
};

/** Directories read errors in the form of RFC 7644 §3.12 only. */
export const scimRefusals: onSendHookHandler = (_request, reply, payload, done) => {
  const type = String(reply.getHeader('content-type') ?? '');
  const text = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.toString() : '';
  if (reply.statusCode < 400 || !type.startsWith('application/json') || text === '')
    return done(null, payload);
  const { code = '', message } = JSON.parse(text) as { code?: string; message?: string };
  if (!Object.hasOwn(REASONS, code)) return done(null, payload);
  const scimType = REASONS[code];
  const error = {
    schemas: [SCHEMA_OF_ERRORS],
    status: String(reply.statusCode),
    detail: message,
    ...(scimType === undefined ? {} : { scimType }),
  };
  void reply.header('content-type', MEDIA_TYPE).removeHeader('content-length');
  return done(null, Buffer.from(JSON.stringify(error)));
};
