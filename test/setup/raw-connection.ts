import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection on which a test sends any bytes. */
export interface RawConnection {
  readonly socket: Socket;
  send(text: string): Promise<void>;
  /** Everything that the server has sent so far. */
  received(): string;
  /** Waits until the server has sent this text. */
  told(text: string): Promise<void>;
  /** Waits until the server closes the connection, and returns everything that it has sent. */
  closed(): Promise<string>;
}

export async function openConnection(origin: string): Promise<RawConnection> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  // A server that closes the connection while the test still sends resets it.
  socket.on('error', () => undefined);
  const closing = once(socket, 'close');
  await once(socket, 'connect');
  return {
    socket,
    received: () => text,
    async send(part) {
      if (!socket.write(part)) await Promise.race([once(socket, 'drain'), closing]);
    },
    async told(part) {
      while (!text.includes(part)) await Promise.race([once(socket, 'data'), closing.then(() => fail(text))]);
    },
    async closed() {
      await closing;
      return text;
    },
  };
}

function fail(text: string): never {
  throw new Error(`The server closed the connection after: ${text}`);
}

/** The start of a request, without the empty line that ends the headers. */
export const head = (line: string, headers: Readonly<Record<string, string>> = {}): string =>
  [
    `${line} HTTP/1.1`,
    'Host: localhost',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
    .join('\r\n')
    .concat('\r\n');
