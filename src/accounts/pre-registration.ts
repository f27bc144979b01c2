import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { randomToken } from '../crypto/random.js';
import type { Client } from '../http/client.js';
import { OwnerNotices } from '../notices/owner-notices.js';
import { SessionsStore } from '../sessions/sessions.store.js';
import type { User } from '../users/user.js';
import { VerificationsStore } from '../verifications/verifications.store.js';
import { AccountsStore } from './accounts.store.js';
import { AddressProofsStore } from './address-proofs.store.js';
import { Passwords } from './passwords.js';

/** The new password if the proof sets one. Otherwise the client, to tell the owner that the old password is gone. */
export type Proof = { readonly hash: string } | { readonly client: Client };

/**
 * Somebody may have signed up with the address of another person and wait until that person uses the account. When the
 * owner proves the address, this takes away what the other one set: the password, sessions, accounts at providers, mailed
 * tokens and changes of the e-mail under way (src/accounts/protocol.md, "Pre-registered accounts").
 */
@Injectable()
export class PreRegistration {
  constructor(
    private readonly sessions: SessionsStore,
    private readonly accounts: AccountsStore,
    private readonly verifications: VerificationsStore,
    private readonly proofs: AddressProofsStore,
    private readonly passwords: Passwords,
    private readonly notices: OwnerNotices,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** True if opening a mailed link proves an address only together with a sign that the same person signed up. */
  get coversLinks(): boolean {
    return this.config.preRegistration === 'all';
  }

  /**
   * Call this in the transaction of a proof, before the address is marked as verified and before the proof adds a session
   * or an account. Does nothing if the address was proven before, or if it is another one by now.
   */
  async end({ id, email, name }: User, proof: Proof, manager: EntityManager): Promise<void> {
    if (this.config.preRegistration === 'none') return;
    if (!(await this.proofs.lockUnproven(id, email, manager))) return;
    // Waits for sign-ins that hold an account and are about to commit a session. Later ones wait for this transaction.
    await this.accounts.lockAllOf(id, manager);
    await this.sessions.deleteAllOf(id, manager);
    await this.accounts.deleteProvidersOf(id, manager);
    await this.verifications.deleteOf(id, manager);
    await this.proofs.note(id, manager);
    if ('hash' in proof) return;
    // A hash that no known password has, because the legacy application then gets it too.
    const hash = await this.passwords.hashOfAny(randomToken(32));
    if (await this.accounts.overwritePassword(id, hash, manager)) {
      const notice = { kind: 'password-removed', user: { name, email }, client: proof.client };
      await this.notices.send(notice, manager);
    }
  }

  /** True if the user proved the address after this link was mailed. A link that does not tell its time counts as older. */
  async refuses(userId: string, mailedAt: number | undefined): Promise<boolean> {
    if (this.config.preRegistration === 'none') return false;
    const provenAt = await this.proofs.find(userId);
    return provenAt !== undefined && (mailedAt ?? 0) * 1000 <= provenAt.getTime();
  }
}
