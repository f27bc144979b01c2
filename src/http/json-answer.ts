import type { FastifyReply } from 'fastify';
import { JsonText } from './json-text.js';

const asItIs = (text: string) => text;

/**
 * Marks the answer as JSON text that is already written. Left to itself Fastify would add a charset, which
 * `application/json` does not have (RFC 8259 §11) and the protocol does not send.
 */
export function asJson(reply: FastifyReply): FastifyReply {
  return reply.header('content-type', 'application/json').serializer(asItIs);
}

/** The text of an answer that is marked as JSON, `null` for one that is nothing. */
export function jsonAnswer(reply: FastifyReply, answer: unknown): string {
  asJson(reply);
  return answer instanceof JsonText ? answer.text : JSON.stringify(answer ?? null);
}
