import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Audit } from '../audit/audit.js';
import { badRequest } from '../errors/auth-error.js';
import { AccountsStore, type StoredPassword } from './accounts.store.js';
import { PasswordCheck } from './password-check.js';
import { Passwords } from './passwords.js';
import type { Client } from '../http/client.js';
import type { User } from '../users/user.js';

/** How often a password is verified again because its hash was replaced meanwhile. */
const ATTEMPTS = 3;

/** A password that a client sent. */
export interface Submitted {
  readonly password: string;
  readonly client: Client;
  /** Id of the session that submits it; undefined at a sign-in. */
  readonly session?: string;
}

/** What follows from a right password. */
export interface Proven<Result> {
  /** True if it changes the account, so that two such transactions must not run at the same time. */
  readonly changesAccount: boolean;
  /** @param hash the stored hash, which the password matches. */
  readonly act: (manager: EntityManager, hash: string) => Promise<Result>;
}

type Outcome<Result> = { readonly result: Result } | { readonly stored: string | undefined };

/**
 * Acts on a password that was verified. Verifying takes long, and meanwhile the password may be replaced or the user
 * deleted. So the transaction that acts first locks the account and compares the hash.
 */
@Injectable()
export class PasswordProof {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly accounts: AccountsStore,
    private readonly check: PasswordCheck,
    private readonly passwords: Passwords,
    private readonly audit: Audit,
  ) {}

  /**
   * Verifies the password and then acts.
   * @throws {AuthError} 400 `PASSWORD_TOO_LONG`, `CREDENTIAL_ACCOUNT_NOT_FOUND`, `INVALID_PASSWORD`.
   */
  async require<Result>(user: User, submitted: Submitted, proven: Proven<Result>): Promise<Result> {
    this.passwords.requireNotTooLong(submitted.password);
    const stored = await this.accounts.findPassword(user.id);
    if (!stored) throw badRequest('CREDENTIAL_ACCOUNT_NOT_FOUND');
    const isRight = await this.check.isRight(user, { stored, ...submitted });
    const done = isRight ? await this.act(stored, submitted, proven) : undefined;
    if (!done) throw badRequest('INVALID_PASSWORD');
    return done.result;
  }

  /**
   * @param verified the account, with the hash that the password matched.
   * @returns undefined if the password is no longer right.
   */
  async act<Result>(
    { accountId, hash: verified }: StoredPassword,
    { password, client, session }: Submitted,
    { act, changesAccount }: Proven<Result>,
  ): Promise<{ readonly result: Result } | undefined> {
    let hash = verified;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const outcome = await this.dataSource.transaction(async (manager): Promise<Outcome<Result>> => {
        const stored = await this.accounts.lockPassword(accountId, manager, changesAccount);
        if (stored !== hash) return { stored };
        // A new session describes its act itself.
        if (changesAccount) await this.audit.describe({ client, session }, manager);
        return { result: await act(manager, hash) };
      });
      if ('result' in outcome) return outcome;
      // The new hash may be one of the same password, because a sign-in replaces outdated hashes.
      if (!outcome.stored) return undefined;
      if ((await this.passwords.compare([outcome.stored], password, client)) === undefined) return undefined;
      hash = outcome.stored;
    }
    return undefined;
  }

  /**
   * Replaces a hash that has another format than configured, or a lower cost. If the hash queue is full, the next sign-in
   * tries again.
   */
  async upgrade({ accountId, hash: stored }: StoredPassword, { password, client }: Submitted): Promise<void> {
    if (!(await this.passwords.needsRehash(stored, password))) return;
    const hash = await this.passwords.rehash(password, client);
    if (hash) await this.accounts.rehash(accountId, stored, hash);
  }
}
