import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.js';
import { stopwatch } from '../metrics/observed.js';
import { PASSWORD_HASHES } from './observed-hashes.js';
import { Passwords } from './passwords.js';

const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10];

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
    const durations = metrics.durations(
      {
        name: 'gatehouse_password_hash_duration_seconds',
        help: 'Time of a password hash: wait in the queue, then compute',
        labels: ['phase'],
      },
      BUCKETS,
    );
    PASSWORD_HASHES.watch(({ phase }) => {
      const seconds = stopwatch();
      return () => durations.observe({ phase }, seconds());
    });
    metrics.total(
      'gatehouse_password_rounds_total',
      'Work done to compare passwords, in rounds of bcrypt. A refusal costs the same for every address',
      () => passwords.rounds,
    );
  }
}
