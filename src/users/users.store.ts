import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AdditionalField } from '../config/additional-fields.js';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import type { AdditionalValues } from '../additional-fields/additional-input.js';
import { writtenValues } from '../additional-fields/field-code.js';
import { additionalColumnValues } from '../additional-fields/additional-write.js';
import { PreparedQueries } from '../database/prepared-queries.js';
import { isUniqueViolation } from '../database/unique-violation.js';
import { withoutUndefined, type ColumnValues } from '../database/write-text.js';
import { RowHooks } from '../database/row-hooks.js';
import { RowIds } from '../database/row-ids.js';
import { badRequestWithoutCode, unprocessable } from '../errors/auth-error.js';
import { userFromRow, type UserRow } from './user-row.js';
import {
  addUser,
  findEmail,
  findUserById,
  findUsersByEmail,
  isUserBanned,
  lockUser,
  updateUser,
  updateUserWithEmail,
} from './users.sql.js';
import { UserEntity } from './user.entity.js';
import type { User } from './user.js';
import { lowerCaseAddress } from '../network/lower-case-address.js';

export interface NewUser {
  readonly name: string;
  /** In lower case. */
  readonly email: string;
  readonly image: string | null;
  /** True only if a provider has verified the e-mail. Default: false. */
  readonly emailVerified?: boolean;
  readonly additional: AdditionalValues;
}

export interface UserChanges {
  readonly name?: string | undefined;
  readonly image?: string | null | undefined;
  /** In lower case. No other user may have it. */
  readonly email?: string;
  readonly emailVerified?: boolean | undefined;
  readonly additional?: AdditionalValues;
}

const OWN_FIELDS = ['name', 'email', 'image', 'emailVerified'] as const;

@Injectable()
export class UsersStore {
  private readonly fields: readonly AdditionalField[];

  constructor(
    private readonly prepared: PreparedQueries,
    private readonly ids: RowIds,
    private readonly hooks: RowHooks,
    @Inject(CONFIG) config: Config,
  ) {
    this.fields = config.user.additionalFields;
  }

  /** @param storedEmail the e-mail to store, if hooks must see another one. */
  async add(newUser: NewUser, manager?: EntityManager, storedEmail?: string): Promise<User> {
    const now = new Date();
    const given = { emailVerified: false, createdAt: now, updatedAt: now, ...newUser };
    const { additional, emailVerified, ...own } = await this.throughHooks('create', given);
    const user = storedEmail === undefined ? own : { ...own, email: storedEmail };
    const values = withoutUndefined({
      id: this.ids.unlessDefault('users'),
      ...this.columnsOf({ ...user, emailVerified, additional }, 'create'),
      email_verified: emailVerified ? now : null,
      created_at: now,
      updated_at: now,
    });
    const query = addUser(values, this.fields);
    const [row] = await this.prepared.rows<UserRow>(query, Object.values(values), manager);
    if (!row) {
      throw new Error(
        'The new row was not inserted into `users`. Check the triggers of the table: one skips it.',
      );
    }
    // Return the stored values, because half a surrogate pair has no UTF-8 form and is stored as a replacement character.
    const added = userFromRow(row, this.fields);
    if (!this.hooks.none) await this.hooks.after('user', 'create', rowOf(added), manager);
    return added;
  }

  /** @returns the user as stored after the update; undefined if there is no such user. */
  async update(id: string, changes: UserChanges, manager?: EntityManager): Promise<User | undefined> {
    const values = this.changedColumns(await this.throughHooks('update', changes));
    const query = updateUser(values, this.fields);
    const [row] = await this.prepared.rows<UserRow>(query, [id, ...Object.values(values)], manager);
    return this.updated(row, manager);
  }

  /** Undefined if there is no such user. Nobody can delete the user before the transaction ends. */
  async isBanned(id: string, manager: EntityManager): Promise<boolean | undefined> {
    const [row] = await this.prepared.rows<{ is_banned: boolean }>(isUserBanned, [id], manager);
    return row?.is_banned;
  }

  /** Locks the user until the transaction ends. False if there is no such user. */
  async lock(id: string, manager: EntityManager): Promise<boolean> {
    return (await this.prepared.rows(lockUser, [id], manager)).length > 0;
  }

  async findById(id: string, manager?: EntityManager): Promise<User | undefined> {
    const [row] = await this.prepared.rows<UserRow>(findUserById(this.fields), [id], manager);
    return row && userFromRow(row, this.fields);
  }

  /** If several legacy e-mails differ only in case, prefers the one spelled exactly as given, then the one in lower case. */
  async findWithBan(id: string): Promise<{ user: User; isBanned: boolean } | undefined> {
    const [row] = await this.prepared.rows<UserRow>(findUserById(this.fields), [id]);
    return row && { user: userFromRow(row, this.fields), isBanned: row.user_is_banned };
  }

