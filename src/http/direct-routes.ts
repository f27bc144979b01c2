import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Access } from './access.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { AnswerWriter } from './answer-writer.js';
import type { DirectHandler } from './direct-route.js';
import { parseBody } from './input.guard.js';
import { requireTrusted } from './origin.guard.js';

/** Finds the session of a request. Throws if the route needs one and the request has none. */
export interface Admitting {
  admit(request: FastifyRequest, access: Access): Promise<void>;
}

/**
 * Lets Fastify call the routes that say so by themselves, after the same checks in the same order. Nest's guards,
 * interceptors and observables take three times as long as everything else in an answer from the cache, and a tenth of the
 * time of `update-user`. Faults go the way of all others, to the error filter.
 */
export function installDirectRoutes(
  server: FastifyInstance,
  app: NestFastifyApplication,
  admission: Admitting,
): void {
  const writer = app.get(AnswerWriter, { strict: false });
  const config = app.get<Config>(CONFIG, { strict: false });
  server.addHook('onRoute', (route) => {
    const { direct } = route.config ?? {};
    if (!direct) return;
    const controller = app.get<Record<string, DirectHandler>>(direct.controller, { strict: false });
    const handle = controller[direct.method]?.bind(controller);
    if (!handle) throw new Error(`${direct.controller.name} has no ${direct.method}`);
    const { access, body } = direct;
    route.handler = async (request, reply) => {
      requireTrusted(request, config);
      if (body) request.body = parseBody(body, request.body);
      if (access !== 'public') await admission.admit(request, access);
      const answer = await handle(request, reply);
      return reply.send(await writer.write(request, reply, answer));
    };
  });
}
