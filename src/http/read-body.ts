import type { IncomingMessage } from 'node:http';
import { badRequest, payloadTooLarge } from '../errors/auth-error.js';

/** Bytes. */
const FIRST_SIZE = 1024;
/** Bytes of a refused body that the server still reads. Then it closes the connection. */
const MOST_DISCARDED = 16 * 1024 * 1024;

/**
 * Reads a body into one buffer that grows. A list of the chunks, or a text that grows with each of them, would need up
 * to 200 times as much memory for a body that comes in chunks of one byte.
 * @param limit bytes.
 * @param done gets the text, an {AuthError} 413, or 400 if the client closed the connection before the end. It is called once.
 */
export function readBody(
  message: IncomingMessage,
  limit: number,
  done: (error: Error | undefined, text: string) => void,
): void {
  if (Number(message.headers['content-length'] ?? 0) > limit) return refuse(message, done);
  let buffer = Buffer.allocUnsafe(FIRST_SIZE);
  let length = 0;
  const add = (chunk: Buffer) => {
    const needed = length + chunk.length;
    if (needed > limit) return end(() => refuse(message, done));
    if (needed > buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(limit, Math.max(needed, buffer.length * 2)));
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
    chunk.copy(buffer, length);
    length = needed;
  };
  const finish = () => end(() => done(undefined, buffer.toString('utf8', 0, length)));
  const fail = () => end(() => done(badRequest('BAD_REQUEST'), ''));
  const end = (then: () => void) => {
    message.off('data', add).off('end', finish).off('error', fail);
    then();
  };
  message.on('data', add).on('end', finish).on('error', fail);
}

/** Reads on without storing anything, because a client that is still sending would otherwise miss the answer. */
function refuse(message: IncomingMessage, done: (error: Error, text: string) => void): void {
  let discarded = 0;
  message
    .on('error', () => undefined)
    .on('data', ({ length }: Buffer) => {
      discarded += length;
      if (discarded > MOST_DISCARDED) message.destroy();
    });
  done(payloadTooLarge('PAYLOAD_TOO_LARGE'), '');
}
