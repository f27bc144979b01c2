import { TOO_MANY_REQUESTS, internal } from '../errors/auth-error.js';
import { definitionOf, type NamedError } from '../errors/defined-errors.js';
import { ApiResponse, schemaPath } from '../openapi/decorators.js';
import { ErrorAnswer } from './error-answer.js';

/** The check comes before the route, so it is the same for all. */
export const LIMITED = ApiResponse({
  status: 429,
  description: 'Too many requests',
  headers: {
    'X-Retry-After': {
      description: 'Seconds after which the client may try again',
      schema: { type: 'integer' },
    },
  },
  content: {
    'application/json': { schema: { $ref: schemaPath(ErrorAnswer) }, example: TOO_MANY_REQUESTS },
  },
});

export const UNEXPECTED = ApiResponse({
  status: 500,
  description:
    'Unexpected error. The body is sent if `Accept` names `application/json`. The log has the reason under the `x-request-id` of the answer.',
  content: {
    'application/json': {
      schema: errorSchema(['INTERNAL_SERVER_ERROR'], true),
      example: internal('INTERNAL_SERVER_ERROR').body,
    },
  },
});

/** Describes all errors of one status. */
export function describeError(
  status: number,
  errors: readonly NamedError[],
  { messages, empty }: { messages: readonly string[]; empty: string | undefined },
) {
  const defined = errors.map(definitionOf);
  const lines = [
    ...defined.map(({ code, message }) => `\`${code}\`: ${message}`),
    ...messages,
    ...(empty === undefined ? [] : [`No body: ${empty}`]),
  ];
  return ApiResponse({
    status,
    description: lines.join('<br>'),
    content: {
      'application/json': {
        schema: errorSchema(
          defined.map(({ code }) => code),
          messages.length === 0,
        ),
        examples: Object.fromEntries([
          ...defined.map(({ code, message }) => [code, { value: { message, code } }]),
          ...messages.map((message) => [message, { value: { message } }]),
        ]),
      },
    },
  });
}

/**
 * The schema of the errors of one status.
 * @param always true if no error of this status lacks a code.
 */
export function errorSchema(codes: readonly string[], always: boolean) {
  const answer = { $ref: schemaPath(ErrorAnswer) };
  if (codes.length === 0) return answer;
  const properties = { code: { type: 'string', enum: [...codes] } };
  return { allOf: [answer, { type: 'object', properties, ...(always ? { required: ['code'] } : {}) }] };
}
