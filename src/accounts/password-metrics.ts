import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.js';
import { Passwords } from './passwords.js';

/** How busy the hashing of passwords is. */
@Injectable()
export class PasswordMetrics {
  constructor(metrics: Metrics, passwords: Passwords) {
    metrics.gauge(
      'gatehouse_password_hashes_waiting',
      'Password hashes that wait for their turn',
      () => passwords.waiting,
    );
    metrics.gauge('gatehouse_password_hashes_running', 'Password hashes under way', () => passwords.running);
    metrics.total(
      'gatehouse_password_hashes_total',
      'Password hashes computed, of new passwords and of given ones',
      () => passwords.computed,
    );
  }
}
