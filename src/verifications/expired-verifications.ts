import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { RowHooks } from '../database/row-hooks.js';
import { EXPIRED, Sweeper } from '../sweeping/sweeper.js';

/** Verifications are removed when they have expired, unless `VERIFICATION_DISABLE_CLEANUP` forbids it. */
@Injectable()
export class ExpiredVerifications {
  constructor(sweeper: Sweeper, hooks: RowHooks, @Inject(CONFIG) { verification }: Config) {
    if (verification.disableCleanup) return;
    // Only a request gives the hooks their context, so with hooks `VerificationsStore.find` removes the rows alone.
    sweeper.add({ table: 'verifications', ...EXPIRED, rests: () => hooks.has('verification', 'delete') });
  }
}
