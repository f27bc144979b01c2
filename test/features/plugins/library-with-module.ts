import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { betterAuth, type BetterAuthOptions } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { SECRET } from '../../setup/gatehouse.js';

/** Options of the library, and what a module of plugins exports. */
export type Exported = BetterAuthOptions & { readonly default: BetterAuthOptions['plugins'] };

export interface LibraryServer {
  readonly origin: string;
  close(): void;
}

/**
 * Starts the published library with the options of a module, to compare it with this server with the same module.
 * @param module path from the checkout.
 * @param rows of each table. The library keeps them in memory.
 */
export async function libraryWithModule(
  module: string,
  rows: Record<string, object[]>,
  optionsOf: (given: Exported) => BetterAuthOptions,
): Promise<LibraryServer> {
  const given = (await import(`../../../${module}`)) as Exported;
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const auth = betterAuth({
    baseURL: origin,
    secret: SECRET,
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    database: memoryAdapter(rows),
    ...optionsOf(given),
  });
  server.on('request', (request, response) => void toNodeHandler(auth)(request, response));
  return { origin, close: () => void server.close() };
}
