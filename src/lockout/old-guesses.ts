import { Injectable } from '@nestjs/common';
import { Sweeper } from '../sweeping/sweeper.js';
import { FORGET_AFTER, TRUST_FOR } from './guesses.store.js';

/** Deletes counts that no longer refuse anything. A trusted network is kept longer. */
@Injectable()
export class OldGuesses {
  constructor(sweeper: Sweeper) {
    sweeper.add({
      table: 'gatehouse.password_guesses',
      condition: `last_attempt < now() - $2::integer * interval '1 second'
        and (not trusted or last_attempt < now() - $3::integer * interval '1 second')`,
      values: () => [FORGET_AFTER, TRUST_FOR],
    });
  }
}
