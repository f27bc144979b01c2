import { Injectable } from '@nestjs/common';
import { Audit } from '../audit/audit.js';
import type { Client } from '../http/client.js';
import type { User } from '../users/user.js';
import type { StoredPassword } from './accounts.store.js';
import { PasswordGates, type PasswordAttempt } from './password-gates.js';
import { Passwords } from './passwords.js';

/**
 * The only place that compares a password on behalf of a request. It asks the gates first, so that no route can be used
 * to guess passwords without limit.
 */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly gates: PasswordGates,
    private readonly passwords: Passwords,
    private readonly audit: Audit,
  ) {}

  /**
   * Call this before anything is looked up.
   * @throws {AuthError} 400 `PASSWORD_TOO_LONG`.
   */
  requireNotTooLong(password: string): void {
    this.passwords.requireNotTooLong(password);
  }

  /**
   * Finds the candidate whose hash the password matches. Without candidates it costs the same.
   * @throws {AuthError} the refusal of a gate; 503 when the hash queue is full.
   */
  async find<Candidate extends { readonly hash: string }>(
    attempt: PasswordAttempt,
    candidates: readonly Candidate[],
    password: string,
  ): Promise<Candidate | undefined> {
    await this.gates.admit(attempt);
    const hashes = candidates.map(({ hash }) => hash);
    let match: number | undefined;
    try {
      match = await this.passwords.compare(hashes, password, attempt.client);
    } catch (error) {
      await this.gates.settle(attempt, 'failed');
      throw error;
    }
    await this.gates.settle(attempt, match === undefined ? 'wrong' : 'right');
    return match === undefined ? undefined : candidates[match];
  }

  /**
   * True if the password is that of the signed-in user.
   * @throws {AuthError} the refusal of a gate; 503 when the hash queue is full.
   */
  async isRight(
    user: User,
    { stored, password, client }: { stored: StoredPassword; password: string; client: Client },
  ): Promise<boolean> {
    const attempt = { address: user.email, owner: user, client };
    if (await this.find(attempt, [stored], password)) return true;
    await this.audit.record({ event: 'password.wrong', client, actor: user.id, subject: user.id });
    return false;
  }
}
