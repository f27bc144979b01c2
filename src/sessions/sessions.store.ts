import { Inject, Injectable } from '@nestjs/common';
import {
  DataSource,
  LessThanOrEqual,
  MoreThan,
  Not,
  type EntityManager,
  type FindOptionsWhere,
} from 'typeorm';
import type { AdditionalField } from '../config/additional-fields.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { unauthorized } from '../errors/auth-error.js';
import { HookedRows } from '../database/hooked-rows.js';
import { RowHooks } from '../database/row-hooks.js';
import { GatheredLookup } from '../database/gathered-lookup.js';
import { PreparedQueries } from '../database/prepared-queries.js';
import { returnedValues, type AdditionalValues } from '../additional-fields/additional-input.js';
import { readValue, writtenValues } from '../additional-fields/field-code.js';
import { additionalColumnValues } from '../additional-fields/additional-write.js';
import { assignmentsText, insertText } from '../database/write-text.js';
import {
  findSessionById,
  findSessionByToken,
  findSessionsByIds,
  findSessionsByTokens,
  type IdentityRow,
} from './find-session.sql.js';
import type { Device } from './device.js';
import { findDevices } from './devices.sql.js';
import { deleteOldest, lockUser } from './delete-oldest.sql.js';
import { listSessions, listSessionsOfUsers } from './list-sessions.sql.js';
import { sessionColumns, sessionFromRow, type SessionRow } from './session-row.js';
import { SessionDeletion } from './session-deletion.js';
import { SessionEntity } from './session.entity.js';
import type { Session } from './session.js';

/** The changes that a client may make to a session: configured fields, by name. */
export interface SessionChanges {
  readonly additional: AdditionalValues;
  readonly updatedAt: Date;
}

@Injectable()
export class SessionsStore {
  private readonly fields: readonly AdditionalField[];
  private readonly rows: HookedRows<SessionEntity>;
  private readonly hasOnUpdate: boolean;
  private readonly byToken: GatheredLookup<IdentityRow>;
  private readonly byId: GatheredLookup<IdentityRow>;

