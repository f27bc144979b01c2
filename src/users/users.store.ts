import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AdditionalField } from '../config/additional-fields.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { returnedValues, type AdditionalValues } from '../additional-fields/additional-input.js';
import { additionalColumnValues } from '../additional-fields/additional-write.js';
import { PreparedQueries } from '../database/prepared-queries.js';
import { isUniqueViolation } from '../database/unique-violation.js';
import { withoutUndefined, type ColumnValues } from '../database/write-text.js';
import { RowIds } from '../database/row-ids.js';
import { userFromRow, type UserRow } from './user-row.js';
import {
  addUser,
  findEmail,
  findUserById,
  findUsersByEmail,
  isUserBanned,
  updateUser,
  updateUserWithEmail,
} from './users.sql.js';
import { UserEntity } from './user.entity.js';
import type { User } from './user.js';

export interface NewUser {
  readonly name: string;
  /** Lower-case. */
  readonly email: string;
  readonly image: string | null;
  /** False unless a provider vouches for it. */
  readonly emailVerified?: boolean;
  readonly additional: AdditionalValues;
}

export interface UserChanges {
  readonly name?: string | undefined;
  readonly image?: string | null | undefined;
  /** Lower-case, and nobody else's. */
  readonly email?: string;
  readonly emailVerified?: boolean | undefined;
  readonly additional?: AdditionalValues;
}

@Injectable()
export class UsersStore {
  private readonly fields: readonly AdditionalField[];

  constructor(
    private readonly prepared: PreparedQueries,
    private readonly ids: RowIds,
    @Inject(CONFIG) config: Config,
  ) {
    this.fields = config.user.additionalFields;
  }

  async add({ additional, emailVerified = false, ...user }: NewUser, manager?: EntityManager): Promise<User> {
    const now = new Date();
    const values = withoutUndefined({
      id: this.ids.unlessDefault('users'),
      ...this.columnsOf({ ...user, emailVerified, additional }),
      email_verified: emailVerified ? now : null,
      created_at: now,
      updated_at: now,
    });
    const query = addUser(values, this.fields);
    const [row] = await this.prepared.rows<UserRow>(query, Object.values(values), manager);
    if (!row) throw new Error('A trigger of the table users left out the new row.');
    // As stored, because UTF-8 cannot carry half a surrogate pair. PostgreSQL gets a replacement for it.
    return userFromRow(row, this.fields);
  }

  /** What `add` would return, without a row: to who may not know that the e-mail is taken. */
  async pretendToAdd({ additional, ...user }: NewUser): Promise<User> {
    const now = new Date();
    const id = await this.ids.next('users');
    return {
      ...user,
      id,
      emailVerified: false,
      createdAt: now,
      updatedAt: now,
      additional: returnedValues(this.fields, ({ name }) => additional[name]),
    };
  }

  /** The user as stored after the update; undefined if there is no such user. */
  async update(id: string, changes: UserChanges, manager?: EntityManager): Promise<User | undefined> {
    const values = this.changedColumns(changes);
    const query = updateUser(values, this.fields);
    const [row] = await this.prepared.rows<UserRow>(query, [id, ...Object.values(values)], manager);
    return row && userFromRow(row, this.fields);
  }

  async isBanned(id: string, manager: EntityManager): Promise<boolean> {
    const [row] = await this.prepared.rows<{ is_banned: boolean }>(isUserBanned, [id], manager);
    return row?.is_banned ?? false;
  }

  async findById(id: string, manager?: EntityManager): Promise<User | undefined> {
    const [row] = await this.prepared.rows<UserRow>(findUserById(this.fields), [id], manager);
    return row && userFromRow(row, this.fields);
  }

  /** Several legacy rows may differ by case only: then the one written exactly as given, else the one in lower case. */
  async findByEmail(email: string): Promise<User | undefined> {
    const [user] = await this.sharing(email);
    return user;
  }

  /** As `findByEmail`, but nobody where several rows share the address and none of them is written exactly so. */
  async findSureByEmail(email: string, manager?: EntityManager): Promise<User | undefined> {
    const [user, ...others] = await this.sharing(email, manager);
    const sure = user && (others.length === 0 || user.email === email);
    return sure ? user : undefined;
  }

  private async sharing(email: string, manager?: EntityManager): Promise<User[]> {
    const query = findUsersByEmail(this.fields);
    const rows = await this.prepared.rows<UserRow>(query, [email.toLowerCase()], manager);
    const rank = ({ email: stored }: User) => (stored === email ? 0 : stored === email.toLowerCase() ? 1 : 2);
    return rows.map((row) => userFromRow(row, this.fields)).toSorted((a, b) => rank(a) - rank(b));
  }

  /**
   * Gives the user another e-mail, in lower case; whoever had that address first keeps it.
   * @param emailVerified undefined: as before.
   * @returns the user as they then are; undefined when the new address is taken or the old one is gone.
   */
  async changeEmail(user: User, email: string, emailVerified?: boolean): Promise<User | undefined> {
    if (await this.isEmailTaken(email)) return undefined;
    try {
      return await this.updateWithEmail(user, { email, emailVerified });
    } catch (error) {
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  }

  /** Only while the address is still the one that was proven. */
  async verifyEmail(user: User): Promise<void> {
    await this.updateWithEmail(user, { emailVerified: true });
  }

  private async updateWithEmail({ id, email }: User, changes: UserChanges): Promise<User | undefined> {
    const values = this.changedColumns(changes);
    const query = updateUserWithEmail(values, this.fields);
    const [row] = await this.prepared.rows<UserRow>(query, [id, email, ...Object.values(values)]);
    return row && userFromRow(row, this.fields);
  }

  async delete(id: string, manager: EntityManager): Promise<void> {
    await manager.delete(UserEntity, { id });
  }

  /**
   * Whether the address is taken, also by a legacy row that could not be brought to lower case because another
   * one already had that form.
   */
  async isEmailTaken(email: string, manager?: EntityManager): Promise<boolean> {
    return (await this.prepared.rows(findEmail, [email], manager)).length > 0;
  }

  private changedColumns(changes: UserChanges): ColumnValues {
    return withoutUndefined({ ...this.columnsOf(changes), updated_at: new Date() });
  }

  private columnsOf({ name, email, emailVerified, image, additional = {} }: UserChanges): ColumnValues {
    return {
      name,
      image,
      email,
      is_email_verified: emailVerified,
      ...additionalColumnValues(this.fields, additional),
    };
  }
}
