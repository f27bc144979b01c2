import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import type { FuzzedRequest } from './fuzzed-request.js';

/** Milliseconds in which every request must be answered. Generous, because hashes wait for each other. */
export const PATIENCE = 30_000;

export interface Outcome {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends requests over a few connections that stay open. */
export class Sender {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 32 });

  constructor(private readonly port: number) {}

  /** @throws {Error} if the server does not answer in time, or closes the connection. */
  send({ method, path, headers, body }: FuzzedRequest): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        {
          agent: this.agent,
          host: '127.0.0.1',
          port: this.port,
          method,
          path: path.replaceAll(/[^\x21-\x7e]/g, encodeURIComponent),
          headers: {
            ...headers,
            ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
          },
          timeout: PATIENCE,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString(),
            }),
          );
          response.on('error', reject);
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${PATIENCE} ms`)));
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

/** Sends bytes, closes the sending side, and returns what came back. Rejects if the server keeps the connection open. */
export function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    const done = () => resolve(Buffer.concat(chunks).toString('latin1'));
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`the connection is still open after ${PATIENCE} ms`));
    }, PATIENCE);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // The server may reset a connection on which it received garbage.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      done();
    });
  });
}