  private readonly active: GatheredLookup<SessionRow>;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly prepared: PreparedQueries,
    private readonly deletion: SessionDeletion,
    hooks: RowHooks,
    @Inject(CONFIG) { user, session, advanced }: Config,
  ) {
    this.fields = session.additionalFields;
    this.hasOnUpdate = this.fields.some(({ onUpdate }) => onUpdate !== undefined);
    const ownFields = Object.fromEntries(this.fields.map(({ name }) => [name, name as 'token']));
    this.rows = new HookedRows(
      hooks,
      'session',
      SessionEntity,
      { ...OWN_FIELDS, ...ownFields },
      {
        written: (values) => writtenValues(this.fields, values, 'update'),
        read: (values) =>
          Object.fromEntries(
            this.fields.map((field) => [field.name, readValue(field, values[field.name])] as const),
          ),
      },
    );
    const fields = { user: user.additionalFields, session: session.additionalFields };
    this.byToken = new GatheredLookup(prepared, {
      one: findSessionByToken(fields),
      many: findSessionsByTokens(fields),
      keyOf: ({ token }) => token,
    });
    this.byId = new GatheredLookup(prepared, {
      one: findSessionById(fields),
      many: findSessionsByIds(fields),
      keyOf: ({ id }) => id,
    });
    const limit = advanced.database.defaultFindManyLimit;
    this.active = new GatheredLookup(prepared, {
      one: listSessions(this.fields, limit),
      many: listSessionsOfUsers(this.fields, limit),
      keyOf: ({ user_id: userId }) => userId,
      more: () => [new Date()],
    });
  }

  async findByToken(token: string): Promise<IdentityRow | undefined> {
    // PostgreSQL refuses text with a NUL character. No session has such a token.
    if (token.includes('\0')) return undefined;
    return this.byToken.find(token);
  }

  async findById(id: string): Promise<IdentityRow | undefined> {
    return this.byId.find(id);
  }

  /** @param session with all configured fields that have a value, as they are stored, also those that answers do not contain. */
  async add({ additional, ...session }: Session, manager?: EntityManager): Promise<void> {
    const values = {
      id: session.id,
      user_id: session.userId,
      token: session.token,
      expires_at: session.expiresAt,
      ip_address: session.ipAddress,
      user_agent: session.userAgent,
      created_at: session.createdAt,
      updated_at: session.updatedAt,
    };
    const more = additionalColumnValues(this.fields, additional);
    const all = { ...values, ...more };
    const name = Object.keys(more).length === 0 ? 'add_session' : undefined;
    await this.prepared.rows({ name, text: insertText('{sessions}', all) }, Object.values(all), manager);
  }

  /**
   * Extends the session if it expires at `due` or earlier. So of several requests at the same time, only one extends it.
   * @returns true if this call extended it. False if the caller must read it again.
   * @throws {AuthError} 401 `FAILED_TO_GET_SESSION` if a hook of a feature refuses.
   */
  async extend(token: string, due: Date, expiresAt: Date, now: Date): Promise<boolean> {
    if (this.rows.has('update')) {
      await this.change({ token, expiresAt: LessThanOrEqual(due) }, { expiresAt, updatedAt: now });
      return false;
    }
    const values = { expires_at: expiresAt, updated_at: now, ...this.columnsOf({}) };
    const text = `update {sessions} as s set ${assignmentsText(values, 3)}
       where s.token = $1 and s.expires_at <= $2 returning s.id`;
    const name = this.hasOnUpdate ? undefined : 'extend_session';
    const rows = await this.prepared.rows({ name, text }, [token, due, ...Object.values(values)]);
    return rows.length === 1 && !this.hasOnUpdate;
  }

  /**
   * Sets `updatedAt` if it is `before` or earlier. So of several requests at the same time, only one writes.
   * @returns true if this call wrote it. False if the caller must read the session again.
   * @throws {AuthError} 401 `FAILED_TO_GET_SESSION` if a hook of a feature refuses.
   */
  async recordUse(token: string, before: Date, now: Date): Promise<boolean> {
    if (this.rows.has('update')) {
      await this.change({ token, updatedAt: LessThanOrEqual(before) }, { updatedAt: now });
      return false;
    }
    const { affected } = await this.dataSource
      .createQueryBuilder()
      .update(SessionEntity)
      .set({ updatedAt: now })
      .where('token = :token and updated_at <= :before', { token, before })
      .execute();
    return affected === 1;
  }

  /** Returns the devices of the user's stored sessions except this one. Expired sessions count too. */
  devicesOf(userId: string, exceptId: string, manager: EntityManager): Promise<Device[]> {
    return this.prepared.rows<Device>(findDevices, [userId, exceptId], manager);
  }

  /**
   * Deletes the user's oldest sessions that have not expired, so that `most` are left. Locks the user first, because two
   * sign-ins at the same time would not see each other's session.
   * @param newest the session that stays in any case.
   */
  async deleteOldest(
    newest: Pick<Session, 'id' | 'userId'>,
    most: number,
    manager: EntityManager,
  ): Promise<void> {
    const { id, userId } = newest;
    await this.prepared.rows(lockUser, [userId], manager);
    await this.prepared.rows(deleteOldest, [userId, new Date(), id, most - 1], manager);
  }

  /** @returns the session after the change, or undefined if it does not exist. */
  async update(token: string, { additional, updatedAt }: SessionChanges): Promise<Session | undefined> {
    if (this.rows.has('update')) {
      const changed = await this.change({ token }, { ...additional, updatedAt });
      return changed && sessionOf(changed, this.fields);
    }
    const values = { updated_at: updatedAt, ...this.columnsOf(additional) };
    const text = `update {sessions} as s set ${assignmentsText(values, 2)} where s.token = $1
      returning ${sessionColumns(this.fields)}`;
    const [row] = await this.prepared.rows<SessionRow>({ text }, [token, ...Object.values(values)]);
    return row && sessionFromRow(row, this.fields);
  }

  /** The changed columns of configured fields. */
  private columnsOf(changes: AdditionalValues) {
    return additionalColumnValues(this.fields, writtenValues(this.fields, changes, 'update'));
  }

  /** Changes a session with the hooks of features around it. Undefined if there is no such session. */
  private async change(
    which: FindOptionsWhere<SessionEntity>,
    changes: Partial<SessionEntity>,
  ): Promise<SessionEntity | undefined> {
    const changed = await this.rows.update(which, changes, this.dataSource.manager);
    if (!changed) throw unauthorized('FAILED_TO_GET_SESSION').endingSession();
    return changed[0];
  }

  /** Returns the sessions of the user that have not expired, the oldest first. */
  async listActive(userId: string): Promise<Session[]> {
    const rows = await this.active.list(userId);
    const sessions = rows.map((row) => sessionFromRow(row, this.fields));
    return sessions.sort((a, b) => Number(a.createdAt) - Number(b.createdAt));
  }

  /**
   * For a request that took long since its session was read.
   * @throws {AuthError} 401 `UNAUTHORIZED` if the session has been ended meanwhile.
   */
  async requireLive({ token }: Session, manager: EntityManager): Promise<void> {
    const query = { name: 'require_session', text: 'select 1 from {sessions} s where s.token = $1' };
    const rows = await this.prepared.rows(query, [token], manager);
    if (rows.length === 0) throw ended();
  }

  /**
   * Deletes all sessions of the user, so that a new one can replace them.
   * @throws {AuthError} 401 `UNAUTHORIZED` if this session has been ended meanwhile.
   */
  async deleteAllWith({ token, userId }: Session, manager: EntityManager): Promise<void> {
    const query = { text: 'delete from {sessions} where user_id = $1 returning token' };
    const ending = await this.deletion.before({ userId }, manager);
    const deleted = await this.prepared.rows<{ token: string }>(query, [userId], manager);
    if (!deleted.some((session) => session.token === token)) throw ended();
    await this.deletion.after(ending, manager);
  }

  async delete(token: string, manager: EntityManager = this.dataSource.manager): Promise<void> {
    await this.deletion.delete({ token }, manager);
  }

  async deleteById(id: string): Promise<void> {
    await this.deletion.delete({ id }, this.dataSource.manager);
  }

  async deleteOwned(token: string, userId: string, manager: EntityManager): Promise<void> {
    if (token.includes('\0')) return;
    await this.deletion.delete({ token, userId }, manager);
  }

  async deleteAllOf(userId: string, manager: EntityManager): Promise<void> {
    await this.deletion.delete({ userId }, manager);
  }

  /**
   * Deletes all sessions of the user except this one. Expired sessions stay until the sweeper deletes them, as in Better
   * Auth.
   */
  async deleteOthers(userId: string, token: string, manager: EntityManager): Promise<void> {
    const expiresAt = MoreThan(new Date());
    await this.deletion.delete({ userId, token: Not(token), expiresAt }, manager);
  }
}

const OWN_FIELDS = {
  id: 'id',
  userId: 'userId',
  token: 'token',
  expiresAt: 'expiresAt',
  ipAddress: 'ipAddress',
  userAgent: 'userAgent',
  createdAt: 'createdAt',
  updatedAt: 'updatedAt',
} as const;

const sessionOf = (row: SessionEntity, fields: readonly AdditionalField[]): Session => ({
  id: row.id,
  userId: row.userId,
  token: row.token,
  expiresAt: row.expiresAt,
  ipAddress: row.ipAddress,
  userAgent: row.userAgent,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
  additional: returnedValues(fields, (field) => readValue(field, row[field.name as keyof SessionEntity])),
});

const ended = () => unauthorized('UNAUTHORIZED').endingSession();
