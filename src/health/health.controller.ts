import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '../openapi/decorators.js';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { withDeadline } from '../concurrency/with-deadline.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { pendingMigrations } from '../migrating/expected-migrations.js';
import { Public } from '../http/access.js';

/** Milliseconds to wait for the database, so that the probe answers before the platform's own timeout. */
const PATIENCE = 2000;

type Check = 'ok' | 'database unreachable' | 'migrations pending';

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
    check: { type: 'string', enum: ['database unreachable', 'migrations pending'] },
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
  ) {}

  @Get('health/live')
  @ApiOperation({ summary: 'Check that the process answers' })
  @ApiResponse({ status: 200, description: 'OK', schema: OK })
  live() {
    return { status: 'ok' };
  }

  @Get('health/ready')
  @ApiOperation({ summary: 'Check that the database answers and is migrated' })
  @ApiResponse({ status: 200, description: 'OK', schema: OK })
  @ApiResponse({
    status: 503,
    description: 'Not ready. `check` names the reason',
    schema: UNAVAILABLE,
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const check = await this.check();
    if (check === 'ok') return { status: 'ok' };
    void reply.code(503);
    return { status: 'unavailable', check };
  }

  private async check(): Promise<Check> {
    try {
      const pending = await withDeadline(
        PATIENCE,
        pendingMigrations(this.dataSource, this.config),
        () => new Error('no answer in time'),
      );
      return pending.length === 0 ? 'ok' : 'migrations pending';
    } catch {
      return 'database unreachable';
    }
  }
}
