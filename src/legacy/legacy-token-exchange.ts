import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { AuthError } from '../errors/auth-error.js';
import { isUnstorable } from '../database/unstorable.js';
import type { User } from '../users/user.js';
import { UsersStore } from '../users/users.store.js';
import { LegacyJwtVerifier, type LegacyIdentity } from './legacy-jwt-verifier.js';
import { LegacyTokensStore } from './legacy-tokens.store.js';
import type { Client } from '../http/client.js';
import { CreateSession } from '../sessions/use-cases/create-session.js';

/** The session that a legacy JWT was exchanged for. */
export interface ExchangedSession {
  readonly id: string;
  readonly userId: string;
}

/**
 * Keeps users of the legacy application signed in until the switch-over ends. The first request with a legacy JWT creates
 * a session. From then on the JWT is valid as long as this session.
 */
@Injectable()
export class LegacyTokenExchange {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly verifier: LegacyJwtVerifier,
    private readonly tokens: LegacyTokensStore,
    private readonly users: UsersStore,
    private readonly createSession: CreateSession,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Returns the session of the JWT. Undefined if the JWT is not valid or its session has ended. */
  async execute(jwt: string, client: Client): Promise<ExchangedSession | undefined> {
    const identity = await this.verifier.verify(jwt);
    if (!identity) return undefined;
    const known = await this.tokens.find(identity);
    if (known?.sessionId !== null) return known && exchangedSession(known.sessionId, known.userId);
    const user = await this.userOf(identity);
    return user && this.exchange(identity, user.id, client);
  }

  private async exchange(
    { digest, issuedAt }: LegacyIdentity,
    userId: string,
    client: Client,
  ): Promise<ExchangedSession | undefined> {
    const sessionId = await this.inTransaction(async (manager) => {
      if (await this.tokens.isOutdated(userId, issuedAt, manager)) return undefined;
      if (!(await this.tokens.claim(digest, manager))) return undefined;
      const candidate = { userId, client, remember: true, signedInAt: this.signedInAt(issuedAt) };
      const { id } = await this.createSession.execute(candidate, manager);
      await this.tokens.exchange(digest, id, manager);
      return id;
    });
    if (sessionId !== undefined) return { id: sessionId, userId };
    const known = await this.tokens.find({ digest, issuedAt });
    return known?.sessionId ? exchangedSession(known.sessionId, known.userId) : undefined;
  }

  /** Undefined if a gate refuses the session, for example because the user is banned. Then nothing is written. */
  private async inTransaction<T>(write: (manager: EntityManager) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.dataSource.transaction(write);
    } catch (error) {
      if (error instanceof AuthError) return undefined;
      throw error;
    }
  }

  /** Finds the user by id, or by e-mail if the token has no id. */
  private async userOf({ userId, email }: LegacyIdentity): Promise<User | undefined> {
    try {
      if (userId !== undefined) return await this.users.findById(userId);
      return email === undefined ? undefined : await this.users.findSureByEmail(email.trim());
    } catch (error) {
      if (isUnstorable(error)) return undefined;
      throw error;
    }
  }

  /**
   * Dates the session to the sign-in at the legacy application, because some routes require a recent sign-in. If the JWT
   * does not tell the time, the session counts as no longer fresh.
   */
  private signedInAt(issuedAt: number | undefined): Date {
    const now = Date.now();
    const known = issuedAt === undefined ? now - this.config.session.freshAge * 1000 : issuedAt * 1000;
    return new Date(Math.min(now, known));
  }
}

const exchangedSession = (id: string, userId: string | null) =>
  userId === null ? undefined : { id, userId };
