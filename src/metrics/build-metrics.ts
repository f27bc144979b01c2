import { Injectable } from '@nestjs/common';
import { Metrics } from './metrics.js';
import { packageVersion } from './package-version.js';

/** Shows which version runs, so that a graph can mark a deployment. */
@Injectable()
export class BuildMetrics {
  constructor(metrics: Metrics) {
    metrics.fact('gatehouse_build_info', '1, with the versions of this server and of Node.js as labels', {
      version: packageVersion(),
      node: process.version,
    });
  }
}
