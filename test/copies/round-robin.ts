import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

/** A proxy in front of several copies, like the simplest load balancer. */
export interface RoundRobin {
  readonly origin: string;
  /** Requests that were cut because the copy ended while it worked on them. The client gets 502. */
  readonly cut: number;
  stop(): Promise<void>;
}

/**
 * Sends each request to the next copy, and to the one after it if the copy takes no connections. It knows nothing else of
 * the copies, and keeps no client at one of them.
 * @param ports of the copies on this machine.
 */
export async function startRoundRobin(port: number, ports: readonly number[]): Promise<RoundRobin> {
  let turn = 0;
  let cut = 0;

  function forward(request: IncomingMessage, response: ServerResponse, body: Buffer, tries: number): void {
    const { method, url: path, headers } = request;
    const copy = ports[turn++ % ports.length];
    const forwarded = httpRequest({ host: '127.0.0.1', port: copy, method, path, headers, agent: false });
    forwarded.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.once('error', () => response.destroy());
      answer.pipe(response);
    });
    forwarded.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED' && tries < ports.length) return forward(request, response, body, tries + 1);
      cut += 1;
      response.writeHead(502).end();
      return undefined;
    });
    forwarded.end(body);
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => forward(request, response, Buffer.concat(chunks), 1));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://localhost:${port}`,
    get cut() {
      return cut;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
