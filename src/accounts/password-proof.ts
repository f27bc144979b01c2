import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AccountsStore, type StoredPassword } from './accounts.store.js';
import { Passwords } from './passwords.js';

/** How often a password is verified again because its hash was replaced meanwhile. */
const ATTEMPTS = 3;

/** What follows from a right password. */
export interface Proven<Result> {
  /** True if it changes the account, so that two such transactions must not run at the same time. */
  readonly changesAccount: boolean;
  /** @param hash the stored hash, which the password matches. */
  act(manager: EntityManager, hash: string): Promise<Result>;
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
    private readonly passwords: Passwords,
  ) {}

  /**
   * @param verified the account, with the hash that the password matched.
   * @returns undefined if the password is no longer right.
   */
  async act<Result>(
    { accountId, hash: verified }: StoredPassword,
    password: string,
    { act, changesAccount }: Proven<Result>,
  ): Promise<{ readonly result: Result } | undefined> {
    let hash = verified;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const outcome = await this.dataSource.transaction(async (manager): Promise<Outcome<Result>> => {
        const stored = await this.accounts.lockPassword(accountId, manager, changesAccount);
        return stored === hash ? { result: await act(manager, hash) } : { stored };
      });
      if ('result' in outcome) return outcome;
      // The new hash may be one of the same password, because a sign-in replaces outdated hashes.
      if (!outcome.stored || !(await this.passwords.verify(outcome.stored, password))) return undefined;
      hash = outcome.stored;
    }
    return undefined;
  }
}
