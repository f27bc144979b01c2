import { Controller, Get, Head, Inject, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiResponse, ApiTags } from '../openapi/decorators.js';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { withDeadline } from '../concurrency/with-deadline.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { NO_CONNECTION, Unavailable, unavailability } from '../errors/unavailable.js';
import { pendingMigrations } from '../migrating/expected-migrations.js';
import { Public } from '../http/access.js';
import { EventLoop } from './event-loop.js';
import { Stopping } from './stopping.js';

/** Milliseconds to wait for the database, so that the probe answers before the platform's own timeout. */
const PATIENCE = 2000;

const OK = {
  type: 'object',
  required: ['status'],
  properties: { status: { type: 'string', enum: ['ok'] } },
};

const UNAVAILABLE = {
  type: 'object',
  required: ['status', 'check'],
  properties: {
    status: { type: 'string', enum: ['unavailable'] },
    check: {
      type: 'string',
      description: 'The reason',
      examples: ['stopping', 'event loop stalled', 'migrations pending', 'database unreachable'],
    },
  },
};

/** Probes for the platform that runs the server. They are outside of the base path. */
@ApiTags('Operations')
@Controller()
@Public()
export class HealthController {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    private readonly stopping: Stopping,
    private readonly eventLoop: EventLoop,
  ) {}

  @Get('health/live')
  @ApiOperation({ summary: 'Check that the process answers, whatever the database does' })
  @ApiResponse({ status: 200, description: 'OK', schema: OK })
  @ApiResponse({
    status: 503,
    description: 'The event loop was blocked for 5 s or longer',
    schema: UNAVAILABLE,
  })
  live(@Res({ passthrough: true }) reply: FastifyReply) {
    return answer(reply, this.eventLoop.hasStalled ? 'event loop stalled' : undefined);
  }

  @Head('health/live')
  @ApiExcludeEndpoint()
  liveHead(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.live(reply);
  }

  @Get('health/ready')
  @ApiOperation({
    summary: 'Check that the server takes requests, and that the database answers and is migrated',
  })
  @ApiResponse({ status: 200, description: 'OK', schema: OK })
  @ApiResponse({ status: 503, description: 'Not ready. `check` names the reason', schema: UNAVAILABLE })
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    return answer(reply, await this.reason());
  }

  @Head('health/ready')
  @ApiExcludeEndpoint()
  readyHead(@Res({ passthrough: true }) reply: FastifyReply) {
    return this.ready(reply);
  }

  /** Why the server is not ready; undefined if it is. */
  private async reason(): Promise<string | undefined> {
    if (this.stopping.begun) return 'stopping';
    try {
      const pending = await withDeadline(
        PATIENCE,
        this.pendingMigrations(),
        () => new Unavailable(NO_CONNECTION),
      );
      return pending.length === 0 ? undefined : 'migrations pending';
    } catch (error) {
      const reason = unavailability(error);
      return reason === undefined || reason === NO_CONNECTION ? 'database unreachable' : reason;
    }
  }

  private async pendingMigrations(): Promise<string[]> {
    const [state] = await this.dataSource.query<{ readOnly: string }[]>(
      'select current_setting(\'transaction_read_only\') as "readOnly"',
    );
    if (state?.readOnly === 'on') throw new Unavailable('the database is read-only');
    return pendingMigrations(this.dataSource, this.config);
  }
}

function answer(reply: FastifyReply, reason: string | undefined) {
  if (reason === undefined) return { status: 'ok' };
  void reply.code(503);
  return { status: 'unavailable', check: reason };
}
