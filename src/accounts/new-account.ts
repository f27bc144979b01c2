import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Audit } from '../audit/audit.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { LOWERCASE_ALPHANUMERIC, randomToken } from '../crypto/random.js';
import type { Client } from '../http/client.js';
import { CreateSession } from '../sessions/use-cases/create-session.js';
import { UsersStore, type NewUser } from '../users/users.store.js';
import { AccountsStore } from './accounts.store.js';
import { EmailLinks } from './email-links.js';
import type { SignedIn } from '../sessions/signed-in.js';
import type { User } from '../users/user.js';

/** The result of a sign-up. */
export interface SignedUp {
  readonly user: User;
  /** Undefined if a sign-up does not sign in. */
  readonly signedIn: SignedIn | undefined;
}

interface SignUpRequest {
  readonly callbackURL: string | undefined;
  readonly remember: boolean;
  readonly client: Client;
}

/**
 * Creates a user with a password, the verification mail and the first session in one transaction
 * (src/accounts/protocol.md, "sign-up/email").
 */
@Injectable()
export class NewAccount {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly users: UsersStore,
    private readonly accounts: AccountsStore,
    private readonly links: EmailLinks,
    private readonly createSession: CreateSession,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** True if a sign-up also signs in. If false, the answer must not reveal whether the e-mail already has an account. */
  get signsIn(): boolean {
    const { autoSignIn, requireEmailVerification } = this.config.emailAndPassword;
    return autoSignIn && !requireEmailVerification;
  }

  /** @param hash the hash of the password. */
  create(
    newUser: NewUser,
    hash: string,
    { callbackURL, remember, client }: SignUpRequest,
  ): Promise<SignedUp> {
    const { language } = client;
    return this.audit.transaction({ client }, async (manager) => {
      const user = await this.users.add(newUser, manager);
      await this.accounts.addCredential(user.id, hash, manager);
      if (this.mails) await this.links.verify({ user, callbackURL, language }, manager);
      if (!this.signsIn) return { user, signedIn: undefined };
      const session = await this.createSession.execute({ userId: user.id, client, remember }, manager);
      return { user, signedIn: { user, session, remember } };
    });
  }

  /**
   * Answers for an e-mail that is taken: returns what `create` would return, or throws what it would throw. Inserts the
   * rows with a made-up e-mail and rolls back, because only PostgreSQL knows whether it can store all values.
   */
  async pretend(newUser: NewUser, hash: string): Promise<SignedUp> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      const email = `${randomToken(24, LOWERCASE_ALPHANUMERIC)}@users.invalid`;
      const user = await this.users.add(newUser, runner.manager, email);
      await this.accounts.addCredentialWithoutHooks(user.id, hash, runner.manager);
      return { user: { ...user, email: newUser.email }, signedIn: undefined };
    } finally {
      if (runner.isTransactionActive) await runner.rollbackTransaction();
      await runner.release();
    }
  }

  private get mails(): boolean {
    const { emailVerification, emailAndPassword } = this.config;
    return (
      (emailVerification.sendOnSignUp ?? emailAndPassword.requireEmailVerification) && this.links.enabled
    );
  }
}
