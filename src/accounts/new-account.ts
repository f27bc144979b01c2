import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { CreateSession } from '../sessions/use-cases/create-session.js';
import { UsersStore, type NewUser } from '../users/users.store.js';
import { AccountsStore } from './accounts.store.js';
import { EmailLinks } from './email-links.js';
import type { Session } from '../sessions/session.js';
import type { User } from '../users/user.js';

/** A user as signed up; without a session where signing up does not sign in. */
export interface SignedUp {
  readonly user: User;
  readonly session: Session | undefined;
}

interface SignUpRequest {
  readonly callbackURL: string | undefined;
  readonly remember: boolean;
  readonly request: FastifyRequest;
}

/** A user with a password, the mail that goes with it and the first session: all of it or nothing (protocol.md §1.6). */
@Injectable()
export class NewAccount {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly users: UsersStore,
    private readonly accounts: AccountsStore,
    private readonly links: EmailLinks,
    private readonly createSession: CreateSession,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Where it is false, nothing that signing up answers may tell who has an account. */
  get signsIn(): boolean {
    const { autoSignIn, requireEmailVerification } = this.config.emailAndPassword;
    return autoSignIn && !requireEmailVerification;
  }

  /** @param hash of the password */
  create(
    newUser: NewUser,
    hash: string,
    { callbackURL, remember, request }: SignUpRequest,
  ): Promise<SignedUp> {
    return this.dataSource.transaction(async (manager) => {
      const user = await this.users.add(newUser, manager);
      await this.accounts.addCredential(user.id, hash, manager);
      if (this.mails) await this.links.verify({ user, callbackURL, request }, manager);
      const session = this.signsIn
        ? await this.createSession.execute(user.id, request, remember, manager)
        : undefined;
      return { user, session };
    });
  }

  private get mails(): boolean {
    const { emailVerification, emailAndPassword } = this.config;
    return (
      (emailVerification.sendOnSignUp ?? emailAndPassword.requireEmailVerification) && this.links.enabled
    );
  }
}
