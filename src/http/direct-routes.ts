import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from './access.js';
import { AnswerWriter } from './answer-writer.js';

/** A method of a controller that needs nothing but these two. */
export type DirectHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

export interface DirectRoute {
  readonly controller: Type;
  readonly method: string;
  readonly access: Access;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    direct?: DirectRoute;
  }
}

/** Finds the session of a request. Throws if the route needs one and the request has none. */
export interface Admitting {
  admit(request: FastifyRequest, access: Access): Promise<void>;
}

/**
 * Lets Fastify call the routes that say so by themselves. Nest's guards, interceptors and observables take three times as
 * long as everything else in an answer from the cache, and only the check of the session has something to do there.
 * Faults go the way of all others, to the error filter.
 */
export function installDirectRoutes(
  server: FastifyInstance,
  app: NestFastifyApplication,
  admission: Admitting,
): void {
  const writer = app.get(AnswerWriter, { strict: false });
  server.addHook('onRoute', (route) => {
    const { direct } = route.config ?? {};
    if (!direct) return;
    const controller = app.get<Record<string, DirectHandler>>(direct.controller, { strict: false });
    const handle = controller[direct.method]?.bind(controller);
    if (!handle) throw new Error(`${direct.controller.name} has no ${direct.method}`);
    const { access } = direct;
    route.handler = async (request, reply) => {
      if (access !== 'public') await admission.admit(request, access);
      const answer = await handle(request, reply);
      return reply.send(await writer.write(request, reply, answer));
    };
  });
}
