import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';

export const DOCUMENTATION_PATH = '/docs';

/**
 * Serves Swagger UI and the OpenAPI document from a second server inside this one. The first request makes it, because
 * most servers are never asked for the documentation and should start without it.
 */
export function installDocumentation(app: NestFastifyApplication, config: Config): void {
  let documentation: Promise<FastifyInstance> | undefined;
  const make = async () => {
    const { documentationServer } = await import('./documentation-server.js');
    return documentationServer(app, config, DOCUMENTATION_PATH);
  };
  const pass = async (request: FastifyRequest, reply: FastifyReply) => {
    const pages = await (documentation ??= make());
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? '');
    pages.routing(request.raw, reply.raw);
  };
  const server = app.getHttpAdapter().getInstance();
  for (const url of [DOCUMENTATION_PATH, `${DOCUMENTATION_PATH}/*`])
    server.route({ method: ['GET', 'HEAD'], url, config: { cacheable: true }, handler: pass });
}
