import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyServerFactory } from 'fastify';
import type { Config } from '../config/config.js';
import { formatIp, isInNetwork, parseIp, parseNetwork, type Network } from '../network/ip-address.js';

/** Milliseconds between two searches for connections whose time is up. Node's own 30 s would let them live too long. */
const CHECK_INTERVAL = 1000;
/** Seconds without a byte in either direction, besides what the settings allow. No route waits that long. */
const SILENCE = 60;
/** Bytes of the path and all headers of a request together. */
export const HEADER_SIZE = 16 * 1024;

/** Node's own server with limits, so that slow or many clients cannot hold it. Fastify sets none of them on its own. */
export function limitedServer(
  { limits, advanced }: Pick<Config, 'limits' | 'advanced'>,
  inFront: (handle: RequestListener) => RequestListener = (handle) => handle,
): FastifyServerFactory {
  const { headersTimeout, requestTimeout, keepAliveTimeout } = limits;
  const proxies = advanced.ipAddress.trustedProxies
    .map(parseNetwork)
    .filter((network) => network !== undefined);
  return (handle) => {
    const server = createServer(
      {
        maxHeaderSize: HEADER_SIZE,
        connectionsCheckingInterval: CHECK_INTERVAL,
        headersTimeout: Math.min(headersTimeout, requestTimeout) * 1000,
        requestTimeout: requestTimeout * 1000,
        keepAliveTimeout: keepAliveTimeout * 1000,
      },
      inFront(handle),
    );
    server.maxConnections = limits.maxConnections;
    // 0 makes Node keep every header. Otherwise it drops those after the 2000th without a word.
    server.maxHeadersCount = 0;
    server.setTimeout((Math.max(requestTimeout, keepAliveTimeout) + SILENCE) * 1000);
    limitClients(server, limits.connectionsPerClient, proxies);
    return server;
  };
}

/** Closes a new connection if its client already has as many as it may. An IPv6 client is a network of 64 bits. */
function limitClients(server: Server, most: number, proxies: readonly Network[]): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = parseIp(socket.remoteAddress ?? '');
    if (!address || proxies.some((proxy) => isInNetwork(address, proxy))) return;
    const client = formatIp(address, 64);
    const count = (open.get(client) ?? 0) + 1;
    if (count > most) {
      socket.destroy();
      return;
    }
    open.set(client, count);
    socket.once('close', () => {
      const left = (open.get(client) ?? 1) - 1;
      if (left > 0) open.set(client, left);
      else open.delete(client);
    });
  });
}
