import type { onSendHookHandler } from 'fastify';

/** Takes the permission to repeat an answer back if somebody changed its body. Runs after everybody who might. */
export const forgetChangedBodies: onSendHookHandler = (request, _reply, payload, done) => {
  if (request.repeatable && payload !== request.repeatable.answer.text) request.repeatable = undefined;
  done(null, payload);
};
