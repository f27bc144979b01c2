import { Injectable } from '@nestjs/common';
import { EXPIRED, Sweeper } from '../sweeping/sweeper.js';

/** Deletes expired sessions. */
@Injectable()
export class ExpiredSessions {
  constructor(sweeper: Sweeper) {
    sweeper.add({ table: 'sessions', ...EXPIRED });
  }
}
