import type { FastifyReply } from 'fastify';
import { JsonText } from './json-text.js';

const unchanged = (text: string) => text;

/**
 * Marks the answer as JSON that is already text. Without this, Fastify adds a charset, which `application/json` does not
 * have (RFC 8259 §11) and the protocol does not send.
 */
export function asJson(reply: FastifyReply): FastifyReply {
  return reply.header('content-type', 'application/json').serializer(unchanged);
}

/** Marks the answer as JSON and returns its text. The text of `undefined` is `null`. */
export function jsonAnswer(reply: FastifyReply, answer: unknown): string {
  asJson(reply);
  return answer instanceof JsonText ? answer.text : JSON.stringify(answer ?? null);
}
