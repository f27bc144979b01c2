import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.js';
import { Passwords } from './passwords.js';

/** Measures how busy the hash queue is. */
@Injectable()
export class PasswordMetrics {
  constructor(metrics: Metrics, passwords: Passwords) {
    metrics.gauge(
      'gatehouse_password_hashes_waiting',
      'Password hashes that wait in the queue',
      () => passwords.waiting,
    );
    metrics.gauge(
      'gatehouse_password_hashes_running',
      'Password hashes being computed',
      () => passwords.running,
    );
    metrics.total(
      'gatehouse_password_hashes_total',
      'Password hashes begun since the start, for new passwords and for verifications',
      () => passwords.computed,
    );
    metrics.total(
      'gatehouse_password_rounds_total',
      'Work done to compare passwords, in rounds of bcrypt. A refusal costs the same for every address',
      () => passwords.rounds,
    );
  }
}
