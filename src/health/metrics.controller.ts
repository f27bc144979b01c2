import { Controller, Get, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '../openapi/decorators.js';
import type { FastifyReply } from 'fastify';
import { Public } from '../http/access.js';
import { Metrics } from '../metrics/metrics.js';

@ApiTags('Operations')
@Controller()
@Public()
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get('metrics')
  @ApiOperation({ summary: 'Metrics in Prometheus’ text format' })
  @ApiResponse({ status: 200, description: 'OK', content: { 'text/plain': { schema: { type: 'string' } } } })
  async show(@Res() reply: FastifyReply) {
    return reply.header('content-type', this.metrics.contentType).send(await this.metrics.text());
  }
}
