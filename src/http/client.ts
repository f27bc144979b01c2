import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BASE_PATH, type Config } from '../config/config.js';
import { clientIp, countedIp, networkOf } from './client-ip.js';

/** What use cases need to know about the sender of the request. */
export interface Client {
  /** IP address as `clientIp` derives it; empty if unknown. */
  readonly address: string;
  /** The address that limits count: like `address`, but that of the connection if no header names one. */
  readonly peer: string;
  /** The network of the client, such as `203.0.113.0/24`. Limits use it. Empty if addresses are not tracked. */
  readonly network: string;
  /** At most `LONGEST_USER_AGENT` characters. Empty if the request has no `User-Agent`. */
  readonly userAgent: string;
  /** The header `Accept-Language` as it was sent. */
  readonly language: string | undefined;
  /** The id in the answer's `x-request-id`. Empty if there is no request. */
  readonly requestId: string;
  /** The route without the base path, such as `sign-in/email`. It names its parameters and not their values. */
  readonly route: string;
  /** True if the client has closed its connection, so that nobody waits for the answer. */
  readonly hasLeft: () => boolean;
}

/** Characters. Browsers send about 120. Without a limit each session and each event would keep up to 16 KB. */
const LONGEST_USER_AGENT = 512;

declare module 'fastify' {
  interface FastifyRequest {
    readonly client: Client;
  }
}

/** Adds `client` to every request. It is computed only when a use case reads it. */
export function installClient(server: FastifyInstance, config: Config): void {
  server.decorateRequest('client', {
    getter(this: FastifyRequest): Client {
      const { headers } = this;
      const { ipAddress } = config.advanced;
      const peer = countedIp(this.raw, ipAddress, config.nodeEnv);
      return {
        peer,
        network: networkOf(peer),
        address: clientIp(headers, ipAddress, config.nodeEnv),
        userAgent: (headers['user-agent'] ?? '').slice(0, LONGEST_USER_AGENT),
        language: headers['accept-language'],
        requestId: this.id,
        route: routeOf(this),
        hasLeft: () => this.raw.socket.destroyed,
      };
    },
  });
}

const routeOf = ({ routeOptions: { url = '' } }: FastifyRequest) =>
  url.startsWith(`${BASE_PATH}/`) ? url.slice(BASE_PATH.length + 1) : url;

/** The client of the request, as a parameter of a route. */
export const From = createParamDecorator(
  (_: unknown, context: ExecutionContext): Client =>
    context.switchToHttp().getRequest<FastifyRequest>().client,
);
