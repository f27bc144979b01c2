import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CookieJar } from '../cookies/cookie-jar.js';
import type { Client } from '../http/client.js';
import type { RequestedSession } from '../sessions/requested-session.js';
import type { User } from '../users/user.js';
import { UsersStore } from '../users/users.store.js';
import { AccountCallbacks } from './account-callbacks.js';
import { PreRegistration } from './pre-registration.js';
import { SignUpMark } from './sign-up-mark.js';

/** The browser that opened a mailed link. */
export interface Browser {
  readonly requested: RequestedSession;
  readonly jar: CookieJar;
}

/** Marks an e-mail as verified, because its owner has opened a mailed link. */
@Injectable()
export class EmailProof {
  constructor(
    private readonly users: UsersStore,
    private readonly preRegistration: PreRegistration,
    private readonly mark: SignUpMark,
    private readonly callbacks: AccountCallbacks,
  ) {}

  /**
   * The person who opens the link is the one who signed up if the browser has that user's session or sign-up mark. Otherwise
   * this may be the owner of an address with which somebody else signed up.
   */
  async isBySamePerson(user: User, { requested, jar }: Browser): Promise<boolean> {
    return (
      !this.preRegistration.coversLinks ||
      this.mark.names(user.id, jar) ||
      (await requested.resolve({ sensitive: true }))?.user.id === user.id
    );
  }

  /** @throws the error of a feature that refuses the proof. */
  async begin(user: User): Promise<void> {
    await this.callbacks.call('beforeEmailVerification', user);
  }

  /** Call this when the proof is committed. */
  async end(user: User): Promise<void> {
    await this.callbacks.call('afterEmailVerification', user);
  }

  /** @returns false if the user no longer has this e-mail, or no longer exists. */
  async write(
    user: User,
    { client, isSamePerson }: { readonly client: Client; readonly isSamePerson: boolean },
    manager: EntityManager,
  ): Promise<boolean> {
    if (!isSamePerson) await this.preRegistration.end(user, { client }, manager);
    return this.users.verifyEmail(user, manager);
  }
}