  async findByEmail(email: string): Promise<User | undefined> {
    const [user] = await this.sharing(email);
    return user;
  }

  /** Like `findByEmail`, but returns undefined if several users share the e-mail and none is spelled exactly as given. */
  async findSureByEmail(email: string, manager?: EntityManager): Promise<User | undefined> {
    const [user, ...others] = await this.sharing(email, manager);
    const sure = user && (others.length === 0 || user.email === email);
    return sure ? user : undefined;
  }

  private async sharing(email: string, manager?: EntityManager): Promise<User[]> {
    const query = findUsersByEmail(this.fields);
    const rows = await this.prepared.rows<UserRow>(query, [lowerCaseAddress(email)], manager);
    const rank = ({ email: stored }: User) =>
      stored === email ? 0 : stored === lowerCaseAddress(email) ? 1 : 2;
    return rows.map((row) => userFromRow(row, this.fields)).toSorted((a, b) => rank(a) - rank(b));
  }

  /**
   * Changes the user's e-mail, unless another user has the new one. `email` is in lower case. If `emailVerified` is
   * undefined, the stored value stays.
   * @returns the user as stored; undefined if the new e-mail is taken or the user no longer has the old one. Then the
   * transaction may have failed, and the caller must write nothing more in it.
   */
  async changeEmail(
    user: User,
    { email, emailVerified }: { readonly email: string; readonly emailVerified?: boolean | undefined },
    manager?: EntityManager,
  ): Promise<User | undefined> {
    if (await this.isEmailTaken(email, manager)) return undefined;
    try {
      return await this.updateWithEmail(user, { email, emailVerified }, manager);
    } catch (error) {
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  }

  /** Marks the e-mail as verified. @returns false if the user no longer has this e-mail, or no longer exists. */
  async verifyEmail(user: User, manager: EntityManager): Promise<boolean> {
    return (await this.updateWithEmail(user, { emailVerified: true }, manager)) !== undefined;
  }

  private async updateWithEmail(
    { id, email }: User,
    changes: UserChanges,
    manager?: EntityManager,
  ): Promise<User | undefined> {
    const values = this.changedColumns(await this.throughHooks('update', changes));
    const query = updateUserWithEmail(values, this.fields);
    const [row] = await this.prepared.rows<UserRow>(query, [id, email, ...Object.values(values)], manager);
    return this.updated(row, manager);
  }

  private async updated(row: UserRow | undefined, manager?: EntityManager): Promise<User | undefined> {
    const updated = row && userFromRow(row, this.fields);
    if (updated && !this.hooks.none) await this.hooks.after('user', 'update', rowOf(updated), manager);
    return updated;
  }

  /** @throws {AuthError} 400 if a hook of a feature refuses. */
  async delete(id: string, manager: EntityManager): Promise<void> {
    const user = this.hooks.none ? undefined : await this.findById(id, manager);
    const values = user && rowOf(user);
    if (values && !(await this.hooks.before('user', 'delete', values)))
      throw badRequestWithoutCode('User deletion refused');
    await manager.delete(UserEntity, { id });
    if (values) await this.hooks.after('user', 'delete', values, manager);
  }

  /**
   * True if a user has the e-mail. This includes legacy rows that could not be changed to lower case, because another user
   * already had that form.
   */
  async isEmailTaken(email: string, manager?: EntityManager): Promise<boolean> {
    return (await this.prepared.rows(findEmail, [email], manager)).length > 0;
  }

  /** Returns the values as the hooks of features changed them. */
  private async throughHooks<Values extends UserChanges>(
    action: 'create' | 'update',
    { additional = {}, ...own }: Values,
  ): Promise<Values & { additional: AdditionalValues }> {
    if (this.hooks.none) return { ...own, additional } as Values & { additional: AdditionalValues };
    const values = await this.hooks.before('user', action, { ...own, ...additional });
    if (!values) throw unprocessable('FAILED_TO_CREATE_USER');
    const pick = (names: readonly string[]) =>
      Object.fromEntries(names.filter((name) => name in values).map((name) => [name, values[name]]));
    const changed = { ...pick(OWN_FIELDS), additional: pick(this.fields.map(({ name }) => name)) };
    return changed as unknown as Values & { additional: AdditionalValues };
  }

  private changedColumns(changes: UserChanges): ColumnValues {
    return withoutUndefined({ ...this.columnsOf(changes, 'update'), updated_at: new Date() });
  }

  private columnsOf(
    { name, email, emailVerified, image, additional = {} }: UserChanges,
    action: 'create' | 'update',
  ): ColumnValues {
    return {
      name,
      image,
      email,
      is_email_verified: emailVerified,
      ...additionalColumnValues(this.fields, writtenValues(this.fields, additional, action)),
    };
  }
}

const rowOf = ({ additional, ...own }: User) => ({ ...own, ...additional });
