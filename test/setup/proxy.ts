import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';

export interface Proxy {
  /** The URL of the database through the proxy. */
  readonly url: string;
  /** The open sockets of both sides. */
  readonly sockets: ReadonlySet<Socket>;
  stop(): Promise<void>;
}

/**
 * Starts a proxy between a server and its PostgreSQL.
 * @param join connects the two sockets of each connection
 */
export async function startProxy(
  database: string,
  join: (near: Socket, far: Socket) => void,
): Promise<Proxy> {
  const target = new URL(database);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    join(near, far);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.port = String((server.address() as { port: number }).port);
  return {
    url: url.href,
    sockets,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
