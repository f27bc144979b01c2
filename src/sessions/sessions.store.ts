import { Inject, Injectable } from '@nestjs/common';
import { DataSource, MoreThan, Not, type EntityManager } from 'typeorm';
import type { AdditionalField } from '../config/additional-fields.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { GatheredLookup } from '../database/gathered-lookup.js';
import { PreparedQueries } from '../database/prepared-queries.js';
import { returnedValues, type AdditionalValues } from '../additional-fields/additional-input.js';
import {
  findSessionById,
  findSessionByToken,
  findSessionsByIds,
  findSessionsByTokens,
  type SessionRow,
} from './find-session.sql.js';
import { SessionEntity } from './session.entity.js';
import type { Session } from './session.js';

/** What a client may change of a session: configured fields, by name. */
export interface SessionChanges {
  readonly additional: AdditionalValues;
  readonly updatedAt: Date;
}

@Injectable()
export class SessionsStore {
  private readonly fields: readonly AdditionalField[];
  private readonly byToken: GatheredLookup<SessionRow>;
  private readonly byId: GatheredLookup<SessionRow>;

  /** Rows (protocol.md §0.1). */
  private readonly listLimit: number;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    prepared: PreparedQueries,
    @Inject(CONFIG) { user, session, advanced }: Config,
  ) {
    this.fields = session.additionalFields;
    this.listLimit = advanced.database.defaultFindManyLimit;
    const fields = { user: user.additionalFields, session: session.additionalFields };
    this.byToken = new GatheredLookup(
      prepared,
      findSessionByToken(fields),
      findSessionsByTokens(fields),
      ({ token }) => token,
    );
    this.byId = new GatheredLookup(
      prepared,
      findSessionById(fields),
      findSessionsByIds(fields),
      ({ id }) => id,
    );
  }

  async findByToken(token: string): Promise<SessionRow | undefined> {
    // PostgreSQL refuses the question; nobody has such a token.
    if (token.includes('\0')) return undefined;
    return this.byToken.find(token);
  }

  async findById(id: string): Promise<SessionRow | undefined> {
    return this.byId.find(id);
  }

  async add(session: SessionEntity, manager: EntityManager = this.dataSource.manager): Promise<void> {
    await manager.insert(SessionEntity, session);
  }

  /** Extends only a session still due, so that parallel requests extend once. Whether this call did. */
  async extend(token: string, due: Date, expiresAt: Date, now: Date): Promise<boolean> {
    const { affected } = await this.dataSource
      .createQueryBuilder()
      .update(SessionEntity)
      .set({ expiresAt, updatedAt: now })
      .where('token = :token and expires_at <= :due', { token, due })
      .execute();
    return affected === 1;
  }

  /** As it then is; undefined when it was not there to be changed. */
  async update(token: string, { additional, updatedAt }: SessionChanges): Promise<Session | undefined> {
    await this.dataSource.manager.update(SessionEntity, { token }, { ...additional, updatedAt });
    const session = await this.dataSource.manager.findOneBy(SessionEntity, { token });
    return session ? this.currentSessionOf(session) : undefined;
  }

  async listActive(userId: string, now: Date): Promise<Session[]> {
    const sessions = await this.dataSource.manager.find(SessionEntity, {
      where: { userId, expiresAt: MoreThan(now) },
      take: this.listLimit,
      order: { createdAt: 'ASC' },
    });
    return sessions.map((session) => this.currentSessionOf(session));
  }

  private currentSessionOf(session: SessionEntity): Session {
    return { ...session, additional: returnedValues(this.fields, valueIn(session)) };
  }

  async delete(token: string): Promise<void> {
    await this.dataSource.manager.delete(SessionEntity, { token });
  }

  async deleteById(id: string): Promise<void> {
    await this.dataSource.manager.delete(SessionEntity, { id });
  }

  async deleteOwned(token: string, userId: string): Promise<void> {
    if (token.includes('\0')) return;
    await this.dataSource.manager.delete(SessionEntity, { token, userId });
  }

  async deleteAllOf(userId: string, manager: EntityManager = this.dataSource.manager): Promise<void> {
    await manager.delete(SessionEntity, { userId });
  }

  /** The expired ones are left to the sweeper, as Better Auth leaves them. */
  async deleteOthers(userId: string, token: string): Promise<void> {
    const expiresAt = MoreThan(new Date());
    await this.dataSource.manager.delete(SessionEntity, { userId, token: Not(token), expiresAt });
  }
}

/** TypeORM keeps a configured field under its name, which no type knows. */
function valueIn(entity: object): (field: AdditionalField) => unknown {
  return ({ name }) => (entity as Readonly<Record<string, unknown>>)[name];
}
