import { Injectable } from '@nestjs/common';
import { EXPIRED, Sweeper } from '../sweeping/sweeper.js';

/** Sessions are removed when they have expired. */
@Injectable()
export class ExpiredSessions {
  constructor(sweeper: Sweeper) {
    sweeper.add({ table: 'sessions', condition: EXPIRED });
  }
}
