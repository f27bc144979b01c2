import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Audit } from '../audit/audit.js';
import type { Client } from '../http/client.js';
import { OwnerNotices } from '../notices/owner-notices.js';
import type { User } from '../users/user.js';
import { UsersStore } from '../users/users.store.js';

/** The new address in lower case. If `emailVerified` is undefined, the stored value stays. */
export interface WantedEmail {
  readonly email: string;
  readonly emailVerified?: boolean | undefined;
}

/** Changes the e-mail of a user and tells the owner of either address, in one transaction. */
@Injectable()
export class EmailWriter {
  constructor(
    private readonly audit: Audit,
    private readonly users: UsersStore,
    private readonly notices: OwnerNotices,
  ) {}

  /** @returns the user as stored; undefined if the new e-mail is taken or the user no longer has the old one. */
  change(user: User, wanted: WantedEmail, client: Client): Promise<User | undefined> {
    return this.audit.transaction({ client }, async (manager) => {
      const changed = await this.users.changeEmail(user, wanted, manager);
      if (changed) await this.tell(user, changed, client, manager);
      return changed;
    });
  }

  /** Mails both addresses, because only the owner of the old one may know that the change is wrong. */
  async tell(old: User, changed: User, client: Client, manager: EntityManager): Promise<void> {
    if (old.email === changed.email) return;
    const values = { oldEmail: old.email, newEmail: changed.email };
    for (const to of [old.email, changed.email])
      await this.notices.send({ kind: 'email-changed', user: changed, to, client, values }, manager);
  }
}
