import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Extension } from '../config/extensions.js';

/**
 * A feature and what it adds to the application before the server starts. The providers of its module register everything
 * else, such as gates, sweeps and metrics, when they are constructed.
 */
export interface Feature extends Omit<Extension, 'migrations'> {
  /** Called before the server has routes. */
  readonly install?: (server: FastifyInstance, app: NestFastifyApplication) => Promise<void>;
}
