import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { ContributedCookie } from '../config/contributions.js';
import type { AnyOptionTable } from '../config/option-table.js';

/**
 * A feature and what it adds to the application before the server starts. The providers of its module register everything
 * else, such as gates, sweeps and metrics, when they are constructed.
 */
export interface Feature {
  readonly module: Type;
  /** TypeORM's classes for the tables of the feature. */
  readonly entities?: readonly (new () => object)[];
  readonly optionTables?: readonly AnyOptionTable[];
  readonly cookies?: readonly ContributedCookie[];
  /** Called before the server has routes. */
  readonly install?: (server: FastifyInstance, app: NestFastifyApplication) => Promise<void>;
}
