import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { EXPIRED, Sweeper } from '../sweeping/sweeper.js';

/** Verifications are removed when they have expired, unless `VERIFICATION_DISABLE_CLEANUP` forbids it. */
@Injectable()
export class ExpiredVerifications {
  constructor(sweeper: Sweeper, @Inject(CONFIG) { verification }: Config) {
    if (!verification.disableCleanup) sweeper.add({ table: 'verifications', ...EXPIRED });
  }
}
